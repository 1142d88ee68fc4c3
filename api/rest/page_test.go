package rest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzDecodeCursor(f *testing.F) {
	f.Add("")
	f.Add(EncodeCursor("x"))
	f.Add("!!")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := DecodeCursor[string](text)
		if err == nil && key != nil {
			again, err := DecodeCursor[string](EncodeCursor(*key))
			require.NoError(t, err)
			require.Equal(t, *key, *again)
		}
	})
}
