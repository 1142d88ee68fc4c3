package files_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/refusal"
)

// zeros gives this many mebibytes of zero bytes, deflated. Each mebibyte after the first
// is packed into the same bytes, so they are packed once and repeated: to pack all of
// them takes a minute under the race detector.
func zeros(t testing.TB, mebibytes int) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	require.NoError(t, err)
	text, ends := make([]byte, 1<<20), [2]int{}
	for i := range ends {
		_, err := w.Write(text)
		require.NoError(t, errors.Join(err, w.Flush()))
		ends[i] = b.Len()
	}
	packed, next := bytes.Clone(b.Bytes()), bytes.Clone(b.Bytes()[ends[0]:])
	packed = append(packed, bytes.Repeat(next, mebibytes-len(ends))...)
	b.Reset()
	require.NoError(t, w.Close())
	packed = append(packed, b.Bytes()...)
	const adler = 65521 // the sum of zeros is 1 below and their number above
	return append(append([]byte("\x78\x9c"), packed...), binary.BigEndian.AppendUint32(nil, uint32((mebibytes<<20)%adler)<<16|1)...)
}

// A reader of zlib agrees with what zeros put together.
func TestZerosAreZeros(t *testing.T) {
	r, err := zlib.NewReader(bytes.NewReader(zeros(t, 5)))
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, make([]byte, 5<<20), text)
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
	const much = 400
	const table, flate, twice = "/Type/XRef/W[1 2 1]", "/Filter/FlateDecode", "/Filter[/FlateDecode/FlateDecode]"
	once := zeros(t, much)
	again := deflated(t, once)
	for what, content := range map[string][]byte{
		"a large table":                  tableOnly(table+"/Size 99999999"+flate, once),
		"a large table of a small size":  tableOnly(table+"/Size 3"+flate, once),
		"packed twice":                   tableOnly(table+"/Size 3"+twice, again),
		"packed three times":             tableOnly(table+"/Size 3/Filter[/FlateDecode/FlateDecode/FlateDecode]", deflated(t, again)),
		"short names":                    tableOnly(table+"/Size 3/Filter[/Fl/Fl]", again),
		"names written as numbers":       tableOnly("/T#79pe/XR#65f/W[1 2 1]/Size 3/F#69lter/Fl#61teDecode", once),
		"a table that does not say so":   tableOnly("/W[1 2 1]/Size 3"+flate, once),
		"a table that calls itself else": tableOnly("/W[1 2 1]/Size 3/X<</Type/XObject/Subtype/Image>>"+flate, once),
		"an image without a type":        tableOnly("/W[1 2 1]/Size 3/Subtype/Image"+flate, once),
		"another dictionary in a string": tableOnly("/W[1 2 1]/Size 3/X(3 0 obj <</Type/XObject/Subtype/Image>>)"+flate, once),
		"the word stream in a string":    tableOnly("/W[1 2 1]/Size 3/X(endstream stream)"+flate, once),
		"a row of half a gigabyte":       tableOnly(table+"/Size 3/DecodeParms<</Predictor 12/Columns 500000000>>"+flate, deflated(t, make([]byte, 100))),
		"a table of many places":         tableOnly(table+"/Size 399999"+flate, deflated(t, make([]byte, 4*399_999))),
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
