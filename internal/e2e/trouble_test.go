package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

type obj = map[string]any

// alike makes pupils of one name, sex and birth date without numbers, and lets the
// register look for doubles.
func alike(s *e2e.Stack, counties ...*e2e.County) []uuid.UUID {
	s.T.Helper()
	var list []uuid.UUID
	for _, c := range counties {
		list = append(list, s.Alike(c))
	}
	s.Hand.Advance(61 * time.Minute)
	s.Eventually("the records were looked at", 30*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM student WHERE deduped_at IS NULL`) == 0
	})
	return list
}

// problems lists the problems a person sees.
func problems(p *e2e.Person, t *testing.T) []any {
	t.Helper()
	answer := p.Do(http.MethodGet, "/v1/problems", nil, "")
	require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
	items, _ := answer.Body["items"].([]any)
	return items
}

func corroboration(p *e2e.Person, student uuid.UUID, problem any) obj {
	return obj{"kind": "PROBLEM_CORROBORATION", "student_id": student, "inputs": obj{"problem_id": problem, "reason": "在本校就读"},
		"evidence": p.Papers("IDENTITY_PROOF", "GUARDIAN_STATEMENT")}
}

// TestTwoRecordsThatLookAlike walks KT10 and KT11: the hourly run flags both, both
// schools are told, one is corroborated by the bureau above both, the other stays.
func TestTwoRecordsThatLookAlike(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	a := s.County()
	b := s.CountyOf("520103", "2152000777", "云岩区示例小学")
	city := s.Person(a.City, org.BureauReviewer)
	pupils := alike(s, a, b)
	mine, theirs := problems(a.Registrar, t), problems(b.Registrar, t)
	require.Len(t, mine, 1)
	require.Len(t, theirs, 1)
	one, _ := mine[0].(obj)
	require.Equal(t, "DUP_WITHOUT_ID", one["kind"])
	require.Equal(t, "云岩区示例小学", one["other_school"])
	require.Equal(t, []any{"PROBLEM_CORROBORATION", "KEY_DATA_CHANGE", "PROBLEM_DELETION"}, one["may"])
	require.Empty(t, problems(b.Reviewer, t)[1:], "a bureau sees its own side")
	require.Len(t, problems(city, t), 2)
	require.Contains(t, string(a.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw), "问题学籍")

	change := a.Registrar.File(corroboration(a.Registrar, pupils[0], one["id"]))
	other, _ := problems(b.Registrar, t)[0].(obj)
	require.Equal(t, true, other["other_filed"], "that the other side has filed, not what")
	require.Equal(t, http.StatusNotFound, b.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "").Status)
	a.Leader.Approve(change)
	a.Reviewer.Approve(change)
	page := city.Page(change)
	require.Equal(t, "COMMON_APPROVAL", page.Text("open.name"))
	city.Approve(change)
	require.Equal(t, "EFFECTIVE", a.Registrar.Page(change).Text("status"))
	require.Empty(t, problems(a.Registrar, t))
	other, _ = problems(b.Registrar, t)[0].(obj)
	require.Equal(t, true, other["other_passed"])
	require.Equal(t, "{}", e2e.Value[string](s, `SELECT problem_flags::text FROM student WHERE id = $1`, pupils[0]))
	require.Equal(t, "{DUP_WITHOUT_ID}", e2e.Value[string](s, `SELECT problem_flags::text FROM student WHERE id = $1`, pupils[1]))

	// The other side deletes what was made twice: confirmed by the name, at once.
	deletion := obj{"kind": "PROBLEM_DELETION", "student_id": pupils[1], "inputs": obj{"confirm_name": "样例", "reason": "重复建籍"}}
	wrong := b.Registrar.Do(http.MethodPost, "/v1/changes", deletion, uuid.NewString())
	require.Equal(t, "confirmation_wrong", wrong.Text("code"), string(wrong.Raw))
	deletion["inputs"] = obj{"confirm_name": "样例生", "reason": "重复建籍"}
	gone := b.Registrar.File(deletion)
	s.Eventually("the record is deleted", 30*time.Second, func() bool { return b.Registrar.Page(gone).Text("status") == "EFFECTIVE" })
	e2e.Nowhere(t, "what is kept", e2e.Value[string](s, `SELECT inputs::text FROM change WHERE id = $1`, gone), "样例生")
	require.Empty(t, problems(b.Registrar, t))
	require.Equal(t, 0, e2e.Value[int](s, `SELECT count(*) FROM student_problem WHERE state <> 'CLEARED'`))
	for _, who := range []*e2e.Person{b.Registrar, b.Reviewer} {
		record := who.Do(http.MethodGet, "/v1/students/"+pupils[1].String(), nil, "")
		require.Equal(t, http.StatusOK, record.Status, "school and county still read it: %s", record.Raw)
		require.Contains(t, string(record.Raw), "DELETED")
	}
}

// TestTwoSchoolsClaimOnePupil walks KT23 and W21: the second school asks the bureau
// above both, the first speaks, the bureau decides, the winner files its transfer.
func TestTwoSchoolsClaimOnePupil(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	out := s.County()
	first := s.CountyOf("110101", "2111000123", "东城区示例小学")
	second := s.CountyOf("110102", "2111000456", "西城区示例小学")
	common := s.Person(s.Office(org.Province, "110000"), org.BureauReviewer)
	pupil := s.Named(out, 2024, simulator.Matches)
	body := func() obj {
		return obj{"kind": "ARBITRATION", "pupil": pupil.Claim(), "inputs": obj{"reason": "学生在本校就读"},
			"evidence": second.Registrar.Papers("STUDY_PROOF", "GUARDIAN_STATEMENT")}
	}
	refused := second.Registrar.Do(http.MethodPost, "/v1/changes", body(), uuid.NewString())
	require.Equal(t, "arbitration_nothing", refused.Text("code"), string(refused.Raw))
	claim := first.Registrar.File(first.Registrar.TransferBody(pupil, first.Class[2024]))
	refused = second.Registrar.Do(http.MethodPost, "/v1/changes", second.Registrar.TransferBody(pupil, second.Class[2024]), uuid.NewString())
	require.Equal(t, "transfer_claimed", refused.Text("code"), string(refused.Raw))

	change := second.Registrar.File(body())
	second.Leader.Approve(change)
	require.Equal(t, "STATEMENT", first.Registrar.Page(change).Text("open.name"))
	answer := first.Registrar.Decide(change, "REJECT", "不同意")
	require.Equal(t, "statement_only", answer.Text("code"), string(answer.Raw))
	said := first.Registrar.Do(http.MethodPost, "/v1/changes/"+change+"/decisions", obj{"task_id": first.Registrar.OpenTask(change), "verdict": "APPROVE",
		"inputs": obj{"position": "MAINTAIN"}, "evidence": first.Registrar.Papers("OTHER_PROOF")}, uuid.NewString())
	require.Equal(t, http.StatusOK, said.Status, string(said.Raw))

	// Meanwhile the contested claim cannot take effect.
	first.Leader.Approve(claim)
	first.Reviewer.Approve(claim)
	s.Stage(claim, "RELEASING_REVIEW")
	out.Leader.Approve(claim)
	answer = out.Reviewer.Decide(claim, "APPROVE", "同意")
	require.Equal(t, "arbitration_running", answer.Text("code"), string(answer.Raw))

	answer = common.Decide(change, "APPROVE", "经核实，学生在西城区就读")
	require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
	ended := first.Registrar.Page(claim)
	require.Equal(t, "CLOSED", ended.Text("status"))
	require.Equal(t, "ARBITRATED", ended.Text("ended.code"))
	require.Contains(t, ended.Text("ended.reason"), "仲裁")
	require.Contains(t, second.Registrar.Page(change).Text("next"), "办理转学")
	require.Contains(t, first.Registrar.Page(change).Text("next"), "无需重新申请", "nothing is in force for the one that lost")
	told := func(school *e2e.County, about string) []string {
		return e2e.Value[[]string](s, `SELECT array_agg(DISTINCT kind ORDER BY kind) FROM notice WHERE change_id = $1 AND org_id = $2
			AND (kind LIKE 'ENDED%' OR kind LIKE 'ARBITRATION%')`, about, school.School.ID)
	}
	require.Equal(t, []string{"ARBITRATION_WON", "ENDED_EFFECTIVE"}, told(second, change))
	require.Equal(t, []string{"ARBITRATION_LOST"}, told(first, change))
	require.Equal(t, []string{"ENDED_ARBITRATED"}, told(first, claim), "it is not told to file again")
	s.Eventually("the workflow of the claim has ended", 30*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM outbox WHERE change_id = $1 AND sent_at IS NULL`, claim) == 0
	})
	second.Registrar.File(second.Registrar.TransferBody(pupil, second.Class[2024]))
}

