package console_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/web/browser"
)

// A registrar finds a pupil, and reads the record with the change that runs; a reviewer of the
// bureau finds the same pupil by school and reads what happened, told in sentences.
func TestRecordsAreFoundAndReadInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	pupil := s.Renamed(c, longPupil)
	for range 51 {
		s.Pupil(c, 2024)
	}
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	caseNo := c.Registrar.Page(change).Text("case_no")
	b := browser.Start(t)
	more := []string{"样例生一", "级", "1班", caseNo}

	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "学籍查询")
	p.Reads("不填条件即列出本校全部学生")
	fit(t, p, true, more...)
	p.Click("button", "查询")
	p.Reads("已列出 50 名")
	p.Click("button", "显示更多")
	p.Reads("已列出 52 名")
	fit(t, p, true, more...)
	p.Shot("list")
	p.Click("button", "更多条件")
	p.Choose("性别", "女")
	p.Choose("问题学籍", "有问题的")
	p.Choose("排序", "按姓名")
	p.Click("button", "查询")
	p.Reads("没有找到符合条件的学生")
	fit(t, p, true, more...)
	p.Shot("more")
	p.Click("button", "收起条件")
	p.Type("姓名（开头至少两个字）", "样")
	p.Click("button", "查询")
	p.Reads("请求编号") // the API says why one character is too short
	p.Focuses("alert")
	p.Audit()
	p.Type("姓名（开头至少两个字）", "样例生阿")
	p.Choose("学籍状态", "在读")
	p.Choose("班级", "2021级 1班")
	p.Click("button", "查询")
	p.Reads("没有找到符合条件的学生")
	p.Choose("班级", "所有班级")
	p.Click("button", "查询")
	p.Reads("已列出 1 名")
	p.Click("link", "查看 "+longPupil)
	p.Reads("该生异动中")
	p.Reads("关键数据变更")
	p.Reads("姓名由“样例生")
	fit(t, p, true, more...)
	p.Shot("record")
	p.Click("link", "返回查询")
	p.Reads("已列出 1 名") // "back" finds the list as it was
	require.Equal(t, "样例生阿", p.Value("姓名（开头至少两个字）"))
	p.Click("link", "查看 "+longPupil)
	p.Click("link", "查看业务")
	p.Reads(caseNo)
	p.Sees("heading", "休学 · "+longPupil)

	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("button", "English")
	reviewer.Click("link", "Records")
	reviewer.Click("button", "Search")
	reviewer.Reads("request") // too wide: the bureau names a school or a pupil
	reviewer.Choose("School", longSchool)
	reviewer.Choose("State", "suspended")
	reviewer.Click("button", "Search")
	reviewer.Click("link", "Open "+longPupil)
	reviewer.Reads("Suspended from 2026-11-20 to 2027-08-31. Reason: Illness.")
	reviewer.Reads("state changed from enrolled to suspended")
	reviewer.Reads("Filed by 测试SCHOOL_REGISTRAR, " + longSchool)
	fit(t, reviewer, false, more...)
	reviewer.Shot("record-english")
	reviewer.Click("link", "Case "+caseNo)
	reviewer.Sees("heading", "Suspension · "+longPupil)

	other := s.CountyOf("520103", "2152000124", "云岩区示例小学") // of another county: nothing of this pupil
	stranger := b.Page(s.URL)
	other.Leader.LogsIn(stranger)
	stranger.Open("/records/" + pupil.String())
	stranger.Reads("请求编号")
	require.NotContains(t, stranger.Text(), longPupil)
	stranger.Audit()
	require.Equal(t, 404, browser.Evaluate[int](stranger, `fetch(`+strconv.Quote("/v1/students/"+pupil.String())+`).then((r) => r.status)`))
	require.Empty(t, stranger.Reports())
}
