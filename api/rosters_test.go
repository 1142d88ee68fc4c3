package api

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/sample"
)

// uploadAs sends a file as the part "file" of a form.
func (w *world) uploadAs(who caller, path, name string, content []byte, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	var form bytes.Buffer
	f := multipart.NewWriter(&form)
	part, err := f.CreateFormFile("file", name)
	require.NoError(w.t, err)
	_, err = part.Write(content)
	require.NoError(w.t, err)
	require.NoError(w.t, f.Close())
	r := httptest.NewRequest(http.MethodPost, path, &form)
	r.Header.Set("Content-Type", f.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+who.token)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

func read[T any](t *testing.T, status int, answer *httptest.ResponseRecorder) T {
	t.Helper()
	require.Equal(t, status, answer.Code, answer.Body.String())
	var v T
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &v))
	return v
}

func rosterFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../models/roster/testdata", name))
	require.NoError(t, err)
	return content
}

// openClasses makes the classes that the roster files use.
func (w *world) openClasses() {
	var book struct {
		Schools []struct{ Classes []struct{ Code, Name string } }
	}
	require.NoError(w.t, json.Unmarshal(rosterFile(w.t, "schools.json"), &book))
	school, grades := w.places["school"], map[string]uuid.UUID{}
	for _, c := range book.Schools[0].Classes {
		year := c.Code[:4]
		if _, made := grades[year]; !made {
			grades[year] = uuid.Must(uuid.NewV7())
			w.exec(`INSERT INTO school_grade (id, school_id, org_path, stage, entry_year, name) VALUES ($1, $2, $3::text::ltree, 'PRIMARY', $4::text::int, $4 || '级')`,
				grades[year], school.id, school.path, year)
		}
		w.exec(`INSERT INTO school_class (id, school_id, org_path, grade_id, code, name, capacity) VALUES (gen_random_uuid(), $1, $2::text::ltree, $3, $4, $5, 55)`,
			school.id, school.path, grades[year], c.Code, c.Name)
	}
}

// approve files a roster and lets leader and bureau agree.
func (w *world) approve(roster uuid.UUID, registrar, leader, reviewer caller) {
	w.t.Helper()
	var filed struct{ ID uuid.UUID }
	w.must(http.StatusCreated, registrar.token, call{method: "POST", path: "/v1/changes", key: "file-" + roster.String(),
		body: m{"kind": "ROSTER_IMPORT", "roster_id": roster}}, &filed)
	for _, who := range []caller{leader, reviewer} {
		task := one[uuid.UUID](w, `SELECT id FROM task WHERE change_id = $1 AND status = 'OPEN'`, filed.ID)
		w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/changes/" + filed.ID.String() + "/decisions", key: "yes-" + task.String(),
			body: m{"task_id": task, "verdict": "APPROVE"}}, nil)
	}
}

func TestEveryRosterFileOverHTTP(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	leader, reviewer := w.login(w.places["school"], org.SchoolLeader), w.login(w.places["county"], org.BureauReviewer)
	var book struct {
		Files []struct {
			File      string
			PupilRows int `json:"pupil_rows"`
			Action    string
			Warn      bool
		}
	}
	require.NoError(t, json.Unmarshal(rosterFile(t, "files.expected.json"), &book))
	total := 0
	for _, f := range book.Files {
		content := rosterFile(t, f.File)
		dry := read[rosters.RosterUpload](t, http.StatusOK, w.uploadAs(registrar, "/v1/rosters?dry_run=true", f.File, content))
		require.Nil(t, dry.Roster, f.File)
		up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", f.File, content))
		require.Equal(t, dry.Counts, up.Counts, f.File)
		require.Equal(t, f.Action != "reject", up.Fit, f.File)
		again := read[rosters.RosterUpload](t, http.StatusOK, w.uploadAs(registrar, "/v1/rosters", "other name.xlsx", content))
		require.True(t, again.Repeated, f.File)
		require.Equal(t, up.Roster, again.Roster, f.File)
		switch f.Action {
		case "reject":
			require.Len(t, up.Findings, 1, f.File)
			require.NotEmpty(t, up.Findings[0].Detail, f.File)
			require.Equal(t, registration.RosterUnfit, up.Roster.State)
			w.refused("roster_state", registrar.token, call{method: "POST", path: "/v1/changes", key: "file-" + f.File, body: m{"kind": "ROSTER_IMPORT", "roster_id": up.Roster.ID}})
			continue
		case "row_by_row":
			require.Equal(t, rosters.RosterCounts{Read: 147, Good: 117, Remarked: up.Counts.Remarked, Rejected: up.Counts.Rejected, Skipped: up.Counts.Skipped}, up.Counts)
		default:
			require.Equal(t, f.PupilRows, up.Counts.Good, f.File)
			require.Equal(t, f.Warn, len(up.Findings) > 0, f.File)
		}
		w.approve(up.Roster.ID, registrar, leader, reviewer)
		total += up.Counts.Good
		var done rosters.Roster
		w.must(http.StatusOK, reviewer.token, call{method: "GET", path: "/v1/rosters/" + up.Roster.ID.String()}, &done)
		require.Equal(t, registration.RosterRegistered, done.State, f.File)
		require.Equal(t, up.Counts.Good, done.Enrolled, f.File)
		require.Equal(t, total, one[int](w, `SELECT count(*) FROM student WHERE enrol_status = 'ENROLLED' AND number_class IN ('L', 'J')`), f.File)
	}
	requireNoSecretsIn(t, w)
}

