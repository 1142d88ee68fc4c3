package registration

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// registeredElsewhere returns those of the identities, as hashes, that have a record at
// another school. It reveals only that an identity is taken, and is audited with the person
// who asked.
func registeredElsewhere(t *store.Tx, by, id uuid.UUID, hashes [][]byte, known map[int]foundPupil) (map[string]bool, error) {
	elsewhere, err := hashesAmong(t, `SELECT identities_registered($1)`, hashes)
	if err != nil {
		return nil, err
	}
	taken := len(elsewhere)
	for _, k := range known {
		delete(elsewhere, string(k.hash))
	}
	return elsewhere, t.AuditAs(by, "roster.ask_register", "roster", id.String(), map[string]string{
		"asked": strconv.Itoa(len(hashes)), "taken": strconv.Itoa(taken)})
}

// checkRosterForFiling returns an error unless the roster belongs to the school, is checked
// and has a row to file. It writes nothing.
func checkRosterForFiling(t *store.Tx, id, school uuid.UUID) error {
	r, err := ReadRoster(t, id)
	if err != nil {
		return err
	}
	if r.SchoolID != school {
		return refusal.New(refusal.RosterOtherSchool).At("/roster_id")
	}
	return r.refusalToFile()
}

func (r *Roster) refusalToFile() error {
	switch {
	case r.State == RosterUploaded:
		return refusal.New(refusal.RosterChecking).At("/roster_id")
	case r.State != RosterChecked:
		return r.State.refusal().At("/roster_id")
	case r.Good == 0 && r.Rejected == 0 && r.Present+r.Differing > 0:
		return refusal.New(refusal.RosterNothingNew).At("/roster_id")
	case r.Good == 0:
		return refusal.New(refusal.RosterNothingGood).At("/roster_id")
	}
	return nil
}

// FileRoster locks a checked roster for a change that is being filed, marks it
// FILED and takes the slots of its pupils. From then on only the worker writes it.
func FileRoster(t *store.Tx, id, change uuid.UUID) error {
	r, err := lockRoster(t, id)
	if err != nil {
		return err
	}
	if err := r.refusalToFile(); err != nil {
		return err
	}
	_, err = t.Exec(`UPDATE roster SET state = ?, change_id = ?, version = version + 1 WHERE id = ?`, RosterFiled, change, id)
	if err != nil {
		return fmt.Errorf("file a roster: %w", err)
	}
	return takeRosterSlots(t, id, change)
}

// takeRosterSlots takes a slot for every pupil of the roster with a document number, so
// that two running imports never register one person. Numbers held by another change
// refuse the filing; the refusal names the rows of the sheet (异动中).
func takeRosterSlots(t *store.Tx, id, change uuid.UUID) error {
	const good = `FROM roster_row WHERE roster_id = ? AND verdict IN ? AND id_hash IS NOT NULL`
	if err := refuseDoubledRows(t, id); err != nil {
		return err
	}
	held, err := rowsHeldByOthers(t, id)
	if err != nil {
		return err
	}
	var want int64
	if err := t.DB().Raw(`SELECT count(*) `+good, id, goodVerdicts()).Scan(&want).Error; err != nil {
		return fmt.Errorf("count the pupils of a roster: %w", err)
	}
	var taken int64
	if len(held) == 0 {
		// Without a conflict target the statement needs no right to read slots.
		taken, err = t.Exec(`INSERT INTO slot (key, change_id, taken_at)
			SELECT 'identity/' || encode(id_hash, 'hex'), ?, ? `+good+` ORDER BY 1 ON CONFLICT DO NOTHING`, change, t.Now(), id, goodVerdicts())
		if err != nil {
			return fmt.Errorf("take the slots of a roster: %w", err)
		}
	}
	if taken == want {
		return nil
	}
	if len(held) == 0 { // another filing took a slot after the check
		if held, err = rowsHeldByOthers(t, id); err != nil {
			return err
		}
	}
	return refusal.New(refusal.RosterInFlight).With("rows", rowList(held))
}