// An arbitration whose claim ends otherwise is ended by the system.
func TestNothingIsLeftToArbitrate(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	out := s.County()
	first := s.CountyOf("110101", "2111000123", "东城区示例小学")
	second := s.CountyOf("110102", "2111000456", "西城区示例小学")
	pupil := s.Named(out, 2024, simulator.Matches)
	claim := first.Registrar.File(first.Registrar.TransferBody(pupil, first.Class[2024]))
	change := second.Registrar.File(obj{"kind": "ARBITRATION", "pupil": pupil.Claim(), "inputs": obj{"reason": "学生在本校就读"},
		"evidence": second.Registrar.Papers("STUDY_PROOF", "GUARDIAN_STATEMENT")})
	back := first.Registrar.Do(http.MethodPost, "/v1/changes/"+claim+"/withdrawal", obj{"opinion": "家长改变主意"}, uuid.NewString())
	require.Equal(t, http.StatusOK, back.Status, string(back.Raw))
	s.Eventually("the arbitration is moot", 30*time.Second, func() bool {
		return second.Registrar.Page(change).Text("ended.code") == "MOOT"
	})
}

// TestAMistakenChangeIsStruck walks KT72 and W18: only the district, only after the
// opposite change, decided by a second person.
func TestAMistakenChangeIsStruck(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	colleague := s.Person(c.Bureau, org.BureauReviewer)
	pupil := s.Pupil(c, 2024)
	suspension := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	c.Leader.Approve(suspension)
	c.Reviewer.Approve(suspension)
	body := obj{"kind": "CHANGE_CORRECTION", "student_id": pupil, "inputs": obj{"case_no": c.Registrar.Page(suspension).Text("case_no"), "reason": "误办休学"},
		"evidence": c.Reviewer.Papers("CORRECTION_PROOF")}
	school := c.Registrar.Do(http.MethodPost, "/v1/changes", body, uuid.NewString())
	require.Equal(t, "filed_by_bureau", school.Text("code"), string(school.Raw))
	above := s.Person(c.City, org.BureauReviewer).Do(http.MethodPost, "/v1/changes/check", body, "")
	require.Equal(t, http.StatusForbidden, above.Status, string(above.Raw))
	require.Equal(t, "filed_by_managing_bureau", above.Text("code"), "nobody has filed yet: %s", above.Raw)
	require.Contains(t, above.Text("detail"), "南明区教育局", "which bureau files")
	early := c.Reviewer.Do(http.MethodPost, "/v1/changes", body, uuid.NewString())
	require.Equal(t, "correction_not_undone", early.Text("code"), string(early.Raw))
	back := c.Registrar.File(obj{"kind": "REINSTATEMENT", "student_id": pupil, "inputs": obj{"class_id": c.Class[2024], "cohort": "ORIGINAL"},
		"evidence": c.Registrar.Papers("GUARDIAN_APPLICATION", "HEALTH_PROOF")})
	c.Leader.Approve(back)
	c.Reviewer.Approve(back)

	change := c.Reviewer.File(body)
	own := c.Reviewer.Decide(change, "APPROVE", "同意")
	require.Equal(t, "own_filing", own.Text("code"), string(own.Raw))
	require.Empty(t, c.Reviewer.Inbox(), "what somebody else must decide is not to be done")
	require.Len(t, colleague.Inbox(), 1)
	colleague.Approve(change)
	require.Equal(t, "EFFECTIVE", c.Reviewer.Page(change).Text("status"))
	history := func(p *e2e.Person) string {
		return string(s.OK(p.Do(http.MethodGet, "/v1/students/"+pupil.String()+"/history", nil, "")).Raw)
	}
	require.NotContains(t, history(c.Registrar), `"SUSPENSION"`, "the school's normal history")
	require.Contains(t, history(c.Reviewer), `"struck":true`)
	require.Equal(t, "ENROLLED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil), "nothing else happened")
	again := c.Reviewer.Do(http.MethodPost, "/v1/changes", body, uuid.NewString())
	require.Equal(t, "correction_not_in_force", again.Text("code"), string(again.Raw))
}

// A refused case is taken off the school's list, and filed again.
func TestARefusedCaseIsTakenOffTheList(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	dismiss := func() e2e.Answer {
		return c.Registrar.Do(http.MethodPost, "/v1/changes/"+change+"/dismissal", nil, "")
	}
	require.Equal(t, "dismissal_not_ended", dismiss().Text("code"))
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "REJECT", "材料不符").Status)
	require.Equal(t, http.StatusNoContent, dismiss().Status)
	require.Equal(t, http.StatusNoContent, dismiss().Status, "again")
	list := func(p *e2e.Person, query string) string {
		return string(s.OK(p.Do(http.MethodGet, "/v1/changes"+query, nil, "")).Raw)
	}
	require.NotContains(t, list(c.Registrar, ""), change)
	require.Contains(t, list(c.Registrar, "?dismissed=true"), change)
	require.Contains(t, list(c.Reviewer, ""), change, "the bureau's list is its own")
	again := c.Registrar.SuspensionBody(pupil)
	again["redo_of"] = change
	c.Registrar.File(again)
}

