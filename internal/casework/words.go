package casework

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
)

// Action is a safe act about a finding. Its code never changes.
type Action string

// The actions. None of them does harm, and none approves a change.
const (
	ActNothing       Action = "nothing"        // there is no fault
	ActWait          Action = "wait"           // the system tries again by itself
	ActGiveRole      Action = "give_role"      // give the role to a person who can act
	ActOrderDone     Action = "order_done"     // 督办
	ActSendBack      Action = "send_back"      // to the applicant, for correction
	ActStartWorker   Action = "start_worker"   //
	ActStartTemporal Action = "start_temporal" //
	ActRebuild       Action = "rebuild"        // start or wake the workflow
	ActRebuildForce  Action = "rebuild_force"  // the same, with a new run when that does not help
	ActSetUp         Action = "set_up"         // let a worker make the settings that Temporal lacks
	ActMendType      Action = "mend_type"      // remove the search attribute
	ActStartAnew     Action = "start_anew"     // a new run
	ActCheckClock    Action = "check_clock"    // set clocks by NTP
	ActResumeJob     Action = "resume_job"     // let a job go on, or give it up
	ActWatchJob      Action = "watch_job"      // look whether a job gets on, and after its worker
	ActAskEngineer   Action = "ask_engineer"   // the program has a fault
)

// Actions lists all actions.
func Actions() []Action {
	return []Action{
		ActNothing, ActWait, ActGiveRole, ActOrderDone, ActSendBack, ActStartWorker, ActStartTemporal, ActRebuild, ActRebuildForce, ActStartAnew, ActSetUp, ActMendType, ActCheckClock, ActResumeJob, ActWatchJob, ActAskEngineer,
	}
}

// Fill holds the values for the placeholders of a sentence. A placeholder without a value
// is left out.
//
// Placeholders: {case} {office} {role} {due} {able} {slips} {status} {state} {failing}
// {activities} {clocks} {missing} {wrong} {at} {at_step} {day} {believes} {nobody_zh}
// {nobody_en} {job} {job_zh} {job_en} {done} {moved} {why_zh} {why_en}.
type Fill map[string]string

// Title returns the general meaning of a finding.
func (f Finding) Title(lang refusal.Language) string { return in(lang, wordings()[f].title) }

// Detail returns the meaning of a finding for one case.
func (f Finding) Detail(lang refusal.Language, fill Fill) string {
	return refusal.Fill(in(lang, wordings()[f].detail), fill)
}

// Action returns the safe act about a finding.
func (f Finding) Action() Action { return wordings()[f].action }

// Sentence says how to do the action for one case.
func (a Action) Sentence(lang refusal.Language, fill Fill) string {
	return refusal.Fill(in(lang, actionWords()[a]), fill)
}

// clocks names processes with the offset of each clock; plus means ahead.
func clocks(list []worklist.ClockOff) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = fmt.Sprintf("%s %+d s", c.Name, int(c.By.Round(time.Second).Seconds()))
	}
	return strings.Join(words, ", ")
}

// Stamp writes a moment as operators read it; "-" for none.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(calendar.Shanghai()).Format("2006-01-02 15:04:05")
}

// Due returns the time until which a workflow believes that its step waits. The step that
// waits for the day of a change is due at the beginning of that day, so the day is named.
func Due(stage string, at time.Time) string {
	if stage == process.DayStep {
		return calendar.DateOf(at).String()
	}
	return calendar.Until(at)
}

// Fill returns the values for sentences about a case.
func (c Case) Fill() Fill {
	fill := Fill{
		"case": c.CaseNo, "status": c.Status, "slips": fmt.Sprint(len(c.Slips)), "at": Stamp(c.Workers.Last), "at_step": fmt.Sprintf("%d/%d", c.StepNo, c.Round),
	}
	fill.run(c.Run)
	if c.Job != nil {
		fill.job(c.Job)
	}
	if s := c.Step; s != nil {
		fill["office"], fill["role"], fill["able"], fill["due"] = s.OfficeName, s.Role, fmt.Sprint(s.Able), calendar.Until(s.DueAt)
		fill.nobody(s.Nobody, s.OfficeName, s.Role)
		if c.EffectiveOn != nil {
			fill["day"] = calendar.DateOf(*c.EffectiveOn).String()
		}
	}
	if c.Believes != nil {
		fill["believes"] = fmt.Sprintf("%d/%d", c.Believes.Step, c.Believes.Round)
	}
	return fill
}

