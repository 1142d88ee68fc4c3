package rest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Scans are named by the number of the card they show; nobody reads it there.
func TestNumbersInFileNamesAreMasked(t *testing.T) {
	for name, want := range map[string]string{
		"居民身份证 990101201501010015.pdf": "居民身份证 990*************15.pdf",
		"99010120150101001X正面.jpg":     "990*************1X正面.jpg",
		"L990101201503019473.png":      "L990*************73.png",
		"休学证明 2026-11-20 第3页.pdf":      "休学证明 2026-11-20 第3页.pdf",
		"scan_202611.pdf":              "scan_202611.pdf",
	} {
		require.Equal(t, want, plainName(name))
	}
}
