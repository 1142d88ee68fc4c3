package pupillist

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// The verdicts that lines of every list may have. Each subject adds the verdict of a line
// that is in force.
const (
	Listed = "LISTED" // waits for the decisions
	Struck = "STRUCK" // taken out, by a person or by the system
)

// MaxFaults is the highest number of refusals in one answer about a list.
const MaxFaults = 100

// Lines is a table of lines with the SQL function that gives the lines of a change whose
// pupils another change holds.
type Lines struct{ Table, Held string }

// Pointer returns the place of a field of a line in the body of a filing. Lines count from 0.
func Pointer(i int, field string) string { return "/lines/" + strconv.Itoa(i) + field }

// Join returns the first refusals of a list as one, nil when there is none.
func Join(list []*refusal.Error) error { return refusal.Join(list[:min(len(list), MaxFaults)]...) }

// TakeSlots takes the slot of the pupil of each line of a change that was just written. It
// returns a refusal for each line whose pupil another filing took after the check.
func (l Lines) TakeSlots(t *store.Tx, changeID uuid.UUID, lines int) error {
	// Without a conflict target the statement needs no right to read slots.
	taken, err := t.Exec(`INSERT INTO slot (key, change_id, taken_at) SELECT 'student/' || student_id, change_id, ? FROM `+l.Table+`
		WHERE change_id = ? ORDER BY student_id ON CONFLICT DO NOTHING`, t.Now(), changeID)
	if err != nil {
		return fmt.Errorf("take the slots of a list: %w", err)
	}
	var held []int
	if err := t.DB().Raw(`SELECT `+l.Held+`(?)`, changeID).Scan(&held).Error; err != nil {
		return fmt.Errorf("look for running changes: %w", err)
	}
	if taken == int64(lines) && len(held) == 0 {
		return nil
	}
	var list []*refusal.Error
	for _, no := range held {
		list = append(list, change.ChangeInProgress(nil).At(Pointer(no-1, "/student_id")))
	}
	if len(list) == 0 { // the other change has ended meanwhile: a second try helps
		list = append(list, refusal.New(refusal.ChangeInProgress).At("/lines"))
	}
	return Join(list)
}

// Waiting returns the pupils of the lines of a change that were not struck, in their order.
func (l Lines) Waiting(t *store.Tx, changeID uuid.UUID) ([]uuid.UUID, error) {
	var list []uuid.UUID
	err := t.DB().Raw(`SELECT student_id FROM `+l.Table+` WHERE change_id = ? AND verdict = ? ORDER BY line_no`, changeID, Listed).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read a list: %w", err)
	}
	return list, nil
}

// Classes returns the lines that wait with the class of each, of a table whose lines name a
// class.
func (l Lines) Classes(t *store.Tx, changeID uuid.UUID) ([]change.ListedPupil, error) {
	var list []change.ListedPupil
	err := t.DB().Raw(`SELECT student_id, class_id FROM `+l.Table+` WHERE change_id = ? AND verdict = ? ORDER BY line_no`, changeID, Listed).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read a list: %w", err)
	}
	return list, nil
}

// Settle gives every line that waits the verdict of a line in force.
func (l Lines) Settle(t *store.Tx, changeID uuid.UUID, verdict string) {
	t.Later("settle a list", store.AnyRows, `UPDATE `+l.Table+` SET verdict = ?, settled_at = ? WHERE change_id = ? AND verdict = ?`, verdict, t.Now(), changeID, Listed)
}
