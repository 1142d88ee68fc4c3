package rest

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestThePlaceOfAnOffset(t *testing.T) {
	text := `{"a":[{"b":1},{"b":[2,1e400]}],"c":{"d":"x","e":7}}`
	for value, want := range map[string]string{"1e400": "/a/1/b/1", `"x"`: "/c/d", "7": "/c/e"} {
		end := strings.Index(text, value) + len(value)
		require.Equal(t, want, placeOf([]byte(text), int64(end)))
	}
	require.Empty(t, placeOf([]byte(`{"a"`), 99))
}

// FuzzReadJSON: what the reader of bodies takes is UTF-8 as it was sent, and what it
// refuses it places without a panic.
func FuzzReadJSON(f *testing.F) {
	for _, shape := range []string{"null", "1e400", `"文"`, `"\ud800"`, "\"\xb0\xa1\"", `[{"a":1},{"a":1}]`, `{"a":1,"a":2}`, `{"":""}`, "", "}"} {
		f.Add([]byte(`{"a":` + shape + `}`))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var tree any
		err := readJSON(text, &tree)
		if err == nil {
			require.True(t, utf8.Valid(text))
			again, err := json.Marshal(tree)
			require.NoError(t, err)
			require.NotContains(t, string(again), "\ufffd")
			require.NoError(t, readJSON(again, &tree))
		} else if e, found := faultIn(err.Error()); found {
			_, bad := url.Parse(e.Field)
			require.NoError(t, bad)
		}
	})
}
