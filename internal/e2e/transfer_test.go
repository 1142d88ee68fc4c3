package e2e_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
)

// A transfer between provinces: four approvals and one validation, then the
// record moves as a whole, and both sides keep what is theirs.
func TestATransferBetweenProvinces(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	in, out := s.CountyOf("110101", "2111000123", "东城区示例小学"), s.County()
	pupil := s.Named(out, 2024, simulator.Matches)
	change := in.Registrar.File(in.Registrar.TransferBody(pupil, in.Class[2024]))

	in.Leader.Approve(change)
	require.Equal(t, http.StatusNotFound, out.Head.Do(http.MethodGet, "/v1/changes/"+uuid.NewString(), nil, "").Status)
	in.Reviewer.Approve(change)
	s.Stage(change, "RELEASING_REVIEW")
	out.Leader.Approve(change)
	require.Equal(t, out.School.ID.String(), e2e.Value[string](s, `SELECT school_id::text FROM student WHERE id = $1`, pupil.ID), "nothing moves before the last decision")
	out.Reviewer.Approve(change)

	for _, person := range []*e2e.Person{in.Registrar, in.Reviewer, in.Head, out.Registrar, out.Leader, out.Reviewer, out.Head} {
		page := person.Page(change)
		require.Equal(t, "EFFECTIVE", page.Text("status"))
		require.Equal(t, pupil.Name, page.Text("student_name"), "every party sees whom it is about")
		require.Len(t, page.Get("sides"), 2)
	}
	require.Equal(t, in.School.ID.String(), e2e.Value[string](s, `SELECT school_id::text FROM student WHERE id = $1`, pupil.ID))
	require.Equal(t, 1, e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, in.Class[2024]))
	require.Equal(t, 0, e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, out.Class[2024]))
	require.Equal(t, "L", e2e.Value[string](s, `SELECT number_class FROM student WHERE id = $1 AND number_hash IS NOT NULL`, pupil.ID), "the number stays")
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM slot`))

	now := in.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String(), nil, "")
	require.Equal(t, "ENROLLED", now.Text("facets.enrol_status"))
	past := out.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String(), nil, "")
	require.Equal(t, http.StatusOK, past.Status, string(past.Raw))
	require.Equal(t, "TRANSFERRED_OUT", past.Text("facets.enrol_status"), "the old school keeps its view of the past")
	require.Equal(t, out.Class[2024].String(), past.Text("class_id"), "the class it left, not the one it came to")
	require.Contains(t, string(out.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String()+"/history", nil, "").Raw), "TRANSFER_OUT")
	require.NotContains(t, string(out.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String()+"/history", nil, "").Raw), "TRANSFER_IN")
	history := string(in.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String()+"/history", nil, "").Raw)
	require.Contains(t, history, "TRANSFER_IN")
	require.Contains(t, history, "TRANSFER_OUT", "the file goes with the pupil")
	gone := out.Registrar.Do(http.MethodGet, "/v1/orgs/"+out.School.ID.String()+"/departures", nil, "")
	require.Contains(t, string(gone.Raw), pupil.ID.String())

	// The paper file: sent, received.
	hand := out.Registrar.Page(change)
	require.Equal(t, "TO_SEND", hand.Text("handover.state"))
	require.Equal(t, "2026-12-20", hand.Text("handover.due_on"))
	id := hand.Text("handover.id")
	twice := out.Registrar.DoIfMatch(http.MethodPost, "/v1/handovers/"+id+"/dispatch", map[string]any{"how": "EMS 1"}, `"7"`)
	require.Equal(t, "version_conflict", twice.Text("code"))
	sent := out.Registrar.DoIfMatch(http.MethodPost, "/v1/handovers/"+id+"/dispatch", map[string]any{"how": "EMS 1"}, `"1"`)
	require.Equal(t, http.StatusOK, sent.Status, string(sent.Raw))
	twice = out.Registrar.DoIfMatch(http.MethodPost, "/v1/handovers/"+id+"/dispatch", map[string]any{"how": "EMS 1"}, `"2"`)
	require.Equal(t, "handover_noted", twice.Text("code"), "reloading would not help")
	require.Equal(t, http.StatusForbidden, out.Registrar.DoIfMatch(http.MethodPost, "/v1/handovers/"+id+"/receipt", nil, `"2"`).Status, "only the new school has it in hand")
	require.Contains(t, string(in.Registrar.Do(http.MethodGet, "/v1/handovers", nil, "").Raw), `"SENT"`)
	got := in.Registrar.DoIfMatch(http.MethodPost, "/v1/handovers/"+id+"/receipt", nil, `"2"`)
	require.Equal(t, http.StatusOK, got.Status, string(got.Raw))
	require.Equal(t, "RECEIVED", got.Text("state"))
}

func TestTheChainOfATransfer(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	out, near, far := s.County(), s.CountyOf("520102", "2152000124", "南明区第二小学"), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	for _, row := range []struct {
		name   string
		in     *e2e.County
		stages []string
		who    []*e2e.Person
	}{
		{"one bureau", near, []string{"RECEIVING_REVIEW", "RELEASING_REVIEW", "BUREAU_APPROVAL"}, []*e2e.Person{near.Leader, out.Leader, out.Reviewer}},
		{
			"two bureaux", far, []string{"RECEIVING_REVIEW", "RECEIVING_BUREAU", "RELEASING_REVIEW", "RELEASING_BUREAU"},
			[]*e2e.Person{far.Leader, far.Reviewer, out.Leader, out.Reviewer},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			pupil := s.Named(out, 2025, simulator.Matches)
			change := row.in.Registrar.File(row.in.Registrar.TransferBody(pupil, row.in.Class[2025]))
			for i, stage := range row.stages {
				require.Equal(t, stage, row.who[i].Page(change).Text("open.name"))
				row.who[i].Approve(change)
			}
			require.Equal(t, "EFFECTIVE", out.Registrar.Page(change).Text("status"))
		})
	}
}

func TestWhatAnotherOfficeLearns(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	in, out, third := s.CountyOf("110101", "2111000123", "东城区示例小学"), s.County(), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	file := func(p *e2e.Person, n e2e.Named, class uuid.UUID) e2e.Answer {
		return p.Do(http.MethodPost, "/v1/changes", p.TransferBody(n, class), uuid.NewString())
	}
	pupil := s.Named(out, 2024, simulator.Matches)

	wrong := pupil
	wrong.Name = "样例别人"
	answer := file(in.Registrar, wrong, in.Class[2024])
	require.Equal(t, "transfer_data_wrong", answer.Text("code"), string(answer.Raw))
	require.Contains(t, string(answer.Raw), "2001")

	suspension := out.Registrar.File(out.Registrar.SuspensionBody(pupil.ID))
	answer = file(in.Registrar, pupil, in.Class[2024])
	require.Equal(t, "transfer_business_running", answer.Text("code"), string(answer.Raw))
	require.Contains(t, string(answer.Raw), "南明区示例小学")
	caseNo := out.Registrar.Page(suspension).Text("case_no")
	e2e.Nowhere(t, "what another office reads", string(answer.Raw), caseNo, "休学", "SUSPENSION", suspension)
	found := in.Registrar.Do(http.MethodPost, "/v1/students/find", pupil.Claim(), "")
	require.Equal(t, "2002", found.Text("code"), string(found.Raw))
	e2e.Nowhere(t, "what another office finds", string(found.Raw), caseNo, "休学", "SUSPENSION", pupil.Number, pupil.Card)
	inside := out.Reviewer.Do(http.MethodPost, "/v1/students/find", pupil.Claim(), "")
	require.Equal(t, "SUSPENSION", inside.Text("running.kind"), string(inside.Raw))
	require.Equal(t, caseNo, inside.Text("running.case_no"))

	// Suspended: another office learns no more than whom to ask.
	out.Leader.Approve(suspension)
	out.Reviewer.Approve(suspension)
	answer = file(in.Registrar, pupil, in.Class[2024])
	require.Equal(t, "transfer_not_eligible", answer.Text("code"), string(answer.Raw))
	found = in.Registrar.Do(http.MethodPost, "/v1/students/find", pupil.Claim(), "")
	require.Contains(t, found.Text("reason"), "南明区示例小学", "told before papers are collected: %s", found.Raw)
	e2e.Nowhere(t, "what another office reads", string(answer.Raw)+string(found.Raw), "休学", "SUSPEND")

	flagged := s.Named(out, 2024, simulator.Matches)
	s.Flagged(flagged.ID, "DUP_WITH_ID")
	answer = file(in.Registrar, flagged, in.Class[2024])
	require.Equal(t, "transfer_problem_status", answer.Text("code"), string(answer.Raw))
	e2e.Nowhere(t, "what another office reads", string(answer.Raw), "DUP")

	// Two schools want the same pupil: the second is told so.
	wanted := s.Named(out, 2024, simulator.Matches)
	in.Registrar.File(in.Registrar.TransferBody(wanted, in.Class[2024]))
	answer = file(third.Registrar, wanted, third.Class[2024])
	require.Equal(t, http.StatusConflict, answer.Status)
	require.Equal(t, "transfer_claimed", answer.Text("code"), string(answer.Raw))
	e2e.Nowhere(t, "what the second school reads", string(answer.Raw), "东城区示例小学")

	require.Positive(t, e2e.Value[int](s, `SELECT count(*) FROM audit_entry WHERE action = 'student.find' AND detail ->> 'found' = 'no'`), "misses are in the trail too")
	both := in.Registrar.TransferBody(wanted, in.Class[2024])
	both["student_id"] = pupil.ID
	answer = in.Registrar.Do(http.MethodPost, "/v1/changes", both, uuid.NewString())
	require.Equal(t, "subject_twice", answer.Text("code"), "which of the two is meant is not guessed: %s", answer.Raw)
	again := file(in.Registrar, wanted, in.Class[2024])
	require.Equal(t, "change_in_progress", again.Text("code"), "the school that filed is not told of another one: %s", again.Raw)
	require.Contains(t, string(again.Raw), "转学 11-20261120-")
	require.Contains(t, in.Registrar.Do(http.MethodPost, "/v1/students/find", wanted.Claim(), "").Text("reason"), "转学 11-20261120-")
	require.Contains(t, out.Registrar.Do(http.MethodPost, "/v1/students/find", wanted.Claim(), "").Text("reason"), "本校")
	answer = file(out.Registrar, wanted, out.Class[2024])
	require.Equal(t, "transfer_same_school", answer.Text("code"), "the pupil's own school is not told to ask itself: %s", answer.Raw)

	// Across provinces the number of the identity card finds nobody, as it files nothing.
	byCard := map[string]string{"name": wanted.Name, "id_number": wanted.Card}
	for _, at := range []struct {
		c    *e2e.County
		want int
	}{{in, http.StatusUnprocessableEntity}, {third, http.StatusOK}} {
		found := at.c.Registrar.Do(http.MethodPost, "/v1/students/find", byCard, "")
		require.Equal(t, at.want, found.Status, string(found.Raw))
		if at.c == in {
			require.Equal(t, "transfer_number_required", found.Text("code"))
			e2e.Nowhere(t, "what another province finds", string(found.Raw), "南明区", "L520102")
		}
	}
	require.NotContains(t, s.Log.String(), pupil.Number)
}

// States change between filing and validation: the same function judges again.
func TestTheNationalStepJudgesAgain(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	in, out := s.CountyOf("110101", "2111000123", "东城区示例小学"), s.County()
	for _, row := range []struct {
		name, code, national string
		happens              func(n e2e.Named)
	}{
		{"a problem status", "transfer_problem_status", "2003", func(n e2e.Named) { s.Flagged(n.ID, "ID_ERROR") }},
		{"a punishment", "transfer_not_eligible", "南明区示例小学", func(n e2e.Named) {
			noted := out.Registrar.Do(http.MethodPost, "/v1/students/"+n.ID.String()+"/punishments",
				map[string]any{"level": "1", "decided_on": "2026-11-02", "document_no": "校字〔2026〕3号"}, uuid.NewString())
			require.Equal(t, http.StatusCreated, noted.Status, string(noted.Raw))
		}},
		// Numbers do not change yet: the issue "registration" gives them, and others in their place.
		{"another number", "transfer_data_wrong", "2001", func(n e2e.Named) { s.Exec(`UPDATE student SET number_hash = 'x' WHERE id = $1`, n.ID) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			pupil := s.Named(out, 2024, simulator.Matches)
			change := in.Registrar.File(in.Registrar.TransferBody(pupil, in.Class[2024]))
			row.happens(pupil)
			in.Leader.Approve(change)
			in.Reviewer.Approve(change)
			s.Eventually("the change ends", patience, func() bool { return in.Registrar.Page(change).Text("status") == "REFUSED" })
			for _, person := range []*e2e.Person{in.Registrar, out.Registrar} {
				page := person.Page(change)
				require.Equal(t, row.code, page.Text("ended.code"))
				require.Contains(t, page.Text("ended.reason"), row.national, "both sides read the reason")
			}
			require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM slot WHERE change_id = $1`, change))
		})
	}
}

