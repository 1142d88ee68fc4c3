package console_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// The administrator of a school opens an account, whose password is told once; changes roles,
// and sees why two of them exclude each other; resets, seals, hands over and closes.
func TestAccountsAreKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	admin, second := s.Person(c.School, org.SchoolSysadmin), s.Person(c.School, org.SchoolLeader)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	task := c.Leader.OpenTask(change)
	s.OK(c.Leader.Do("POST", "/v1/changes/"+change+"/tasks/"+task+"/claim", obj{}, "claim-0001"))
	b := browser.Start(t)
	more := []string{"测试SCHOOL_SYSADMIN", "测试BUREAU_SYSADMIN", "王新宇", "wangxy", c.Registrar.Login(), c.Leader.Login(), admin.Login(), second.Login()}

	p := b.Page(s.URL)
	admin.LogsIn(p)
	p.Click("link", "账号")
	p.Reads(c.Leader.Login())
	fit(t, p, true, more...)
	p.Shot("accounts")
	p.Click("button", "开通账号")
	p.Type("姓名", "王新宇")
	p.Type("账号", "1wang")
	p.Click("checkbox", "学籍管理员 提交各类业务，维护学籍")
	p.Click("checkbox", "学籍主管领导 审核本校提交的业务")
	p.Audit()
	p.Shot("create")
	clickLast(p, "开通账号")
	p.Reads("请求编号") // no such login
	p.Type("账号", "wangxy")
	clickLast(p, "开通账号")
	p.Reads("不得由同一账号担任") // who files does not review
	p.Focuses("alert")
	p.Audit()
	p.Click("checkbox", "学籍主管领导 审核本校提交的业务")
	clickLast(p, "开通账号")
	p.Reads("只显示这一次")
	p.Audit()
	password := browser.Evaluate[string](p, `document.querySelector('.el-dialog code').innerText`)
	require.Regexp(t, regexp.MustCompile(`^\S{8,}$`), password)
	p.Click("button", "已记下")
	p.Reads("待首次改密码")
	require.NotContains(t, p.Text()+p.Kept(), password)

	p.Click("link", "王新宇")
	p.Reads("名下没有待办业务")
	fit(t, p, true, more...)
	p.Click("button", "封存")
	p.Reads("不能登录")
	p.Audit()
	p.Click("button", "确认封存")
	p.Reads("已封存")
	p.Click("button", "启封")
	p.Click("button", "确认启封")
	p.Click("button", "重置密码")
	p.Click("button", "确认重置密码")
	p.Reads("只显示这一次")
	p.Click("button", "已记下")

	p.Open("/accounts/" + c.Leader.ID.String())
	p.Reads("名下有 1 件待办业务")
	fit(t, p, true, more...)
	p.Shot("leaver")
	p.Click("button", "注销账号")
	p.Reads("请先移交")
	p.Click("button", "取消")
	p.Click("button", "移交")
	p.Choose("移交给", "测试SCHOOL_REGISTRAR · 学籍管理员")
	p.Type("原因", "调离本校")
	clickLast(p, "移交")
	p.Reads("1 件没有移交") // who files does not review
	p.Audit()
	p.Choose("移交给", "测试SCHOOL_LEADER · 学籍主管领导")
	clickLast(p, "移交")
	p.Reads("名下没有待办业务")
	require.Equal(t, second.ID.String(), e2e.Value[string](s, `SELECT holder_id::text FROM task WHERE change_id = $1 AND status = 'OPEN'`, change))
	p.Click("button", "注销账号")
	p.Click("button", "确认注销账号")
	p.Reads("已注销")
	fit(t, p, true, more...)
	p.Lacks("重置密码") // a closed account is closed for ever

	bureau := b.Page(s.URL)
	s.Person(c.Bureau, org.BureauSysadmin).LogsIn(bureau)
	bureau.Click("button", "English")
	bureau.Click("link", "Accounts")
	bureau.Reads("bureau reviewer")
	bureau.Choose("Office", "南明区示例小学")
	bureau.Sees("link", "王新宇")
	fit(t, bureau, false, more...)
	bureau.Shot("bureau-english")
	bureau.Click("link", "王新宇")
	bureau.Click("button", "Change name and roles")
	bureau.Type("Name", "王新宇")
	bureau.Click("checkbox", "Registrar files all kinds of cases, keeps the records")
	bureau.Click("button", "Save")
	bureau.Reads("request") // an account has a role
	bureau.Audit()
	bureau.Click("checkbox", "Principal reads records and cases of the school, hands tasks over")
	bureau.Click("button", "Save")
	s.Eventually("the account has its new role", 30*time.Second, func() bool {
		return slices.Equal([]string{"PRINCIPAL"}, e2e.Value[[]string](s, `SELECT roles FROM account WHERE login = 'wangxy'`))
	})
	bureau.Reads("hands tasks over")

	leader := b.Page(s.URL)
	second.LogsIn(leader)
	require.NotContains(t, leader.Text(), "\n账号\n")
	leader.Open("/accounts")
	leader.Reads("请求编号") // the address says why
	leader.Audit()
	require.Empty(t, append(append(p.Reports(), bureau.Reports()...), leader.Reports()...))
}

// A leader names a colleague for the days of absence and ends it again; the principal names one
// for another person and hands over.
func TestProxiesAreNamedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Person(c.School, org.SchoolLeader)
	head := s.Person(c.School, org.Principal)
	b := browser.Start(t)
	p := b.Page(s.URL)
	c.Leader.LogsIn(p)
	p.Click("link", "代理与移交")
	p.Reads("没有人设置代理")
	fit(t, p, true, "测试PRINCIPAL")
	p.Click("button", "设置代理")
	p.Choose("代理人", "测试SCHOOL_REGISTRAR · 学籍管理员")
	p.Choose("到哪天止", "2026-11-25")
	p.Type("原因", "外出培训")
	p.Click("button", "保存代理")
	p.Reads("请求编号") // who files does not review, not even as a proxy
	p.Focuses("alert")
	p.Audit()
	p.Shot("refused")
	p.Choose("代理人", "测试SCHOOL_LEADER · 学籍主管领导")
	p.Click("button", "保存代理")
	p.Reads("代理中")
	p.Reads("至 2026-11-25 23:59")
	fit(t, p, true, "测试PRINCIPAL")
	p.Shot("proxies")
	p.Click("button", "撤销 测试SCHOOL_LEADER 的代理")
	p.Reads("已撤销")

	q := b.Page(s.URL)
	head.LogsIn(q)
	q.Click("button", "English")
	q.Click("link", "Proxies")
	q.Reads("Ended")
	fit(t, q, false, "测试PRINCIPAL", "外出培训")
	q.Click("button", "Name a proxy")
	q.Reads("Away")
	q.Audit()
	q.Click("button", "Cancel")
	q.Click("button", "Hand over the tasks of 测试SCHOOL_REGISTRAR")
	q.Sees("dialog", "Hand over the tasks of 测试SCHOOL_REGISTRAR")
	q.Audit()
	require.Empty(t, append(p.Reports(), q.Reports()...))
}

// clickLast clicks the last button with a text: that of the dialog which lies above the page.
func clickLast(p *browser.Page, text string) {
	browser.Evaluate[any](p, `[...document.querySelectorAll('button')].filter((b) => b.innerText.trim() === '`+text+`').pop().click()`)
}
