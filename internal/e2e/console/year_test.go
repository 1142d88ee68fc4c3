package console_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// A registrar sees who of the graduating grade can graduate and why the others cannot, files
// the list, the leader decides, and the bureau reads the graduates.
func TestASchoolGraduatesItsGradeInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	suspended := s.Pupil(c, 2021)
	for range 3 {
		s.Pupil(c, 2021)
	}
	change := c.Registrar.File(c.Registrar.SuspensionBody(suspended))
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	s.Hand.Advance(time.Date(2027, 6, 21, 1, 0, 0, 0, time.UTC).Sub(s.Clock.Now()))
	// The clock has moved by half a year, which locks idle accounts out: these people are new.
	c.Registrar, c.Leader, c.Reviewer = s.Person(c.School, org.SchoolRegistrar), s.Person(c.School, org.SchoolLeader), s.Person(c.Bureau, org.BureauReviewer)
	b := browser.Start(t)
	more := []string{"级", "1班"}

	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "毕业")
	p.Choose("学段", "小学")
	p.Reads("共 4 名：可以毕业 3 名，现在不能毕业 1 名")
	p.Reads("休学")
	fit(t, p, true, more...)
	p.Shot("preview")
	p.Change("样例生 的结论", "这次不报")
	p.Reads("将提交 2 名学生")
	p.Type("毕业年份", "2031")
	p.Click("button", "提交毕业名单")
	p.Reads("请求编号") // the API says which year it is
	p.Focuses("alert")
	p.Audit()
	p.Type("毕业年份", "2027")
	p.DoubleClick("button", "提交毕业名单")
	p.Sees("heading", "毕业名单")
	fit(t, p, true, more...)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'GRADUATION'`), "two clicks are one case")
	caseNo := e2e.Value[string](s, `SELECT case_no FROM change WHERE kind = 'GRADUATION'`)

	leader := b.Page(s.URL)
	c.Leader.LogsIn(leader)
	leader.Click("link", "办理 "+caseNo)
	leader.Click("button", "同意")
	leader.Click("DisclosureTriangle", "剔除个别学生")
	leader.Click("checkbox", "样例生 2021级 1班")
	leader.Click("button", "确认同意")
	leader.Reads("请求编号") // a pupil is taken out with a reason only
	leader.Audit()
	leader.Type("剔除 样例生 的原因", "毕业考核未完成")
	leader.Shot("strike")
	leader.Click("button", "确认同意")
	leader.Reads("没有其他待办业务")
	leader.Reads("已生效")
	leader.Reads("毕业考核未完成")
	fit(t, leader, true, more...)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM student WHERE enrol_status = 'GRADUATED'`))

	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("button", "English")
	reviewer.Click("link", "Graduation")
	reviewer.Choose("School", longSchool)
	reviewer.Reads("1 listed")
	reviewer.Choose("Stage", "Primary")
	reviewer.Reads("3 pupils: 2 can graduate, 1 cannot yet")
	fit(t, reviewer, false, append(more, caseNo)...)
	require.NotContains(t, reviewer.Text(), "File the list", "a bureau files no list of a school")
	reviewer.Shot("graduates-english")
	reviewer.Click("link", caseNo)
	reviewer.Sees("heading", "Pupils of the graduation")
	require.Empty(t, reviewer.Reports())
}

