package console_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/web/browser"
)

// A bureau moves a class to another school: it chooses the schools and the class, is told at
// the pupil why one cannot go, leaves that pupil out, and both schools confirm.
func TestABureauMovesAClassInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.CountyOf("520102", "2152000123", longSchool)
	one, two := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches)
	to, _ := s.Receiver(c, "PRIMARY", 2024)
	toName := e2e.Value[string](s, `SELECT name FROM organisation WHERE id = $1`, to.School.ID)
	class := e2e.Value[string](s, `SELECT CASE WHEN starts_with(k.name, g.name) THEN k.name ELSE g.name || ' ' || k.name END FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE k.id = $1`,
		to.Class[2024])
	s.Carried(c, c.Registrar.SuspensionBody(two.ID)) // who is suspended does not move
	more := []string{two.Name, one.Name, toName, class, "接收示例学校", "级", "1班", "教学点撤并"}
	b := browser.Start(t)

	p := b.Page(s.URL)
	c.Reviewer.LogsIn(p)
	p.Click("link", "批量转学")
	p.Reads("教学点撤并等情况")
	fit(t, p, true, more...)
	p.Choose("转出学校", longSchool)
	p.Choose("转入学校", toName)
	p.Click("button", "提交批量转学")
	p.Reads("还没有给学生选转入班级")
	p.Focuses("alert")
	p.Choose("转出班级", "2024级 1班")
	p.Reads(one.Name)
	p.Lacks(two.Name) // only pupils who are enrolled can be moved
	p.Choose("全班转入", class)
	p.Reads("已选 1 名学生")
	p.Audit()
	p.Shot("chosen")
	p.Click("button", "提交批量转学")
	p.Reads("请求编号") // the reason is missing
	p.Focuses("alert")
	p.Audit()
	p.Type("批量转学原因", "教学点撤并")
	p.DoubleClick("button", "提交批量转学")
	p.Sees("heading", "办理记录")
	fit(t, p, true, more...)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'BATCH_TRANSFER'`), "two clicks are one case")
	change := e2e.Value[string](s, `SELECT id::text FROM change WHERE kind = 'BATCH_TRANSFER'`)
	c.Leader.Approve(change)
	s.Person(to.School, org.SchoolLeader).Approve(change)
	s.Eventually("the pupil is at the other school", 20*time.Second, func() bool {
		return e2e.Value[uuid.UUID](s, `SELECT school_id FROM student WHERE id = $1`, one.ID) == to.School.ID
	})

	p.Click("button", "English")
	p.Open("/year/batch")
	p.Choose("Releasing school", toName)
	p.Choose("Receiving school", longSchool)
	p.Choose("Class they leave", class)
	p.Reads(one.Name)
	p.Change("New class of "+one.Name, "2026级 1班") // another grade
	p.Type("Reason of the batch transfer", "教学点撤并")
	fit(t, p, false, append(more, "一")...)
	p.Click("button", "File the batch transfer")
	p.Reads("The class is of the wrong grade")
	p.Focuses("alert")
	p.Audit()
	p.Shot("wrong-english")
}
