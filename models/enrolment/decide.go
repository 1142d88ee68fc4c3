package enrolment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// locked are the open claims of a change with the claims of other schools on the same
// graduates, all locked until the transaction ends (worker). Claims are always locked in the
// same order, and before the plan: two approvals at once never wait for each other in a
// circle.
type locked struct {
	change *change.Change
	claims []*Claim
	rivals map[uuid.UUID][]*Claim // by graduate
	freed  map[plan]int           // places to give back
}

// plan is the plan of a school for a stage and a year.
type plan struct {
	school uuid.UUID
	stage  org.Stage
	year   int
}

func planOf(a *Claim) plan { return plan{a.SchoolID, a.Stage, a.PlanYear} }

// lockClaims locks the open claims of a change, and every other claim on the same graduates
// that is open, of whatever year: one graduate goes to one school (KT26). A claim of another
// year that is final belongs to an earlier stage.
func lockClaims(t *store.Tx, c *change.Change) (*locked, error) {
	all, err := readClaims(t, `WHERE EXISTS (SELECT 1 FROM admission x WHERE x.change_id = @change AND x.student_id = a.student_id AND x.state IN @open
			AND (a.state IN @open OR a.state = @final AND a.plan_year = x.plan_year)) ORDER BY a.student_id, a.change_id FOR UPDATE OF a`,
		map[string]any{"change": c.ID, "open": []State{Claimed, Admitted, Retrieved}, "final": Final})
	if err != nil {
		return nil, err
	}
	l := &locked{change: c, rivals: map[uuid.UUID][]*Claim{}, freed: map[plan]int{}}
	for _, a := range all {
		switch {
		case a.ChangeID != c.ID:
			l.rivals[a.StudentID] = append(l.rivals[a.StudentID], a)
		case a.State.open(): // it may have ended while this waited for the lock
			l.claims = append(l.claims, a)
		}
	}
	slices.SortFunc(l.claims, func(a, b *Claim) int { return a.LineNo - b.LineNo })
	return l, nil
}

// contested reports whether a school of another bureau was admitted for the graduate of a
// claim, too (KT23).
func (l *locked) contested(a *Claim) bool {
	return slices.ContainsFunc(l.rivals[a.StudentID], func(b *Claim) bool {
		return (b.State == Admitted || b.State == Retrieved) && org.SuperiorPath(b.SchoolPath) != org.SuperiorPath(a.SchoolPath)
	})
}

// The notices about claims.
const (
	noticeLost      = "CLAIM_LOST"      // another school of the bureau got the graduate
	noticeContested = "CLAIM_CONTESTED" // a school of another bureau was admitted, too
)

// admit admits the claims that wait for the bureau (KT26): each takes a place of the plan,
// ends the claims of other schools of the same bureau, and is contested by an admission
// under another one. A claim whose graduate is none any more ends.
func (l *locked) admit(t *change.Tx, c *change.Change) error {
	waiting := l.in(Claimed)
	if len(waiting) == 0 {
		return nil
	}
	records, err := recordsOf(t.Tx, waiting, false)
	if err != nil {
		return err
	}
	var won []*Claim
	for _, a := range waiting {
		if why := l.barred(a, records[a.StudentID]); why != nil {
			l.end(t.Tx, a, why)
			continue
		}
		won = append(won, a)
	}
	if err := l.takePlaces(t.Tx, won); err != nil {
		return err
	}
	for _, a := range won {
		a.State = Admitted
		t.Later("admit", 1, `UPDATE admission SET state = ?, placed = ? WHERE change_id = ? AND line_no = ?`, Admitted, a.Placed, c.ID, a.LineNo)
		l.settleRivals(t.Tx, a)
	}
	return nil
}

