package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"github.com/xueji/xueji/models/refusal"
)

// pdfTail is how much of a PDF's end is searched for its end mark; readers of
// PDF do the same (ISO 32000-1, annex H.3 note 18). Zeros and blanks behind it,
// which transmissions add to fill a block, are not counted.
const pdfTail = 1024

// What a PDF may cost to look at.
const (
	pdfTime     = 15 * time.Second
	pdfUnpacked = 192 << 20 // bytes of all object streams together
	pdfStream   = 32 << 20  // bytes of one
	pdfPacks    = 1_500     // object streams
	pdfObjects  = 400_000
	pdfDepth    = 60 // of objects in objects, and of the tree of pages
)

var (
	pdfHeader  = regexp.MustCompile(`%PDF-[12]\.[0-9]`)                      // never changes
	linearized = regexp.MustCompile(`/Linearized[^>]*?/L[ \r\n\t]+([0-9]+)`) // never changes
)

// withoutConfiguration keeps the library from making a folder for itself in the
// home of the account that runs Xueji.
var withoutConfiguration = sync.OnceFunc(func() { model.ConfigPath = "disable" })

// readPDF reads a PDF as a program does that shows it: trailer, table of objects,
// encryption, the tree of pages, and what stands on them.
func (j *Judge) readPDF(ctx context.Context, content []byte) error {
	content = bytes.TrimRight(content, "\x00 \t\r\n\f")
	if at := pdfHeader.FindIndex(content[:min(len(content), HeadSize)]); at != nil {
		content = content[at[0]:] // places in the file are counted from the header on
	}
	if !bytes.Contains(content[max(0, len(content)-pdfTail):], []byte("%%EOF")) || shorterThanSaid(content) {
		return broken("PDF不完整，只到了一部分", "only a part of the PDF arrived")
	}
	packs := objectStreams(content)
	if packs > pdfPacks {
		return refusal.New(refusal.EvidenceTooLarge).At("/file")
	}
	var unpacked int64
	err := inTime(ctx, func(ctx context.Context) (err error) {
		unpacked, err = measure(ctx, content)
		return err
	})
	if err != nil {
		return err
	}
	if unpacked+int64(len(content)) > pdfHeavy {
		if err := wait(ctx, j.heavy); err != nil {
			return err
		}
		defer func() { <-j.heavy }()
	}
	return inTime(ctx, func(ctx context.Context) error { return openPDF(ctx, content, packs) })
}

// inTime looks at a PDF no longer than is allowed, and says why it cannot be read.
func inTime(ctx context.Context, look func(context.Context) error) error {
	within, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	err := refusal.Contain(refusal.EvidenceBroken, func() error { return look(within) })
	if ctx.Err() != nil {
		return fmt.Errorf("read a PDF: %w", ctx.Err())
	}
	return unreadable(err)
}

// wait takes a place, or gives up with ctx.
func wait(ctx context.Context, places chan<- struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unreadable says why a PDF cannot be read.
func unreadable(err error) error {
	var told *refusal.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pdfcpu.ErrWrongPassword), errors.Is(err, pdfcpu.ErrUnsupportedEncryptionFeature):
		return refusal.New(refusal.EvidencePassword).At("/file")
	case errors.Is(err, filter.ErrDecodeLimitExceeded), errors.Is(err, context.DeadlineExceeded):
		return refusal.New(refusal.EvidenceTooLarge).At("/file") // what the library says may repeat what stands in the file
	case errors.As(err, &told) && !errors.Is(err, refusal.ErrPanicked):
		return err
	}
	e := broken("PDF的内部结构已损坏", "the inner structure of the PDF is damaged")
	if errors.Is(err, refusal.ErrPanicked) {
		return e.Because(err)
	}
	return e
}

func openPDF(ctx context.Context, content []byte, packs int) error {
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode, conf.Offline = model.ValidationRelaxed, true
	conf.Limits.MaxStreamBytes = int64(len(content))
	conf.Limits.MaxDecodeBytes = min(pdfStream, pdfUnpacked/int64(packs+1))
	entries := min(pdfObjects, pdfPerByte*len(content))
	conf.Limits.MaxObjectCount, conf.Limits.MaxXRefEntries = entries, entries
	conf.Limits.MaxRecursionDepth = pdfDepth
	file, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(content), conf)
	if err != nil {
		return err
	}
	root, err := file.Pages()
	if err != nil {
		return err
	}
	if root == nil {
		return noPage()
	}
	w := pageWalk{file: file, seen: map[types.IndirectRef]bool{}}
	if err := w.node(ctx, *root, 0); err != nil {
		return err
	}
	if w.pages == 0 {
		return noPage()
	}
	return nil
}

func noPage() error { return refusal.New(refusal.EvidenceNoPage).At("/file") }

// shorterThanSaid says whether the file is shorter than it says of itself: files
// made for the web carry their length in front.
func shorterThanSaid(content []byte) bool {
	found := linearized.FindSubmatch(content[:min(len(content), HeadSize)])
	if found == nil {
		return false
	}
	var length int
	_, err := fmt.Sscan(string(found[1]), &length)
	// What was trimmed from the end counts: one line end and whatever came behind it.
	const trimmed = 16
	return err != nil || length > len(content)+trimmed
}

// objectStreams gives how many object streams a PDF has at most. Each is named in
// the clear, also where the rest is encrypted; letters of a name may be written as
// #xx. How much each may unpack to follows from the number.
func objectStreams(content []byte) int {
	return bytes.Count(content, []byte("ObjStm")) + len(coded.FindAll(content, -1))
}

// coded finds names in which a letter is written as #xx: each is counted.
var coded = regexp.MustCompile(`/[A-Za-z]{0,5}#[0-9A-Fa-f]{2}`) // never changes

// pageWalk counts the pages of a PDF.
type pageWalk struct {
	file  *model.Context
	seen  map[types.IndirectRef]bool
	pages int
}

// node walks a node of the tree of pages; a node that comes again is not counted twice.
func (w *pageWalk) node(ctx context.Context, ref types.IndirectRef, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if depth > pdfDepth || w.seen[ref] {
		return nil
	}
	w.seen[ref] = true
	node, err := w.file.DereferenceDict(ref)
	if err != nil || node == nil {
		return err
	}
	kids, err := w.file.DereferenceArray(node["Kids"])
	if err != nil {
		return err
	}
	if kids == nil {
		return w.page(node)
	}
	for _, kid := range kids {
		if ref, ok := kid.(types.IndirectRef); ok {
			if err := w.node(ctx, ref, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// page counts a page whose content is there. A page without content is blank.
func (w *pageWalk) page(page types.Dict) error {
	content, err := w.file.Dereference(page["Contents"])
	if err != nil {
		return err
	}
	parts := types.Array{page["Contents"]}
	if list, ok := content.(types.Array); ok {
		parts = list
	}
	for _, part := range parts {
		if part == nil {
			continue
		}
		stream, _, err := w.file.DereferenceStreamDict(part)
		if err != nil {
			return err
		}
		if stream == nil {
			return broken("PDF中有一页的内容缺失", "the content of a page is missing")
		}
	}
	w.pages++
	return nil
}
