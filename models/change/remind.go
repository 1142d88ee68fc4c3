package change

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// remindByFiler (催办) reminds the people who must act, in the name of the office that filed, and
// not more often than the province allows. It decides nothing.
func (t *Tx) remindByFiler(c *Change, s *Slip) error {
	holds, err := t.accountHolds(s.AccountID, c.OrgID, c.Definition.FiledBy.Role())
	if err != nil {
		return err
	}
	if !holds {
		return refusal.New(refusal.NotFiler)
	}
	next, err := t.nextReminderAt(c)
	if err != nil {
		return err
	}
	if t.Now().Before(next) {
		return refusal.New(refusal.RemindedLately).With("next", shownTime(next))
	}
	open := 0
	if c.StepNo != 0 { // at step 0 the filer would remind itself
		open, err = t.notifyAsked(newNotice{change: c.ID, kind: noticeReminded, step: c.StepNo, round: c.Round, occasion: s.ID.String()})
		if err != nil {
			return err
		}
	}
	if open == 0 {
		return refusal.New(refusal.NobodyToRemind)
	}
	if err := t.recordSlip(c, s, nil, nil); err != nil {
		return err
	}
	return t.markCounted(s)
}

// notifyAsked leaves a notice for everybody for whom a step waits, at any office, and
// returns the number of open seats. The holder of an open task gets the notice; without a
// holder everybody with the role does. Seats that have decided or wait for others get
// none.
func (t *Tx) notifyAsked(n newNotice) (int, error) {
	seats, err := t.readSeats(n.change, n.step, n.round)
	if err != nil {
		return 0, err
	}
	open := 0
	for _, k := range seats {
		if k.Status != StepOpen {
			continue
		}
		open++
		n.office, n.path, n.role, n.account = k.OfficeID, k.OfficePath, string(k.Role), uuid.Nil
		if k.HolderID != nil {
			n.account = *k.HolderID
		}
		t.addNotice(n)
	}
	return open, nil
}

// nextReminderAt returns the time from which the next reminder may be sent.
func (t *Tx) nextReminderAt(c *Change) (time.Time, error) {
	var row struct{ At *time.Time }
	err := t.DB().Raw(`SELECT max(at) AS at FROM change_event WHERE change_id = ? AND verb = ?`, c.ID, VerbRemind).Take(&row).Error
	if err != nil {
		return time.Time{}, fmt.Errorf("read earlier reminders: %w", err)
	}
	if row.At == nil {
		return time.Time{}, nil
	}
	return row.At.Add(time.Duration(max(c.Definition.Policy.RemindHours, 1)) * time.Hour), nil
}

// maxCopies is the highest number of people to whom one slip may copy a change.
const maxCopies = 50

// copyChange (抄送) shows a change to people who may read it anyway, because their office is
// a party or lies above one. A person who has a copy already gets no second one.
func (t *Tx) copyChange(c *Change, s *Slip) error {
	if !c.Definition.May(process.MayCopy) {
		return refusal.New(refusal.InteractionForbidden)
	}
	var readers []copyReader
	for _, to := range s.Body.To {
		if err := t.addCopyReaders(c, &readers, `a.id = @who`, to, ""); err != nil {
			return err
		}
	}
	for _, o := range s.Body.Offices {
		if err := t.addCopyReaders(c, &readers, `a.org_id = @who AND @role = ANY (a.roles)`, o.Office, o.Role); err != nil {
			return err
		}
	}
	if len(readers) == 0 || len(readers) > maxCopies {
		return refusal.New(refusal.CopyOutside).At("/to")
	}
	names := make([]string, len(readers))
	for i, r := range readers {
		names[i] = r.ID.String()
		t.Later("copy a change", store.AnyRows, `INSERT INTO change_copy (change_id, account_id, org_id, org_path, sent_by, sent_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			c.ID, r.ID, r.OrgID, r.OrgPath, s.AccountID, t.Now())
		t.addNotice(newNotice{change: c.ID, kind: noticeCopied, step: c.StepNo, office: r.OrgID, path: r.OrgPath, role: r.Role, account: r.ID})
	}
	if err := t.recordSlip(c, s, nil, map[string]string{"to": strings.Join(names, ",")}); err != nil {
		return err
	}
	return t.markCounted(s)
}

// copyReader is a person to whom a change is copied.
type copyReader struct {
	ID      uuid.UUID
	OrgID   uuid.UUID
	OrgPath string
	Role    string
}

// addCopyReaders adds the active people who meet a condition. Each must have a reading role at an
// office that is a party of the change or lies above one.
func (t *Tx) addCopyReaders(c *Change, list *[]copyReader, condition string, who uuid.UUID, role org.Role) error {
	var found []copyReader
	err := t.DB().Raw(`SELECT a.id, a.org_id, a.org_path::text AS org_path, r.role FROM account a
		CROSS JOIN LATERAL (SELECT x AS role FROM unnest(a.roles) x WHERE x IN @readers ORDER BY x LIMIT 1) r
		WHERE `+condition+` AND a.sealed_at IS NULL AND a.closed_at IS NULL
			AND EXISTS (SELECT 1 FROM change_party p WHERE p.change_id = @change AND p.org_path <@ a.org_path) ORDER BY a.id LIMIT @most`,
		map[string]any{"who": who, "role": role, "change": c.ID, "readers": append(org.ReviewingRoles(), org.SchoolRegistrar, org.BureauViewer), "most": maxCopies + 1}).Scan(&found).Error
	if err != nil {
		return fmt.Errorf("read who gets a copy: %w", err)
	}
	if len(found) == 0 {
		return refusal.New(refusal.CopyOutside).At("/to")
	}
	*list = append(*list, found...)
	return nil
}
