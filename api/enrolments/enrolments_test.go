package enrolments_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/enrolments"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

// sheetOf fills the template in with graduates.
func sheetOf(w *apitest.World, registrar apitest.Caller, rows ...[2]string) []byte {
	w.T().Helper()
	answer := w.Send(registrar.Token, apitest.Get("/v1/enrolments/template"))
	require.Equal(w.T(), http.StatusOK, answer.Code)
	f, err := excelize.OpenReader(bytes.NewReader(answer.Body.Bytes()))
	require.NoError(w.T(), err)
	for i, row := range rows {
		require.NoError(w.T(), f.SetSheetRow(f.GetSheetName(0), fmt.Sprint("A", i+3), &[]any{row[0], row[1]}))
	}
	var b bytes.Buffer
	require.NoError(w.T(), f.Write(&b))
	return b.Bytes()
}

// A school fills its sheet in, sees what stands against every row, hands it in, and the
// decisions of everybody bring the graduates to the school, all over HTTP.
func TestASheetOfGraduatesOverHTTP(t *testing.T) {
	w := apitest.New(t)
	graduates := w.Graduates(storetest.SchoolA, 2)
	junior := w.JuniorSchool(storetest.Bureau, "3152000111", 5)
	registrar, leader, reviewer := w.LogIn(junior, org.SchoolRegistrar), w.LogIn(junior, org.SchoolLeader), w.LogIn(storetest.Bureau, org.BureauReviewer)
	old := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	one, two := w.ClaimOf(graduates[0]), w.ClaimOf(graduates[1])

	bad := sheetOf(w, registrar, [2]string{one.Name, one.Number}, [2]string{"查无此人", two.Number}, [2]string{one.Name, one.Number})
	dry := apitest.Read[enrolments.EnrolmentUpload](w, http.StatusOK, w.SendFile(registrar, "/v1/enrolments/sheet?dry_run=true", "招生.xlsx", bad))
	require.False(t, dry.Check.Fit)
	require.Equal(t, 2027, dry.Check.Year)
	require.NotNil(t, dry.Check.Lines[0].Pupil)
	require.Equal(t, dry.Check.Lines[0].Pupil.Number, dry.Check.Lines[0].Number, "as the record shows it")
	require.NotContains(t, []string{one.Number, two.Number}, dry.Check.Lines[1].Number)
	require.Equal(t, []string{"enrol_name_number", "/rows/4/student_number"}, []string{dry.Check.Lines[1].Against[0].Code, dry.Check.Lines[1].Against[0].Pointer})
	require.Contains(t, dry.Check.Lines[2].Against[0].Detail, "与第3行相同")
	refused := apitest.Read[rest.Problem](w, http.StatusUnprocessableEntity, w.SendFile(registrar, "/v1/enrolments/sheet", "招生.xlsx", bad, "Idempotency-Key", uuid.NewString()))
	require.Len(t, refused.Errors, 2)

	good := sheetOf(w, registrar, [2]string{one.Name, one.Number}, [2]string{two.Name, two.Number})
	key := uuid.NewString()
	send := func() enrolments.EnrolmentUpload {
		return apitest.Read[enrolments.EnrolmentUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/enrolments/sheet", "招生.xlsx", good, "Idempotency-Key", key))
	}
	filed := send()
	require.Len(t, filed.Changes, 1)
	require.Equal(t, "自主招生", filed.Changes[0].Name)
	require.Equal(t, filed.Changes, send().Changes, "the same sheet with the same key is the same filing")
	id := filed.Changes[0].ID
	lines := func(who apitest.Caller) (page rest.Page[enrolments.ClaimView]) {
		w.Must(http.StatusOK, who.Token, apitest.Get("/v1/enrolments/"+id.String()+"/lines"), &page)
		return page
	}
	open := func() (page rest.Page[enrolments.OpenGraduate]) {
		w.Must(http.StatusOK, old.Token, apitest.Get(w.Org(storetest.SchoolA, "/open-graduates")), &page)
		return page
	}
	require.Equal(t, []string{"CLAIMED", "已提交"}, []string{lines(registrar).Items[0].State, lines(registrar).Items[0].StateLabel})
	require.Equal(t, 1, open().Items[0].Claims, "the school of graduation sees who claims its graduates")
	require.Equal(t, "示例学校3152000111", open().Items[0].ClaimedBy)
	for _, by := range []apitest.Caller{leader, reviewer, reviewer} {
		w.Must(http.StatusOK, by.Token, w.Decision(id, "APPROVE"), nil)
	}
	require.Equal(t, "FINAL", lines(reviewer).Items[1].State)
	require.Empty(t, open().Items)
	var claims rest.Page[enrolments.ClaimView]
	w.Must(http.StatusOK, registrar.Token, apitest.Get(w.Org(junior, "/claims?year=2027&state=FINAL")), &claims)
	require.Len(t, claims.Items, 2)
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/students/"+graduates[0].String()), nil)
	w.LogHoldsNoNumbers()
}

// The bureau's list and the refusals of who may file what.
func TestABureauPlacesOverHTTP(t *testing.T) {
	w := apitest.New(t)
	claim := w.ClaimOf(w.Graduates(storetest.SchoolA, 1)[0])
	junior := w.JuniorSchool(storetest.Bureau, "3152000111", 1)
	reviewer, registrar := w.LogIn(storetest.Bureau, org.BureauReviewer), w.LogIn(junior, org.SchoolRegistrar)
	body := m{"kind": "UNIFIED_ENROLMENT", "to_school": "3152000111", "lines": []m{{"name": claim.Name, "student_number": claim.Number}}}
	w.Refused("filed_by_bureau", registrar.Token, apitest.Post("/v1/enrolments/check", body))
	w.Refused("list_school", reviewer.Token, apitest.Post("/v1/enrolments/check", m{"kind": "UNIFIED_ENROLMENT", "to_school": "2111000123", "lines": body["lines"]}))
	w.Refused("filed_by_school", reviewer.Token, apitest.Post("/v1/enrolments/check", m{"kind": "SELF_ENROLMENT", "lines": body["lines"]}))
	w.Refused("enrol_lines", registrar.Token, apitest.File("by-the-form", m{"kind": "SELF_ENROLMENT", "lines": []m{{"student_id": uuid.NewString(), "class_id": uuid.NewString()}}}))
	var check enrolments.EnrolmentCheck
	w.Must(http.StatusOK, reviewer.Token, apitest.Post("/v1/enrolments/check", body), &check)
	require.True(t, check.Fit)
	require.Equal(t, []enrolments.EnrolmentPart{{Bureau: w.OfficeName(storetest.Bureau), Stage: org.Junior, Lines: 1}}, check.Changes)
	var filed enrolments.FiledEnrolments
	w.Must(http.StatusCreated, reviewer.Token, apitest.Call{Method: http.MethodPost, Path: "/v1/enrolments", Key: uuid.NewString(), Body: body}, &filed)
	require.Equal(t, "UNIFIED_ENROLMENT", filed.Changes[0].Kind)
}

// The repeat of a filing after a lost answer is no look-up: it gets its answer when the
// look-ups of the day are used up.
func TestARepeatedFilingIsNoLookUp(t *testing.T) {
	w := apitest.New(t)
	graduate := w.ClaimOf(w.Graduates(storetest.SchoolA, 1)[0])
	registrar := w.LogIn(w.JuniorSchool(storetest.Bureau, "3152000111", 5), org.SchoolRegistrar)
	w.Policy(storetest.Province, `{"lookups_per_day": 1}`)
	sheet, key := sheetOf(w, registrar, [2]string{graduate.Name, graduate.Number}), uuid.NewString()
	send := func() enrolments.EnrolmentUpload {
		return apitest.Read[enrolments.EnrolmentUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/enrolments/sheet", "招生.xlsx", sheet, "Idempotency-Key", key))
	}
	require.Equal(t, send().Changes[0].ID, send().Changes[0].ID)
}

// A school records that a graduate goes on later, and takes it back.
func TestADeferralOverHTTP(t *testing.T) {
	w := apitest.New(t)
	graduate := w.Graduates(storetest.SchoolA, 1)[0]
	registrar, other := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolB, org.SchoolRegistrar)
	post := func(year, until int) apitest.Call {
		return apitest.Call{Method: http.MethodPost, Path: "/v1/students/" + graduate.String() + "/deferrals", Key: uuid.NewString(),
			Body: m{"year": year, "until_year": until, "reason_code": "ILLNESS", "reason": "住院"}}
	}
	w.Refused("not_found", other.Token, post(2027, 2028))
	w.Refused("enrol_year", registrar.Token, post(2027, 2027))
	var made enrolments.Deferral
	first := post(2027, 2028)
	w.Must(http.StatusCreated, registrar.Token, first, &made)
	require.Equal(t, "疾病", made.ReasonLabel)
	var again enrolments.Deferral
	w.Must(http.StatusCreated, registrar.Token, first, &again)
	require.Equal(t, made.ID, again.ID, "a repeat after a lost answer")
	first.Body = m{"year": 2027, "until_year": 2029, "reason_code": "ILLNESS"}
	w.Refused("idempotency_key_reused", registrar.Token, first)
	require.Equal(t, "/year", w.Refused("deferral_noted", registrar.Token, post(2027, 2029)).Errors[0].Pointer, "the field of the request")
	var page rest.Page[enrolments.OpenGraduate]
	w.Must(http.StatusOK, w.LogIn(storetest.Bureau, org.BureauReviewer).Token, apitest.Get(w.Org(storetest.Bureau, "/open-graduates")), &page)
	require.Equal(t, 2028, page.Items[0].DeferredTo)
	cancel := apitest.Post("/v1/deferrals/"+made.ID.String()+"/cancellation", nil)
	w.Refused("not_found", other.Token, cancel)
	w.Must(http.StatusOK, registrar.Token, cancel, nil)
	w.Refused("deferral_ended", registrar.Token, cancel)
	still := apitest.Call{Method: http.MethodPost, Path: "/v1/students/" + w.Pupil(storetest.SchoolA).String() + "/deferrals", Key: uuid.NewString(), Body: m{"year": 2027, "until_year": 2028, "reason_code": "OTHER"}}
	w.Refused("deferral_graduate", registrar.Token, still)
}
