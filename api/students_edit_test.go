package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
)

// enrolled brings the twelve pupils of a roster into the register of the school.
func (w *world) enrolled() (registrar, reviewer caller) {
	w.t.Helper()
	w.openClasses()
	registrar, reviewer = w.login(w.places["school"], org.SchoolRegistrar), w.login(w.places["county"], org.BureauReviewer)
	up := read[rosters.RosterUpload](w.t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(w.t, "roster-no-au.xlsx")))
	w.approve(up.Roster.ID, registrar, w.login(w.places["school"], org.SchoolLeader), reviewer)
	return registrar, reviewer
}

// item gives one item of a record's page.
func (w *world) item(who caller, path string, field roster.Field) string {
	w.t.Helper()
	var page students.Student
	w.must(http.StatusOK, who.token, call{method: "GET", path: path}, &page)
	i := slices.IndexFunc(page.Items, func(i students.SheetItem) bool { return i.Field == field })
	return page.Items[i].Value
}

func TestAnEditOverHTTP(t *testing.T) {
	w := newWorld(t)
	registrar, reviewer := w.enrolled()
	id := one[uuid.UUID](w, `SELECT id FROM student ORDER BY id LIMIT 1`)
	path := "/v1/students/" + id.String()
	page := w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, nil)
	require.Equal(t, `"1"`, page.Header().Get("ETag"))
	patch := func(ifMatch string, items m) call {
		return call{method: "PATCH", path: path, ifMatch: ifMatch, body: m{"items": items, "reason": "家长来电"}}
	}
	w.refused("if_match_missing", registrar.token, patch("", m{"phone": "16316048782"}))
	w.refused("wrong_count", registrar.token, patch(`"1"`, m{}))
	w.refused("wrong_characters", registrar.token, patch(`"1"`, m{"talent": "书\u0000法"}))

	var done students.StudentEdited
	answer := w.must(http.StatusOK, registrar.token, patch(page.Header().Get("ETag"), m{"phone": "163-1604-8782", "member1_phone": "16316048783"}), &done)
	require.Equal(t, `"2"`, answer.Header().Get("ETag"))
	require.Equal(t, []roster.Field{"phone", "member1_phone"}, done.Changed)
	require.Len(t, done.Findings, 1)
	require.Equal(t, "“联系电话”含有“-”等符号，已自动去掉，只保留数字。请核对。（“163******8782”→“163****8782”）", done.Findings[0].Detail)
	require.Equal(t, "163****8782", done.Findings[0].Corrected)
	require.Equal(t, "16316048782", w.item(reviewer, path, "phone"))
	require.Equal(t, "16316048783", w.item(reviewer, path, "member1_phone"))

	w.refused("version_conflict", registrar.token, patch(`"1"`, m{"phone": "16316048784"}))
	p := w.refused("key_field", reviewer.token, patch(`"2"`, m{"name": "某某", "postcode": "1", "class_code": "2026101"}))
	require.Equal(t, http.StatusUnprocessableEntity, p.Status)
	var told []string
	for _, e := range p.Errors {
		told = append(told, e.Pointer+" "+e.Code)
	}
	require.ElementsMatch(t, []string{"/items/name key_field", "/items/class_code fixed_field", "/items/postcode sheet_bad_postcode"}, told)
	require.Contains(t, p.Errors[0].Detail, "请办理“关键数据变更”")
	require.NotContains(t, p.Detail, "行“")

	// The bureau edits all of its pupils; a sibling school does not see them.
	w.must(http.StatusOK, reviewer.token, patch(`"2"`, m{"phone": "16316048785"}), nil)
	w.refused("not_found", w.login(w.places["school2"], org.SchoolRegistrar).token, patch(`"3"`, m{"phone": "16316048785"}))
	w.refused("forbidden", w.login(w.places["school"], org.SchoolLeader).token, patch(`"3"`, m{"phone": "16316048785"}))
	var history rest.Page[students.HistoryEntry]
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: path + "/history"}, &history)
	require.Equal(t, []string{"EDIT", "EDIT", "ROSTER_IMPORT"}, []string{history.Items[0].Kind, history.Items[1].Kind, history.Items[2].Kind})
	require.Equal(t, "家长来电", history.Items[0].Reason)
	require.Equal(t, map[string]any{"phone": "16316048785"}, history.Items[0].After)
	require.NotContains(t, w.log.String(), "1631604878")
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM audit_entry WHERE detail::text ~ '1631604878|家长'`))
}

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
	w := newWorld(t)
	registrar, reviewer := w.enrolled()
	const path = "/v1/students/updates"
	fields := []roster.Field{roster.Name, roster.IDNumber, "phone"}
	var rows []roster.Pupil
	for _, line := range w.pupilsInFull(reviewer) {
		rows = append(rows, roster.Pupil{roster.Name: line[roster.Name], roster.IDNumber: line[roster.IDNumber], "phone": "16316048782"})
	}
	good := part(t, fields, rows...)
	dry := read[rosters.StudentUpdates](t, http.StatusOK, w.uploadAs(registrar, path+"?dry_run=true", "a.xlsx", good))
	require.Equal(t, rosters.StudentUpdates{DryRun: true, Updated: len(rows), Findings: []sheet.SheetFinding{}, Rows: []sheet.RosterRow{}}, dry)
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM student WHERE version > 1`))

	wrong := slices.Clone(rows)
	wrong[1] = roster.Pupil{roster.Name: "错名字", roster.IDNumber: rows[1][roster.IDNumber], "phone": "16316048782"}
	refused := w.uploadAs(reviewer, path, "a.xlsx", part(t, fields, wrong...))
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
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM student WHERE version > 1`))

	done := read[rosters.StudentUpdates](t, http.StatusOK, w.uploadAs(reviewer, path, "a.xlsx", good))
	require.Equal(t, []int{len(rows), 0}, []int{done.Updated, done.Unchanged})
	again := read[rosters.StudentUpdates](t, http.StatusOK, w.uploadAs(registrar, path, "a.xlsx", good))
	require.Equal(t, []int{0, len(rows)}, []int{again.Updated, again.Unchanged})
	require.Equal(t, len(rows), one[int](w, `SELECT count(*)::int FROM student WHERE version = 2 AND details->>'phone' = '16316048782'`))

	// A sheet that cannot be read, and another school's.
	for code, content := range map[string][]byte{"sheet_columns_missing": part(t, []roster.Field{roster.Name, "phone"}, rows...), "sheet_not_a_workbook": []byte("x")} {
		require.NoError(t, json.Unmarshal(w.uploadAs(registrar, path, "a.xlsx", content).Body.Bytes(), &p))
		require.Equal(t, code, p.Code)
	}
	stranger := w.uploadAs(w.login(w.places["school2"], org.SchoolRegistrar), path, "a.xlsx", good)
	require.NoError(t, json.Unmarshal(stranger.Body.Bytes(), &p))
	require.Len(t, p.Rows, len(rows))
	requireNoSecretsIn(t, w)
}

// pupilsInFull gives name and ID number of all pupils of the school who have one.
func (w *world) pupilsInFull(who caller) []roster.Pupil {
	w.t.Helper()
	rows, err := w.owner.Query(w.t.Context(), `SELECT id, name FROM student WHERE id_hash IS NOT NULL ORDER BY id`)
	require.NoError(w.t, err)
	var list []roster.Pupil
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		var name string
		require.NoError(w.t, rows.Scan(&id, &name))
		list, ids = append(list, roster.Pupil{roster.Name: name}), append(ids, id)
	}
	require.NoError(w.t, rows.Err())
	for i, id := range ids {
		var full students.Revealed
		w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/students/" + id.String() + "/reveal",
			body: m{"field": "id_number", "reason": "DATA_QUALITY"}}, &full)
		list[i][roster.IDNumber] = full.Value
	}
	return list
}
