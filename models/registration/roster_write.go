package registration

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// write registers the pupils: it makes the records, then updates the rows of the roster
// and the roster itself.
func (e *registrationRun) write() error {
	if err := e.writeRecords(); err != nil {
		return err
	}
	if err := e.writeRows(); err != nil {
		return err
	}
	_, err := e.tx.Exec(`UPDATE roster SET rows_enrolled = rows_enrolled + ?, rows_left_out = rows_left_out + ?, version = version + 1 WHERE id = ?`,
		len(e.pupils), len(e.leftOut), e.roster.ID)
	if err != nil {
		return fmt.Errorf("count the pupils of a roster: %w", err)
	}
	return nil
}

// closeRoster says that all rows of a filed roster are enrolled or left out.
func closeRoster(t *store.Tx, r *Roster) error {
	var done struct{ RowsEnrolled, RowsLeftOut int }
	err := t.DB().Raw(`UPDATE roster SET state = ?, version = version + 1 WHERE id = ? RETURNING rows_enrolled, rows_left_out`, RosterRegistered, r.ID).Take(&done).Error
	if err != nil {
		return fmt.Errorf("close a roster: %w", err)
	}
	return t.AuditAs(r.CreatedBy, "roster.enrol", "roster", r.ID.String(),
		map[string]string{"change": r.ChangeID.String(), "enrolled": strconv.Itoa(done.RowsEnrolled), "left_out": strconv.Itoa(done.RowsLeftOut)})
}

// writeRecords makes the records with families, history and seats.
func (e *registrationRun) writeRecords() error {
	n := &student.NewRecords{SchoolID: e.roster.SchoolID, Path: e.path, RosterID: e.roster.ID, ChangeID: e.change, Kind: e.kind, On: e.on}
	for _, p := range e.pupils {
		p.made = &student.NewRecord{ClassID: p.class.ID, Stage: p.class.Stage, EntryYear: p.class.EntryYear, Number: p.number, Items: p.values}
		n.Pupils = append(n.Pupils, p.made)
	}
	return student.CreateRecords(e.tx, n)
}

// writeRows links the rows to their records and deletes the encrypted copies, which are
// no longer needed.
func (e *registrationRun) writeRows() error {
	numbers, ids := make([]int, len(e.pupils)), make([]uuid.UUID, len(e.pupils))
	for i, p := range e.pupils {
		numbers[i], ids[i] = p.row, p.made.ID
	}
	e.tx.Later("tie the rows of a roster to their records", int64(len(ids)), `UPDATE roster_row r SET student_id = n.id, payload = NULL
		FROM unnest(?::int[], ?::uuid[]) AS n (row_no, id) WHERE r.roster_id = ? AND r.row_no = n.row_no`, numbers, ids, e.roster.ID)
	return writeLeftOutRows(e.tx, e.roster.ID, e.leftOut)
}
