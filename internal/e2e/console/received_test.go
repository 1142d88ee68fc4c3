package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/web/browser"
)

// A school enters a child who is there without a record, is told what is missing, the bureau
// reads since how many days, and the school closes the entry when the record is there.
func TestAChildWithoutARecordIsEnteredInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	n := s.Named(c, 2024, simulator.Matches)
	more := []string{n.Name, "级", "1班", "云岩区示例小学"}
	b := browser.Start(t)

	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "学籍未到")
	p.Reads("没有符合条件的登记")
	fit(t, p, true, more...)
	p.Click("button", "登记学生")
	p.Type("姓名", n.Name)
	p.Choose("学段", "小学")
	p.Choose("班级（与年级填一项）", "2024级 1班")
	p.Type("年级（与班级填一项）", "3")
	p.Choose("接收日期", "2026-11-10")
	p.Type("原就读学校", "云岩区示例小学")
	p.Click("button", "确认登记")
	p.Reads("二者只填一项")
	p.Focuses("alert")
	p.Audit()
	p.Shot("refused")
	p.Type("年级（与班级填一项）", "")
	p.DoubleClick("button", "确认登记")
	p.Reads("2026-11-10")
	fit(t, p, true, more...)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM received_child`), "two clicks enter once")
	p.Shot("entered")

	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("button", "English")
	reviewer.Click("link", "No record yet")
	reviewer.Reads(n.Name)
	reviewer.Reads("2024级 1班") // classes of all years are called alike
	reviewer.Reads("10")       // days
	require.NotContains(t, reviewer.Text(), "Enter a child", "the school enters")
	fit(t, reviewer, false, append(more, "一")...)
	reviewer.Shot("english")

	p.Click("button", "办结 "+n.Name)
	p.Choose("结果", "登记有误")
	p.Choose("学籍（可不选）", e2e.Value[string](s, `SELECT number_masked FROM student WHERE id = $1`, n.ID)+" 1班")
	p.Click("button", "确认办结")
	p.Reads("请求编号") // a mistake has no record
	p.Focuses("alert")
	p.Audit()
	p.Choose("结果", "学籍已到")
	p.Click("button", "确认办结")
	p.Reads("没有符合条件的登记")
	p.Choose("状态", "已办结")
	p.Sees("link", "学籍已到")
	fit(t, p, true, more...)
	p.Shot("closed")
}
