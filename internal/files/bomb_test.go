package files_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/refusal"
)

// zeros gives this many zero bytes deflated once, and again as often as asked.
func zeros(t testing.TB, n int64, again int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := io.CopyN(w, endless{}, n)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	content := b.Bytes()
	for range again {
		content = deflated(t, content)
	}
	return content
}

// endless gives zero bytes without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// tableOnly is a PDF which is only a table of objects: a stream with these entries.
func tableOnly(entries string, stream []byte) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	at := b.Len()
	fmt.Fprintf(&b, "1 0 obj\n<<%s/Root 2 0 R/Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", entries, len(stream), stream, at)
	return b.Bytes()
}

// A few hundred bytes must not take the memory of the server: the table of objects
// is unpacked before anything else of a PDF is known.
func TestASmallPDFDoesNotTakeTheMemory(t *testing.T) {
	const much = 400 << 20
	const table, flate, twice = "/Type/XRef/W[1 2 1]", "/Filter/FlateDecode", "/Filter[/FlateDecode/FlateDecode]"
	once, again := zeros(t, much, 0), zeros(t, much, 1)
	for what, content := range map[string][]byte{
		"a large table":                  tableOnly(table+"/Size 99999999"+flate, once),
		"a large table of a small size":  tableOnly(table+"/Size 3"+flate, once),
		"packed twice":                   tableOnly(table+"/Size 3"+twice, again),
		"packed three times":             tableOnly(table+"/Size 3/Filter[/FlateDecode/FlateDecode/FlateDecode]", zeros(t, much, 2)),
		"short names":                    tableOnly(table+"/Size 3/Filter[/Fl/Fl]", again),
		"names written as numbers":       tableOnly("/T#79pe/XR#65f/W[1 2 1]/Size 3/F#69lter/Fl#61teDecode", once),
		"a table that does not say so":   tableOnly("/W[1 2 1]/Size 3"+flate, once),
		"a table that calls itself else": tableOnly("/W[1 2 1]/Size 3/X<</Type/XObject/Subtype/Image>>"+flate, once),
		"an image without a type":        tableOnly("/W[1 2 1]/Size 3/Subtype/Image"+flate, once),
		"another dictionary in a string": tableOnly("/W[1 2 1]/Size 3/X(3 0 obj <</Type/XObject/Subtype/Image>>)"+flate, once),
		"the word stream in a string":    tableOnly("/W[1 2 1]/Size 3/X(endstream stream)"+flate, once),
		"a row of half a gigabyte":       tableOnly(table+"/Size 3/DecodeParms<</Predictor 12/Columns 500000000>>"+flate, zeros(t, 100, 0)),
		"a table of many places":         tableOnly(table+"/Size 399999"+flate, zeros(t, 4*399_999, 0)),
	} {
		t.Run(what, func(t *testing.T) {
			judge := files.NewJudge()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := judge.Evidence(t.Context(), content)
			runtime.ReadMemStats(&after)
			require.ErrorIs(t, err, refusal.New(refusal.EvidenceTooLarge))
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20), "bytes taken for %d bytes", len(content))
		})
	}
}

// deflated packs a text.
func deflated(t testing.TB, text []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}
