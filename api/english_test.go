package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/models/org"
)

// TestEnglishAnswersHoldNoChineseWords walks the main answers in English. Chinese may
// stand where data stands (names, opinions, values of records), and in brackets behind
// the English name of a column of the sheet, never in a label or a sentence of the product.
func TestEnglishAnswersHoldNoChineseWords(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar, leader := w.login(w.places["school"], org.SchoolRegistrar), w.login(w.places["school"], org.SchoolLeader)
	reviewer, admin := w.login(w.places["county"], org.BureauReviewer), w.login(w.places["province"], org.BureauSysadmin)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-no-au.xlsx"), "Accept-Language", "en"))
	w.approve(up.Roster.ID, registrar, leader, reviewer)
	pupil := one[uuid.UUID](w, `SELECT id FROM student LIMIT 1`).String()
	change := one[uuid.UUID](w, `SELECT id FROM change LIMIT 1`).String()
	waiting, _ := w.change(w.places["school"], org.SchoolLeader)
	class := one[uuid.UUID](w, `SELECT class_id FROM student LIMIT 1`)
	for _, row := range []struct {
		who  caller
		call call
	}{
		{registrar, get("/v1/students/" + pupil)},
		{registrar, get("/v1/students/" + pupil + "/history")},
		{registrar, call{method: "POST", path: "/v1/students/search", body: m{"class_id": class}}},
		{reviewer, get(orgPath(w.places["county"], "/student-counts"))},
		{registrar, get("/v1/rosters")},
		{registrar, get("/v1/rosters/" + up.Roster.ID.String())},
		{registrar, get("/v1/rosters/" + up.Roster.ID.String() + "/rows")},
		{registrar, get("/v1/changes?mine=true")},
		{registrar, get("/v1/changes/" + change)},
		{registrar, get("/v1/changes/" + waiting.String())},
		{leader, get("/v1/inbox")},
		{registrar, get("/v1/notices")},
		{registrar, get("/v1/processes")},
		{registrar, get("/v1/processes/SUSPENSION")},
		{registrar, get("/v1/processes/TRANSFER")},
		{registrar, get("/v1/problems")},
		{registrar, get("/v1/me")},
		{admin, get("/v1/policies")},
		{admin, get("/v1/operations/attention")},
		{registrar, call{method: "POST", path: "/v1/changes/check", body: m{"kind": "REINSTATEMENT", "student_id": pupil}}},
		{registrar, call{method: "POST", path: "/v1/changes", key: uuid.NewString(), body: m{"kind": "ROSTER_IMPORT", "roster_id": up.Roster.ID}}},
	} {
		row.call.language = "en"
		answer := w.send(row.who.token, row.call)
		require.Less(t, answer.Code, 500, row.call.path)
		require.NotEqual(t, http.StatusNotFound, answer.Code, row.call.path)
		var tree any
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &tree), row.call.path)
		for _, found := range chineseWords(tree, "") {
			t.Errorf("%s: %s", row.call.path, found)
		}
	}
}

// chineseWords finds Chinese in what the product says itself.
func chineseWords(tree any, path string) (found []string) {
	switch v := tree.(type) {
	case map[string]any:
		for name, item := range v {
			found = append(found, chineseWords(item, path+"/"+name)...)
		}
	case []any:
		for _, item := range v {
			found = append(found, chineseWords(item, path)...)
		}
	case string:
		if words := said.ReplaceAllString(v, ""); han.MatchString(words) && !data(path) {
			found = append(found, path+": "+v)
		}
	}
	return found
}

var (
	han = regexp.MustCompile(`\p{Han}`)
	// said are the names of the test world and of its classes, and Chinese terms in brackets.
	said = regexp.MustCompile(`\d{4}级 \S+班|单位\w+|某人|\([\p{Han}0-9/]+\)`)
)

// data says whether a place holds what people or the national sheet said.
func data(path string) bool {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	return slices.Contains([]string{"name", "student_name", "class_name", "class", "grade_name", "file_name", "value", "opinion", "rule"}, last) ||
		strings.Contains(path, "/before/") || strings.Contains(path, "/after/") || strings.Contains(path, "/zh")
}
