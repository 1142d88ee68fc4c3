package roster_test

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/sample"
)

func TestAWrittenPupilComesBackAsItWas(t *testing.T) {
	in, rd := submission(t), reader(t)
	rapid.Check(t, func(t *rapid.T) {
		pupils, err := sample.Pupils(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 6).Draw(t, "pupils"), in)
		require.NoError(t, err)
		var want []roster.Pupil
		for p := range pupils {
			p[roster.Name] = rapid.StringMatching(`[一-龥𠀀-𠃿]{2,5}(·[一-龥]{1,5})?`).Draw(t, "name")
			p["talent"] = rapid.StringMatching(`[一-龥a-z、]{0,12}`).Draw(t, "talent")
			if p["talent"] == "" {
				delete(p, "talent")
			}
			want = append(want, p)
		}
		var file bytes.Buffer
		require.NoError(t, rd.Template().Write(&file, "", func(yield func(roster.Pupil) bool) {
			for _, p := range want {
				if !yield(p) {
					return
				}
			}
		}))
		got, err := rd.ReadAll(context.Background(), bytes.NewReader(file.Bytes()), int64(file.Len()), in)
		require.NoError(t, err)
		require.Len(t, got.Rows, len(want))
		for i, row := range got.Rows {
			require.Empty(t, row.Findings)
			require.Equal(t, want[i], row.Pupil)
		}
	})
}

func FuzzReadFile(f *testing.F) {
	for _, name := range []string{"roster-empty", "roster-no-au", "roster-not-excel", "roster-wrong-template"} {
		content, err := os.ReadFile("testdata/" + name + ".xlsx")
		require.NoError(f, err)
		f.Add(content)
	}
	for _, name := range []string{"update-cells-without-references", "update-header-gap", "hidden-rows", "mojibake"} {
		f.Add(caseFile(f, name))
	}
	in, rd := submission(f), reader(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := rd.ReadAll(context.Background(), bytes.NewReader(content), int64(len(content)), in)
		if err != nil {
			// Whatever a person hands in, the answer is one they can act on.
			require.NotEqual(t, refusal.Internal, refusal.CodeOf(err))
			return
		}
		require.Equal(t, got.Summary.Rows, got.Summary.Taken+got.Summary.Refused+copies(got))
	})
}

func copies(s *roster.Sheet) int {
	n := 0
	for _, r := range s.Rows {
		if r.Verdict == roster.LeftOut && r.Findings[0].Code == refusal.SheetRepeatedRow {
			n++
		}
	}
	return n
}