// barred returns why a claim cannot be admitted now, nil when it can.
func (l *locked) barred(a *Claim, h *student.PupilRow) *refusal.Error {
	for _, b := range l.rivals[a.StudentID] {
		if b.State == Final || b.State.approved() && org.SuperiorPath(b.SchoolPath) == org.SuperiorPath(a.SchoolPath) {
			return refusal.New(refusal.EnrolTaken).With("school", b.School)
		}
	}
	if h == nil || h.EnrolStatus != status.Graduated || h.SchoolID != a.FromSchool {
		return refusal.New(refusal.EnrolNotGraduated).With("ask", a.Subject.School)
	}
	return nil
}

// takePlaces takes the places of the plan for claims on the first grade, by stage. It is
// refused as a whole, with the numbers. Where the province wants no plan and the school has
// none, nothing is counted, and so nothing is given back later.
func (l *locked) takePlaces(t *store.Tx, won []*Claim) error {
	wanted := map[plan][]*Claim{}
	for _, a := range won {
		if a.EntryYear == a.PlanYear {
			wanted[planOf(a)] = append(wanted[planOf(a)], a)
		}
	}
	for p, claims := range wanted { // a change has one stage, so one plan
		taken, err := office.TakePlaces(t, p.school, p.stage, p.year, len(claims))
		if err != nil {
			return err
		}
		for _, a := range claims {
			a.Placed = taken
		}
	}
	return nil
}

// settleRivals ends the claims of other schools of the same bureau on the graduate of an
// admitted claim, and notes on both sides that an admission is contested.
func (l *locked) settleRivals(t *store.Tx, a *Claim) {
	for _, b := range l.rivals[a.StudentID] {
		same := org.SuperiorPath(b.SchoolPath) == org.SuperiorPath(a.SchoolPath)
		switch {
		case same && b.State == Claimed:
			l.endLost(t, b, a.School)
		case !same && (b.State == Admitted || b.State == Retrieved):
			tell(t, a, noticeContested)
			tell(t, b, noticeContested)
		}
	}
}

// tell leaves word for the upkeep to give the school of a claim a notice. The change of
// another school is not locked here, so no notice of it can be written in this
// transaction: the two approvals would wait for each other. For the same reason the claim
// of another school is written at most once in a transaction: PostgreSQL checks the
// foreign keys of a row that is written a second time, and so asks for its change.
func tell(t *store.Tx, a *Claim, kind string) {
	a.Tell = kind
	t.Later("leave word of a claim", 1, `UPDATE admission SET tell = ? WHERE change_id = ? AND line_no = ?`, kind, a.ChangeID, a.LineNo)
}

// end ends a claim in the name of the system. Its place is given back with freePlaces.
func (l *locked) end(t *store.Tx, a *Claim, why *refusal.Error) { l.endTelling(t, a, why, a.Tell) }

// endLost ends the claim of another school that a school has won, and leaves word of it.
func (l *locked) endLost(t *store.Tx, a *Claim, winner string) {
	l.endTelling(t, a, refusal.New(refusal.EnrolTaken).With("school", winner), noticeLost)
}

// endTelling ends a claim and leaves word of it in one statement, as tell demands.
func (l *locked) endTelling(t *store.Tx, a *Claim, why *refusal.Error, tell string) {
	params, _ := json.Marshal(store.OrEmpty(why.Params)) // of strings
	l.release(t, a)
	t.Later("end a claim", 1, `UPDATE admission SET state = ?, placed = false, waits = '', code = ?, params = ?, settled_at = ?, tell = ? WHERE change_id = ? AND line_no = ?`,
		Ended, string(why.Code), string(params), t.Now(), tell, a.ChangeID, a.LineNo)
}

// release gives back what an open claim holds: its place, and the slot of the pupil.
func (l *locked) release(t *store.Tx, a *Claim) {
	if a.Placed {
		l.freed[planOf(a)]++
	}
	if a.State == Retrieved {
		t.Later("free a slot", store.AnyRows, `DELETE FROM slot WHERE change_id = ? AND key = ?`, a.ChangeID, student.StudentSlot(a.StudentID))
	}
	a.State, a.Placed = Ended, false
}

