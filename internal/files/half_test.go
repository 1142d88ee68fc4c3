package files_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/refusal"
)

// pngWith is a PNG whose picture is packed so; interlace is the last byte of its header.
func pngWith(packed []byte, width, height uint32, interlace byte) []byte {
	chunk := func(to []byte, kind string, body []byte) []byte {
		to = binary.BigEndian.AppendUint32(to, uint32(len(body)))
		whole := append([]byte(kind), body...)
		return binary.BigEndian.AppendUint32(append(to, whole...), crc32.ChecksumIEEE(whole))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	content := chunk([]byte("\x89PNG\r\n\x1a\n"), "IHDR", append(header, 8, 0, 0, 0, interlace))
	return chunk(chunk(content, "IDAT", packed), "IEND", nil)
}

func TestAHalfPNGOfSoundChunksIsRefused(t *testing.T) {
	const width, height = 13, 9
	rows := make([]byte, height*(width+1))
	takes(t, files.PNG, pngWith(deflated(t, rows), width, height, 0), "whole")
	// The seven passes of 13 × 9: 2+1+4, … columns; each row has a filter in front.
	const interlaced = 2*(1+2) + 2*(1+2) + 1*(1+4) + 3*(1+3) + 2*(1+7) + 5*(1+6) + 4*(1+13)
	takes(t, files.PNG, pngWith(deflated(t, make([]byte, interlaced)), width, height, 1), "whole, interlaced")
	for what, packed := range map[string][]byte{
		"no packed rows":     []byte("this is not packed at all"),
		"half of the rows":   deflated(t, rows[:len(rows)/2]),
		"one byte less":      deflated(t, rows[:len(rows)-1]),
		"one row more":       deflated(t, append(bytes.Clone(rows), make([]byte, width+1)...)),
		"packed rows broken": deflated(t, rows)[:8],
		"no check sum":       deflated(t, rows)[:len(deflated(t, rows))-4],
	} {
		refuses(t, refusal.EvidenceBroken, pngWith(packed, width, height, 0), what)
	}
	refuses(t, refusal.EvidenceBroken, pngWith(deflated(t, make([]byte, interlaced-1)), width, height, 1), "interlaced, one byte less")
}

func TestPNGsOfEveryCodingAreTaken(t *testing.T) {
	area := image.Rect(0, 0, 11, 7)
	for what, picture := range map[string]image.Image{
		"grey": image.NewGray(area), "grey of 16 bits": image.NewGray16(area), "colour": image.NewRGBA(area), "see-through": image.NewNRGBA(area),
		"see-through of 16 bits": image.NewNRGBA64(area), "black and white": image.NewPaletted(area, color.Palette{color.White, color.Black}),
		"sixteen colours": image.NewPaletted(area, make16()),
	} {
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, picture))
		takes(t, files.PNG, b.Bytes(), what)
	}
}

func make16() (p color.Palette) {
	for i := range uint8(16) {
		p = append(p, color.Gray{Y: i})
	}
	return p
}
