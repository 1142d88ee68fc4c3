package schoolyear_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/schoolyear"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

func keyed(path string, body any) apitest.Call {
	return apitest.Call{Method: http.MethodPost, Path: path, Body: body, Key: uuid.NewString()}
}

// A province looks at a dry run, its schools see who of theirs would stay, the turn is done
// by a job, and it is undone.
func TestTheYearTurnsOverHTTP(t *testing.T) {
	w := apitest.New(t)
	province, registrar := w.LogIn(storetest.Province, org.BureauHead), w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	pupil, last := w.Pupil(storetest.SchoolA), w.PupilsOf(storetest.SchoolA, 2021, 1)[0]
	w.PupilsOf(storetest.SchoolB, 2021, 1)
	var y schoolyear.YearTurn
	answer := w.Must(http.StatusAccepted, province.Token, keyed("/v1/year-turns", m{"school_year": 2027, "dry_run": true}), &y)
	require.Equal(t, "/v1/year-turns/"+y.ID.String(), answer.Header().Get("Location"))
	w.DoParts(y.Job, 9)
	var page rest.Page[schoolyear.TurnStay]
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/year-turns/"+y.ID.String()+"/stays"), &page)
	require.Len(t, page.Items, 1, "only the own pupils")
	require.Equal(t, last, page.Items[0].StudentID)
	require.Contains(t, page.Items[0].Reason, "毕业")
	w.Must(http.StatusOK, province.Token, apitest.Get("/v1/year-turns/"+y.ID.String()), &y)
	require.Equal(t, []any{1, 2, 2}, []any{y.Moved, y.Stayed, y.Reasons[0].Count})
	w.Refused("turn_nothing", province.Token, keyed("/v1/year-turns/"+y.ID.String()+"/undo", nil))
	w.Refused("turn_early", province.Token, keyed("/v1/year-turns", m{"school_year": 2027}))

	same := keyed("/v1/year-turns", m{"school_year": 2026})
	w.Must(http.StatusAccepted, province.Token, same, &y)
	var again schoolyear.YearTurn
	w.Must(http.StatusAccepted, province.Token, same, &again)
	require.Equal(t, y.ID, again.ID)
	w.Refused("turn_stands", province.Token, keyed("/v1/year-turns", m{}))
	w.Refused("turn_runs", province.Token, keyed("/v1/year-turns/"+y.ID.String()+"/undo", nil))
	w.DoParts(y.Job, 9)
	var history rest.Page[students.HistoryEntry]
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/students/"+pupil.String()+"/history"), &history)
	require.Equal(t, []string{"PROMOTION", "升级"}, []string{history.Items[0].Kind, history.Items[0].KindName})
	require.Equal(t, []students.HistoryItem{{Item: "grade", Label: "年级", Before: "2", After: "3"}, {Item: "school_year", Label: "学年", Before: "2025", After: "2026"}}, history.Items[0].Items)

	w.Must(http.StatusAccepted, province.Token, keyed("/v1/year-turns/"+y.ID.String()+"/undo", nil), &y)
	w.DoParts(*y.UndoJob, 9)
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/students/"+pupil.String()+"/history"), &history)
	require.NotEqual(t, "PROMOTION", history.Items[0].Kind)
	w.Refused("forbidden", w.LogIn(storetest.SchoolA, org.SchoolRegistrar).Token, keyed("/v1/year-turns", m{}))
	w.Refused("turn_not_province", w.LogIn(storetest.Bureau, org.BureauHead).Token, keyed("/v1/year-turns", m{}))
	var list rest.Page[schoolyear.YearTurn]
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/year-turns"), &list)
	require.Len(t, list.Items, 2)
}