// The last seat went to somebody else: the last approval is refused, the step
// stays open, and everybody reads why; the receiving school chooses another class.
func TestALastApprovalThatCannotBeApplied(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	in, out := s.CountyOf("520102", "2152000124", "南明区第二小学"), s.County()
	pupil := s.Named(out, 2024, simulator.Matches)
	change := in.Registrar.File(in.Registrar.TransferBody(pupil, in.Class[2024]))
	in.Leader.Approve(change)
	out.Leader.Approve(change)
	s.Seats(in.Class[2024], 1)
	s.Pupil(in, 2024)
	refused := out.Reviewer.Decide(change, "APPROVE", "")
	require.Equal(t, "class_full", refused.Text("code"), string(refused.Raw))
	for _, person := range []*e2e.Person{in.Registrar, out.Leader} {
		page := string(person.Page(change).Raw)
		require.Contains(t, page, `"verb":"NOT_APPLIED"`)
		require.Contains(t, page, "该班已满（1人）")
		require.Equal(t, "NOT_APPLIED", person.Page(change).Text("open.problem"))
		require.Contains(t, person.Page(change).Text("next"), "退回申请单位")
		require.Equal(t, in.Class[2024].String(), person.Page(change).Text("class.id"), "both sides read the class it goes to")
		require.Equal(t, "1班", person.Page(change).Text("class.name"))
	}
	stuck := out.Head.Do(http.MethodGet, "/v1/operations/attention?reason=not_applied", nil, "")
	require.Contains(t, string(stuck.Raw), change, "whoever looks for what does not get on finds it")
	require.Contains(t, string(in.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw), "最后一次批准未能生效")
	s.Seats(in.Class[2024], 2)
	out.Reviewer.Approve(change)
	require.Equal(t, in.School.ID.String(), e2e.Value[string](s, `SELECT school_id::text FROM student WHERE id = $1`, pupil.ID))
	require.Zero(t, count(s, "step WHERE change_id = $1 AND problem <> ''", change), "what was a problem is none any more")
}

