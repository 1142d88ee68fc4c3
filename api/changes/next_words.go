package changes

import (
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// The sentences at the top of a page.
const (
	nextDone        = "DONE"
	nextRefused     = "REFUSED"
	nextWithdrawn   = "WITHDRAWN"
	nextClosed      = "CLOSED"
	nextPaperToSend = "PAPER_TO_SEND"
	nextPaperSent   = "PAPER_SENT"
	nextInForce     = "IN_FORCE_ON"
	nextOnHold      = "ON_HOLD"
	nextInParts     = "IN_PARTS"
	nextStruck      = "STRUCK"
	nextSilent      = "SILENT"
	nextAutomatic   = "AUTOMATIC"
	nextNotApplied  = "NOT_APPLIED"
	nextNobody      = "NOBODY"
	nextHeld        = "HELD"
	nextBesides     = "BESIDES"
	nextOverdue     = "OVERDUE"
	nextWaits       = "WAITS"
)

func nextWords() map[string]process.Text {
	return map[string]process.Text{
		nextDone:      {Zh: "已办结，无需再办理。", En: "Ended; there is nothing more to do."},
		nextRefused:   {Zh: "未获同意，业务已结束，学籍未因此变更。原因见办理结果。", En: "Refused and ended; it changed no record. The result says why."},
		nextWithdrawn: {Zh: "申请单位已撤回，业务已结束，学籍未因此变更。", En: "Withdrawn by the office that filed; it changed no record."},
		nextClosed:    {Zh: "已终止，业务已结束，学籍未因此变更。原因见办理结果。", En: "Closed; it changed no record. The result says why."},
		nextPaperToSend: {
			Zh: "已办结。纸质档案尚未移交：请{from}寄往{to}并登记，期限为 {due}。",
			En: "Ended. The paper file is still to go: {from} sends it to {to} and notes that, by {due}.",
		},
		nextPaperSent: {
			Zh: "已办结。{from}已寄出纸质档案：请{to}收到后登记，期限为 {due}。",
			En: "Ended. {from} has sent the paper file: {to} notes when it arrives, due {due}.",
		},
		nextInForce: {
			Zh: "已审批通过，{day} 起生效。在此之前学籍不变，申请单位可以撤回；到该日系统再次核对后自动生效。",
			En: "Approved, in force on {day}. Until then the record stays as it is, and the office that filed may withdraw the change; on that day the record is checked again.",
		},
		nextOnHold: {
			Zh: "已审批通过，原定 {day} 生效；该生有优先业务在办（见办理记录），此业务暂缓，不需人工处理。该业务结束后系统再次核对；申请单位可以撤回。",
			En: "Approved for {day}, and on hold: other business of the pupil goes first, its timeline says which. Nobody needs to act. When that has ended, the record is checked again; the office that filed may withdraw the change.",
		},
		nextInParts: {
			Zh: "已审批通过，涉及人数较多，系统正在分批办理，不需人工处理；进度见批量任务，全部完成后自动办结。",
			En: "Approved; it is about many pupils and takes effect part by part. Nobody needs to act: its progress stands among the jobs, and the change ends with the last part.",
		},
		nextStruck: {
			Zh: "已于 {day} 被异动纠错（{case}）认定为误办，不再作数。",
			En: "Struck as a mistake on {day} by the correction {case}. It does not count any more.",
		},
		nextSilent: {
			Zh: "“{step}”：外部服务暂无应答（已尝试 {attempts} 次），系统将自动重试，不需重新提交。",
			En: "\"{step}\": the outside service does not answer (attempts: {attempts}); it is tried again by itself, nothing needs to be handed in again.",
		},
		nextAutomatic: {Zh: "系统正在自动办理“{step}”，不需人工处理。", En: "The system is doing \"{step}\" by itself; nobody needs to act."},
		nextNotApplied: {
			Zh: "上次批准未能生效，原因见办理记录。{office}可退回申请单位更正（如另选班级），或待原因消除后再次办理“{step}”。",
			En: "The last approval could not be applied; the timeline says why. {office} may send the change back to the office that filed (for another class, say), or do \"{step}\" again when the reason is gone.",
		},
		nextNobody: {
			Zh: "{nobody}没有人员可以办理“{step}”。请该单位或上级主管部门的系统管理员授权人员。",
			En: "Nobody at {nobody} may do \"{step}\". The system administrator there, or of the bureau above, must give somebody the role.",
		},
		nextHeld: {
			Zh: "“{step}”的任务由 {held}持有，该人员现不能办理。请该单位负责人或系统管理员将任务移交给有相应角色的人员。",
			En: "The task of \"{step}\" is held by {held}, who cannot act now. The head or the system administrator of the office must hand it over to somebody with the role.",
		},
		nextBesides: {Zh: "同时等待 {who}办理，截止 {due}。", En: "It also waits for {who}, due {due}."},
		nextOverdue: {
			Zh: "已逾期：等待 {who}办理“{step}”，截止日期为 {due}。请尽快办理。",
			En: "Overdue: waiting for {who}: \"{step}\" was due {due}. Do it as soon as you can.",
		},
		nextWaits: {Zh: "等待 {who}办理“{step}”，截止 {due}。", En: "Waiting for {who}: \"{step}\", due {due}."},
	}
}

// sayNext says one of the sentences with what fills its placeholders.
func sayNext(lang refusal.Language, key string, fill map[string]string) string {
	text := nextWords()[key]
	if lang == refusal.English {
		return refusal.Fill(text.En, fill)
	}
	return refusal.Fill(text.Zh, fill)
}

// Advice lists the sentences of pages that tell somebody what to do next, by what
// they belong to and with their {placeholders}.
func Advice() map[string]process.Text {
	all := map[string]process.Text{}
	for key, text := range nextWords() {
		all["next "+key] = text
	}
	for _, code := range []string{kinds.EventCaseStruck, kinds.EventStruckBy, kinds.ResiduePaperToSend, kinds.ResiduePaperUnderway, change.ResiduePlace, kinds.ResidueEndedChange} {
		all["aftermath "+code] = aftermathWords(code)
	}
	return all
}
