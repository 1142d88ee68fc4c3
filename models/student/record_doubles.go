package student

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// SearchDoublesAgain queues that the search for doubles checks a record again.
func SearchDoublesAgain(t *store.Tx, student uuid.UUID) {
	t.Later("look for doubles again", 1, `UPDATE student SET deduped_at = NULL WHERE id = ?`, student)
}

// SettleDoubles makes a record the holder of its document, when another record held the
// document before and is gone or has another document now. It checks the given records.
func SettleDoubles(t *store.Tx, ids []uuid.UUID) error {
	_, err := t.Exec(`UPDATE student s SET id_double = false WHERE s.id_double AND s.enrol_status <> @deleted AND s.id IN @ids
			AND NOT EXISTS (SELECT 1 FROM student o WHERE o.id_hash = s.id_hash AND o.id <> s.id AND o.enrol_status <> @deleted AND (NOT o.id_double OR o.id < s.id))`,
		map[string]any{"ids": ids, "deleted": status.Deleted})
	if err != nil {
		return fmt.Errorf("settle the doubles of a document: %w", err)
	}
	return nil
}

// ProblemMarks are the problem marks (问题学籍) of one record.
type ProblemMarks struct {
	ID     uuid.UUID `json:"id"`
	Flags  []string  `json:"flags"`
	Looked bool      `json:"looked"` // the search for doubles has looked at the record itself
}

// stateOf is the SQL expression for the state of the search for doubles that follows from
// flags.
func stateOf(flags string) string {
	return `CASE WHEN ` + flags + ` && ARRAY['` + status.DupWithID + `', '` + status.DupWithoutID + `'] THEN '` + dedupeFailed + `' ELSE '` + dedupePassed + `' END`
}

// MarkedAs is the SQL condition that the state of the search for doubles of a record, which
// is a row with the given alias, is the one that follows from flags.
func MarkedAs(alias, flags string) string { return alias + `.dedupe_state = ` + stateOf(flags) }

// WriteMarks writes the problem marks of records, and whether the search for doubles has
// checked them. The caller has locked the records.
func WriteMarks(t *store.Tx, list []ProblemMarks) error {
	marks, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("raise the flags of records: %w", err)
	}
	_, err = t.Exec(`UPDATE student s SET problem_flags = w.flags, deduped_at = CASE WHEN w.looked THEN @now ELSE s.deduped_at END,
			dedupe_state = `+stateOf("w.flags")+`
		FROM jsonb_to_recordset(CAST(@marks AS jsonb)) AS w (id uuid, flags text[], looked boolean) WHERE w.id = s.id`,
		map[string]any{"marks": string(marks), "now": t.Now()})
	if err != nil {
		return fmt.Errorf("raise the flags of records: %w", err)
	}
	return nil
}

// The states of the search for doubles (查重) of a record.
const (
	dedupePending = "PENDING"   // 未查重
	dedupePassed  = "DONE_PASS" // 已查重
	dedupeFailed  = "DONE_FAIL" // 已查重, the record has a double
)

// DedupeText returns the words for a state of the search for doubles.
func DedupeText(state string) process.Text {
	switch state {
	case dedupePending:
		return process.Text{Zh: "未查重", En: "not searched yet"}
	case dedupePassed:
		return process.Text{Zh: "已查重", En: "searched, no double"}
	case dedupeFailed:
		return process.Text{Zh: "已查重，疑似重复", En: "searched, a double is likely"}
	}
	return process.Text{Zh: state, En: state}
}
