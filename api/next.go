package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// next is the sentence at the top of the page. The words are the catalogue's
// kind: what happens next and who must act.
func (s *server) next(ctx context.Context, p ChangePage) string {
	if p.Kind == string(process.Arbitration) && p.Status == store.Effective {
		return s.said(ctx, "ARBITRATION_WON")
	}
	if exchangeOf(ctx).lang == problem.English {
		return nextInEnglish(p.Open, awaited(p, problem.English))
	}
	return nextInChinese(p.Open, awaited(p, problem.Chinese))
}

// said is the text of a notice, where a page says the same.
func (s *server) said(ctx context.Context, kind string) string {
	return notice.Say(kind, exchangeOf(ctx).lang, notice.Facts{}).Text
}

func nextInChinese(open *StepView, who string) string {
	if open == nil {
		return "已办结，无需再办理。"
	}
	role, _ := org.Role(open.Role).Names()
	switch {
	case open.Act != "" && open.Problem != "":
		return fmt.Sprintf("“%s”：外部服务暂无应答（已尝试 %d 次），系统将自动重试，不需重新提交。", open.Label, open.Attempts)
	case open.Act != "":
		return fmt.Sprintf("系统正在自动办理“%s”，不需人工处理。", open.Label)
	case open.Problem == store.NotApplied:
		return fmt.Sprintf("上次批准未能生效，原因见办理记录。%s可退回申请学校更正（如另选班级），或待原因消除后再次办理“%s”。", open.Office, open.Label)
	case open.Problem != "":
		return fmt.Sprintf("%s没有人员可以办理“%s”（%s）。请该单位系统管理员授权人员。", open.Office, open.Label, role)
	case open.OverdueAt != nil:
		return fmt.Sprintf("已逾期：等待 %s办理“%s”，截止日期为 %s。请尽快办理。", who, open.Label, open.DueDay)
	}
	return fmt.Sprintf("等待 %s办理“%s”，截止 %s。", who, open.Label, open.DueDay)
}

func nextInEnglish(open *StepView, who string) string {
	if open == nil {
		return "Ended; there is nothing more to do."
	}
	_, role := org.Role(open.Role).Names()
	switch {
	case open.Act != "" && open.Problem != "":
		return fmt.Sprintf("\"%s\": the outside service does not answer (attempts: %d); it is tried again by itself, nothing needs to be handed in again.", open.Label, open.Attempts)
	case open.Act != "":
		return fmt.Sprintf("The system is doing \"%s\" by itself; nobody needs to act.", open.Label)
	case open.Problem == store.NotApplied:
		return fmt.Sprintf("The last approval could not be applied; the timeline says why. %s may send the change back to the school that filed (for another class, say), or do \"%s\" again when the reason is gone.", open.Office, open.Label)
	case open.Problem != "":
		return fmt.Sprintf("Nobody at %s may do \"%s\" (%s). Its system administrator must give somebody the role.", open.Office, open.Label, role)
	case open.OverdueAt != nil:
		return fmt.Sprintf("Overdue: waiting for %s: \"%s\" was due %s. Do it as soon as you can.", who, open.Label, open.DueDay)
	}
	return fmt.Sprintf("Waiting for %s: \"%s\", due %s.", who, open.Label, open.DueDay)
}

// awaited names everybody the open step waits for: an office with the role, or the
// person whose task it is.
func awaited(p ChangePage, lang problem.Language) string {
	if p.Open == nil {
		return ""
	}
	var names []string
	add := func(office, role, holder string) {
		zh, en := org.Role(role).Names()
		left, right, label := "（", "）", zh
		if lang == problem.English {
			left, right, label = " (", ")", en
		}
		if holder != "" {
			label = holder
		}
		if name := office + left + label + right; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, k := range p.Tasks {
		if k.Status == "OPEN" && k.Step == p.Open.No && k.Round == p.Open.Round {
			add(k.Office, k.Role, k.Holder)
		}
	}
	if len(names) == 0 {
		add(p.Open.Office, p.Open.Role, "")
	}
	if lang == problem.English {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, "、")
}
