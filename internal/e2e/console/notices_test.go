package console_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/web/browser"
)

// A registrar reads what the offices have said: one notice by its button, one by opening the
// case it is about, the rest at once. What came meanwhile stays unread.
func TestNoticesAreReadInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	back := func() string {
		change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
		require.Equal(t, http.StatusOK, c.Leader.Verdict(change, c.Leader.Mine(change), "SEND_BACK", obj{"opinion": "材料不全"}).Status)
		return change
	}
	b := browser.Start(t)
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "通知")
	p.Reads("没有未读通知")
	fit(t, p, true)
	p.Shot("empty")

	first := back()
	for range 3 {
		back()
	}
	p.Open("/notices")
	p.Reads("已列出 4 条")
	p.Sees("link", "通知 4") // the menu counts them
	require.Equal(t, "/notices", browser.Evaluate[string](p, `location.pathname`))
	fit(t, p, true)
	p.Shot("unread")
	p.Click("button", "标为已读：已退回")
	p.Reads("已列出 3 条")
	p.Cut("")
	p.Click("button", "标为已读：已退回")
	p.Reads("连不上服务器")
	p.Audit()
	p.Mend()

	s.Hand.Advance(time.Minute)
	late := back() // the page has not shown it
	p.Click("button", "全部标为已读")
	p.Reads("已列出 1 条")
	p.Click("link", "已退回")
	p.Sees("heading", "休学 · 样例生")
	require.Contains(t, p.Address(), late)
	p.Click("link", "通知")
	p.Reads("没有未读通知") // who opened the case has read it
	browser.Evaluate[bool](p, `(document.querySelector('[role=switch]').click(), true)`)
	p.Reads("已列出 5 条")
	fit(t, p, true)
	require.Contains(t, p.Address(), "?all=1")
	p.Click("button", "English")
	p.Reads("5 listed")
	p.Reads(c.Registrar.Page(first).Text("case_no"))
	fit(t, p, false)
	p.Shot("english")
}
