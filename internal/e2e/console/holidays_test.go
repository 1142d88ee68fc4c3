package console_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// The national office pastes the holidays of the year ahead, is told which row is wrong, looks
// what changes, and loads them; a school reads them.
func TestTheNationLoadsHolidaysInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	admin := s.Person(s.Office(org.Nation, "000000"), org.BureauSysadmin)
	more := append(strings.Split(e2e.Value[string](s, `SELECT string_agg(name, ',' ORDER BY length(name) DESC) FROM organisation`), ","), "测试BUREAU_SYSADMIN")
	b := browser.Start(t)
	good := "2027-01-01,放假,元旦\n2027-01-04,放假,元旦\n2027-01-09,上班,元旦\n2027-02-05,放假,春节\n2027-04-05,放假,清明节\n2027-05-01,放假,劳动节\n2027-05-02,放假,劳动节\n" +
		"2027-06-09,放假,端午节\n2027-10-01,放假,国庆节\n2027-10-02,放假,国庆节\n2027-10-03,放假,国庆节"

	p := b.Page(s.URL)
	admin.LogsIn(p)
	p.Click("link", "学年学期")
	p.Reads("国庆节")
	p.Choose("年份", "2027")
	p.Reads("该年放假安排还没有公布")
	fit(t, p, true, more...)
	p.Type("全年放假和调休日期", strings.Replace(good, "2027-02-05", "2027/2/5", 1))
	p.Click("button", "试算")
	p.Reads("请求编号") // the day of that row is not written as a day
	p.Focuses("alert")
	p.Audit()
	p.Shot("refused")
	p.Type("全年放假和调休日期", good)
	p.Click("button", "试算")
	p.Reads("1 天改为工作日")
	p.Type("依据的通知（文号）", "国办发明电〔2026〕1号")
	fit(t, p, true, more...)
	p.Shot("checked")
	p.DoubleClick("button", "确认录入")
	p.Choose("年份", "2027")
	p.Reads("依据：国办发明电〔2026〕1号")
	p.Reads("2027-10-01 至 2027-10-03")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM workday_year`), "two clicks load once")

	school := b.Page(s.URL)
	c.Registrar.LogsIn(school)
	school.Click("button", "English")
	school.Click("link", "Terms")
	school.Reads("2027-10-01 to 2027-10-03")
	require.NotContains(t, school.Text(), "Load the holidays", "the national office loads them")
	fit(t, school, false, append(more, "元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆节", "节", "国办发明电")...)
	school.Shot("english")
}
