package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/web/browser"
)

// A registrar finds the own cases by state, kind and number, and those sent back from the first
// page; a reviewer finds the cases of a school. What was asked for stands in the address.
func TestCasesAreFoundInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	near := s.CountyOf("520102", "2152000124", "南明区示例小学")
	b := browser.Start(t)
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "业务查询")
	p.Reads("本单位还没有业务")
	fit(t, p, true)

	file := func(c *e2e.County) string { return c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024))) }
	back, running, foreign := file(c), file(c), file(near)
	number := func(change string) string {
		return e2e.Value[string](s, `SELECT case_no FROM change WHERE id = $1`, change)
	}
	c.Leader.SendBack(back, 0, "请更正")
	p.Open("/")
	p.Click("link", "1 退回待更正")
	p.Reads("共 1 件")
	p.Reads(number(back))
	fit(t, p, true)
	p.Choose("状态", "已办结")
	p.Reads("没有符合条件的业务")
	p.Choose("状态", "办理中")
	p.Reads("共 2 件")
	p.Choose("业务", "复学")
	p.Reads("没有符合条件的业务")
	p.Choose("业务", "休学")
	p.Type("业务编号", number(running))
	p.Press("\r")
	p.Reads("共 1 件")
	require.Contains(t, p.Address(), "case="+number(running))
	p.Click("link", "查看 "+number(running))
	p.Sees("heading", "休学 · 样例生")
	browser.Evaluate[bool](p, `(history.back(), true)`)
	p.Reads("共 1 件")
	require.Equal(t, number(running), p.Value("业务编号"), "back finds the list as it was")
	fit(t, p, true)
	p.Shot("mine")

	leader := b.Page(s.URL)
	c.Leader.LogsIn(leader)
	leader.Click("link", "1 待办")
	leader.Reads("共 1 件")
	fit(t, leader, true)
	leader.Shot("inbox")
	leader.Choose("截止", "已逾期")
	leader.Reads("没有符合条件的业务")
	leader.Choose("截止", "两天后到期")
	leader.Reads(number(running))
	leader.Choose("业务", "休学")
	leader.Reads(number(running))
	leader.Choose("环节", "主管部门审批")
	leader.Reads("没有符合条件的业务")
	leader.Choose("环节", "学校审核")
	leader.Reads(number(running))
	require.Empty(t, leader.Reports())

	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("button", "English")
	reviewer.Click("link", "Cases")
	reviewer.Reads("3 in all")
	fit(t, reviewer, false)
	reviewer.Choose("Filed by", "南明区示例小学")
	reviewer.Reads("1 in all")
	reviewer.Reads(number(foreign))
	reviewer.Lacks(number(running))
	fit(t, reviewer, false)
	reviewer.Shot("search-english")
	reviewer.Click("button", "Choose another school")
	reviewer.Reads("3 in all")
	reviewer.Cut("")
	reviewer.Choose("State", "Refused")
	reviewer.Reads("cannot be reached")
	reviewer.Audit()
	reviewer.Mend()
	reviewer.Open("/cases/search?state=NONSENSE&case=52-20261120-999999")
	reviewer.Reads("No case fits")
	reviewer.Audit()
	require.Empty(t, reviewer.Reports())
}
