package kinds

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// contestedChange is the running change by which another school holds a pupil.
type contestedChange struct {
	ChangeID uuid.UUID
	Kind     process.Kind
	OrgID    uuid.UUID
	OrgPath  string
	Province string
}

// arbitrationWork is the Work of an arbitration. The contested change holds the pupil's
// own slot.
type arbitrationWork struct{ change.RecordWork }

// arbitrationKind returns the Work of an arbitration (仲裁, KT23).
func arbitrationKind() change.Work {
	w := transfer.ReceivedKind(nil).RecordWork
	w.Automatic, w.Lost = nil, nil
	w.Slot = func(t *change.Tx, c *change.Change) error { // the contested change holds the pupil's own slot
		t.TakeSlot(c, student.ArbitrationSlot(*c.StudentID), func() error { return refusal.New(refusal.ArbitrationFiled).At("/pupil") })
		return nil
	}
	w.Ending = func(t *change.Tx, c *change.Change, _ string) error { return t.WakeChangeOnHold(c) }
	return arbitrationWork{w}
}

// Prepare finds the pupil and the contested change of the other school.
func (arbitrationWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	return prepareArbitration(t, c, f, policy)
}

// Recheck judges the request again, beside the contested change that still runs.
func (w arbitrationWork) Recheck(t *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	running, err := contestedKind(t.Tx, c)
	if err != nil {
		return nil, err
	}
	return w.RecheckBeside(t, c, s, papers, running)
}

// Apply ends the contested change in favour of the school that asked.
func (arbitrationWork) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	barred, err := t.PriorBusiness(c)
	if err != nil {
		return err
	}
	if barred != nil {
		return change.NoteNotApplied(s, barred)
	}
	return endContestedChange(t, c, s)
}

// TellEnd tells the school that lost that its change is not in force.
func (arbitrationWork) TellEnd(t *change.Tx, c *change.Change, as string) (told bool, err error) {
	if as != change.StatusEffective {
		return false, nil
	}
	if err := t.NotifyFiler(c, "ENDED_"+as); err != nil {
		return false, err
	}
	t.NotifyOthers(c, noticeArbitrationLost)
	return true, nil
}

// prepareArbitration prepares the case of two schools that claim one pupil (KT23). The
// school that asks is the receiving side; the school with the running change is the other
// side.
func prepareArbitration(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	h, err := transfer.FindPupilToReceive(t, c, f)
	if err != nil {
		return err
	}
	c.StudentID, c.Stage, c.Subject = &h.ID, h.Stage, change.PupilSubject(h)
	d, ok := t.Store().Processes().Define(f.Kind, h.Stage, policy)
	if !ok {
		return change.UnknownKind(f.Kind)
	}
	c.Definition, c.ValueRefusals = d, change.NeedlessValues(f.Kind, len(f.Values) > 0)
	if to, err := student.ReadSchool(t.Tx, f.Office.ID); err != nil || to.Closed {
		return errors.Join(err, refusal.New(refusal.SchoolClosed))
	}
	other, err := findContestedChange(t.Tx, h.ID)
	if err != nil {
		return err
	}
	running := process.Kind("")
	if other != nil {
		if other.OrgID == f.Office.ID && status.Receives(other.Kind) {
			return refusal.New(refusal.ArbitrationOwn).At("/pupil")
		}
		running, c.About = other.Kind, &other.ChangeID
		c.Releasing = org.OfficeRef{ID: other.OrgID, Path: other.OrgPath, Province: other.Province}
	}
	list := []*refusal.Error{}
	dead, err := t.RefusalIfDead(h.ID)
	if err != nil {
		return err
	}
	if dead != nil {
		list = append(list, dead)
	}
	against, err := t.FindRefusals(c, h, f.Evidence, running, true)
	if err != nil {
		return err
	}
	return refusal.Join(append(list, against...)...)
}

// findContestedChange returns the change that holds a pupil, of any school; nil when there is none.
func findContestedChange(t *store.Tx, student uuid.UUID) (*contestedChange, error) {
	var other contestedChange
	err := t.DB().Raw(`SELECT change_id, kind, org_id, org_path, province FROM claim_on(?)`, student).Take(&other).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // no change holds the pupil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the claim of another school: %w", err)
	}
	return &other, nil
}

// contestedKind returns the kind of the change that an arbitration is about, while that
// change runs, for the checks after the filing (worker). It returns "" when the change
// has ended.
func contestedKind(t *store.Tx, c *change.Change) (process.Kind, error) {
	var row struct {
		Kind   process.Kind
		Status string
	}
	if err := t.DB().Raw(`SELECT kind, status FROM change WHERE id = ?`, *c.About).Take(&row).Error; err != nil {
		return "", fmt.Errorf("read a contested change: %w", err)
	}
	if row.Status != change.StatusRunning {
		return "", nil
	}
	return row.Kind, nil
}

// endContestedChange ends the contested change in favour of the school that asked (worker). Then
// no change holds the pupil: the winner is told, and files its transfer. When the
// contested change has ended in another way, there is nothing to decide.
func endContestedChange(t *change.Tx, c *change.Change, s *change.Slip) error {
	kind, err := contestedKind(t.Tx, c)
	if err != nil {
		return err
	}
	if kind == "" {
		return change.NoteNotApplied(s, refusal.New(refusal.Moot))
	}
	if err := t.EndBySystem(*c.About, change.EndedByArbitration); err != nil {
		return err
	}
	if err := t.EndEffective(c, s, t.Today()); err != nil {
		return err
	}
	return t.NotifyRole(c.ID, noticeArbitrationWon, c.StepNo, c.Round, c.OrgID, c.OrgPath, string(org.SchoolRegistrar))
}

// The notices of an arbitration. The school that won is told to file its transfer; the
// other school is told that it lost its change.
const (
	noticeArbitrationWon  = "ARBITRATION_WON"
	noticeArbitrationLost = "ARBITRATION_LOST"
)

// ArbitrationsWithoutClaim returns running arbitrations whose contested change has ended
// (worker).
func ArbitrationsWithoutClaim(t *change.Tx, most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := t.DB().Raw(`SELECT a.id FROM change a JOIN change c ON c.id = a.about
		WHERE a.kind = @kind AND a.status = @running AND c.status <> @running ORDER BY a.id LIMIT @most`,
		map[string]any{"kind": process.Arbitration, "running": change.StatusRunning, "most": most}).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for arbitrations without a claim: %w", err)
	}
	return ids, nil
}

// EndArbitrationWithoutClaim ends an arbitration whose contested change has ended (worker).
func EndArbitrationWithoutClaim(t *change.Tx, arbitration uuid.UUID) error {
	return t.EndBySystem(arbitration, change.EndedWithoutClaim)
}
