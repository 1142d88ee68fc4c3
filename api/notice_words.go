package api

import (
	"context"
	"sync"

	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// noticeWords says of every kind of notice what happened and what to do about it.
var noticeWords = sync.OnceValue(func() map[string]process.Text {
	return map[string]process.Text{
		"REMINDED_50":            {Zh: "办理期限已过半，请及时办理。", En: "Half of the term is over; please decide in time."},
		"REMINDED_80":            {Zh: "办理期限将到，请尽快办理。", En: "The term is nearly over; please decide soon."},
		"OVERDUE":                {Zh: "已逾期，请立即办理。", En: "It is overdue; please decide at once."},
		"ESCALATED_OVERDUE":      {Zh: "下级单位逾期未办，可督办。", En: "An office below is late; you may order it done (督办)."},
		"ESCALATED_TOTAL_WARNED": {Zh: "全程办理时间过长，可督办。", En: "It takes too long as a whole; you may order it done (督办)."},
		"SUPERVISE":              {Zh: "上级主管部门督办，请立即办理。", En: "The superior bureau orders it done; please decide at once."},
		"SENT_BACK":              {Zh: "已退回，请按意见更正后重新提交，或撤回。", En: "It was sent back: correct it and hand it in again, or take it back."},
		store.NotApplied:         {Zh: "最后一次批准未能生效，原因见办理记录；可能需要更正（如另选班级）。", En: "The last approval could not be applied; its timeline says why. A correction may be needed, another class say."},
		store.NoAnswer:           {Zh: "身份认证服务暂无应答，系统将自动重试，无需重新提交。", En: "The identity service does not answer; it is asked again by itself, nothing needs to be handed in again."},
		"ENDED_EFFECTIVE":        {Zh: "已办结，变动生效。", En: "It is approved and in force."},
		"ENDED_REFUSED":          {Zh: "未获批准，原因见业务页面；改正后可重新申请。", En: "It was refused; its page says why. Correct it and file again."},
		"ENDED_WITHDRAWN":        {Zh: "申请学校已撤回。", En: "The school that filed took it back."},
		"ENDED_CLOSED":           {Zh: "上级主管部门已终止，理由见业务页面。", En: "The superior bureau ended it; its page says why."},
		"HANDOVER_SOON":          {Zh: "纸质档案应在一周内寄达转入学校，请寄出并登记。", En: "The paper file must reach the new school within a week: send it and note that."},
		"HANDOVER_OVERDUE":       {Zh: "纸质档案逾期未移交，请督促转出学校。", En: "The paper file is overdue; see that the old school sends it."},
	}
})

// noticeText is a notice as a sentence: what it is about, and what to do.
func (s *server) noticeText(ctx context.Context, n store.Notice) string {
	words, known := noticeWords()[n.Kind]
	if !known {
		return ""
	}
	if exchangeOf(ctx).lang == problem.English {
		return s.kindName(ctx, n.ChangeKind) + " " + n.CaseNo + ": " + words.En
	}
	return s.kindName(ctx, n.ChangeKind) + " " + n.CaseNo + "：" + words.Zh
}
