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
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

func TestARecordFromSheetToPage(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	leader, reviewer := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.Bureau, org.BureauReviewer)
	w.EnrolFile(apitest.Staff{Registrar: registrar, Leader: leader, Reviewer: reviewer}, "roster-no-au.xlsx")

	var found rest.Page[students.StudentLine]
	search := func(who apitest.Caller, body m) rest.Page[students.StudentLine] {
		found = rest.Page[students.StudentLine]{}
		w.Must(http.StatusOK, who.Token, apitest.Post("/v1/students/search", body), &found)
		return found
	}
	school := storetest.SchoolA
	require.Len(t, search(reviewer, m{"school_id": w.OfficeID(school), "limit": 5}).Items, 5)
	require.NotEmpty(t, found.Next)
	require.Len(t, search(reviewer, m{"school_id": w.OfficeID(school), "limit": 50, "cursor": found.Next}).Items, 7)
	line := found.Items[0]
	w.Refused("search_too_wide", reviewer.Token, apitest.Post("/v1/students/search", m{"statuses": []string{"ENROLLED"}}))

	path := "/v1/students/" + line.ID.String()
	var page students.Student
	w.Must(http.StatusOK, leader.Token, apitest.Get(path), &page)
	require.Len(t, page.Items, 71)
	require.Equal(t, "在读", page.Facets.StatusLabel)
	require.Nil(t, page.Running)
	item := map[string]students.SheetItem{}
	for _, i := range page.Items {
		item[string(i.Field)] = i
	}
	require.Equal(t, line.Name, item["name"].Value)
	require.NotEmpty(t, item["sex"].Label)
	require.NotEmpty(t, item["member2_name"].Value)
	require.Equal(t, w.OfficeName(school), page.SchoolName)

	var history rest.Page[students.HistoryEntry]
	w.Must(http.StatusOK, reviewer.Token, apitest.Get(path+"/history"), &history)
	require.Len(t, history.Items, 1)
	require.Equal(t, "ROSTER_IMPORT", history.Items[0].Kind)
	require.NotEmpty(t, history.Items[0].CaseNo)
	require.Equal(t, "ENROLLED", history.Items[0].After["enrol_status"])

	var counts []students.StateCount
	w.Must(http.StatusOK, reviewer.Token, apitest.Get(w.Org(school, "/student-counts")), &counts)
	require.Equal(t, []students.StateCount{{Stage: org.Primary, EnrolStatus: "ENROLLED", StatusLabel: "在读", Count: 12}}, counts)

	// Full numbers: for a reason, on record, and then the search finds by them.
	field := "student_number"
	var full students.Revealed
	w.Must(http.StatusOK, reviewer.Token, apitest.Post(path+"/reveal", m{"field": field, "reason": "TRANSFER"}), &full)
	require.Regexp(t, `^[LJ][0-9]{17}[0-9X]$`, full.Value)
	require.Equal(t, 1, apitest.One[int](w, `SELECT count(*) FROM audit_entry WHERE action = 'student.reveal' AND subject_id = $1 AND account_id = $2
		AND detail->>'field' = 'student_number' AND detail->>'reason' = 'TRANSFER'`, line.ID.String(), reviewer.Account))
	w.Refused("not_in_list", reviewer.Token, apitest.Post(path+"/reveal", m{"field": field, "reason": "CURIOUS"}))
	require.Equal(t, line.ID, search(registrar, m{"student_number": full.Value}).Items[0].ID)
	require.NotContains(t, w.Log.String(), full.Value)

	sibling := w.LogIn(storetest.SchoolB, org.SchoolRegistrar)
	require.Empty(t, search(sibling, m{"student_number": full.Value}).Items)
	require.Empty(t, search(sibling, m{"name": line.Name}).Items)
	for _, c := range []apitest.Call{{Method: "GET", Path: path}, {Method: "GET", Path: path + "/history"},
		{Method: "POST", Path: path + "/reveal", Body: m{"field": field, "reason": "TRANSFER"}}} {
		w.Refused("not_found", sibling.Token, c)
	}
	w.Refused("not_found", registrar.Token, apitest.Get("/v1/students/"+uuid.NewString()))
}

// A search is narrowed by facets of the records and ordered by name.
func TestASearchIsNarrowedAndOrderedOverHTTP(t *testing.T) {
	w := apitest.New(t)
	registrar, _ := enrolled(w)
	find := func(more m) (names []string) {
		body := m{"school_id": w.OfficeID(storetest.SchoolA)}
		for name, value := range more {
			body[name] = value
		}
		var page rest.Page[students.StudentLine]
		w.Must(http.StatusOK, registrar.Token, apitest.Post("/v1/students/search", body), &page)
		for _, line := range page.Items {
			names = append(names, line.Name)
		}
		return names
	}
	all, boys, girls := find(nil), find(m{"sex": "1"}), find(m{"sex": "2"})
	require.ElementsMatch(t, all, append(slices.Clone(boys), girls...))
	require.NotEmpty(t, boys)
	require.NotEmpty(t, girls)
	require.ElementsMatch(t, all, find(m{"order": "NAME", "identity_state": "UNCHECKED"}))
	require.Empty(t, find(m{"dropout": true}))
	require.Empty(t, find(m{"problem": "ANY"}))
	require.Empty(t, find(m{"entry_year": 2001, "number_class": "G"}))
	w.Refused("not_in_list", registrar.Token, apitest.Post("/v1/students/search", m{"school_id": w.OfficeID(storetest.SchoolA), "sex": "3"}))
	w.Refused("search_too_wide", registrar.Token, apitest.Post("/v1/students/search", m{"sex": "1"}))
}
