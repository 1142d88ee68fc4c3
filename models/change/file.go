package change

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// Filing is the application of a school or a bureau for a change.
type Filing struct {
	Kind      process.Kind
	StudentID uuid.UUID      // or
	RosterID  uuid.UUID      // or
	Lines     []ListedPupil  // the pupils of a list, or
	Pupil     PupilReference // of another school, for kinds the receiving school files
	// Named is what else a filing is about, in a type of the package that has the Work.
	Named  any
	Inputs map[string]string
	// Values are the key items a change of key data writes; they are sealed.
	Values   map[string]string
	Evidence []EvidenceRef
	RedoOf   uuid.UUID // the refused change this one repeats, or nil
	// Office files; Key and Hash make a repeated request the same filing.
	Office   org.OfficeRef
	Key      string
	BodyHash []byte
}

// EvidenceRef attaches an uploaded file as one kind of evidence.
type EvidenceRef struct {
	ID   uuid.UUID `json:"id"`
	Kind string    `json:"kind"`
}

// CheckFiling judges a filing and writes nothing. The error holds all refusals.
func (t *Tx) CheckFiling(f Filing) error {
	_, err := t.prepare(f)
	return err
}

// FileChange writes the change, its slot, its first step with its tasks, the timeline,
// the audit entry and the outbox row, or nothing at all. The error holds all refusals at
// once. The same key with the same body returns the change that was filed before; the
// same key with another body is refused.
func (t *Tx) FileChange(f Filing) (*Change, error) {
	if c, err := t.filedBefore(f); c != nil || err != nil {
		return c, err
	}
	c, err := t.prepare(f)
	if err != nil {
		// The same filing may have arrived twice at once. Then the other copy was
		// written while this transaction read the register.
		if same, again := t.filedBefore(f); same != nil && again == nil {
			return same, nil
		}
		return nil, err
	}
	if err := t.InsertChange(c, f); err != nil {
		return nil, err
	}
	if err := t.FindWork(c.Kind).Hold(t, c); err != nil {
		return nil, err
	}
	if err := t.insertValues(c, c.Values); err != nil {
		return nil, err
	}
	t.attachEvidence(c.ID, f.Evidence, 1)
	if err := t.WriteEvent(Event{Change: c.ID, Verb: "FILED", Step: 0, Round: 1, Account: c.FiledBy, Office: c.OrgID}); err != nil {
		return nil, err
	}
	if w, more := t.FindWork(c.Kind).(Filer); more {
		if err := w.Filed(t, c); err != nil {
			return nil, err
		}
	}
	// Send now: when another filing was faster, this call returns its refusal.
	if err := t.Flush(); err != nil {
		return nil, err
	}
	if err := t.OpenStep(c, 1); err != nil {
		return nil, err
	}
	t.Later("file a change", 1, `INSERT INTO outbox (change_id, topic, created_at) VALUES (?, 'START', ?)`, c.ID, t.Now())
	return c, t.Audit("change.file", "change", c.ID.String(), map[string]string{"kind": string(c.Kind), "case_no": c.CaseNo})
}

func (t *Tx) filedBefore(f Filing) (*Change, error) {
	var row struct {
		ID         uuid.UUID
		FilingHash []byte
	}
	err := t.DB().Raw(`SELECT id, filing_hash FROM change WHERE filed_by = ? AND filing_key = ?`, t.Scope().Account, f.Key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // filed for the first time
	}
	if err != nil {
		return nil, fmt.Errorf("look for an earlier filing: %w", err)
	}
	if !bytes.Equal(row.FilingHash, student.BodyHash(t.Store(), f.BodyHash)) {
		return nil, refusal.New(refusal.KeyReused)
	}
	return t.Read(row.ID)
}

// prepare freezes the definition and checks every precondition.
func (t *Tx) prepare(f Filing) (*Change, error) {
	c := &Change{
		ID: store.NewID(), Kind: f.Kind, OrgID: f.Office.ID, OrgPath: f.Office.Path, ProvinceCode: f.Office.Province,
		Status: StatusRunning, StepNo: 1, Round: 1, FiledBy: t.Scope().Account, FiledAt: t.Now(), Inputs: trimmedInputs(f.Inputs),
	}
	if err := t.checkRedo(c, f); err != nil {
		return nil, err
	}
	rules, err := policy.InForce(t.Tx, f.Office.Province)
	if err != nil {
		return nil, err
	}
	if err := t.checkSubject(f, rules); err != nil {
		return nil, err
	}
	w := t.FindWork(f.Kind)
	if w == nil {
		return nil, UnknownKind(f.Kind)
	}
	return c, w.Prepare(t, c, f, rules)
}

