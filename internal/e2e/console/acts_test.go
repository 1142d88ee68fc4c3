package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// acts opens what else may be done with a case, and chooses one.
func acts(p *browser.Page, name string) {
	p.Click("DisclosureTriangle", "更多操作")
	p.Click("button", name)
}

// Two leaders and a principal pass a case among them, add a signer, and one takes the decision
// back: what is no approval and no refusal is done at the foot of the page, too.
func TestACaseIsPassedOnInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	principal, second := s.Person(c.School, org.Principal), s.Person(c.School, org.SchoolLeader)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	b := browser.Start(t)
	more := []string{"测试PRINCIPAL"}

	leader := b.Page(s.URL)
	c.Leader.LogsIn(leader)
	leader.Open("/cases/" + change)
	leader.Click("DisclosureTriangle", "更多操作")
	leader.Reads("加签")
	fit(t, leader, true, more...)
	leader.Shot("more")
	leader.Click("button", "转办")
	leader.Click("button", "确认转办")
	leader.Reads("“接收人”必须填写") // to whom
	leader.Focuses("alert")
	leader.Audit()
	leader.Choose("交给", "测试SCHOOL_LEADER · 学籍主管领导")
	leader.Shot("transfer")
	leader.DoubleClick("button", "确认转办")
	leader.Reads("返回待办")
	require.Equal(t, 1, stands(c.Registrar, change, "TRANSFER_TASK"), "two clicks are one word")

	other := b.Page(s.URL)
	second.LogsIn(other)
	other.Open("/cases/" + change)
	acts(other, "委派")
	other.Choose("交给", "测试PRINCIPAL · 校长")
	other.Click("button", "确认委派")
	other.Reads("返回待办")

	head := b.Page(s.URL)
	principal.LogsIn(head)
	head.Open("/cases/" + change)
	head.Click("button", "答复委派")
	head.Audit()
	head.Click("button", "确认答复委派")
	head.Reads("请求编号") // the advice needs its reason
	head.Type("说明", "情况属实，建议同意")
	head.Click("button", "确认答复委派")
	head.Reads("返回待办")
	fit(t, head, true, more...)

	other.Open("/cases/" + change)
	other.Reads("情况属实，建议同意")
	acts(other, "加签")
	other.Click("checkbox", "测试PRINCIPAL 校长")
	other.Audit()
	other.Shot("signers")
	other.Click("button", "确认加签")
	other.Reads("减签 测试PRINCIPAL")
	other.Click("button", "减签 测试PRINCIPAL")
	other.Click("button", "确认减签 测试PRINCIPAL")
	other.Sees("button", "同意")
	other.Click("button", "同意")
	other.Click("button", "确认同意")
	other.Reads("返回待办")
	other.Reads("主管部门审批")
	other.Click("button", "取回")
	other.Reads("重新由您办理")
	other.Type("说明", "材料须再核对")
	other.Click("button", "确认取回")
	other.Sees("button", "同意")
	require.Equal(t, 1, stands(c.Registrar, change, "TAKE_BACK"))
	fit(t, other, true, more...)
	require.Empty(t, head.Reports())
}

// The office that filed reminds, remarks and withdraws; the head of the bureau above presses
// and closes, never without a reason.
func TestACaseIsUrgedWithdrawnAndClosedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	first := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	other := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	b := browser.Start(t)
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/cases/" + first)
	p.Click("button", "催办")
	p.Audit()
	p.Click("button", "确认催办")
	p.Reads("已催办，业务")
	require.NotContains(t, p.Text(), "返回待办", "who files does not go on in an inbox")
	p.Click("button", "催办")
	p.Click("button", "确认催办")
	p.Reads("请求编号") // once a day is enough
	p.Focuses("alert")
	p.Click("button", "取消")
	p.Click("button", "留言")
	p.Type("留言内容", hostile)
	p.Cut("")
	p.Click("button", "确认留言")
	p.Reads("连不上服务器")
	p.Mend()
	p.Click("button", "确认留言")
	p.ReadsTimes(hostile, 1)
	require.Equal(t, 1, stands(c.Registrar, first, "COMMENT"))
	p.Click("button", "抄送")
	p.Click("button", "确认抄送")
	p.Reads("请求编号") // to whom
	p.Click("checkbox", "测试SCHOOL_LEADER 学籍主管领导")
	p.Audit()
	p.Shot("copy")
	p.Click("button", "确认抄送")
	p.Reads("已抄送，业务")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change_copy WHERE change_id = $1`, first))
	p.Click("button", "撤回")
	p.Reads("撤回的业务不能恢复")
	p.Shot("withdraw")
	p.Click("button", "确认撤回")
	p.Reads("已撤回，业务")
	fit(t, p, true)
	require.Equal(t, "WITHDRAWN", c.Registrar.Page(first).Text("status"))
	p.Click("button", "从列表移除")
	p.Reads("业务和痕迹都保留")
	p.Audit()
	p.Click("button", "确认从列表移除")
	p.Reads("已从列表移除，业务")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change_dismissal WHERE change_id = $1`, first))
	p.Click("button", "重新申请")
	p.Reads("已选学生")
	p.ReadsTimes("移除 proof.png", 2)
	fit(t, p, true)
	p.Shot("redo")
	p.DoubleClick("button", "提交")
	p.Sees("button", "打印审批表")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE redo_of = $1`, first))

	head := b.Page(s.URL)
	c.Head.LogsIn(head)
	head.Click("button", "English")
	head.Open("/cases/" + other)
	head.Click("button", "Supervise")
	head.Click("button", "Confirm: Supervise")
	head.Reads("request") // the reason
	head.Audit()
	head.Type("Reason", "Overdue")
	head.Click("button", "Confirm: Supervise")
	head.Reads("Done: Supervise")
	fit(t, head, false, "测试BUREAU_HEAD", "贵阳市教育局")
	head.Click("button", "Close")
	head.Type("Reason", "Filed for the wrong pupil")
	head.Shot("close-english")
	head.Click("button", "Confirm: Close")
	head.Reads("Done: Close")
	require.Equal(t, "CLOSED", c.Registrar.Page(other).Text("status"))
	head.Lacks("Supervise\n") // an ended case is not hurried
	require.Empty(t, head.Reports())
}
