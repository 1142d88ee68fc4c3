package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
)

// Rules puts a policy of the province into force, as its next version: YAML or JSON
// that holds only what differs from the built-in one.
func (s *Stack) Rules(text string) {
	s.T.Helper()
	s.RulesOf("520000", text)
}

// RulesOf does so in another province.
func (s *Stack) RulesOf(province, text string) {
	s.T.Helper()
	known, err := process.Load()
	require.NoError(s.T, err)
	_, err = policy.AddAsOwner(s.T.Context(), s.Config.Database.URL.Reveal(), province, s.Clock.Today(), []byte(text), known, s.Clock.Now())
	require.NoError(s.T, err)
}

// Run runs a part of a test whose failures are its own.
func (s *Stack) Run(t *testing.T, name string, part func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		outer := s.T
		s.T = t
		defer func() { s.T = outer }()
		part(t)
	})
}

// Chain gives one step of a chain for Rules: at the school when the role is one of
// a school's, else at the managing bureau. Extra holds further fields.
func Chain(name, role, extra string) string {
	level := "MANAGING"
	if role == "SCHOOL_LEADER" || role == "PRINCIPAL" {
		level = "SCHOOL"
	}
	return fmt.Sprintf("      - {name: %s, label: {zh: 步骤, en: step}, side: FILER, level: %s, role: %s, term: 10wd%s}\n", name, level, role, extra)
}

// Items gives the items of a list that was answered.
func (s *Stack) Items(a Answer) []map[string]any {
	s.T.Helper()
	var list struct {
		Items []map[string]any `json:"items"`
	}
	require.NoError(s.T, json.Unmarshal(s.OK(a).Raw, &list))
	return list.Items
}

// Inbox gives what waits for this person.
func (p *Person) Inbox() []map[string]any {
	p.s.T.Helper()
	return p.s.Items(p.Do(http.MethodGet, "/v1/inbox?limit=200", nil, ""))
}

// Task is a task of the page of a change.
type Task struct {
	ID     string   `json:"id"`
	Status string   `json:"status"`
	HeldAs string   `json:"held_as"`
	May    []string `json:"may"`
}

// Tasks reads the tasks of a change as this person sees them, those of one status
// when it is given.
func (p *Person) Tasks(change string, status ...string) []Task {
	p.s.T.Helper()
	var page struct {
		Tasks []Task `json:"tasks"`
	}
	require.NoError(p.s.T, json.Unmarshal(p.Page(change).Raw, &page))
	return slices.DeleteFunc(page.Tasks, func(k Task) bool { return len(status) > 0 && !slices.Contains(status, k.Status) })
}

// Mine gives the open task of a change this person may decide.
func (p *Person) Mine(change string) string {
	p.s.T.Helper()
	for _, k := range p.Tasks(change, "OPEN") {
		if slices.Contains(k.May, "APPROVE") {
			return k.ID
		}
	}
	require.Fail(p.s.T, "nothing to decide", "%+v", p.Tasks(change))
	return ""
}

// OnTask says something about a task.
func (p *Person) OnTask(change, task, what string, body map[string]any) Answer {
	p.s.T.Helper()
	return p.word("/v1/changes/"+change+"/tasks/"+task+"/"+what, body)
}

// Say says something about a change.
func (p *Person) Say(change, what string, body map[string]any) Answer {
	p.s.T.Helper()
	return p.word("/v1/changes/"+change+"/"+what, body)
}

// Verdict decides one task.
func (p *Person) Verdict(change, task, verdict string, more map[string]any) Answer {
	p.s.T.Helper()
	body := map[string]any{"task_id": task, "verdict": verdict, "opinion": "意见"}
	for name, value := range more {
		body[name] = value
	}
	return p.word("/v1/changes/"+change+"/decisions", body)
}

// OK fails unless the answer is 200.
func (s *Stack) OK(a Answer) Answer {
	s.T.Helper()
	require.Equal(s.T, http.StatusOK, a.Status, string(a.Raw))
	return a
}

// Refused fails unless the answer is a refusal with this code.
func (s *Stack) Refused(a Answer, code string) {
	s.T.Helper()
	require.GreaterOrEqual(s.T, a.Status, 400, string(a.Raw))
	require.Equal(s.T, code, a.Text("code"), string(a.Raw))
}

// Verbs lists the lines of a change's timeline as this person reads them.
func (p *Person) Verbs(change string) []string {
	p.s.T.Helper()
	var verbs []string
	rows, _ := p.Page(change).Get("timeline").([]any)
	for _, row := range rows {
		f, _ := row.(map[string]any)
		verbs = append(verbs, fmt.Sprint(f["verb"]))
	}
	return verbs
}

// SendBack sends a change back to a step (0 is the applicant) and expects that it counts.
func (p *Person) SendBack(change string, to int, why string) {
	p.s.T.Helper()
	p.s.OK(p.Say(change, "decisions", map[string]any{"task_id": p.OpenTask(change), "verdict": "SEND_BACK", "opinion": why, "send_back_to": to}))
}

// CaseNo reads the case number of a change.
func (s *Stack) CaseNo(change string) string {
	s.T.Helper()
	return Value[string](s, `SELECT case_no FROM change WHERE id = $1`, change)
}

// UntilAsked waits until the workflows of changes have read their positions.
func (s *Stack) UntilAsked(changes ...string) {
	s.T.Helper()
	s.Eventually("the workflows have read their positions", time.Minute, func() bool {
		return Value[int](s, `SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL AND change_id = ANY ($1::uuid[])`, changes) == len(changes)
	})
}
