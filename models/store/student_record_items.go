package store

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/roster"
)

// writeItems queues all items of a record that are no key data.
func (t *Tx) writeItems(r *StudentRecord) error {
	details, err := json.Marshal(r.Details)
	if err != nil {
		return fmt.Errorf("write the items of a record: %w", err)
	}
	var sets strings.Builder
	var values []any
	for _, f := range ownFields(roster.KeyItem) {
		sets.WriteString(string(f) + " = ?, ")
		values = append(values, r.Item(f))
	}
	t.later("edit a record", 1, `UPDATE student SET `+sets.String()+`details = ?, version = version + 1, updated_at = ? WHERE id = ? AND version = ?`,
		append(values, string(details), t.now, r.ID, r.Version)...)
	return nil
}

// writeFurtherItems writes items of a change that are no part of the identity. It does
// nothing without items.
func (t *Tx) writeFurtherItems(student uuid.UUID, items map[roster.Field]string) error {
	if len(items) == 0 {
		return nil
	}
	r, err := t.recordOf(student)
	if err != nil {
		return err
	}
	for f, text := range items {
		r.setItem(f, text)
	}
	return t.writeItems(r)
}

// guardianRow returns the columns of a family member that hold items, with the sealed
// number of the document, and their values.
func guardianRow(g *Guardian, number sealedNumber) (columns []string, values []any) {
	for _, item := range roster.MemberItems() {
		if item == memberIDNumber {
			columns, values = append(columns, "id_masked", "id_cipher", "id_hash"), append(values, number.masked, number.cipher, number.hash)
			continue
		}
		columns = append(columns, item)
		if item == memberIsGuardian {
			values = append(values, g.IsGuardian)
		} else {
			values = append(values, readPlace(g.place(item)))
		}
	}
	return columns, values
}

// writeGuardian queues a family member of a record, new or changed. Number is the number
// of the document in the clear.
func (t *Tx) writeGuardian(r *StudentRecord, g *Guardian, number string) error {
	sealed, err := t.store.sealGuardian(r.ID, g.Seat, g.IDType, number)
	if err != nil {
		return err
	}
	columns, values := guardianRow(g, sealed)
	sets := make([]string, len(columns))
	for i, column := range columns {
		sets[i] = column + " = excluded." + column
	}
	t.later("edit the family of a record", 1, `INSERT INTO guardian (student_id, seat, org_path, `+strings.Join(columns, ", ")+`)
		VALUES (?, ?, ?`+strings.Repeat(", ?", len(columns))+`) ON CONFLICT (student_id, seat) DO UPDATE SET `+strings.Join(sets, ", "),
		append([]any{r.ID, g.Seat, r.OrgPath}, values...)...)
	return nil
}
