package rosters_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

func TestEveryRosterFileOverHTTP(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	leader, reviewer := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.Bureau, org.BureauReviewer)
	var book struct {
		Files []struct {
			File      string
			PupilRows int `json:"pupil_rows"`
			Action    string
			Warn      bool
		}
	}
	require.NoError(t, json.Unmarshal(w.RosterFile("files.expected.json"), &book))
	total := 0
	for _, f := range book.Files {
		content := w.RosterFile(f.File)
		dry := apitest.Read[rosters.RosterUpload](w, http.StatusOK, w.SendFile(registrar, "/v1/rosters?dry_run=true", f.File, content))
		require.Nil(t, dry.Roster, f.File)
		up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", f.File, content))
		require.Equal(t, dry.Counts, up.Counts, f.File)
		require.Equal(t, f.Action != "reject", up.Fit, f.File)
		again := apitest.Read[rosters.RosterUpload](w, http.StatusOK, w.SendFile(registrar, "/v1/rosters", "other name.xlsx", content))
		require.True(t, again.Repeated, f.File)
		require.Equal(t, up.Roster, again.Roster, f.File)
		switch f.Action {
		case "reject":
			require.Len(t, up.Findings, 1, f.File)
			require.NotEmpty(t, up.Findings[0].Detail, f.File)
			require.Equal(t, registration.RosterUnfit, up.Roster.State)
			w.Refused("roster_state", registrar.Token, apitest.File("file-"+f.File, m{"kind": "ROSTER_IMPORT", "roster_id": up.Roster.ID}))
			continue
		case "row_by_row":
			require.Equal(t, rosters.RosterCounts{Read: 147, Good: 117, Remarked: up.Counts.Remarked, Rejected: up.Counts.Rejected, Skipped: up.Counts.Skipped}, up.Counts)
		default:
			require.Equal(t, f.PupilRows, up.Counts.Good, f.File)
			require.Equal(t, f.Warn, len(up.Findings) > 0, f.File)
		}
		w.EnrolRoster(up.Roster.ID, apitest.Staff{Registrar: registrar, Leader: leader, Reviewer: reviewer})
		total += up.Counts.Good
		var done rosters.Roster
		w.Must(http.StatusOK, reviewer.Token, apitest.Get("/v1/rosters/"+up.Roster.ID.String()), &done)
		require.Equal(t, registration.RosterRegistered, done.State, f.File)
		require.Equal(t, up.Counts.Good, done.Enrolled, f.File)
		require.Equal(t, total, apitest.One[int](w, `SELECT count(*) FROM student WHERE enrol_status = 'ENROLLED' AND number_class IN ('L', 'J')`), f.File)
	}
	w.LogHoldsNoNumbers()
}

func TestRowsOfARosterSpeakTheCallersLanguage(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.RosterFile("roster-messy.xlsx")))
	seen, next := 0, ""
	for {
		var page rest.Page[sheet.RosterRow]
		w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/rosters/"+up.Roster.ID.String()+"/rows?verdict=REJECT&limit=10&cursor="+next), &page)
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
	answer := w.Send(registrar.Token, apitest.Get("/v1/rosters/"+up.Roster.ID.String()+"/rows?verdict=REJECT&limit=200"))
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &wrongDigit))
	for _, row := range wrongDigit.Items {
		if row.Row == 61 {
			require.Equal(t, "M", row.Findings[0].Column)
			require.Equal(t, "身份证件号", row.Findings[0].Header)
		}
	}
}

func TestARosterOfAnotherSchoolIsRefusedRowByRow(t *testing.T) {
	w := apitest.New(t)
	stranger := w.LogIn(storetest.SchoolB, org.SchoolRegistrar)
	up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(stranger, "/v1/rosters", "a.xlsx", w.RosterFile("roster-no-au.xlsx")))
	require.Equal(t, 0, up.Counts.Good)
	require.Equal(t, 12, up.Counts.Rejected)
	w.Refused("not_found", w.LogIn(storetest.SchoolA, org.SchoolRegistrar).Token, apitest.Get("/v1/rosters/"+up.Roster.ID.String()))
	w.Refused("roster_nothing_good", stranger.Token, apitest.File("nothing-good", m{"kind": "ROSTER_IMPORT", "roster_id": up.Roster.ID}))
}

