package files

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"regexp"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"github.com/xueji/xueji/models/refusal"
)

// What the streams of a PDF may unpack to. The library unpacks a table of objects
// before any limit of ours applies, and it takes any stream for one at whose place
// the file says that the table stands.
const (
	pdfTable     = 16 << 20  // bytes of a stream that calls itself a table of objects
	pdfTables    = 64 << 20  // bytes of all of them
	pdfContent   = 64 << 20  // bytes of another stream: what a page shows, a font
	pdfPicture   = 128 << 20 // bytes of a picture that does not say what it is
	pdfContents  = 512 << 20 // bytes of all streams
	pdfStacked   = 2         // times one stream is packed
	pdfRow       = 100_000   // columns of a row, and its colours
	pdfPerByte   = 10        // entries of the table for each byte of the file
	pdfHeavy     = 16 << 20  // bytes from which on a PDF is read alone
	pdfBeginning = 64        // beginnings of objects that may stand before one stream
)

var (
	errTooMuch = refusal.New(refusal.EvidenceTooLarge).At("/file") // never changes
	longRow    = regexp.MustCompile(`/([A-Za-z0-9#]{6,24})[\x00\t\n\f\r ]+\+?([0-9]{6,})`)
)

// unpackBudget measures what the streams of a PDF unpack to, without keeping it.
type unpackBudget struct {
	content       []byte
	tables, total int64 // bytes so far
}

// measure refuses a PDF one of whose streams unpacks to too much, and gives the bytes of all.
func measure(ctx context.Context, content []byte) (int64, error) {
	for _, found := range longRow.FindAllSubmatch(content, -1) {
		name, err := types.DecodeName(string(found[1]))
		n, _ := strconv.Atoi(string(found[2]))
		if err == nil && (name == "Columns" || name == "Colors") && (n == 0 || n > pdfRow) {
			return 0, errTooMuch
		}
	}
	b := unpackBudget{content: content}
	for at, from := 0, 0; ; {
		next := bytes.Index(content[at:], []byte("stream"))
		if next < 0 {
			return b.total, nil
		}
		start := at + next
		at = start + len("stream")
		// Only behind a dictionary the word begins a stream; in a text it does not.
		if !bytes.HasSuffix(bytes.TrimRight(content[from:start], "\x00\t\n\v\f\r \x85\xa0"), []byte(">>")) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if err := b.stream(ctx, content[from:start], at); err != nil {
			return 0, err
		}
		from = at
	}
}

// stream measures one stream. Before it may stand more than one beginning of an
// object, one in a text of the other: the file decides which of them is read.
func (b *unpackBudget) stream(ctx context.Context, before []byte, at int) error {
	if end := bytes.LastIndex(before, []byte("endobj")); end >= 0 {
		before = before[end+len("endobj"):]
	}
	for tried := 0; ; tried++ {
		begin := bytes.Index(before, []byte("obj"))
		if begin < 0 {
			return nil
		}
		if tried == pdfBeginning {
			return errTooMuch
		}
		before = before[begin+len("obj"):]
		text := string(before)
		object, err := model.ParseObjectContext(ctx, &text, 0, pdfDepth)
		if dict, ok := object.(types.Dict); err == nil && ok {
			if err := b.measure(dict, packedAt(b.content, at)); err != nil {
				return err
			}
		}
	}
}

// packedAt gives what follows the word "stream" and its line end.
func packedAt(content []byte, at int) []byte {
	rest := bytes.TrimLeft(content[at:], " ")
	if len(rest) > 0 && rest[0] == '\r' {
		rest = rest[1:]
	}
	return bytes.TrimPrefix(rest, []byte("\n"))
}

