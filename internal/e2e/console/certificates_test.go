package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// A bureau gives a school blank certificates; the school writes them for its graduates, notes
// who signed, replaces a lost one and notes a spoilt blank.
func TestCertificatesAreWrittenAndHandedOutInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	one, two := s.Named(c, 2021, simulator.Matches), s.Named(c, 2021, simulator.Matches)
	s.Graduated(one.ID)
	s.Graduated(two.ID)
	more := []string{longSchool, two.Name, one.Name, "样例家长", "黔"}
	count := func(state string) int {
		return e2e.Value[int](s, `SELECT count(*) FROM certificate WHERE state = $1`, state)
	}
	b := browser.Start(t)

	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "毕业证书")
	p.Reads("还没有空白证书，请联系主管部门发放")
	p.Reads("该校这一年还没有登记证书")
	fit(t, p, true, more...)
	p.Click("button", "登记证书")
	p.Reads("空白证书不足：需要2张，还剩0张")
	p.Focuses("alert")
	p.Audit()
	p.Shot("short")

	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("link", "毕业证书")
	reviewer.Choose("学校", longSchool)
	reviewer.Click("button", "发放空白证书")
	reviewer.Type("首号", "黔A001")
	reviewer.Type("末号", "黔A004")
	reviewer.Audit()
	reviewer.DoubleClick("button", "确认发放")
	reviewer.Reads("黔A001 至 黔A004")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM certificate_stock`), "two clicks give once")
	reviewer.Click("button", "发放空白证书")
	reviewer.Type("首号", "黔A004")
	reviewer.Type("末号", "黔A009")
	reviewer.Click("button", "确认发放")
	reviewer.Reads("其中有空白证书号本省已经发放过")
	reviewer.Focuses("alert")
	reviewer.Shot("given-before")
	reviewer.Click("button", "取消")

	p.Open("/year/certificates")
	p.DoubleClick("button", "登记证书")
	p.Reads("已登记 2 份证书")
	require.Equal(t, 2, count("WRITTEN"))
	p.Click("button", "发放 "+one.Name+" 的证书")
	p.Click("button", "确认发放")
	p.Reads("请求编号") // who signed, and when
	p.Focuses("alert")
	p.Audit()
	p.Type("领取人", "样例家长")
	p.Choose("领取日期", "2026-11-20")
	p.Click("button", "确认发放")
	p.Reads("样例家长")
	require.Equal(t, 1, count("ISSUED"))
	p.Click("button", "换发 "+one.Name+" 的证书")
	p.Type("原因", "搬家时遗失")
	p.DoubleClick("button", "确认换发")
	p.Reads("搬家时遗失")
	require.Equal(t, 1, count("REPLACED"), "two clicks replace once")
	p.Click("button", "空白作废：黔A001 至 黔A004")
	p.Type("空白证书号", "黔A004")
	p.Type("原因", "打印污损")
	p.Click("button", "确认作废")
	p.Settles()
	p.Choose("毕业年份", "2026") // the year in which the blank was spoilt
	p.Reads("打印污损")
	p.Choose("毕业年份", "2027")
	p.Reads("搬家时遗失")
	require.Equal(t, 1, count("SPOILT"))
	fit(t, p, true, more...)
	p.Shot("register")
	reviewer.Open("/year/certificates")
	reviewer.Choose("学校", longSchool)
	reviewer.Reads("搬家时遗失")
	require.NotContains(t, reviewer.Text(), "操作", "a bureau writes and hands out no certificate")
	p.Click("button", "English")
	fit(t, p, false, append(more, "一", "搬家时遗失")...)
	p.Shot("register-english")

	admin := b.Page(s.URL)
	s.Person(c.School, org.SchoolSysadmin).LogsIn(admin)
	require.NotContains(t, admin.Text(), "毕业证书")
	admin.Open("/year/certificates")
	admin.Reads("请求编号") // the page says why it is closed
}
