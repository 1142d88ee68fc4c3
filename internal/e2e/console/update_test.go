package console_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/web/browser"
)

// A registrar takes the present values of a class, changes a column, sees what is wrong with it
// before anything is written, and hands the right sheet in.
func TestManyRecordsAreUpdatedBySheetInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Pupil(c, 2024) // without a number
	b := browser.Start(t)
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "批量更新")
	p.Choose("班级", "2024级 1班")
	p.Click("button", "下载表格")
	p.Reads("没有在籍且有证件号的学生")
	p.Focuses("alert")
	p.Audit()
	one, two := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches)
	p.Open("/update")
	fit(t, p, true, "xlsx")
	p.Choose("班级", "2024级 1班")
	p.Choose("项目", "个人联系信息")
	p.Click("button", "下载表格")
	s.Eventually("the sheet was taken", 30*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM audit_entry WHERE action = 'class.sheet'`) == 1
	})

	taken := s.OK(c.Registrar.LoggedIn().Do(http.MethodGet, "/v1/students/updates/sheet?group=CONTACT&reason=DATA_QUALITY&class_id="+c.Class[2024].String(), nil, "")).Raw
	postcodes := func(name string, codes ...string) string {
		t.Helper()
		book, err := excelize.OpenReader(bytes.NewReader(taken))
		require.NoError(t, err)
		for i, code := range codes {
			cell, err := excelize.CoordinatesToCellName(7, 3+i)
			require.NoError(t, err)
			require.NoError(t, book.SetCellStr(book.GetSheetName(0), cell, code))
		}
		var content bytes.Buffer
		require.NoError(t, book.Write(&content))
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, content.Bytes(), 0o600))
		return path
	}
	more := []string{one.Name, two.Name, "bad.xlsx", "good.xlsx", "xlsx"}
	p.Attach("改好的表格（xlsx）", postcodes("bad.xlsx", "550002", "12"))
	p.Reads("1 行将更新，0 行没有变化，1 行不能更新")
	p.Reads("整张表不能写入")
	fit(t, p, true, more...)
	p.Shot("refused")
	p.Attach("改好的表格（xlsx）", postcodes("good.xlsx", "550002", "550003"))
	p.Reads("2 行将更新，0 行没有变化，0 行不能更新")
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM student WHERE version > 1`))
	p.Click("button", "确认更新 2 名学生")
	p.Reads("已更新 2 名学生")
	require.Equal(t, 2, e2e.Value[int](s, `SELECT count(*) FROM student WHERE details ->> 'postcode' IN ('550002', '550003')`))
	require.Empty(t, p.Reports())

	leader := b.Page(s.URL)
	c.Leader.LogsIn(leader)
	leader.Click("button", "English")
	leader.Open("/update")
	leader.Reads("You cannot update by a sheet")
	fit(t, leader, false)
}
