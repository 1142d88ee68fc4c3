package console_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/web/browser"
)

// A sheet of 5,000 rows has 300 faults: from the first page two clicks lead to a row with its
// column, value, reason and remedy, and one key goes from fault to fault, also where the next
// rows must be read first.
func TestAFaultOfALargeRosterIsTwoClicksAwayInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	const rows, faults = 5_000, 300
	pupils := s.MadeUp(7, rows, "2152000123", "2026101")
	for i := range faults {
		pupils[i*rows/faults]["postcode"] = "12"
	}
	up := c.Registrar.HandIn("/v1/rosters", pupils...)
	require.Equal(t, http.StatusAccepted, up.Status, string(up.Raw))
	s.Eventually("the sheet was checked", 3*time.Minute, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM roster WHERE state = 'CHECKED'`) == 1
	})
	require.Equal(t, faults, e2e.Value[int](s, `SELECT count(*) FROM roster_row WHERE verdict = 'REJECT'`))

	p := browser.Start(t).Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "名册")
	p.Click("link", "roster.xlsx")
	p.Reads("已列出 50 行")
	for _, told := range []string{"邮政编码", "12", "不是6位邮政编码", "请改正"} {
		require.Contains(t, p.Text(), told)
	}
	p.Audit()
	p.Shot("faults")
	took := browser.Evaluate[[]float64](p, `(async () => {
		const took = []
		for (let i = 0; i < 60; i++) {
			const was = document.activeElement, at = performance.now()
			was.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }))
			while (document.activeElement === was) await new Promise((done) => requestAnimationFrame(done))
			took.push(performance.now() - at)
		}
		return took.sort((a, b) => a - b)
	})()`)
	require.Len(t, took, 60)
	require.Equal(t, 60, browser.Evaluate[int](p, `[...document.querySelectorAll('#rows tbody tr')].indexOf(document.activeElement) + 1`))
	t.Logf("from fault to fault: %.0f ms half of the time, %.0f ms at most", took[30], took[59])
	require.Empty(t, p.Reports())
}
