package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/workflows/contract"
)

// Law 6: no personal data and no free text in Temporal, nor in logs and metrics.
func TestNothingPersonalLeavesTheRegister(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	const opinion, comment, reason, order = "意见甲乙丙丁", "留言戊己庚辛", "原因壬癸子丑", "督办寅卯辰巳"
	pupil := s.Pupil(c, 2024)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	say := func(p *e2e.Person, path string, body map[string]any, want int) {
		a := p.Do(http.MethodPost, "/v1/changes/"+change+path, body, uuid.NewString())
		require.Equal(t, want, a.Status, string(a.Raw))
	}
	say(c.Registrar, "/comments", map[string]any{"text": comment}, http.StatusNoContent)
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", opinion).Status)
	say(c.Reviewer, "/decisions", map[string]any{"task_id": c.Reviewer.OpenTask(change), "verdict": "SEND_BACK", "opinion": opinion, "send_back_to": 0}, http.StatusOK)
	say(c.Registrar, "/resubmission", map[string]any{"opinion": comment,
		"inputs": map[string]string{"reason_code": "12", "from_date": "2026-11-18", "until_date": "2027-07-31"}}, http.StatusOK)
	say(c.Head, "/supervision", map[string]any{"opinion": order}, http.StatusOK)
	s.Hand.Advance(40 * 24 * time.Hour)
	s.Eventually("time has passed", 20*time.Second, func() bool { return count(s, "change_event WHERE verb = 'OVERDUE'") == 1 })
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "REJECT", reason).Status)
	redo := c.Registrar.Do(http.MethodGet, "/v1/changes/"+change+"/redo", nil, "")
	again := c.Registrar.File(redo.Body)
	require.Equal(t, http.StatusOK, c.Leader.Decide(again, "APPROVE", opinion).Status)
	withdrawn := c.Registrar.Do(http.MethodPost, "/v1/changes/"+again+"/withdrawal", map[string]any{"opinion": reason}, uuid.NewString())
	require.Equal(t, http.StatusOK, withdrawn.Status)
	refused := c.Leader.Do(http.MethodPost, "/v1/changes/"+again+"/decisions", map[string]any{"task_id": uuid.NewString(), "verdict": "REJECT", "opinion": reason}, uuid.NewString())
	require.Equal(t, http.StatusNotFound, refused.Status)
	s.Agree()

	words := []string{"样例生", opinion, comment, reason, order, "2026-11-18", "2027-08-31", "2027-07-31", "示例小学", "proof.png", pupil.String()}
	secrecy{s: s, changes: []string{change, again}, people: []*e2e.Person{c.Registrar, c.Leader, c.Reviewer, c.Head}, stage: "LEADER_REVIEW", words: words}.hold()
}

// secrecy is what was played, and the words that may stand nowhere outside the register.
type secrecy struct {
	s       *e2e.Stack
	changes []string
	people  []*e2e.Person
	stage   string // of which Temporal knows: where it stands, the words would stand too
	words   []string
}

// hold checks that Temporal, the log and the metrics know nothing personal.
func (x secrecy) hold() {
	s, t := x.s, x.s.T
	t.Helper()
	words, accounts := slices.Concat(x.words, []string{"测试"}), []string{}
	for _, p := range x.people {
		words, accounts = append(words, p.Token, p.Login()), append(accounts, p.ID.String())
	}
	engine := s.Engine()
	history := histories(s, engine, x.changes)
	require.True(t, strings.Contains(history, `"`+x.stage+`"`), "search attributes can be read here, so would the words")
	e2e.Nowhere(t, "Temporal", history, append(accounts, words...)...)
	list, err := engine.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Namespace: s.Config.Temporal.Namespace})
	require.NoError(t, err)
	require.NotEmpty(t, list.GetExecutions())
	for _, e := range list.GetExecutions() {
		e2e.Nowhere(t, "the list of workflows", e.String(), words...)
	}
	e2e.Nowhere(t, "the log", s.Log.String(), words...) // it names accounts by their IDs, which say nothing outside
	families, err := s.Metrics.Gather()
	require.NoError(t, err)
	require.NotEmpty(t, families)
	for _, family := range families {
		e2e.Nowhere(t, "the metrics", family.String(), words...)
	}
}

