package main

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// A source that was changed without a build, and a built file that was edited, are seen
// without Node.
func TestDistIsBuiltFromTheseSources(t *testing.T) {
	now, err := stamp(os.DirFS(".."))
	require.NoError(t, err)
	kept, err := os.ReadFile("../dist.sum")
	require.NoError(t, err)
	require.Equal(t, string(kept), now, "the console was changed and not built: run make web, which needs Node 20.19 or later, and commit web/dist and web/dist.sum")
}

func TestTheDigestSeesEveryChange(t *testing.T) {
	of := func(files map[string]string) string {
		web := fstest.MapFS{}
		for name, text := range files {
			web["src/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		sum, err := digest(web, "src")
		require.NoError(t, err)
		return sum
	}
	plain := of(map[string]string{"a.ts": "1", "b.ts": "2"})
	require.Equal(t, plain, of(map[string]string{"a.ts": "1", "b.ts": "2", "api/schema.d.ts": "x"}), "the types are generated")
	for _, other := range []map[string]string{{"a.ts": "1"}, {"a.ts": "1", "b.ts": "3"}, {"a.ts": "1", "c.ts": "2"}, {"a.ts": "12", "b.ts": ""}} {
		require.NotEqual(t, plain, of(other), other)
	}
}