func (f Fill) run(r client.Run) {
	f["state"], f["failing"], f["believes"] = r.State, r.Failing, r.StepRound
	var list []string
	for _, a := range r.Retrying() {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s ×%d %s", a.Name, a.Attempt, a.Failure)))
	}
	f["activities"] = strings.Join(list, ", ")
}

// nobody describes every task that nobody can decide: the office that has nobody with the
// role, or the holder who can no longer act. When no task is known, it names the step's
// own office and role.
func (f Fill) nobody(seats []change.StuckSeat, office, role string) {
	if len(seats) == 0 {
		seats = []change.StuckSeat{{Office: office, Role: role}}
	}
	var zh, en []string
	for _, s := range seats {
		if s.Holder != "" {
			zh = append(zh, fmt.Sprintf("%s（%s）的任务由 %s 持有，该账号不能办理", s.Office, s.Role, s.Holder))
			en = append(en, fmt.Sprintf("the task of %s (%s) is held by %s, who cannot act", s.Office, s.Role, s.Holder))
			continue
		}
		zh = append(zh, fmt.Sprintf("%s 没有可以办理的、具有 %s 角色的有效账号（申请人除外）", s.Office, s.Role))
		en = append(en, fmt.Sprintf("%s has no active account with the role %s that may, other than the applicant", s.Office, s.Role))
	}
	f["nobody_zh"], f["nobody_en"] = strings.Join(zh, "；"), strings.Join(en, "; ")
}

func in(lang refusal.Language, t process.Text) string {
	if lang == refusal.English {
		return t.En
	}
	return t.Zh
}

// wording is the text of a finding. It stands here, beside the findings, because the API
// and the operator's command use the same text.
type wording struct {
	action        Action
	title, detail process.Text
}