// A punishment keeps a pupil from moving until it is cancelled, and goes along.
func TestAPunishedPupilStays(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	in, out := s.CountyOf("520102", "2152000124", "南明区第二小学"), s.County()
	pupil := s.Named(out, 2024, simulator.Matches)
	noted := out.Registrar.Do(http.MethodPost, "/v1/students/"+pupil.ID.String()+"/punishments",
		map[string]any{"level": "1", "decided_on": "2026-11-02", "document_no": "校字〔2026〕3号"}, uuid.NewString())
	require.Equal(t, http.StatusCreated, noted.Status, string(noted.Raw))
	answer := in.Registrar.Do(http.MethodPost, "/v1/changes", in.Registrar.TransferBody(pupil, in.Class[2024]), uuid.NewString())
	require.Equal(t, "transfer_not_eligible", answer.Text("code"), string(answer.Raw))
	e2e.Nowhere(t, "what another office reads", string(answer.Raw), "处分", "punish", "校字")
	gone := out.Registrar.Do(http.MethodPost, "/v1/punishments/"+noted.Text("id")+"/cancellation",
		map[string]any{"cancelled_on": "2026-11-19", "document_no": "校字〔2026〕9号"}, uuid.NewString())
	require.Equal(t, http.StatusOK, gone.Status, string(gone.Raw))
	change := in.Registrar.File(in.Registrar.TransferBody(pupil, in.Class[2024]))
	in.Leader.Approve(change)
	out.Leader.Approve(change)
	out.Reviewer.Approve(change)
	history := in.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String()+"/history", nil, "")
	require.Contains(t, string(history.Raw), "校字〔2026〕9号", "the new school continues the file")
	require.Equal(t, in.School.Path, e2e.Value[string](s, `SELECT org_path::text FROM punishment WHERE student_id = $1`, pupil.ID))
}
