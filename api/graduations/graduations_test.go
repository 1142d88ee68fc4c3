package graduations_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/graduations"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

// post is a call that writes something.
func post(path string, body any) apitest.Call {
	return apitest.Call{Method: http.MethodPost, Path: path, Key: uuid.NewString(), Body: body}
}

// A school looks at its graduating grade, files it, and after the decision has graduates
// with certificates, all over HTTP.
func TestASchoolGraduatesOverHTTP(t *testing.T) {
	w := apitest.New(t)
	pupils := w.PupilsOf(storetest.SchoolA, 2021, 3)
	w.Policy(storetest.Province, `{"graduation_windows": []}`)
	w.File(process.OtherLeaving, pupils[2], nil)
	registrar, reviewer := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauReviewer)
	at := w.Org(storetest.SchoolA, "")

	var preview rest.Page[graduations.GraduationCandidate]
	w.Must(http.StatusOK, registrar.Token, apitest.Get(at+"/graduation-preview?stage=PRIMARY"), &preview)
	require.Len(t, preview.Items, 3)
	ready := map[uuid.UUID]bool{}
	for _, c := range preview.Items {
		if ready[c.Pupil.ID] = c.Ready; !c.Ready {
			require.Equal(t, "change_in_progress", c.Against[0].Code)
			require.Contains(t, c.Against[0].Detail, "请等该业务办结", "each with what to do")
		}
	}
	require.Equal(t, map[uuid.UUID]bool{pupils[0]: true, pupils[1]: true, pupils[2]: false}, ready)
	var busy rest.Page[graduations.BusyPupil]
	w.Must(http.StatusOK, reviewer.Token, apitest.Get("/v1/graduations/clearing?school_id="+w.OfficeID(storetest.SchoolA).String()), &busy)
	require.Len(t, busy.Items, 1)
	require.Equal(t, []string{pupils[2].String(), "2027-07-15", "其他离校"}, []string{busy.Items[0].Pupil.ID.String(), busy.Items[0].ClearedOn.String(), busy.Items[0].KindName})

	line := func(pupil uuid.UUID, conclusion string) m { return m{"student_id": pupil, "conclusion": conclusion} }
	w.Refused("change_in_progress", registrar.Token, post("/v1/graduations", m{"stage": "PRIMARY", "year": 2027, "lines": []m{line(pupils[0], "GRADUATED"), line(pupils[2], "GRADUATED")}}))
	w.Refused("graduation_conclusion", registrar.Token, post("/v1/graduations", m{"stage": "PRIMARY", "year": 2027, "lines": []m{line(pupils[0], "COMPLETED")}}))
	w.Refused("graduation_year", registrar.Token, post("/v1/graduations", m{"stage": "PRIMARY", "year": 2026, "everybody": true}))
	w.Refused("graduation_list", registrar.Token, post("/v1/graduations", m{"stage": "PRIMARY", "year": 2027}))
	filing := post("/v1/graduations", m{"stage": "PRIMARY", "year": 2027, "everybody": true, "remark": "六年级"})
	var filed, again graduations.FiledGraduation
	w.Must(http.StatusCreated, registrar.Token, filing, &filed)
	w.Must(http.StatusCreated, registrar.Token, filing, &again)
	require.Equal(t, filed.ID, again.ID, "the same request is the same list")
	lines := func(token string) []graduations.GraduationLineView {
		var page rest.Page[graduations.GraduationLineView]
		w.Must(http.StatusOK, token, apitest.Get("/v1/graduations/"+filed.ID.String()+"/lines"), &page)
		return page.Items
	}
	require.Equal(t, "LISTED", lines(reviewer.Token)[0].Verdict)
	w.Must(http.StatusOK, w.LogIn(storetest.SchoolA, org.SchoolLeader).Token, w.Decision(filed.ID, "APPROVE"), nil)
	require.Len(t, lines(registrar.Token), 2)
	require.Equal(t, "GRADUATED 毕业", lines(registrar.Token)[1].Verdict+" "+lines(registrar.Token)[1].ConclusionLabel)
	var graduates rest.Page[graduations.Graduate]
	w.Must(http.StatusOK, reviewer.Token, apitest.Get(at+"/graduates?year=2027&limit=1"), &graduates)
	require.Empty(t, graduates.Items[0].Certificate)
	require.NotEmpty(t, graduates.Next)

	w.Refused("blanks_short", registrar.Token, post(at+"/certificates", m{"stage": "PRIMARY", "year": 2027}))
	w.Refused("blank_number", reviewer.Token, post(at+"/certificate-stocks", m{"stage": "PRIMARY", "first": "A", "last": "A2"}))
	w.Refused("stock_school", reviewer.Token, post(at+"/certificate-stocks", m{"stage": "SENIOR", "first": "A1", "last": "A2"}))
	var stock graduations.BlankStock
	w.Must(http.StatusCreated, reviewer.Token, post(at+"/certificate-stocks", m{"stage": "PRIMARY", "first": "黔A001", "last": "黔A100"}), &stock)
	w.Must(http.StatusOK, registrar.Token, post("/v1/certificate-stocks/"+stock.ID.String()+"/spoilt", m{"blank": "黔A001", "reason": "受潮"}), &stock)
	require.Equal(t, []int{0, 1, 99}, []int{stock.Used, stock.Spoilt, stock.Left})
	var written graduations.WrittenCertificates
	w.Must(http.StatusCreated, registrar.Token, post(at+"/certificates", m{"stage": "PRIMARY", "year": 2027}), &written)
	require.Equal(t, 2, written.Written)
	var register rest.Page[graduations.Certificate]
	w.Must(http.StatusOK, reviewer.Token, apitest.Get(at+"/certificates?year=2027"), &register)
	require.Equal(t, []string{"黔A002 待发放", "黔A003 待发放"}, []string{register.Items[0].Number + " " + register.Items[0].StateLabel, register.Items[1].Number + " " + register.Items[1].StateLabel})
	path := "/v1/certificates/" + register.Items[0].ID.String()
	var one graduations.Certificate
	w.Must(http.StatusOK, registrar.Token, post(path+"/issue", m{"signed_by": "样例家长", "issued_on": "2026-11-20"}), &one)
	require.Equal(t, "ISSUED 样例家长 2026-11-20", one.State+" "+one.SignedBy+" "+one.IssuedOn.String())
	w.Must(http.StatusCreated, registrar.Token, post(path+"/replacement", m{"reason": "遗失"}), &one)
	require.Equal(t, "黔A004", one.Number)
	w.Refused("certificate_state", registrar.Token, post(path+"/issue", m{"signed_by": "样例家长", "issued_on": "2026-11-20"}))
	w.Must(http.StatusOK, reviewer.Token, apitest.Get(at+"/graduates?year=2027"), &graduates)
	require.Equal(t, []string{"黔A004", "黔A003"}, []string{graduates.Items[0].Certificate, graduates.Items[1].Certificate})
}

