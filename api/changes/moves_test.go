package changes_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// A pupil is found by who can name it, moves to another school, and the paper file follows.
func TestAPupilMovesAndThePaperFollows(t *testing.T) {
	w := apitest.New(t)
	pupil := w.Pupil(storetest.SchoolA)
	claim := w.ClaimOf(pupil)
	in, out := w.LogIn(storetest.SchoolB, org.SchoolRegistrar), w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	find := func(body m) apitest.Call { return apitest.Post("/v1/students/find", body) }
	w.Refused("pupil_missing", in.Token, find(m{"name": claim.Name}))
	w.Refused("transfer_data_wrong", in.Token, find(m{"name": claim.Name + "某", "student_number": claim.Number}))
	var found changes.FoundPupil
	w.Must(http.StatusOK, in.Token, find(m{"name": claim.Name, "student_number": claim.Number}), &found)
	require.Equal(t, []string{claim.Name, w.OfficeName(storetest.SchoolA), ""}, []string{found.Pupil.Name, found.Pupil.School, found.Code})
	require.NotContains(t, found.Pupil.Number, claim.Number)

	// A business that runs is told, and which one to an office above.
	running := w.Waiting(storetest.SchoolA)
	other := w.ClaimOf(w.PupilOf(running))
	var busy, above changes.FoundPupil
	w.Must(http.StatusOK, in.Token, find(m{"name": other.Name, "student_number": other.Number}), &busy)
	require.Equal(t, "2002", busy.Code)
	require.NotEmpty(t, busy.Reason)
	require.Nil(t, busy.Running)
	w.Must(http.StatusOK, w.LogIn(storetest.Bureau, org.BureauReviewer).Token, find(m{"name": other.Name, "student_number": other.Number}), &above)
	require.Equal(t, running, above.Running.ChangeID)

	var filed changes.ChangeLine
	w.Must(http.StatusCreated, in.Token, apitest.File("key-of-move-1", handedIn(w.Receiving(process.Transfer, storetest.SchoolB, pupil, w.Class(storetest.SchoolB, "2024101").ID))), &filed)
	p := page(w, in, filed.ID)
	require.Equal(t, "2024101", p.Class.Code)
	require.Len(t, p.Sides, 2)
	require.Equal(t, claim.Name, p.Pupil.Name)
	w.ApproveAll(filed.ID)
	p = page(w, out, filed.ID)
	require.Equal(t, "EFFECTIVE", p.Status)
	require.Equal(t, "TO_SEND", p.Handover.State)
	require.Contains(t, p.Next, p.Handover.DueOn.String())

	list := func(who apitest.Caller) (list rest.Page[changes.HandoverView]) {
		w.Must(http.StatusOK, who.Token, apitest.Get("/v1/handovers"), &list)
		return list
	}
	require.Equal(t, p.Handover.ID, list(out).Items[0].ID)
	may := func(who apitest.Caller) []bool {
		h := list(who).Items[0]
		return []bool{h.MaySend, h.MayReceive}
	}
	require.Equal(t, [][]bool{{true, false}, {false, true}, {true, true}}, [][]bool{may(out), may(in), may(w.LogIn(storetest.Bureau, org.BureauReviewer))})
	require.Empty(t, list(w.LogIn(storetest.FarSchool, org.SchoolRegistrar)).Items)
	path := "/v1/handovers/" + p.Handover.ID.String()
	sent := apitest.Call{Method: "POST", Path: path + "/dispatch", IfMatch: rest.ETag(1), Body: m{"how": "EMS"}}
	told := w.Refused("handover_other_side", in.Token, sent)
	require.Contains(t, told.Detail, w.OfficeName(storetest.SchoolA))
	w.Refused("if_match_missing", out.Token, apitest.Post(path+"/dispatch", m{}))
	var view changes.HandoverView
	w.Must(http.StatusOK, out.Token, sent, &view)
	require.Equal(t, []string{"SENT", "EMS"}, []string{view.State, view.SentHow})
	require.Equal(t, [][]bool{{false, false}, {false, true}}, [][]bool{may(out), may(in)}, "it is sent once")
	require.Contains(t, page(w, out, filed.ID).Next, w.OfficeName(storetest.SchoolB))
	received := apitest.Call{Method: "POST", Path: path + "/receipt", IfMatch: rest.ETag(2)}
	w.Refused("handover_other_side", out.Token, received)
	w.Must(http.StatusOK, in.Token, received, &view)
	require.Equal(t, "RECEIVED", view.State)

	var gone rest.Page[changes.DepartureLine]
	w.Must(http.StatusOK, out.Token, apitest.Get(w.Org(storetest.SchoolA, "/departures?limit=1")), &gone)
	require.Equal(t, pupil, gone.Items[0].Student)
	require.Equal(t, w.OfficeName(storetest.SchoolB), gone.Items[0].ToSchool)
	w.Refused("forbidden", in.Token, apitest.Get(w.Org(storetest.SchoolA, "/departures")))
}

