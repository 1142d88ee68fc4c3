package console_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/web/browser"
)

// A tab is killed in the middle of a filing. At another computer the registrar finds the draft
// on the first page, goes on, and files one case.
func TestAFilingSurvivesAKilledTab(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Named(c, 2024, simulator.Matches)
	paper := picture(t)
	b := browser.Start(t)
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/filing?kind=SUSPENSION")
	p.Type("姓名", pupil.Name)
	p.Press("\r")
	p.Pick(pupil.Name)
	p.Reads("草稿已保存")
	p.Attach("监护人书面申请", paper)
	p.Reads("移除 proof.png")
	p.Choose("休学原因", "疾病")
	p.Choose("休学开始日期", "2026-11-20")
	p.Type("说明", hostile)
	typed := time.Now()
	require.Eventually(t, func() bool { return e2e.Value[int](s, `SELECT count(*) FROM filing_draft WHERE version > 1`) == 1 }, patience, tick)
	t.Logf("saved %v after the last key", time.Since(typed).Round(100*time.Millisecond))
	p.Settles()
	fit(t, p, true, pupil.Name)
	p.Shot("saved")
	p.Kill()

	again := b.Page(s.URL)
	c.Registrar.LogsIn(again)
	again.Click("button", "English")
	again.Reads("My drafts")
	fit(t, again, false, pupil.Name)
	again.Shot("home-english")
	again.Click("button", "中文")
	again.Click("link", "继续填写 休学 · "+pupil.Name)
	again.Reads("已选学生：" + pupil.Name)
	again.Reads("移除 proof.png")
	again.Holds("说明", hostile)
	fit(t, again, true, pupil.Name)
	for _, personal := range []string{pupil.Name, pupil.Number} {
		require.NotContains(t, again.Kept(), personal)
	}

	// The same draft in a second tab: what one has saved is not written over by the other.
	second := b.Page(s.URL)
	c.Registrar.LogsIn(second)
	second.Open("/filing?" + again.Address()[len(s.URL+"/filing?"):])
	second.Holds("说明", hostile)
	second.Type("说明", "第二页")
	second.Reads("草稿已保存")
	again.Type("说明", "第一页")
	again.Reads("刚在另一个页面")
	again.Focuses("alert")
	again.Audit()
	again.Shot("clash")
	again.Click("button", "打开另一页保存的")
	again.Holds("说明", "第二页")
	again.Type("说明", "还是第一页")
	again.Reads("草稿已保存")
	second.Type("说明", "还是第二页")
	second.Click("button", "保留本页的")
	second.Reads("草稿已保存")
	second.ReadsTimes("刚在另一个页面", 0)

	second.Choose("预计复学日期", "2027-08-31")
	second.Attach("休学证明", paper)
	second.ReadsTimes("移除 proof.png", 2)
	second.DoubleClick("button", "提交")
	second.Sees("button", "打印审批表")
	require.Equal(t, "还是第二页", e2e.Value[string](s, `SELECT inputs ->> 'remark' FROM change WHERE kind = 'SUSPENSION'`))
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM filing_draft`))
	again.Type("说明", "迟到的第一页")
	again.Reads("这份草稿已提交")
	again.Click("button", "提交")
	again.Reads("先前已经提交过一次")
	again.Audit()
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'SUSPENSION'`))
	require.Empty(t, again.Reports())
	require.Empty(t, second.Reports())
}

// A draft is saved when the network is back, is deleted by its author, and nothing of it is left
// on a page after the log-out.
func TestADraftWaitsForTheNetworkAndGoesInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/filing?kind=TRANSFER")
	p.Cut("/v1/drafts/*")
	p.Type("姓名", "样例丢")
	p.Reads("草稿没有保存")
	p.Mend()
	p.Type("学籍号", "G52010220150301")
	p.Reads("草稿已保存")
	p.Click("link", "办理业务")
	p.Reads("我的草稿")
	p.Reads("样例丢")
	fit(t, p, true, "样例丢")
	p.Click("link", "继续填写 转学 · 样例丢")
	p.Holds("姓名", "样例丢")
	p.Holds("学籍号", "G52010220150301")
	p.Choose("业务种类", "回国复学")
	p.Holds("姓名", "样例丢") // another kind names the same pupil
	p.Reads("草稿已保存")
	p.Click("button", "退出登录")
	p.Sees("heading", "登录")
	require.NotContains(t, p.Kept()+p.Text(), "样例丢")
	browser.Evaluate[bool](p, `(history.back(), true)`)
	p.Sees("heading", "登录")
	require.NotContains(t, p.Kept()+p.Text(), "样例丢")
	c.Registrar.LogsIn(p)
	p.Click("link", "我的业务")
	p.Click("button", "删除 回国复学 · 样例丢")
	p.ReadsTimes("我的草稿", 0)
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM filing_draft`))
	require.Empty(t, p.Reports())
}
