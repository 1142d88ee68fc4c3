package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// TestEnglishAnswersHoldNoChineseWords walks the main answers in English. Chinese may
// stand where data stands (names, opinions, values of records), and in brackets behind
// the English name of a column of the sheet, never in a label or a sentence of the product.
func TestEnglishAnswersHoldNoChineseWords(t *testing.T) {
	w := apitest.New(t)
	registrar, leader := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolA, org.SchoolLeader)
	reviewer, admin := w.LogIn(storetest.Bureau, org.BureauReviewer), w.LogIn(storetest.Province, org.BureauSysadmin)
	up := apitest.Read[struct{ Roster struct{ ID uuid.UUID } }](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.RosterFile("roster-no-au.xlsx"), "Accept-Language", "en"))
	w.EnrolRoster(up.Roster.ID, apitest.Staff{Registrar: registrar, Leader: leader, Reviewer: reviewer})
	pupil := apitest.One[uuid.UUID](w, `SELECT id FROM student LIMIT 1`).String()
	change := apitest.One[uuid.UUID](w, `SELECT id FROM change LIMIT 1`).String()
	waiting, _ := w.Change(storetest.SchoolA)
	class := apitest.One[uuid.UUID](w, `SELECT class_id FROM student LIMIT 1`)
	for _, row := range []struct {
		who  apitest.Caller
		call apitest.Call
	}{
		{registrar, apitest.Get("/v1/students/" + pupil)},
		{registrar, apitest.Get("/v1/students/" + pupil + "/history")},
		{registrar, apitest.Post("/v1/students/search", m{"class_id": class})},
		{reviewer, apitest.Get(w.Org(storetest.Bureau, "/student-counts"))},
		{registrar, apitest.Get("/v1/rosters")},
		{registrar, apitest.Get("/v1/rosters/" + up.Roster.ID.String())},
		{registrar, apitest.Get("/v1/rosters/" + up.Roster.ID.String() + "/rows")},
		{registrar, apitest.Get("/v1/changes?mine=true")},
		{registrar, apitest.Get("/v1/changes/" + change)},
		{registrar, apitest.Get("/v1/changes/" + waiting.String())},
		{leader, apitest.Get("/v1/inbox")},
		{registrar, apitest.Get("/v1/notices")},
		{registrar, apitest.Get("/v1/processes")},
		{registrar, apitest.Get("/v1/processes/SUSPENSION")},
		{registrar, apitest.Get("/v1/processes/TRANSFER")},
		{registrar, apitest.Get("/v1/problems")},
		{registrar, apitest.Get("/v1/me")},
		{admin, apitest.Get("/v1/policies")},
		{admin, apitest.Get("/v1/operations/attention")},
		{registrar, apitest.Post("/v1/changes/check", m{"kind": "REINSTATEMENT", "student_id": pupil})},
		{registrar, apitest.File(uuid.NewString(), m{"kind": "ROSTER_IMPORT", "roster_id": up.Roster.ID})},
	} {
		row.call.Language = "en"
		answer := w.Send(row.who.Token, row.call)
		require.Less(t, answer.Code, 500, row.call.Path)
		require.NotEqual(t, http.StatusNotFound, answer.Code, row.call.Path)
		var tree any
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &tree), row.call.Path)
		for _, found := range chineseWords(tree, "") {
			t.Errorf("%s: %s", row.call.Path, found)
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
	said = regexp.MustCompile(`\d{4}级 ?\S+班|南明区\p{Han}+|贵州省教育厅|贵阳市教育局|教育部|某人|测试|\([\p{Han}0-9/]+\)`)
)

// data says whether a place holds what people or the national sheet said.
func data(path string) bool {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	return slices.Contains([]string{"name", "student_name", "class_name", "class", "grade_name", "file_name", "value", "opinion", "rule"}, last) ||
		strings.Contains(path, "/before/") || strings.Contains(path, "/after/") || strings.Contains(path, "/zh")
}
