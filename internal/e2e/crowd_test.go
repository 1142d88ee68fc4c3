package e2e_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
)

// patience is within what a person waits for an answer, with room for a slow machine.
const patience = 30 * time.Second

// A hundred people decide one step at once: one decision, and everybody else is
// told who decided and when. Meanwhile other changes go on.
func TestAHundredPeopleDecideOneStep(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	other := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2023)))
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	require.Equal(t, http.StatusOK, c.Leader.Decide(other, "APPROVE", "").Status)
	crowd := make([]*e2e.Person, 100)
	for i := range crowd {
		crowd[i] = s.Person(c.Bureau, org.BureauReviewer)
	}
	task := crowd[0].OpenTask(change)

	answers, begun := make([]later, len(crowd)), make(chan struct{})
	approve := func(person *e2e.Person) (e2e.Answer, error) {
		return s.TryCall(t.Context(), person.Token, http.MethodPost, "/v1/changes/"+change+"/decisions",
			map[string]any{"task_id": task, "verdict": "APPROVE"}, person.ID.String())
	}
	var all sync.WaitGroup
	for i, person := range crowd {
		all.Go(func() {
			<-begun
			start := time.Now()
			a, err := approve(person)
			answers[i] = later{a, err, time.Since(start)}
		})
	}
	beside := decideLater(t.Context(), s, c.Reviewer, other, "APPROVE", "")
	close(begun)
	all.Wait()

	var won int
	var longest time.Duration
	for i, a := range answers {
		require.NoError(t, a.err)
		longest = max(longest, a.took)
		for a.answer.Status == http.StatusAccepted { // on a slow machine: it will be counted
			var err error
			a.answer, err = approve(crowd[i])
			require.NoError(t, err)
		}
		if a.answer.Status == http.StatusOK {
			won++
			continue
		}
		require.Equal(t, http.StatusConflict, a.answer.Status, string(a.answer.Raw))
		require.Equal(t, "already_decided", a.answer.Text("code"))
		require.Contains(t, string(a.answer.Raw), "测试BUREAU_REVIEWER", "who")
		require.Contains(t, string(a.answer.Raw), "2026-11-20 09:00:00", "when")
	}
	require.Equal(t, 1, won)
	require.Less(t, longest, patience)
	aside := <-beside
	require.NoError(t, aside.err)
	require.Equal(t, http.StatusOK, aside.answer.Status, string(aside.answer.Raw))
	require.Less(t, aside.took, patience)
	t.Logf("100 people: the last answer after %s; a decision on another change beside them: %s",
		longest.Round(time.Millisecond), aside.took.Round(time.Millisecond))
	require.Equal(t, 1, count(s, "decision WHERE change_id = $1 AND step_no = 2", change))
}

// The same key is the same word, however often and however fast it is said.
func TestOneKeyIsOneWord(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	path, key := "/v1/changes/"+change+"/decisions", uuid.NewString()
	body := map[string]any{"task_id": c.Leader.OpenTask(change), "verdict": "APPROVE", "opinion": "同意"}

	answers := together(s, 8, c.Leader, path, body, key)
	answers = append(answers, c.Leader.Do(http.MethodPost, path, body, key)) // and once more afterwards
	for _, a := range answers {
		require.Equal(t, http.StatusOK, a.Status, string(a.Raw))
		require.Equal(t, answers[0].Text("id"), a.Text("id"))
	}
	body["opinion"] = "不同意"
	other := c.Leader.Do(http.MethodPost, path, body, key)
	require.Equal(t, http.StatusUnprocessableEntity, other.Status, string(other.Raw))
	require.Equal(t, "idempotency_key_reused", other.Text("code"))

	second := map[string]any{"task_id": c.Reviewer.OpenTask(change), "verdict": "APPROVE"}
	require.Equal(t, http.StatusOK, c.Reviewer.Do(http.MethodPost, path, second, key).Status, "another person may use the same key")
	again := c.Leader.Do(http.MethodPost, path, map[string]any{"task_id": body["task_id"], "verdict": "APPROVE", "opinion": "同意"}, key)
	require.Equal(t, http.StatusOK, again.Status, "after the change has ended the same word has the same answer: %s", again.Raw)
	require.Equal(t, 2, count(s, "slip"))
}

func TestOneKeyIsOneFiling(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body, key := c.Registrar.SuspensionBody(s.Pupil(c, 2024)), uuid.NewString()
	answers := together(s, 8, c.Registrar, "/v1/changes", body, key)
	answers = append(answers, c.Registrar.Do(http.MethodPost, "/v1/changes", body, key))
	for _, a := range answers {
		require.Equal(t, http.StatusCreated, a.Status, string(a.Raw))
		require.Equal(t, answers[0].Text("id"), a.Text("id"))
	}
	require.Equal(t, 1, count(s, "change"))
	body["inputs"] = map[string]string{"reason_code": "12", "from_date": "2026-11-20", "until_date": "2027-08-31"}
	other := c.Registrar.Do(http.MethodPost, "/v1/changes", body, key)
	require.Equal(t, http.StatusUnprocessableEntity, other.Status, string(other.Raw))

	colleague := s.Person(c.School, org.SchoolRegistrar)
	second := colleague.Do(http.MethodPost, "/v1/changes", colleague.SuspensionBody(s.Pupil(c, 2024)), key)
	require.Equal(t, http.StatusCreated, second.Status, string(second.Raw))
	require.Equal(t, 2, count(s, "change"))
}

// Two people file for one pupil at once: one change, the other is told.
func TestTwoFilingsForOnePupil(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := c.Registrar.SuspensionBody(s.Pupil(c, 2024))
	answers := together(s, 6, c.Registrar, "/v1/changes", body, "")
	var codes []string
	for _, a := range answers {
		codes = append(codes, a.Text("code"))
	}
	require.Equal(t, 5, strings.Count(strings.Join(codes, " "), "change_in_progress"), codes)
	require.Equal(t, 1, count(s, "change"))
}

// together sends the same request several times at once; an empty key means
// each has its own.
func together(s *e2e.Stack, n int, p *e2e.Person, path string, body any, key string) []e2e.Answer {
	s.T.Helper()
	answers, errs := make([]e2e.Answer, n), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		mine := key
		if mine == "" {
			mine = uuid.NewString()
		}
		all.Go(func() { answers[i], errs[i] = s.TryCall(s.T.Context(), p.Token, http.MethodPost, path, body, mine) })
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(s.T, err)
	}
	return answers
}
