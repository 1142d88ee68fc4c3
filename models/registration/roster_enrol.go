package registration

import (
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RegisterRoster makes records of the good rows of a filed roster: ENROLLED, with a student
// number (L, or J without a document number), family, seat and history (domain
// KT01–KT07). It runs as the worker role, in the transaction of the deciding step.
//
// Identity and seats are checked again. A row that is no longer possible is left out with
// its reason, and the other rows are registered. A second call for the same change does
// nothing. If another transaction registers one of the pupils at the same moment, this
// transaction fails on a unique constraint; its repetition leaves that row out.
func RegisterRoster(t *store.Tx, id, change uuid.UUID, effectiveOn calendar.Date) error {
	r, err := lockRoster(t, id)
	if err != nil {
		return err
	}
	if r.State == RosterRegistered && r.ChangeID != nil && *r.ChangeID == change {
		return nil
	}
	if r.State != RosterFiled || r.ChangeID == nil || *r.ChangeID != change {
		return wrongRosterState(r.State)
	}
	e := newRun(t, r, change, effectiveOn)
	if err := e.register(); err != nil {
		return err
	}
	return closeRoster(t, r)
}

// newRun prepares a run through all rows of a roster.
func newRun(t *store.Tx, r *Roster, change uuid.UUID, effectiveOn calendar.Date) *registrationRun {
	return &registrationRun{tx: t, roster: r, change: change, kind: student.KindRosterImport, on: effectiveOn, last: math.MaxInt32, leftOut: map[int]*refusal.Error{}}
}

// register makes records of the rows it is about that have none yet.
func (e *registrationRun) register() error {
	for _, step := range []func() error{e.readSchool, e.readClasses, e.readRows, e.leaveOutRegistered, e.assignSeats, e.assignNumbers, e.write} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// registrationRun is one run through the rows of a roster, or through a part of them.
type registrationRun struct {
	tx      *store.Tx
	roster  *Roster
	change  uuid.UUID
	kind    string // of the history entry
	on      calendar.Date
	path    string // of the school today: it may have been re-assigned since the upload
	county  ident.DivisionCode
	classes map[uuid.UUID]*rosterClass
	pupils  []*rosterPupil
	leftOut map[int]*refusal.Error
	first   int64 // row of the sheet
	last    int64
}

type rosterClass struct {
	ID        uuid.UUID
	Code      string
	Capacity  int
	Occupied  int
	Closed    bool
	Stage     org.Stage
	EntryYear int
}

type rosterPupil struct {
	row    int
	class  *rosterClass
	keys   [][]byte // of the identity document; the first is of today
	values map[roster.Field]string
	made   *student.NewRecord // once it is written
	number ident.StudentNumber
	sealed student.SealedNumber // the student number
}

func (e *registrationRun) readSchool() error {
	var row struct{ Path, DivisionCode string }
	err := e.tx.DB().Raw(`SELECT path::text AS path, division_code FROM organisation WHERE id = ?`, e.roster.SchoolID).Take(&row).Error
	if err != nil {
		return fmt.Errorf("read the school of a roster: %w", err)
	}
	county, err := ident.ParseDivisionCode(row.DivisionCode)
	if err != nil {
		return fmt.Errorf("division of the school: %w", err)
	}
	e.path, e.county = row.Path, county
	return nil
}

// readClasses locks the school's classes in one order, so that the seats counted here are
// the seats given later.
func (e *registrationRun) readClasses() error {
	var rows []*rosterClass
	err := e.tx.DB().Raw(`SELECT c.id, c.code, c.capacity, c.occupied, c.closed_at IS NOT NULL AS closed, g.stage, g.entry_year
		FROM school_class c JOIN school_grade g ON g.id = c.grade_id
		WHERE c.id IN (SELECT class_id FROM roster_row WHERE roster_id = ? AND row_no BETWEEN ? AND ?) ORDER BY c.id FOR UPDATE OF c`,
		e.roster.ID, e.first, e.last).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("lock the classes of a roster: %w", err)
	}
	e.classes = make(map[uuid.UUID]*rosterClass, len(rows))
	for _, c := range rows {
		e.classes[c.ID] = c
	}
	return nil
}

func (e *registrationRun) readRows() error {
	var rows []struct {
		RowNo   int
		ClassID uuid.UUID
		Payload []byte
	}
	err := e.tx.DB().Raw(`SELECT row_no, class_id, payload FROM roster_row
		WHERE roster_id = ? AND row_no BETWEEN ? AND ? AND verdict IN ? AND student_id IS NULL ORDER BY row_no`,
		e.roster.ID, e.first, e.last, goodVerdicts()).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read the rows of a roster: %w", err)
	}
	e.pupils = make([]*rosterPupil, 0, len(rows))
	for _, row := range rows {
		values, err := student.OpenRosterRow(e.tx.Store(), e.roster.ID, row.RowNo, row.Payload)
		if err != nil {
			return err
		}
		for field, text := range values { // the row may have been checked under older rules
			values[field] = student.TidyItem(field, text)
		}
		e.pupils = append(e.pupils, &rosterPupil{row: row.RowNo, class: e.classes[row.ClassID], keys: student.IdentityKeys(e.tx.Store(), student.DocumentOf(values)), values: values})
	}
	return nil
}

