package registration

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RosterWork is the Work of 学籍注册 of a whole roster (KT01–KT04).
type RosterWork struct{}

// Prepare checks a filing of a whole roster.
func (RosterWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	var school struct{ Stages string }
	if err := t.DB().Raw(`SELECT to_json(stages)::text AS stages FROM organisation WHERE id = ?`, f.Office.ID).Take(&school).Error; err != nil {
		return fmt.Errorf("read the school: %w", err)
	}
	var stages []org.Stage
	if err := json.Unmarshal([]byte(school.Stages), &stages); err != nil || len(stages) == 0 {
		return refusal.New(refusal.NotFiler).At("/roster_id")
	}
	c.RosterID, c.Stage = &f.RosterID, stages[0]
	d, ok := t.Store().Processes().Define(f.Kind, c.Stage, policy)
	if !ok || d.Subject != process.SubjectRoster {
		return change.UnknownKind(f.Kind)
	}
	c.Definition = d
	if err := checkRosterForFiling(t.Tx, f.RosterID, f.Office.ID); err != nil {
		return err
	}
	missing, err := evidence.RefuseUnknown(t.Tx, f.Evidence)
	if err != nil {
		return err
	}
	return refusal.Join(slices.Concat(d.CheckInputs(c.Inputs), d.CheckEvidence(evidence.Kinds(f.Evidence)), missing, change.NeedlessValues(f.Kind, len(f.Values) > 0))...)
}

// Hold locks the roster for the change and takes the slots of its pupils.
func (RosterWork) Hold(t *change.Tx, c *change.Change) error {
	if err := t.Flush(); err != nil {
		return err
	}
	return FileRoster(t.Tx, *c.RosterID, c.ID)
}

// Recheck judges form and papers. The rows of the roster were judged when it was checked.
func (RosterWork) Recheck(_ *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	return slices.Concat(c.Definition.CheckFiled(c.Inputs), c.Definition.CheckEvidence(evidence.Kinds(papers)), change.NeedlessValues(c.Kind, s.Body.HasValues())), nil
}

// Apply makes a record of every good row.
func (RosterWork) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	on := t.Today()
	if begun, err := enrolAsJob(t, c, s, on); err != nil || begun {
		return err
	}
	if err := RegisterRoster(t.Tx, *c.RosterID, c.ID, on); err != nil {
		return err
	}
	return t.EndEffective(c, s, on)
}

// Ended releases a roster whose change was not approved.
func (RosterWork) Ended(t *change.Tx, c *change.Change, as string) error {
	if as == change.StatusEffective {
		return nil
	}
	return returnRoster(t.Tx, *c.RosterID, as == change.StatusRefused)
}

// noticeLeftOut tells that pupils of a registered roster were left out, because a class
// was full or because they had a record by then.
const noticeLeftOut = "ROSTER_LEFT_OUT"

// TellEnd tells the school, beside the usual notice, when pupils were left out.
func (RosterWork) TellEnd(t *change.Tx, c *change.Change, as string) (told bool, err error) {
	if as != change.StatusEffective {
		return false, nil
	}
	leftOut, err := countLeftOut(t.Tx, c)
	if err != nil || leftOut == 0 {
		return false, err
	}
	return false, t.NotifyFiler(c, noticeLeftOut)
}

// Page shows how many rows were left out.
func (RosterWork) Page(t *store.Tx, p *casepage.Page) (err error) {
	p.LeftOut, err = countLeftOut(t, p.Change)
	return err
}

// countLeftOut returns the number of rows of a roster that were left out when it took effect.
func countLeftOut(t *store.Tx, c *change.Change) (n int, err error) {
	if err := t.DB().Raw(`SELECT coalesce(max(rows_left_out), 0) FROM roster WHERE id = ?`, *c.RosterID).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count who was left out: %w", err)
	}
	return n, nil
}

// Reveal decrypts a number of one row.
func (RosterWork) Reveal(t *store.Tx, c *change.Change, a casepage.RevealRequest) (*casepage.RevealedNumber, error) {
	return numberInRoster(t, *c.RosterID, a)
}

func numberInRoster(t *store.Tx, id uuid.UUID, a casepage.RevealRequest) (*casepage.RevealedNumber, error) {
	var row struct{ Payload []byte }
	err := t.DB().Raw(`SELECT payload FROM roster_row WHERE roster_id = ? AND row_no = ?`, id, a.Row).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || err == nil && len(row.Payload) == 0 {
		return &casepage.RevealedNumber{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a row of a roster: %w", err)
	}
	values, err := student.OpenRosterRow(t.Store(), id, a.Row, row.Payload)
	return &casepage.RevealedNumber{After: values[roster.Field(a.Field)]}, err
}
