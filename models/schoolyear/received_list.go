package schoolyear

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// schoolRules returns the policy that counts at a school.
func schoolRules(t *store.Tx, school office.Organisation) (process.Policy, error) {
	rules, err := policy.InForce(t, school.ProvinceCode)
	if err != nil {
		return process.Policy{}, err
	}
	return office.PolicyOf(t, school.ID, rules)
}

// ReadReceived returns an entry. The refusal is not_found outside the scope.
func ReadReceived(t *store.Tx, id uuid.UUID) (*ReceivedChild, error) {
	var r ReceivedChild
	if err := t.DB().Raw(`SELECT `+receivedColumns+` FROM received_child r `+receivedJoins+` WHERE r.id = ?`, id).Take(&r).Error; err != nil {
		return nil, store.OrMissing(err, "read a received child")
	}
	return &r, r.open(t)
}

// open unseals the name and counts the days.
func (r *ReceivedChild) open(t *store.Tx) error {
	name, err := t.Store().Keys().Decrypt(namePurpose(r.ID), r.NameCipher)
	if err != nil {
		return fmt.Errorf("open the name of a received child: %w", err)
	}
	until := t.Today()
	if r.ClosedAt != nil {
		until = calendar.DateOf(*r.ClosedAt)
	}
	r.Name, r.Days = string(name), r.ReceivedOn.DaysUntil(until)
	return nil
}

// Closing is the request of a school to close the entry of a received child.
type Closing struct {
	ID      uuid.UUID
	Outcome Outcome
	Student *uuid.UUID // the record that came or was made, where the school names it
}

// CloseReceived closes the entry of a received child with an outcome. The same closing by the same person
// returns the entry as it is; any other of a closed entry is refused.
func CloseReceived(t *store.Tx, c Closing) (*ReceivedChild, error) {
	r, err := ReadReceived(t, c.ID)
	if err != nil {
		return nil, err
	}
	if r.ClosedAt != nil {
		return closedBefore(t, r, c)
	}
	if c.Student != nil {
		if !c.Outcome.withRecord() {
			return nil, refusal.New(refusal.ReceivedOutcome).At("/outcome")
		}
		var here bool
		if err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM student WHERE id = ? AND school_id = ?)`, *c.Student, r.SchoolID).Scan(&here).Error; err != nil {
			return nil, fmt.Errorf("look for the record of a received child: %w", err)
		}
		if !here {
			return nil, refusal.New(refusal.ReceivedRecord).At("/student_id")
		}
	}
	rows, err := t.Exec(`UPDATE received_child SET closed_at = ?, closed_by = ?, outcome = ?, student_id = ? WHERE id = ? AND closed_at IS NULL`,
		t.Now(), t.Scope().Account, c.Outcome, c.Student, c.ID)
	if err != nil {
		return nil, fmt.Errorf("close a received child: %w", err)
	}
	if r, err = ReadReceived(t, c.ID); err != nil {
		return nil, err
	}
	if rows == 0 {
		return closedBefore(t, r, c) // another request was quicker
	}
	detail := map[string]string{"outcome": string(c.Outcome)}
	if c.Student != nil {
		detail["student"] = c.Student.String()
	}
	return r, t.Audit("received.close", "received_child", c.ID.String(), detail)
}

// closedBefore answers a closing of an entry that is closed already.
func closedBefore(t *store.Tx, r *ReceivedChild, c Closing) (*ReceivedChild, error) {
	sameRecord := (r.StudentID == nil) == (c.Student == nil) && (c.Student == nil || *r.StudentID == *c.Student)
	if *r.ClosedBy == t.Scope().Account && r.Outcome == c.Outcome && sameRecord {
		return r, nil
	}
	return nil, refusal.New(refusal.ReceivedClosed).With("when", calendar.DateOf(*r.ClosedAt).String())
}

// ReceivedKey is the sort key of a page of received children.
type ReceivedKey struct {
	Closed bool          `json:"c"`
	Day    calendar.Date `json:"d"`
	ID     uuid.UUID     `json:"i"`
}

// Key returns the sort key of the entry.
func (r ReceivedChild) Key() ReceivedKey {
	return ReceivedKey{Closed: r.ClosedAt != nil, Day: r.ReceivedOn, ID: r.ID}
}

// Received lists the received children of the schools at and below an office: open ones
// first, the oldest first, at most so many after the given one. Open narrows the list to
// open or to closed ones; nil: both.
//
// A school reads along its own index. A county finds its schools first and takes a page of
// each, because most of the province's children are not its own. A city and a province read
// the children of the register in their order until the page is full. The number of rows
// stands in the statement as a constant, so that PostgreSQL knows how few are wanted; and the
// subtree is named only where the scope is another, because of a subtree that is said twice
// PostgreSQL expects next to nothing and sorts everything.
func Received(t *store.Tx, at office.Organisation, open *bool, after ReceivedKey, most int) ([]ReceivedChild, error) {
	order, page := `p.closed, p.received_on, p.id`, `SELECT p.* FROM received_child p WHERE `
	key := `(p.closed, p.received_on, p.id) > (@closed, @day, @id)`
	if open != nil {
		key = `p.closed = @shut AND (p.received_on, p.id) > (@day, @id)`
		order = `p.received_on, p.id`
	}
	end := fmt.Sprintf(` ORDER BY %s LIMIT %d`, order, most)
	switch at.Kind {
	case org.School:
		page += `p.school_id = @office AND ` + key + end
	case org.County:
		page = fmt.Sprintf(`SELECT p.* FROM organisation k CROSS JOIN LATERAL (%sp.school_id = k.id AND %s) p WHERE k.path <@ CAST(@path AS ltree) AND k.kind = @school%s`,
			page, key+end, end)
	default:
		if !slices.Contains(t.Scope().Paths, at.Path) {
			page += `p.org_path <@ CAST(@path AS ltree) AND `
		}
		page += key + end
	}
	var list []ReceivedChild
	err := t.DB().Raw(`SELECT `+receivedColumns+` FROM (`+page+`) r `+receivedJoins+` ORDER BY r.closed, r.received_on, r.id`,
		map[string]any{"path": at.Path, "office": at.ID, "school": org.School, "closed": after.Closed, "day": after.Day, "id": after.ID, "shut": open != nil && !*open}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list received children: %w", err)
	}
	for i := range list {
		if err := list[i].open(t); err != nil {
			return nil, err
		}
	}
	return list, nil
}