var actionWords = sync.OnceValue(func() map[Action]process.Text {
	return map[Action]process.Text{
		ActNothing: {Zh: "无需处理。", En: "This is normal; nothing needs to be done."},
		ActWait:    {Zh: "系统会自动重试，请等待；超过一天请联系运维。", En: "Wait: it is tried again by itself. Tell the operator when it lasts longer than a day."},
		ActGiveRole: {
			Zh: "请该单位或上级主管部门的系统管理员授予角色，或由负责人、系统管理员移交任务；之后自动继续。",
			En: "The system administrator of that office, or of the level above, must give the role to somebody, or the head or administrator hand over the task (移交); then it goes on by itself.",
		},
		ActOrderDone: {
			Zh: "超期不会自动审批；上级主管部门负责人可督办，或说明理由后终止。",
			En: "Time decides nothing. The head of the superior bureau may order it done (督办) or end it with a reason.",
		},
		ActSendBack: {
			Zh: "请审批人将业务退回申请单位更正（如另选班级）；原因消除后也可再次批准。",
			En: "Whoever decides sends it back to the office that filed, which corrects it (another class, say); when the reason is gone, approve again.",
		},
		ActStartWorker: {Zh: "请启动：xueji worker。期间不会丢失任何内容。", En: "Start one: xueji worker. Nothing is lost meanwhile."},
		ActStartTemporal: {
			Zh: "请恢复 Temporal；其数据库即使丢失，所有未办结业务也会自动重建。",
			En: "Start Temporal; its database may be lost, everything open is rebuilt.",
		},
		ActRebuild: {
			Zh: "运行中的 worker 会在一分钟内自动恢复；立即处理：xueji case rebuild {case}",
			En: "A running worker mends it within a minute; to do it now: xueji case rebuild {case}",
		},
		ActRebuildForce: {
			Zh: "请执行：xueji case rebuild {case}；仍无效时：xueji case rebuild --force {case}",
			En: "Try: xueji case rebuild {case}; when that does not help: xueji case rebuild --force {case}",
		},
		ActStartAnew: {
			Zh: "若同时列出其他原因，请先处理该原因；此后运行中的 worker 会在几分钟内重建该工作流。立即处理：xueji case rebuild --force {case}",
			En: "Where another cause is named, see to it first; then a running worker starts the workflow anew within a few minutes. To do it now: xueji case rebuild --force {case}",
		},
		ActSetUp: {
			Zh: "请保持 worker 运行：每轮维护（30 秒）都会补建，之后业务自动继续。仍不消失时，请查看 worker 日志：其 Temporal 账号可能无权建立。",
			En: "Keep a worker running: every round of its upkeep (30 s) makes what is missing, and everything goes on by itself. When this stays, read the worker's log: its Temporal account may not be allowed to.",
		},
		ActMendType: {
			Zh: "请在 Temporal 删除该检索属性（temporal operator search-attribute remove --namespace 命名空间 --name 名称）；worker 会在一轮维护内按正确类型重建。",
			En: "Remove the search attribute in Temporal (temporal operator search-attribute remove --namespace NAMESPACE --name NAME); a worker makes it with the right type in its next round.",
		},
		ActCheckClock: {
			Zh: "请检查该进程所在主机与数据库主机的时间，全部用 NTP 校时；无需重启，时间正确后此提示消失。",
			En: "Check the time of that process's host and of the database's, and set both by NTP. No restart is needed; this goes when the time is right.",
		},
		ActResumeJob: {
			Zh: "请先消除原因，再执行：xueji job resume {job}；已办的不会重复办理。不再需要时：xueji job cancel {job}",
			En: "See to the reason, then: xueji job resume {job}; nothing is done twice. When nobody needs it any more: xueji job cancel {job}",
		},
		ActWatchJob: {
			Zh: "请查看：xueji job watch {job}。仍无进展时，请确认 worker 正在运行并查看其日志；重启 worker 后从未办的部分继续。",
			En: "Look at it: xueji job watch {job}. When it still does not get on, see that a worker runs and read its log; after a restart it goes on with the first part that is not done.",
		},
		ActAskEngineer: {
			Zh: "需工程师查看 Temporal 与 worker 日志中的错误。部署正确版本即可恢复，不会丢失内容。",
			En: "An engineer must read the error in Temporal and the worker's log. Deploying the right version is enough; nothing is lost.",
		},
	}
})

