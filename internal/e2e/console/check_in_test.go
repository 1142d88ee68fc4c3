package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// A registrar notes class by class who came and who did not, is told what is missing, and
// the bureau reads who is absent.
func TestAClassChecksInInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	one, two, three := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches)
	more := []string{three.Name, two.Name, one.Name, "级", "1班"}
	absent := func() int { return e2e.Value[int](s, `SELECT count(*) FROM check_in WHERE NOT came`) }
	b := browser.Start(t)

	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "报到")
	p.Reads("没有登记为未报到的学生")
	p.Reads("共 5 个班，还有 1 个班没有登记完")
	fit(t, p, true, more...)
	p.Shot("classes")
	p.Click("button", "登记 2026级 1班")
	p.Reads("这个班没有在读学生")
	p.Choose("班级", "2024级 1班")
	p.Reads("已报到 0 名，未报到 0 名，未登记 3 名")
	fit(t, p, true, more...)
	p.Shot("empty")
	p.Change(three.Name+" 的报到", "未报到")
	p.Click("button", "其余都已报到")
	p.Reads("改动 3 名，尚未保存")
	p.Click("button", "保存")
	p.Reads("请求编号") // the API asks for the reason, at the pupil
	p.Focuses("alert")
	p.Audit()
	p.Shot("refused")
	p.Change(three.Name+" 未报到的原因", "因病")
	p.DoubleClick("button", "保存")
	p.Reads("已报到 2 名，未报到 1 名，未登记 0 名")
	p.Sees("link", three.Name)
	fit(t, p, true, more...)
	require.Equal(t, 1, absent())
	p.Shot("noted")
	p.Choose("班级", "全部班级")
	p.Reads("共 5 个班，还有 0 个班没有登记完")
	p.Reads("已登记完")
	p.Choose("班级", "2024级 1班")

	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("button", "English")
	reviewer.Click("link", "Check-in")
	reviewer.Reads("1 listed")
	reviewer.Reads("illness")
	reviewer.Reads("2024级 1班") // classes of all years are called alike
	reviewer.Reads("All schools")
	reviewer.Choose("School", longSchool)
	reviewer.Reads("5 classes, 0 of them not complete yet")
	fit(t, reviewer, false, append(more, "一")...)
	reviewer.Click("button", "Open 2024级 1班")
	reviewer.Reads("2 came, 1 did not, 0 not noted yet")
	require.NotContains(t, reviewer.Text(), "Save", "a bureau notes nothing for a school")
	fit(t, reviewer, false, append(more, "一")...)
	reviewer.Shot("english")
	reviewer.Choose("Term", "2025/2026, second term")
	reviewer.Reads("An earlier term can be read, not changed")
	reviewer.Reads("No pupil is noted as not having come")

	p.Change(three.Name+" 的报到", "已报到") // the pupil comes a day later
	p.Click("button", "保存")
	p.Reads("没有登记为未报到的学生")
	require.Zero(t, absent())

	admin := b.Page(s.URL)
	s.Person(c.School, org.SchoolSysadmin).LogsIn(admin)
	require.NotContains(t, admin.Text(), "报到", "the menu shows what an account may do")
	admin.Open("/year/check-in")
	admin.Reads("请求编号") // the page says why it is closed
	admin.Audit()
}