// requireNoSecretsIn looks for numbers of the rosters in the log.
func requireNoSecretsIn(t *testing.T, w *world) {
	t.Helper()
	require.NotEmpty(t, w.log.String())
	require.NotRegexp(t, `520102(19|20)\d{2}`, w.log.String())
	require.NotContains(t, w.log.String(), "名册")
}

func TestRowsOfARosterSpeakTheCallersLanguage(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-messy.xlsx")))
	seen, next := 0, ""
	for {
		var page rest.Page[sheet.RosterRow]
		w.must(http.StatusOK, registrar.token, call{method: "GET", path: "/v1/rosters/" + up.Roster.ID.String() + "/rows?verdict=REJECT&limit=10&cursor=" + next}, &page)
		for _, row := range page.Items {
			seen++
			require.NotEmpty(t, row.Findings)
			for _, f := range row.Findings {
				require.Equal(t, row.Row, f.Row)
				require.NotEmpty(t, f.Detail)
				require.NotContains(t, f.Detail, "{")
				require.NotRegexp(t, `\d{17}`, f.Value+f.Corrected+f.Detail)
			}
		}
		if next = page.Next; next == "" {
			break
		}
	}
	require.Equal(t, up.Counts.Rejected, seen)
	var wrongDigit rest.Page[sheet.RosterRow]
	answer := w.send(registrar.token, call{method: "GET", path: "/v1/rosters/" + up.Roster.ID.String() + "/rows?verdict=REJECT&limit=200"})
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &wrongDigit))
	for _, row := range wrongDigit.Items {
		if row.Row == 61 {
			require.Equal(t, "M", row.Findings[0].Column)
			require.Equal(t, "身份证件号", row.Findings[0].Header)
		}
	}
}

func TestARosterOfAnotherSchoolIsRefusedRowByRow(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	stranger := w.login(w.places["school2"], org.SchoolRegistrar)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(stranger, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-no-au.xlsx")))
	require.Equal(t, 0, up.Counts.Good)
	require.Equal(t, 12, up.Counts.Rejected)
	w.refused("not_found", w.login(w.places["school"], org.SchoolRegistrar).token, call{method: "GET", path: "/v1/rosters/" + up.Roster.ID.String()})
	w.refused("roster_nothing_good", stranger.token, call{method: "POST", path: "/v1/changes", key: "nothing-good", body: m{"kind": "ROSTER_IMPORT", "roster_id": up.Roster.ID}})
}

func TestADryRunLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	dry := read[rosters.RosterUpload](t, http.StatusOK, w.uploadAs(registrar, "/v1/rosters?dry_run=true", "a.xlsx", rosterFile(t, "roster-messy.xlsx")))
	require.NotEmpty(t, dry.Rows)
	require.Zero(t, one[int](w, `SELECT count(*) FROM roster`)+one[int](w, `SELECT count(*) FROM roster_row`))
}

func TestClassesMadeLaterCountAfterACheck(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-no-au.xlsx")))
	require.Zero(t, up.Counts.Good)
	w.openClasses()
	var checked rosters.Roster
	w.must(http.StatusOK, registrar.token, call{method: "POST", path: "/v1/rosters/" + up.Roster.ID.String() + "/check"}, &checked)
	require.Equal(t, 12, checked.Counts.Good)
	w.must(http.StatusNoContent, registrar.token, call{method: "DELETE", path: "/v1/rosters/" + up.Roster.ID.String()}, nil)
	w.refused("roster_state", registrar.token, call{method: "POST", path: "/v1/rosters/" + up.Roster.ID.String() + "/check"})
	again := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-no-au.xlsx")))
	require.NotEqual(t, up.Roster.ID, again.Roster.ID)
}

