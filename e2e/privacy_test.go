package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/xueji/xueji/e2e"
	"github.com/xueji/xueji/workflows/contract"
)

// Law 6: no personal data and no free text in Temporal, nor in logs and metrics.
func TestNothingPersonalLeavesTheRegister(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c, engine := s.County(), s.Engine()
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
		"inputs": map[string]string{"reason_code": "12", "from_date": "2026-11-24", "until_date": "2027-07-31"}}, http.StatusOK)
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

	words := []string{"样例生", opinion, comment, reason, order, "2026-11-23", "2027-08-31", "2027-07-31", "测试", "示例小学", "proof.png", pupil.String()}
	var logins []string
	for _, p := range []*e2e.Person{c.Registrar, c.Leader, c.Reviewer, c.Head} {
		words, logins = append(words, p.Token), append(logins, "u"+p.ID.String())
	}
	words = append(words, logins...)
	accounts := []string{c.Registrar.ID.String(), c.Leader.ID.String(), c.Reviewer.ID.String(), c.Head.ID.String()}
	var histories strings.Builder
	for _, id := range []string{change, again} {
		history := engine.GetWorkflowHistory(t.Context(), contract.WorkflowID(id), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for history.HasNext() {
			event, err := history.Next()
			require.NoError(t, err)
			text, err := protojson.Marshal(event)
			require.NoError(t, err)
			histories.Write(text)
			for _, payload := range e2e.Payloads(event) { // protojson shows payloads as base64
				histories.WriteString(payload + "\n")
			}
		}
	}
	require.True(t, strings.Contains(histories.String(), `"LEADER_REVIEW"`), "search attributes can be read here, so would the words")
	e2e.Nowhere(t, "Temporal", histories.String(), append(accounts, words...)...)
	list, err := engine.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Namespace: s.Config.Temporal.Namespace})
	require.NoError(t, err)
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
