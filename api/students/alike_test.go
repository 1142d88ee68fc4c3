package students_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// What looks alike is found: a name is stored in one form and looked for in that form,
// by the own school and by another one; a record says 未查重 until the search for
// doubles has looked.
func TestWhatLooksAlikeIsFound(t *testing.T) {
	w := apitest.New(t)
	registrar, sibling := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolB, org.SchoolRegistrar)
	leader, reviewer := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.Bureau, org.BureauReviewer)
	for _, file := range []string{"name-dots.xlsx", "kangxi-radicals.xlsx"} {
		w.EnrolFile(apitest.Staff{Registrar: registrar, Leader: leader, Reviewer: reviewer}, file)
	}
	for typed, stored := range map[string]string{
		"阿依古ㆍ案例海": "阿依古·案例海", "阿依古 。 案例山": "阿依古·案例山", "⽅⽰⾼": "方示高", "黄小纟": "黄小纟",
		"ｍａｘｉｍｉｌｉａｎｏ　ＢＡＲＴＨＯＬＯＭＥＷ featherstonehaugh": "Maximiliano Bartholomew Featherstonehaugh",
	} {
		var found rest.Page[students.StudentLine]
		w.Must(http.StatusOK, registrar.Token, apitest.Post("/v1/students/search", m{"name": typed}), &found)
		require.Len(t, found.Items, 1, typed)
		require.Equal(t, stored, found.Items[0].Name)
		path := "/v1/students/" + found.Items[0].ID.String()
		var page students.Student
		w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &page)
		require.Equal(t, []string{"PENDING", "未查重"}, []string{page.Facets.DedupeState, page.Facets.DedupeLabel})
		require.Contains(t, []string{"未认证", "该证件不需认证"}, page.Facets.IdentityLabel)
		require.Equal(t, "临时学籍号", page.Facets.NumberLabel)
		var full students.Revealed
		w.Must(http.StatusOK, registrar.Token, apitest.Post(path+"/reveal", m{"field": "student_number", "reason": "TRANSFER"}), &full)
		var pupil struct{ Pupil struct{ Name string } }
		w.Must(http.StatusOK, sibling.Token, apitest.Post("/v1/students/find", m{"name": typed, "student_number": full.Value}), &pupil)
		require.Equal(t, stored, pupil.Pupil.Name)
	}
}
