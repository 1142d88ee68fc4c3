package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// A bureau gives back the record of a graduate whom a school took by mistake: from the list
// of claims to the case, and after the approval the graduate is open again and is deferred.
func TestARecordIsGivenBackAndDeferredInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	n := s.Enrolled(c)
	head := s.Person(c.Bureau, org.BureauHead)
	more := []string{n.Name, "接收示例学校", "测试BUREAU_HEAD", "级", "班", "误抽取"}
	b := browser.Start(t)
	paper := picture(t)

	p := b.Page(s.URL)
	c.Reviewer.LogsIn(p)
	p.Click("link", "招生")
	p.Choose("录取学校", longSchool)
	p.Click("link", "退档 "+n.Name)
	p.Sees("heading", "退档")
	p.Reads(n.Name)
	p.Reads(longSchool)
	fit(t, p, true, more...)
	p.Click("button", "提交")
	p.Reads("请求编号") // reason and paper are missing
	p.Focuses("alert")
	p.Audit()
	p.Shot("refused")
	p.Type("退档原因", "误抽取")
	p.Attach("退档申请", paper)
	p.Reads("移除 proof.png")
	p.DoubleClick("button", "提交")
	p.Sees("heading", "办理记录")
	fit(t, p, true, more...)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'ENROLMENT_WITHDRAWAL'`), "two clicks are one case")
	head.Approve(e2e.Value[string](s, `SELECT id::text FROM change WHERE kind = 'ENROLMENT_WITHDRAWAL'`))

	p.Open("/year/enrolment")
	p.Click("button", "登记缓学："+n.Name)
	p.Type("缓学的招生年份", "2027")
	p.Type("缓学至年份", "2027")
	p.Choose("缓学原因", "疾病")
	p.Click("button", "确认登记")
	p.Reads("请求编号") // the year in which the graduate goes on comes later
	p.Focuses("alert")
	p.Audit()
	p.Type("缓学至年份", "2028")
	p.DoubleClick("button", "确认登记")
	p.Reads("缓学至 2028 年（疾病）")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM enrolment_deferral`), "two clicks defer once")
	fit(t, p, true, more...)
	p.Shot("deferred")
	p.Click("button", "English")
	fit(t, p, false, append(more, "一")...)
	p.Click("button", "Cancel the deferral: "+n.Name)
	p.Audit()
	p.Click("button", "Confirm: cancel it")
	p.Sees("button", "Defer: "+n.Name)
	p.Shot("english")
}

