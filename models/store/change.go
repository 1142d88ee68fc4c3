package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// The states of a change as a whole.
const (
	Running   = "RUNNING"
	Effective = "EFFECTIVE" // approved to the end and applied
	Refused   = "REFUSED"   // 审核未通过
	Taken     = "WITHDRAWN" // taken back by the applicant (撤回)
	Closed    = "CLOSED"    // ended by a superior bureau, with a reason
)

// Change is one filed change (学籍异动) with the rules it runs under.
type Change struct {
	ID            uuid.UUID
	CaseNo        string
	Kind          process.Kind
	StudentID     *uuid.UUID
	RosterID      *uuid.UUID
	OrgID         uuid.UUID
	OrgPath       string
	ProvinceCode  string
	Stage         org.Stage
	Status        string
	PolicyVersion int
	StepNo        int
	Round         int
	JumpTo        int        // the step to which the change returns directly; 0: step by step
	JumpHolder    *uuid.UUID // the person who sent it back from that step
	FiledBy       uuid.UUID
	FiledAt       time.Time
	DueTotal      time.Time
	TotalWarnedAt *time.Time
	EffectiveOn   *time.Time
	ClosedAt      *time.Time
	ClosedBy      *uuid.UUID
	CloseCode     string
	RedoOf        *uuid.UUID
	Version       int64

	// OutPolicyVersion is that of the releasing province where it is another one.
	OutPolicyVersion *int

	// About is the claim of an arbitration, or the change a correction strikes;
	// ProblemID the problem of a corroboration, Beside the school of the other record.
	About     *uuid.UUID
	ProblemID *uuid.UUID
	Beside    *uuid.UUID
	// StruckAt is set when a correction struck the change as a mistake (异动纠错); StruckBy is
	// that correction.
	StruckAt *time.Time
	StruckBy *uuid.UUID

	Definition process.Definition `gorm:"-"`
	Inputs     map[string]string  `gorm:"-"`
	// Subject is the pupil as every party may see it; empty for a roster.
	Subject Subject `gorm:"-"`

	// Prepared is the result of the Work's Prepare, for its Hold.
	Prepared any `gorm:"-"`

	releasing Office           // the school a move takes the pupil from; while filing
	receiving Office           // the school a change sends the pupil to; while filing and while it takes effect
	identity  [][]byte         // keys of the document the change writes, today's key first; while it is judged
	foundBy   []byte           // keyed hash of the number by which the pupil was found; while filing
	values    values           // key items of a key-data change, read when needed
	wrong     []*refusal.Error // refusals about values; while they are handed in
	judgedOn  calendar.Date    // the day the change waited for; zero means today
	aftermath []AftermathLine  // the effects of a correction; while it takes effect
	returned  *uuid.UUID       // holder of the seat at the next step, when the change returns directly to that person
}

// Subject is what the parties of a change may see of the pupil. It shows the state at the
// time of filing; numbers are masked.
type Subject struct {
	Name      string    `json:"name"`
	Number    string    `json:"student_number"`
	IDType    string    `json:"id_type"`
	IDNumber  string    `json:"id_number"`
	SchoolID  uuid.UUID `json:"school_id"`
	School    string    `json:"school"`
	Province  string    `json:"province_code"`
	Stage     org.Stage `json:"stage"`
	EntryYear int       `json:"entry_year"`
}

const changeColumns = `c.id, c.case_no, c.kind, c.student_id, c.roster_id, c.org_id, c.org_path::text AS org_path, c.province_code, c.stage,
	c.status, c.policy_version, c.step_no, c.round, c.jump_to, c.jump_holder, c.filed_by, c.filed_at, c.due_total, c.total_warned_at, c.effective_on,
	c.closed_at, c.closed_by, c.close_code, c.redo_of, c.version, c.out_policy_version, c.about, c.problem_id, c.beside, c.struck_at, c.struck_by, c.definition::text AS definition_json,
	c.inputs::text AS inputs_json, c.subject::text AS subject_json`

type changeRow struct {
	Change
	DefinitionJSON string
	InputsJSON     string
	SubjectJSON    string
}

func (r *changeRow) change() (*Change, error) {
	c := r.Change
	if err := errors.Join(json.Unmarshal([]byte(r.DefinitionJSON), &c.Definition), json.Unmarshal([]byte(r.InputsJSON), &c.Inputs),
		json.Unmarshal([]byte(r.SubjectJSON), &c.Subject)); err != nil {
		return nil, fmt.Errorf("read a change: %w", err)
	}
	return &c, nil
}

// Change reads a change. The refusal is not_found when it is outside the scope.
func (t *Tx) Change(id uuid.UUID) (*Change, error) { return t.readChange(id, "") }

// lockChange reads a change and locks it until the transaction ends. Every function that
// moves a change takes this lock first, so two steps of one change never race. Slips that
// people hand in meanwhile wait for the lock too, because their foreign key needs the
// row: no slip arrives between reading and closing.
func (t *Tx) lockChange(id uuid.UUID) (*Change, error) { return t.readChange(id, " FOR UPDATE OF c") }

func (t *Tx) readChange(id uuid.UUID, lock string) (*Change, error) {
	var row changeRow
	err := t.db.Raw(`SELECT `+changeColumns+` FROM change c WHERE c.id = ?`+lock, id).Take(&row).Error
	if err != nil {
		return nil, orMissing(err, "read a change")
	}
	return row.change()
}

// event is one line of a change's timeline.
type event struct {
	change  uuid.UUID
	verb    string
	step    int
	round   int
	account uuid.UUID
	behalf  uuid.UUID // whom the account acted for (代理); zero for itself
	office  uuid.UUID
	opinion string
	params  map[string]string
}

// write adds a line to the timeline. Reminders and comments are unique: writing one a
// second time is no error, and the first line stays.
func (t *Tx) write(e event) error {
	params, err := json.Marshal(orEmpty(e.params))
	if err != nil {
		return fmt.Errorf("write the timeline: %w", err)
	}
	t.later("write the timeline", anyRows, `INSERT INTO change_event (id, change_id, at, verb, step_no, round, account_id, for_account, office_id, opinion, params)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		newID(), e.change, t.now, e.verb, e.step, e.round, orNull(e.account), orNull(e.behalf), orNull(e.office), e.opinion, string(params))
	return nil
}

// newID returns a time-ordered ID (UUIDv7), so that new rows lie together.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// orNull turns the zero ID into NULL.
func orNull(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// policyOf returns the policy in force in a province today: the newest valid version,
// laid over the built-in default.
func (t *Tx) policyOf(province string) (process.Policy, error) {
	var row struct {
		Version int
		Body    string
	}
	err := t.db.Raw(`SELECT version, body::text AS body FROM policy WHERE province_code = ? AND valid_from <= ?
		ORDER BY valid_from DESC, version DESC LIMIT 1`, province, t.today()).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return t.store.processes.Default(), nil
	}
	if err != nil {
		return process.Policy{}, fmt.Errorf("read the policy: %w", err)
	}
	return t.readPolicy(row.Version, row.Body)
}

// Policy returns the policy in force in a province today.
func (t *Tx) Policy(province string) (process.Policy, error) { return t.policyOf(province) }
