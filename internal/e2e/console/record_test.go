package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/web/browser"
)

// A registrar looks after a record: edits items by group while a colleague edits, too, sees a
// number in full for a minute, records and cancels a punishment, and prints the card.
func TestARecordIsLookedAfterInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Named(c, 2024, simulator.Matches)
	path := "/v1/students/" + pupil.ID.String()
	b := browser.Start(t)
	more := []string{pupil.Name, "级", "1班", "a@example.com"}
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/records/" + pupil.ID.String())
	p.Reads("个人联系信息")
	p.Reads("家庭成员或监护人二")
	fit(t, p, true, more...)
	p.Shot("record")

	p.Click("button", "修改个人联系信息")
	p.Type("邮政编码", "1")
	p.Click("button", "保存")
	p.Reads("请求编号") // six digits
	p.Focuses("alert")
	p.Audit()
	p.Type("邮政编码", "550002")
	p.Type("电子信箱", "a@example.com")
	s.OK(c.Registrar.DoIfMatch(http.MethodPatch, path, obj{"items": obj{"postcode": "550003", "phone": "16316048785"}}, `"1"`))
	p.Click("button", "保存")
	p.Reads("“邮政编码”已被改为“550003”")
	p.Reads("可以再次保存")
	p.Audit()
	p.Shot("conflict")
	p.Click("button", "保存")
	p.Reads("已保存")
	p.Reads("550002")
	p.Reads("16316048785") // what the colleague wrote stays
	p.Reads("学生信息维护")

	browser.Evaluate[bool](p, `((real) => { window.setTimeout = (f, ms, ...more) => (ms === 60000 ? ((window.minute = f), 1) : real(f, ms, ...more)); return true })(window.setTimeout)`)
	reveal := func() {
		t.Helper()
		p.Click("button", "查看完整号码：身份证件号")
		p.Choose("查看原因", "核对证件")
		p.Click("button", "查看")
		p.Reads(pupil.Card)
		p.Sees("button", "隐藏身份证件号")
	}
	reveal()
	p.Audit()
	browser.Evaluate[bool](p, `(window.minute(), true)`)
	p.ReadsTimes(pupil.Card, 0)
	reveal()
	p.Sheets()
	p.ReadsTimes(pupil.Card, 0) // never on paper
	reveal()
	p.Click("link", "返回查询")
	p.Sees("heading", "学籍查询")
	require.NotContains(t, p.Kept(), pupil.Card)
	require.Equal(t, 3, e2e.Value[int](s, `SELECT count(*) FROM audit_entry WHERE action = 'student.reveal'`))

	p.Open("/records/" + pupil.ID.String())
	p.Click("button", "登记处分")
	p.Click("button", "确认登记")
	p.Reads("请求编号")
	p.Audit()
	p.Choose("处分级别", "警告")
	p.Choose("处分日期", "2026-11-02")
	p.Type("处分文号", "示例字3号")
	p.Click("button", "确认登记")
	p.Reads("2026-11-02 警告（示例字3号）")
	p.Click("button", "撤销处分：2026-11-02 警告")
	p.Choose("撤销日期", "2026-11-20")
	p.Type("撤销文号", "示例字4号")
	p.Click("button", "确认撤销")
	p.Reads("2026-11-20 撤销（示例字4号）")
	fit(t, p, true, more...)

	p.Click("link", "打印学籍卡")
	p.Reads("证件号码和学籍号已作掩码处理")
	p.Reads("临时学籍号")
	fit(t, p, true, more...)
	p.Shot("card")
	require.Equal(t, 1, p.Sheets())
	require.Empty(t, p.Reports())
}

// Cards of several pupils are chosen in the search and printed together, each on its own sheet;
// the leader reads the record in English and edits nothing.
func TestCardsOfSeveralPupilsInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	first, second := s.Renamed(c, longPupil), s.Named(c, 2024, simulator.Matches)
	long := strings.Repeat("贵州省贵阳市南明区示例街道示例社区", 5)
	s.OK(c.Registrar.DoIfMatch(http.MethodPatch, "/v1/students/"+second.ID.String(), obj{"items": obj{
		"address_now": long, "address_home": long, "address_mail": long, "phone": "16316048785", "talent": "书法", "homepage": "https://example.com",
		"member1_name": "某某", "member1_relation": "51", "member1_address": long, "member1_household_division": "520102000000", "member1_phone": "16316048786",
		"member1_is_guardian": "1", "member1_employer": "某某公司", "member2_name": "某人", "member2_relation": "52", "member2_address": long,
		"member2_household_division": "520102000000", "member2_phone": "16316048787", "member2_is_guardian": "1"}}, `"1"`))
	p := browser.Start(t).Page(s.URL)
	c.Leader.LogsIn(p)
	p.Click("button", "English")
	p.Open("/records/cards")
	p.Reads("No pupil is chosen")
	fit(t, p, false)
	p.Click("button", "Back")
	p.Click("button", "Search")
	p.Reads("2 listed")
	p.Click("checkbox", "Choose the first 2")
	p.Click("button", "Print cards (2)")
	p.Reads("Family member or guardian 1")
	require.Equal(t, 2, p.Sheets())
	p.Audit()
	p.Shot("english")
	p.Open("/records/cards?of=" + second.ID.String())
	p.Reads("Family member 2")
	require.Equal(t, 1, p.Sheets())
	p.Shot("full")
	p.Open("/records/" + first.String())
	p.Reads("Addresses and telephone")
	p.ReadsTimes("Edit", 0)
	fit(t, p, false, "样例生一", "级", "班")
	p.Shot("record-english")
	require.Empty(t, p.Reports())
}
