package registertest

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// What a test of this package asks of its inside.

// Act does what a slip says.
func Act(t *change.Tx, c *change.Change, s *change.Slip) error { return t.DispatchVerb(c, s) }

// SearchQuery is the statement of a search for records.
func SearchQuery(t *store.Tx, q student.Search) *gorm.DB { return student.SearchQuery(t, q) }

// Raw gives the connection of a transaction.
func Raw(t *store.Tx, fn func(*pgx.Conn) error) error { return t.Raw(fn) }

// FreeFields are the items with a column of their own that an edit writes.
func FreeFields() []roster.Field { return student.OwnFields(roster.KeyItem) }

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

// DocumentTaken reports whether a record or a roster in hand has the document of a pupil.
func DocumentTaken(t *store.Tx, p roster.Pupil) (taken bool, err error) {
	keys := student.IdentityKeys(t.Store(), student.DocumentOf(p))
	err = t.DB().Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, uuid.New(), uuid.New(), student.HashArray(keys)).Scan(&taken).Error
	return taken, err
}

// SealRosterRow encrypts a row of a roster.
func SealRosterRow(s *store.Store, id uuid.UUID, row int, p roster.Pupil) ([]byte, error) {
	return student.SealRosterRow(s, id, row, p)
}
