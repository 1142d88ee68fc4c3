package files_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/refusal"
)

// noise is a picture that does not compress away.
func noise(side int) image.Image {
	m, r := image.NewGray(image.Rect(0, 0, side, side)), rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(r.IntN(256))
	}
	return m
}

func somePNG(t require.TestingT) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, noise(64)))
	return b.Bytes()
}

func someJPEG(t require.TestingT) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, noise(64), nil))
	return b.Bytes()
}

func paper(t require.TestingT, name string) []byte {
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return content
}

// takes requires that a file is taken as what it is.
func takes(t *testing.T, want files.MediaType, content []byte, what string) {
	t.Helper()
	got, err := files.NewJudge().Evidence(t.Context(), content)
	require.NoError(t, err, what)
	require.Equal(t, want, got, what)
}

func refuses(t *testing.T, code refusal.Code, content []byte, what string) {
	t.Helper()
	_, err := files.NewJudge().Evidence(t.Context(), content)
	require.ErrorIs(t, err, refusal.New(code), what)
}

// segment is one segment of a JPEG.
func segment(marker byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
}

// withThumbnail puts a whole small picture into the head of another one, as cameras do.
func withThumbnail(content, thumbnail []byte) []byte {
	exif := segment(0xe1, append([]byte("Exif\x00\x00"), thumbnail...))
	return append(append([]byte{0xff, 0xd8}, exif...), content[2:]...)
}

func TestAHalfPictureIsRefused(t *testing.T) {
	photo := withThumbnail(someJPEG(t), someJPEG(t))
	takes(t, files.JPEG, photo, "whole photo")
	for _, n := range []int{3, 20, len(photo) / 4, len(photo) / 2, len(photo) * 3 / 4, len(photo) - 1} {
		refuses(t, refusal.EvidenceBroken, photo[:n], "photo that broke off")
		refuses(t, refusal.EvidenceBroken, append(bytes.Clone(photo[:n]), make([]byte, 5000)...), "space was made for it and not filled")
	}
	scan := somePNG(t)
	takes(t, files.PNG, scan, "whole picture")
	for _, n := range []int{8, 12, 40, len(scan) / 2, len(scan) - 1, len(scan) - 12} {
		refuses(t, refusal.EvidenceBroken, scan[:n], "picture that broke off")
	}
	scan[len(scan)/2] ^= 1
	refuses(t, refusal.EvidenceBroken, scan, "a bit fell over")
}

func TestPhotosOfTelephonesAreTaken(t *testing.T) {
	photo := someJPEG(t)
	for what, content := range map[string][]byte{
		"zeros behind it":                 append(bytes.Clone(photo), make([]byte, 4096)...),
		"a second picture (MPO)":          append(bytes.Clone(photo), photo...),
		"a film (motion photo)":           append(bytes.Clone(photo), "\x00\x00\x00\x18ftypmp42"...),
		"half a film":                     append(bytes.Clone(photo), "\xff\xd8\xff"...),
		"fill bytes before a marker":      append([]byte("\xff\xd8\xff\xff\xff"), photo[3:]...),
		"four colours of a print (Adobe)": append(append([]byte("\xff\xd8"), segment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x02"))...), photo[2:]...),
	} {
		takes(t, files.JPEG, content, what)
	}
	refuses(t, refusal.EvidenceBroken, framed(photo, 0xc9), "coded in a way that no browser shows")
	refuses(t, refusal.EvidenceBroken, []byte("\xff\xd8\xff\xd9"), "nothing between begin and end")
	refuses(t, refusal.EvidenceHEIC, []byte("\x00\x00\x00\x20ftypMiHE\x00\x00\x00\x00mif1heic"), "HEIC of another maker")
}

// framed gives a picture whose frame says that it is of another type.
func framed(photo []byte, frame byte) []byte {
	return bytes.Replace(photo, []byte("\xff\xc0"), []byte{0xff, frame}, 1)
}

func TestAPictureThatWouldFillTheMemoryIsRefused(t *testing.T) {
	content := somePNG(t)
	header := content[12:29] // IHDR: type, width, height, …
	binary.BigEndian.PutUint32(header[4:], 29_000)
	binary.BigEndian.PutUint32(header[8:], 29_000)
	binary.BigEndian.PutUint32(content[29:], crc32.ChecksumIEEE(header))
	_, err := png.DecodeConfig(bytes.NewReader(content))
	require.NoError(t, err)
	refuses(t, refusal.EvidenceTooLarge, content, "841 million pixels")
}

func TestNothingAndOtherThingsAreToldApart(t *testing.T) {
	refuses(t, refusal.EvidenceEmpty, nil, "nothing")
	refuses(t, refusal.EvidenceType, []byte("GIF89a"), "GIF")
	refuses(t, refusal.EvidenceBroken, []byte("%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"), "two marks and nothing between them")
}

func FuzzEvidence(f *testing.F) {
	f.Add(somePNG(f))
	f.Add(someJPEG(f))
	papers, err := filepath.Glob("testdata/*.pdf")
	require.NoError(f, err)
	for _, name := range papers {
		f.Add(paper(f, filepath.Base(name)))
	}
	judge := files.NewJudge()
	f.Fuzz(func(t *testing.T, content []byte) {
		kind, err := judge.Evidence(t.Context(), content)
		require.Equal(t, err == nil, kind != "")
		if err != nil {
			require.NotEqual(t, refusal.Internal, refusal.CodeOf(err))
		}
	})
}
