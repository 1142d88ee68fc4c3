package student

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// writeItems queues all items of a record that are no key data.
func writeItems(t *store.Tx, r *Record) error {
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
	t.Later("edit a record", 1, `UPDATE student SET `+sets.String()+`details = ?, version = version + 1, updated_at = ? WHERE id = ? AND version = ?`,
		append(values, string(details), t.Now(), r.ID, r.Version)...)
	return nil
}

// writeFurtherItems writes items of a change that are no part of the identity. It does
// nothing without items.
func writeFurtherItems(t *store.Tx, student uuid.UUID, items map[roster.Field]string) error {
	if len(items) == 0 {
		return nil
	}
	r, err := ReadRecord(t, student)
	if err != nil {
		return err
	}
	for f, text := range items {
		r.SetItem(f, text)
	}
	return writeItems(t, r)
}

// guardianRow returns the columns of a family member that hold items, with the sealed
// number of the document, and their values.
func guardianRow(g *Guardian, number SealedNumber) (columns []string, values []any) {
	for _, item := range roster.MemberItems() {
		if item == memberIDNumber {
			columns, values = append(columns, "id_masked", "id_cipher", "id_hash"), append(values, number.Masked, number.Cipher, number.Hash)
			continue
		}
		columns = append(columns, item)
		if item == memberIsGuardian {
			values = append(values, g.IsGuardian)
		} else {
			values = append(values, readPlace(g.Place(item)))
		}
	}
	return columns, values
}

// writeGuardian queues a family member of a record, new or changed. Number is the number
// of the document in the clear.
func writeGuardian(t *store.Tx, r *Record, g *Guardian, number string) error {
	sealed, err := sealGuardian(t.Store(), r.ID, g.Seat, g.IDType, number)
	if err != nil {
		return err
	}
	columns, values := guardianRow(g, sealed)
	sets := make([]string, len(columns))
	for i, column := range columns {
		sets[i] = column + " = excluded." + column
	}
	t.Later("edit the family of a record", 1, `INSERT INTO guardian (student_id, seat, org_path, `+strings.Join(columns, ", ")+`)
		VALUES (?, ?, ?`+strings.Repeat(", ?", len(columns))+`) ON CONFLICT (student_id, seat) DO UPDATE SET `+strings.Join(sets, ", "),
		append([]any{r.ID, g.Seat, r.OrgPath}, values...)...)
	return nil
}
