package students_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// enrolled brings the twelve pupils of a roster into the register of the school.
func enrolled(w *apitest.World) (registrar, reviewer apitest.Caller) {
	w.T().Helper()
	registrar, reviewer = w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauReviewer)
	w.EnrolFile(apitest.Staff{Registrar: registrar, Leader: w.LogIn(storetest.SchoolA, org.SchoolLeader), Reviewer: reviewer}, "roster-no-au.xlsx")
	return registrar, reviewer
}

// item gives one item of a record's page.
func item(w *apitest.World, who apitest.Caller, path string, field roster.Field) string {
	w.T().Helper()
	var page students.Student
	w.Must(http.StatusOK, who.Token, apitest.Get(path), &page)
	i := slices.IndexFunc(page.Items, func(i students.SheetItem) bool { return i.Field == field })
	return page.Items[i].Value
}

func TestAnEditOverHTTP(t *testing.T) {
	w := apitest.New(t)
	registrar, reviewer := enrolled(w)
	id := apitest.One[uuid.UUID](w, `SELECT id FROM student ORDER BY id LIMIT 1`)
	path := "/v1/students/" + id.String()
	page := w.Must(http.StatusOK, registrar.Token, apitest.Get(path), nil)
	require.Equal(t, `"1"`, page.Header().Get("ETag"))
	patch := func(ifMatch string, items m) apitest.Call {
		return apitest.Call{Method: "PATCH", Path: path, IfMatch: ifMatch, Body: m{"items": items, "reason": "家长来电"}}
	}
	w.Refused("if_match_missing", registrar.Token, patch("", m{"phone": "16316048782"}))
	w.Refused("wrong_count", registrar.Token, patch(`"1"`, m{}))
	w.Refused("wrong_characters", registrar.Token, patch(`"1"`, m{"talent": "书\u0000法"}))

	var done students.StudentEdited
	answer := w.Must(http.StatusOK, registrar.Token, patch(page.Header().Get("ETag"), m{"phone": "163-1604-8782", "member1_phone": "16316048783"}), &done)
	require.Equal(t, `"2"`, answer.Header().Get("ETag"))
	require.Equal(t, []roster.Field{"phone", "member1_phone"}, done.Changed)
	require.Len(t, done.Findings, 1)
	require.Equal(t, "“联系电话”含有“-”等符号，已自动去掉，只保留数字。请核对。（“163******8782”→“163****8782”）", done.Findings[0].Detail)
	require.Equal(t, "163****8782", done.Findings[0].Corrected)
	require.Equal(t, "16316048782", item(w, reviewer, path, "phone"))
	require.Equal(t, "16316048783", item(w, reviewer, path, "member1_phone"))

	w.Refused("version_conflict", registrar.Token, patch(`"1"`, m{"phone": "16316048784"}))
	p := w.Refused("key_field", reviewer.Token, patch(`"2"`, m{"name": "某某", "postcode": "1", "class_code": "2026101"}))
	require.Equal(t, http.StatusUnprocessableEntity, p.Status)
	var told []string
	for _, e := range p.Errors {
		told = append(told, e.Pointer+" "+e.Code)
	}
	require.ElementsMatch(t, []string{"/items/name key_field", "/items/class_code fixed_field", "/items/postcode sheet_bad_postcode"}, told)
	require.Contains(t, p.Errors[0].Detail, "请办理“关键数据变更”")
	require.NotContains(t, p.Detail, "行“")

	// The bureau edits all of its pupils; a sibling school does not see them.
	w.Must(http.StatusOK, reviewer.Token, patch(`"2"`, m{"phone": "16316048785"}), nil)
	w.Refused("not_found", w.LogIn(storetest.SchoolB, org.SchoolRegistrar).Token, patch(`"3"`, m{"phone": "16316048785"}))
	w.Refused("forbidden", w.LogIn(storetest.SchoolA, org.SchoolLeader).Token, patch(`"3"`, m{"phone": "16316048785"}))
	var history rest.Page[students.HistoryEntry]
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path+"/history"), &history)
	require.Equal(t, []string{"EDIT", "EDIT", "ROSTER_IMPORT"}, []string{history.Items[0].Kind, history.Items[1].Kind, history.Items[2].Kind})
	require.Equal(t, "家长来电", history.Items[0].Reason)
	require.Equal(t, map[string]any{"phone": "16316048785"}, history.Items[0].After)
	require.NotContains(t, w.Log.String(), "1631604878")
	require.Zero(t, apitest.One[int](w, `SELECT count(*)::int FROM audit_entry WHERE detail::text ~ '1631604878|家长'`))
}
