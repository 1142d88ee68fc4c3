package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
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
		switch principalOf(ctx).Office.ID {
		case sideOf(p, process.SideIn):
			return s.said(ctx, "ARBITRATION_WON")
		case sideOf(p, process.SideOut):
			return s.said(ctx, "ARBITRATION_LOST")
		}
	}
	if p.Open != nil && p.Open.Act == string(process.ActAwaitDay) && p.Open.NextAttempt != nil && p.EffectiveOn != nil {
		return s.inForceOn(ctx, calendar.DateOf(*p.EffectiveOn), store.OnHoldOn(*p.Open.NextAttempt, *p.EffectiveOn))
	}
	if p.StruckAt != nil {
		return s.struckSentence(ctx, p)
	}
	if exchangeOf(ctx).lang == problem.English {
		return nextInEnglish(p.Open, awaited(p, problem.English))
	}
	return nextInChinese(p.Open, awaited(p, problem.Chinese))
}

// inForceOn says of an approved change when it is in force and what may be done until
// then, or that its day has come and other business goes first.
func (s *server) inForceOn(ctx context.Context, day calendar.Date, onHold bool) string {
	english := exchangeOf(ctx).lang == problem.English
	switch {
	case onHold && english:
		return fmt.Sprintf("Approved for %s, and on hold: other business of the pupil goes first, its timeline says which. Nobody needs to act. When that has ended, the record is checked again; the office that filed may withdraw the change.", day)
	case onHold:
		return fmt.Sprintf("已审批通过，原定 %s 生效；该生有优先业务在办（见办理记录），此业务暂缓，不需人工处理。该业务结束后系统再次核对；申请单位可以撤回。", day)
	case english:
		return fmt.Sprintf("Approved, in force on %s. Until then the record stays as it is, and the office that filed may withdraw the change; on that day the record is checked again.", day)
	}
	return fmt.Sprintf("已审批通过，%s 起生效。在此之前学籍不变，申请单位可以撤回；到该日系统再次核对后自动生效。", day)
}

// sideOf is the school on one side of a move.
func sideOf(p ChangePage, side process.Side) uuid.UUID {
	for _, v := range p.Sides {
		if v.Side == string(side) {
			return v.OrgID
		}
	}
	return uuid.Nil
}

// said is the text of a notice, where a page says the same.
func (s *server) said(ctx context.Context, kind string) string {
	return notice.Say(kind, exchangeOf(ctx).lang, notice.Facts{}).Text
}

func nextInChinese(open *StepView, w waits) string {
	if open == nil {
		return "已办结，无需再办理。"
	}
	switch {
	case open.Act != "" && open.Problem != "":
		return fmt.Sprintf("“%s”：外部服务暂无应答（已尝试 %d 次），系统将自动重试，不需重新提交。", open.Label, open.Attempts)
	case open.Act != "":
		return fmt.Sprintf("系统正在自动办理“%s”，不需人工处理。", open.Label)
	case open.Problem == store.NotApplied:
		return fmt.Sprintf("上次批准未能生效，原因见办理记录。%s可退回申请学校更正（如另选班级），或待原因消除后再次办理“%s”。", open.Office, open.Label)
	case open.Problem != "":
		return stuckInChinese(open, w)
	case open.OverdueAt != nil:
		return fmt.Sprintf("已逾期：等待 %s办理“%s”，截止日期为 %s。请尽快办理。", w.who, open.Label, open.DueDay)
	}
	return fmt.Sprintf("等待 %s办理“%s”，截止 %s。", w.who, open.Label, open.DueDay)
}

func nextInEnglish(open *StepView, w waits) string {
	if open == nil {
		return "Ended; there is nothing more to do."
	}
	switch {
	case open.Act != "" && open.Problem != "":
		return fmt.Sprintf("\"%s\": the outside service does not answer (attempts: %d); it is tried again by itself, nothing needs to be handed in again.", open.Label, open.Attempts)
	case open.Act != "":
		return fmt.Sprintf("The system is doing \"%s\" by itself; nobody needs to act.", open.Label)
	case open.Problem == store.NotApplied:
		return fmt.Sprintf("The last approval could not be applied; the timeline says why. %s may send the change back to the school that filed (for another class, say), or do \"%s\" again when the reason is gone.", open.Office, open.Label)
	case open.Problem != "":
		return stuckInEnglish(open, w)
	case open.OverdueAt != nil:
		return fmt.Sprintf("Overdue: waiting for %s: \"%s\" was due %s. Do it as soon as you can.", w.who, open.Label, open.DueDay)
	}
	return fmt.Sprintf("Waiting for %s: \"%s\", due %s.", w.who, open.Label, open.DueDay)
}

// stuckInChinese names the tasks of a step that nobody can decide, what helps, and
// whom the step waits for all the same.
func stuckInChinese(open *StepView, w waits) string {
	var list []string
	if w.nobody != "" {
		list = append(list, fmt.Sprintf("%s没有人员可以办理“%s”。请该单位系统管理员授权人员。", w.nobody, open.Label))
	}
	if w.held != "" {
		list = append(list, fmt.Sprintf("“%s”的任务由 %s持有，该人员现不能办理。请该单位负责人将任务移交给有相应角色的人员。", open.Label, w.held))
	}
	if w.who != "" {
		list = append(list, fmt.Sprintf("同时等待 %s办理，截止 %s。", w.who, open.DueDay))
	}
	return strings.Join(list, "")
}

func stuckInEnglish(open *StepView, w waits) string {
	var list []string
	if w.nobody != "" {
		list = append(list, fmt.Sprintf("Nobody at %s may do \"%s\". The system administrator there must give somebody the role.", w.nobody, open.Label))
	}
	if w.held != "" {
		list = append(list, fmt.Sprintf("The task of \"%s\" is held by %s, who cannot act now. The head of the office must hand it over to somebody with the role.", open.Label, w.held))
	}
	if w.who != "" {
		list = append(list, fmt.Sprintf("It also waits for %s, due %s.", w.who, open.DueDay))
	}
	return strings.Join(list, " ")
}

// waits names whom the open step waits for: an office with the role, or the person
// whose task it is. Where that is the problem of the step, nobody are the offices
// without anybody for a task, held the people who hold one and cannot act.
type waits struct{ who, nobody, held string }

// awaited names everybody the open step waits for.
func awaited(p ChangePage, lang problem.Language) waits {
	if p.Open == nil {
		return waits{}
	}
	var who, nobody, held []string
	for _, k := range p.Tasks {
		if k.Status != "OPEN" || k.Step != p.Open.No || k.Round != p.Open.Round {
			continue
		}
		list := &who
		if k.stuck && k.Holder != "" {
			list = &held
		} else if k.stuck {
			list = &nobody
		}
		if name := awaitedName(lang, k.Office, k.Role, k.Holder); !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	own := []string{awaitedName(lang, p.Open.Office, p.Open.Role, "")}
	switch {
	case p.Open.Problem != "" && len(nobody)+len(held) == 0:
		who, nobody = nil, own // the problem is about to go, or nobody is asked at all
	case len(who)+len(nobody)+len(held) == 0:
		who = own
	}
	comma := "、"
	if lang == problem.English {
		comma = ", "
	}
	return waits{who: strings.Join(who, comma), nobody: strings.Join(nobody, comma), held: strings.Join(held, comma)}
}

func awaitedName(lang problem.Language, office, role, holder string) string {
	zh, en := org.Role(role).Names()
	left, right, label := "（", "）", zh
	if lang == problem.English {
		left, right, label = " (", ")", en
	}
	if holder != "" {
		label = holder
	}
	return office + left + label + right
}
