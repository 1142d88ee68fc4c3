package rosters_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// lastAudit gives what the audit trail says of the last time something happened to a roster.
func lastAudit(w *apitest.World, action string, id uuid.UUID) (detail map[string]string) {
	w.T().Helper()
	text := apitest.One[string](w, `SELECT detail::text FROM audit_entry WHERE action = $1 AND subject_id = $2 ORDER BY id DESC LIMIT 1`, action, id.String())
	require.NoError(w.T(), json.Unmarshal([]byte(text), &detail))
	delete(detail, "address") // of the caller, in every entry
	return detail
}

func TestNumbersLeaveInAFileOnlyWithAReason(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.RosterFile("roster-messy.xlsx")))
	get := apitest.Get("/v1/rosters/" + up.Roster.ID.String() + "/findings.xlsx")
	const full = `520102(19|20)\d{9}[\dX]`

	list := w.SheetText(w.Send(registrar.Token, get))
	require.Contains(t, list, "校验码不对")
	require.NotRegexp(t, full, list)
	require.Equal(t, map[string]string{"numbers": "0"}, lastAudit(w, "roster.findings", up.Roster.ID))

	get.Path += "?reason=DATA_QUALITY"
	own := w.SheetText(w.Send(registrar.Token, get))
	require.Regexp(t, full, own)
	require.Contains(t, own, "校验码不对")
	detail := lastAudit(w, "roster.findings", up.Roster.ID)
	require.Equal(t, "DATA_QUALITY", detail["reason"])
	require.Regexp(t, `^[3-9]\d\d$`, detail["numbers"], "pupils and family members of 150 rows")

	get.Path = strings.Replace(get.Path, "DATA_QUALITY", "CURIOSITY", 1)
	w.Refused("not_in_list", registrar.Token, get)
	require.Equal(t, 2, apitest.One[int](w, `SELECT count(*) FROM audit_entry WHERE action = 'roster.findings'`), "a refusal takes nothing out")
}

func TestFindingsComeAlsoWhereTheLibraryPanics(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.RosterFile("no-styles.xlsx")))
	require.NotZero(t, up.Counts.Read)
	path := "/v1/rosters/" + up.Roster.ID.String() + "/findings.xlsx"
	w.SheetText(w.Send(registrar.Token, apitest.Get(path)))

	answer := w.Send(registrar.Token, apitest.Get(path+"?reason=DATA_QUALITY"))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	require.Equal(t, "text/csv; charset=utf-8", answer.Header().Get("Content-Type"))
	require.Contains(t, answer.Header().Get("Content-Disposition"), ".csv")
	text, marked := strings.CutPrefix(answer.Body.String(), "\uFEFF")
	require.True(t, marked, "Excel reads it as UTF-8")
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "行号", lines[0][0])
	require.Equal(t, map[string]string{"numbers": "0", "reason": "DATA_QUALITY"}, lastAudit(w, "roster.findings", up.Roster.ID))
	require.Contains(t, w.Log.String(), "findings as csv")
	w.LogHoldsNoNumbers()
}

// Who decides about a roster sees the numbers of its rows, one by one.
func TestWhoDecidesAboutARosterSeesItsNumbers(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	leader, reviewer := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.Bureau, org.BureauReviewer)
	up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.RosterFile("roster-no-au.xlsx")))
	var filed struct{ ID uuid.UUID }
	w.Must(http.StatusCreated, registrar.Token, apitest.File("file-roster", m{"kind": "ROSTER_IMPORT", "roster_id": up.Roster.ID}), &filed)
	ask := func(row int) apitest.Call {
		return apitest.Post("/v1/changes/"+filed.ID.String()+"/reveal", m{"field": "id_number", "row": row, "reason": "VERIFY_DOCUMENT"})
	}
	var seen struct{ After string }
	w.Must(http.StatusOK, leader.Token, ask(3), &seen)
	require.Regexp(t, `^\d{17}[\dX]$`, seen.After)
	w.Refused("reveal_nothing", leader.Token, ask(999))
	w.Refused("reveal_nothing", leader.Token, apitest.Post(ask(3).Path, m{"field": "id_number", "reason": "VERIFY_DOCUMENT"}))
	w.Refused("reveal_not_your_step", reviewer.Token, ask(3))
	require.Equal(t, 1, apitest.One[int](w, `SELECT count(*) FROM audit_entry WHERE action = 'change.reveal' AND detail ->> 'row' = '3'`))
	w.Must(http.StatusOK, registrar.Token, ask(3), nil)
	w.LogHoldsNoNumbers()
}

// The school that handed the sheet in can check what was corrected, in its own copy too.
func TestCorrectedValuesStandInTheFileOfTheirSchool(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.RosterFile("roster-messy.xlsx")))
	rows := apitest.One[int](w, `SELECT count(*)::int FROM roster_row WHERE roster_id = $1 AND findings::text LIKE '%sheet_phone_punctuation%'`, up.Roster.ID)
	list := w.SheetText(w.Send(registrar.Token, apitest.Get("/v1/rosters/"+up.Roster.ID.String()+"/findings.xlsx")))
	require.Positive(t, rows)
	require.Regexp(t, `→“1\d{10}”`, list, "the telephone number that was taken, in full")
	require.NotRegexp(t, `\d{17}[\dX]`, list)
}

// What was found is told once for each kind and column, and leads to its rows.
func TestFindingsAreGrouped(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.RosterFile("roster-messy.xlsx")))
	path := "/v1/rosters/" + up.Roster.ID.String()
	var groups rosters.RosterFindings
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path+"/findings"), &groups)
	rows := func(query string) (n int) {
		var page struct{ Items []sheet.RosterRow }
		w.Must(http.StatusOK, registrar.Token, apitest.Get(path+"/rows?limit=200&"+query), &page)
		return len(page.Items)
	}
	require.Greater(t, len(groups.Items), 20)
	wrong, stands := 0, 0
	for i, g := range groups.Items {
		require.NotEmpty(t, g.Detail)
		require.Equal(t, g.Rows, rows("code="+string(g.Code)+"&column="+g.Column), "%v", g)
		if g.Severity == roster.Reject {
			require.Equal(t, i, wrong, "what keeps rows out comes first")
			wrong++
		}
		if g.Column == "M" {
			stands++
		}
	}
	require.Positive(t, wrong)
	require.Greater(t, rows("column=M"), 1)
	require.Greater(t, stands, 1)
	require.Zero(t, rows("code=no_such_code"))
	require.Equal(t, up.Counts.Rejected, rows("verdict=REJECT"))
	require.NotEmpty(t, up.Roster.SchoolName)
}
