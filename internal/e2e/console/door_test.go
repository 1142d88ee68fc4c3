package console_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// hostile is a text with scripts in it, as anybody may write it into a free field.
const hostile = `<img src=x onerror="document.title=1"> javascript:alert(1) {{7*7}}`

// longPupil and longSchool are names as long as real ones get.
const (
	longPupil  = "样例生阿卜杜热合曼买买提艾力艾尼瓦尔江吐尔逊阿依古丽买合木提"
	longSchool = "南明区示例民族团结进步教育集团第十二实验小学附属北京师范大学贵阳合作办学山水黔城校区"
)

// names lists the names of people, offices and papers of the county, which are no words of the
// console.
var names = []string{longPupil, longSchool, "测试SCHOOL_REGISTRAR", "测试SCHOOL_LEADER", "测试BUREAU_REVIEWER", "proof.png", "南明区示例小学", "南明区教育局", "样例生", "学籍", "中文", "English", "Xueji", "Ctrl", hostile}

// fit checks the bars of every page. A screen reader can use it. It is no wider than the
// screen. It shows words and no codes. The browser's log is empty. The browser keeps no name
// and no number of a person.
// A page may show more names than the usual ones.
func fit(t *testing.T, p *browser.Page, chinese bool, more ...string) {
	t.Helper()
	names := append(append([]string{}, more...), names...)
	p.Audit()
	require.LessOrEqual(t, p.Wide(), 0, "sideways scroll on %s", p.Address())
	require.Empty(t, p.Codes(names...), p.Address())
	if chinese {
		require.Empty(t, p.Latin(names...), p.Address())
	} else {
		require.Empty(t, p.Han(append(names, "教基一", "号")...), p.Address())
	}
	require.Empty(t, p.Reports(), p.Address())
	for _, personal := range []string{"样例生", "测试", "520102"} {
		require.NotContains(t, p.Kept(), personal)
	}
}

// stands counts how often a verb stands in the timeline of a case.
func stands(p *e2e.Person, change, verb string) (n int) {
	entries, _ := p.Page(change).Get("timeline").([]any)
	for _, entry := range entries {
		if e, ok := entry.(map[string]any); ok && e["verb"] == verb {
			n++
		}
	}
	return n
}

// leaderWithACase starts a county with one suspension that waits for the school leader, and
// logs the leader in. It returns the stack, the county, the change and the leader's page.
func leaderWithACase(t *testing.T) (*e2e.Stack, *e2e.County, string, *browser.Page) {
	t.Helper()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	p := browser.Start(t).Page(s.URL)
	c.Leader.LogsIn(p)
	return s, c, change, p
}

