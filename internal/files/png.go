package files

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// walkPNG walks from chunk to chunk to the last one (IEND) and proves the check sum
// of every chunk that a reader needs (ISO/IEC 15948, clause 5). Sound chunks may
// still hold half a picture: a program that packs what it has got makes them so.
func walkPNG(ctx context.Context, content []byte) error {
	const signature, frame, headed = 8, 12, 13 // bytes; frame: length, type and check sum of a chunk
	var header pngHeader
	var packed []io.Reader
	rest := content[signature:]
	for first := true; ; first = false {
		if len(rest) < frame {
			return cutPNG()
		}
		length, kind := int64(binary.BigEndian.Uint32(rest)), string(rest[4:8])
		if length > int64(len(rest)-frame) {
			return cutPNG()
		}
		body, sum := rest[4:8+length], binary.BigEndian.Uint32(rest[8+length:])
		rest = rest[frame+length:]
		critical := kind[0]&0x20 == 0 // of a chunk of another kind readers ignore what is wrong
		if first != (kind == "IHDR") || first && length != headed || critical && crc32.ChecksumIEEE(body) != sum {
			return broken("图片中有一段已损坏", "a part of the picture is damaged")
		}
		switch kind {
		case "IHDR":
			if err := sane(side(body[4:]), side(body[8:])); err != nil {
				return err
			}
			var ok bool
			if header, ok = readPNGHeader(body[4:]); !ok {
				return broken("图片中有一段已损坏", "a part of the picture is damaged")
			}
		case "IDAT":
			if length > 0 {
				packed = append(packed, bytes.NewReader(body[4:]))
			}
		case "IEND":
			if packed == nil {
				return broken("图片没有内容", "there is no picture in it")
			}
			return provePNG(ctx, header, io.MultiReader(packed...))
		}
	}
}

func cutPNG() error {
	return broken("图片不完整，只到了一部分", "only a part of the picture arrived")
}

// side reads the length of a side; one that is no length of PNG is none.
func side(b []byte) int {
	n := binary.BigEndian.Uint32(b)
	if n > 1<<31-1 {
		return 0
	}
	return int(n)
}