// wordings are the texts of the findings about people and the register. engineWordings
// has those about the engine.
var wordings = sync.OnceValue(func() map[Finding]wording {
	all := map[Finding]wording{
		FindEnded: {
			ActNothing, process.Text{Zh: "业务已办结", En: "The change has ended"},
			process.Text{Zh: "该业务已办结（{status}），不再等待任何人。", En: "The change has ended ({status}); nothing waits any more."},
		},
		FindWaits: {
			ActNothing, process.Text{Zh: "正在等待办理", En: "It waits for people, as it should"},
			process.Text{
				Zh: "正在等待 {office} 办理：{able} 个有 {role} 角色的有效账号可以办理，截止 {due}。属正常等待。",
				En: "It waits for {office}: {able} active account(s) with the role {role} may decide, due {due}.",
			},
		},
		FindAutomatic: {
			ActNothing, process.Text{Zh: "系统正在自动办理", En: "The system is doing the step"},
			process.Text{Zh: "系统正在自动办理当前步骤（{at_step}），不等待任何人。", En: "The system is doing the step {at_step} by itself; it waits for nobody."},
		},
		FindAwaitsDay: {
			ActNothing, process.Text{Zh: "已审批通过，等待生效日", En: "It is approved and waits for its day"},
			process.Text{
				Zh: "已审批通过，{day} 0:00 再次核对后自动生效，在此之前不等待任何人。",
				En: "It is approved. On {day} at 0:00 the record is checked again and the change is in force; until then it waits for nobody.",
			},
		},
		FindOnHold: {
			ActNothing, process.Text{Zh: "已审批通过，因优先业务暂缓", En: "It is approved, and other business goes first"},
			process.Text{
				Zh: "已审批通过，原定 {day} 生效；该生有优先业务在办，暂缓生效。该业务结束后自动再次核对，不等待任何人。",
				En: "It is approved for {day} and on hold: other business of the pupil goes first. When that has ended the record is checked again; it waits for nobody.",
			},
		},
		FindOverdue: {
			ActOrderDone, process.Text{Zh: "已超期", En: "Overdue"},
			process.Text{
				Zh: "已超期：{office}（{role}）应于 {due} 前办理。",
				En: "It is overdue: {office} ({role}) should have decided by {due}.",
			},
		},
		FindNobody: {
			ActGiveRole, process.Text{Zh: "无人可办", En: "Nobody may decide"},
			process.Text{
				Zh: "无人可办：{nobody_zh}。",
				En: "Nobody may decide: {nobody_en}.",
			},
		},
		FindNotApplied: {
			ActSendBack, process.Text{Zh: "最后一次批准未能生效", En: "The last approval could not be applied"},
			process.Text{
				Zh: "最后一次批准未能生效：学籍或班级当前不能接受此变动（原因见业务页面的办理记录）。",
				En: "The last approval could not be applied: the record or the class cannot take the change now (its timeline says why).",
			},
		},
		FindIdentitySilent: {
			ActWait, process.Text{Zh: "身份认证服务无应答", En: "The identity service does not answer"},
			process.Text{Zh: "身份认证服务无应答，该步骤等待认证结果，系统自动重试。", En: "The identity service does not answer; the step waits for it."},
		},
		FindStalled: {
			ActRebuildForce, process.Text{Zh: "自动步骤没有进展", En: "A step that acts by itself does not get on"},
			process.Text{Zh: "自动步骤没有进展（{at_step}）。", En: "The step {at_step} acts by itself and does not get on."},
		},
		FindUnsettled: {
			ActRebuild, process.Text{Zh: "有意见已提交但尚未计入或退回", En: "Something was handed in and is neither counted nor refused"},
			process.Text{
				Zh: "有 {slips} 份意见已提交但尚未计入或退回。",
				En: "{slips} slip(s) were handed in and are neither counted nor refused.",
			},
		},
		FindAsleep: {
			ActRebuild, process.Text{Zh: "提醒或截止时间已到但未记录", En: "A reminder or deadline has come and the workflow has not noted it"},
			process.Text{Zh: "提醒或截止时间已到，工作流未记录。", En: "A reminder or deadline has come and the workflow has not noted it."},
		},
	}
	for finding, w := range engineWordings() {
		all[finding] = w
	}
	for finding, w := range jobWordings() {
		all[finding] = w
	}
	return all
})

