package console_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/web/browser"
)

// deaf makes a page hear of nothing that moves: it would ask for its numbers by itself, be
// refused, and open the log-in before the act of the story.
func deaf(p *browser.Page) { p.Cut("/v1/me/events") }

// lapse ends the session of a page for want of use: two hours are enough. The page has all its
// answers before, or a call that is still on its way would open the log-in too early.
func lapse(s *e2e.Stack, p *browser.Page) {
	p.Settles()
	s.Hand.Advance(3 * time.Hour)
}

// A session that ends while somebody writes costs them nothing: they log in above the page
// and go on, and what they began stands there.
func TestNothingTypedIsLostWhenTheSessionEnds(t *testing.T) {
	t.Parallel()
	s, c, change, p := leaderWithACase(t)
	deaf(p)
	p.Open("/cases/" + change)
	p.Click("button", "退回")
	p.Type("意见", "请补充县级以上医院证明")
	p.Reads("意见已暂存")

	lapse(s, p)
	p.Click("button", "确认退回")
	p.Sees("dialog", "登录已失效")
	p.Audit()
	p.Shot("over")
	require.Zero(t, stands(c.Registrar, change, "SEND_BACK"))
	p.Type("密码", e2e.Password)
	p.Click("button", "登录")
	p.Reads("没有其他待办业务")
	require.Equal(t, 1, stands(c.Registrar, change, "SEND_BACK"))
	require.Contains(t, string(c.Registrar.Page(change).Raw), "请补充县级以上医院证明")

	lapse(s, p)
	p.Click("button", "退出登录") // the session has ended: no second log-in is asked for
	p.Sees("heading", "登录")
	c.Leader.LogsIn(p)
	lapse(s, p)
	p.Click("link", "待办")
	p.Sees("dialog", "登录已失效")
	p.Click("button", "离开")
	p.Sees("heading", "登录")
	require.Empty(t, p.Reports())
}

// An answer from before the log-in that arrives after it opens no second log-in: the call is
// sent again, with the session that has begun.
func TestALateAnswerAsksForNoSecondLogInInTheBrowser(t *testing.T) {
	t.Parallel()
	s, c, change, p := leaderWithACase(t)
	caseNo := c.Registrar.Page(change).Text("case_no")
	deaf(p)
	p.Open("/password") // a page that asks nothing by itself
	p.Sees("heading", "修改密码")

	lapse(s, p)
	held := p.Hold("/v1/inbox?limit=50*")
	p.Click("link", "待办 1")
	held.Await(http.StatusUnauthorized)
	p.Sees("dialog", "登录已失效") // the kinds of the filter are refused too, and this answer arrives
	p.Type("密码", e2e.Password)
	p.Click("button", "登录")
	p.Lacks("登录已失效")
	held.Release()
	p.Sees("link", "办理 "+caseNo) // the list waited for the answer that was held
	require.NotContains(t, p.Text(), "登录已失效")
	require.Empty(t, p.Reports())
}

// A page whose browser works for somebody else by now does nothing in their name: it says so
// and opens anew.
func TestAPageOfAnotherAccountDoesNothingInTheBrowser(t *testing.T) {
	t.Parallel()
	_, c, change, p := leaderWithACase(t)
	p.Open("/cases/" + change)
	p.Click("button", "同意")
	login, err := json.Marshal(map[string]any{"login": c.Reviewer.Login(), "password": e2e.Password, "cookie": true})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, browser.Evaluate[int](p, `fetch('/v1/sessions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: `+
		strconv.Quote(string(login))+` }).then((r) => r.status)`))
	p.Click("button", "确认同意")
	p.Sees("dialog", "账号已切换")
	p.Reads("换了账号登录")
	p.Audit()
	p.Click("button", "以现在的账号打开")
	p.Reads("测试BUREAU_REVIEWER，您好")
	require.Zero(t, stands(c.Registrar, change, "APPROVE"))

	browser.Evaluate[any](p, `new BroadcastChannel('xueji').postMessage({ came: 'somebody else' })`)
	p.Sees("dialog", "账号已切换") // another tab tells it before anything is clicked
	require.Empty(t, p.Reports())
}

// When the session of an unattended page runs out, the log-in covers the page: a passer-by
// must not read it.
func TestAnUnattendedPageIsCoveredInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	s.Hand.Advance(time.Since(s.Clock.Now())) // the browser has the clock of this computer
	c := s.County()
	p := browser.Start(t).Page(s.URL)
	c.Leader.LogsIn(p)
	for _, hours := range []string{"1", "3"} {
		require.NotContains(t, p.Text(), "登录已失效")
		browser.Evaluate[any](p, `{ const now = Date.now; Date.now = () => now() + `+hours+` * 3600000 }; window.dispatchEvent(new Event('focus'))`)
	}
	p.Sees("dialog", "登录已失效")
	p.Audit()
	require.Equal(t, 1, browser.Evaluate[int](p, `document.querySelectorAll('.el-overlay.covering').length`))
	p.Type("密码", e2e.Password)
	p.Click("button", "登录")
	p.Click("link", "待办")
	p.Reads("没有待办业务")
	require.Empty(t, p.Reports())
}

// Another site that a clerk has open can write nothing in their name, and no page can frame
// the console or read its session.
func TestAnotherSiteCanDoNothingWithTheSession(t *testing.T) {
	t.Parallel()
	s, c, change, p := leaderWithACase(t)
	require.Empty(t, browser.Evaluate[string](p, `document.cookie`), "no script reads the session")

	call := func(path string, body any, header http.Header) int {
		text, err := json.Marshal(body)
		require.NoError(t, err)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, bytes.NewReader(text))
		require.NoError(t, err)
		request.Header = header
		request.Header.Set("Content-Type", "application/json")
		answer, err := e2e.Send(request)
		require.NoError(t, err)
		return answer.Status
	}
	decision := map[string]any{"task_id": c.Leader.OpenTask(change), "verdict": "APPROVE"}
	for name, value := range p.Cookies() {
		cookie := name + "=" + value
		for _, foreign := range []http.Header{{"Origin": {"https://evil.example"}}, {"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"null"}}} {
			foreign.Set("Cookie", cookie)
			foreign.Set("Idempotency-Key", uuid.NewString())
			require.Equal(t, http.StatusForbidden, call("/v1/changes/"+change+"/decisions", decision, foreign), foreign)
		}
	}
	require.Zero(t, stands(c.Registrar, change, "APPROVE"))
}
