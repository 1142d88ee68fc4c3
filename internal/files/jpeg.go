package files

import (
	"context"
	"encoding/binary"
)

// Markers of JPEG (ITU-T T.81, table B.1), without the leading 0xff.
const (
	jpegTEM   = 0x01
	jpegSOF0  = 0xc0
	jpegSOF2  = 0xc2 // progressive; the three up to here are what every reader shows
	jpegDHT   = 0xc4
	jpegJPG   = 0xc8
	jpegDAC   = 0xcc
	jpegSOF15 = 0xcf
	jpegRST0  = 0xd0
	jpegRST7  = 0xd7
	jpegSOI   = 0xd8
	jpegEOI   = 0xd9
	jpegSOS   = 0xda
	jpegDRI   = 0xdd
)

// walkJPEG follows the coded picture and walks from marker to marker to the end mark of the main picture. The
// thumbnail in a segment of its own has an end mark too: segments are skipped by
// their length, so it is never taken for the end. What follows the end mark is no
// part of the picture: second pictures and films, which telephones put there.
func walkJPEG(ctx context.Context, content []byte) error {
	w := jpegWalk{rest: content[2:]}
	for {
		marker, ok := w.marker()
		switch {
		case !ok:
			return cutJPEG()
		case marker == jpegEOI && w.scanned && w.framed:
			if !w.picture.whole() {
				return cutJPEG()
			}
			return nil
		case marker == jpegEOI, marker == jpegSOI:
			return broken("图片没有内容", "there is no picture in it")
		case marker == jpegTEM, marker >= jpegRST0 && marker <= jpegRST7:
			continue
		}
		if err := w.segment(ctx, marker); err != nil {
			return err
		}
	}
}

type jpegWalk struct {
	rest            []byte
	framed, scanned bool // whether a frame header and a scan with content came by
	picture         jpegPicture
}

// cutJPEG refuses a photo that stops before its end mark.
func cutJPEG() error {
	return broken("照片不完整，只到了一部分", "only a part of the photo arrived")
}

// marker finds the next marker; several 0xff before it only fill. Readers skip
// stray bytes between segments, and so is done here.
func (w *jpegWalk) marker() (byte, bool) {
	for i := 0; i+1 < len(w.rest); i++ {
		if w.rest[i] == 0xff && w.rest[i+1] != 0xff && w.rest[i+1] != 0 {
			marker := w.rest[i+1]
			w.rest = w.rest[i+2:]
			return marker, true
		}
	}
	return 0, false
}

// segment skips one segment, and behind the header of a scan the scan itself.
func (w *jpegWalk) segment(ctx context.Context, marker byte) error {
	if len(w.rest) < 2 {
		return cutJPEG()
	}
	length := int(binary.BigEndian.Uint16(w.rest))
	if length < 2 {
		return damagedJPEG()
	}
	if length > len(w.rest) {
		return cutJPEG()
	}
	body := w.rest[2:length]
	w.rest = w.rest[length:]
	switch {
	case marker == jpegSOS:
		return w.scan(ctx, body)
	case marker == jpegDHT && !w.picture.define(body), marker == jpegDRI && len(body) != 2:
		return damagedJPEG()
	case marker == jpegDRI:
		w.picture.interval = int(binary.BigEndian.Uint16(body))
	case marker >= jpegSOF0 && marker <= jpegSOF15 && marker != jpegDHT && marker != jpegJPG && marker != jpegDAC:
		return w.frame(marker, body)
	}
	return nil
}

// frame reads the header of a frame: precision, height, width.
func (w *jpegWalk) frame(marker byte, body []byte) error {
	if marker > jpegSOF2 || len(body) < 6 {
		return broken("图片的编码方式少见，一般软件打不开", "the picture is coded in a way that few programs open")
	}
	w.framed = true
	if err := sane(int(binary.BigEndian.Uint16(body[3:])), int(binary.BigEndian.Uint16(body[1:]))); err != nil {
		return err
	}
	if !w.picture.frame(marker, body) {
		return damagedJPEG()
	}
	return nil
}

// scan follows coded data: up to a marker that is neither a stuffed byte nor a restart.
func (w *jpegWalk) scan(ctx context.Context, header []byte) error {
	for i := 0; i+1 < len(w.rest); i++ {
		if next := w.rest[i+1]; w.rest[i] != 0xff || next == 0 || next == 0xff || next >= jpegRST0 && next <= jpegRST7 {
			continue
		}
		w.scanned = w.scanned || i > 0
		coded := w.rest[:i]
		w.rest = w.rest[i:]
		return w.picture.scan(ctx, header, coded)
	}
	w.rest = nil
	return nil
}
