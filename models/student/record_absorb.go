package student

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Absorption is the move of the records of a school to the school that absorbs it (P13).
type Absorption struct {
	From, To  uuid.UUID
	Path      string // of the school that absorbs
	ChangeID  uuid.UUID
	Kind      process.Kind
	AccountID uuid.UUID // the filer of the merger
	On        calendar.Date
	Followers []Follower
}

// AbsorbRecords moves the next records of a school, at most so many, whatever their state,
// and returns them (worker). The classes went before them, so every pupil keeps class and
// seat; the student number stays (教基一〔2013〕7号 Art. 5). A record that was moved is no
// longer found, so no call moves one twice.
func AbsorbRecords(t *store.Tx, a Absorption, most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	if err := t.DB().Raw(`SELECT id FROM student WHERE school_id = ? ORDER BY id LIMIT ?`, a.From, most).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("read the records of a school: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	records, err := ReadPupilRows(t, ids, true)
	if err != nil {
		return nil, err
	}
	for _, h := range records {
		after := h.Record
		after.SchoolID = a.To.String()
		err := WriteRecord(t, &RecordWrite{
			Was: h, After: after, ChangeID: a.ChangeID, Kind: a.Kind, AccountID: a.AccountID, On: a.On, Path: a.Path, Followers: a.Followers,
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}
