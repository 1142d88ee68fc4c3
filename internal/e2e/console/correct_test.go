package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/web/browser"
)

// A registrar corrects a case that was sent back: sees why, changes a day and a paper, and reads
// before handing it in what differs. The leader reads the same side by side.
func TestASentBackCaseIsCorrectedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	b := browser.Start(t)
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/cases/" + change + "/correct")
	p.Reads("现在不能更正")
	p.Audit()
	c.Leader.SendBack(change, 0, "休学证明看不清，日期有误")
	p.Open("/cases/" + change)
	p.Click("button", "重新提交")
	p.Sees("heading", "更正休学 · 样例生")
	p.Reads("休学证明看不清，日期有误")
	p.Reads("与上次提交的相同")
	fit(t, p, true)
	p.Choose("预计复学日期", "2026-01-31")
	p.Click("button", "重新提交")
	p.Reads("请求编号") // before it begins
	p.Focuses("alert")
	p.Audit()
	p.Choose("预计复学日期", "2027-01-31")
	p.Choose("休学原因", "疾病")
	p.Click("checkbox", "撤下 休学证明（因病须县级以上医院证明）：proof.png")
	p.Click("button", "重新提交")
	p.Reads("请求编号") // the proof is missing now
	p.Attach("补充 休学证明", picture(t))
	p.Reads("移除 proof.png")
	p.Type("给审核人的说明", "已重新扫描")
	p.Shot("correct")
	p.Audit()
	p.DoubleClick("button", "重新提交")
	p.Sees("heading", "休学 · 样例生")
	p.Reads("更正对照")
	require.Equal(t, 1, stands(c.Registrar, change, "RESUBMIT"), "two clicks are one correction")
	fit(t, p, true)

	leader := b.Page(s.URL)
	c.Leader.LogsIn(leader)
	leader.Click("button", "English")
	leader.Open("/cases/" + change)
	leader.Reads("What corrections changed")
	leader.Reads("2027-08-31") // before
	leader.Reads("2027-01-31") // after
	leader.Reads("Taken out")
	fit(t, leader, false, "已重新扫描", "休学证明看不清，日期有误")
	leader.Shot("case-english")
	require.Empty(t, leader.Reports())
}

// Key data that was sent back is corrected item by item; who touches none leaves all as they were.
func TestSentBackKeyDataIsCorrectedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Named(c, 2024, simulator.Matches)
	change := c.Registrar.File(c.Registrar.KeyDataBody(pupil.ID, map[string]string{"name": "样例更名"}))
	s.Stage(change, "LEADER_REVIEW")
	c.Leader.SendBack(change, 0, "名字写错了")
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/cases/" + change + "/correct")
	p.Reads("掩码的号码要重新填写")
	p.Reads("与上次提交的相同")
	p.Type("姓名", "样例更正")
	p.Reads("样例更名") // before, beside what is typed
	fit(t, p, true, pupil.Name, "样例更名", "样例更正")
	p.Shot("values")
	p.Click("button", "重新提交")
	p.Sees("heading", "关键数据变更 · "+pupil.Name)
	p.Reads("更正对照")
	require.Equal(t, 1, stands(c.Registrar, change, "RESUBMIT"))
	require.Equal(t, "样例更正", e2e.Value[string](s, `SELECT after FROM change_value WHERE change_id = $1 AND field = 'name' ORDER BY round DESC LIMIT 1`, change))
	require.Empty(t, p.Reports())
}
