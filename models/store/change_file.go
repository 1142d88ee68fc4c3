package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// Filing is what a school hands in.
type Filing struct {
	Kind      process.Kind
	StudentID uuid.UUID // or
	RosterID  uuid.UUID
	Inputs    map[string]string
	Evidence  []EvidenceRef
	RedoOf    uuid.UUID // the refused change this one repeats, or nil
	// Office files; Key and Hash make a repeated request the same filing.
	Office   Office
	Key      string
	BodyHash []byte
}

// Office is an office as changes refer to it.
type Office struct {
	ID       uuid.UUID
	Path     string
	Province string
}

// EvidenceRef attaches an uploaded file as one kind of evidence.
type EvidenceRef struct {
	ID   uuid.UUID `json:"id"`
	Kind string    `json:"kind"`
}

// CheckFiling tells everything that stands against a filing and writes nothing.
func (t *Tx) CheckFiling(f Filing) error {
	_, err := t.prepare(f)
	return err
}

// FileChange writes the change, its slot, its first step with its tasks, the
// timeline, the audit entry and the outbox row, or nothing at all. Everything
// that stands against it is told at once. The same key with the same body gives
// the change that was filed before; with another body it is refused.
func (t *Tx) FileChange(f Filing) (*Change, error) {
	if c, err := t.filedBefore(f); c != nil || err != nil {
		return c, err
	}
	c, err := t.prepare(f)
	if err != nil {
		// What stands against it may be this very filing, which arrived twice
		// at once and was written while this transaction looked.
		if same, again := t.filedBefore(f); same != nil && again == nil {
			return same, nil
		}
		return nil, err
	}
	if err := t.insertChange(c, f); err != nil {
		return nil, err
	}
	if err := t.takeSlots(c); err != nil {
		return nil, err
	}
	t.attach(c.ID, f.Evidence, 1)
	if err := t.write(event{change: c.ID, verb: "FILED", step: 0, round: 1, account: c.FiledBy, office: c.OrgID}); err != nil {
		return nil, err
	}
	if err := t.openStep(c, 1); err != nil {
		return nil, err
	}
	t.later("file a change", 1, `INSERT INTO outbox (change_id, topic, created_at) VALUES (?, 'START', ?)`, c.ID, t.now)
	return c, t.Audit("change.file", "change", c.ID.String(), map[string]string{"kind": string(c.Kind), "case_no": c.CaseNo})
}

func (t *Tx) filedBefore(f Filing) (*Change, error) {
	var row struct {
		ID         uuid.UUID
		FilingHash []byte
	}
	err := t.db.Raw(`SELECT id, filing_hash FROM change WHERE filed_by = ? AND filing_key = ?`, t.scope.Account, f.Key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // filed for the first time
	}
	if err != nil {
		return nil, fmt.Errorf("look for an earlier filing: %w", err)
	}
	if !bytes.Equal(row.FilingHash, f.BodyHash) {
		return nil, problem.New(problem.KeyReused)
	}
	return t.Change(row.ID)
}

// prepare freezes the definition and checks every precondition.
func (t *Tx) prepare(f Filing) (*Change, error) {
	c := &Change{
		ID: newID(), Kind: f.Kind, OrgID: f.Office.ID, OrgPath: f.Office.Path, ProvinceCode: f.Office.Province,
		Status: Running, StepNo: 1, Round: 1, ReturnTo: 1, FiledBy: t.scope.Account, FiledAt: t.now, Inputs: trimmed(f.Inputs),
	}
	if err := t.redoes(c, f); err != nil {
		return nil, err
	}
	policy, err := t.policyOf(f.Office.Province)
	if err != nil {
		return nil, err
	}
	if err := t.subjectOf(f, policy); err != nil {
		return nil, err
	}
	if f.RosterID != uuid.Nil {
		return c, t.prepareRoster(c, f, policy)
	}
	return c, t.prepareStudent(c, f, policy)
}

// redoes notes which ended change a filing repeats: one of the same office, kind
// and subject, so that nothing is said about changes of others.
func (t *Tx) redoes(c *Change, f Filing) error {
	if f.RedoOf == uuid.Nil {
		return nil
	}
	unknown := problem.New(problem.RedoUnknown).At("/redo_of")
	old, err := t.Change(f.RedoOf)
	if errors.Is(err, problem.New(problem.NotFound)) {
		return unknown
	}
	if err != nil {
		return err
	}
	same := old.OrgID == f.Office.ID && old.Kind == f.Kind && old.Status != Running &&
		(old.StudentID == nil || *old.StudentID == f.StudentID) && (old.RosterID == nil || *old.RosterID == f.RosterID)
	if !same {
		return unknown
	}
	c.RedoOf = &f.RedoOf
	return nil
}

