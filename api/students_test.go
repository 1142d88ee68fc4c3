package api

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
)

func TestARecordFromSheetToPage(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	leader, reviewer := w.login(w.places["school"], org.SchoolLeader), w.login(w.places["county"], org.BureauReviewer)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-no-au.xlsx")))
	w.approve(up.Roster.ID, registrar, leader, reviewer)

	var found rest.Page[students.StudentLine]
	search := func(who caller, body m) rest.Page[students.StudentLine] {
		found = rest.Page[students.StudentLine]{}
		w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/students/search", body: body}, &found)
		return found
	}
	school := w.places["school"]
	require.Len(t, search(reviewer, m{"school_id": school.id, "limit": 5}).Items, 5)
	require.NotEmpty(t, found.Next)
	require.Len(t, search(reviewer, m{"school_id": school.id, "limit": 50, "cursor": found.Next}).Items, 7)
	line := found.Items[0]
	w.refused("search_too_wide", reviewer.token, call{method: "POST", path: "/v1/students/search", body: m{"statuses": []string{"ENROLLED"}}})

	path := "/v1/students/" + line.ID.String()
	var page students.Student
	w.must(http.StatusOK, leader.token, call{method: "GET", path: path}, &page)
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
	require.Equal(t, school.name, page.SchoolName[len("单位"):])

	var history rest.Page[students.HistoryEntry]
	w.must(http.StatusOK, reviewer.token, call{method: "GET", path: path + "/history"}, &history)
	require.Len(t, history.Items, 1)
	require.Equal(t, "ROSTER_IMPORT", history.Items[0].Kind)
	require.NotEmpty(t, history.Items[0].CaseNo)
	require.Equal(t, "ENROLLED", history.Items[0].After["enrol_status"])

	var counts []students.StateCount
	w.must(http.StatusOK, reviewer.token, call{method: "GET", path: orgPath(school, "/student-counts")}, &counts)
	require.Equal(t, []students.StateCount{{Stage: org.Primary, EnrolStatus: "ENROLLED", StatusLabel: "在读", Count: 12}}, counts)

	// Full numbers: for a reason, on record, and then the search finds by them.
	field := "student_number"
	var full students.Revealed
	w.must(http.StatusOK, reviewer.token, call{method: "POST", path: path + "/reveal", body: m{"field": field, "reason": "TRANSFER"}}, &full)
	require.Regexp(t, `^[LJ][0-9]{17}[0-9X]$`, full.Value)
	require.Equal(t, 1, one[int](w, `SELECT count(*) FROM audit_entry WHERE action = 'student.reveal' AND subject_id = $1 AND account_id = $2
		AND detail->>'field' = 'student_number' AND detail->>'reason' = 'TRANSFER'`, line.ID.String(), reviewer.account))
	w.refused("not_in_list", reviewer.token, call{method: "POST", path: path + "/reveal", body: m{"field": field, "reason": "CURIOUS"}})
	require.Equal(t, line.ID, search(registrar, m{"student_number": full.Value}).Items[0].ID)
	require.NotContains(t, w.log.String(), full.Value)

	sibling := w.login(w.places["school2"], org.SchoolRegistrar)
	require.Empty(t, search(sibling, m{"student_number": full.Value}).Items)
	require.Empty(t, search(sibling, m{"name": line.Name}).Items)
	for _, c := range []call{{method: "GET", path: path}, {method: "GET", path: path + "/history"},
		{method: "POST", path: path + "/reveal", body: m{"field": field, "reason": "TRANSFER"}}} {
		w.refused("not_found", sibling.token, c)
	}
	w.refused("not_found", registrar.token, call{method: "GET", path: "/v1/students/" + uuid.NewString()})
}
