package students_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// Two records that look like one child are told to both schools: what stands against the
// own record, of the other one the school alone, and what may be filed.
func TestTwoRecordsThatLookLikeOneChild(t *testing.T) {
	w := apitest.New(t)
	one := w.Items(storetest.SchoolA, 2024)
	delete(one, roster.IDNumber)
	one[roster.IDType] = "Z"
	other := w.Items(storetest.SchoolB, 2024)
	delete(other, roster.IDNumber)
	other[roster.IDType] = "Z"
	for _, same := range []roster.Field{roster.Name, "sex", "birth_date"} {
		other[same] = one[same]
	}
	a, b := w.EnrolPupils(storetest.SchoolA, one)[0], w.EnrolPupils(storetest.SchoolB, other)[0]
	w.MustIn(w.Worker, "", func(tx *change.Tx) error {
		_, err := problem.Dedupe(tx.Tx, 100)
		return err
	})
	list := func(at string, role org.Role) (page rest.Page[students.ProblemView]) {
		w.Must(http.StatusOK, w.LogIn(at, role).Token, apitest.Get("/v1/problems"), &page)
		return page
	}
	mine := list(storetest.SchoolA, org.SchoolRegistrar)
	require.Len(t, mine.Items, 1)
	p := mine.Items[0]
	require.Equal(t, "DUP_WITHOUT_ID", p.Kind)
	require.Equal(t, a, p.StudentID)
	require.Equal(t, w.OfficeName(storetest.SchoolB), p.OtherSchool)
	require.Equal(t, "疑似同一人（姓名相同、出生日期相同）", p.Label)
	require.Contains(t, p.May, "PROBLEM_CORROBORATION")
	require.Contains(t, p.Advice, "核对原件")
	both := list(storetest.Bureau, org.BureauReviewer)
	require.ElementsMatch(t, []uuid.UUID{a, b}, []uuid.UUID{both.Items[0].StudentID, both.Items[1].StudentID})
	require.Empty(t, list(storetest.FarSchool, org.SchoolRegistrar).Items)
	only := func(query string) (found []uuid.UUID) {
		var page rest.Page[students.ProblemView]
		w.Must(http.StatusOK, w.LogIn(storetest.Bureau, org.BureauReviewer).Token, apitest.Get("/v1/problems?"+query), &page)
		for _, p := range page.Items {
			found = append(found, p.StudentID)
		}
		return found
	}
	require.Equal(t, []uuid.UUID{b}, only("kind=DUP_WITHOUT_ID&school_id="+apitest.One[string](w, `SELECT school_id::text FROM student WHERE id = $1`, b)))
	require.Empty(t, only("kind=ID_ERROR"))
	require.Empty(t, only("school_id="+uuid.NewString()))

	w.File("SUSPENSION", b, nil)
	busy := list(storetest.SchoolB, org.SchoolRegistrar).Items[0]
	require.True(t, busy.Busy)
	require.Empty(t, busy.May)
	require.Contains(t, busy.Advice, "异动中")
}

// A suspension that ends soon is told to its school and to the bureau above, the first
// ending first; the history names the change, what was before and what is after.
func TestSuspensionsThatEndSoon(t *testing.T) {
	w := apitest.New(t)
	late, soon := w.Pupil(storetest.SchoolA), w.Pupil(storetest.SchoolB)
	w.Suspended(late, "2026-12-18")
	w.Suspended(soon, "2026-12-10")
	list := func(at string, role org.Role, query string) (page rest.Page[students.ExpiringSuspension]) {
		w.Must(http.StatusOK, w.LogIn(at, role).Token, apitest.Get("/v1/suspensions/expiring"+query), &page)
		return page
	}
	bureau := list(storetest.Bureau, org.BureauReviewer, "?days=30")
	require.Equal(t, []uuid.UUID{soon, late}, []uuid.UUID{bureau.Items[0].Student, bureau.Items[1].Student})
	require.Equal(t, 20, bureau.Items[0].DaysLeft)
	require.False(t, bureau.Items[0].Expired)
	require.Len(t, list(storetest.Bureau, org.BureauReviewer, "?days=21").Items, 1)
	require.Len(t, list(storetest.SchoolA, org.SchoolRegistrar, "?days=30").Items, 1)
	w.At("2026-12-12")
	require.True(t, list(storetest.SchoolB, org.SchoolRegistrar, "?days=0").Items[0].Expired)

	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	var history rest.Page[students.HistoryEntry]
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/students/"+late.String()+"/history"), &history)
	require.Equal(t, []string{"休学", "学籍注册（批量导入）"}, []string{history.Items[0].KindName, history.Items[1].KindName})
	said := map[string]students.HistoryItem{}
	for _, item := range history.Items[0].Items {
		said[item.Item] = item
	}
	require.Equal(t, students.HistoryItem{Item: "enrol_status", Label: "学籍状态", Before: "在读", After: "休学"}, said["enrol_status"])
	require.Equal(t, students.HistoryItem{Item: "on_campus", Label: "在校", Before: "是", After: "否"}, said["on_campus"])
	require.Equal(t, "2026-12-18", said["suspended_until"].After)
	var page students.Student
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/students/"+late.String()), &page)
	require.Equal(t, "休学", page.Facets.StatusLabel)
	require.Len(t, page.Suspensions, 1)
	require.Equal(t, "疾病", page.Suspensions[0].Reason)
}

// What the population database says at the hourly check is told to the school with its day
// and with what to do, and becomes a problem of the record (P22).
func TestAnAnswerOfThePopulationDatabaseIsTold(t *testing.T) {
	w := apitest.New(t)
	pupil := w.Pupils(storetest.SchoolA, 1)[0]
	w.CheckIdentities(ident.AnswerCancelled)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	var page students.Student
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/students/"+pupil.String()), &page)
	f := page.Facets
	require.Equal(t, "CANCELLED_BY_POLICE", f.IdentityState)
	require.Equal(t, "户口已注销", f.IdentityLabel)
	require.Equal(t, "挖库注销", f.IdentityCheck.Label)
	require.Equal(t, w.App.Clock().Today(), f.IdentityCheck.AskedOn)
	require.Contains(t, f.IdentityCheck.Advice, "户籍部门")
	require.Equal(t, []string{"ID_ERROR"}, f.ProblemFlags)
	var list rest.Page[students.ProblemView]
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/problems"), &list)
	require.Len(t, list.Items, 1)
	require.Equal(t, "ID_ERROR", list.Items[0].Kind)
	require.Contains(t, list.Items[0].May, "KEY_DATA_CHANGE")
}