// freePlaces gives the places of the ended claims back.
func (l *locked) freePlaces(t *store.Tx) error {
	for p, n := range l.freed {
		if err := office.FreePlaces(t, p.school, p.stage, p.year, n); err != nil {
			return err
		}
	}
	clear(l.freed)
	return nil
}

// in returns the claims in a state.
func (l *locked) in(state State) (list []*Claim) {
	for _, a := range l.claims {
		if a.State == state {
			list = append(list, a)
		}
	}
	return list
}

// open reports whether a claim is still open.
func (l *locked) open() bool {
	return slices.ContainsFunc(l.claims, func(a *Claim) bool { return a.State.open() })
}

// strike ends the claims that a slip names, with the reasons, as of any list.
func (l *locked) strike(t *change.Tx, c *change.Change, s *change.Slip) (left bool, err error) {
	waiting := map[uuid.UUID]bool{}
	for _, a := range l.claims {
		if a.State.open() {
			waiting[a.StudentID] = true
		}
	}
	if err := pupillist.RefuseStrikes(s, waiting); err != nil {
		return false, err
	}
	for _, k := range s.Body.Strike {
		a := l.claims[slices.IndexFunc(l.claims, func(a *Claim) bool { return a.StudentID == k.StudentID })]
		l.release(t.Tx, a)
		t.Later("strike a claim", 1, `UPDATE admission SET state = ?, placed = false, waits = '', reason = ?, settled_by = ?, settled_at = ? WHERE change_id = ? AND line_no = ?`,
			Ended, strings.TrimSpace(k.Reason), s.AccountID, t.Now(), c.ID, a.LineNo)
	}
	if len(s.Body.Strike) > 0 {
		if err := pupillist.TellStruck(t, c, len(s.Body.Strike), s); err != nil {
			return false, err
		}
	}
	return l.open(), l.freePlaces(t.Tx)
}

// endLine ends the claim on one graduate, and the change when no claim is left (worker).
// Code is the closing code of business that ends whole changes, else "".
func endLine(t *change.Tx, c *change.Change, studentID uuid.UUID, why *refusal.Error, code string) error {
	own, err := lockClaims(t.Tx, c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(own.claims, func(a *Claim) bool { return a.StudentID == studentID })
	if i < 0 {
		return nil
	}
	own.end(t.Tx, own.claims[i], why)
	if err := own.freePlaces(t.Tx); err != nil {
		return err
	}
	switch {
	case own.open():
	case code == "":
		return t.EndEmptyList(c, nil)
	default:
		return t.EndBySystem(c.ID, code)
	}
	if err := pupillist.TellStruck(t, c, 1, nil); err != nil {
		return err
	}
	return t.Audit("change.line_ended", "change", c.ID.String(), map[string]string{"code": string(why.Code)})
}

// graduatesOf returns the graduates of claims.
func graduatesOf(claims []*Claim) []uuid.UUID {
	ids := make([]uuid.UUID, len(claims))
	for i, a := range claims {
		ids[i] = a.StudentID
	}
	return ids
}

// recordsOf reads the records of claims by graduate; with lock it locks them.
func recordsOf(t *store.Tx, claims []*Claim, lock bool) (map[uuid.UUID]*student.PupilRow, error) {
	rows, err := student.ReadPupilRows(t, graduatesOf(claims), lock)
	records := map[uuid.UUID]*student.PupilRow{}
	for _, h := range rows {
		records[h.ID] = h
	}
	return records, err
}

// receiving reads the school of a change, its receiving side.
func receiving(t *store.Tx, c *change.Change) error {
	var o org.OfficeRef
	err := t.DB().Raw(`SELECT o.id, o.path::text AS path, o.province_code AS province FROM change_party p JOIN organisation o ON o.id = p.org_id
		WHERE p.change_id = ? AND p.side = ?`, c.ID, process.SideIn).Take(&o).Error
	if err != nil {
		return fmt.Errorf("read the school of an enrolment: %w", err)
	}
	c.Receiving = o
	return nil
}
