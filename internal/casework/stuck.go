package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// Stuck is a running change that makes no progress.
type Stuck struct {
	worklist.AttentionRow

	// Run is the latest run of its workflow; nil when Temporal was not asked or did not answer.
	Run      *client.Run
	Findings []Finding // causes before effects
}

// Fill returns the values for sentences about this change.
func (s Stuck) Fill() Fill {
	fill := Fill{
		"case": s.CaseNo, "office": s.OfficeName, "role": string(s.Role), "due": calendar.Until(s.DueAt), "slips": fmt.Sprint(s.Slips),
		"at_step": fmt.Sprintf("%d/%d", s.StepNo, s.Round),
	}
	fill.nobody(s.Nobody, s.OfficeName, string(s.Role))
	if s.Run != nil {
		fill.run(*s.Run)
	}
	return fill
}

// judge compares the workflows of some changes and adds the changes that have the finding
// of the question.
func (l *look) judge(ctx context.Context, rows []worklist.AttentionRow) error {
	items := make([]Stuck, len(rows))
	for i, row := range rows {
		items[i].AttentionRow = row
	}
	l.describe(ctx, items)
	var doubtful []uuid.UUID
	for i := range items {
		items[i].Findings = items[i].findings(l.a.Now, l.machine())
		if items[i].apart() {
			doubtful = append(doubtful, items[i].ChangeID)
		}
	}
	again, err := l.again(ctx, doubtful)
	if err != nil {
		return err
	}
	for _, item := range items {
		if item.apart() {
			item.settle(again)
		}
		for _, f := range item.Findings {
			if slices.Contains(worklist.Reasons(), worklist.Reason(f)) || f == FindNoStep {
				continue // the register, or Temporal's list, has counted all of them
			}
			l.a.Counts[f]++
		}
		if len(item.Findings) > 0 && (l.q.Only == "" || slices.Contains(item.Findings, l.q.Only)) {
			l.a.Items = append(l.a.Items, item)
		}
	}
	return nil
}

// findings returns the findings of a change. Those about its run come first, because they
// cause what the register misses.
func (s *Stuck) findings(now, machine time.Time) []Finding {
	var list []Finding
	if s.Run != nil {
		list = runFindings(*s.Run, contract.StepRound(s.StepNo, s.Round), nil, machine)
	}
	if now.Sub(s.OpenedAt) < quickSlip {
		list = slices.DeleteFunc(list, func(f Finding) bool { return f == FindNeverStarted || f == FindBehind }) // the start is queued
	}
	never := slices.Contains(list, FindNeverStarted)
	for _, reason := range s.Reasons {
		list = appendIf(list, !never || reason != worklist.ReasonStartWaiting, Finding(reason))
	}
	return list
}

// apart reports whether the run contradicts the register as it was read a moment before.
func (s *Stuck) apart() bool { return slices.ContainsFunc(s.Findings, Finding.apart) }

func (f Finding) apart() bool { return f == FindNeverStarted || f == FindNotRunning || f == FindBehind }

// shown reports whether a finding may come from Temporal's list alone.
func (f Finding) shown() bool {
	return f.apart() || f == FindNoStep || f == FindAttributes || f == FindFailing
}

// settle removes findings that were no fault: the change moved or ended between the
// reading of the register and of Temporal.
func (s *Stuck) settle(again map[uuid.UUID]worklist.AttentionRow) {
	now, running := again[s.ChangeID]
	switch {
	case !running:
		s.Findings = nil
	case now.StepNo != s.StepNo || now.Round != s.Round:
		s.Findings = slices.DeleteFunc(s.Findings, Finding.apart)
	}
}

func (l *look) again(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]worklist.AttentionRow, error) {
	var rows []worklist.AttentionRow
	err := l.within(ctx, func(tx *store.Tx) (err error) {
		rows, err = worklist.ReadRunning(tx, ids)
		return err
	})
	byID := make(map[uuid.UUID]worklist.AttentionRow, len(rows))
	for _, row := range rows {
		byID[row.ChangeID] = row
	}
	return byID, err
}
