package e2e

import (
	"github.com/xueji/xueji/web/browser"
)

// Password is the password of every account of the county.
const Password = password

// LogsIn opens the console in a tab and logs the person in with their password.
func (p *Person) LogsIn(page *browser.Page) {
	p.s.T.Helper()
	page.Open("/")
	page.Type("账号", p.Login())
	page.Type("密码", Password)
	page.Click("button", "登录")
	page.Reads("您好")
}
