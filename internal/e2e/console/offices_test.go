package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// The administrator of a city makes a school, renames it, puts it under another bureau and
// closes it; what stands against the closure of a school with pupils is told with numbers.
func TestOfficesAreKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	other := s.CountyOf("520103", "2152000125", "云岩区示例小学")
	s.Pupil(c, 2024)
	name := e2e.Value[string](s, `SELECT name FROM organisation WHERE id = $1`, other.Bureau.ID)
	city := e2e.Value[string](s, `SELECT name FROM organisation WHERE id = $1`, c.City.ID)
	more := append(e2e.Value[[]string](s, `SELECT array_agg(name ORDER BY length(name) DESC) FROM organisation`), "测试BUREAU_SYSADMIN", "明德实验小学", "明德小学")
	b := browser.Start(t)
	p := b.Page(s.URL)
	s.Person(c.City, org.BureauSysadmin).LogsIn(p)
	p.Click("link", "单位")
	p.Reads(name)
	fit(t, p, true, more...)
	p.Shot("city")
	p.Click("link", "南明区教育局")
	p.Sees("heading", "南明区教育局")
	p.Click("button", "新设下级单位")
	p.Type("名称", "明德小学")
	p.Type("学校标识码（10 位）", "12")
	p.Click("checkbox", "小学")
	p.Audit()
	p.Click("button", "设立")
	p.Reads("请求编号") // no such code
	p.Focuses("alert")
	p.Audit()
	p.Type("学校标识码（10 位）", "2152000777")
	p.Click("button", "设立")
	p.Click("link", "明德小学")
	p.Reads("2152000777")
	p.Reads("没有下级单位")
	fit(t, p, true, more...)
	p.Click("button", "修改名称和学段")
	p.Type("名称", "明德实验小学")
	p.Click("button", "保存")
	p.Sees("heading", "明德实验小学")
	p.Click("button", "划转主管部门")
	p.Choose("新的主管部门", name)
	p.Audit()
	p.Shot("move")
	p.Click("button", "确认划转")
	s.Eventually("the school is below the other bureau", 20*time.Second, func() bool {
		return e2e.Value[string](s, `SELECT p.name FROM organisation o JOIN organisation p ON p.id = o.parent_id WHERE o.code = '2152000777'`) == name
	})
	p.Sees("link", name)
	p.Click("button", "撤销单位")
	p.Audit()
	p.Click("button", "确认撤销")
	p.Reads("撤销\n")
	require.True(t, e2e.Value[bool](s, `SELECT closed_at IS NOT NULL FROM organisation WHERE code = '2152000777'`))

	p.Click("button", "English")
	p.Type("Beginning of the name, or the whole code", "没有")
	p.Click("button", "Find")
	p.Reads("There is no such office")
	p.Type("Beginning of the name, or the whole code", "南明")
	p.Click("button", "Find")
	p.Click("link", "南明区示例小学")
	p.Reads("Managing bureau")
	fit(t, p, false, append(more, city)...)
	p.Shot("school-english")
	p.Click("button", "Close the office")
	p.Click("button", "Confirm the closure")
	p.Reads("request") // it has a pupil
	p.Focuses("alert")
	p.Audit()

	registrar := b.Page(s.URL)
	c.Registrar.LogsIn(registrar)
	registrar.Click("link", "单位")
	registrar.Reads("没有下级单位")
	fit(t, registrar, true, more...)
	require.NotContains(t, registrar.Text(), "撤销单位", "a school reads the directory")
	require.Empty(t, append(p.Reports(), registrar.Reports()...))
}

// The administrator of a school makes the classes of a new year in one step, changes one and
// closes one; a class with a pupil stays.
func TestClassesAreKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Pupil(c, 2024)
	b := browser.Start(t)
	p := b.Page(s.URL)
	admin := s.Person(c.School, org.SchoolSysadmin)
	admin.LogsIn(p)
	more := []string{"测试SCHOOL_SYSADMIN", "级", "1班", "2班", "3班", "启明班", "小学"}
	p.Click("link", "年级与班级")
	p.Reads("1 / 55")
	fit(t, p, true, more...)
	p.Click("button", "新建年级")
	p.Type("入学年份", "2022")
	p.Type("班级数（从 1 班起编号）", "3")
	p.Type("班额", "99")
	p.Audit()
	p.Click("button", "建立")
	p.Reads("请求编号") // more seats than the rules allow
	p.Focuses("alert")
	p.Type("班额", "50")
	p.DoubleClick("button", "建立")
	p.Reads("2022级3班")
	require.Equal(t, 3, e2e.Value[int](s, `SELECT count(*) FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE g.entry_year = 2022`))
	fit(t, p, true, more...)
	p.Shot("classes")
	p.Click("button", "修改 2022级1班")
	p.Type("班名", "启明班")
	p.Audit()
	p.Click("button", "保存")
	p.Reads("启明班")
	p.Click("button", "2022级 增加班级")
	p.Type("班级序号", "4")
	p.Click("button", "保存")
	p.Reads("2022级4班")
	p.Click("button", "撤销 2022级4班")
	p.Click("button", "确认撤销")
	s.Eventually("the class is closed", 20*time.Second, func() bool { return !strings.Contains(p.Text(), "2022级4班") })
	s.OK(admin.DoIfMatch("PUT", "/v1/classes/"+c.Class[2024].String(), obj{"name": "有学生的班", "capacity": 55}, `"1"`))
	p.Open("/classes")
	p.Click("button", "撤销 有学生的班")
	p.Click("button", "确认撤销")
	p.Reads("请求编号") // a pupil is in it
	p.Audit()

	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("button", "English")
	reviewer.Click("link", "Grades, classes")
	reviewer.Reads("Choose a school")
	reviewer.Choose("School", "南明区示例小学")
	reviewer.Reads("50")
	fit(t, reviewer, false, "级", "1班", "2班", "3班", "启明班", "有学生的班")
	require.NotContains(t, reviewer.Text(), "New year group")
	require.Empty(t, append(p.Reports(), reviewer.Reports()...))
}
