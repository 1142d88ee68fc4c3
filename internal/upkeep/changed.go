package upkeep

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
)

// staffSeen holds the people of the offices, and treeSeen the tree of offices, as an earlier
// round read them. Both change seldom. A round looks at the steps that depend on them only
// after a change, and again in the next round, because a transaction that began before the
// change may still write by the old state. Once an hour, and when this process begins to
// lead, a round looks at all steps.
type (
	staffSeen struct {
		last  change.Staff
		again []uuid.UUID // the offices whose people changed in the round before
		whole time.Time   // when everything was looked at
	}
	treeSeen struct {
		last  string
		again bool // it changed in the round before
		whole time.Time
	}
)

// due reports whether everything must be looked at again. The clock may have been set back.
func due(whole, now time.Time) bool { return now.Sub(whole).Abs() >= everyHour }

// offices hands open steps over after a school or bureau was re-assigned.
func (u *Upkeep) offices(ctx context.Context, _ *Round) error {
	var tree string
	err := u.inRegister(ctx, func(tx *change.Tx) (err error) {
		tree, err = tx.TreeDigest()
		return err
	})
	if err != nil {
		return err
	}
	now := u.Register.Clock().Now()
	changed := tree != u.tree.last
	if !changed && !u.tree.again && !due(u.tree.whole, now) {
		return nil
	}
	found := 0
	err = u.mend(ctx, func(tx *change.Tx, most int) ([]uuid.UUID, error) {
		ids, err := tx.AtWrongOffice(most)
		found = len(ids)
		return ids, err
	}, (*change.Tx).MoveToOffice)
	if err == nil && found == 0 {
		u.tree = treeSeen{last: tree, again: changed, whole: now}
	}
	return err
}

// people names the open steps that nobody can decide. It looks at the offices whose people
// have changed.
func (u *Upkeep) people(ctx context.Context, _ *Round) error {
	now, next := u.Register.Clock().Now(), staffSeen{}
	err := u.inRegister(ctx, func(tx *change.Tx) (err error) {
		if next.last, err = tx.ReadStaff(); err != nil {
			return err
		}
		next.again, next.whole = next.last.Changed(u.staff.last), u.staff.whole
		if due(u.staff.whole, now) {
			next.whole = now
			return tx.RefreshObstacles()
		}
		if offices := slices.Concat(next.again, u.staff.again); len(offices) > 0 {
			return tx.RefreshObstaclesAt(offices)
		}
		return nil
	})
	if err == nil {
		u.staff = next
	}
	return err
}
