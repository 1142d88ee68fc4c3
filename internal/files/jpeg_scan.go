package files

import (
	"bytes"
	"context"
	"encoding/binary"
)

// jpegScans is how many scans a photo may have: each goes over the whole picture.
const jpegScans = 64

// jpegPart is a component of the picture: how often it is sampled, and what came of it.
type jpegPart struct {
	id     byte
	h, v   int
	blocks []uint64 // of a progressive picture: which coefficients of a block are not zero
	wide   int      // blocks in a row of them
	low    [64]int8 // the lowest bit of each coefficient that came, -1 before any
}

// jpegPicture follows the coded data of a photo, and keeps none of its pixels.
type jpegPicture struct {
	width, height   int
	progressive     bool
	parts           []jpegPart
	tables          [2][4]jpegTable // DC, AC
	interval, scans int
	// unknown: the tables or the precision are of a kind that is not followed here.
	unknown bool
}

func ceil(a, b int) int { return (a + b - 1) / b }

// frame reads the header of the frame, which sane has judged.
func (p *jpegPicture) frame(marker byte, body []byte) bool {
	n := int(body[min(5, len(body)-1)])
	if p.parts != nil || n < 1 || n > 4 || len(body) != 6+3*n {
		return false
	}
	p.unknown, p.progressive = body[0] != 8, marker == jpegSOF2
	p.height, p.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	for i := range n {
		part := jpegPart{id: body[6+3*i], h: int(body[7+3*i] >> 4), v: int(body[7+3*i] & 15)}
		if part.h < 1 || part.h > 4 || part.v < 1 || part.v > 4 {
			return false
		}
		for k := range part.low {
			part.low[k] = -1
		}
		p.parts = append(p.parts, part)
	}
	return true
}

// largest gives the largest sampling factors.
func (p *jpegPicture) largest() (h, v int) {
	for _, part := range p.parts {
		h, v = max(h, part.h), max(v, part.v)
	}
	return h, v
}

// define reads a segment of Huffman tables.
func (p *jpegPicture) define(body []byte) bool {
	for len(body) > 0 {
		class, place := body[0]>>4, body[0]&15
		if class > 1 || place > 3 {
			return false
		}
		var ok bool
		if p.tables[class][place], body, ok = readJPEGTable(body[1:]); !ok {
			return false
		}
	}
	return true
}

// whole says whether every bit of every coefficient came.
func (p *jpegPicture) whole() bool {
	for i := range p.parts {
		for _, low := range p.parts[i].low {
			if low != 0 && !p.unknown {
				return false
			}
		}
	}
	return true
}

// jpegScan is one scan over the picture.
type jpegScan struct {
	bits        jpegBits
	parts       []*jpegPart
	dc, ac      []*jpegTable
	start, end  int
	high, low   int8
	run         int // blocks to come that hold nothing more
	progressive bool
}

// scan follows one scan; data goes up to the marker behind it.
func (p *jpegPicture) scan(ctx context.Context, header, data []byte) error {
	if p.scans++; p.scans > jpegScans {
		return errTooMuch
	}
	if p.unknown {
		return nil
	}
	s, ok := p.newScan(header)
	if !ok {
		return damagedJPEG()
	}
	if p.unknown { // tables that are agreed on elsewhere
		return nil
	}
	s.bits.data = data
	if !s.flat() && bytes.Contains(data, make([]byte, 65)) {
		return cutJPEG() // space was made for the rest, and not filled
	}
	if err := p.follow(ctx, s); err != nil {
		return err
	}
	const fill = 64 // bytes which a camera may leave behind the last block
	if left := len(s.bits.data); left > fill && left > len(data)/20 {
		return cutJPEG()
	}
	return nil
}

func damagedJPEG() error {
	return broken("图片中有一段已损坏", "a part of the picture is damaged")
}

// newScan reads the header of a scan.
func (p *jpegPicture) newScan(header []byte) (*jpegScan, bool) {
	if len(header) < 1 || int(header[0]) < 1 || int(header[0]) > len(p.parts) || len(header) != 4+2*int(header[0]) {
		return nil, false
	}
	n := int(header[0])
	last := header[1+2*n:]
	s := &jpegScan{start: int(last[0]), end: int(last[1]), high: int8(last[2] >> 4), low: int8(last[2] & 15), progressive: p.progressive}
	if !p.progressive {
		s.start, s.end, s.high, s.low = 0, 63, 0, 0
	} else if s.end > 63 || s.start > s.end || s.start == 0 && s.end != 0 || s.start > 0 && n > 1 || s.low > 13 {
		return nil, false
	}
	for i := range n {
		for k := range p.parts {
			if part := &p.parts[k]; part.id == header[1+2*i] {
				s.parts = append(s.parts, part)
				break
			}
		}
		dc, ac := &p.tables[0][header[2+2*i]>>4&3], &p.tables[1][header[2+2*i]&3]
		s.dc, s.ac = append(s.dc, dc), append(s.ac, ac)
		p.unknown = p.unknown || s.start == 0 && s.high == 0 && !dc.defined || s.end > 0 && !ac.defined
	}
	if len(s.parts) != n {
		return nil, false
	}
	for _, part := range s.parts {
		for k := s.start; k <= s.end; k++ {
			part.low[k] = s.low
		}
	}
	return s, true
}

// flat says whether zeros stand for an even surface, as they do in tables that were
// made for the picture; a blank sheet is then nothing but zeros.
func (s *jpegScan) flat() bool {
	if s.high > 0 {
		return true
	}
	for i := range s.parts {
		if s.start == 0 && s.dc[i].ofZeros() != 0 || s.end > 0 && (s.ac[i].ofZeros()&15 != 0 || s.ac[i].ofZeros() == 0xf0) {
			return false
		}
	}
	return true
}
