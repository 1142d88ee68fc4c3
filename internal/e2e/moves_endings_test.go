package e2e_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
)

// stays checks that a transfer has moved nothing and holds nobody any more.
func stays(m *moves, j *journey, status string) {
	s := m.s
	s.T.Helper()
	require.Equal(s.T, status, m.in.Registrar.Page(j.change).Text("status"))
	require.Equal(s.T, m.out.School.ID, e2e.Value[uuid.UUID](s, `SELECT school_id FROM student WHERE id = $1`, j.pupil.ID))
	require.Zero(s.T, count(s, "slot WHERE change_id = $1", j.change), "the pupil is free again")
	require.Zero(s.T, count(s, "departure WHERE change_id = $1", j.change)+count(s, "handover WHERE change_id = $1", j.change))
}

// A refusal at any step ends a transfer, and both sides read who refused and why.
func TestARefusalAtEveryStepOfATransfer(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s).audited()
	const why = "材料与本人不符"
	length := 8
	for at := range length {
		j := m.transfer(m.out)
		require.Len(t, j.chain, length)
		if j.chain[at].who == nil || at == length-1 { // nobody decides there; the retrieval is the last word of the applicant
			continue
		}
		m.until(j, at)
		answer := j.chain[at].who.Decide(j.change, "REJECT", why)
		require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
		stays(m, j, "REFUSED")
		for _, p := range []*e2e.Person{m.in.Registrar, m.in.Leader, m.out.Registrar, m.out.Leader, m.in.Head, m.out.Head} {
			page := p.Page(j.change)
			require.Equal(t, why, page.Text("ended.reason"), "at %s", j.chain[at].name)
			require.Equal(t, "REJECT", page.Text("ended.code"))
			require.Contains(t, page.Text("ended.by"), "测试", "and by whom")
		}
		for _, p := range []*e2e.Person{m.in.Registrar, m.out.Registrar} {
			require.Contains(t, string(p.Do(http.MethodGet, "/v1/notices", nil, "").Raw), j.change, "both schools are told")
		}
		again := m.in.Registrar.Do(http.MethodPost, "/v1/changes", m.in.Registrar.TransferBody(j.pupil, m.in.Class[2024]), uuid.NewString())
		require.Equal(t, http.StatusCreated, again.Status, "the school may ask again: %s", again.Raw)
		say(s, m.in.Registrar, again.Text("id"), "withdrawal", map[string]any{}, http.StatusOK)
	}
}

// Only the receiving school takes a transfer back, at any step, and only while it runs.
func TestOnlyTheReceivingSchoolWithdraws(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	for at := range 5 {
		j := m.transfer(m.out)
		if j.chain[at].who == nil {
			continue
		}
		m.until(j, at)
		for _, p := range []*e2e.Person{m.out.Registrar, m.out.Leader, m.out.Reviewer, m.in.Leader, m.in.Reviewer, m.in.Head} {
			answer := p.Do(http.MethodPost, "/v1/changes/"+j.change+"/withdrawal", map[string]any{}, uuid.NewString())
			require.Equal(t, http.StatusForbidden, answer.Status, string(answer.Raw))
		}
		stranger := s.Person(s.Office("COUNTY", "520103"), "BUREAU_REVIEWER")
		answer := stranger.Do(http.MethodPost, "/v1/changes/"+j.change+"/withdrawal", map[string]any{}, uuid.NewString())
		require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, answer.Status, string(answer.Raw))
		say(s, m.in.Registrar, j.change, "withdrawal", map[string]any{"opinion": "家长改变主意"}, http.StatusOK)
		stays(m, j, "WITHDRAWN")
		require.Contains(t, string(m.out.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw), j.change, "the other school is told")
	}
	done := m.transfer(m.out)
	m.until(done, len(done.chain))
	late := say(s, m.in.Registrar, done.change, "withdrawal", map[string]any{}, http.StatusConflict)
	require.Equal(t, "change_closed", late.Text("code"))
	m.arrived(done)
}

// The releasing side sends back to the receiving school, which chooses another
// class; it runs from the first step again, and what was decided before stays on
// the page.
func TestAReleasingSchoolSendsBack(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	j := m.transfer(m.out)
	m.until(j, 3)
	m.out.Leader.SendBack(j.change, 0, "班级与年龄不符")
	page := m.in.Registrar.Page(j.change)
	require.Contains(t, page.Text("next"), "东城区示例小学", "it lies with the school that filed")
	require.Contains(t, string(m.in.Registrar.Do(http.MethodGet, "/v1/inbox", nil, "").Raw), j.change)
	require.NotContains(t, string(m.out.Registrar.Do(http.MethodGet, "/v1/inbox", nil, "").Raw), j.change)
	other := say(s, m.out.Registrar, j.change, "resubmission", map[string]any{}, http.StatusForbidden)
	require.NotEmpty(t, other.Text("code"))

	class := s.Class(m.in, 2024, "2024102")
	s.Pupil(m.in, 2024)
	s.Seats(m.in.Class[2024], 1)
	full := say(s, m.in.Registrar, j.change, "resubmission", map[string]any{"opinion": "不换班"}, http.StatusConflict)
	require.Equal(t, "class_full", full.Text("code"), "looked at again at once, not at the end")
	both := say(s, m.in.Registrar, j.change, "resubmission",
		map[string]any{"inputs": map[string]string{"class_id": m.in.Class[2024].String()}}, http.StatusUnprocessableEntity)
	for _, where := range []string{`"pointer":"/inputs/reason"`, `"pointer":"/inputs/class_id"`} {
		require.Contains(t, string(both.Raw), where, "all that stands against it, and where")
	}
	say(s, m.in.Registrar, j.change, "resubmission",
		map[string]any{"opinion": "已换班", "inputs": map[string]string{"class_id": class.String(), "reason": "父母工作调动"}}, http.StatusOK)
	require.Equal(t, "RECEIVING_REVIEW", m.in.Registrar.Page(j.change).Text("open.name"))
	require.EqualValues(t, 2, m.in.Registrar.Page(j.change).Get("open.round"))
	m.until(j, len(j.chain))
	require.Equal(t, "EFFECTIVE", m.out.Registrar.Page(j.change).Text("status"))
	require.Equal(t, class, e2e.Value[uuid.UUID](s, `SELECT class_id FROM student WHERE id = $1`, j.pupil.ID))
	require.Contains(t, string(m.out.Registrar.Page(j.change).Raw), "班级与年龄不符")
}

// A refused transfer is filed again as the page offers it: the pupil is known.
func TestARefusedTransferIsFiledAgain(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	j := m.transfer(m.out)
	m.until(j, 3)
	require.Equal(t, http.StatusOK, m.out.Leader.Decide(j.change, "REJECT", "材料与本人不符").Status)
	redo := m.in.Registrar.Do(http.MethodGet, "/v1/changes/"+j.change+"/redo", nil, "")
	require.Equal(t, http.StatusOK, redo.Status, string(redo.Raw))
	require.NotContains(t, string(redo.Raw), "00000000-0000-0000-0000-000000000000", "nothing that is not there")
	require.Equal(t, http.StatusForbidden, m.out.Registrar.Do(http.MethodGet, "/v1/changes/"+j.change+"/redo", nil, "").Status, "only who filed files again")
	j.change = m.in.Registrar.File(redo.Body)
	m.until(j, len(j.chain))
	m.arrived(j)
}
