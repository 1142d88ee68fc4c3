package change

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// NoteNotApplied notes on the slip that the record could not take the change. All parties must
// know why the step stays open, not only the person who decided.
func NoteNotApplied(s *Slip, err error) error {
	var refused *refusal.Error
	if s != nil && errors.As(err, &refused) {
		s.notApplied = refused
	}
	return err
}

// recordAfter returns the record after the change, or all refusals that stand against the
// change now.
func (t *Tx) recordAfter(c *Change, h *student.PupilRow) (status.Record, error) {
	if err := t.ReadValues(c); err != nil {
		return h.Record, err
	}
	if t.findRecordWork(c.Kind).Clear {
		if err := student.DecryptIdentity(t.Tx, h); err != nil {
			return h.Record, err
		}
	}
	taken, err := t.RefusalIfIdentityTaken(c, h)
	if taken != nil || err != nil {
		return h.Record, errors.Join(err, asError(taken))
	}
	papers, err := evidence.Attached(t.Tx, c.ID)
	if err != nil {
		return h.Record, err
	}
	facts, err := t.readFacts(c, h, true)
	if err != nil {
		return h.Record, err
	}
	return status.Apply(h.Record, c.request(evidence.Kinds(papers)), facts)
}

// EndEffective ends a change that is in force from a day on; the slip is nil when the register approves by itself.
func (t *Tx) EndEffective(c *Change, s *Slip, on calendar.Date) error {
	day := on.Start()
	c.EffectiveOn = &day
	if s == nil { // the register itself approves this kind
		return t.endChange(c, ending{code: EventPassed}, StatusEffective)
	}
	return t.endChange(c, endedBy(s), StatusEffective)
}

// readFacts reads the facts beside the record that package status judges. With lock it locks
// the classes that lose or gain a seat until the transaction ends.
func (t *Tx) readFacts(c *Change, h *student.PupilRow, lock bool) (status.Facts, error) {
	f := status.Facts{
		Today: t.judgedDay(c), Filed: calendar.DateOf(c.FiledAt), Policy: c.Definition.Policy, Releasing: c.Definition.Releasing(), From: h.School(), Final: lock,
	}
	for _, in := range c.Definition.Inputs {
		if in.Type != process.TypeClass || c.Inputs[in.Name] == "" {
			continue
		}
		if lock {
			if err := student.LockClasses(t.Tx, h.ClassID, c.Inputs[in.Name]); err != nil {
				return f, err
			}
		}
		class, err := student.ReadClassFacts(t.Tx, c.Inputs[in.Name])
		if err != nil {
			return f, err
		}
		f.Class = class
	}
	if status.Moves(c.Kind) { // the pupil's school may have another schooling length
		var err error
		if f.Releasing, err = office.PolicyOf(t.Tx, h.SchoolID, f.Releasing); err != nil {
			return f, err
		}
	}
	if more := t.findRecordWork(c.Kind).Facts; more != nil {
		return f, more(t.Tx, c, h, &f, lock)
	}
	return f, nil
}

// SaveRecord gives a changed record to the one writer of records. When the record moves,
// the old school keeps a backup of it, and the paper file is tracked.
func (t *Tx) SaveRecord(c *Change, h *student.PupilRow, after status.Record, on calendar.Date) error {
	w := &student.RecordWrite{
		Was: h, After: after, ChangeID: c.ID, Kind: c.Kind, AccountID: c.FiledBy, On: on,
		Identity: c.identityWrite(h, after.Identity), Items: c.Values.otherItems(), Overfull: status.Overfills(c.Kind),
	}
	w.ShownBefore, w.ShownAfter = c.Values.asShown()
	if !w.Moves() {
		return student.WriteRecord(t.Tx, w)
	}
	to, err := uuid.Parse(after.SchoolID)
	if err != nil {
		return err
	}
	if err := t.keepBackup(c, h, after.SchoolID, on); err != nil { // before anything is written
		return err
	}
	if w.Path, err = t.receivingPath(c, to); err != nil {
		return err
	}
	w.Followers = t.engine.followers
	if err := student.WriteRecord(t.Tx, w); err != nil {
		return err
	}
	t.openPaperFile(c, h, to)
	return nil
}

// receivingPath returns the path of the school to which a change moves a record. For a list it
// is read once.
func (t *Tx) receivingPath(c *Change, to uuid.UUID) (string, error) {
	if c.Receiving.ID == to {
		return c.Receiving.Path, nil
	}
	var row struct{ Path string }
	if err := t.DB().Raw(`SELECT path::text AS path FROM organisation WHERE id = ?`, to).Take(&row).Error; err != nil {
		return "", fmt.Errorf("find an office: %w", err)
	}
	return row.Path, nil
}

// keepBackup keeps the old school's view of the pupil from before the change (电子备份);
// numbers are masked.
func (t *Tx) keepBackup(c *Change, h *student.PupilRow, to string, on calendar.Date) error {
	record, err := student.ReadRecord(t.Tx, h.ID)
	if err != nil {
		return err
	}
	delete(record.Details, student.AuxSealed) // a copy of a ciphertext is not for showing
	text, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("keep a backup of a record: %w", err)
	}
	t.Later("keep a backup of a record", 1, `INSERT INTO departure (id, change_id, student_id, school_id, org_path, left_on, to_school_id, name, number_masked, record, recorded_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		store.NewID(), c.ID, h.ID, h.SchoolID, h.OrgPath, on, to, h.Name, h.NumberMasked, string(text), t.Now())
	return nil
}

// openPaperFile begins to track the paper file, which must arrive within the
// months of the receiving province's policy (hard rule 3).
func (t *Tx) openPaperFile(c *Change, h *student.PupilRow, to uuid.UUID) {
	due := calendar.DateOf(t.Now().AddDate(0, c.Definition.Policy.HandoverMonths, 0))
	t.Later("open a hand-over", 1, `INSERT INTO handover (id, change_id, student_id, from_school, to_school, opened_at, due_on)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, store.NewID(), c.ID, h.ID, h.SchoolID, to, t.Now(), due)
}
