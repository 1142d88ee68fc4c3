package files_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/refusal"
)

// photos are pictures of many codings: colours, sampling, restarts, progression.
func photos(t *testing.T) map[string][]byte {
	names, err := filepath.Glob("testdata/photos/*.jpeg")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	found := map[string][]byte{"noise": someJPEG(t)}
	for _, name := range names {
		found[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	return found
}

// breaks gives where the photo of a number breaks off, in percent: everywhere in make
// soak; in make test at two places, so that all photos together break off everywhere.
func breaks(number int) []int {
	all := []int{1, 10, 25, 50, 75, 90, 98}
	if os.Getenv("XUEJI_SOAK") != "" {
		return all
	}
	return []int{all[number%len(all)], all[(number+3)%len(all)]}
}

// A photo that broke off and was closed by a program with an end mark is refused,
// wherever it broke off, and also when zeros stand for what is missing.
func TestAHalfPhotoWithAnEndMarkIsRefused(t *testing.T) {
	end, all := []byte("\xff\xd9"), photos(t)
	for number, name := range slices.Sorted(maps.Keys(all)) {
		photo := all[name]
		takes(t, files.JPEG, photo, name)
		first := bytes.Index(photo, []byte("\xff\xda")) + 16
		for _, percent := range breaks(number) {
			cut := first + (len(photo)-first)*percent/100
			half := bytes.TrimRight(photo[:cut], "\xff")
			refuses(t, refusal.EvidenceBroken, append(bytes.Clone(half), end...), name)
			filled := append(bytes.Clone(half), make([]byte, len(photo)-cut)...)
			if percent <= 75 {
				refuses(t, refusal.EvidenceBroken, append(filled, end...), name+" with zeros")
			}
		}
	}
}
