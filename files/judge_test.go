package files_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/files"
	"github.com/xueji/xueji/models/problem"
)

func somePNG(t require.TestingT) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return b.Bytes()
}

func someJPEG(t require.TestingT) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	return b.Bytes()
}

const somePDF = "%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"

func TestEvidenceMustOpen(t *testing.T) {
	for want, content := range map[files.MediaType][]byte{files.PNG: somePNG(t), files.JPEG: someJPEG(t), files.PDF: []byte(somePDF)} {
		got, err := files.JudgeEvidence(content)
		require.NoError(t, err)
		require.Equal(t, want, got)
		_, err = files.JudgeEvidence(content[:12])
		require.ErrorIs(t, err, problem.New(problem.EvidenceBroken), want)
	}
	_, err := files.JudgeEvidence(nil)
	require.ErrorIs(t, err, problem.New(problem.EvidenceEmpty))
	_, err = files.JudgeEvidence([]byte("%PDF-x\n%%EOF"))
	require.ErrorIs(t, err, problem.New(problem.EvidenceBroken))
	_, err = files.JudgeEvidence([]byte("%PDF-1.7\n%%EOF" + string(make([]byte, 2000))))
	require.ErrorIs(t, err, problem.New(problem.EvidenceBroken), "the end mark is far from the end")
}

func TestAPictureThatWouldFillTheMemoryIsRefused(t *testing.T) {
	content := somePNG(t)
	header := content[12:29] // IHDR: type, width, height, …
	binary.BigEndian.PutUint32(header[4:], 29_000)
	binary.BigEndian.PutUint32(header[8:], 29_000)
	binary.BigEndian.PutUint32(content[29:], crc32.ChecksumIEEE(header))
	_, err := png.DecodeConfig(bytes.NewReader(content))
	require.NoError(t, err)
	_, err = files.JudgeEvidence(content)
	require.ErrorIs(t, err, problem.New(problem.EvidenceBroken))
}

func FuzzJudgeEvidence(f *testing.F) {
	f.Add([]byte(somePDF))
	f.Add(somePNG(f))
	f.Add(someJPEG(f))
	f.Fuzz(func(t *testing.T, content []byte) {
		kind, err := files.JudgeEvidence(content)
		require.Equal(t, err == nil, kind != "")
	})
}