// A school leader and a reviewer of the bureau do their work in a browser: find the case,
// read it with its papers, decide, print the sheet.
func TestASuspensionIsDecidedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	pupil := s.Renamed(c, longPupil)
	body := c.Registrar.SuspensionBody(pupil)
	body["inputs"] = map[string]string{"reason_code": "10", "from_date": "2026-11-20", "until_date": "2027-08-31", "remark": hostile}
	change := c.Registrar.File(body)
	other := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	caseNo := c.Registrar.Page(change).Text("case_no")
	b := browser.Start(t)

	leader := b.Page(s.URL)
	leader.Open("/inbox")
	leader.Sees("heading", "登录") // and from there back to the page that was asked for
	fit(t, leader, true)
	leader.Type("账号", c.Leader.Login())
	leader.Type("密码", "wrong")
	leader.Press("\r")
	leader.Reads("账号或密码不正确")
	leader.Audit()
	leader.Focuses("alert") // keyboard and screen reader are where the answer is
	c.Leader.LogsIn(leader)
	fit(t, leader, true)
	leader.Shot("home")
	leader.Open("/inbox")
	leader.Sees("link", "办理 "+caseNo)
	fit(t, leader, true)
	require.True(t, leader.InSight("link", "办理 "+caseNo))
	leader.Shot("inbox")
	leader.Click("link", "办理 "+caseNo)
	leader.Reads(hostile)
	leader.Reads("疾病")
	leader.Shown("监护人书面申请：proof.png")
	fit(t, leader, true)
	require.True(t, leader.InSight("button", "同意"), "the main button of a case is seen without scrolling")
	leader.Shot("case")

	leader.Click("button", "同意")
	leader.Type("意见", "情况属实")
	leader.Audit()
	leader.Shot("decide")
	leader.DoubleClick("button", "确认同意")
	leader.Reads("办理下一件")
	fit(t, leader, true)
	require.Equal(t, 1, stands(c.Registrar, change, "APPROVE"), "two clicks are one decision")
	leader.Click("button", "办理下一件")
	leader.Reads(c.Registrar.Page(other).Text("case_no"))
	leader.Click("button", "签收")
	leader.Click("button", "确认签收")
	leader.Reads("返回待办")
	leader.Sees("button", "同意") // who has claimed a case decides it next
	fit(t, leader, true)

	reviewer := b.Page(s.URL).Old()
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("button", "English")
	reviewer.Reads("Bureau approval") // the API's words are read again in the other language
	fit(t, reviewer, false)
	require.NotContains(t, reviewer.Text(), "File a case", "a bureau files none of the kinds of this form")
	reviewer.Open("/filing")
	reviewer.Reads("Waiting for me")
	reviewer.Open("/inbox")
	reviewer.Click("link", "Open "+caseNo)
	reviewer.Reads("情况属实")
	reviewer.Shown("Written application of the guardian: proof.png")
	reviewer.Audit()
	require.Empty(t, reviewer.Codes(names...))
	reviewer.Shot("case-english")
	reviewer.Click("button", "Approve")
	reviewer.Click("button", "Confirm: Approve")
	reviewer.Reads("Back to the inbox")
	require.Equal(t, "EFFECTIVE", c.Registrar.Page(change).Text("status"))
	reviewer.Reads("In force")

	reviewer.Click("button", "中文")
	reviewer.Click("button", "打印审批表")
	reviewer.Reads("休学审批表")
	reviewer.Reads("情况属实")
	reviewer.Reads("打印日期：2026年11月20日") // the sheet is that of the API, days in words
	fit(t, reviewer, true)
	require.Equal(t, 1, reviewer.Sheets(), "a usual case is one sheet of A4")
	reviewer.Shot("print")
	reviewer.Open("/")
	reviewer.Reads("没有未读通知")
	reviewer.Cut("")
	reviewer.Click("button", "退出登录")
	reviewer.Reads("连不上服务器") // the page does not say that the person has left
	reviewer.Audit()
	reviewer.Mend()
	reviewer.Click("button", "退出登录")
	reviewer.Sees("heading", "登录")
	require.NotContains(t, reviewer.Text(), "样例生")
}

// A refusal stands in the words of the API at its field, with code and request number; an
// opinion that was begun is there again; and what is received but not yet counted is
// watched until it is.
func TestRefusalsDraftsAndSlipsInTheBrowser(t *testing.T) {
	t.Parallel()
	s, c, change, p := leaderWithACase(t)
	p.Open("/cases/" + change)
	p.Click("button", "驳回")
	p.Click("button", "确认驳回")
	p.Reads("请求编号")
	p.Audit()
	p.Shot("refused")
	p.Focuses("alert")
	p.Type("意见", "材料与本人不符")
	p.Reads("意见已暂存")
	p.Click("button", "取消")
	p.Open("/cases/" + change)
	p.Click("button", "同意")
	p.Holds("意见", "材料与本人不符")
	p.Reads("已恢复您上次暂存的意见")

	s.StopWorker()
	p.Cut("")
	p.Type("意见", "同意")
	p.Reads("意见没有暂存")
	p.Mend()
	p.Type("意见", "同意休学")
	p.Click("button", "确认同意")
	p.Reads("已收到，正在计入")
	require.Zero(t, stands(c.Registrar, change, "APPROVE"))
	p.Cut("")
	p.Reads("已收到，但现在连不上服务器")
	p.Mend()
	s.StartWorker()
	p.Reads("返回待办")
	require.Equal(t, 1, stands(c.Registrar, change, "APPROVE"))

	late := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	p.Open("/cases/" + late)
	p.Click("button", "同意")
	p.Type("意见", "同意")
	s.StopWorker()
	c.Registrar.Say(late, "withdrawal", map[string]any{})
	p.Click("button", "确认同意")
	p.Reads("已收到，正在计入")
	s.StartWorker()
	p.Reads("没有办成") // the school withdrew it a moment before
	p.Type("意见", "同意休学")
	p.Click("button", "确认同意")
	p.Reads("请求编号")
	require.NotContains(t, p.Text(), "幂等键", "a refusal uses up the key of the dialog")
	require.Empty(t, p.Reports())
}

