package registertest

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/keyring"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// What a test of this package asks of its inside.

// SealedColumns are the columns, with their tables, that a rotation of the keys brings to
// new keys.
func SealedColumns() (columns []string) {
	for _, p := range keyring.SecretTables() {
		for _, c := range p.Ciphers {
			if c.Member == "" {
				columns = append(columns, p.Table+"."+c.Column)
			}
		}
		for _, h := range p.Hashes {
			columns = append(columns, p.Table+"."+h)
		}
	}
	return columns
}

// Numbered writes the question marks of a statement as PostgreSQL wants them.
func Numbered(query string) string { return store.NumberPlaceholders(query) }

// Later queues a statement that must touch so many rows.
func Later(t *store.Tx, what string, rows int64, query string) { t.Later(what, rows, query) }

// SearchQuery is the statement of a search for records.
func SearchQuery(t *store.Tx, q student.Search) *gorm.DB { return student.SearchQuery(t, q) }

// Raw gives the connection of a transaction.
func Raw(t *store.Tx, fn func(*pgx.Conn) error) error { return t.Raw(fn) }

// FreeFields are the items with a column of their own that an edit writes.
func FreeFields() []roster.Field { return student.OwnFields(roster.KeyItem) }

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
