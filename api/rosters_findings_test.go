package api

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"bytes"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/models/org"
)

// sheetText gives all texts of a downloaded workbook.
func sheetText(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	require.Equal(t, rest.XLSX, answer.Header().Get("Content-Type"))
	require.Contains(t, answer.Header().Get("Content-Disposition"), "attachment")
	f, err := excelize.OpenReader(bytes.NewReader(answer.Body.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows(f.GetSheetName(0))
	require.NoError(t, err)
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.Join(row, "\t") + "\n")
	}
	return b.String()
}

// lastAudit gives what the audit trail says of the last time something happened to a roster.
func (w *world) lastAudit(action string, id uuid.UUID) (detail map[string]string) {
	w.t.Helper()
	text := one[string](w, `SELECT detail::text FROM audit_entry WHERE action = $1 AND subject_id = $2 ORDER BY id DESC LIMIT 1`, action, id.String())
	require.NoError(w.t, json.Unmarshal([]byte(text), &detail))
	delete(detail, "address") // of the caller, in every entry
	return detail
}

func TestNumbersLeaveInAFileOnlyWithAReason(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-messy.xlsx")))
	get := call{method: "GET", path: "/v1/rosters/" + up.Roster.ID.String() + "/findings.xlsx"}
	const full = `520102(19|20)\d{9}[\dX]`

	list := sheetText(t, w.send(registrar.token, get))
	require.Contains(t, list, "校验码不对")
	require.NotRegexp(t, full, list)
	require.Equal(t, map[string]string{"numbers": "0"}, w.lastAudit("roster.findings", up.Roster.ID))

	get.path += "?reason=DATA_QUALITY"
	own := sheetText(t, w.send(registrar.token, get))
	require.Regexp(t, full, own)
	require.Contains(t, own, "校验码不对")
	detail := w.lastAudit("roster.findings", up.Roster.ID)
	require.Equal(t, "DATA_QUALITY", detail["reason"])
	require.Regexp(t, `^[3-9]\d\d$`, detail["numbers"], "pupils and family members of 150 rows")

	get.path = strings.Replace(get.path, "DATA_QUALITY", "CURIOSITY", 1)
	w.refused("not_in_list", registrar.token, get)
	require.Equal(t, 2, one[int](w, `SELECT count(*) FROM audit_entry WHERE action = 'roster.findings'`), "a refusal takes nothing out")
}

func TestFindingsComeAlsoWhereTheLibraryPanics(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "no-styles.xlsx")))
	require.NotZero(t, up.Counts.Read)
	path := "/v1/rosters/" + up.Roster.ID.String() + "/findings.xlsx"
	sheetText(t, w.send(registrar.token, call{method: "GET", path: path}))

	answer := w.send(registrar.token, call{method: "GET", path: path + "?reason=DATA_QUALITY"})
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	require.Equal(t, "text/csv; charset=utf-8", answer.Header().Get("Content-Type"))
	require.Contains(t, answer.Header().Get("Content-Disposition"), ".csv")
	text, marked := strings.CutPrefix(answer.Body.String(), "\uFEFF")
	require.True(t, marked, "Excel reads it as UTF-8")
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "行号", lines[0][0])
	require.Equal(t, map[string]string{"numbers": "0", "reason": "DATA_QUALITY"}, w.lastAudit("roster.findings", up.Roster.ID))
	require.Contains(t, w.log.String(), "findings as csv")
	requireNoSecretsIn(t, w)
}

// Who decides about a roster sees the numbers of its rows, one by one.
func TestWhoDecidesAboutARosterSeesItsNumbers(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	leader, reviewer := w.login(w.places["school"], org.SchoolLeader), w.login(w.places["county"], org.BureauReviewer)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-no-au.xlsx")))
	var filed struct{ ID uuid.UUID }
	w.must(http.StatusCreated, registrar.token, call{method: "POST", path: "/v1/changes", key: "file-roster", body: m{"kind": "ROSTER_IMPORT", "roster_id": up.Roster.ID}}, &filed)
	ask := func(row int) call {
		return call{method: "POST", path: "/v1/changes/" + filed.ID.String() + "/reveal", body: m{"field": "id_number", "row": row, "reason": "VERIFY_DOCUMENT"}}
	}
	var seen changes.RevealedChange
	w.must(http.StatusOK, leader.token, ask(3), &seen)
	require.Regexp(t, `^\d{17}[\dX]$`, seen.After)
	w.refused("reveal_nothing", leader.token, ask(999))
	w.refused("reveal_nothing", leader.token, call{method: "POST", path: ask(3).path, body: m{"field": "id_number", "reason": "VERIFY_DOCUMENT"}})
	w.refused("reveal_not_your_step", reviewer.token, ask(3))
	require.Equal(t, 1, one[int](w, `SELECT count(*) FROM audit_entry WHERE action = 'change.reveal' AND detail ->> 'row' = '3'`))
	w.must(http.StatusOK, registrar.token, ask(3), nil)
	requireNoSecretsIn(t, w)
}

// The school that handed the sheet in can check what was corrected, in its own copy too.
func TestCorrectedValuesStandInTheFileOfTheirSchool(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-messy.xlsx")))
	rows := one[int](w, `SELECT count(*)::int FROM roster_row WHERE roster_id = $1 AND findings::text LIKE '%sheet_phone_punctuation%'`, up.Roster.ID)
	list := sheetText(t, w.send(registrar.token, call{method: "GET", path: "/v1/rosters/" + up.Roster.ID.String() + "/findings.xlsx"}))
	require.Positive(t, rows)
	require.Regexp(t, `→“1\d{10}”`, list, "the telephone number that was taken, in full")
	require.NotRegexp(t, `\d{17}[\dX]`, list)
}