// The bureau sets the places of a school in the page; the school reads them and asks for more,
// and the plan changes when the bureau has approved.
func TestAnEnrolmentPlanIsSetAndChangedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	b := browser.Start(t)
	paper := picture(t)

	p := b.Page(s.URL)
	c.Reviewer.LogsIn(p)
	p.Click("link", "招生计划")
	p.Click("button", "设置 "+longSchool+" 小学")
	p.Type("计划数", "90")
	p.Audit()
	version := map[string]any{"size": 80, "based_on": 0}
	require.Equal(t, 200, c.Reviewer.Do("PUT", "/v1/orgs/"+c.School.ID.String()+"/plans/PRIMARY/2026", version, "").Status)
	p.Click("button", "保存")
	p.Reads("请求编号") // a colleague has set it meanwhile
	p.Focuses("alert")
	p.Click("button", "取消")
	p.Open("/year/plans")
	p.Reads("80")
	p.Click("button", "设置 "+longSchool+" 小学")
	p.Type("计划数", "100")
	p.Click("button", "保存")
	p.Reads("100")
	fit(t, p, true)
	p.Shot("set")

	school := b.Page(s.URL)
	c.Registrar.LogsIn(school)
	school.Click("link", "招生计划")
	school.Click("link", "申请变更")
	school.Reads("新计划数")
	require.NotContains(t, school.Text(), "已选学生", "the case is about no pupil")
	fit(t, school, true)
	school.Type("新计划数", "120")
	school.Type("其中复学占用名额", "5")
	school.Type("其中转学占用名额", "15")
	school.Type("变更原因", "片区新建小区交付")
	school.Attach("计划数变更申请", paper)
	school.Reads("移除 proof.png")
	school.Click("button", "提交")
	school.Sees("heading", "招生计划数变更 · "+longSchool)
	fit(t, school, true, "片区新建小区交付")
	change := e2e.Value[string](s, `SELECT id::text FROM change WHERE kind = 'PLAN_CHANGE'`)
	caseNo := c.Registrar.Page(change).Text("case_no")
	c.Leader.Approve(change)

	p.Open("/inbox")
	p.Click("button", "English")
	p.Reads(longSchool)
	p.Click("link", "Open "+caseNo)
	p.Click("button", "Approve")
	p.Click("button", "Confirm: Approve")
	p.Reads("Back to the inbox")
	p.Click("link", "Enrolment plans")
	p.Reads("120")
	fit(t, p, false)
}

// A registrar moves pupils to other classes: by a sheet with a preview that says what is wrong
// row by row, and one by one.
func TestPupilsChangeTheClassInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	one, two := s.Pupil(c, 2024), s.Pupil(c, 2024)
	from, to := c.Class[2024], s.Class(c, 2024, "2024102")
	template := c.Registrar.Do(http.MethodGet, "/v1/placings/sheet?stage=PRIMARY&entry_year=2024", nil, "")
	require.Equal(t, http.StatusOK, template.Status)
	fill := func(name, second string) string {
		f, err := excelize.OpenReader(bytes.NewReader(template.Raw))
		require.NoError(t, err)
		require.NoError(t, f.SetCellStr(f.GetSheetName(0), "E2", "2班"))
		require.NoError(t, f.SetCellStr(f.GetSheetName(0), "E3", second))
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, f.SaveAs(path))
		return path
	}
	more := []string{"级", "1班", "2班", "八班", "bad.xlsx", "good.xlsx", "xlsx"}
	b := browser.Start(t)
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "分班与调班")
	p.Choose("年级", "小学 2024级")
	fit(t, p, true, more...)
	p.Shot("empty")
	p.Click("button", "生成建议")
	p.Reads("请求编号") // no pupil waits for a class
	p.Open("/year/placing")
	p.Choose("年级", "小学 2024级")
	p.Click("button", "下载表格")
	p.Settles()
	p.Attach("填好的表格", fill("bad.xlsx", "八班"))
	p.Reads("bad.xlsx")
	p.Reads("表中 2 行有新班级，1 行不能办理")
	fit(t, p, true, more...)
	require.NotContains(t, p.Text(), "提交表格", "a sheet is filed whole or not at all")
	p.Shot("preview")
	p.Attach("填好的表格", fill("good.xlsx", "2班"))
	p.Reads("表中 2 行有新班级，0 行不能办理")
	p.Audit()
	p.DoubleClick("button", "提交表格")
	p.Reads("已提交")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'CLASS_CHANGE'`), "two clicks are one case")
	s.Eventually("both pupils are in the other class", 20*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM student WHERE class_id = $1 AND id IN ($2, $3)`, to, one, two) == 2
	})

	p.Click("button", "English")
	p.Open("/year/placing")
	p.Choose("Year group", "Primary 2024级")
	p.Choose("Class to look at", "2班 (2/55)")
	p.Change("New class of 样例生", "1班 (0/55)")
	p.Reads("1 pupils chosen")
	fit(t, p, false, more...)
	p.DoubleClick("button", "File the change of class")
	p.Sees("heading", "What happened")
	p.Reads("2024级 2班 → 2024级 1班")
	fit(t, p, false, more...)
	s.Eventually("one pupil is back", 20*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM student WHERE class_id = $1 AND id IN ($2, $3)`, from, one, two) == 1
	})
	require.Equal(t, 2, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'CLASS_CHANGE'`))
}

