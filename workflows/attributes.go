package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/workflows/contract"
)

// stepShown is the gate of what is shown of the open step since version 1: since when
// it is open, its due day, and that it is late. A change that ran before goes on
// without it, so that its history replays.
const stepShown = "step-shown"

// gate says whether a run shows what is behind the gate, and drops that from the
// position where it does not: it must not write anything because of it either.
func gate(ctx workflow.Context, at *contract.Position) bool {
	if workflow.GetVersion(ctx, stepShown, workflow.DefaultVersion, 1) != workflow.DefaultVersion {
		return true
	}
	at.OpenedAt, at.Overdue = time.Time{}, false
	return false
}

// attributes are what an admin can search by in Temporal UI. They are stored,
// so they are there without a live worker; they never hold personal data.
func attributes(in contract.ChangeInput, at contract.Position, gated bool) []temporal.SearchAttributeUpdate {
	stage := at.Stage
	if at.Closed {
		stage = at.Status
	}
	list := []temporal.SearchAttributeUpdate{
		temporal.NewSearchAttributeKeyKeyword(contract.AttributeKind).ValueSet(in.Kind),
		temporal.NewSearchAttributeKeyKeyword(contract.AttributeProvince).ValueSet(in.Province),
		temporal.NewSearchAttributeKeyKeyword(contract.AttributeStage).ValueSet(stage),
		temporal.NewSearchAttributeKeyKeyword(contract.AttributeStepRound).ValueSet(contract.StepRound(at.Step, at.Round)),
	}
	if gated {
		list = append(list, ofStep(at)...)
	}
	waiting := temporal.NewSearchAttributeKeyKeywordList(contract.AttributeWaitingFor)
	due := temporal.NewSearchAttributeKeyTime(contract.AttributeDueAt)
	if at.Closed {
		return append(list, waiting.ValueUnset(), due.ValueUnset())
	}
	list = append(list, due.ValueSet(at.DueAt))
	if len(at.WaitingFor) == 0 {
		return append(list, waiting.ValueUnset()) // an empty list would be stored as null
	}
	return append(list, waiting.ValueSet(at.WaitingFor))
}

// ofStep are the attributes behind the gate stepShown.
func ofStep(at contract.Position) []temporal.SearchAttributeUpdate {
	since := temporal.NewSearchAttributeKeyTime(contract.AttributeStepSince)
	day := temporal.NewSearchAttributeKeyKeyword(contract.AttributeDueDay)
	overdue := temporal.NewSearchAttributeKeyBool(contract.AttributeOverdue)
	if at.Closed {
		return []temporal.SearchAttributeUpdate{since.ValueUnset(), day.ValueUnset(), overdue.ValueUnset()}
	}
	shown := day.ValueSet(calendar.Until(at.DueAt))
	if at.EffectiveOn != "" {
		shown = day.ValueUnset() // nobody is due: the change waits for its day, which stands in WaitingFor
	}
	return []temporal.SearchAttributeUpdate{since.ValueSet(at.OpenedAt), shown, overdue.ValueSet(at.Overdue)}
}

// shownAlike says that two positions have the same attributes.
func shownAlike(a, b contract.Position) bool {
	return a.Closed == b.Closed && a.Status == b.Status && a.Step == b.Step && a.Round == b.Round && a.Overdue == b.Overdue &&
		a.Stage == b.Stage && a.DueAt.Equal(b.DueAt) && a.OpenedAt.Equal(b.OpenedAt) && slices.Equal(a.WaitingFor, b.WaitingFor)
}
