package console_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/web/browser"
)

// The receiving school names a pupil of another school, sees whom it found, and files the
// transfer. Nothing of the pupil stands in the address or in the browser.
func TestATransferIsFiledInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	out, in := s.County(), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	pupil := s.Named(out, 2024, simulator.Matches)
	paper := picture(t)
	p := browser.Start(t).Page(s.URL)
	in.Registrar.LogsIn(p)
	p.Open("/filing?kind=TRANSFER")
	p.Reads("其他学校学生")
	fit(t, p, true, "云岩区示例小学")
	p.Type("姓名", pupil.Name)
	p.Type("学籍号", "G520102201503019999")
	p.Click("button", "查找学生")
	p.Reads("请求编号")
	p.Focuses("alert")
	p.Audit()
	p.Type("学籍号", pupil.Number)
	p.Click("button", "查找学生")
	p.Reads("南明区示例小学")
	p.Choose("转入班级", "2024级 1班")
	p.Type("转学原因", "父母工作调动")
	p.Attach("监护人书面申请", paper)
	p.Reads("移除 proof.png")
	p.Click("button", "提交")
	p.Reads("请求编号") // the proof of residence
	p.Attach("户口、居住或工作调动证明", paper)
	p.ReadsTimes("移除 proof.png", 2)
	p.Shot("transfer")
	p.DoubleClick("button", "提交")
	p.Sees("button", "打印审批表")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'TRANSFER' AND student_id = $1`, pupil.ID))
	for _, personal := range []string{pupil.Name, pupil.Number} {
		require.NotContains(t, p.Kept(), personal)
		require.NotContains(t, p.Address(), personal)
	}
	require.Empty(t, p.Reports())
}

// From the record of a pupil the registrar changes key data: only what changes is filled in.
func TestKeyDataIsChangedInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Named(c, 2024, simulator.Matches)
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/records/" + pupil.ID.String())
	p.Click("link", "为该生办理业务")
	p.Reads("已选学生：" + pupil.Name)
	p.Choose("业务种类", "关键数据变更")
	p.Reads("只填要变更的项目")
	p.Reads("已选学生：" + pupil.Name) // another kind is about the same pupil
	fit(t, p, true, pupil.Name)
	p.Choose("变更原因", "户籍更正")
	p.Click("button", "检查")
	p.Reads("请求编号") // nothing changes
	p.Focuses("alert")
	require.True(t, browser.Evaluate[bool](p, `(() => { const f = document.getElementById("value-name"); f.value = "样例生新名"; return f.dispatchEvent(new Event("input", { bubbles: true })) })()`))
	p.Attach("身份证或户口簿照片", picture(t))
	p.Reads("移除 proof.png")
	p.Audit()
	p.Shot("key-data")
	p.Click("button", "提交")
	p.Reads("关键数据变更")
	p.Sees("button", "打印审批表")
	p.Reads("样例生新名")
	p.Click("button", "English")
	fit(t, p, false, pupil.Name, "样例生新名", "户籍更正", "教职成")
	require.Empty(t, p.Reports())
}

// Somebody from abroad gets a first record: all items of the sheet in one form, and every
// refusal stands at its item.
func TestANewRecordIsFiledInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := s.FilingOf(c, process.NewRecordImmigrant)
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/filing?kind=NEW_RECORD_IMMIGRANT")
	p.Reads("学生基本信息")
	p.Click("button", "检查")
	p.Reads("请求编号")
	p.Focuses("alert")
	p.Audit()
	values, err := json.Marshal(e2e.ItemsOf(body))
	require.NoError(t, err)
	inputs, err := json.Marshal(body["inputs"])
	require.NoError(t, err)
	fill := func(prefix, values string) {
		require.Empty(t, browser.Evaluate[string](p, `(() => {
			let missing = ''
			for (const [name, value] of Object.entries(`+values+`)) {
				const field = document.getElementById('`+prefix+`' + name)
				if (!field) { missing += name + ' '; continue }
				field.value = field.type === 'date' && value.length === 8 ? value.slice(0, 4) + '-' + value.slice(4, 6) + '-' + value.slice(6) : value
				field.dispatchEvent(new Event('input', { bubbles: true }))
				field.dispatchEvent(new Event('change', { bubbles: true }))
			}
			return missing
		})()`))
	}
	fill("value-", string(values))
	fill("in-", string(inputs))
	evidence, _ := body["evidence"].([]map[string]string)
	require.NotEmpty(t, evidence)
	paper := picture(t)
	known, err := process.Load()
	require.NoError(t, err)
	entry, _ := known.Entry(process.NewRecordImmigrant)
	for i, rule := range entry.Evidence {
		p.Attach(rule.Label.Zh, paper)
		p.ReadsTimes("移除 proof.png", i+1)
	}
	p.Shot("new-record")
	p.Click("button", "提交")
	p.Sees("button", "打印审批表")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'NEW_RECORD_IMMIGRANT'`))
	require.NotContains(t, p.Kept(), e2e.ItemsOf(body)["id_number"])
	require.Empty(t, p.Reports())
}
