package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
)

// item is one item of a line of a history.
func item(name, label, before, after string) obj {
	return obj{"item": name, "label": label, "before": before, "after": after}
}

// The history speaks in words, in both languages: kinds, states, schools, classes, what
// was before and after of every line, and who did it; a name is for the offices that
// were in charge.
func TestTheHistorySpeaksInWords(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	a, b := neighbours(s)
	n := s.Named(a, 2024, simulator.Matches)
	path := "/v1/students/" + n.ID.String()
	approved(a, suspension(a.Registrar, n.ID, "2027-01-31"))
	approved(a, extension(a.Registrar, n.ID, "2027-06-30"))
	approved(a, reinstatement(a.Registrar, n.ID, a.Class[2024], "ORIGINAL"))
	edit := a.Registrar.DoIfMatch(http.MethodPatch, path, obj{"items": obj{"email": "yangli@example.cn"}, "reason": "家长来电"}, a.Registrar.Do(http.MethodGet, path, nil, "").Header.Get("ETag"))
	require.Equal(t, http.StatusOK, edit.Status, string(edit.Raw))
	s.Lead(b.Registrar.File(b.Registrar.TransferBody(n, b.Class[2024])))

	lines := items(a.Reviewer, t, path+"/history")
	require.Len(t, lines, 6)
	byKind := map[any]obj{}
	for _, line := range lines {
		byKind[line["kind"]] = line
		require.NotEmpty(t, line["by"], "the bureau reads who did it: %v", line)
		require.NotEmpty(t, line["by_office"])
	}
	for kind, want := range map[string]struct {
		name string
		item obj
	}{
		"SUSPENSION":           {"休学", item("enrol_status", "学籍状态", "在读", "休学")},
		"SUSPENSION_EXTENSION": {"续休", item("suspended_until", "休学截止日期", "2027-01-31", "2027-06-30")},
		"REINSTATEMENT":        {"复学", item("suspended_until", "休学截止日期", "2027-06-30", "")},
		"TRANSFER_IN":          {"转学（转入）", item("school_id", "学校", "南明区示例小学", "南明区第二示例小学")},
		"TRANSFER_OUT":         {"转学（转出）", item("enrol_status", "学籍状态", "在读", "转学（转出）")},
	} {
		require.Equal(t, want.name, byKind[kind]["kind_name"])
		require.Contains(t, byKind[kind]["items"], want.item, kind)
	}
	require.Len(t, byKind["SUSPENSION_EXTENSION"]["items"], 1, "nothing else differs")
	edited := byKind["EDIT"]
	require.Equal(t, "学生信息维护", edited["kind_name"])
	require.Equal(t, []any{item("email", "电子信箱", "", "yangli@example.cn")}, edited["items"])
	require.Equal(t, "南明区示例小学", edited["by_office"])

	for _, line := range items(b.Registrar, t, path+"/history") { // the school that has the pupil now
		own := line["school"] == "南明区第二示例小学"
		require.Equal(t, own, line["by"] != nil, "a name is for the office that was in charge: %v", line)
		require.NotEmpty(t, line["by_office"])
	}
	require.Contains(t, byKind["TRANSFER_IN"]["items"], item("class_id", "班级", "2024级 1班", "2024级 1班")) //nolint:testifylint // two classes of one name
}
