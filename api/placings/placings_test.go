package placings_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/placings"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

// A registrar downloads the sheet of a year group, sees a preview of what was filled in,
// hands it in, and finds the pupils in their new class.
func TestASheetOfAYearGroupOverHTTP(t *testing.T) {
	w := apitest.New(t)
	registrar, teacher := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolA, org.ClassTeacher)
	pupils := w.Pupils(storetest.SchoolA, 2)
	to := w.NewClass(storetest.SchoolA, 2024, 5)
	answer := w.Send(registrar.Token, apitest.Get("/v1/placings/sheet?stage=PRIMARY&entry_year=2024"))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	f, err := excelize.OpenReader(answer.Body)
	require.NoError(t, err)
	sheet := f.GetSheetName(0)
	fill := func(cell, text string) []byte {
		require.NoError(t, f.SetCellStr(sheet, cell, text))
		var b bytes.Buffer
		require.NoError(t, f.Write(&b))
		return b.Bytes()
	}
	fill("E2", to.Name)
	bad := fill("E3", "八班")
	send := func(path string, content []byte, key string) placings.PlacingSheet {
		return apitest.Read[placings.PlacingSheet](w, http.StatusOK, w.SendFile(registrar, path, "分班.xlsx", content, "Idempotency-Key", key))
	}
	preview := send("/v1/placings/sheet?dry_run=true", bad, uuid.NewString())
	require.Equal(t, 1, preview.Refused)
	require.Equal(t, to.Name, preview.Rows[0].To)
	require.Contains(t, preview.Rows[1].Findings[0].Detail, "2024级1班")
	refused := w.SendFile(registrar, "/v1/placings/sheet", "分班.xlsx", bad, "Idempotency-Key", uuid.NewString())
	require.Equal(t, http.StatusUnprocessableEntity, refused.Code)
	require.Contains(t, refused.Body.String(), "placing_class_name")
	require.Contains(t, refused.Body.String(), `"row":3`)

	done := send("/v1/placings/sheet", fill("E3", to.Code), "class-sheet-1")
	require.Len(t, done.Changes, 1)
	w.ApproveAll(done.Changes[0].ID)
	require.Equal(t, []string{to.ID.String(), to.ID.String()}, []string{w.ClassOf(pupils[0]), w.ClassOf(pupils[1])})
	var page changes.ChangePage
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/changes/"+done.Changes[0].ID.String()), &page)
	require.Len(t, page.Lines, 2)
	require.Equal(t, []string{"MOVED", "2024级4班"}, []string{page.Lines[0].Verdict, page.Lines[0].Class})
	require.NotEmpty(t, page.Lines[0].From)
	require.Contains(t, w.Send(teacher.Token, apitest.Get("/v1/notices")).Body.String(), "CLASS_PLACED")
	w.LogHoldsNoNumbers()
}

// One pupil changes the class by the form of every change.
func TestOnePupilChangesTheClass(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	pupil := w.Pupil(storetest.SchoolA)
	to := w.NewClass(storetest.SchoolA, 2024, 5)
	body := m{"kind": "CLASS_CHANGE", "lines": []m{{"student_id": pupil, "class_id": to.ID}}, "inputs": m{"reason": "家长申请"}}
	var filed struct{ ID uuid.UUID }
	w.Must(http.StatusCreated, registrar.Token, apitest.File("change-one", body), &filed)
	w.Refused("change_in_progress", registrar.Token, apitest.File("change-two", body))
	w.ApproveAll(filed.ID)
	require.Equal(t, to.ID.String(), w.ClassOf(pupil))
	w.Refused("placing_same_class", registrar.Token, apitest.File("change-three", body))
	w.Refused("placing_nobody", registrar.Token, apitest.Post("/v1/placings/proposals", m{"stage": "PRIMARY", "entry_year": 2024}))
	require.Equal(t, http.StatusForbidden, w.Send(w.LogIn(storetest.Bureau, org.BureauReviewer).Token, apitest.Get("/v1/placings/sheet?stage=PRIMARY&entry_year=2024")).Code)
	var list rest.Page[changes.ChangeLine]
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/changes?kind=CLASS_CHANGE"), &list)
	require.Equal(t, "EFFECTIVE", list.Items[0].Status)
}
