package console_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/web/browser"
)

// Two records look like one child: each school sees its own side in a list with what may be done;
// the one corroborates, the other one deletes the record that was made twice. The bureau sees both.
func TestProblemRecordsAreSettledInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c, near := s.CountyOf("520102", "2152000123", longSchool), s.CountyOf("520102", "2152000124", "南明区第二示例小学")
	b := browser.Start(t)
	more := []string{"南明区第二示例小学"}
	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Click("link", "问题学籍")
	p.Reads("没有问题学籍")
	fit(t, p, true, more...)
	pupil, other := s.Alike(c), s.Alike(near)
	s.Hand.Advance(61 * time.Minute)
	s.Eventually("the records were looked at", 30*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM student_problem WHERE state = 'OPEN'`) == 2
	})

	p.Open("/problems")
	p.Reads("南明区第二示例小学")
	p.Reads("请核对原件")
	fit(t, p, true, more...)
	p.Shot("school")
	p.Click("link", "为 样例生 办理问题学籍佐证")
	p.Sees("heading", "问题学籍佐证 · 样例生")
	p.Type("佐证说明", "在本校就读，见户口簿")
	p.Click("button", "提交")
	p.Reads("请求编号") // the papers are missing
	p.Focuses("alert")
	p.Audit()
	p.Shot("refused")
	p.Attach("身份证或户口簿照片（原件）", picture(t))
	p.Attach("监护人签字的情况说明", picture(t))
	p.Reads("proof.png")
	p.Click("button", "提交")
	p.Sees("heading", "办理记录")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'PROBLEM_CORROBORATION' AND student_id = $1`, pupil))

	reviewer := b.Page(s.URL)
	c.Reviewer.LogsIn(reviewer)
	reviewer.Click("button", "English")
	reviewer.Click("link", "Problem records")
	reviewer.Reads("2 listed")
	reviewer.Reads("has filed a corroboration")
	fit(t, reviewer, false, more...)
	reviewer.Shot("bureau-english")
	reviewer.Choose("Kind of problem", "Wrong identity number")
	reviewer.Reads("No problem record meets these conditions")
	reviewer.Choose("Kind of problem", "All kinds")
	reviewer.Choose("School", "南明区第二示例小学")
	reviewer.Reads("1 listed")
	reviewer.Open(fmt.Sprintf("/records/%s/file?kind=PROBLEM_DELETION", other))
	reviewer.Reads("You cannot file this kind")
	fit(t, reviewer, false, more...)

	q := b.Page(s.URL)
	near.Registrar.LogsIn(q)
	q.Click("link", "问题学籍")
	q.Reads("已提交佐证")
	q.Click("link", "为 样例生 办理问题学籍删除")
	q.Type("请再次输入该生姓名以确认删除", "样例")
	q.Type("删除原因", "重复建籍")
	q.Click("button", "提交")
	q.Reads("请求编号") // the name is not that of the pupil
	q.Type("请再次输入该生姓名以确认删除", "样例生")
	q.Click("button", "提交")
	q.Sees("heading", "办理记录")
	s.Eventually("the record is deleted", 30*time.Second, func() bool {
		return e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, other) == "DELETED"
	})
	q.Open("/problems")
	q.Reads("没有问题学籍")
	require.Empty(t, p.Reports())
}

// A mistaken suspension was undone by the opposite change; the bureau corrects it from the history
// of the record.
func TestAMistakeIsCorrectedFromTheHistoryInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := s.FilingOf(c, process.ChangeCorrection)
	inputs, _ := body["inputs"].(map[string]string)
	p := browser.Start(t).Page(s.URL)
	c.Reviewer.LogsIn(p)
	p.Open(fmt.Sprintf("/records/%s", body["student_id"]))
	p.Click("link", "对业务 "+inputs["case_no"]+" 提出异动纠错")
	p.Reads(inputs["case_no"])
	p.Type("纠错原因", "误办休学")
	fit(t, p, true, inputs["case_no"])
	p.Attach("误办情况说明（盖章）", picture(t))
	p.Reads("proof.png")
	p.Click("button", "提交")
	p.Sees("heading", "办理记录")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change WHERE kind = 'CHANGE_CORRECTION' AND inputs ->> 'case_no' = $1`, inputs["case_no"]))
	require.Empty(t, p.Reports())
}
