package files_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/refusal"
)

// pdfOf writes a PDF of objects, the first of which is its catalogue.
func pdfOf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var table strings.Builder
	for i, object := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table.String(), len(objects)+1, at)
	return b.Bytes()
}

const (
	pdfRoot  = "<</Type/Catalog/Pages 2 0 R>>"
	onePage  = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
	blankOne = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
)

func TestPDFsThatOpenEverywhereAreTaken(t *testing.T) {
	for _, name := range []string{"two-pages.pdf", "lin.pdf", "objstm.pdf", "linobj.pdf", "leading-lines.pdf",
		"owner-password-only.pdf", "owner-r3.pdf", "owner-r4.pdf", "owner-r6.pdf"} {
		takes(t, files.PDF, paper(t, name), name)
		takes(t, files.PDF, append(paper(t, name), make([]byte, 5000)...), name+" before zeros")
		takes(t, files.PDF, append([]byte("\r\n \r\n"), paper(t, name)...), name+" after blank lines")
	}
	takes(t, files.PDF, bytes.ReplaceAll(paper(t, "two-pages.pdf"), []byte("\n"), []byte("\r\n")), "line ends were changed on the way")
	takes(t, files.PDF, pdfOf(pdfRoot, onePage, blankOne), "a blank page is a page")
}

func TestPDFsThatNeedAPasswordAreRefusedWithTheWayOut(t *testing.T) {
	for _, name := range []string{"user-password.pdf", "user-r4.pdf", "user-r6.pdf"} {
		refuses(t, refusal.EvidencePassword, paper(t, name), name)
	}
}

func TestPDFsWithoutAPageAreRefused(t *testing.T) {
	refuses(t, refusal.EvidenceNoPage, pdfOf(pdfRoot, "<</Type/Pages/Kids[]/Count 0>>"), "no page")
	refuses(t, refusal.EvidenceNoPage, pdfOf(pdfRoot, "<</Type/Pages/Kids[2 0 R]/Count 7>>"), "pages that lead to themselves")
	refuses(t, refusal.EvidenceNoPage, pdfOf(pdfRoot, onePage), "the page is not there")
}

// A PDF that broke off is refused wherever it broke off, however little is missing.
func TestAHalfPDFIsRefused(t *testing.T) {
	for _, name := range []string{"two-pages.pdf", "objstm.pdf", "owner-r4.pdf", "leading-lines.pdf"} {
		content := paper(t, name)
		end := bytes.LastIndex(content, []byte("%%EOF"))
		for n := 30; n < end; n += 7 {
			refuses(t, refusal.EvidenceBroken, content[:n], fmt.Sprintf("%s, %d bytes", name, n))
		}
	}
	// A file made for the web has an end mark near its beginning.
	web := paper(t, "lin.pdf")
	first := bytes.Index(web, []byte("%%EOF"))
	require.Less(t, first, len(web)-200)
	refuses(t, refusal.EvidenceBroken, web[:first+6], "the first part of a file made for the web")
	missing := pdfOf(pdfRoot, onePage, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>", "(not a stream)")
	refuses(t, refusal.EvidenceBroken, missing, "the content of the page is no content")
}

// packed is a PDF all of whose objects lie in an object stream of this many more bytes.
func packed(t testing.TB, more int) []byte {
	parts := []string{pdfRoot, onePage, blankOne}
	var heads, bodies strings.Builder
	for i, p := range parts {
		fmt.Fprintf(&heads, "%d %d ", i+1, bodies.Len())
		bodies.WriteString(p + " ")
	}
	pack := deflated(t, append([]byte(heads.String()+bodies.String()), bytes.Repeat([]byte(" "), more)...))
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	place := uint32(b.Len())
	fmt.Fprintf(&b, "4 0 obj\n<</Type/ObjStm/N 3/First %d/Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream\nendobj\n", heads.Len(), len(pack), pack)
	at := uint32(b.Len())
	rows := []byte{0, 0, 0, 0, 0, 255}
	for i := range byte(3) {
		rows = append(rows, 2, 0, 0, 0, 4, i)
	}
	for _, n := range []uint32{place, at} {
		rows = append(binary.BigEndian.AppendUint32(append(rows, 1), n), 0)
	}
	table := deflated(t, rows)
	fmt.Fprintf(&b, "5 0 obj\n<</Type/XRef/Size 6/W[1 4 1]/Root 1 0 R/Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", len(table), table, at)
	return b.Bytes()
}

func TestAPDFThatUnpacksToFarMoreIsRefused(t *testing.T) {
	takes(t, files.PDF, packed(t, 1000), "a little")
	refuses(t, refusal.EvidenceTooLarge, packed(t, 200<<20), "200 MB out of 200 KB")
}

func TestADeepPDFDoesNotBringTheProcessDown(t *testing.T) {
	const depth = 500_000
	for _, pair := range [][2]string{{"[", "]"}, {"<</A", ">>"}} {
		root := "<</Type/Catalog/Pages 2 0 R/X " + strings.Repeat(pair[0], depth) + " 1" + strings.Repeat(pair[1], depth) + ">>"
		_, err := files.NewJudge().Evidence(t.Context(), pdfOf(root, onePage, blankOne))
		require.Error(t, err)
	}
}