// picture writes a paper as a file and returns its path.
func picture(t *testing.T) string {
	t.Helper()
	paper := filepath.Join(t.TempDir(), "proof.png")
	var drawn bytes.Buffer
	require.NoError(t, png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 8, 8))))
	require.NoError(t, os.WriteFile(paper, drawn.Bytes(), 0o600))
	return paper
}

// A registrar files a suspension in the page: the pupil by name, the form and the papers
// made from the description of the kind.
func TestARegistrarFilesInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	paper := picture(t)
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	fit(t, p, true)
	p.Cut("")
	p.Click("link", "我的业务")
	p.Sees("dialog", "页面没有打开")
	p.Reads("连不上服务器")
	p.Audit()
	p.Mend()
	p.Click("button", "留在本页")
	p.Cut("/v1/me")
	p.Open("/cases")
	p.Sees("heading", "页面没有打开") // and no blank page
	p.Audit()
	p.Mend()
	p.Click("button", "重新打开")
	p.Reads("还没有提交过业务")
	pupil := s.Renamed(c, longPupil)
	p.Open("/filing?kind=NO_SUCH_KIND")
	p.Reads("请选择")
	require.Equal(t, 2, browser.Evaluate[int](p, `document.querySelectorAll('.bar button:disabled').length`), "nothing is sent without a kind")
	p.Choose("业务种类", "休学")
	p.Reads("休学开始日期")
	fit(t, p, true)
	p.Click("button", "提交")
	p.Reads("请先选择学生")
	p.Focuses("alert")
	p.Type("姓名", "样例")
	p.Click("button", "查找")
	p.Pick("样例生")
	p.Reads("已选学生：样例生")
	p.Click("button", "检查")
	p.Reads("请求编号") // the form is empty
	p.Audit()
	p.Choose("休学原因", "疾病")
	p.Choose("休学开始日期", "2026-11-20")
	p.Choose("预计复学日期", "2027-08-31")
	p.Attach("监护人书面申请", paper)
	p.Reads("移除 proof.png")
	p.Attach("休学证明", paper)
	p.ReadsTimes("移除 proof.png", 2)
	p.Click("button", "检查")
	p.Reads("没有发现问题")
	p.Audit()
	require.Empty(t, p.Codes(names...))
	p.Shot("filing")
	p.DoubleClick("button", "提交")
	p.Sees("button", "打印审批表")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE student_id = $1 AND kind = 'SUSPENSION'`, pupil), "two clicks are one case")
	fit(t, p, true)
	p.Open("/cases")
	p.Sees("link", "查看 "+e2e.Value[string](s, `SELECT case_no FROM change WHERE student_id = $1 AND kind = 'SUSPENSION'`, pupil))
	fit(t, p, true)
	p.Shot("mine")
}

// The leader of a receiving school names the class of a pupil who is sent to it: from the
// classes of the school, never as text.
func TestAClassIsChosenInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Rules(`{"senior_transfer_by": "RELEASING"}`)
	from, _ := s.Receiver(c, "SENIOR", 2025)
	to, code := s.Receiver(c, "SENIOR", 2025)
	registrar, leader := s.Person(from.School, org.SchoolRegistrar), s.Person(to.School, org.SchoolLeader)
	change := registrar.File(obj{"kind": "SENIOR_TRANSFER", "student_id": s.Named(from, 2025, simulator.Matches).ID,
		"inputs": obj{"to_school": code, "reason": "举家搬迁"}, "evidence": registrar.Papers("GUARDIAN_APPLICATION", "RESIDENCE_PROOF")})
	p := browser.Start(t).Page(s.URL)
	leader.LogsIn(p)
	p.Open("/cases/" + change)
	p.Click("button", "同意")
	p.Choose("转入班级", e2e.Value[string](s, `SELECT name FROM school_class WHERE id = $1`, to.Class[2025]))
	p.Audit()
	p.Click("button", "确认同意")
	p.Reads("返回待办")
	require.Equal(t, to.Class[2025].String(), registrar.Page(change).Text("class.id"))
	require.Empty(t, p.Reports())
}
