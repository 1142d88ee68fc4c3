package rosters_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

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

// The sheet of a class with the present values is handed in again as it is and changes nothing;
// with another value in a cell it changes that one. Who took it and why is in the trail.
func TestTheSheetOfPresentValuesComesBack(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	w.EnrolFile(s, "roster-no-au.xlsx")
	class := apitest.One[uuid.UUID](w, `SELECT class_id FROM student WHERE id_hash IS NOT NULL GROUP BY class_id ORDER BY count(*) DESC LIMIT 1`)
	pupils := apitest.One[int](w, `SELECT count(*)::int FROM student WHERE class_id = $1 AND id_hash IS NOT NULL AND in_register`, class)
	path := "/v1/students/updates/sheet?group=CONTACT&class_id=" + class.String()
	w.Refused("required", s.Registrar.Token, apitest.Get(path))
	w.Refused("not_found", w.LogIn(storetest.SchoolB, org.SchoolRegistrar).Token, apitest.Get(path+"&reason=DATA_QUALITY"))
	w.Refused("forbidden", s.Leader.Token, apitest.Get(path+"&reason=DATA_QUALITY"))
	taken := w.Must(http.StatusOK, s.Registrar.Token, apitest.Get(path+"&reason=DATA_QUALITY"), nil).Body.Bytes()
	require.Equal(t, map[string]string{"reason": "DATA_QUALITY", "numbers": strconv.Itoa(pupils)}, lastAudit(w, "class.sheet", class))

	file, err := excelize.OpenReader(bytes.NewReader(taken))
	require.NoError(t, err)
	rows, err := file.GetRows(file.GetSheetName(0))
	require.NoError(t, err)
	require.Equal(t, []string{"姓名", "身份证件号", "现住址", "通信地址", "家庭地址", "联系电话", "邮政编码", "电子信箱", "主页地址"}, rows[1])
	require.Len(t, rows, 2+pupils)
	back := apitest.Read[rosters.StudentUpdates](w, http.StatusOK, w.SendFile(s.Registrar, "/v1/students/updates", "a.xlsx", taken))
	require.Equal(t, []int{0, pupils}, []int{back.Updated, back.Unchanged})
	require.NoError(t, file.SetCellStr(file.GetSheetName(0), "F3", "16316048799"))
	var changed bytes.Buffer
	require.NoError(t, file.Write(&changed))
	back = apitest.Read[rosters.StudentUpdates](w, http.StatusOK, w.SendFile(s.Reviewer, "/v1/students/updates", "a.xlsx", changed.Bytes()))
	require.Equal(t, []int{1, pupils - 1}, []int{back.Updated, back.Unchanged})
	family := w.Must(http.StatusOK, s.Registrar.Token, apitest.Get("/v1/students/updates/sheet?group=MEMBER1&reason=DATA_QUALITY&class_id="+class.String()), nil)
	require.NotContains(t, w.SheetText(family), "成员1身份证件号")

	empty := w.LogIn(storetest.SchoolB, org.SchoolRegistrar)
	none := apitest.One[uuid.UUID](w, `SELECT c.id FROM school_class c WHERE NOT EXISTS (SELECT 1 FROM student s WHERE s.class_id = c.id) AND c.school_id = (SELECT org_id FROM account WHERE id = $1)`, empty.Account)
	w.Refused("update_no_pupils", empty.Token, apitest.Get("/v1/students/updates/sheet?group=CONTACT&reason=DATA_QUALITY&class_id="+none.String()))
	w.LogHoldsNoNumbers()
}
