package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// rosterWork is the Work of 学籍注册 of a whole roster (KT01–KT04).
type rosterWork struct{}

// Prepare checks a filing of a whole roster.
func (rosterWork) Prepare(t *Tx, c *Change, f Filing, policy process.Policy) error {
	var school struct{ Stages string }
	if err := t.db.Raw(`SELECT to_json(stages)::text AS stages FROM organisation WHERE id = ?`, f.Office.ID).Take(&school).Error; err != nil {
		return fmt.Errorf("read the school: %w", err)
	}
	var stages []org.Stage
	if err := json.Unmarshal([]byte(school.Stages), &stages); err != nil || len(stages) == 0 {
		return refusal.New(refusal.NotFiler).At("/roster_id")
	}
	c.RosterID, c.Stage = &f.RosterID, stages[0]
	d, ok := t.store.processes.Define(f.Kind, c.Stage, policy)
	if !ok || d.Subject != process.SubjectRoster {
		return unknownKind(f.Kind)
	}
	c.Definition = d
	if err := t.rosterMayBeFiled(f.RosterID, f.Office.ID); err != nil {
		return err
	}
	missing, err := t.unknownEvidence(f.Evidence)
	if err != nil {
		return err
	}
	return refusal.Join(slices.Concat(d.CheckInputs(c.Inputs), d.CheckEvidence(kindsOf(f.Evidence)), missing, needlessValues(f.Kind, len(f.Values) > 0))...)
}

// Hold locks the roster for the change and takes the slots of its pupils.
func (rosterWork) Hold(t *Tx, c *Change) error {
	if err := t.flush(); err != nil {
		return err
	}
	return t.fileRoster(*c.RosterID, c.ID)
}

// Recheck judges form and papers. The rows of the roster were judged when it was checked.
func (rosterWork) Recheck(_ *Tx, c *Change, s *Slip, papers []EvidenceRef) ([]*refusal.Error, error) {
	return slices.Concat(c.Definition.CheckFiled(c.Inputs), c.Definition.CheckEvidence(kindsOf(papers)), needlessValues(c.Kind, s.Body.valued())), nil
}

// Apply makes a record of every good row.
func (rosterWork) Apply(t *Tx, c *Change, s *Slip) error {
	on := t.today()
	if begun, err := t.enrolAsJob(c, s, on); err != nil || begun {
		return err
	}
	if err := t.enrolRoster(*c.RosterID, c.ID, on); err != nil {
		return err
	}
	return t.endEffective(c, s, on)
}

// Ended releases a roster whose change was not approved.
func (rosterWork) Ended(t *Tx, c *Change, as string) error {
	if as == Effective {
		return nil
	}
	return t.rosterEnded(*c.RosterID, as == Refused)
}

// noticeLeftOut tells that pupils of a registered roster were left out, because a class
// was full or because they had a record by then.
const noticeLeftOut = "ROSTER_LEFT_OUT"

// TellEnd tells the school, beside the usual notice, when pupils were left out.
func (rosterWork) TellEnd(t *Tx, c *Change, as string) (told bool, err error) {
	if as != Effective {
		return false, nil
	}
	leftOut, err := t.leftOut(c)
	if err != nil || leftOut == 0 {
		return false, err
	}
	return false, t.notifyFiler(c, noticeLeftOut)
}

// Page shows how many rows were left out.
func (rosterWork) Page(t *Tx, p *ChangePage) (err error) {
	p.LeftOut, err = t.leftOut(p.Change)
	return err
}

// leftOut returns the number of rows of a roster that were left out when it took effect.
func (t *Tx) leftOut(c *Change) (n int, err error) {
	if err := t.db.Raw(`SELECT coalesce(max(rows_left_out), 0) FROM roster WHERE id = ?`, *c.RosterID).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count who was left out: %w", err)
	}
	return n, nil
}

// Reveal decrypts a number of one row.
func (rosterWork) Reveal(t *Tx, c *Change, a Asked) (*Compared, error) {
	return t.numberInRoster(*c.RosterID, a)
}

func (t *Tx) numberInRoster(id uuid.UUID, a Asked) (*Compared, error) {
	var row struct{ Payload []byte }
	err := t.db.Raw(`SELECT payload FROM roster_row WHERE roster_id = ? AND row_no = ?`, id, a.Row).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || err == nil && len(row.Payload) == 0 {
		return &Compared{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a row of a roster: %w", err)
	}
	values, err := t.store.openRosterRow(id, a.Row, row.Payload)
	return &Compared{After: values[roster.Field(a.Field)]}, err
}
