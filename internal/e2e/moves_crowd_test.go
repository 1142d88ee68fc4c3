package e2e_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
)

// word is what somebody says to the API.
type word struct {
	who  *e2e.Person
	path string
	body any
}

// approval is the approval of the open task of a change.
func approval(p *e2e.Person, change string) word {
	return word{p, "/v1/changes/" + change + "/decisions", map[string]any{"task_id": p.OpenTask(change), "verdict": "APPROVE"}}
}

// atOnce says everything at the same time.
func atOnce(s *e2e.Stack, words ...word) []e2e.Answer {
	s.T.Helper()
	answers, errs, begun := make([]e2e.Answer, len(words)), make([]error, len(words)), make(chan struct{})
	var all sync.WaitGroup
	for i, w := range words {
		all.Go(func() {
			<-begun
			answers[i], errs[i] = s.TryCall(s.T.Context(), w.who.Token, http.MethodPost, w.path, w.body, uuid.NewString())
		})
	}
	close(begun)
	all.Wait()
	for _, err := range errs {
		require.NoError(s.T, err)
	}
	return answers
}

// codes are the refusals among answers, in order.
func codes(answers []e2e.Answer) []string {
	var list []string
	for _, a := range answers {
		if a.Status >= http.StatusBadRequest {
			list = append(list, a.Text("code"))
		}
	}
	slices.Sort(list)
	return list
}

// Two transfers into the last seat of a class get their last approval at once:
// one pupil sits in it, the other change waits where it was.
func TestTwoTransfersIntoTheLastSeat(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	class := m.in.Class[2024]
	for seat := 1; seat <= 3; seat++ {
		s.Seats(class, seat)
		pair := []*journey{m.transfer(m.out), m.transfer(m.out)}
		var words []word
		for _, j := range pair {
			m.until(j, len(j.chain)-1)
			words = append(words, approval(m.out.Reviewer, j.change))
		}
		require.Equal(t, []string{"class_full"}, codes(atOnce(s, words...)))
		require.Equal(t, seat, e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, class))
		for _, j := range pair {
			if j.open() < 0 {
				m.arrived(j)
				continue
			}
			require.Equal(t, len(j.chain)-1, j.open(), "the step stays open")
			require.Equal(t, m.out.School.ID, e2e.Value[uuid.UUID](s, `SELECT school_id FROM student WHERE id = $1`, j.pupil.ID))
			say(s, m.in.Registrar, j.change, "withdrawal", map[string]any{}, http.StatusOK)
		}
	}
}

// Many people of two schools claim one pupil at the same instant: one change.
func TestManySchoolsClaimOnePupil(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	in, out, third := s.CountyOf("110101", "2111000123", "东城区示例小学"), s.County(), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	pupil := s.Named(out, 2024, simulator.Matches)
	var words []word
	for i := range 20 {
		c := []*e2e.County{in, third}[i%2]
		words = append(words, word{c.Registrar, "/v1/changes", c.Registrar.TransferBody(pupil, c.Class[2024])})
	}
	answers := atOnce(s, words...)
	refused := codes(answers)
	require.Len(t, refused, len(words)-1)
	require.Equal(t, 1, count(s, "change"))
	winner := slices.IndexFunc(answers, func(a e2e.Answer) bool { return a.Status == http.StatusCreated }) % 2
	for i, a := range answers {
		if a.Status != http.StatusCreated {
			code := []string{"transfer_claimed", "change_in_progress"}[(i+winner+1)%2]
			require.Equal(t, code, a.Text("code"), "whoever comes a moment later is told the same as ever, the winner's colleagues of their own school's: %d %d %s", i, winner, a.Raw)
		}
		e2e.Nowhere(t, "what the other school reads", string(a.Raw), in.School.ID.String(), "东城区示例小学", "云岩区示例小学")
	}
}

// A number is written into a record and comes in with a roster at once: one of
// the two holds it, and when that one has ended well the register has it once.
func TestKeyDataAndARosterWantOneNumber(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	c := m.out
	for seed := range uint64(4) {
		made := s.MadeUp(seed, 1, "2152000123", "2025101")
		items := map[string]string{} // the sheet takes no number of division 99, so the record takes that of the sheet
		for _, field := range []roster.Field{roster.IDNumber, roster.BirthDate, roster.Sex} {
			items[string(field)] = made[0][field]
		}
		up := c.Registrar.Roster(made...)
		require.EqualValues(t, 1, up.Get("counts.good"), string(up.Raw))
		pupil := s.Named(c, 2024, simulator.Matches)
		answers := atOnce(s,
			word{c.Registrar, "/v1/changes", c.Registrar.KeyDataBody(pupil.ID, items)},
			word{c.Registrar, "/v1/changes", map[string]any{"kind": "ROSTER_IMPORT", "roster_id": up.Text("roster.id")}},
		)
		winner := 0
		if answers[0].Status != http.StatusCreated {
			winner = 1
		}
		require.Equal(t, http.StatusCreated, answers[winner].Status, string(answers[winner].Raw))
		require.Equal(t, []string{[]string{"roster_in_flight", "identity_taken"}[winner]}, codes(answers))
		change := answers[winner].Text("id")
		s.Stage(change, []string{"LEADER_REVIEW", "LEADER_CONFIRMATION"}[winner])
		c.Leader.Approve(change)
		c.Reviewer.Approve(change)
		require.Equal(t, 1, count(s, "student WHERE id_hash = $1", s.Keys().Hash("identity", items["id_number"])))
	}
}

// Pupils exchange schools in both directions at once: nobody waits for another,
// and no deadlock reaches anybody.
func TestPupilsExchangeSchools(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	one, other := s.County(), s.CountyOf("520102", "2152000124", "南明区第二小学")
	bureau := s.Person(one.Bureau, org.BureauReviewer) // of both
	var words []word
	for i := range 10 {
		from, to := one, other
		if i%2 == 1 {
			from, to = other, one
		}
		change := to.Registrar.File(to.Registrar.TransferBody(s.Named(from, 2024, simulator.Matches), to.Class[2024]))
		to.Leader.Approve(change)
		from.Leader.Approve(change)
		words = append(words, approval(bureau, change))
	}
	for _, a := range atOnce(s, words...) {
		require.Equal(t, http.StatusOK, a.Status, string(a.Raw))
	}
	require.Equal(t, 10, count(s, "change WHERE status = 'EFFECTIVE'"))
	require.Zero(t, e2e.Value[int](s, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`))
}

// The receiving school takes back what is approved at the same moment: it ends
// once, and the one who was late is told how.
func TestAWithdrawalMeetsTheLastApproval(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	for range 6 {
		j := m.transfer(m.out)
		m.until(j, len(j.chain)-1)
		answers := atOnce(s, approval(m.out.Reviewer, j.change), word{m.in.Registrar, "/v1/changes/" + j.change + "/withdrawal", map[string]any{}})
		status, school := "EFFECTIVE", m.in.School.ID
		late := answers[1]
		if answers[0].Status != http.StatusOK {
			status, school, late = "WITHDRAWN", m.out.School.ID, answers[0]
		}
		require.Equal(t, []string{"change_closed"}, codes(answers), "%s\n%s", answers[0].Raw, answers[1].Raw)
		require.Contains(t, string(late.Raw), "2026-11-20 09:00:00", "when it ended")
		require.Equal(t, status, m.in.Registrar.Page(j.change).Text("status"))
		require.Equal(t, school, e2e.Value[uuid.UUID](s, `SELECT school_id FROM student WHERE id = $1`, j.pupil.ID))
	}
}
