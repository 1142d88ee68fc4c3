package store

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
)

// What a test of this package asks of its inside.

// SealedColumns are the columns, with their tables, that a rotation of the keys brings to
// new keys.
func SealedColumns() (columns []string) {
	for _, p := range places() {
		for _, c := range p.ciphers {
			if c.member == "" {
				columns = append(columns, p.table+"."+c.column)
			}
		}
		for _, h := range p.hashes {
			columns = append(columns, p.table+"."+h)
		}
	}
	return columns
}

// Act does what a slip says.
func Act(t *Tx, c *Change, s *Slip) error { return t.act(c, s) }

// Numbered writes the question marks of a statement as PostgreSQL wants them.
func Numbered(query string) string { return numbered(query) }

// Later queues a statement that must touch so many rows.
func Later(t *Tx, what string, rows int64, query string) { t.later(what, rows, query) }

// SearchQuery is the statement of a search for records.
func SearchQuery(t *Tx, q StudentSearch) *gorm.DB { return t.searchQuery(q) }

// Raw gives the connection of a transaction.
func Raw(t *Tx, fn func(*pgx.Conn) error) error { return t.raw(fn) }

// FreeFields are the items with a column of their own that an edit writes.
func FreeFields() []roster.Field { return ownFields(roster.KeyItem) }

// NumberTaken reports whether another record has this number of a citizen.
func NumberTaken(t *Tx, own uuid.UUID, number string) (taken bool, err error) {
	err = t.db.Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, own, uuid.New(), hashArray(t.store.numberKeys(number))).Scan(&taken).Error
	return taken, err
}

// RunningKind is the kind of the change that holds a pupil, as an office learns it that
// must not read the change.
func RunningKind(t *Tx, student uuid.UUID) (process.Kind, error) { return t.runningKind(student) }

// DocumentTaken reports whether a record or a roster in hand has the document of a pupil.
func DocumentTaken(t *Tx, p roster.Pupil) (taken bool, err error) {
	keys := t.store.identityKeys(documentOf(p))
	err = t.db.Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, uuid.New(), uuid.New(), hashArray(keys)).Scan(&taken).Error
	return taken, err
}

// SealRosterRow encrypts a row of a roster.
func SealRosterRow(s *Store, id uuid.UUID, row int, p roster.Pupil) ([]byte, error) {
	return s.sealRosterRow(id, row, p)
}
