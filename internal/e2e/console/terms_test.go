package console_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// The administrator of a province sets the terms of the year ahead, is told which days run
// backward and that a colleague was faster; a school reads them.
func TestAProvinceSetsItsTermsInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	province := s.Office(org.Province, "520000")
	admin, colleague := s.Person(province, org.BureauSysadmin), s.Person(province, org.BureauSysadmin)
	more := append(strings.Split(e2e.Value[string](s, `SELECT string_agg(name, ',' ORDER BY length(name) DESC) FROM organisation`), ","), "测试BUREAU_SYSADMIN")
	b := browser.Start(t)

	p := b.Page(s.URL)
	admin.LogsIn(p)
	p.Click("link", "学年学期")
	p.Reads("2027—2028 学年")
	p.Reads("2026-09-01 至 2027-01-31")
	fit(t, p, true, more...)
	p.Click("button", "设置 2027—2028 学年")
	p.Choose("第一学期结束", "2027-08-01")
	p.Click("button", "保存")
	p.Reads("请求编号") // the term would end before it begins
	p.Focuses("alert")
	p.Audit()
	p.Shot("backward")
	p.Choose("第一学期结束", "2028-01-14")
	other := b.Page(s.URL)
	colleague.LogsIn(other)
	other.Open("/year/terms")
	other.Click("button", "设置 2027—2028 学年")
	other.Choose("第二学期开始", "2028-02-21")
	other.Click("button", "保存")
	other.Reads("2028-02-21 至 2028-07-10")
	p.Click("button", "保存")
	p.Reads("请求编号") // a colleague was faster
	p.Click("button", "取消")
	p.Open("/year/terms")
	p.Reads("2028-02-21 至 2028-07-10")
	p.Click("button", "设置 2027—2028 学年")
	p.Choose("第二学期开始", "2028-02-28")
	p.Click("button", "保存")
	p.Reads("2028-02-28 至 2028-07-10")
	p.Reads("本省已设置")
	fit(t, p, true, more...)
	p.Shot("set")

	school := b.Page(s.URL)
	c.Registrar.LogsIn(school)
	school.Click("button", "English")
	school.Click("link", "Terms")
	school.Reads("2028-02-28 to 2028-07-10")
	require.NotContains(t, school.Text(), "Action", "the province sets the terms")
	fit(t, school, false, append(more, "元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆节", "节")...)
	school.Shot("english")
}
