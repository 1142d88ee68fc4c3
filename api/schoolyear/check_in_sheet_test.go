package schoolyear_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/schoolyear"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A registrar downloads the sheet of a year group, sees a preview, is told of every bad row,
// and hands the sheet in; the bureau then reads who did not come.
func TestAYearGroupChecksInBySheetOverHTTP(t *testing.T) {
	w := apitest.New(t)
	registrar, bureau := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauReviewer)
	w.PupilsOf(storetest.SchoolA, 2024, 2)
	const term, path = "school_year=2026&term=1", "/v1/check-in/sheet?"
	answer := w.Send(registrar.Token, apitest.Get(path+"stage=PRIMARY&entry_year=2024&"+term))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	f, err := excelize.OpenReader(answer.Body)
	require.NoError(t, err)
	fill := func(cell, text string) []byte {
		require.NoError(t, f.SetCellStr(f.GetSheetName(0), cell, text))
		var b bytes.Buffer
		require.NoError(t, f.Write(&b))
		return b.Bytes()
	}
	fill("E2", "是")
	bad := fill("E3", "否")
	preview := apitest.Read[schoolyear.ArrivalSheet](w, http.StatusOK, w.SendFile(registrar, path+term+"&dry_run=true", "报到.xlsx", bad))
	require.Equal(t, []int{1, 1, 1}, []int{preview.Refused, preview.Came, preview.Absent})
	require.Equal(t, "未报到原因", preview.Rows[1].Findings[0].Header)
	refused := w.SendFile(registrar, path+term, "报到.xlsx", bad)
	require.Equal(t, http.StatusUnprocessableEntity, refused.Code)
	require.Contains(t, refused.Body.String(), "check_in_reason")
	require.Contains(t, refused.Body.String(), `"row":3`)

	good := fill("F3", "因病")
	ahead := w.SendFile(registrar, path+term+"&missing_since=2026-11-21", "报到.xlsx", good)
	require.Contains(t, ahead.Body.String(), "day_ahead")
	for range 2 {
		done := apitest.Read[schoolyear.ArrivalSheet](w, http.StatusOK, w.SendFile(registrar, path+term+"&missing_since=2026-11-10", "报到.xlsx", good))
		require.Zero(t, done.Refused)
	}
	var page rest.Page[schoolyear.AbsentPupil]
	w.Must(http.StatusOK, bureau.Token, apitest.Get(w.Org(storetest.Bureau, "/absent?"+term)), &page)
	require.Len(t, page.Items, 1)
	require.Equal(t, []any{"因病", "2026-11-10", 10}, []any{page.Items[0].ReasonLabel, page.Items[0].MissingSince, page.Items[0].Days})
	require.Equal(t, http.StatusForbidden, w.SendFile(bureau, path+term, "报到.xlsx", good).Code)
}