// measure counts what a stream unpacks to.
func (b *unpackBudget) measure(dict types.Dict, packed []byte) error {
	picture := dict.Subtype() != nil && *dict.Subtype() == "Image"
	if picture && dict.Type() != nil && *dict.Type() == "XObject" {
		return nil // the library leaves pictures packed
	}
	table, limit := dict.Type() != nil && *dict.Type() == "XRef", int64(pdfContent)
	switch size := dict.Size(); {
	case table && size != nil && (*size > pdfObjects || *size > pdfPerByte*len(b.content)):
		return errTooMuch
	case table:
		limit = min(pdfTable, pdfTables-b.tables)
	case picture:
		limit = pdfPicture
	}
	filters, flate := filtersOf(dict)
	if flate > pdfStacked {
		return errTooMuch
	}
	n, err := unpackedSize(filters, flate, packed, dict, min(limit, pdfContents-b.total))
	if err != nil {
		return err
	}
	if b.total += n; table {
		b.tables += n
	}
	return nil
}

// filtersOf gives the filters of a stream, and how many of them are Flate. Filters
// that are named elsewhere are taken for Flate, as often as is allowed.
func filtersOf(dict types.Dict) (filters []types.PDFFilter, flate int) {
	object, _ := dict.Find("Filter")
	var names types.Array
	switch o := object.(type) {
	case types.Name:
		names = types.Array{o}
	case types.Array:
		names = o
	case types.IndirectRef:
		names = types.Array{types.Name(filter.Flate), types.Name(filter.Flate)}
	}
	for _, object := range names {
		name, _ := object.(types.Name)
		long := longFilterName(name.Value())
		if long == filter.Flate {
			flate++
		}
		filters = append(filters, types.PDFFilter{Name: long})
	}
	return filters, flate
}

// longFilterName gives the long name of a filter (ISO 32000-1, table 94).
func longFilterName(name string) string {
	switch name {
	case "Fl":
		return filter.Flate
	case "LZW":
		return filter.LZW
	case "A85":
		return filter.ASCII85
	case "AHx":
		return filter.ASCIIHex
	case "RL":
		return filter.RunLength
	case "CCF":
		return filter.CCITTFax
	case "DCT":
		return filter.DCT
	}
	return name
}

// unpackedSize gives how many bytes a stream unpacks to, at each of its filters.
// Content that is damaged or encrypted counts as far as it can be unpacked.
func unpackedSize(filters []types.PDFFilter, flate int, packed []byte, dict types.Dict, limit int64) (int64, error) {
	if flate == len(filters) {
		return inflatedSize(packed, flate, limit)
	}
	end := max(bytes.Index(packed, []byte("endstream")), 0)
	if length := dict.Int64Entry("Length"); length != nil && *length > int64(end) {
		end = int(min(*length, int64(len(packed))))
	}
	stream := types.StreamDict{Dict: types.Dict{}, Raw: packed[:end], FilterPipeline: filters}
	if err := stream.DecodeWithLimit(limit); errors.Is(err, filter.ErrDecodeLimitExceeded) {
		return 0, errTooMuch
	}
	return int64(len(stream.Content)), nil
}

// inflatedSize gives how many bytes come out of a stream that is packed so many times.
func inflatedSize(packed []byte, times int, limit int64) (int64, error) {
	if times == 0 {
		return 0, nil
	}
	var source io.Reader = bytes.NewReader(packed)
	meters := make([]*meter, times)
	for i := range meters {
		inflated, err := zlib.NewReader(source)
		if errors.Is(err, errTooMuch) {
			return 0, errTooMuch
		}
		if err != nil {
			break // the library comes no further either
		}
		meters[i] = &meter{from: inflated, left: limit}
		source = meters[i]
	}
	if meters[0] == nil {
		return 0, nil
	}
	if _, err := io.Copy(io.Discard, source); errors.Is(err, errTooMuch) {
		return 0, errTooMuch
	}
	var n int64
	for _, m := range meters {
		if m != nil {
			n += limit - m.left
		}
	}
	return n, nil
}

// meter reads up to a number of bytes and then fails.
type meter struct {
	from io.Reader
	left int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	if m.left -= int64(n); m.left < 0 {
		return 0, errTooMuch
	}
	return n, err
}
