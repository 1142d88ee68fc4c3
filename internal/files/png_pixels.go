package files

import (
	"compress/zlib"
	"context"
	"io"
)

// pngHeader is what the header of a PNG says about its picture (ISO/IEC 15948, 11.2.1).
type pngHeader struct {
	width, height int64
	bits          int64 // of a pixel
	interlaced    bool
}

// readPNGHeader reads a header; ok is false for a coding that does not exist.
func readPNGHeader(body []byte) (h pngHeader, ok bool) {
	depth, colour := int64(body[8]), body[9]
	samples, depths := int64(0), int64(8|16)
	switch colour {
	case 0:
		samples, depths = 1, 1|2|4|8|16
	case 3:
		samples, depths = 1, 1|2|4|8
	case 2:
		samples = 3
	case 4:
		samples = 2
	case 6:
		samples = 4
	}
	single := depth > 0 && depth&(depth-1) == 0 // the depths are powers of two
	h = pngHeader{int64(side(body)), int64(side(body[4:])), depth * samples, body[12] == 1}
	return h, samples > 0 && single && depth&depths != 0 && body[10] == 0 && body[11] == 0 && body[12] <= 1
}

// size gives how many bytes the rows of all passes have, each behind its filter.
func (h pngHeader) size() int64 {
	passes := [][4]int64{{0, 0, 1, 1}} // first column, first row, steps
	if h.interlaced {
		passes = [][4]int64{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
	}
	var n int64
	for _, p := range passes {
		if columns, rows := (h.width-p[0]+p[2]-1)/p[2], (h.height-p[1]+p[3]-1)/p[3]; columns > 0 {
			n += rows * (1 + (columns*h.bits+7)/8)
		}
	}
	return n
}

// provePNG unpacks the picture without keeping it: all its rows must be there.
func provePNG(ctx context.Context, h pngHeader, packed io.Reader) error {
	inflated, err := zlib.NewReader(packed)
	if err != nil {
		return broken("图片中有一段已损坏", "a part of the picture is damaged")
	}
	want := h.size()
	n, err := io.Copy(io.Discard, patient{ctx, io.LimitReader(inflated, want+1)})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case n < want:
		return cutPNG()
	case n > want || err != nil:
		return broken("图片中有一段已损坏", "a part of the picture is damaged")
	}
	return nil
}

// patient reads as long as somebody waits for it.
type patient struct {
	ctx  context.Context
	from io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.from.Read(b)
}
