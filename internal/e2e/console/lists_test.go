package console_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/web/browser"
)

// What must not be forgotten stands in lists: suspensions that end, pupils who left, paper files
// on their way, and for the head of the bureau above what is late below.
func TestListsOfWhatMustNotBeForgottenInTheBrowser(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c, near := s.County(), s.CountyOf("520102", "2152000124", "南明区第二示例小学")
	b := browser.Start(t)
	head := b.Page(s.URL)
	c.Head.LogsIn(head)
	head.Click("link", "督办")
	head.Reads("下级单位没有逾期的业务")
	fit(t, head, true, "测试BUREAU_HEAD", "贵阳市教育局")

	suspended := c.Registrar.File(obj{"kind": "SUSPENSION", "student_id": s.Pupil(c, 2024), "inputs": map[string]string{"reason_code": "10", "from_date": "2026-11-20", "until_date": "2027-01-31"},
		"evidence": c.Registrar.Papers("GUARDIAN_APPLICATION", "SUSPENSION_PROOF")})
	c.Leader.Approve(suspended)
	c.Reviewer.Approve(suspended)
	pupil := s.Named(c, 2024, simulator.Matches)
	moved := near.Registrar.File(near.Registrar.TransferBody(pupil, near.Class[2024]))
	near.Leader.Approve(moved)
	c.Leader.Approve(moved)
	c.Reviewer.Approve(moved)
	late := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.Hand.Advance(20 * 24 * time.Hour)
	s.Eventually("the step is late", 30*time.Second, func() bool {
		return len(s.Items(c.Head.Do(http.MethodGet, "/v1/inbox/late", nil, ""))) == 1
	})
	more := []string{pupil.Name, "南明区第二示例小学"}

	p := b.Page(s.URL)
	c.Registrar.LogsIn(p)
	p.Sees("link", "1 档案待寄出")
	fit(t, p, true, more...)
	p.Shot("home")
	p.Click("link", "休学到期")
	p.Reads("没有快到期或已到期未复学的学生")
	p.Choose("到期时间", "60 天内")
	p.Reads("2026-11-20 至 2027-01-31")
	fit(t, p, true, more...)
	p.Shot("suspensions")
	p.Click("link", "为 样例生 办理复学")
	p.Reads("已选学生：样例生")
	p.Reads("复学班级")
	p.Click("link", "转出学生")
	p.Reads(pupil.Name)
	fit(t, p, true, more...)
	p.Click("link", "档案移交")
	p.Reads("待寄出")
	fit(t, p, true, more...)
	p.Type(pupil.Name+" 的寄送方式、单号", "挂号信")
	p.Cut("")
	p.Click("button", pupil.Name+" 的档案已寄出")
	p.Reads("连不上服务器")
	p.Audit()
	p.Mend()
	p.Click("button", pupil.Name+" 的档案已寄出")
	p.Reads("已登记")
	p.Reads("挂号信")
	p.Shot("paper-files")

	other := b.Page(s.URL)
	near.Registrar.LogsIn(other)
	other.Click("button", "English")
	other.Click("link", "Paper files")
	other.Reads("Sent")
	fit(t, other, false, append(more, "挂号信")...)
	other.Click("button", "The file of "+pupil.Name+" has arrived")
	other.Reads("No paper file is on its way")
	other.Audit()
	p.Open("/paper-files")
	p.Reads("没有要移交的纸质档案")
	fit(t, p, true, more...)

	c.Head.LogsIn(head)
	head.Click("link", "督办")
	caseNo := c.Registrar.Page(late).Text("case_no")
	head.Click("checkbox", "选择 "+caseNo)
	head.Click("button", "督办所选 1 件")
	head.Reads("请求编号") // never without a reason
	head.Focuses("alert")
	head.Audit()
	head.Type("督办理由（各方都能看到）", "请尽快办理")
	head.Shot("late")
	head.Click("button", "督办所选 1 件")
	head.Reads("已督办 1 件")
	require.Equal(t, 1, stands(c.Registrar, late, "SUPERVISE"))
	require.Empty(t, head.Reports())
	require.Empty(t, p.Reports())
}
