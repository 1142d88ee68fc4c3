package student

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// RecordWrite is a changed record for the one writer of records. The caller has locked
// the record and judged the change under the lock.
type RecordWrite struct {
	Was       *PupilRow     // the record before
	After     status.Record // the record afterwards
	ChangeID  uuid.UUID
	Kind      process.Kind // of the change, and of the line of the history
	AccountID uuid.UUID    // the filer of the change
	On        calendar.Date

	// Identity is the new identity of the pupil; nil when the change does not write it.
	Identity *IdentityWrite
	// Items are further items of the sheet that the change writes.
	Items map[roster.Field]string
	// ShownBefore and ShownAfter are the items of the change for display, masked if secret.
	ShownBefore, ShownAfter map[string]string

	// Path is the path of the school afterwards. Followers are the tables that follow the
	// record there; they are asked for only where the school is another one.
	Path      string
	Followers []Follower
	// Overfull lets the record take a seat in a class that is full: a correction gives
	// back a seat that should never have been free.
	Overfull bool
}

// Moves reports whether the record goes to another school.
func (w *RecordWrite) Moves() bool { return w.After.SchoolID != w.Was.Record.SchoolID }

// WriteRecord writes a changed record: the facets, the items, the seat, the suspensions,
// the school with all followers, and the history with before and after. The refusal is
// class_full for a full class, and identity_taken when another record has the document. A
// call must not be repeated: the version of the record must be the one that was read.
func WriteRecord(t *store.Tx, w *RecordWrite) error {
	classID, err := parseOptionalID(w.After.ClassID)
	if err != nil {
		return fmt.Errorf("class of a record: %w", err)
	}
	t.Later("write a record", 1, `UPDATE student SET enrol_status = ?, in_register = ?, on_campus = ?, holds_seat = ?, stage = ?, entry_year = ?, class_id = ?, dropout = ?,
		version = version + 1, updated_at = ? WHERE id = ? AND version = ?`,
		w.After.Enrol, w.After.Standing.InRegister, w.After.Standing.OnCampus, w.After.Standing.HoldsSeat, w.After.Stage, w.After.EntryYear, classID, w.After.Dropout,
		t.Now(), w.Was.ID, w.Was.Version)
	if err := errors.Join(writeIdentity(t, w.Was.ID, w.Identity), writeFurtherItems(t, w.Was.ID, w.Items), writeEntry(t, w)); err != nil {
		return err
	}
	if err := moveSeat(t, w, classID); err != nil {
		return err
	}
	writeSuspensions(t, w)
	if w.Moves() {
		return moveRecord(t, w)
	}
	return WriteHistory(t, w.line("", w.Was.OrgPath, facetsOf(w.After)))
}

// line returns the line of the history for one school. Way is moveOut or moveIn of a
// move.
func (w *RecordWrite) line(way, path string, after Facets) *HistoryLine {
	before := facetsOf(w.Was.Record)
	return &HistoryLine{
		StudentID: w.Was.ID, Path: path, ChangeID: w.ChangeID, Kind: string(w.Kind) + way, EffectiveOn: w.On, AccountID: w.AccountID,
		Before: HistorySide{Facets: &before, Items: w.ShownBefore}, After: HistorySide{Facets: &after, Items: w.ShownAfter},
	}
}

// moveSeat keeps the classes' counters equal to the records that hold a seat.
func moveSeat(t *store.Tx, w *RecordWrite, classID *uuid.UUID) error {
	had, has := w.Was.HoldsSeat && w.Was.ClassID != nil, w.After.Standing.HoldsSeat && classID != nil
	if had && has && *w.Was.ClassID == *classID {
		return nil
	}
	if had {
		t.Later("free a seat", 1, `UPDATE school_class SET occupied = occupied - 1 WHERE id = ?`, *w.Was.ClassID)
	}
	if !has {
		return nil
	}
	n, err := t.Exec(`UPDATE school_class SET occupied = occupied + 1 WHERE id = ? AND (occupied < capacity OR ?)`, *classID, w.Overfull)
	if err != nil {
		return fmt.Errorf("take a seat: %w", err)
	}
	if n == 0 {
		return refusal.New(refusal.ClassFull).At("/inputs/class_id")
	}
	return nil
}

func parseOptionalID(text string) (*uuid.UUID, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no class
	}
	id, err := uuid.Parse(text)
	return &id, err
}