func engineWordings() map[Finding]wording {
	return map[Finding]wording{
		FindEngineDown: {
			ActStartTemporal, process.Text{Zh: "Temporal 无响应", En: "Temporal does not answer"},
			process.Text{
				Zh: "Temporal 无响应。用户提交的内容已存入登记库，恢复后自动计入。",
				En: "Temporal does not answer. What people say is kept in the register and counts when Temporal is back.",
			},
		},
		FindWorkersDown: {
			ActStartWorker, process.Text{Zh: "没有 worker 报告", En: "No worker reports itself"},
			process.Text{Zh: "自 {at} 起没有 worker 报告。", En: "No worker has reported itself since {at}."},
		},
		FindNotSetUp: {
			ActSetUp, process.Text{Zh: "Temporal 缺少必要的设置", En: "Temporal lacks what Xueji needs of it"},
			process.Text{
				Zh: "Temporal 缺少：{missing}。在补齐之前，业务不会继续，列表也不完整；已提交的内容都在登记库中。",
				En: "Temporal lacks: {missing}. Until it has them no change gets on and lists are empty; what people said is kept in the register.",
			},
		},
		FindWrongType: {
			ActMendType, process.Text{Zh: "Temporal 检索属性类型不符", En: "A search attribute in Temporal has the wrong type"},
			process.Text{
				Zh: "Temporal 检索属性类型不符：{wrong}。写入它的工作流无法继续。",
				En: "A search attribute in Temporal has the wrong type: {wrong}. Workflows that write it cannot go on.",
			},
		},
		FindAttributes: {
			ActSetUp, process.Text{Zh: "工作流无法写入检索属性", En: "Its workflow cannot store its search attributes"},
			process.Text{
				Zh: "工作流无法写入检索属性（缺少或类型不符，{failing}）。",
				En: "Its workflow cannot store its search attributes: one is missing or has another type ({failing}).",
			},
		},
		FindNoStep: {
			ActStartAnew, process.Text{Zh: "工作流运行超过一分钟仍未显示步骤", En: "Its workflow has shown no step for more than a minute"},
			process.Text{Zh: "工作流运行超过一分钟仍未显示步骤。", En: "Its workflow runs for more than a minute and has shown no step."},
		},
		FindClockOff: {
			ActCheckClock, process.Text{Zh: "进程时钟与数据库时钟不一致", En: "The clock of a process is not the database's"},
			process.Text{
				Zh: "进程时钟与数据库时钟相差超过 3 秒（{clocks}）；截止时间按进程时钟计算。",
				En: "The clock of a process differs from the database's by more than 3 seconds ({clocks}); deadlines are counted by it.",
			},
		},
		FindNeverStarted: {
			ActRebuild, process.Text{Zh: "没有对应的工作流", En: "No workflow knows the change"},
			process.Text{Zh: "该业务没有对应的工作流。", En: "No workflow knows this change."},
		},
		FindStartWaiting: {
			ActRebuild, process.Text{Zh: "工作流尚未报告", En: "Its workflow has not reported itself for more than a minute"},
			process.Text{Zh: "业务提交已超过一分钟，其工作流尚未报告。", En: "It was filed more than a minute ago and its workflow has not reported itself yet."},
		},
		FindNotRunning: {
			ActRebuild, process.Text{Zh: "业务未办结但工作流已结束", En: "Its workflow has ended while the change is open"},
			process.Text{
				Zh: "业务未办结，但工作流已结束（{state}）。若为失败，请先在 Temporal 查看错误。",
				En: "Its workflow was ended from outside or failed ({state}) while the change is open. Where it failed, read the error in Temporal first.",
			},
		},
		FindBehind: {
			ActRebuild, process.Text{Zh: "工作流与登记库不一致", En: "The workflow stands elsewhere than the register"},
			process.Text{
				Zh: "工作流认为在 {believes}，登记库为 {at_step}，以登记库为准。",
				En: "The workflow believes {believes}, the register says {at_step}. The register is right.",
			},
		},
		FindDeaf: {
			ActRebuildForce, process.Text{Zh: "工作流无应答", En: "A worker lives, but the workflow does not answer"},
			process.Text{Zh: "worker 正常，但工作流无应答。", En: "A worker lives, but the workflow does not answer."},
		},
		FindFailing: {
			ActAskEngineer, process.Text{Zh: "工作流任务反复失败", En: "Its workflow task fails again and again"},
			process.Text{Zh: "工作流任务反复失败（{failing}）。", En: "Its workflow task fails again and again ({failing})."},
		},
		FindActivityRetrying: {
			ActWait, process.Text{Zh: "活动正在重试", En: "An activity is tried again and again"},
			process.Text{Zh: "活动正在重试（{activities}）。", En: "An activity is tried again and again ({activities})."},
		},
		FindRunsAfterward: {
			ActRebuild, process.Text{Zh: "业务已办结但工作流仍在运行", En: "Its workflow still runs"},
			process.Text{Zh: "业务已办结，工作流仍在运行。无害。", En: "The change has ended, and its workflow still runs. Harmless."},
		},
	}
}