// A bureau files the merger of two of its schools and a change of the schooling length: the
// schools are chosen by name, and the head of the bureau decides.
func TestABureauFilesCasesAboutItsSchoolsInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	other := s.CountyOf("520102", "2152000555", "南明区并入示例小学")
	more := []string{"南明区并入示例小学", "生源减少"}
	b := browser.Start(t)
	paper := picture(t)

	p := b.Page(s.URL)
	c.Reviewer.LogsIn(p)
	p.Click("button", "English")
	p.Click("link", "Enrolment plans")
	p.Click("link", "Merge two schools")
	p.Sees("heading", "Merger of two schools")
	fit(t, p, false, more...)
	p.Choose("School that is absorbed", longSchool)
	p.Choose("School that absorbs it", longSchool)
	p.Type("Reason", "生源减少")
	p.Attach("Decision on the merger", paper)
	p.Reads("proof.png")
	p.Click("button", "File")
	p.Reads("are the same")
	p.Focuses("alert")
	p.Audit()
	p.Shot("same")
	p.Choose("School that is absorbed", "南明区并入示例小学")
	p.Choose("School that absorbs it", longSchool)
	p.DoubleClick("button", "File")
	p.Sees("heading", "What happened")
	fit(t, p, false, more...)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'SCHOOL_MERGER'`), "two clicks are one case")
	require.NotEmpty(t, other.School.Path)

	p.Click("button", "中文")
	p.Click("link", "招生计划")
	p.Click("link", "申请学制变更")
	p.Sees("heading", "学制变更")
	fit(t, p, true, more...)
	p.Shot("length")
	p.Click("button", "提交")
	p.Reads("请求编号")
	p.Focuses("alert")

	school := b.Page(s.URL)
	c.Registrar.LogsIn(school)
	school.Click("link", "招生计划")
	require.NotContains(t, school.Text(), "申请学校合并", "a merger is filed by the bureau")
	school.Click("link", "申请学制变更")
	school.Choose("新学制", "五四制（小学五年、初中四年）")
	require.NotContains(t, school.Text(), "由主管部门申请时填写", "a school means itself")
	school.Type("变更原因", "全县改行五四学制")
	school.Attach("学制变更的决定", paper)
	school.Reads("移除 proof.png")
	school.Click("button", "提交")
	school.Reads("请求编号") // the merger comes first
	school.Focuses("alert")
	school.Audit()
	school.Shot("length-school")
}

// A school asks for the arbitration of a graduate whom a school of another bureau has
// admitted too, from the claim that waits for it.
func TestAnArbitrationIsAskedForInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	n := s.AdmittedTwice(c)
	more := []string{n.Name, "接收示例学校", "云岩区示例学校", "学生在本校就读"}
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "招生")
	fit(t, p, true, append(more, "xlsx", "csv")...)
	p.Click("link", "申请仲裁")
	p.Reads("实际就读证明")
	p.Click("button", "提交")
	p.Reads("请求编号")
	p.Focuses("alert")
	p.Audit()
	p.Shot("refused")
	p.Type("姓名", n.Name)
	p.Type("学籍号", n.Number)
	p.Type("申请理由（学生实际就读情况）", "学生在本校就读")
	p.Attach("实际就读证明", picture(t))
	p.Reads("移除 proof.png")
	p.DoubleClick("button", "提交")
	p.Sees("heading", "办理记录")
	fit(t, p, true, more...)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'ADMISSION_ARBITRATION'`), "two clicks are one case")
}

// The school of graduation rolls a graduation back from its register of graduates, and a
// school of another province receives a graduate.
func TestAGraduateGoesBackOrElsewhereInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	n := s.Named(c, 2021, simulator.Matches)
	s.Graduated(n.ID)
	far := s.CountyOf("110101", "2111000701", "东城区示例学校")
	class := s.YearGroup(far, "JUNIOR", 2026)
	require.NotEqual(t, class, c.Class[2021])
	more := []string{n.Name, "东城区示例学校", "东城区教育委员会", "级", "班", "误办", "随父母"}
	b := browser.Start(t)

	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "毕业")
	p.Reads("毕业年级没有在办业务")
	p.Click("link", "回退 "+n.Name)
	p.Reads("已选学生：" + n.Name)
	p.Choose("回退班级", "2021级 1班")
	p.Choose("回退类别", "误办毕业")
	p.Type("回退原因", "误办")
	fit(t, p, true, more...)
	p.Click("button", "提交")
	p.Reads("请求编号") // the sealed request is missing
	p.Focuses("alert")
	p.Attach("毕业生回退申请", picture(t))
	p.Reads("移除 proof.png")
	p.DoubleClick("button", "提交")
	p.Sees("heading", "办理记录")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'GRADUATION_ROLLBACK'`), "two clicks are one case")

	other := b.Page(s.URL)
	far.Registrar.LogsIn(other)
	other.Click("button", "English")
	other.Click("link", "Enrolment")
	other.Click("link", "Receive a graduate of another province")
	other.Reads("Reason for receiving")
	other.Type("Name", n.Name)
	other.Type("Student number", n.Number)
	other.Type("Reason for receiving", "随父母")
	fit(t, other, false, append(more, "一")...)
	other.Click("button", "File")
	other.Focuses("alert")
	other.Audit()
	other.Shot("english")
}
