package enrolment

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// retrieve retrieves the files (调档, P47) of the admitted claims: each takes the slot of its
// pupil. A claim that is contested, or whose pupil has a change in hand, waits and says so;
// the final approval tries again. A claim ends when its graduate is one no more, or is at
// another school: the slot of a pupil is never held for a list that cannot move the record.
func (l *locked) retrieve(t *change.Tx, c *change.Change) error {
	admitted := l.in(Admitted)
	if len(admitted) == 0 {
		return nil
	}
	records, err := recordsOf(t.Tx, admitted, false)
	if err != nil {
		return err
	}
	var free []*Claim
	for _, a := range admitted {
		why := l.barred(a, records[a.StudentID])
		switch {
		case why != nil:
			l.end(t.Tx, a, why)
		case l.contested(a):
			wait(t.Tx, a, refusal.EnrolContested)
		default:
			free = append(free, a)
		}
	}
	if err := l.freePlaces(t.Tx); err != nil || len(free) == 0 {
		return err
	}
	taken, err := takeSlots(t.Tx, c, free)
	if err != nil {
		return err
	}
	for _, a := range free {
		if !taken[a.StudentID] {
			wait(t.Tx, a, refusal.EnrolWaits)
			continue
		}
		a.State, a.Waits = Retrieved, ""
		t.Later("retrieve a file", 1, `UPDATE admission SET state = ?, waits = '' WHERE change_id = ? AND line_no = ?`, Retrieved, c.ID, a.LineNo)
	}
	return nil
}

func wait(t *store.Tx, a *Claim, code refusal.Code) {
	a.Waits = code
	t.Later("wait for a file", 1, `UPDATE admission SET waits = ? WHERE change_id = ? AND line_no = ?`, string(code), a.ChangeID, a.LineNo)
}

// takeSlots takes the slots of the pupils of claims, as far as no other change holds them,
// always in the same order. A reported death and a change beside another one hold a pupil,
// too.
func takeSlots(t *store.Tx, c *change.Change, claims []*Claim) (map[uuid.UUID]bool, error) {
	var got []uuid.UUID
	err := t.DB().Raw(`INSERT INTO slot (key, change_id, taken_at)
		SELECT 'student/' || s.id, @change, CAST(@now AS timestamptz) FROM student s WHERE s.id IN @ids
			AND NOT EXISTS (SELECT 1 FROM slot x WHERE x.key IN ('death/' || s.id, 'beside/' || s.id)) ORDER BY s.id
		ON CONFLICT DO NOTHING RETURNING CAST(substr(key, 9) AS uuid)`, map[string]any{"change": c.ID, "now": t.Now(), "ids": graduatesOf(claims)}).Scan(&got).Error
	if err != nil {
		return nil, fmt.Errorf("take the slots of graduates: %w", err)
	}
	taken := map[uuid.UUID]bool{}
	for _, id := range got {
		taken[id] = true
	}
	return taken, nil
}

// waiting returns a refusal for each open claim whose file is not retrieved, and for each
// that another bureau has contested since the file was retrieved (KT23).
func (l *locked) waiting() (list []*refusal.Error) {
	for _, a := range l.claims {
		code := a.Waits
		switch {
		case !a.State.open():
			continue
		case a.State == Retrieved && l.contested(a):
			code = refusal.EnrolContested
		case a.State == Retrieved:
			continue
		}
		list = append(list, refusal.New(code).At(pupillist.Pointer(a.LineNo-1, "")))
	}
	return list
}

// move moves the records of the retrieved claims to the school, and returns how many. A
// claim whose record is that of a graduate no more ends.
func (l *locked) move(t *change.Tx, c *change.Change) (moved int, err error) {
	own := l.in(Retrieved)
	records, err := recordsOf(t.Tx, own, true)
	if err != nil {
		return 0, err
	}
	if err := receiving(t.Tx, c); err != nil {
		return 0, err
	}
	barred, err := pupillist.Barred(t.Tx, graduatesOf(own))
	if err != nil {
		return 0, err
	}
	var waits []*refusal.Error
	for _, a := range own {
		if why := barred[a.StudentID]; why != nil && why.Code == refusal.DeathFiled { // reported after the file was retrieved: the death goes before
			waits = append(waits, refusal.New(refusal.EnrolWaits).At(pupillist.Pointer(a.LineNo-1, "")))
		}
	}
	if err := refusal.Join(waits...); err != nil {
		return 0, err
	}
	for _, a := range own {
		if why := l.barred(a, records[a.StudentID]); why != nil {
			l.end(t.Tx, a, why)
			continue
		}
		h := records[a.StudentID]
		after := h.Record.EnrolledAt(c.Receiving.ID.String(), status.Place{Stage: a.Stage, EntryYear: a.EntryYear})
		if err := t.SaveRecord(c, h, after, t.Today()); err != nil {
			return 0, err
		}
		t.Later("end an enrolment", 1, `UPDATE admission SET state = ?, settled_at = ? WHERE change_id = ? AND line_no = ?`, Final, t.Now(), c.ID, a.LineNo)
		a.State = Final
		moved++
		for _, b := range l.rivals[a.StudentID] { // claims of other bureaus, and of other years
			if b.State.open() {
				l.endLost(t.Tx, b, a.School)
			}
		}
	}
	return moved, l.freePlaces(t.Tx)
}
