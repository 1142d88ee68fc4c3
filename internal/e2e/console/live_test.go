package console_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/web/browser"
)

// A leader looks at the first page while the registrar files: the numbers move without a
// touch, and when the page cannot hear, after each act of its own.
func TestTheNumbersOfTheFirstPageMoveByThemselves(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	p := browser.Start(t).Page(s.URL)
	c.Leader.LogsIn(p)
	p.Reads("没有待办业务")
	fit(t, p, true)
	first := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	p.Sees("link", "待办 1") // the menu counts it
	p.Sees("link", "办理 "+c.Registrar.Page(first).Text("case_no"))
	fit(t, p, true)
	p.Shot("moved")
	require.Equal(t, http.StatusOK, c.Leader.Verdict(first, c.Leader.Mine(first), "APPROVE", obj{"opinion": "同意"}).Status)
	p.Reads("没有待办业务") // another page of the leader has decided it

	second := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	p.Sees("link", "待办 1")
	p.Click("button", "English")
	p.Sees("link", "Inbox 1")
	p.Cut("/v1/me/events")
	p.Open("/cases/" + second)
	p.Click("button", "Approve")
	p.Click("button", "Confirm: Approve")
	p.Reads("Back to the inbox")
	p.Sees("link", "Inbox") // and no number
	fit(t, p, false)
}