// refuseDoubledRows refuses a roster with one document in two good rows. An older check let
// such a roster pass, but it could never be filed.
func refuseDoubledRows(t *store.Tx, id uuid.UUID) error {
	var rows []int
	err := t.DB().Raw(`SELECT r.row_no FROM (SELECT row_no, count(*) OVER (PARTITION BY id_hash) AS rows FROM roster_row
		WHERE roster_id = ? AND verdict IN ? AND id_hash IS NOT NULL) r WHERE r.rows > 1 ORDER BY r.row_no`, id, goodVerdicts()).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("look for doubled rows of a roster: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	return refusal.New(refusal.RosterRecheck).With("rows", rowList(rows)).At("/roster_id")
}

func rowsHeldByOthers(t *store.Tx, id uuid.UUID) ([]int, error) {
	var held []int
	err := t.DB().Raw(`SELECT r.row_no FROM roster_row r WHERE r.roster_id = @id AND r.verdict IN @good
			AND 'identity/' || encode(r.id_hash, 'hex') IN (SELECT slots_held(ARRAY(
				SELECT 'identity/' || encode(k.id_hash, 'hex') FROM roster_row k
				WHERE k.roster_id = @id AND k.verdict IN @good AND k.id_hash IS NOT NULL)))
		ORDER BY r.row_no`, map[string]any{"id": id, "good": goodVerdicts()}).Scan(&held).Error
	if err != nil {
		return nil, fmt.Errorf("look for running changes: %w", err)
	}
	return held, nil
}

// rowList lists row numbers for people: the first twenty, then the number of further
// rows.
func rowList(rows []int) string {
	const shown = 20
	words := make([]string, 0, shown)
	for _, row := range rows[:min(len(rows), shown)] {
		words = append(words, strconv.Itoa(row))
	}
	text := strings.Join(words, "、")
	if more := len(rows) - shown; more > 0 {
		text += fmt.Sprintf(" … (+%d)", more)
	}
	return text
}

// returnRoster releases the roster when its change ended without effect. A refused roster
// stays REFUSED, so that a corrected file is uploaded; a withdrawn one can be filed
// again. A call is safe to repeat.
func returnRoster(t *store.Tx, id uuid.UUID, refused bool) error {
	state := RosterChecked
	if refused {
		state = RosterRefused
	}
	_, err := t.Exec(`UPDATE roster SET state = @state, change_id = CASE WHEN @refused THEN change_id END, version = version + 1
		WHERE id = @id AND state = @filed`, map[string]any{"filed": RosterFiled, "state": state, "refused": refused, "id": id})
	if err != nil {
		return fmt.Errorf("give a roster back: %w", err)
	}
	return nil
}

// writeLeftOutRows writes into the roster why rows that were good were left out.
func writeLeftOutRows(t *store.Tx, id uuid.UUID, left map[int]*refusal.Error) error {
	if len(left) == 0 {
		return nil
	}
	numbers := make([]int, 0, len(left))
	for row := range left {
		numbers = append(numbers, row)
	}
	slices.Sort(numbers)
	rows := make([][]any, 0, len(left))
	for _, row := range numbers {
		finding, err := json.Marshal(roster.Finding{Row: row, Code: left[row].Code, Severity: roster.Reject, Params: left[row].Params})
		if err != nil {
			return fmt.Errorf("write a finding: %w", err)
		}
		rows = append(rows, []any{row, string(finding)})
	}
	err := t.CopyTemporary("left_out", "row_no int, finding text", []string{"row_no", "finding"}, rows)
	if err != nil {
		return err
	}
	_, err = t.Exec(`UPDATE roster_row r SET verdict = ?, payload = NULL, findings = r.findings || l.finding::jsonb
		FROM left_out l WHERE r.roster_id = ? AND r.row_no = l.row_no`, RowLeftOut, id)
	if err != nil {
		return fmt.Errorf("leave rows of a roster out: %w", err)
	}
	return nil
}
