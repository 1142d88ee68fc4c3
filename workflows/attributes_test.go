package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// attributes as an admin reads them.
type attributes struct {
	kind, province, stage, stepRound string
	waiting                          []string
	due                              time.Time
	since                            time.Time
	day                              string
	overdue                          bool
}

func read(t *testing.T, list temporal.SearchAttributes) attributes {
	t.Helper()
	var a attributes
	keyword := func(name string) string {
		value, ok := list.GetKeyword(temporal.NewSearchAttributeKeyKeyword(name))
		require.True(t, ok, name)
		return value
	}
	a.kind, a.province = keyword(contract.AttributeKind), keyword(contract.AttributeProvince)
	a.stage, a.stepRound = keyword(contract.AttributeStage), keyword(contract.AttributeStepRound)
	a.waiting, _ = list.GetKeywordList(temporal.NewSearchAttributeKeyKeywordList(contract.AttributeWaitingFor))
	a.due, _ = list.GetTime(temporal.NewSearchAttributeKeyTime(contract.AttributeDueAt))
	a.since, _ = list.GetTime(temporal.NewSearchAttributeKeyTime(contract.AttributeStepSince))
	a.day, _ = list.GetKeyword(temporal.NewSearchAttributeKeyKeyword(contract.AttributeDueDay))
	a.overdue, _ = list.GetBool(temporal.NewSearchAttributeKeyBool(contract.AttributeOverdue))
	return a
}

func (r *run) attributes(t *testing.T) []attributes {
	t.Helper()
	var list []attributes
	for _, shown := range r.shown {
		list = append(list, read(t, shown))
	}
	return list
}

func TestSearchAttributesFollowEveryStep(t *testing.T) {
	r := begin(t, term)
	r.at(time.Hour, func() { r.say(word{verb: approve}) })
	r.at(2*time.Hour, func() { r.say(word{verb: sendBack}) })
	r.at(3*time.Hour, func() { r.say(word{verb: resubmit}) })
	r.at(4*time.Hour, func() { r.say(word{verb: reject}) })
	r.finish()
	at := func(hours int) time.Time { return opening.Add(term + time.Duration(hours)*time.Hour) }
	seen := func(stage, stepRound, office string, due time.Time) attributes {
		return attributes{
			kind: "SUSPENSION", province: "33", stage: stage, stepRound: stepRound, waiting: []string{office}, due: due,
			since: due.Add(-term), day: calendar.Until(due),
		}
	}
	require.Equal(t, []attributes{
		seen("STEP_1", "1/1", "3301060001", at(0)),
		seen("STEP_2", "2/1", "330106", at(1)),
		seen("STEP_0", "0/2", "3301060001", at(2)),
		seen("STEP_1", "1/2", "3301060001", at(3)),
		{kind: "SUSPENSION", province: "33", stage: refused, stepRound: "1/2"},
	}, r.attributes(t))
}

func TestSearchAttributesNameOfficesThatHaveNotSigned(t *testing.T) {
	r := beginChain(t, [][]string{{"330106", "330108", "330110"}}, 0)
	tasks := r.store.tasksOf(r.change)
	for i, task := range tasks {
		r.at(time.Duration(i+1)*time.Hour, func() { r.say(word{verb: approve, task: task}) })
	}
	r.finish()
	var waiting [][]string
	for _, a := range r.attributes(t) {
		waiting = append(waiting, a.waiting)
	}
	require.Equal(t, [][]string{{"330106", "330108", "330110"}, {"330108", "330110"}, {"330110"}, nil}, waiting)
}

func TestWaitingForIsUnsetWhereNobodyIsAsked(t *testing.T) {
	r := beginChain(t, [][]string{{}}, 0)
	r.end(time.Hour)
	r.finish()
	_, set := r.shown[0].GetKeywordList(temporal.NewSearchAttributeKeyKeywordList(contract.AttributeWaitingFor))
	require.False(t, set)
}

func TestUnchangedAttributesAreNotWrittenAgain(t *testing.T) {
	r := begin(t, term)
	for i := range 5 {
		r.at(time.Duration(i+1)*time.Hour, func() { r.SignalWorkflow(contract.SignalRefresh, nil) })
	}
	r.end(term - time.Hour)
	r.finish()
	require.Len(t, r.shown, 2, "the first position, and the end")
}

func TestOverdueStepIsShownAsLate(t *testing.T) {
	r := begin(t, term)
	r.at(term+time.Hour, func() { r.say(word{verb: approve}) })
	r.end(term + 2*time.Hour)
	r.finish()
	var late []bool
	for _, a := range r.attributes(t) {
		late = append(late, a.overdue)
	}
	require.Equal(t, []bool{false, true, false, false}, late, "opened, late, the next step, the end")
	last := r.shown[len(r.shown)-1]
	require.False(t, last.ContainsKey(temporal.NewSearchAttributeKeyBool(contract.AttributeOverdue)))
	require.False(t, last.ContainsKey(temporal.NewSearchAttributeKeyTime(contract.AttributeStepSince)))
	require.False(t, last.ContainsKey(temporal.NewSearchAttributeKeyKeyword(contract.AttributeDueDay)))
}

func TestTheNamespaceHasEveryAttributeThatIsShown(t *testing.T) {
	r := begin(t, term)
	r.end(time.Hour)
	r.finish()
	have := client.Attributes()
	shown := r.shown[0].GetUntypedValues()
	require.Len(t, shown, len(have)-1, "the case number is set at the start")
	require.Contains(t, have, contract.AttributeCaseNo)
	for key := range shown {
		require.Equal(t, key.GetValueType(), have[key.GetName()], key.GetName())
	}
}
