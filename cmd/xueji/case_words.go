package main

import (
	"os"
	"strings"

	"github.com/xueji/xueji/casework"
	"github.com/xueji/xueji/models/problem"
)

// language is what an operator reads: the flag, else the locale of the terminal.
func language(flag string) problem.Language {
	for _, value := range []string{flag, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")} {
		if value == "" {
			continue
		}
		if strings.HasPrefix(strings.ToLower(value), "zh") {
			return problem.Chinese
		}
		return problem.English
	}
	return problem.English
}

// text is a sentence or a label in both languages.
type text struct{ en, zh string }

func (t text) in(lang problem.Language) string {
	if lang == problem.Chinese {
		return t.zh
	}
	return t.en
}

// sentences say what a finding means and what is safe to do.
// Placeholders: {case} {office} {role} {due} {able} {slips} {status} {state} {at} {believes}.
func sentences() map[casework.Finding]text {
	return map[casework.Finding]text{
		casework.FindEnded: {
			"The change has ended ({status}). Nothing waits any more; nothing needs to be done.",
			"该业务已办结（{status}），不再等待任何人，无需处理。",
		},
		casework.FindWaits: {
			"It waits for {office}: {able} active account(s) with the role {role} may decide, due {due}. This is normal; nothing needs to be repaired.",
			"正在等待 {office} 办理：{able} 个有 {role} 角色的有效账号可以办理，截止 {due}。属正常等待，无需处理。",
		},
		casework.FindOverdue: {
			"It is overdue: {office} ({role}, {able} active account(s)) should have decided by {due}. Time decides nothing. The head of the superior bureau sees it and may order it done (督办) or end it with a reason.",
			"已超期：{office}（{role}，{able} 个有效账号）应于 {due} 前办理。超期不会自动审批；上级主管部门负责人可督办，或说明理由后终止。",
		},
		casework.FindNobody: {
			"Nobody may decide: {office} has no active account with the role {role} other than the applicant. The system administrator of that office, or of the level above, must give the role to somebody; then it goes on by itself.",
			"无人可办：{office} 没有申请人之外的、具有 {role} 角色的有效账号。请该单位（或上级）系统管理员授予角色，之后自动继续。",
		},
		casework.FindEngineDown: {
			"Temporal does not answer. What people say is kept in the register and counts when Temporal is back. Start Temporal; its database may be lost, everything open is rebuilt.",
			"Temporal 无响应。用户提交的内容已存入登记库，恢复后自动计入。请恢复 Temporal；其数据库即使丢失，所有未办结业务也会自动重建。",
		},
		casework.FindWorkersDown: {
			"No worker has reported itself since {at}. Start one: xueji worker. Nothing is lost meanwhile.",
			"自 {at} 起没有 worker 报告。请启动：xueji worker。期间不会丢失任何内容。",
		},
		casework.FindNeverStarted: {
			"No workflow knows this change. A running worker starts it within a round of the upkeep (30 s); to do it now: xueji case rebuild {case}",
			"该业务没有对应的工作流。运行中的 worker 会在一轮巡检（30 秒）内启动它；立即启动：xueji case rebuild {case}",
		},
		casework.FindNotRunning: {
			"Its workflow was ended from outside or failed ({state}) while the change is open. Upkeep starts it again; to do it now: xueji case rebuild {case}. Where it failed, read the error in Temporal first.",
			"业务未办结，但工作流已结束（{state}）。巡检会重新启动；立即启动：xueji case rebuild {case}。若为失败，请先在 Temporal 查看错误。",
		},
		casework.FindBehind: {
			"The workflow believes {believes}, the register says {at_step}. The register is right. Upkeep wakes it; to do it now: xueji case rebuild {case}",
			"工作流认为在 {believes}，登记库为 {at_step}，以登记库为准。巡检会唤醒它；立即处理：xueji case rebuild {case}",
		},
		casework.FindDeaf: {
			"A worker lives, but the workflow does not answer. Try: xueji case rebuild {case}; when that does not help: xueji case rebuild --force {case}",
			"worker 正常，但工作流无应答。请执行：xueji case rebuild {case}；仍无效时：xueji case rebuild --force {case}",
		},
		casework.FindFailing: {
			"Its workflow task fails again and again ({failing}): an engineer must read the error in Temporal and the worker's log. Deploying the right version is enough; nothing is lost.",
			"工作流任务反复失败（{failing}）：需工程师查看 Temporal 与 worker 日志中的错误。部署正确版本即可恢复，不会丢失内容。",
		},
		casework.FindUnsettled: {
			"{slips} slip(s) were handed in and are neither counted nor refused. With Temporal and a worker running this heals within a minute; to do it now: xueji case rebuild {case}",
			"有 {slips} 份意见已提交但尚未计入或退回。Temporal 与 worker 正常时一分钟内自动恢复；立即处理：xueji case rebuild {case}",
		},
		casework.FindRunsAfterward: {
			"Its workflow still runs. Harmless; upkeep ends it. To do it now: xueji case rebuild {case}",
			"但工作流仍在运行。无害，巡检会结束它；立即处理：xueji case rebuild {case}",
		},
	}
}

// labels of "case show".
func labels() map[string]text {
	return map[string]text{
		"case": {"case", "案号"}, "change": {"change", "业务编号"}, "kind": {"kind", "业务"}, "filed": {"filed", "申请"},
		"register": {"REGISTER", "登记库"}, "workflow": {"WORKFLOW", "工作流"}, "status": {"status", "状态"}, "step": {"step/round", "步骤/轮次"},
		"stage": {"stage", "环节"}, "office": {"waits for", "等待"}, "able": {"may decide", "可办理人数"}, "due": {"due", "截止"},
		"problem": {"problem", "问题"}, "task": {"open task", "待办"}, "slips": {"unsettled slips", "未处理意见"}, "run": {"run", "运行编号"},
		"events": {"events", "历史事件"}, "beat": {"worker seen", "worker 最近报告"}, "none": {"none", "无"}, "unknown": {"unknown: no worker answered", "未知：没有 worker 应答"},
		"silent": {"unknown: Temporal does not answer", "未知：Temporal 无响应"}, "never": {"never", "从未"}, "nowf": {"there is none", "不存在"},
	}
}
