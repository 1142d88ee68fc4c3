package store

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// claim is the running change by which another school holds a pupil.
type claim struct {
	ChangeID uuid.UUID
	Kind     process.Kind
	OrgID    uuid.UUID
	OrgPath  string
	Province string
}

// arbitrationWork is the Work of an arbitration. The contested change holds the pupil's
// own slot.
type arbitrationWork struct{ RecordWork }

// arbitrationKind returns the Work of an arbitration (仲裁, KT23).
func arbitrationKind() Work {
	w := receivedKind(nil).RecordWork
	w.Automatic, w.Lost, w.Shows = nil, nil, nil
	w.Slot = func(t *Tx, c *Change) error { // the contested change holds the pupil's own slot
		t.takeSlot(c, arbitrationSlot(*c.StudentID), func() error { return refusal.New(refusal.ArbitrationFiled).At("/pupil") })
		return nil
	}
	w.Ending = func(t *Tx, c *Change, _ string) error { return t.letGoOn(c) }
	return arbitrationWork{w}
}

// Prepare finds the pupil and the contested change of the other school.
func (arbitrationWork) Prepare(t *Tx, c *Change, f Filing, policy process.Policy) error {
	return t.prepareArbitration(c, f, policy)
}

// Recheck judges the request again, beside the contested change that still runs.
func (w arbitrationWork) Recheck(t *Tx, c *Change, s *Slip, papers []EvidenceRef) ([]*refusal.Error, error) {
	running, err := t.contested(c)
	if err != nil {
		return nil, err
	}
	return w.RecheckBeside(t, c, s, papers, running)
}

// Apply ends the contested change in favour of the school that asked.
func (arbitrationWork) Apply(t *Tx, c *Change, s *Slip) error {
	barred, err := t.blocked(c)
	if err != nil {
		return err
	}
	if barred != nil {
		return unfit(s, barred)
	}
	return t.arbitrate(c, s)
}

// TellEnd tells the school that lost that its change is not in force.
func (arbitrationWork) TellEnd(t *Tx, c *Change, as string) (told bool, err error) {
	if as != Effective {
		return false, nil
	}
	if err := t.notifyFiler(c, "ENDED_"+as); err != nil {
		return false, err
	}
	t.notifyOthers(c, noticeArbitrationLost)
	return true, nil
}

// prepareArbitration prepares the case of two schools that claim one pupil (KT23). The
// school that asks is the receiving side; the school with the running change is the other
// side.
func (t *Tx) prepareArbitration(c *Change, f Filing, policy process.Policy) error {
	h, err := t.pupilToReceive(c, f)
	if err != nil {
		return err
	}
	c.StudentID, c.Stage, c.Subject = &h.ID, h.Stage, seenSubject(h)
	d, ok := t.store.processes.Define(f.Kind, h.Stage, policy)
	if !ok {
		return unknownKind(f.Kind)
	}
	c.Definition, c.wrong = d, needlessValues(f.Kind, len(f.Values) > 0)
	if to, err := t.schoolFor(f.Office.ID); err != nil || to.Closed {
		return errors.Join(err, refusal.New(refusal.SchoolClosed))
	}
	other, err := t.claimOn(h.ID)
	if err != nil {
		return err
	}
	running := process.Kind("")
	if other != nil {
		if other.OrgID == f.Office.ID && status.Receives(other.Kind) {
			return refusal.New(refusal.ArbitrationOwn).At("/pupil")
		}
		running, c.About = other.Kind, &other.ChangeID
		c.releasing = Office{ID: other.OrgID, Path: other.OrgPath, Province: other.Province}
	}
	list := []*refusal.Error{}
	dead, err := t.mayStart(h.ID)
	if err != nil {
		return err
	}
	if dead != nil {
		list = append(list, dead)
	}
	against, err := t.against(c, h, f.Evidence, running, true)
	if err != nil {
		return err
	}
	return refusal.Join(append(list, against...)...)
}

// claimOn returns the change that holds a pupil, of any school; nil when there is none.
func (t *Tx) claimOn(student uuid.UUID) (*claim, error) {
	var other claim
	err := t.db.Raw(`SELECT change_id, kind, org_id, org_path, province FROM claim_on(?)`, student).Take(&other).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // no change holds the pupil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the claim of another school: %w", err)
	}
	return &other, nil
}

// contested returns the kind of the change that an arbitration is about, while that
// change runs, for the checks after the filing (worker). It returns "" when the change
// has ended.
func (t *Tx) contested(c *Change) (process.Kind, error) {
	var row struct {
		Kind   process.Kind
		Status string
	}
	if err := t.db.Raw(`SELECT kind, status FROM change WHERE id = ?`, *c.About).Take(&row).Error; err != nil {
		return "", fmt.Errorf("read a contested change: %w", err)
	}
	if row.Status != Running {
		return "", nil
	}
	return row.Kind, nil
}

// arbitrate ends the contested change in favour of the school that asked (worker). Then
// no change holds the pupil: the winner is told, and files its transfer. When the
// contested change has ended in another way, there is nothing to decide.
func (t *Tx) arbitrate(c *Change, s *Slip) error {
	kind, err := t.contested(c)
	if err != nil {
		return err
	}
	if kind == "" {
		return unfit(s, refusal.New(refusal.Moot))
	}
	if err := t.endBySystem(*c.About, Arbitrated); err != nil {
		return err
	}
	if err := t.endEffective(c, s, t.today()); err != nil {
		return err
	}
	return t.notify(c.ID, noticeArbitrationWon, c.StepNo, c.Round, c.OrgID, c.OrgPath, string(org.SchoolRegistrar))
}

// The notices of an arbitration. The school that won is told to file its transfer; the
// other school is told that it lost its change.
const (
	noticeArbitrationWon  = "ARBITRATION_WON"
	noticeArbitrationLost = "ARBITRATION_LOST"
)

// MootArbitrations returns running arbitrations whose contested change has ended
// (worker).
func (t *Tx) MootArbitrations(most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := t.db.Raw(`SELECT a.id FROM change a JOIN change c ON c.id = a.about
		WHERE a.kind = ? AND a.status = 'RUNNING' AND c.status <> 'RUNNING' ORDER BY a.id LIMIT ?`, process.Arbitration, most).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for arbitrations without a claim: %w", err)
	}
	return ids, nil
}

// EndMoot ends an arbitration whose contested change has ended (worker).
func (t *Tx) EndMoot(arbitration uuid.UUID) error { return t.endBySystem(arbitration, Moot) }
