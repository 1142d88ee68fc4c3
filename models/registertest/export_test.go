package registertest

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// What a test of this package asks of its inside.

// Act does what a slip says.
func Act(t *change.Tx, c *change.Change, s *change.Slip) error { return t.DispatchVerb(c, s) }

// NumberTaken reports whether another record has this number of a citizen.
func NumberTaken(t *store.Tx, own uuid.UUID, number string) (taken bool, err error) {
	err = t.DB().Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, own, uuid.New(), student.HashArray(student.NumberKeys(t.Store(), number))).Scan(&taken).Error
	return taken, err
}

// RunningKind is the kind of the change that holds a pupil, as an office learns it that
// must not read the change.
func RunningKind(t *change.Tx, student uuid.UUID) (process.Kind, error) {
	return t.RunningKind(student)
}