func TestAnUploadThatIsNoFormIsToldSo(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	w.refused("unsupported_media_type", registrar.token, call{method: "POST", path: "/v1/rosters", body: m{}})
	template := w.send(registrar.token, call{method: "GET", path: "/v1/rosters/template"})
	require.Equal(t, http.StatusOK, template.Code)
	empty := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", template.Body.Bytes()))
	require.False(t, empty.Fit)
	require.Contains(t, string(empty.Findings[0].Code), "no_pupils")
}

// What is in the register already is counted apart from what is wrong, and a
// pupil without a number is enrolled once, however often the sheet comes.
func TestACorrectedSheetEnrolsNobodyTwice(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	leader, reviewer := w.login(w.places["school"], org.SchoolLeader), w.login(w.places["county"], org.BureauReviewer)
	reader, err := roster.NewReader()
	require.NoError(t, err)
	divisions, err := division.Load()
	require.NoError(t, err)
	today, err := calendar.ParseDate("2026-11-20")
	require.NoError(t, err)
	made, err := sample.Pupils(7, 3, &roster.Submission{SchoolCode: "2152000123", Stage: ident.PrimaryStage, Today: today, Divisions: divisions,
		Classes: []roster.Class{{Code: "2026105", Name: "一年级5班"}}})
	require.NoError(t, err)
	pupils := slices.Collect(made)
	pupils[0][roster.IDType] = "Z"
	delete(pupils[0], roster.IDNumber)
	pupils[0]["member1_id_type"], pupils[0]["member1_id_number"] = "A", "E12345678"
	written := func(change func()) []byte {
		change()
		var b bytes.Buffer
		require.NoError(t, reader.Template().Write(&b, "", slices.Values(pupils)))
		return b.Bytes()
	}
	first := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", written(func() { pupils[2]["postcode"] = "12" })))
	require.Equal(t, rosters.RosterCounts{Read: 3, Good: 2, Rejected: 1}, first.Counts)
	w.approve(first.Roster.ID, registrar, leader, reviewer)

	content := written(func() {
		pupils[2]["postcode"], pupils[2][roster.ClassCode], pupils[1]["talent"] = "550002", "一（5）班", "围棋"
	})
	dry := read[rosters.RosterUpload](t, http.StatusOK, w.uploadAs(registrar, "/v1/rosters?dry_run=true", "b.xlsx", content))
	second := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "b.xlsx", content))
	require.Equal(t, rosters.RosterCounts{Read: 3, Good: 1, Remarked: 1, Present: 1, Differing: 1}, second.Counts)
	require.Equal(t, dry.Counts, second.Counts)
	var differing, good rest.Page[sheet.RosterRow]
	rows := "/v1/rosters/" + second.Roster.ID.String() + "/rows?verdict="
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: rows + "DIFFERS"}, &differing)
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: rows + "REMARK"}, &good)
	require.Equal(t, append(differing.Items, good.Items...), dry.Rows)
	require.NotNil(t, differing.Items[0].Student)
	require.Contains(t, differing.Items[0].Findings[0].Detail, "特长")
	require.Contains(t, good.Items[0].Findings[0].Detail, "（“一（5）班”→“2026105”）")
	w.approve(second.Roster.ID, registrar, leader, reviewer)
	third := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "c.xlsx", written(func() { delete(pupils[1], "talent") })))
	require.Equal(t, rosters.RosterCounts{Read: 3, Present: 3}, third.Counts)
	w.refused("roster_nothing_new", registrar.token, call{method: "POST", path: "/v1/changes", key: "nothing-new", body: m{"kind": "ROSTER_IMPORT", "roster_id": third.Roster.ID}})
	require.Equal(t, 3, one[int](w, `SELECT count(*) FROM student WHERE roster_id IS NOT NULL`))
}

// A home page never slips into the talents, and a dry run of updates says what they do.
func TestASheetOfUpdatesWithoutReferencesMeansTheSame(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	upload := func(name string, dry bool) string {
		path := "/v1/students/updates"
		if dry {
			path += "?dry_run=true"
		}
		return w.uploadAs(registrar, path, "a.xlsx", rosterFile(t, "cases/"+name)).Body.String()
	}
	with, without := upload("update-cells-with-references.xlsx", true), upload("update-cells-without-references.xlsx", true)
	require.Equal(t, with, without)
	require.NotContains(t, without, "特长")
	hidden := read[rosters.StudentUpdates](t, http.StatusOK, w.uploadAs(registrar, "/v1/students/updates?dry_run=true", "a.xlsx", rosterFile(t, "cases/hidden-rows.xlsx")))
	require.Contains(t, hidden.Findings[0].Detail, "6、8")
}
