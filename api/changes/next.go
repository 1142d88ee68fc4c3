package changes

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/transfer"
)

// next is the sentence at the top of the page. The words are the catalogue's
// kind: what happens next and who must act.
func (s *server) next(ctx context.Context, p ChangePage) string {
	if p.Kind == string(process.Arbitration) && p.Status == change.StatusEffective {
		switch rest.PrincipalOf(ctx).Office.ID {
		case sideOf(p, process.SideIn):
			return s.said(ctx, "ARBITRATION_WON")
		case sideOf(p, process.SideOut):
			return s.said(ctx, "ARBITRATION_LOST")
		}
	}
	if p.LeftOut > 0 {
		return s.said(ctx, "ROSTER_LEFT_OUT")
	}
	if p.Open != nil && p.Open.Act == string(process.ActAwaitDay) && p.Open.NextAttempt != nil && p.EffectiveOn != nil {
		return s.inForceOn(ctx, *p.EffectiveOn, change.IsOnHold(*p.Open.NextAttempt, p.EffectiveOn.Start()))
	}
	if p.Open != nil && p.Open.Act == string(process.ActApplyParts) {
		return sayNext(rest.LanguageOf(ctx), nextInParts, nil)
	}
	if p.StruckAt != nil {
		return s.struckSentence(ctx, p)
	}
	lang := rest.LanguageOf(ctx)
	return nextSentence(p, lang, awaited(p, lang))
}

// inForceOn says of an approved change when it is in force and what may be done until
// then, or that its day has come and other business goes first.
func (s *server) inForceOn(ctx context.Context, day calendar.Date, onHold bool) string {
	key := nextInForce
	if onHold {
		key = nextOnHold
	}
	return sayNext(rest.LanguageOf(ctx), key, map[string]string{"day": day.String()})
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
	return notice.Say(kind, rest.LanguageOf(ctx), notice.Facts{}).Text
}

// nextSentence says what a case waits for, or how it ended.
func nextSentence(p ChangePage, lang refusal.Language, w waits) string {
	open := p.Open
	if open == nil {
		return endedSentence(p, lang)
	}
	fill := map[string]string{"step": open.Label, "office": open.Office, "who": w.who, "due": open.DueDay, "attempts": strconv.Itoa(open.Attempts)}
	switch {
	case open.Act != "" && open.Problem != "":
		return sayNext(lang, nextSilent, fill)
	case open.Act != "":
		return sayNext(lang, nextAutomatic, fill)
	case open.Problem == change.EventNotApplied:
		return sayNext(lang, nextNotApplied, fill)
	case open.Problem != "":
		return stuckSentence(lang, fill, w)
	case open.OverdueAt != nil:
		return sayNext(lang, nextOverdue, fill)
	}
	return sayNext(lang, nextWaits, fill)
}

// endedSentence says how a case ended, and that the paper file of a move in force is
// still on its way.
func endedSentence(p ChangePage, lang refusal.Language) string {
	switch p.Status {
	case change.StatusRefused:
		return sayNext(lang, nextRefused, nil)
	case change.StatusWithdrawn:
		return sayNext(lang, nextWithdrawn, nil)
	case change.StatusClosed:
		return sayNext(lang, nextClosed, nil)
	}
	if h := p.Handover; h != nil {
		fill := map[string]string{"from": h.From, "to": h.To, "due": h.DueOn.String()}
		switch h.State {
		case transfer.PaperFileToSend:
			return sayNext(lang, nextPaperToSend, fill)
		case transfer.PaperFileSent:
			return sayNext(lang, nextPaperSent, fill)
		}
	}
	return sayNext(lang, nextDone, nil)
}

// stuckSentence names the tasks of a step for which no person has the right role, and
// says what helps. It also names the people whom the other tasks of the step wait for.
func stuckSentence(lang refusal.Language, fill map[string]string, w waits) string {
	var list []string
	fill["nobody"], fill["held"] = w.nobody, w.held
	for _, part := range []struct{ who, key string }{{w.nobody, nextNobody}, {w.held, nextHeld}, {w.who, nextBesides}} {
		if part.who != "" {
			list = append(list, sayNext(lang, part.key, fill))
		}
	}
	if lang == refusal.English {
		return strings.Join(list, " ")
	}
	return strings.Join(list, "")
}

// waits names whom the open step waits for: an office with the role, or the person
// whose task it is. Where that is the problem of the step, nobody are the offices
// without anybody for a task, held the people who hold one and cannot act.
type waits struct{ who, nobody, held string }

// awaited names everybody the open step waits for.
func awaited(p ChangePage, lang refusal.Language) waits {
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
	if lang == refusal.English {
		comma = ", "
	}
	return waits{who: strings.Join(who, comma), nobody: strings.Join(nobody, comma), held: strings.Join(held, comma)}
}

func awaitedName(lang refusal.Language, office, role, holder string) string {
	zh, en := org.Role(role).Names()
	left, right, label := "（", "）", zh
	if lang == refusal.English {
		left, right, label = " (", ")", en
	}
	if holder != "" {
		label = holder
	}
	return office + left + label + right
}
