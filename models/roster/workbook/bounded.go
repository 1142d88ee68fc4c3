package workbook

import (
	"bytes"
	"fmt"
	"io"
)

// boundedReader ends a part that unpacks to more than it may, or that holds a
// text so long that the XML decoder would have to keep it all in memory. The
// sizes in a zip archive are claims of whoever made it; these are not.
type boundedReader struct {
	source    io.Reader
	left      int64
	maxRun    int
	run       int
	buffer    []byte
	from, end int
	err       error
}

func newBoundedReader(source io.Reader, limit int64, maxRun int) *boundedReader {
	return &boundedReader{source: source, left: limit, maxRun: maxRun, buffer: make([]byte, 64<<10)}
}

// Read implements io.Reader.
func (r *boundedReader) Read(p []byte) (int, error) {
	if err := r.fill(); err != nil {
		return 0, err
	}
	n := copy(p, r.buffer[r.from:r.end])
	r.from += n
	return n, nil
}

// ReadByte implements io.ByteReader, so the XML decoder needs no buffer of its own.
func (r *boundedReader) ReadByte() (byte, error) {
	if r.from == r.end {
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	c := r.buffer[r.from]
	r.from++
	return c, nil
}

func (r *boundedReader) fill() error {
	for r.from == r.end {
		if r.err != nil {
			return r.err
		}
		var n int
		n, r.err = r.source.Read(r.buffer)
		r.from, r.end = 0, n
		if r.left -= int64(n); r.left < 0 {
			r.err = fmt.Errorf("%w: part unpacks to too much", ErrTooLarge)
			r.end = 0
			return r.err
		}
		if r.measure(r.buffer[:n]) > r.maxRun {
			r.err = fmt.Errorf("%w: text is too long", ErrTooLarge)
			r.end = 0
			return r.err
		}
	}
	return nil
}

// measure gives the longest stretch without the start of a tag that ends in b.
func (r *boundedReader) measure(b []byte) int {
	i := bytes.LastIndexByte(b, '<')
	if i < 0 {
		r.run += len(b)
		return r.run
	}
	first := r.run + bytes.IndexByte(b, '<')
	r.run = len(b) - i
	return first
}
