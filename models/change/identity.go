package change

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/student"
)

// identityKeysAfter returns the keys of the document that a record would have after a change.
// It is nil when the record has that document already, or none. Another number is another
// document, and so is a passport of another country. The record is nil when it does not
// exist yet; the number of an existing record must have been read.
func (t *Tx) identityKeysAfter(c *Change, h *student.PupilRow) [][]byte {
	var d student.IdentityDocument
	if h != nil {
		d = student.IdentityDocument{Kind: h.IDType, Country: h.Nationality, Number: h.Record.Identity.IDNumber}
	}
	written := false
	for field, item := range map[string]*string{status.FieldIDType: &d.Kind, string(roster.Nationality): &d.Country, status.FieldIDNumber: &d.Number} {
		if v, ok := c.Values[field]; ok {
			*item, written = v.Text, true
		}
	}
	if !written {
		return nil
	}
	keys := student.IdentityKeys(t.Store(), d)
	if h != nil && slices.ContainsFunc(keys, func(key []byte) bool { return bytes.Equal(key, h.IDHash) }) {
		return nil
	}
	return keys
}

// RefusalIfIdentityTaken returns a refusal when the document that a change writes belongs to
// another record or to another running change, else nil.
func (t *Tx) RefusalIfIdentityTaken(c *Change, h *student.PupilRow) (*refusal.Error, error) {
	if c.IdentityKeys = t.identityKeysAfter(c, h); c.IdentityKeys == nil {
		return nil, nil //nolint:nilnil // no number is written
	}
	own := uuid.Nil // zero when the record does not exist yet
	if c.StudentID != nil {
		own = *c.StudentID
	}
	var taken bool
	if err := t.DB().Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, own, c.ID, student.HashArray(c.IdentityKeys)).Scan(&taken).Error; err != nil {
		return nil, fmt.Errorf("look for a number in the register: %w", err)
	}
	if !taken {
		return nil, nil //nolint:nilnil // free
	}
	return student.IdentityTaken(), nil
}