// Every kind of this area is filed from the table of filings, too.
func TestTheTableOfFilingsKnowsTrouble(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	for kind, ends := range map[process.Kind]string{process.ProblemCorroboration: "RUNNING", process.ProblemDeletion: "EFFECTIVE", process.Arbitration: "RUNNING", process.ChangeCorrection: "RUNNING"} {
		c := s.CountyOf("520102", fmt.Sprintf("21520005%02d", len(kind)), "南明区示例小学"+string(kind))
		filer := c.Registrar
		if by := e2e.Filings()[kind].Filer; by != nil {
			filer = by(s, c)
		}
		change := filer.File(s.FilingOf(c, kind))
		s.Eventually(string(kind)+" is "+ends, 30*time.Second, func() bool { return filer.Page(change).Text("status") == ends })
	}
}

// KT12, KT13 and KT14: amending clears both sides, the province approves the
// deletion of a formal number, and between provinces the nation compares.
func TestOtherEndsOfAProblem(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	a := s.County()
	far := s.CountyOf("110101", "2111000123", "东城区示例小学")
	province := s.Person(s.Office(org.Province, "520000"), org.BureauReviewer)
	nation := s.Person(s.Office(org.Nation, "000000"), org.BureauReviewer)
	flags := func(id uuid.UUID) string {
		return e2e.Value[string](s, `SELECT problem_flags::text FROM student WHERE id = $1`, id)
	}

	pupils := alike(s, a, far)
	one, _ := problems(a.Registrar, t)[0].(obj)
	change := a.Registrar.File(corroboration(a.Registrar, pupils[0], one["id"]))
	for _, who := range []*e2e.Person{a.Leader, a.Reviewer, province, nation} {
		who.Approve(change)
	}
	require.Equal(t, "EFFECTIVE", a.Registrar.Page(change).Text("status"))
	require.Equal(t, "{}", flags(pupils[0]))
	require.Equal(t, "{DUP_WITHOUT_ID}", flags(pupils[1]))

	pupils = alike(s, a, a)
	amended := a.Registrar.File(a.Registrar.KeyDataBody(pupils[0], map[string]string{"name": "样例更名"}))
	s.Stage(amended, "LEADER_REVIEW")
	a.Leader.Approve(amended)
	a.Reviewer.Approve(amended)
	require.Equal(t, "{}", flags(pupils[0]), "evaluated again in the transaction that amended it")
	require.Equal(t, "{DUP_WITHOUT_ID}", flags(pupils[1]), "there is still the pupil of the other province")
	require.Equal(t, 6, e2e.Value[int](s, `SELECT count(*) FROM student_problem WHERE cleared_by = $1`, amended), "both sides of its pair with each of three others")

	// No change gives a formal number yet: the issue "registration" opens this door.
	s.Exec(`UPDATE student SET number_class = 'G', number_cipher = '\x00', number_hash = '\x07' WHERE id = $1`, pupils[1])
	body := obj{"kind": "PROBLEM_DELETION", "student_id": pupils[1], "inputs": obj{"confirm_name": "样例生", "reason": "重复建籍"}}
	gone := a.Registrar.File(body)
	require.Equal(t, "PROVINCE_APPROVAL", a.Registrar.Page(gone).Text("open.name"), "D7")
	province.Approve(gone)
	s.Eventually("the record is deleted", 30*time.Second, func() bool { return a.Registrar.Page(gone).Text("status") == "EFFECTIVE" })
}
