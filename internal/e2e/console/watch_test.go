package console_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
	"github.com/xueji/xueji/workflows/contract"
)

// An administrator reads who did what, in words and with names, and narrows it.
func TestTheAuditTrailIsReadInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	admin := s.Person(c.School, org.SchoolSysadmin)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	c.Leader.Approve(change)
	b := browser.Start(t)
	p := b.Page(s.URL)
	admin.LogsIn(p)
	p.Click("link", "审计")
	p.Reads("提交业务")
	p.Reads("上传佐证材料")
	p.Reads("测试SCHOOL_REGISTRAR")
	fit(t, p, true, "测试SCHOOL_SYSADMIN")
	p.Shot("audit")
	p.Choose("人员", "测试SCHOOL_LEADER")
	s.Eventually("only the leader's entries are listed", 20*time.Second, func() bool {
		return browser.Evaluate[bool](p, `[...document.querySelectorAll('tbody tr')].length > 0 && [...document.querySelectorAll('tbody tr')].every((r) => r.cells[1].innerText === '测试SCHOOL_LEADER')`)
	})
	p.Choose("操作", "开通账号")
	p.Reads("没有符合条件的记录")
	fit(t, p, true, "测试SCHOOL_SYSADMIN")

	head := b.Page(s.URL)
	c.Head.LogsIn(head)
	head.Click("button", "English")
	head.Click("link", "Audit trail")
	head.Reads("filed a case")
	fit(t, head, false, "贵阳市教育局", "测试BUREAU_HEAD", "测试SCHOOL_SYSADMIN")
	head.Choose("What was done", "filed a case")
	head.Click("link", "Open")
	head.Reads(c.Registrar.Page(change).Text("case_no"))

	leader := b.Page(s.URL)
	c.Leader.LogsIn(leader)
	require.NotContains(t, leader.Text(), "审计")
	leader.Open("/audit")
	leader.Reads("请求编号") // the address says why
	leader.Audit()
	require.Empty(t, append(append(p.Reports(), head.Reports()...), leader.Reports()...))
}

// A case whose workflow is gone is told with its cause and what is safe to do; nothing is said
// about the pupil.
func TestWhatDoesNotGetOnIsToldInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{Interval: time.Hour})
	c, engine := s.County(), s.Engine()
	admin := s.Person(c.Bureau, org.BureauSysadmin)
	b := browser.Start(t)
	p := b.Page(s.URL)
	admin.LogsIn(p)
	p.Click("link", "运行")
	p.Reads("没有停滞的业务")
	fit(t, p, true, "测试BUREAU_SYSADMIN")
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change)
	s.Hand.Advance(15 * time.Second)
	admin.ToldNothing(change)
	require.NoError(t, engine.TerminateWorkflow(t.Context(), contract.WorkflowID(change), "", "e2e"))
	admin.ToldWith(change, "not_running", "rebuild")
	p.Click("button", "刷新")
	p.Reads(s.CaseNo(change))
	require.NotContains(t, p.Text(), "样例生")
	p.Audit()
	require.Empty(t, p.Codes(append(names, "测试BUREAU_SYSADMIN")...))
	require.LessOrEqual(t, p.Wide(), 0)
	p.Shot("stuck")
	p.Click("button", "English")
	p.Reads("while the change is open")
	p.Audit()
	p.Shot("stuck-english")
	require.NotContains(t, p.Text(), "Resume", "no job has stopped")
	p.Click("button", "Set going again: "+s.CaseNo(change))
	p.Reads("was set going again")
	s.UntilAsked(change)
	p.Click("button", "Look again")
	p.Reads("No case is stuck") // it goes on
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*)::int FROM audit_entry WHERE action = 'case.rebuild' AND subject_id = $1`, change))
	require.Empty(t, p.Reports())
}
