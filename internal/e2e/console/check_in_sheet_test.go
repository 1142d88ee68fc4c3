package console_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/web/browser"
)

// A registrar notes by one sheet who of a year group came: what is missing is told before
// anything is noted.
func TestAYearGroupChecksInBySheetInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	one, two := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches)
	taken := s.OK(c.Registrar.Do(http.MethodGet, "/v1/check-in/sheet?stage=PRIMARY&entry_year=2024&school_year=2026&term=1", nil, "")).Raw
	filled := func(name, reason string) string {
		t.Helper()
		book, err := excelize.OpenReader(bytes.NewReader(taken))
		require.NoError(t, err)
		for cell, text := range map[string]string{"E2": "是", "E3": "否", "F3": reason} {
			require.NoError(t, book.SetCellStr(book.GetSheetName(0), cell, text))
		}
		var content bytes.Buffer
		require.NoError(t, book.Write(&content))
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, content.Bytes(), 0o600))
		return path
	}
	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Open("/year/check-in")
	p.Reads("按表登记报到")
	p.Attach("填好的报到表", filled("bad.xlsx", ""))
	p.Reads("已报到 1 名，未报到 1 名，1 行不能登记")
	fit(t, p, true, one.Name, two.Name, "bad.xlsx", "级", "班")
	p.Shot("refused")
	p.Attach("填好的报到表", filled("good.xlsx", "因病"))
	p.Reads("已报到 1 名，未报到 1 名，0 行不能登记")
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM check_in`))
	p.Choose("未报到学生的应到日期", "2026-11-10")
	p.Click("button", "登记")
	p.Reads("已登记：已报到 1 名，未报到 1 名")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM check_in WHERE NOT came AND missing_since = '2026-11-10'`))
	p.Click("button", "English")
	p.Reads("Noted: 1 came, 1 did not")
	p.Audit()
	require.Empty(t, p.Reports())
}
