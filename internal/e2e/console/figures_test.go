package console_test

import (
	"testing"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// The head of a bureau looks at the figures, goes down to a school, and opens the lists
// behind them; the registrar of the school sees its classes.
func TestFiguresInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	head := s.Person(s.Office(org.County, "520102"), org.BureauHead)
	b := browser.Start(t)
	p := b.Page(s.URL)
	head.LogsIn(p)
	p.Click("link", "统计")
	p.Reads("在籍 0 人")
	p.Reads("还没有数据")
	fit(t, p, true, "测试BUREAU_HEAD")

	pupil := s.Pupil(c, 2024)
	s.Pupil(c, 2025)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	c.Leader.Decide(change, "APPROVE", "同意")
	c.Reviewer.Decide(change, "APPROVE", "同意")
	p.Open("/figures")
	p.Reads("在籍 2 人")
	p.Sees("image", "图：各学籍状态。数字见下面的表。")
	p.Shot("bureau")
	unfold(p)
	fit(t, p, true, "测试BUREAU_HEAD")
	p.Shot("tables")
	p.Click("link", "休学")
	p.Sees("heading", "业务查询")
	p.Reads(c.Registrar.Page(change).Text("case_no"))
	p.Open("/figures")
	p.Reads("在籍 2 人")
	unfold(p)
	p.Click("link", longSchool)
	p.Sees("heading", "在籍学生按班级")
	p.Open("/figures?id=" + e2e.Value[string](s, `SELECT id::text FROM organisation WHERE code = '520000'`))
	p.Reads("请求编号") // not an office of this bureau
	p.Audit()

	school := b.Page(s.URL)
	c.Registrar.LogsIn(school)
	school.Click("button", "English")
	school.Click("link", "Figures")
	school.Reads("2 pupils in the register")
	unfold(school)
	fit(t, school, false, "班")
	school.Shot("english")
	school.Click("link", "suspended")
	school.Sees("heading", "Records")
	school.Reads("样例生")
}

// unfold opens the tables behind the charts.
func unfold(p *browser.Page) {
	browser.Evaluate[bool](p, `(document.querySelectorAll('details').forEach((d) => (d.open = true)), true)`)
}
