package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/web/browser"
)

// menuFits checks that the menu is no higher than the screen, whichever group is open.
func menuFits(t *testing.T, p *browser.Page, groups ...string) {
	t.Helper()
	for _, group := range groups {
		if browser.Evaluate[bool](p, `document.querySelector('nav [aria-expanded="true"]')?.textContent.trim() !== '`+group+`'`) {
			p.Click("button", group)
		}
		p.Expanded("button", group)
		require.Zero(t, browser.Evaluate[int](p, `(() => { const m = document.querySelector('nav .stays'); return m.scrollHeight - m.clientHeight })()`), "%s scrolls", group)
		require.LessOrEqual(t, browser.Evaluate[int](p, `Math.round(document.querySelector('nav .stays').getBoundingClientRect().bottom - innerHeight)`), 0, group)
	}
}

// Screens of the offices have 1366 × 768 dots, and some people read them at 125 %: the menu,
// and the main button of inbox, case and form, are seen without scrolling.
func TestAScreenOf768LinesIsEnough(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	caseNo := c.Registrar.Page(change).Text("case_no")
	b := browser.Start(t)
	leader, registrar := b.Page(s.URL), b.Page(s.URL)
	c.Leader.LogsIn(leader)
	c.Registrar.LogsIn(registrar)
	for _, percent := range []int64{100, 125} {
		registrar.Zoom(percent)
		leader.Zoom(percent)
		registrar.Open("/")
		registrar.Reads("您好")
		menuFits(t, registrar, "业务与学籍", "专项", "学年", "管理")
		fit(t, registrar, true)
		registrar.Shot("menu")
		registrar.Open("/year/graduation")
		registrar.Expanded("button", "学年") // the group of the page is open
		registrar.Open("/")
		registrar.Reads("您好")
		registrar.Expanded("button", "学年") // and stays so
		registrar.Open("/filing?kind=SUSPENSION")
		registrar.Reads("休学开始日期")
		fit(t, registrar, true)
		require.True(t, registrar.InSight("button", "提交"), "the form at %d %%", percent)
		registrar.Shot("filing")

		leader.Open("/inbox")
		leader.Sees("link", "办理 "+caseNo)
		fit(t, leader, true)
		require.True(t, leader.InSight("link", "办理 "+caseNo), "the inbox at %d %%", percent)
		leader.Shot("inbox")
		leader.Click("link", "办理 "+caseNo)
		leader.Sees("button", "同意")
		leader.Shown("监护人书面申请：proof.png")
		fit(t, leader, true)
		require.True(t, leader.InSight("button", "同意"), "the case at %d %%", percent)
		leader.Shot("case")
	}
	registrar.Open("/")
	registrar.Click("button", "English")
	registrar.Reads("Cases and records")
	menuFits(t, registrar, "Cases and records", "To follow up", "School year", "Keeping")
	fit(t, registrar, false)
	registrar.Shot("english")
}