// A number that a change writes is shown to who decides, for a reason and on record.
func TestNumbersOfAChangeAreForWhoDecides(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	pupil := w.Pupil(storetest.SchoolA)
	claim := w.ClaimOf(pupil)
	f := w.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "户口簿更正"})
	f.Values = map[string]string{"name": "示例甲"}
	var filed changes.ChangeLine
	w.Must(http.StatusNoContent, s.Registrar.Token, apitest.Call{Method: "POST", Path: "/v1/changes/check", Body: handedIn(f)}, nil)
	w.Must(http.StatusCreated, s.Registrar.Token, apitest.File("key-of-key-1", handedIn(f)), &filed)
	w.Perform(filed.ID)
	p := page(w, s.Leader, filed.ID)
	require.Equal(t, []changes.ValueView{{Field: "name", Label: "姓名", Before: claim.Name, After: "示例甲"}}, p.Values)
	ask := apitest.Post("/v1/changes/"+filed.ID.String()+"/reveal", m{"field": "id_number", "reason": "VERIFY_DOCUMENT"})
	w.Refused("reveal_nothing", s.Leader.Token, ask)
	w.Refused("reveal_not_your_step", s.Reviewer.Token, ask)
	ask.Body = m{"field": "id_number", "reason": "CURIOUS"}
	w.Refused("not_in_list", s.Leader.Token, ask)
	w.ApproveAll(filed.ID)
	require.Equal(t, "示例甲", w.Text(`SELECT name FROM student WHERE id = $1`, pupil))
}

// The bureau moves a list; a pupil who is struck stays, with the reason on the page.
func TestAListOfPupilsAndWhoIsStruck(t *testing.T) {
	w := apitest.New(t)
	pupils := w.Pupils(storetest.SchoolA, 2)
	class := w.NewClass(storetest.SchoolB, 2024, 45)
	reviewer := w.LogIn(storetest.Bureau, org.BureauReviewer)
	body := m{"kind": "BATCH_TRANSFER", "inputs": m{"from_school": "2152000123", "to_school": "2152000456", "reason": "撤点并校"},
		"lines": []m{{"student_id": pupils[0], "class_id": class.ID}, {"student_id": pupils[1], "class_id": class.ID}}}
	w.Refused("filed_by_bureau", w.LogIn(storetest.SchoolA, org.SchoolRegistrar).Token, apitest.File("key-of-batch-0", body))
	var filed changes.ChangeLine
	w.Must(http.StatusCreated, reviewer.Token, apitest.File("key-of-batch-1", body), &filed)
	leader := w.LogIn(storetest.SchoolA, org.SchoolLeader)
	c := w.Decision(filed.ID, "APPROVE")
	decision, isMap := c.Body.(m)
	require.True(t, isMap)
	decision["strike"] = []m{{"student_id": pupils[0], "reason": "已随父母外出"}}
	w.Must(http.StatusOK, leader.Token, c, nil)
	p := page(w, reviewer, filed.ID)
	require.Len(t, p.Lines, 2)
	verdicts := map[uuid.UUID]changes.LineView{}
	for _, l := range p.Lines {
		verdicts[l.StudentID] = l
	}
	require.Equal(t, "STRUCK", verdicts[pupils[0]].Verdict)
	require.Equal(t, "已随父母外出", verdicts[pupils[0]].Reason)
	require.Equal(t, "LISTED", verdicts[pupils[1]].Verdict)
	w.Refused("filed_by_school", reviewer.Token, apitest.File("key-of-batch-2", m{"kind": "SUSPENSION", "student_id": pupils[0]}))
}

// A correction strikes the mistake and its opposite, and tells what is left for whom.
func TestACorrectionTellsWhatItStruck(t *testing.T) {
	w := apitest.New(t)
	pupil := w.Pupil(storetest.SchoolA)
	mistake := w.Suspended(pupil, "2027-06-30")
	caseNo := func(id uuid.UUID) string { return w.Text(`SELECT case_no FROM change WHERE id = $1`, id) }
	reviewer := w.LogIn(storetest.Bureau, org.BureauReviewer)
	file := func(no string) apitest.Call {
		f := w.Filing(process.ChangeCorrection, pupil, map[string]string{"case_no": no, "reason": "办错了"})
		return apitest.File(uuid.NewString(), handedIn(f))
	}
	w.Refused("correction_unknown", reviewer.Token, file("52-20261120-999999"))
	w.Refused("correction_not_undone", reviewer.Token, file(caseNo(mistake)))
	w.ApproveAll(w.File(process.Reinstatement, pupil, map[string]string{"class_id": w.Class(storetest.SchoolA, "2025101").ID.String()}))
	var filed changes.ChangeLine
	w.Must(http.StatusCreated, reviewer.Token, file(caseNo(mistake)), &filed)
	w.Refused("own_filing", reviewer.Token, w.Decision(filed.ID, "APPROVE"))
	var slip changes.SlipView
	w.Must(http.StatusOK, w.LogIn(storetest.Bureau, org.BureauReviewer).Token, w.Decision(filed.ID, "APPROVE"), &slip)
	require.NotEmpty(t, slip.Aftermath)
	require.Equal(t, "CASE_STRUCK", slip.Aftermath[0].Code)
	require.NotContains(t, slip.Aftermath[0].Text, "{")
	struck := page(w, reviewer, mistake)
	require.Equal(t, filed.CaseNo, struck.StruckBy)
	require.Contains(t, struck.Next, filed.CaseNo)
	require.Equal(t, "STRUCK_BY", struck.Aftermath[0].Code)
	listed := func(who apitest.Caller, query string) int {
		var list rest.Page[changes.ChangeLine]
		w.Must(http.StatusOK, who.Token, apitest.Get("/v1/changes?student_id="+pupil.String()+"&kind=SUSPENSION"+query), &list)
		return len(list.Items)
	}
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	require.Equal(t, []int{1, 0, 1}, []int{listed(reviewer, ""), listed(registrar, ""), listed(registrar, "&struck=true")})
}
