package problem

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// CorroborationKind returns the Work of a corroboration of a problem (佐证, KT11, KT14).
// Its chain depends on the office of the other record.
func CorroborationKind() change.RecordWork {
	return withProblemLock(change.RecordWork{
		Particulars: func(t *change.Tx, c *change.Change, h *student.PupilRow, policy process.Policy) error {
			p, err := findProblem(t.Tx, c)
			if err != nil {
				return err
			}
			route := process.OwnRecord
			if p != nil {
				c.ProblemID, c.Beside = &p.ID, p.SchoolID
				route = p.route(h)
			}
			t.ChooseChain(c, h, route, policy)
			return nil
		},
		Facts: func(t *store.Tx, c *change.Change, _ *student.PupilRow, f *status.Facts, _ bool) (err error) {
			f.Finding, err = readFinding(t, c)
			return err
		},
		Put: func(t *change.Tx, c *change.Change, h *student.PupilRow, _ status.Record, _ calendar.Date) error {
			return corroborate(t.Tx, c, h)
		},
	})
}

// DeletionKind returns the Work of a deletion for a problem (KT13). A G number has a
// chain of its own.
func DeletionKind() change.RecordWork {
	return WithDedupe(change.RecordWork{
		Particulars: func(t *change.Tx, c *change.Change, h *student.PupilRow, policy process.Policy) error {
			route := process.OwnRecord
			if h.NumberClass == "G" {
				route = process.GNumber
			}
			t.ChooseChain(c, h, route, policy)
			return nil
		},
	})
}

// WithDedupe adds to a kind that the register looks for doubles of its record again,
// because the record may then name another person. What the population database said to a
// step of the change is kept, and the record has the state that follows.
func WithDedupe(w change.RecordWork) change.RecordWork {
	w = withProblemLock(w)
	w.After = func(t *store.Tx, c *change.Change, h *student.PupilRow) error {
		if err := writeMatch(t, c, h.ID); err != nil {
			return err
		}
		return updateProblems(t, []uuid.UUID{h.ID}, c.ID)
	}
	return w
}

// withProblemLock adds to a kind that problems are locked before its record.
func withProblemLock(w change.RecordWork) change.RecordWork {
	w.Before = func(t *change.Tx, _ *change.Change) error { return lockProblems(t.Tx) }
	return w
}
