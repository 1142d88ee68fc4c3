package console_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/web/browser"
)

// Names of files and texts as a person who means harm may write them: markup, addresses that
// are scripts, and letters that turn the reading around.
const (
	hostilePaper  = `"><img src=x onerror=alert(1)>` + "\u202egpj.png"
	hostileRoster = `<svg onload=alert(1)>=cmd|'.xlsx`
)

// harmless fails the test when a page did anything with a hostile text but show it.
func harmless(t *testing.T, p *browser.Page) {
	t.Helper()
	require.Empty(t, p.Reports(), p.Address())
	require.Zero(t, browser.Evaluate[int](p, `document.querySelectorAll('img[src="x"], svg[onload], a[href^="javascript:"], [onerror]').length`), p.Address())
	require.NotEqual(t, "1", browser.Evaluate[string](p, `document.title`))
	require.LessOrEqual(t, p.Wide(), 0, "sideways scroll on %s", p.Address())
	p.Audit()
}

// A registrar hands in texts and files that hold scripts: every page shows them as text, a
// paper with a script in it does nothing, and ten thousand letters break no page.
func TestHostileTextsAndFilesDoNothing(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	folder := t.TempDir()
	// A picture that goes on as a page with a script.
	var paper bytes.Buffer
	require.NoError(t, png.Encode(&paper, image.NewGray(image.Rect(0, 0, 8, 8))))
	paper.WriteString(`<html><script>parent.document.title = 1</script></html>`)
	named := filepath.Join(folder, strings.ReplaceAll(hostilePaper, "/", ""))
	require.NoError(t, os.WriteFile(named, paper.Bytes(), 0o600))
	roster := filepath.Join(folder, hostileRoster)
	sheet, err := excelize.OpenFile(rosterFile(t, "roster-messy.xlsx"))
	require.NoError(t, err)
	rows, err := sheet.GetRows(sheet.GetSheetName(0))
	require.NoError(t, err)
	for at, name := range map[string]string{"A": hostile, "B": "\u202e" + hostile} {
		require.NoError(t, sheet.SetCellStr(sheet.GetSheetName(0), at+strconv.Itoa(len(rows)), name))
	}
	require.NoError(t, sheet.SaveAs(filepath.Join(folder, "roster.xlsx")))
	require.NoError(t, os.Rename(filepath.Join(folder, "roster.xlsx"), roster))

	s.Renamed(c, longPupil)
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/filing?kind=SUSPENSION")
	p.Reads("休学开始日期")
	p.Type("姓名", "样例")
	p.Click("button", "查找")
	p.Pick("样例生")
	p.Reads("已选学生：样例生")
	p.Choose("休学原因", "疾病")
	p.Choose("休学开始日期", "2026-11-20")
	p.Choose("预计复学日期", "2027-08-31")
	p.Type("说明", hostile)
	p.Attach("监护人书面申请", named)
	p.Reads("onerror=alert(1)")
	p.Attach("休学证明", named)
	p.ReadsTimes("onerror=alert(1)", 4)
	harmless(t, p)
	p.Shot("filing")
	p.Click("button", "提交")
	p.Sees("button", "打印审批表")
	p.Reads(hostile)
	harmless(t, p)
	p.Shot("case")
	change := e2e.Value[string](s, `SELECT id::text FROM change WHERE kind = 'SUSPENSION'`)
	p.Open("/cases/" + change + "/print")
	p.Reads(hostile)
	harmless(t, p)

	p.Open("/rosters")
	p.Attach("把填好的名册拖到这里", roster)
	p.Reads("逐行说明")
	harmless(t, p)
	p.Shot("roster")
	p.Open("/rosters")
	p.Reads("onload=alert(1)")
	harmless(t, p)

	p.Open("/records")
	p.Type("姓名（开头至少两个字）", strings.Repeat("长", 50))
	p.Click("button", "查询")
	p.Reads("没有")
	harmless(t, p)
}
