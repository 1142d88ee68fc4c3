package e2e_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
)

// suspensionWith files a suspension that rests on two papers.
func suspensionWith(who *e2e.Person, pupil uuid.UUID, application, proof uint8) string {
	body := who.SuspensionBody(pupil)
	body["evidence"] = []map[string]string{{"id": who.Paper(application), "kind": "GUARDIAN_APPLICATION"}, {"id": who.Paper(proof), "kind": "SUSPENSION_PROOF"}}
	return who.File(body)
}

// elsewhereOf gives what the page of a change remarks about its papers, by their kind.
func elsewhereOf(t *testing.T, who *e2e.Person, change string) map[string]map[string]any {
	t.Helper()
	list, ok := who.Page(change).Get("evidence").([]any)
	require.True(t, ok)
	out := map[string]map[string]any{}
	for _, one := range list {
		paper, ok := one.(map[string]any)
		require.True(t, ok)
		remark, _ := paper["elsewhere"].(map[string]any) // none where nothing is remarked
		out[fmt.Sprint(paper["kind"])] = remark
	}
	return out
}

// One file as a proof for two pupils is remarked, and tells nobody of a pupil whose
// case they may not see.
func TestOneFileForTwoPupilsIsRemarked(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	here, there := s.County(), s.CountyOf("110101", "2111000123", "东城区示例小学")
	sister, brother, stranger := s.Pupil(here, 2024), s.Pupil(here, 2025), s.Pupil(there, 2024)

	first := suspensionWith(here.Registrar, sister, 1, 9)
	for kind, remark := range elsewhereOf(t, here.Leader, first) {
		require.Nil(t, remark, kind)
	}
	second := suspensionWith(here.Registrar, brother, 2, 9)
	third := suspensionWith(there.Registrar, stranger, 3, 9)

	for _, who := range []*e2e.Person{here.Registrar, here.Leader} {
		got := elsewhereOf(t, who, second)
		require.Nil(t, got["GUARDIAN_APPLICATION"])
		proof := got["SUSPENSION_PROOF"]
		require.Equal(t, []any{map[string]any{"change_id": first, "case_no": here.Leader.Page(first).Text("case_no")}}, proof["cases"])
	}
	require.EqualValues(t, 2, elsewhereOf(t, here.Leader, second)["SUSPENSION_PROOF"]["count"], "a case elsewhere is counted and not named")
	require.EqualValues(t, 1, elsewhereOf(t, here.Registrar, second)["SUSPENSION_PROOF"]["count"], "who handed it in learns nothing of others")
	far := elsewhereOf(t, there.Leader, third)["SUSPENSION_PROOF"]
	require.EqualValues(t, 2, far["count"])
	require.Empty(t, far["cases"])
	require.Contains(t, far["remark"], "2项")
	require.Nil(t, elsewhereOf(t, there.Registrar, third)["SUSPENSION_PROOF"])
	page := string(there.Leader.Page(third).Raw)
	e2e.Nowhere(t, "the page", page, first, second, here.Leader.Page(first).Text("case_no"), here.School.ID.String())

	// The same pupil's next case may rest on the same paper.
	here.Leader.Decide(first, "REJECT", "材料不全")
	s.Stage(second, "LEADER_REVIEW")
	again := suspensionWith(here.Registrar, sister, 1, 8)
	require.Nil(t, elsewhereOf(t, here.Leader, again)["GUARDIAN_APPLICATION"])
}