func TestADryRunLeavesNothing(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	dry := apitest.Read[rosters.RosterUpload](w, http.StatusOK, w.SendFile(registrar, "/v1/rosters?dry_run=true", "a.xlsx", w.RosterFile("roster-messy.xlsx")))
	require.NotEmpty(t, dry.Rows)
	require.Zero(t, apitest.One[int](w, `SELECT count(*) FROM roster`)+apitest.One[int](w, `SELECT count(*) FROM roster_row`))
}

func TestClassesMadeLaterCountAfterACheck(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	pupil := w.Items(storetest.SchoolA, 2023)
	pupil[roster.ClassCode] = "2023104"
	var file bytes.Buffer
	require.NoError(t, w.Reader.Template().Write(&file, "", slices.Values([]roster.Pupil{pupil})))
	up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", file.Bytes()))
	require.Zero(t, up.Counts.Good)
	require.Equal(t, "2023104", w.NewClass(storetest.SchoolA, 2023, 55).Code)
	path := "/v1/rosters/" + up.Roster.ID.String()
	var checked rosters.Roster
	w.Must(http.StatusOK, registrar.Token, apitest.Post(path+"/check", nil), &checked)
	require.Equal(t, 1, checked.Counts.Good)
	w.Must(http.StatusNoContent, registrar.Token, apitest.Call{Method: "DELETE", Path: path}, nil)
	w.Refused("roster_state", registrar.Token, apitest.Post(path+"/check", nil))
	again := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", file.Bytes()))
	require.NotEqual(t, up.Roster.ID, again.Roster.ID)
}

func TestAnUploadThatIsNoFormIsToldSo(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	w.Refused("unsupported_media_type", registrar.Token, apitest.Post("/v1/rosters", m{}))
	template := w.Send(registrar.Token, apitest.Get("/v1/rosters/template"))
	require.Equal(t, http.StatusOK, template.Code)
	empty := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", template.Body.Bytes()))
	require.False(t, empty.Fit)
	require.Contains(t, string(empty.Findings[0].Code), "no_pupils")
}

// What is in the register already is counted apart from what is wrong, and a
// pupil without a number is enrolled once, however often the sheet comes.
func TestACorrectedSheetEnrolsNobodyTwice(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	leader, reviewer := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.Bureau, org.BureauReviewer)
	pupils := []roster.Pupil{w.Items(storetest.SchoolA, 2026), w.Items(storetest.SchoolA, 2026), w.Items(storetest.SchoolA, 2026)}
	pupils[0][roster.IDType] = "Z"
	delete(pupils[0], roster.IDNumber)
	pupils[0]["member1_id_type"], pupils[0]["member1_id_number"] = "A", "E12345678"
	written := func(change func()) []byte {
		change()
		var b bytes.Buffer
		require.NoError(t, w.Reader.Template().Write(&b, "", slices.Values(pupils)))
		return b.Bytes()
	}
	first := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", written(func() { pupils[2]["postcode"] = "12" })))
	require.Equal(t, rosters.RosterCounts{Read: 3, Good: 2, Rejected: 1}, first.Counts)
	w.EnrolRoster(first.Roster.ID, apitest.Staff{Registrar: registrar, Leader: leader, Reviewer: reviewer})

	content := written(func() {
		pupils[2]["postcode"], pupils[2][roster.ClassCode], pupils[1]["talent"] = "550002", "一（5）班", "围棋"
	})
	dry := apitest.Read[rosters.RosterUpload](w, http.StatusOK, w.SendFile(registrar, "/v1/rosters?dry_run=true", "b.xlsx", content))
	second := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "b.xlsx", content))
	require.Equal(t, rosters.RosterCounts{Read: 3, Good: 1, Remarked: 1, Present: 1, Differing: 1}, second.Counts)
	require.Equal(t, dry.Counts, second.Counts)
	var differing, good rest.Page[sheet.RosterRow]
	rows := "/v1/rosters/" + second.Roster.ID.String() + "/rows?verdict="
	w.Must(http.StatusOK, registrar.Token, apitest.Get(rows+"DIFFERS"), &differing)
	w.Must(http.StatusOK, registrar.Token, apitest.Get(rows+"REMARK"), &good)
	require.Equal(t, append(differing.Items, good.Items...), dry.Rows)
	require.NotNil(t, differing.Items[0].Student)
	require.Contains(t, differing.Items[0].Findings[0].Detail, "特长")
	require.Contains(t, good.Items[0].Findings[0].Detail, "（“一（5）班”→“2026105”）")
	w.EnrolRoster(second.Roster.ID, apitest.Staff{Registrar: registrar, Leader: leader, Reviewer: reviewer})
	third := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "c.xlsx", written(func() { delete(pupils[1], "talent") })))
	require.Equal(t, rosters.RosterCounts{Read: 3, Present: 3}, third.Counts)
	w.Refused("roster_nothing_new", registrar.Token, apitest.File("nothing-new", m{"kind": "ROSTER_IMPORT", "roster_id": third.Roster.ID}))
	require.Equal(t, 3, apitest.One[int](w, `SELECT count(*) FROM student WHERE roster_id IS NOT NULL`))
}

