package rosters_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// part writes a sheet with some columns of the template.
func part(t *testing.T, fields []roster.Field, pupils ...roster.Pupil) []byte {
	t.Helper()
	template, err := roster.National()
	require.NoError(t, err)
	sheet := roster.Template{Sheet: "学生"}
	for _, f := range fields {
		sheet.Columns = append(sheet.Columns, *template.Column(f))
	}
	var b bytes.Buffer
	require.NoError(t, sheet.Write(&b, "", slices.Values(pupils)))
	return b.Bytes()
}

func TestASheetOfUpdatesOverHTTP(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	w.EnrolFile(s, "roster-no-au.xlsx")
	registrar, reviewer := s.Registrar, s.Reviewer
	const path = "/v1/students/updates"
	fields := []roster.Field{roster.Name, roster.IDNumber, "phone"}
	var rows []roster.Pupil
	for _, line := range pupilsInFull(w, reviewer) {
		rows = append(rows, roster.Pupil{roster.Name: line[roster.Name], roster.IDNumber: line[roster.IDNumber], "phone": "16316048782"})
	}
	good := part(t, fields, rows...)
	dry := apitest.Read[rosters.StudentUpdates](w, http.StatusOK, w.SendFile(registrar, path+"?dry_run=true", "a.xlsx", good))
	require.Equal(t, rosters.StudentUpdates{DryRun: true, Updated: len(rows), Findings: []sheet.SheetFinding{}, Rows: []sheet.RosterRow{}}, dry)
	require.Zero(t, apitest.One[int](w, `SELECT count(*)::int FROM student WHERE version > 1`))

	wrong := slices.Clone(rows)
	wrong[1] = roster.Pupil{roster.Name: "错名字", roster.IDNumber: rows[1][roster.IDNumber], "phone": "16316048782"}
	refused := w.SendFile(reviewer, path, "a.xlsx", part(t, fields, wrong...))
	require.Equal(t, http.StatusUnprocessableEntity, refused.Code)
	var p struct {
		rest.Problem

		Rows []sheet.RosterRow `json:"rows"` // without the name, the rows of Problem take them
	}
	require.NoError(t, json.Unmarshal(refused.Body.Bytes(), &p))
	require.Equal(t, "update_refused", p.Code)
	require.Len(t, p.Rows, 1)
	require.Equal(t, 4, p.Rows[0].Row)
	require.Equal(t, "第4行，在本校学籍中没有找到对应的学生，请检查“姓名”和“身份证号”是否有误。", p.Rows[0].Findings[0].Detail)
	require.NotContains(t, refused.Body.String(), rows[1][roster.IDNumber])
	require.Zero(t, apitest.One[int](w, `SELECT count(*)::int FROM student WHERE version > 1`))

	done := apitest.Read[rosters.StudentUpdates](w, http.StatusOK, w.SendFile(reviewer, path, "a.xlsx", good))
	require.Equal(t, []int{len(rows), 0}, []int{done.Updated, done.Unchanged})
	again := apitest.Read[rosters.StudentUpdates](w, http.StatusOK, w.SendFile(registrar, path, "a.xlsx", good))
	require.Equal(t, []int{0, len(rows)}, []int{again.Updated, again.Unchanged})
	require.Equal(t, len(rows), apitest.One[int](w, `SELECT count(*)::int FROM student WHERE version = 2 AND details->>'phone' = '16316048782'`))

	// A sheet that cannot be read, and another school's.
	for code, content := range map[string][]byte{"sheet_columns_missing": part(t, []roster.Field{roster.Name, "phone"}, rows...), "sheet_not_a_workbook": []byte("x")} {
		require.NoError(t, json.Unmarshal(w.SendFile(registrar, path, "a.xlsx", content).Body.Bytes(), &p))
		require.Equal(t, code, p.Code)
	}
	stranger := w.SendFile(w.LogIn(storetest.SchoolB, org.SchoolRegistrar), path, "a.xlsx", good)
	require.NoError(t, json.Unmarshal(stranger.Body.Bytes(), &p))
	require.Len(t, p.Rows, len(rows))
	w.LogHoldsNoNumbers()
}

// pupilsInFull gives name and ID number of all pupils of the school who have one.
func pupilsInFull(w *apitest.World, who apitest.Caller) []roster.Pupil {
	w.T().Helper()
	rows, err := w.Owner().Query(w.T().Context(), `SELECT id, name FROM student WHERE id_hash IS NOT NULL ORDER BY id`)
	require.NoError(w.T(), err)
	var list []roster.Pupil
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		var name string
		require.NoError(w.T(), rows.Scan(&id, &name))
		list, ids = append(list, roster.Pupil{roster.Name: name}), append(ids, id)
	}
	require.NoError(w.T(), rows.Err())
	for i, id := range ids {
		var full struct{ Value string }
		w.Must(http.StatusOK, who.Token, apitest.Post("/v1/students/"+id.String()+"/reveal", m{"field": "id_number", "reason": "DATA_QUALITY"}), &full)
		list[i][roster.IDNumber] = full.Value
	}
	return list
}
