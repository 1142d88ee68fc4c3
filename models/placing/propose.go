package placing

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// boy is the code of the sex male (GB/T 2261.1).
const boy = "1"

// Proposal is a placing of the pupils of a year group who have no class. Nothing of it is
// written: the school changes it and files it.
type Proposal struct {
	Pupils  []Waiting
	Classes []int  // of each pupil, by its place in Rooms
	Rooms   []Room // as they are now
}

// Propose spreads the enrolled pupils of a year group who have no class over its open
// classes. The refusal is placing_nobody when no pupil waits.
func Propose(t *store.Tx, school uuid.UUID, stage org.Stage, entryYear int) (*Proposal, error) {
	p := &Proposal{}
	if err := t.DB().Raw(`SELECT id, name, sex = ? AS boy FROM student WHERE school_id = ? AND stage = ? AND entry_year = ? AND enrol_status = ? AND class_id IS NULL ORDER BY id`,
		boy, school, stage, entryYear, status.Enrolled).Scan(&p.Pupils).Error; err != nil {
		return nil, fmt.Errorf("read who waits for a class: %w", err)
	}
	if len(p.Pupils) == 0 {
		return nil, refusal.New(refusal.PlacingNobody)
	}
	var err error
	if p.Rooms, err = readRooms(t, school, stage, entryYear); err != nil {
		return nil, err
	}
	p.Classes, err = Balance(p.Pupils, p.Rooms)
	return p, err
}

// readRooms reads the open classes of a year group with the pupils that hold their seats.
func readRooms(t *store.Tx, school uuid.UUID, stage org.Stage, entryYear int) ([]Room, error) {
	var rooms []Room
	err := t.DB().Raw(`SELECT k.id, k.code, `+office.ClassLabel+` AS name, k.capacity,
			count(s.id) FILTER (WHERE s.sex = @boy) AS boys, count(s.id) FILTER (WHERE s.sex = @girl) AS girls, k.occupied - count(s.id) FILTER (WHERE s.sex IN (@boy, @girl)) AS other
		FROM school_class k JOIN school_grade g ON g.id = k.grade_id LEFT JOIN student s ON s.class_id = k.id AND s.holds_seat
		WHERE k.school_id = @school AND g.stage = @stage AND g.entry_year = @year AND k.closed_at IS NULL AND g.closed_at IS NULL
		GROUP BY k.id, k.code, k.name, g.name ORDER BY k.code, k.id`,
		map[string]any{"boy": boy, "girl": "2", "school": school, "stage": stage, "year": entryYear}).Scan(&rooms).Error
	if err != nil {
		return nil, fmt.Errorf("read the classes of a year group: %w", err)
	}
	return rooms, nil
}