// A home page never slips into the talents, and a dry run of updates says what they do.
func TestASheetOfUpdatesWithoutReferencesMeansTheSame(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	upload := func(name string, dry bool) string {
		path := "/v1/students/updates"
		if dry {
			path += "?dry_run=true"
		}
		return w.SendFile(registrar, path, "a.xlsx", w.RosterFile("cases/"+name)).Body.String()
	}
	with, without := upload("update-cells-with-references.xlsx", true), upload("update-cells-without-references.xlsx", true)
	require.Equal(t, with, without)
	require.NotContains(t, without, "特长")
	hidden := apitest.Read[rosters.StudentUpdates](w, http.StatusOK, w.SendFile(registrar, "/v1/students/updates?dry_run=true", "a.xlsx", w.RosterFile("cases/hidden-rows.xlsx")))
	require.Contains(t, hidden.Findings[0].Detail, "6、8")
}

// A roster is its own school's: a bureau hands none in, and the school next door reads none.
func TestARosterIsItsSchools(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	w.Refused("forbidden", w.LogIn(storetest.Bureau, org.BureauReviewer).Token, apitest.Post("/v1/rosters", m{}))
	up := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.RosterFile("roster-no-au.xlsx")))
	path := "/v1/rosters/" + up.Roster.ID.String()
	for _, who := range []apitest.Caller{w.LogIn(storetest.SchoolB, org.SchoolRegistrar), w.LogIn(storetest.FarSchool, org.SchoolRegistrar)} {
		w.Refused("not_found", who.Token, apitest.Get(path+"/rows"))
		w.Refused("not_found", who.Token, apitest.Post(path+"/check", nil))
	}
	// The bureau reads it, but neither checks nor discards it.
	reviewer := w.LogIn(storetest.Bureau, org.BureauReviewer)
	w.Must(http.StatusOK, reviewer.Token, apitest.Get(path), nil)
	w.Refused("forbidden", reviewer.Token, apitest.Call{Method: "DELETE", Path: path})
	list := func(who apitest.Caller, query string) int {
		var page rest.Page[rosters.Roster]
		w.Must(http.StatusOK, who.Token, apitest.Get("/v1/rosters"+query), &page)
		return len(page.Items)
	}
	require.Equal(t, 1, list(reviewer, "?school_id="+w.OfficeID(storetest.SchoolA).String()))
	require.Zero(t, list(reviewer, "?school_id="+w.OfficeID(storetest.SchoolB).String()))
	w.Refused("wrong_format", reviewer.Token, apitest.Get("/v1/rosters?school_id=x"))
}
