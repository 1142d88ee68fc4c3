package console_test

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// rosterFile is a sheet of the collection.
func rosterFile(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "..", "models", "roster", "testdata", name))
	require.NoError(t, err)
	return path
}

// A registrar uploads a sheet, is told what is wrong with it in all and row by row, files the
// good rows, and they are pupils when leader and bureau have approved.
func TestARosterIsUploadedAndFiledInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	for _, code := range []string{"2026103", "2026104", "2025103", "2025104"} {
		year := map[string]int{"2026": 2026, "2025": 2025}[code[:4]]
		s.Class(c, year, code)
	}
	b := browser.Start(t)
	more := []string{"xlsx", "roster-messy", "roster-wrong-template", "roster-clean", "broken"}

	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "名册")
	p.Reads("还没有上传过名册")
	fit(t, p, true, more...)
	p.Shot("empty")
	p.Click("button", "下载全国统一模板")
	p.Settles()
	drop := func(size int) {
		browser.Evaluate[any](p, `(() => {
			const files = new DataTransfer()
			files.items.add(new File([new Uint8Array(`+strconv.Itoa(size)+`)], 'broken.xlsx'))
			document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }))
		})()`)
	}
	drop(33 << 20)
	p.Reads("请求编号") // too large
	p.Focuses("alert")
	p.Audit()
	drop(100)
	p.Reads("文件不是有效的Excel工作簿")
	p.Click("link", "返回名册")
	p.Attach("把填好的名册拖到这里", rosterFile(t, "roster-wrong-template.xlsx"))
	p.Reads("整个文件的问题")
	fit(t, p, true, more...)
	p.Shot("unfit")
	require.NotContains(t, p.Text(), "提交学籍注册", "nothing of this file can be filed")
	p.Click("button", "作废名册")
	p.Audit()
	p.Click("button", "确认作废")
	p.Reads("已作废")

	p.Attach("把填好的名册拖到这里", rosterFile(t, "roster-messy.xlsx"))
	p.Reads("逐行说明")
	p.Reads("显示全部")
	p.Reads("已列出")
	p.Settles()
	fit(t, p, true, append(more, e2e.Value[[]string](s, `SELECT array_agg(DISTINCT name) FROM roster_row`)...)...)
	require.LessOrEqual(t, p.Wide(), 0)
	p.Shot("findings")
	p.Press("n")
	first := browser.Evaluate[string](p, `document.activeElement.cells[0].innerText`)
	p.Press("n")
	require.NotEqual(t, first, browser.Evaluate[string](p, `document.activeElement.cells[0].innerText`), "one key goes to the next row")
	p.Click("link", "查看 2 行")
	p.Reads("只列有这一类问题的行")
	p.Reads("已列出 2 行")
	require.Contains(t, p.Address(), "code=")
	p.Click("link", "取消")
	p.Choose("结果", "略过")
	p.Reads("已列出")
	p.Audit()
	p.Click("button", "下载逐行说明（不含号码）")
	p.Click("button", "下载本校原表和说明")
	p.Audit()
	p.Click("button", "下载")
	s.Eventually("both files are in the audit trail", 20*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM audit_entry WHERE action = 'roster.findings'`) == 2
	})
	require.Equal(t, "DATA_QUALITY", e2e.Value[string](s, `SELECT max(detail ->> 'reason') FROM audit_entry WHERE action = 'roster.findings'`))
	p.Click("button", "提交学籍注册")
	p.Reads("将为 117 名学生提交学籍注册")
	p.Audit()
	p.DoubleClick("button", "确认提交")
	p.Sees("heading", "办理记录")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'ROSTER_IMPORT'`), "two clicks are one case")
	change := e2e.Value[string](s, `SELECT id::text FROM change WHERE kind = 'ROSTER_IMPORT'`)
	p.Click("link", "名册")
	p.Attach("把填好的名册拖到这里", rosterFile(t, "roster-messy.xlsx"))
	p.Reads("同一份文件先前已经上传")
	p.Sees("link", "查看业务")
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	p.Open("/rosters")
	p.Click("link", "roster-messy.xlsx")
	p.Reads("已注册")
	require.Equal(t, 117, e2e.Value[int](s, `SELECT count(*) FROM student`))

	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("button", "English")
	reviewer.Click("link", "Rosters")
	reviewer.Reads("roster-messy.xlsx")
	fit(t, reviewer, false, more...)
	require.NotContains(t, reviewer.Text(), "Upload a roster", "a school uploads its own")
	reviewer.Shot("list-english")
	reviewer.Click("link", "roster-messy.xlsx")
	reviewer.Reads("What was found")
	reviewer.Reads("rows listed")
	reviewer.Audit()
	require.Empty(t, reviewer.Codes(names...))
	require.NotContains(t, reviewer.Text(), "Throw away")
	reviewer.Shot("roster-english")

	teacher := b.Page(s.URL)
	s.Person(c.School, org.ClassTeacher).LogsIn(teacher)
	require.NotContains(t, teacher.Text(), "名册")
	teacher.Open("/rosters")
	teacher.Reads("请求编号") // the address says why
	teacher.Audit()
	require.Empty(t, append(teacher.Reports(), p.Reports()...))
}

// Somebody else files or discards the roster meanwhile: the page says so and does nothing.
func TestARosterThatChangedMeanwhileInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	sheet := c.Registrar.Roster(s.MadeUp(7, 2, "2152000123", "2024101")...).Text("roster.id")
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/rosters/" + sheet)
	p.Click("button", "提交学籍注册")
	p.Reads("将为 2 名学生提交学籍注册")
	c.Registrar.File(obj{"kind": "ROSTER_IMPORT", "roster_id": sheet})
	p.Click("button", "确认提交")
	p.Reads("请求编号")
	p.Focuses("alert")
	p.Audit()
	p.Click("button", "取消")
	p.Open("/rosters/" + sheet)
	p.Sees("link", "查看业务")
	require.NotContains(t, p.Text(), "作废名册", "what is filed is not thrown away")
	require.Empty(t, p.Reports())
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change`))
}
