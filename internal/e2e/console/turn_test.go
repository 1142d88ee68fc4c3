package console_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// A province looks who would not go up, turns the year, and takes the turn back; a school
// reads which of its pupils stay.
func TestAProvinceTurnsTheYearInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	s.Pupil(c, 2024)
	s.Pupil(c, 2024)
	s.Pupil(c, 2021) // is in the last grade now
	head := s.Person(s.Office(org.Province, "520000"), org.BureauHead)
	more := append(strings.Split(e2e.Value[string](s, `SELECT string_agg(name, ',' ORDER BY length(name) DESC) FROM organisation`), ","), "测试BUREAU_HEAD")
	b := browser.Start(t)

	p := b.Page(s.URL)
	head.LogsIn(p)
	p.Click("link", "毕业升级")
	p.Reads("还没有办理过毕业升级")
	fit(t, p, true, more...)
	p.Choose("学年", "2027—2028 学年")
	p.Click("button", "开始升级")
	p.Reads("将办理全省 2027—2028 学年的毕业升级")
	p.Audit()
	p.Click("button", "确认升级")
	p.Reads("请求编号") // that year has not begun
	p.Focuses("alert")
	p.Shot("early")
	p.Click("button", "取消")
	p.Click("button", "试算")
	p.Sees("heading", "试算 · 2027—2028 学年")
	p.Reads("毕业年级学生尚未毕业")
	p.Reads("已完成")
	p.Reads("3 / 3 名")
	fit(t, p, true, more...)
	p.Shot("dry")
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM student_history WHERE kind = 'PROMOTION'`))

	p.Click("link", "返回列表")
	p.Choose("学年", "2026—2027 学年")
	p.Click("button", "开始升级")
	p.DoubleClick("button", "确认升级")
	p.Sees("heading", "升级 · 2026—2027 学年")
	p.Sees("button", "撤销升级") // when it is done
	p.Reads("没有不升级的学生")
	fit(t, p, true, more...)
	p.Shot("done")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM year_turn WHERE NOT dry`), "two clicks are one turn")
	require.Equal(t, 3, e2e.Value[int](s, `SELECT count(*) FROM student_history WHERE kind = 'PROMOTION' AND struck_at IS NULL`))

	school := b.Page(s.URL)
	c.Registrar.LogsIn(school)
	school.Click("link", "毕业升级")
	require.NotContains(t, school.Text(), "开始升级", "the province turns the year")
	school.Click("link", "查看 2027 学年 2026-11-20 09:00")
	school.Reads("样例生")
	school.Reads("毕业年级学生尚未毕业")
	fit(t, school, true, more...)
	school.Shot("school")

	p.Click("button", "English")
	p.Click("button", "Undo the turn")
	p.Click("button", "Confirm: undo")
	p.Reads("Undone")
	fit(t, p, false, more...)
	p.Shot("undone-english")
	p.Lacks("Undo the turn") // once is enough
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM student_history WHERE kind = 'PROMOTION' AND struck_at IS NULL`))
}

// A province stops a turn in its middle and lets it go on: what is done stays, and no pupil goes
// up twice.
func TestATurnIsStoppedAndGoesOnInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{LongList: 3}) // a part is one pupil
	c := s.CountyOf("520102", "2152000123", longSchool)
	for range 3 {
		s.Pupil(c, 2024)
	}
	head := s.Person(s.Office(org.Province, "520000"), org.BureauHead)
	hold, err := s.DB.Begin(t.Context()) // the second part waits for a pupil whom another transaction holds
	require.NoError(t, err)
	defer func() { _ = hold.Rollback(t.Context()) }()
	_, err = hold.Exec(t.Context(), `SELECT 1 FROM student WHERE id = (SELECT id FROM student ORDER BY id OFFSET 1 LIMIT 1) FOR UPDATE`)
	require.NoError(t, err)

	p := browser.Start(t).Page(s.URL)
	head.LogsIn(p)
	p.Open("/year/turns")
	p.Choose("学年", "2026—2027 学年")
	p.Click("button", "开始升级")
	p.Audit()
	p.Click("button", "确认升级")
	p.Reads("1 / 3 名")
	p.Click("button", "停止")
	p.Reads("办完手上的一批就停止")
	p.Shot("stopping")
	require.NoError(t, hold.Rollback(t.Context()))
	p.Reads("已停止")
	p.Audit()
	p.Shot("stopped")
	p.Click("button", "继续")
	p.Reads("3 / 3 名")
	p.Sees("button", "撤销升级")
	require.Equal(t, 3, e2e.Value[int](s, `SELECT count(*) FROM student_history WHERE kind = 'PROMOTION'`))
}