// The system proposes classes for pupils who have none, a person changes what they like and
// files it.
func TestAProposalOfClassesIsFiledInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	junior, _ := s.Receiver(c, "JUNIOR", 2026)
	junior.Registrar, junior.Reviewer = s.Person(junior.School, org.SchoolRegistrar), c.Reviewer
	one, two := s.Enrolled(junior), s.Enrolled(junior) // graduates who have come into year 7
	junior.Grade[2026] = e2e.Value[uuid.UUID](s, `SELECT grade_id FROM school_class WHERE id = $1`, junior.Class[2026])
	second := s.Class(junior, 2026, "2026102")
	p := browser.Start(t).Page(s.URL)
	junior.Registrar.LogsIn(p)
	p.Open("/year/placing")
	p.Choose("年级", "初中 2026级")
	p.Click("button", "生成建议")
	p.Change(one.Name+" 的新班级", "2026级 2班")
	p.Change(two.Name+" 的新班级", "2026级 2班")
	fit(t, p, true, one.Name, two.Name, "级", "1班", "2班", "xlsx")
	p.Shot("proposal")
	p.DoubleClick("button", "提交分班")
	p.Sees("heading", "办理记录")
	fit(t, p, true, one.Name, two.Name, "级", "1班", "2班", "xlsx")
	s.Eventually("both are in the class that was chosen by hand", 20*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM student WHERE class_id = $1`, second) == 2
	})
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'CLASS_ASSIGNMENT'`), "two clicks are one case")
}

// A school uploads its sheet of graduates, is told row by row what is wrong, files the sound
// sheet, and follows its claims until the bureau has admitted the graduate.
func TestASchoolEnrolsGraduatesInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Planned(c, 1)
	graduate := s.Graduate(c)
	sheet := func(name, rows string) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte("姓名,学籍号,教育阶段\n"+graduate.Name+","+graduate.Number+",\n"+rows), 0o600))
		return path
	}
	more := []string{graduate.Name, "bad.csv", "good.csv", "xlsx", "csv", "南明区教育局", "接收示例学校"}
	b := browser.Start(t)
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "招生")
	p.Reads("没有符合条件的录取记录")
	fit(t, p, true, more...)
	p.Attach("填好的招生表", sheet("bad.csv", "样例生二,L520102201812310019,\n"))
	p.Reads("表中 2 名毕业生，1 名不能录取")
	p.Audit()
	p.Shot("preview")
	require.NotContains(t, p.Text(), "提交后按生源主管部门", "a sheet is filed whole or not at all")
	p.Attach("填好的招生表", sheet("good.csv", ""))
	p.Reads("表中 1 名毕业生，0 名不能录取")
	p.DoubleClick("button", "提交招生")
	p.Reads("已提交：")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'SELF_ENROLMENT'`), "two clicks are one case")
	caseNo := e2e.Value[string](s, `SELECT case_no FROM change WHERE kind = 'SELF_ENROLMENT'`)
	change := e2e.Value[string](s, `SELECT id::text FROM change WHERE kind = 'SELF_ENROLMENT'`)
	c.Leader.Approve(change)

	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("link", "办理 "+caseNo)
	reviewer.Sees("heading", "招生名单")
	reviewer.Reads(graduate.Name)
	fit(t, reviewer, true, more...)
	reviewer.Click("button", "同意")
	reviewer.Click("button", "确认同意")
	reviewer.Reads("已调档") // admitted, and the file retrieved by the rules of the province
	reviewer.Settles()
	reviewer.Click("button", "同意")
	reviewer.Click("button", "确认同意")
	reviewer.Reads("已入学")

	p.Click("button", "English")
	p.Open("/year/enrolment")
	p.Choose("State of the claim", "Enrolled")
	p.Sees("link", caseNo)
	fit(t, p, false, append(more, "级")...)
	p.Shot("claims-english")
}
