package student

import (
	"slices"
	"strings"

	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// SaveEdit queues the effects of an edit: the record, the changed family members, one
// line of history and one audit entry.
func SaveEdit(t *store.Tx, e *JudgedEdit, reason string) error {
	r := e.Record
	before, after := map[string]string{}, map[string]string{}
	seats := map[int]bool{}
	for _, f := range e.Changed {
		value := e.revised[f]
		before[string(f)], after[string(f)] = e.Current[f], value
		if f.Secret() {
			before[string(f)], after[string(f)] = MaskDocument(e.Current[f]), MaskDocument(value)
		}
		g, _ := r.member(f)
		if g != nil {
			r.addMember(g.Seat)
			seats[g.Seat] = true
		}
		switch {
		case f == fieldAuxNumber:
			if err := sealAux(t.Store(), r, value); err != nil {
				return err
			}
		case !f.Secret():
			r.SetItem(f, value)
		}
	}
	if err := writeItems(t, r); err != nil {
		return err
	}
	if slices.Contains(e.Changed, roster.Nationality) {
		if err := rewriteIdentityKey(t, r.ID, DocumentOf(e.revised)); err != nil {
			return err
		}
	}
	for i := range r.Guardians {
		if g := &r.Guardians[i]; seats[g.Seat] {
			if err := writeGuardian(t, r, g, e.revised[MemberNumber(g.Seat)]); err != nil {
				return err
			}
		}
	}
	err := WriteHistory(t, &HistoryLine{StudentID: r.ID, Path: r.OrgPath, Kind: KindEdit, EffectiveOn: t.Today(), AccountID: t.Scope().Account, Reason: reason,
		Before: HistorySide{Items: before}, After: HistorySide{Items: after}})
	if err != nil {
		return err
	}
	names := make([]string, len(e.Changed))
	for i, f := range e.Changed {
		names[i] = string(f)
	}
	return t.Audit("student.edit", "student", r.ID.String(), map[string]string{"fields": strings.Join(names, ",")})
}

// addMember adds a family member to the record if it is missing.
func (r *Record) addMember(n int) {
	for _, g := range r.Guardians {
		if g.Seat == n {
			return
		}
	}
	r.Guardians = append(r.Guardians, Guardian{Seat: n})
}
