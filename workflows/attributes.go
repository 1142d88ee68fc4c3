package workflows

import (
	"slices"

	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/workflows/contract"
)

// attributes are what an admin can search by in Temporal UI. They are stored,
// so they are there without a live worker; they never hold personal data.
func attributes(in contract.ChangeInput, at contract.Position) []temporal.SearchAttributeUpdate {
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

// shownAlike says that two positions have the same attributes.
func shownAlike(a, b contract.Position) bool {
	return a.Closed == b.Closed && a.Status == b.Status && a.Step == b.Step && a.Round == b.Round &&
		a.Stage == b.Stage && a.DueAt.Equal(b.DueAt) && slices.Equal(a.WaitingFor, b.WaitingFor)
}
