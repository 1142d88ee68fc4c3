package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
)

// What looks alike is found: a name is stored in one form and looked for in that form,
// by the own school and by another one; a record says 未查重 until the search for
// doubles has looked.
func TestWhatLooksAlikeIsFound(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar, sibling := w.login(w.places["school"], org.SchoolRegistrar), w.login(w.places["school2"], org.SchoolRegistrar)
	leader, reviewer := w.login(w.places["school"], org.SchoolLeader), w.login(w.places["county"], org.BureauReviewer)
	for _, file := range []string{"name-dots.xlsx", "kangxi-radicals.xlsx"} {
		up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", file, rosterFile(t, file)))
		w.approve(up.Roster.ID, registrar, leader, reviewer)
	}
	for typed, stored := range map[string]string{
		"阿依古ㆍ案例海": "阿依古·案例海", "阿依古 。 案例山": "阿依古·案例山", "⽅⽰⾼": "方示高", "黄小纟": "黄小纟",
		"ｍａｘｉｍｉｌｉａｎｏ　ＢＡＲＴＨＯＬＯＭＥＷ featherstonehaugh": "Maximiliano Bartholomew Featherstonehaugh",
	} {
		var found rest.Page[students.StudentLine]
		w.must(http.StatusOK, registrar.token, call{method: "POST", path: "/v1/students/search", body: m{"name": typed}}, &found)
		require.Len(t, found.Items, 1, typed)
		require.Equal(t, stored, found.Items[0].Name)
		path := "/v1/students/" + found.Items[0].ID.String()
		var page students.Student
		w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, &page)
		require.Equal(t, []string{"PENDING", "未查重"}, []string{page.Facets.DedupeState, page.Facets.DedupeLabel})
		var full students.Revealed
		w.must(http.StatusOK, registrar.token, call{method: "POST", path: path + "/reveal", body: m{"field": "student_number", "reason": "TRANSFER"}}, &full)
		var pupil changes.FoundPupil
		w.must(http.StatusOK, sibling.token, call{method: "POST", path: "/v1/students/find", body: m{"name": typed, "student_number": full.Value}}, &pupil)
		require.Equal(t, stored, pupil.Pupil.Name)
	}
}