// UnknownKind refuses a kind of change that the register or the province does not know.
func UnknownKind(kind process.Kind) *refusal.Error {
	return refusal.New(refusal.KindUnknown).At("/kind").With("kind", string(kind))
}

// StageForbids returns a refusal when a kind does not exist for a stage.
func StageForbids(d process.Definition, stage org.Stage) []*refusal.Error {
	if d.Allows(stage) {
		return nil
	}
	return []*refusal.Error{refusal.New(refusal.StageForbids).At("/kind").WithText("kind", d.Name.Zh, d.Name.En)}
}

// InsertChange writes a filed change with the offices that are its sides.
func (t *Tx) InsertChange(c *Change, f Filing) error {
	definition, err := json.Marshal(c.Definition)
	if err != nil {
		return fmt.Errorf("freeze the definition: %w", err)
	}
	inputs, err := json.Marshal(c.Inputs)
	if err != nil {
		return fmt.Errorf("file a change: %w", err)
	}
	subject, err := json.Marshal(c.Subject)
	if err != nil {
		return fmt.Errorf("file a change: %w", err)
	}
	c.PolicyVersion = c.Definition.Policy.Version
	if out := c.Definition.OutPolicy; out != nil {
		c.OutPolicyVersion = &out.Version
	}
	c.DueTotal = t.Workdays().Deadline(t.Now(), c.Definition.Policy.TotalWarning).At
	if err := t.assignCaseNo(c); err != nil {
		return err
	}
	// The same request may arrive twice at once: the other one won.
	twice := func() error { return refusal.New(refusal.VersionConflict) }
	t.LaterOr(twice, "file a change", `INSERT INTO change (id, case_no, kind, student_id, roster_id, org_id, org_path, province_code, stage, status, definition,
		definition_version, policy_version, inputs, step_no, round, filed_by, filed_at, filing_key, filing_hash, due_total, redo_of,
		subject, found_by, out_policy_version, about, problem_id, beside)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.ID, c.CaseNo, c.Kind, c.StudentID, c.RosterID, c.OrgID, c.OrgPath, c.ProvinceCode, c.Stage, c.Status, string(definition),
		fmt.Sprint(c.Definition.Version), c.PolicyVersion, string(inputs), c.StepNo, c.Round, c.FiledBy, c.FiledAt, f.Key, student.BodyHash(t.Store(), f.BodyHash), c.DueTotal, c.RedoOf,
		string(subject), c.FoundByHash, c.OutPolicyVersion, c.About, c.ProblemID, c.Beside)
	t.addParty(c, process.SideFiler, c.OrgID)
	if in, out := c.sides(); c.Receiving.ID != uuid.Nil || c.Releasing.ID != uuid.Nil {
		t.addParty(c, process.SideIn, in.ID)
		t.addParty(c, process.SideOut, out.ID)
	}
	if c.filedForSchool() {
		t.addParty(c, process.SideSchool, c.Subject.SchoolID)
	}
	return nil
}

// sides returns the receiving and the releasing office of a filing. The filer's own
// office stands in where none is named.
func (c *Change) sides() (in, out org.OfficeRef) {
	in, out = c.Receiving, c.Releasing
	if in.ID == uuid.Nil {
		in = c.ownOffice()
	}
	if out.ID == uuid.Nil {
		out = c.ownOffice()
	}
	return in, out
}

func (c *Change) ownOffice() org.OfficeRef {
	return org.OfficeRef{ID: c.OrgID, Path: c.OrgPath, Province: c.ProvinceCode}
}

// assignCaseNo gives a change its case number. It also locks the offices of the change, so that
// none is closed or re-assigned before the change is written.
func (t *Tx) assignCaseNo(c *Change) error {
	own := c.ownOffice()
	in, out := c.sides()
	var row struct {
		N     int64
		Stand bool
	}
	err := t.DB().Raw(`SELECT nextval('change_case_no') AS n, office_stands(?, ?) AND office_stands(?, ?) AND office_stands(?, ?) AS stand`,
		own.ID, own.Path, in.ID, in.Path, out.ID, out.Path).Take(&row).Error
	if err != nil {
		return fmt.Errorf("number a change: %w", err)
	}
	if !row.Stand {
		return refusal.New(refusal.VersionConflict)
	}
	c.CaseNo = fmt.Sprintf("%s-%s-%06d", c.ProvinceCode[:2], t.Today().Compact(), row.N)
	return nil
}

// filedForSchool reports whether a bureau files in place of the pupil's school. Then the
// school becomes a party and is told. A correction is for bureaus only.
func (c *Change) filedForSchool() bool {
	return c.Definition.FiledBy == process.FiledByBureau && c.StudentID != nil && !status.AmongBureaux(c.Kind)
}

// hasOtherParties reports whether schools besides the filer are parties to the change.
func (c *Change) hasOtherParties() bool { return movesPupil(c.Kind) || c.filedForSchool() }

// addParty makes an office a party of a change. The office and the bureaus above it then
// see the change.
func (t *Tx) addParty(c *Change, side process.Side, office uuid.UUID) {
	t.Later("file a change", 1, `INSERT INTO change_party (change_id, side, org_id, org_path) SELECT ?, ?, id, path FROM organisation WHERE id = ?`,
		c.ID, side, office)
}

// takeStudentSlot takes the slot of the pupil. Where another change waits for its day and
// this kind may run beside it, it takes the second slot of the pupil.
func (t *Tx) takeStudentSlot(c *Change) error {
	lost := func() error { return t.refusalOfLostSlot(c) }
	beside, err := t.mayRunBeside(c)
	if err != nil {
		return err
	}
	if beside {
		t.TakeSlot(c, student.BesideSlot(*c.StudentID), lost)
		return nil
	}
	t.TakeSlot(c, student.StudentSlot(*c.StudentID), lost)
	if err := t.Flush(); err != nil { // the slower filing is refused here
		return err
	}
	taken, err := t.refusalIfSlotTaken(student.BesideSlot(*c.StudentID)) // only after the own slot is taken: of two filings at once, one sees the other
	if err != nil || taken == nil {
		return err
	}
	return lost()
}

// TakeIdentitySlot takes the slot of the document that a change writes, if it writes one.
func (t *Tx) TakeIdentitySlot(c *Change) {
	if c.IdentityKeys != nil {
		t.TakeSlot(c, student.IdentitySlot(c.IdentityKeys[0]), func() error { return student.IdentityTaken() })
	}
}

// TakeSlot takes a slot for a change, unless another change holds it. The statement names
// no conflict target, so it needs no right to read slots.
func (t *Tx) TakeSlot(c *Change, key string, lost func() error) {
	t.LaterOr(lost, "take a slot", `INSERT INTO slot (key, change_id, taken_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, key, c.ID, t.Now())
}

// refusalOfLostSlot returns the refusal for a filing whose pupil was taken by another change a
// moment earlier. It reads as the check before the filing would have said it.
func (t *Tx) refusalOfLostSlot(c *Change) error {
	if w := t.findRecordWork(c.Kind); w.Lost != nil {
		return w.Lost(t, c)
	}
	return refusal.New(refusal.ChangeInProgress).At("/student_id")
}

// SlotHolder reports whether a change holds a slot. It returns the change only to those
// who may see it.
func (t *Tx) SlotHolder(key string) (held bool, running *Change, err error) {
	var rows []struct {
		ChangeID *uuid.UUID
		Visible  bool
	}
	if err := t.DB().Raw(`SELECT change_id, visible FROM slot_holder(?)`, key).Scan(&rows).Error; err != nil {
		return false, nil, fmt.Errorf("look for a running change: %w", err)
	}
	if len(rows) == 0 || rows[0].ChangeID == nil {
		return false, nil, nil
	}
	if !rows[0].Visible {
		return true, nil, nil
	}
	running, err = t.Read(*rows[0].ChangeID)
	return true, running, err
}

// ChangeInProgress says that a change is running (异动中). It names the case number when the
// change is given.
func ChangeInProgress(running *Change) *refusal.Error {
	e := refusal.New(refusal.ChangeInProgress).At("/student_id")
	if running == nil {
		return e
	}
	name := running.Definition.Name
	return e.WithText("case", fmt.Sprintf("（%s %s）", name.Zh, running.CaseNo), fmt.Sprintf(" (%s %s)", name.En, running.CaseNo))
}

// refusalIfSlotTaken returns a refusal when a change holds a slot, else nil.
func (t *Tx) refusalIfSlotTaken(key string) (*refusal.Error, error) {
	held, running, err := t.SlotHolder(key)
	if err != nil || !held {
		return nil, err
	}
	return ChangeInProgress(running), nil
}

func trimmedInputs(inputs map[string]string) map[string]string {
	out := make(map[string]string, len(inputs))
	for name, value := range inputs {
		if value = strings.TrimSpace(value); value != "" {
			out[name] = value
		}
	}
	return out
}
