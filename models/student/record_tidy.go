package student

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// $6 to $9 are the document of the record, where that changes, $10 is the state of a deleted
// record.
const tidyStatement = `UPDATE student s SET name = $2, name_key = $3,
	details = CASE WHEN coalesce(s.details ->> 'former_name', '') = $4::text THEN s.details ELSE jsonb_set(s.details, '{former_name}', to_jsonb($4::text)) END,
	id_cipher = coalesce($6::bytea, s.id_cipher), id_hash = coalesce($7::bytea, s.id_hash),
	number_only_hash = CASE WHEN $6::bytea IS NULL THEN s.number_only_hash ELSE $8::bytea END,
	id_masked = CASE WHEN $6::bytea IS NULL THEN s.id_masked ELSE $9 END,
	id_double = s.id_double OR EXISTS (SELECT 1 FROM student o WHERE o.id_hash = $7::bytea AND o.id <> s.id AND o.enrol_status <> $10 AND NOT o.id_double),
	deduped_at = NULL, dedupe_state = $11, version = s.version + 1, updated_at = $5
	WHERE s.id = $1 RETURNING s.id_double AND s.enrol_status <> $10`

// tidyRecord writes the tidied names of a record, and its tidied document if that
// differs. It reports whether the document belongs to another record too; then the record
// becomes a double. The caller has locked the record.
func tidyRecord(t *store.Tx, student uuid.UUID, name, formerName string, number SealedNumber) (double bool, err error) {
	if err := t.Flush(); err != nil {
		return false, err
	}
	err = t.Raw(func(c *pgx.Conn) error {
		return c.QueryRow(t.Context(), tidyStatement, student, name, ident.NameKey(name), formerName, t.Now(),
			number.Cipher, number.Hash, number.onlyHash, number.Masked, string(status.Deleted), dedupePending).Scan(&double)
	})
	if err != nil {
		return false, fmt.Errorf("tidy a record: %w", err)
	}
	return double, nil
}

// tidyGuardian queues the tidied name of a family member, and the tidied document if that
// differs.
func tidyGuardian(t *store.Tx, student uuid.UUID, seat tidiedSeat) {
	t.Later("tidy the family of a record", 1, `UPDATE guardian SET name = ?, id_cipher = coalesce(?::bytea, id_cipher), id_hash = coalesce(?::bytea, id_hash),
		id_masked = CASE WHEN ?::bytea IS NULL THEN id_masked ELSE ? END WHERE student_id = ? AND seat = ?`,
		seat.name, seat.number.Cipher, seat.number.Hash, seat.number.Hash, seat.number.Masked, student, seat.seat)
}
