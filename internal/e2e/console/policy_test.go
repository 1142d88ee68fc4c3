package console_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// The administrator of the province changes one rule: what is wrong is told before anything is
// stored, then what it changes and what runs on as before. The second administrator looks again.
func TestThePolicyIsChangedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	admin, second := s.Person(s.Office(org.Province, "520000"), org.BureauSysadmin), s.Person(s.Office(org.Province, "520000"), org.BureauSysadmin)
	b := browser.Start(t)
	more := []string{"测试BUREAU_SYSADMIN", "贵州省教育厅", "教基司厅函", "XJ-2026"}
	p := b.Page(s.URL)
	admin.LogsIn(p)
	p.Click("link", "本省规则")
	p.Reads("本省没有修改过规则")
	p.Reads("12 个月")
	fit(t, p, true, more...)
	p.Shot("policy")
	other := b.Page(s.URL)
	second.LogsIn(other)
	other.Click("link", "本省规则")
	other.Reads("本省没有修改过规则")
	other.Click("button", "修改：班额上限")
	other.Choose("班额上限", "50")

	p.Click("button", "修改：一次休学最长月数")
	p.Audit()
	p.Choose("一次休学最长月数", "0")
	p.Click("button", "查看后果")
	p.Reads("须为 1 或以上的整数")
	p.Focuses("alert")
	p.Audit()
	p.Choose("一次休学最长月数", "24")
	p.Click("button", "查看后果")
	p.Reads("现有 1 件业务正在办理")
	p.Reads("24 个月")
	p.Audit()
	p.Shot("consequences")
	p.Click("button", "确认修改")
	p.Reads("请求编号") // a reason is asked for
	p.Focuses("alert")
	p.Type("修改原因和依据的文件（全省可见）", "黔教发〔2026〕1号")
	p.DoubleClick("button", "确认修改")
	p.Reads("第 1 版，自 2026-11-20 起")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*)::int FROM policy`))
	more = append(more, "黔教发〔2026〕1号", "黔教发")
	fit(t, p, true, more...)
	other.Click("button", "查看后果")
	other.Reads("请求编号") // another version was added meanwhile
	other.Focuses("alert")

	p.Click("button", "修改：毕业年级业务清理日")
	p.Type("毕业年级业务清理日", "13-40")
	p.Click("button", "查看后果")
	p.Reads("应如 07-01")
	p.Click("button", "取消")
	p.Click("button", "修改：转学办理期")
	p.Click("button", "增加一段")
	p.Type("从", "02-15")
	p.Type("至", "03-15")
	p.Click("button", "查看后果")
	p.Reads("每年 02-15 至 03-15")
	p.Click("button", "取消")
	p.Click("button", "修改：自动调档")
	p.Pick("否")
	p.Click("button", "查看后果")
	p.Reads("办理环节因此改变的业务")
	p.Audit()
	p.Click("button", "取消")
	p.Click("button", "修改：可留级学段")
	p.Click("checkbox", "普通高中")
	p.Click("button", "查看后果")
	p.Reads("可留级学段\t无\t普通高中")
	p.Click("button", "取消")
	p.Click("button", "修改：环节期限")
	p.Choose("业务", "休学")
	p.Choose("环节", "主管部门审批")
	p.Choose("工作日数", "5")
	p.Choose("从哪天起", "2027-01-01")
	p.Click("button", "查看后果")
	p.Reads("主管部门审批（5 个工作日）")
	p.Audit()
	p.Type("修改原因和依据的文件（全省可见）", "黔教发〔2026〕2号")
	p.Click("button", "确认修改")
	p.Reads("未开始")
	more = append(more, "黔教发〔2026〕2号")
	fit(t, p, true, more...)
	p.Shot("versions")

	clerk := b.Page(s.URL)
	c.Registrar.LogsIn(clerk)
	clerk.Click("button", "English")
	clerk.Click("link", "Rules")
	clerk.Reads("24 months")
	clerk.Reads("to come")
	clerk.Choose("After", "Version 2")
	clerk.Reads("Bureau approval (5 working days)")
	fit(t, clerk, false, append(more, "黔教发")...)
	clerk.Shot("clerk-english")
	require.NotContains(t, clerk.Text(), "Change\n", "only the province's administrator changes a rule")
	clerk.Click("link", "Versions")
	clerk.Click("link", "Version 2")
	clerk.Reads("Suspension, Bureau approval: 5 working days")

	step := obj{"name": "BUREAU_APPROVAL", "label": obj{"zh": "主管部门审批", "en": "Bureau approval"}, "side": "FILER", "level": "MANAGING", "role": "BUREAU_REVIEWER", "term": "7wd"}
	admin.LogIn()
	require.Equal(t, http.StatusCreated, admin.Do("POST", "/v1/policies", obj{
		"body": obj{"chains": obj{"GONE_ABROAD": obj{"SENIOR": []obj{step}}}}, "valid_from": "2026-11-20", "based_on": 2, "reason": "黔教发〔2026〕3号",
	}, "policy-0003").Status)
	p.Open("/policy")
	p.Reads("（普通高中）：主管部门审批（7 个工作日）") // steps of the province's own, as it handed them in
	fit(t, p, true, append(more, "黔教发〔2026〕3号")...)
	require.Empty(t, append(append(p.Reports(), clerk.Reports()...), other.Reports()...))
}
