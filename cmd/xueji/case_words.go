package main

import (
	"os"
	"strings"

	"github.com/xueji/xueji/models/refusal"
)

// language is what an operator reads: the flag, else the locale of the terminal.
func language(flag string) refusal.Language {
	for _, value := range []string{flag, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")} {
		if value == "" {
			continue
		}
		if strings.HasPrefix(strings.ToLower(value), "zh") {
			return refusal.Chinese
		}
		return refusal.English
	}
	return refusal.English
}

// text is a sentence or a label in both languages.
type text struct{ en, zh string }

func (t text) in(lang refusal.Language) string {
	if lang == refusal.Chinese {
		return t.zh
	}
	return t.en
}

// labels of "case show".
func labels() map[string]text {
	return map[string]text{
		"case": {"case", "案号"}, "change": {"change", "业务编号"}, "kind": {"kind", "业务"}, "filed": {"filed", "申请"},
		"register": {"REGISTER", "登记库"}, "workflow": {"WORKFLOW", "工作流"}, "status": {"status", "状态"}, "step": {"step/round", "步骤/轮次"},
		"stage": {"stage", "环节"}, "office": {"waits for", "等待"}, "able": {"may decide", "可办理人数"}, "due": {"due", "截止"}, "day": {"in force on", "生效日"},
		"problem": {"problem", "问题"}, "task": {"open task", "待办"}, "slips": {"unsettled slips", "未处理意见"}, "run": {"run", "运行编号"},
		"events": {"events", "历史事件"}, "beat": {"worker seen", "worker 最近报告"}, "none": {"none", "无"}, "unknown": {"unknown: no worker answered", "未知：没有 worker 应答"},
		"silent": {"unknown: Temporal does not answer", "未知：Temporal 无响应"}, "never": {"never", "从未"}, "nowf": {"there is none", "不存在"},
		"activities": {"tried again", "正在重试"}, "finding": {"finding", "情况"}, "page": {"page", "页面"},
		"quiet":   {"No running change needs attention.", "没有需要处理的业务。"},
		"partial": {"Temporal was not asked everything: it is down, slow, or there is too much. What it alone knows may be missing above.", "未能向 Temporal 查询全部内容（无响应、过慢或数量过多），以上可能不完整。"},
		"more":    {"There is more: --limit, or --reason for one finding.", "还有更多：请用 --limit 或 --reason 查看。"},
	}
}