// leaveOutWhere removes the pupils for whom refuse returns a reason, and notes the reason.
func (e *registrationRun) leaveOutWhere(refuse func(*rosterPupil) *refusal.Error) {
	kept := e.pupils[:0]
	for _, p := range e.pupils {
		if reason := refuse(p); reason != nil {
			e.leftOut[p.row] = reason
			continue
		}
		kept = append(kept, p)
	}
	e.pupils = kept
}

// leaveOutRegistered leaves out pupils who have a record by now: two rosters may have
// been checked before either was approved. Registrations of one school wait for each
// other, so that the second sees the records of the first.
func (e *registrationRun) leaveOutRegistered() error {
	if _, err := e.tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, "enrol/"+e.roster.SchoolID.String()); err != nil {
		return fmt.Errorf("hold the enrolments of a school: %w", err)
	}
	var hashes [][]byte
	rows := map[string][]int{} // of the sheet, by the key of the document
	pupils := make([]pupilToFind, 0, len(e.pupils))
	for _, p := range e.pupils {
		pupils = append(pupils, describePupil(e.tx.Store(), p.row, p.values))
		if len(p.keys) > 0 {
			hashes = append(hashes, p.keys...)
			rows[string(p.keys[0])] = append(rows[string(p.keys[0])], p.row)
		}
	}
	// Records of this roster, made by a part before, are other pupils: the check compared
	// the rows of the sheet with each other.
	known, err := recogniseBut(e.tx, e.roster.SchoolID, e.roster.ID, pupils)
	if err != nil {
		return err
	}
	taken, err := hashesAmong(e.tx, `SELECT id_hash FROM student WHERE id_hash = ANY ($1) AND enrol_status <> $2`, hashes, status.Deleted)
	if err != nil {
		return err
	}
	e.leaveOutWhere(func(p *rosterPupil) *refusal.Error {
		k, here := known[p.row]
		switch {
		case here && k.otherPerson:
			return refusal.New(refusal.IdentityOfAnother)
		case here && !k.similarOnly:
			return refusal.New(refusal.PupilPresent)
		case slices.ContainsFunc(p.keys, func(key []byte) bool { return taken[string(key)] }):
			return refusal.New(refusal.IdentityRegistered)
		}
		if len(p.keys) == 0 || len(rows[string(p.keys[0])]) == 1 {
			return nil
		}
		others := slices.DeleteFunc(slices.Clone(rows[string(p.keys[0])]), func(row int) bool { return row == p.row })
		return refusal.New(refusal.RosterSameIdentity).With("rows", rowList(others))
	})
	return nil
}

// assignSeats fills the classes in the order of the sheet.
func (e *registrationRun) assignSeats() error {
	e.leaveOutWhere(func(p *rosterPupil) *refusal.Error {
		switch {
		case p.class == nil || p.class.Closed:
			return refusal.New(refusal.RosterClassUnknown)
		case p.class.Occupied >= p.class.Capacity:
			return refusal.New(refusal.RosterClassFull).With("max", fmt.Sprint(p.class.Capacity))
		}
		p.class.Occupied++
		return nil
	})
	return nil
}