// histories is the text of every event of the workflows of some changes.
func histories(s *e2e.Stack, engine sdk.Client, changes []string) string {
	s.T.Helper()
	var all strings.Builder
	for _, id := range changes {
		history := engine.GetWorkflowHistory(s.T.Context(), contract.WorkflowID(id), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for history.HasNext() {
			event, err := history.Next()
			require.NoError(s.T, err)
			text, err := protojson.Marshal(event)
			require.NoError(s.T, err)
			all.Write(text)
			for _, payload := range e2e.Payloads(event) { // protojson shows payloads as base64
				all.WriteString(payload + "\n")
			}
		}
	}
	return all.String()
}

// Neither do the names, numbers and reasons of moves and of changes of key data:
// played to every end, with a silent population database and a resubmission that
// corrects a value. Notices and the audit trail name changes, never people.
func TestNothingPersonalOfMovesLeavesTheRegister(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	const opinion, why = "意见甲乙丙丁", "原因壬癸子丑"
	moved, refused := m.transfer(m.out), m.transfer(m.out)
	m.until(moved, len(moved.chain))
	m.until(refused, 3)
	require.Equal(t, http.StatusOK, m.out.Leader.Decide(refused.change, "REJECT", why).Status)

	written, unknown, silent := m.keyData(simulator.Matches), m.keyData(simulator.NotFound), m.keyData(simulator.Silent)
	m.until(written, 1)
	m.out.Leader.SendBack(written.change, 0, opinion)
	first := written.card
	card, day := m.card(simulator.Matches)
	written.card = card
	say(s, m.out.Registrar, written.change, "resubmission",
		map[string]any{"opinion": why, "values": map[string]string{"name": "样例又名", "id_number": written.card, "birth_date": day}}, http.StatusOK)
	m.until(written, len(written.chain))
	s.Eventually("the system rejects it", patience, func() bool { return m.out.Registrar.Page(unknown.change).Text("status") == "REFUSED" })
	s.Eventually("the silence is noted", patience, func() bool { return m.out.Registrar.Page(silent.change).Text("open.problem") == "IDENTITY_NO_ANSWER" })
	say(s, m.out.Registrar, silent.change, "withdrawal", map[string]any{"opinion": why}, http.StatusOK)
	lookedUp := m.in.Registrar.Do(http.MethodPost, "/v1/students/find", refused.pupil.Claim(), "")
	require.Equal(t, http.StatusOK, lookedUp.Status, string(lookedUp.Raw))
	s.Agree()

	words := []string{"样例", opinion, why, "父母工作调动", "户籍更正", "示例小学", first}
	var changes []string
	for _, j := range []*journey{moved, refused, written, unknown, silent} {
		changes = append(changes, j.change)
		words = append(words, j.card, j.pupil.Name, j.pupil.Number, j.pupil.Card, j.pupil.ID.String())
	}
	secrecy{s: s, changes: changes, people: []*e2e.Person{m.in.Registrar, m.in.Leader, m.out.Registrar, m.out.Leader}, stage: "RELEASING_REVIEW", words: words}.hold()
	trail := e2e.Value[string](s, `SELECT string_agg(concat_ws(' ', action, subject_kind, subject_id, detail), E'\n') FROM audit_entry`)
	require.Contains(t, trail, "student.find")
	var personal []string
	for _, j := range []*journey{moved, refused, written, unknown, silent} {
		personal = append(personal, j.card, j.pupil.Name, j.pupil.Number, j.pupil.Card)
	}
	e2e.Nowhere(t, "the audit trail", trail, append(personal, opinion, why)...)
	for _, p := range []*e2e.Person{m.in.Registrar, m.in.Leader, m.out.Registrar, m.out.Leader} {
		e2e.Nowhere(t, "the notices", string(p.Do(http.MethodGet, "/v1/notices", nil, "").Raw), append(personal, opinion, why)...)
	}
}