// A decision may name every line of the longest list, 2,000, each with a reason of full
// length. What is wrong is said of a hundred at once, and nothing of it stays.
func TestADecisionStrikesUpToALongList(t *testing.T) {
	w := apitest.New(t)
	pupils := w.PupilsOf(storetest.SchoolA, 2021, 2)
	w.Policy(storetest.Province, `{"graduation_windows": []}`)
	var filed graduations.FiledGraduation
	w.Must(http.StatusCreated, w.LogIn(storetest.SchoolA, org.SchoolRegistrar).Token, post("/v1/graduations", m{"stage": "PRIMARY", "year": 2027, "everybody": true}), &filed)
	leader := w.LogIn(storetest.SchoolA, org.SchoolLeader).Token
	reason := strings.Repeat("缓", 500)
	decision := func(n int, more ...m) apitest.Call {
		strike := more
		for range n - len(more) {
			strike = append(strike, m{"student_id": uuid.New(), "reason": reason})
		}
		c := w.Decision(filed.ID, "APPROVE")
		c.Key = uuid.NewString()
		body, isMap := c.Body.(m)
		require.True(t, isMap)
		body["strike"] = strike
		return c
	}
	own := m{"student_id": pupils[0], "reason": reason}
	refused := w.Refused("line_unknown", leader, decision(graduation.MaxLines, own))
	require.Len(t, refused.Errors, 100)
	require.Equal(t, http.StatusUnprocessableEntity, w.Send(leader, decision(graduation.MaxLines+1, own)).Code)
	w.Must(http.StatusOK, leader, decision(1, own), nil)
	var lines rest.Page[graduations.GraduationLineView]
	w.Must(http.StatusOK, leader, apitest.Get("/v1/graduations/"+filed.ID.String()+"/lines"), &lines)
	require.Equal(t, []string{"STRUCK", "GRADUATED"}, []string{lines.Items[0].Verdict, lines.Items[1].Verdict})
}
