package store

import (
	"slices"
	"strings"

	"github.com/xueji/xueji/models/roster"
)

// saveEdit queues the effects of an edit: the record, the changed family members, one
// line of history and one audit entry.
func (t *Tx) saveEdit(e *recordEdit, reason string) error {
	r := e.record
	before, after := map[string]string{}, map[string]string{}
	seats := map[int]bool{}
	for _, f := range e.changed {
		value := e.revised[f]
		before[string(f)], after[string(f)] = e.current[f], value
		if f.Secret() {
			before[string(f)], after[string(f)] = maskDocument(e.current[f]), maskDocument(value)
		}
		g, _ := r.member(f)
		if g != nil {
			r.seat(g.Seat)
			seats[g.Seat] = true
		}
		switch {
		case f == fieldAuxNumber:
			if err := t.store.sealAux(r, value); err != nil {
				return err
			}
		case !f.Secret():
			r.setItem(f, value)
		}
	}
	if err := t.writeItems(r); err != nil {
		return err
	}
	if slices.Contains(e.changed, roster.Nationality) {
		if err := t.rekey(r.ID, documentOf(e.revised)); err != nil {
			return err
		}
	}
	for i := range r.Guardians {
		if g := &r.Guardians[i]; seats[g.Seat] {
			if err := t.writeGuardian(r, g, e.revised[memberNumber(g.Seat)]); err != nil {
				return err
			}
		}
	}
	err := t.writeHistory(&HistoryLine{StudentID: r.ID, Path: r.OrgPath, Kind: edited, EffectiveOn: t.today(), AccountID: t.scope.Account, Reason: reason,
		Before: HistorySide{Items: before}, After: HistorySide{Items: after}})
	if err != nil {
		return err
	}
	names := make([]string, len(e.changed))
	for i, f := range e.changed {
		names[i] = string(f)
	}
	return t.Audit("student.edit", "student", r.ID.String(), map[string]string{"fields": strings.Join(names, ",")})
}

// seat adds a family member to the record if it is missing.
func (r *StudentRecord) seat(n int) {
	for _, g := range r.Guardians {
		if g.Seat == n {
			return
		}
	}
	r.Guardians = append(r.Guardians, Guardian{Seat: n})
}
