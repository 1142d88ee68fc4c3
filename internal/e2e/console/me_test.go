package console_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/web/browser"
)

// e2eWait is how long a story waits for what the service does by itself.
const e2eWait = 30 * time.Second

// A registrar ends a login that was forgotten at another computer, and makes a token for a
// machine, which is told once.
func TestTheOwnAccountIsKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	b := browser.Start(t)
	p, forgotten := b.Page(s.URL), b.Page(s.URL)
	c.Registrar.LogsIn(forgotten)
	c.Registrar.LogsIn(p)
	given := e2e.Value[string](s, `SELECT name FROM session WHERE kind = 'TOKEN' AND account_id = $1`, c.Registrar.ID) // that of the test
	more := []string{c.Registrar.Login(), given}
	p.Click("link", "我的账号")
	p.Sees("button", "撤销令牌："+given)
	p.Reads("本次登录")
	fit(t, p, true, more...)
	p.Shot("me")
	p.Click("button", "结束其他登录")
	p.Reads("处登录")
	forgotten.Click("link", "待办")
	forgotten.Sees("dialog", "登录已失效") // the session of the other computer is over

	p.Click("button", "生成令牌")
	p.Type("有效天数（1 至 366）", "999")
	p.Click("button", "生成")
	p.Reads("请求编号") // no purpose, too many days
	p.Focuses("alert")
	p.Audit()
	p.Shot("refused")
	p.Type("用途", "学校网站")
	p.Type("有效天数（1 至 366）", "30")
	p.DoubleClick("button", "生成")
	p.Reads("令牌只显示这一次")
	p.Audit()
	secret := browser.Evaluate[string](p, `document.querySelector('.el-dialog code').innerText`)
	p.Click("button", "已记下")
	p.Reads("学校网站")
	require.NotContains(t, p.Text()+p.Kept(), secret)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*)::int FROM session WHERE kind = 'TOKEN' AND name = '学校网站'`))
	fit(t, p, true, append(more, "学校网站")...)
	p.Click("button", "English")
	p.Open("/me") // without what was said before
	p.Reads("this login")
	fit(t, p, false, append(more, "学校网站")...)
	p.Shot("english")
	p.Click("button", "Revoke the token: 学校网站")
	p.Audit()
	p.Click("button", "Confirm")
	p.ReadsTimes("学校网站", 0)
	p.Click("button", "Revoke the token: "+given)
	p.Click("button", "Confirm")
	p.Reads("There is no token")
	require.Empty(t, p.Reports())
}
