package console_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// The administrator of a bureau connects a gateway, whose secret is told once, sends a test,
// reads why a message was given up and delivers it again, changes the secret and disconnects.
func TestAGatewayIsKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	var status atomic.Int32
	status.Store(http.StatusOK)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) }))
	t.Cleanup(gateway.Close)
	b := browser.Start(t)
	more := []string{"测试BUREAU_SYSADMIN", gateway.URL, strings.TrimPrefix(gateway.URL, "http://")}
	p := b.Page(s.URL)
	s.Person(c.Bureau, org.BureauSysadmin).LogsIn(p)
	p.Click("link", "通知网关")
	p.Reads("还没有接入网关")
	fit(t, p, true, more...)
	p.Click("button", "接入网关")
	p.Type("网关地址", "gateway")
	p.Click("button", "接入")
	p.Reads("请求编号") // no address
	p.Focuses("alert")
	p.Pick("只转发选中的通知")
	p.Reads("已逾期")
	p.Audit()
	p.Shot("add")
	p.Pick("全部通知")
	p.Choose("哪个单位及其下级的通知", "南明区示例小学")
	p.Type("网关地址", gateway.URL)
	p.DoubleClick("button", "接入")
	p.Reads("密钥只显示这一次")
	p.Audit()
	secret := browser.Evaluate[string](p, `document.querySelector('.el-dialog code').innerText`)
	require.Regexp(t, regexp.MustCompile(`^whsec_\S{20,}$`), secret)
	p.Click("button", "已记下")
	p.Sees("heading", gateway.URL)
	require.Equal(t, []string{c.School.ID.String()}, e2e.Value[[]string](s, `SELECT array_agg(org_id::text) FROM webhook_endpoint`))
	require.NotContains(t, p.Text()+p.Kept(), secret)
	p.Click("button", "发送测试消息")
	p.Reads("测试消息")
	s.Eventually("the test was taken", e2eWait, func() bool {
		return e2e.Value[int](s, `SELECT count(*)::int FROM webhook_delivery WHERE delivered_at IS NOT NULL`) == 1
	})
	p.Click("button", "刷新")
	p.ReadsTimes("已送达", 2) // the choice, and the row
	fit(t, p, true, more...)
	p.Click("button", "更换密钥")
	p.Audit()
	p.Click("button", "确认更换密钥")
	p.Reads("密钥只显示这一次")
	require.NotEqual(t, secret, browser.Evaluate[string](p, `[...document.querySelectorAll('.el-dialog code')].pop().innerText`))
	p.Click("button", "已记下")
	p.Click("button", "停用")
	p.Click("button", "确认停用")
	p.Reads("已停用")
	p.Click("button", "启用")
	p.Click("button", "确认启用")
	p.Sees("button", "停用")

	status.Store(http.StatusGone)
	p.Click("button", "发送测试消息")
	s.Eventually("the gateway says that it is gone", e2eWait, func() bool {
		return e2e.Value[int](s, `SELECT count(*)::int FROM webhook_delivery WHERE dead_at IS NOT NULL`) == 1
	})
	p.Click("button", "English")
	p.Open("/gateways/" + e2e.Value[string](s, `SELECT id::text FROM webhook_endpoint`)) // without what was said before
	p.Reads("paused: the gateway is gone")
	p.Reads("The gateway is gone")
	fit(t, p, false, more...)
	p.Shot("gone-english")
	status.Store(http.StatusOK)
	p.Click("button", "Resume")
	p.Click("button", "Confirm: Resume")
	p.Click("button", "Deliver again")
	s.Eventually("it is delivered", e2eWait, func() bool {
		return e2e.Value[int](s, `SELECT count(*)::int FROM webhook_delivery WHERE delivered_at IS NOT NULL`) == 2
	})
	p.Click("button", "Disconnect")
	p.Audit()
	p.Click("button", "Confirm: Disconnect")
	p.Reads("No gateway is connected yet")

	leader := b.Page(s.URL)
	c.Leader.LogsIn(leader)
	leader.Open("/gateways")
	leader.Reads("请求编号") // the address says why
	leader.Audit()
	require.Empty(t, append(p.Reports(), leader.Reports()...))
}
