package changes

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
)

func saidNext(p ChangePage, lang refusal.Language) string {
	return nextSentence(p, lang, awaited(p, lang))
}

func TestTheNextStepIsToldInWordsOfPeople(t *testing.T) {
	open := &StepView{Office: "某某小学", Role: "SCHOOL_LEADER", Label: "学校审核", DueDay: "2026-12-04"}
	require.Equal(t, "等待 某某小学（学籍主管领导）办理“学校审核”，截止 2026-12-04。", saidNext(ChangePage{Open: open}, refusal.Chinese))
	require.Contains(t, saidNext(ChangePage{Open: open}, refusal.English), "(school leader)")
	late := time.Now()
	open.OverdueAt = &late
	require.Contains(t, saidNext(ChangePage{Open: open}, refusal.Chinese), "已逾期")
	require.Contains(t, saidNext(ChangePage{Open: open}, refusal.English), "Overdue")
	open.Problem = "NO_ELIGIBLE_PERSON"
	require.Contains(t, saidNext(ChangePage{Open: open}, refusal.Chinese), "没有人员可以办理")
	require.NotContains(t, saidNext(ChangePage{Open: open}, refusal.Chinese), "SCHOOL_LEADER")
	require.Contains(t, saidNext(ChangePage{}, refusal.Chinese), "已办结")
	require.Contains(t, saidNext(ChangePage{}, refusal.English), "Ended")
}

// A page of a case that is over says how it ended, and that a paper file is on its way.
func TestAnEndedCaseSaysHowItEndedAndWhatIsLeft(t *testing.T) {
	for state, want := range map[string]string{change.StatusRefused: "未获同意", change.StatusWithdrawn: "已撤回", change.StatusClosed: "已终止", change.StatusEffective: "无需再办理"} {
		require.Contains(t, saidNext(ChangePage{Status: state}, refusal.Chinese), want)
	}
	due, err := calendar.ParseDate("2026-12-04")
	require.NoError(t, err)
	page := ChangePage{Status: change.StatusEffective, Handover: &HandoverView{From: "甲校", To: "乙校", State: "TO_SEND", DueOn: due}}
	require.Equal(t, "已办结。纸质档案尚未移交：请甲校寄往乙校并登记，期限为 2026-12-04。", saidNext(page, refusal.Chinese))
	page.Handover.State = "SENT"
	require.Equal(t, "Ended. 甲校 has sent the paper file: 乙校 notes when it arrives, due 2026-12-04.", saidNext(page, refusal.English))
	page.Handover.State = "RECEIVED"
	require.Equal(t, "已办结，无需再办理。", saidNext(page, refusal.Chinese))
}

// Where nobody can decide a task, the sentence is about that task's office or holder,
// whoever's the step is, and names whom it waits for beside them.
func TestTheNextStepNamesTheTaskNobodyCanDecide(t *testing.T) {
	open := &StepView{No: 1, Round: 1, Office: "某某小学", Role: "SCHOOL_LEADER", Label: "学校审核", DueDay: "2026-12-04", Problem: "NO_ELIGIBLE_PERSON"}
	page := ChangePage{Open: open, Tasks: []TaskView{
		{Step: 1, Round: 1, Status: "OPEN", Office: "某某小学", Role: "SCHOOL_LEADER"},
		{Step: 1, Round: 1, Status: "OPEN", Office: "某某教育局", Role: "BUREAU_REVIEWER", stuck: true},
		{Step: 1, Round: 1, Status: "WAITING", Office: "某某市教育局", Role: "BUREAU_REVIEWER"},
	}}
	require.Equal(t, "某某教育局（教育局学籍管理员）没有人员可以办理“学校审核”。请该单位或上级主管部门的系统管理员授权人员。同时等待 某某小学（学籍主管领导）办理，截止 2026-12-04。",
		saidNext(page, refusal.Chinese))
	require.Equal(t, `Nobody at 某某教育局 (bureau reviewer) may do "学校审核". The system administrator there, or of the bureau above, must give somebody the role. `+
		"It also waits for 某某小学 (school leader), due 2026-12-04.", saidNext(page, refusal.English))
	page.Tasks = []TaskView{{Step: 1, Round: 1, Status: "OPEN", Office: "某某小学", Role: "SCHOOL_LEADER", Holder: "某人", stuck: true}}
	require.Equal(t, "“学校审核”的任务由 某某小学（某人）持有，该人员现不能办理。请该单位负责人或系统管理员将任务移交给有相应角色的人员。", saidNext(page, refusal.Chinese))
	require.Equal(t, `The task of "学校审核" is held by 某某小学 (某人), who cannot act now. The head or the system administrator of the office must hand it over to somebody with the role.`,
		saidNext(page, refusal.English))
	page.Tasks = nil
	require.Equal(t, "某某小学（学籍主管领导）没有人员可以办理“学校审核”。请该单位或上级主管部门的系统管理员授权人员。", saidNext(page, refusal.Chinese))
}
