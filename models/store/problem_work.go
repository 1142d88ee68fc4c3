package store

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// corroborationKind returns the Work of a corroboration of a problem (佐证, KT11, KT14).
// Its chain depends on the office of the other record.
func corroborationKind() RecordWork {
	return lockingProblems(RecordWork{
		Particulars: func(t *Tx, c *Change, h *held, policy process.Policy) error {
			p, err := t.problemNamed(c)
			if err != nil {
				return err
			}
			route := process.OwnRecord
			if p != nil {
				c.ProblemID, c.Beside = &p.ID, p.SchoolID
				route = p.route(h)
			}
			t.chooseChain(c, h, route, policy)
			return nil
		},
		Facts: func(t *Tx, c *Change, _ *held, f *status.Facts, _ bool) (err error) {
			f.Finding, err = t.finding(c)
			return err
		},
		Put: func(t *Tx, c *Change, h *held, _ status.Record, _ calendar.Date) error { return t.corroborate(c, h) },
	})
}

// deletionKind returns the Work of a deletion for a problem (KT13). A G number has a
// chain of its own.
func deletionKind() RecordWork {
	return examined(RecordWork{
		Particulars: func(t *Tx, c *Change, h *held, policy process.Policy) error {
			route := process.OwnRecord
			if h.NumberClass == "G" {
				route = process.GNumber
			}
			t.chooseChain(c, h, route, policy)
			return nil
		},
	})
}

// examined adds to a kind that the register looks for doubles of its record again,
// because the record may then name another person.
func examined(w RecordWork) RecordWork {
	w = lockingProblems(w)
	w.After = func(t *Tx, c *Change, h *held) error { return t.examine([]uuid.UUID{h.ID}, c.ID) }
	return w
}

// lockingProblems adds to a kind that problems are locked before its record.
func lockingProblems(w RecordWork) RecordWork {
	w.Before = func(t *Tx, _ *Change) error { return t.lockProblems() }
	return w
}