// subjectOf checks that a filing names what its kind is about, and only that.
func (t *Tx) subjectOf(f Filing, policy process.Policy) error {
	student, roster := f.StudentID != uuid.Nil, f.RosterID != uuid.Nil
	switch {
	case student && roster:
		return problem.New(problem.SubjectTwice).At("/roster_id")
	case !student && !roster:
		return problem.New(problem.SubjectMissing).At("/student_id")
	}
	d, known := t.store.processes.Define(f.Kind, org.Primary, policy)
	if !known || roster == (d.Subject == process.SubjectRoster) {
		return nil // an unknown kind is told later
	}
	e := problem.New(problem.SubjectWrong).WithText("kind", d.Name.Zh, d.Name.En)
	if roster {
		return e.At("/roster_id")
	}
	return e.At("/student_id")
}

func (t *Tx) prepareStudent(c *Change, f Filing, policy process.Policy) error {
	h, err := t.readHeld(f.StudentID, false)
	if err != nil {
		return err
	}
	c.StudentID, c.Stage = &f.StudentID, h.Stage
	d, ok := t.store.processes.Define(f.Kind, h.Stage, policy)
	if !ok || d.Subject != process.SubjectStudent {
		return problem.New(problem.KindUnknown).At("/kind").With("kind", string(f.Kind))
	}
	c.Definition = d
	var list []*problem.Error
	if !d.Allows(h.Stage) {
		list = append(list, problem.New(problem.StageForbids).At("/kind").WithText("kind", d.Name.Zh, d.Name.En))
	}
	if h.SchoolGone {
		list = append(list, problem.New(problem.SchoolClosed))
	}
	if h.SchoolID != f.Office.ID {
		list = append(list, problem.New(problem.NotFiler).At("/student_id"))
	}
	running, err := t.slotTaken("student/" + f.StudentID.String())
	if err != nil {
		return err
	}
	against, err := t.against(c, h, f.Evidence)
	if err != nil {
		return err
	}
	if running != nil {
		list = append(list, running)
	}
	return problem.Join(append(list, against...)...)
}

// against tells what inputs, evidence and the record's state hold against a
// change; it serves the filing and the resubmission.
func (t *Tx) against(c *Change, h *held, evidence []EvidenceRef) ([]*problem.Error, error) {
	list := c.Definition.CheckInputs(c.Inputs)
	list = append(list, c.Definition.CheckEvidence(kindsOf(evidence))...)
	missing, err := t.unknownEvidence(evidence)
	if err != nil {
		return nil, err
	}
	list = append(list, missing...)
	facts, err := t.facts(c.Definition, c.Inputs, false)
	if err != nil {
		return nil, err
	}
	return append(list, status.Check(h.record, status.Request{Kind: c.Kind, Inputs: c.Inputs}, facts)...), nil
}

func (t *Tx) prepareRoster(c *Change, f Filing, policy process.Policy) error {
	var school struct{ Stages string }
	if err := t.db.Raw(`SELECT to_json(stages)::text AS stages FROM organisation WHERE id = ?`, f.Office.ID).Take(&school).Error; err != nil {
		return fmt.Errorf("read the school: %w", err)
	}
	var stages []org.Stage
	if err := json.Unmarshal([]byte(school.Stages), &stages); err != nil || len(stages) == 0 {
		return problem.New(problem.NotFiler).At("/roster_id")
	}
	c.RosterID, c.Stage = &f.RosterID, stages[0]
	d, ok := t.store.processes.Define(f.Kind, c.Stage, policy)
	if !ok || d.Subject != process.SubjectRoster {
		return problem.New(problem.KindUnknown).At("/kind").With("kind", string(f.Kind))
	}
	c.Definition = d
	if err := t.rosterMayBeFiled(f.RosterID, f.Office.ID); err != nil {
		return err
	}
	return problem.Join(append(d.CheckInputs(c.Inputs), d.CheckEvidence(kindsOf(f.Evidence))...)...)
}

