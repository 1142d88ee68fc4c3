package client

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// Standing is a running change and the step at which its workflow must stand.
type Standing struct{ ChangeID, StepRound string }

// Different is a change whose workflow does not run, or shows another step.
type Different struct {
	ChangeID string
	// Listed is the entry of the workflow in Temporal's list; nil when none runs.
	Listed *Listed
}

// listAtOnce is the number of changes of which Compare lists the workflows, when it knows
// by counting that some of them differ.
const listAtOnce = 64

// Compare returns those of some changes, at most 1,000, whose workflow does not run or
// shows another step. It counts, and lists only the workflows of a small part of the
// changes in which the count differs, because listing is dear. For the rest see
// CountRunning.
func (c *Client) Compare(ctx context.Context, list []Standing) ([]Different, error) {
	if len(list) == 0 {
		return nil, nil
	}
	fit, err := c.count(ctx, showing(list))
	if err != nil || fit == int64(len(list)) {
		return nil, err
	}
	if len(list) <= listAtOnce {
		return c.differing(ctx, list)
	}
	if fit == 0 {
		running, err := c.count(ctx, runningOf(list))
		if err != nil {
			return nil, err
		}
		if running == 0 { // Temporal knows none of them
			all := make([]Different, len(list))
			for i, one := range list {
				all[i].ChangeID = one.ChangeID
			}
			return all, nil
		}
	}
	var found []Different
	for _, half := range [][]Standing{list[:len(list)/2], list[len(list)/2:]} {
		some, err := c.Compare(ctx, half)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

// differing lists the workflows of a few changes and returns those that differ.
func (c *Client) differing(ctx context.Context, list []Standing) ([]Different, error) {
	have := make(map[string]*Listed, len(list))
	_, err := c.page(ctx, runningOf(list), nil, func(one Listed) { have[one.ChangeID()] = &one })
	if err != nil {
		return nil, err
	}
	var found []Different
	for _, one := range list {
		if is := have[one.ChangeID]; is == nil || is.StepRound != one.StepRound {
			found = append(found, Different{ChangeID: one.ChangeID, Listed: is})
		}
	}
	return found, nil
}

// runningOf is the query for the running workflows of some changes.
func runningOf(list []Standing) string {
	ids := make([]string, len(list))
	for i, one := range list {
		ids[i] = `"` + contract.WorkflowID(one.ChangeID) + `"`
	}
	return `ExecutionStatus = "Running" AND WorkflowId IN (` + strings.Join(ids, ",") + `)`
}

// showing is the query for the running workflows that show the given steps, in full as
// shownStep demands it.
func showing(list []Standing) string {
	at := make(map[string][]Standing)
	for _, one := range list {
		at[one.StepRound] = append(at[one.StepRound], one)
	}
	var steps []string
	for _, step := range slices.Sorted(maps.Keys(at)) {
		steps = append(steps, contract.AttributeStepRound+` = "`+step+`" AND `+runningOf(at[step]))
	}
	var stored strings.Builder
	for _, name := range []string{contract.AttributeKind, contract.AttributeProvince, contract.AttributeStage, contract.AttributeDueAt} {
		stored.WriteString(" AND " + name + " IS NOT NULL")
	}
	return "((" + strings.Join(steps, ") OR (") + "))" + stored.String() +
		" AND (" + contract.AttributeWaitingFor + " IS NOT NULL OR " + contract.AttributeStage + ` = "` + process.ApplicantStep + `")`
}
