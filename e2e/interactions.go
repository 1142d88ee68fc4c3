package e2e

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Rules puts a policy of the province into force, as its next version: YAML or JSON
// that holds only what differs from the built-in one.
func (s *Stack) Rules(text string) {
	s.T.Helper()
	known, err := process.Load()
	require.NoError(s.T, err)
	_, err = store.AddPolicy(s.T.Context(), s.Config.Database.URL.Reveal(), "520000", s.Clock.Today(), []byte(text), known, s.Clock.Now())
	require.NoError(s.T, err)
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

// Task is a task of the page of a change.
type Task struct {
	ID     string
	Status string
	Holder string
	HeldAs string
	May    []string
	Why    string
	Fields map[string]any
}

// Tasks reads the tasks of a change as this person sees them, those of one status
// when it is given.
func (p *Person) Tasks(change string, status ...string) []Task {
	p.s.T.Helper()
	var list []Task
	rows, _ := p.Page(change).Get("tasks").([]any)
	for _, row := range rows {
		f, _ := row.(map[string]any)
		text := func(name string) string { v, _ := f[name].(string); return v }
		k := Task{ID: text("id"), Status: text("status"), Holder: text("holder"), HeldAs: text("held_as"), Why: text("why"), Fields: f}
		may, _ := f["may"].([]any)
		for _, verb := range may {
			k.May = append(k.May, fmt.Sprint(verb))
		}
		if len(status) == 0 || slices.Contains(status, k.Status) {
			list = append(list, k)
		}
	}
	return list
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
	return p.Do(http.MethodPost, "/v1/changes/"+change+"/tasks/"+task+"/"+what, body, uuid.NewString())
}

// Say says something about a change.
func (p *Person) Say(change, what string, body map[string]any) Answer {
	p.s.T.Helper()
	return p.Do(http.MethodPost, "/v1/changes/"+change+"/"+what, body, uuid.NewString())
}

// Verdict decides one task.
func (p *Person) Verdict(change, task, verdict string, more map[string]any) Answer {
	p.s.T.Helper()
	body := map[string]any{"task_id": task, "verdict": verdict, "opinion": "意见"}
	for name, value := range more {
		body[name] = value
	}
	return p.Do(http.MethodPost, "/v1/changes/"+change+"/decisions", body, uuid.NewString())
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