func (t *Tx) insertChange(c *Change, f Filing) error {
	definition, err := json.Marshal(c.Definition)
	if err != nil {
		return fmt.Errorf("freeze the definition: %w", err)
	}
	inputs, err := json.Marshal(c.Inputs)
	if err != nil {
		return fmt.Errorf("file a change: %w", err)
	}
	c.PolicyVersion = c.Definition.Policy.Version
	c.DueTotal = t.store.workdays.Deadline(t.now, c.Definition.Policy.TotalWarning).At
	var no struct{ N int64 }
	if err := t.db.Raw(`SELECT nextval('change_case_no') AS n`).Take(&no).Error; err != nil {
		return fmt.Errorf("number a change: %w", err)
	}
	c.CaseNo = fmt.Sprintf("%s-%s-%06d", c.ProvinceCode[:2], t.today().Compact(), no.N)
	_, err = t.exec(`INSERT INTO change (id, case_no, kind, student_id, roster_id, org_id, org_path, province_code, stage, status, definition,
		definition_version, policy_version, inputs, step_no, round, filed_by, filed_at, filing_key, filing_hash, due_total, redo_of)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.CaseNo, c.Kind, c.StudentID, c.RosterID, c.OrgID, c.OrgPath, c.ProvinceCode, c.Stage, c.Status, string(definition),
		fmt.Sprint(c.Definition.Version), c.PolicyVersion, string(inputs), c.StepNo, c.Round, c.FiledBy, c.FiledAt, f.Key, f.BodyHash, c.DueTotal, c.RedoOf)
	if violates(err) == "change_filed_by_filing_key_key" {
		// The same request arrived twice at once: the other one won.
		return problem.New(problem.VersionConflict)
	}
	if err != nil {
		return fmt.Errorf("file a change: %w", err)
	}
	if _, err := t.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES (?, 'FILER', ?, ?)`, c.ID, c.OrgID, c.OrgPath); err != nil {
		return fmt.Errorf("file a change: %w", err)
	}
	return nil
}

// takeSlots holds the student, or each person of a roster, for this change.
func (t *Tx) takeSlots(c *Change) error {
	if c.RosterID != nil {
		return t.fileRoster(*c.RosterID, c.ID)
	}
	key := "student/" + c.StudentID.String()
	_, err := t.exec(`INSERT INTO slot (key, change_id, taken_at) VALUES (?, ?, ?)`, key, c.ID, t.now)
	if violates(err) == "slot_pkey" {
		return problem.New(problem.ChangeInProgress).At("/student_id")
	}
	if err != nil {
		return fmt.Errorf("take the student's slot: %w", err)
	}
	return nil
}

// slotTaken tells that a change is running (异动中), and its case number to
// those who may know it.
func (t *Tx) slotTaken(key string) (*problem.Error, error) {
	var rows []struct {
		ChangeID *uuid.UUID
		Visible  bool
	}
	if err := t.db.Raw(`SELECT change_id, visible FROM slot_holder(?)`, key).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("look for a running change: %w", err)
	}
	if len(rows) == 0 || rows[0].ChangeID == nil {
		return nil, nil //nolint:nilnil // nothing is running
	}
	e := problem.New(problem.ChangeInProgress).At("/student_id")
	if !rows[0].Visible {
		return e, nil
	}
	running, err := t.Change(*rows[0].ChangeID)
	if err != nil {
		return nil, err
	}
	name := running.Definition.Name
	return e.WithText("case", fmt.Sprintf("（%s %s）", name.Zh, running.CaseNo), fmt.Sprintf(" (%s %s)", name.En, running.CaseNo)), nil
}

// unknownEvidence tells which attachments are no files of this office.
func (t *Tx) unknownEvidence(refs []EvidenceRef) ([]*problem.Error, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID
	}
	var known []uuid.UUID
	if err := t.db.Raw(`SELECT id FROM evidence WHERE id IN ?`, ids).Scan(&known).Error; err != nil {
		return nil, fmt.Errorf("look for evidence: %w", err)
	}
	var list []*problem.Error
	for i, ref := range refs {
		earlier := func(e EvidenceRef) bool { return e.ID == ref.ID && e.Kind != ref.Kind }
		switch at := fmt.Sprintf("/evidence/%d", i); {
		case !slices.Contains(known, ref.ID):
			list = append(list, problem.New(problem.EvidenceUnknown).At(at))
		case slices.ContainsFunc(refs[:i], earlier):
			list = append(list, problem.New(problem.EvidenceTwice).At(at))
		}
	}
	return list, nil
}

func (t *Tx) attach(change uuid.UUID, refs []EvidenceRef, round int) {
	for _, ref := range refs {
		t.later("attach evidence", anyRows, `INSERT INTO change_evidence (change_id, evidence_id, kind, round) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			change, ref.ID, ref.Kind, round)
	}
}

func kindsOf(refs []EvidenceRef) []string {
	kinds := make([]string, len(refs))
	for i, r := range refs {
		kinds[i] = r.Kind
	}
	return slices.Clip(kinds)
}

func trimmed(inputs map[string]string) map[string]string {
	out := make(map[string]string, len(inputs))
	for name, value := range inputs {
		if value = strings.TrimSpace(value); value != "" {
			out[name] = value
		}
	}
	return out
}
