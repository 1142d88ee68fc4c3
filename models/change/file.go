package change

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/office"
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
	Evidence []evidence.Ref
	RedoOf   uuid.UUID // the refused change this one repeats, or nil
	// Office files; Key and Hash make a repeated request the same filing.
	Office   org.OfficeRef
	Key      string
	BodyHash []byte
}

// PupilReference names a pupil of another office by name and student number, or inside the
// province by name and number of the identity document. Everything that is given must
// match the pupil.
type PupilReference struct {
	Name     string
	Number   string
	IDNumber string
}

// Complete reports whether the reference says enough to find one pupil: a name, and a student number or the number of a document.
func (c PupilReference) Complete() bool {
	return ident.NameKey(c.Name) != "" && (c.HasNumber() || ident.NumberKey(c.IDNumber) != "")
}

// HasNumber reports whether the claim gives a student number, which a person can read and
// type.
func (c PupilReference) HasNumber() bool { return ident.NumberKey(c.Number) != "" }

// ListedPupil is one pupil of a list with the class the pupil goes to.
type ListedPupil struct {
	StudentID uuid.UUID
	ClassID   uuid.UUID
}

// MaxLines is the highest number of pupils of one list.
const MaxLines = 500

// ClassInput is the input of a form that names a class.
const ClassInput = "class_id"

// Strike takes one pupil out of a list, with the reason (剔除).
type Strike struct {
	StudentID uuid.UUID `json:"student_id"`
	Reason    string    `json:"reason"`
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
	if err := t.insertChange(c, f); err != nil {
		return nil, err
	}
	if err := t.FindWork(c.Kind).Hold(t, c); err != nil {
		return nil, err
	}
	if err := t.insertValues(c, c.Values); err != nil {
		return nil, err
	}
	evidence.Attach(t.Tx, c.ID, f.Evidence, 1)
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
	t.queueStart(c.ID)
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
	if rules, err = office.PolicyOf(t.Tx, f.Office.ID, rules); err != nil {
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

// insertChange writes a filed change with the offices that are its sides.
func (t *Tx) insertChange(c *Change, f Filing) error {
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

// filedSide returns the office of a party as the filing names it. The application role cannot
// read parties outside its subtree, not even one it has just written.
func (c *Change) filedSide(side process.Side) uuid.UUID {
	if side == process.SideIn {
		return c.Receiving.ID
	}
	return uuid.Nil
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

// filedForSchool reports whether a bureau files in place of the pupil's school, or about a
// school. Then the school becomes a party and is told. A correction is for bureaus only.
func (c *Change) filedForSchool() bool {
	return c.Definition.FiledBy == process.FiledByBureau && (c.StudentID != nil && !status.AmongBureaux(c.Kind) || c.Definition.Subject == process.SubjectOffice)
}

// HasOtherParties reports whether schools besides the filer are parties to the change.
func (c *Change) HasOtherParties() bool { return status.Moves(c.Kind) || c.filedForSchool() }

// addParty makes an office a party of a change. The office and the bureaus above it then
// see the change.
func (t *Tx) addParty(c *Change, side process.Side, office uuid.UUID) {
	t.Later("file a change", 1, `INSERT INTO change_party (change_id, side, org_id, org_path) SELECT ?, ?, id, path FROM organisation WHERE id = ?`,
		c.ID, side, office)
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
