package change

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// The states of a change as a whole.
const (
	StatusRunning   = "RUNNING"
	StatusEffective = "EFFECTIVE" // approved to the end and applied
	StatusRefused   = "REFUSED"   // 审核未通过
	StatusWithdrawn = "WITHDRAWN" // taken back by the applicant (撤回)
	StatusClosed    = "CLOSED"    // ended by a superior bureau, with a reason
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

	Releasing     org.OfficeRef    `gorm:"-"` // the school a move takes the pupil from; while filing
	Receiving     org.OfficeRef    `gorm:"-"` // the school a change sends the pupil to; while filing and while it takes effect
	IdentityKeys  [][]byte         `gorm:"-"` // keys of the document the change writes, today's key first; while it is judged
	FoundByHash   []byte           `gorm:"-"` // keyed hash of the number by which the pupil was found; while filing
	Values        RequestedValues  `gorm:"-"` // key items of a key-data change, read when needed
	ValueRefusals []*refusal.Error `gorm:"-"` // refusals about values; while they are handed in
	judgedDay     calendar.Date    // the day the change waited for; zero means today
	Aftermath     []AftermathLine  `gorm:"-"` // the effects of a correction; while it takes effect
	returnHolder  *uuid.UUID       // holder of the seat at the next step, when the change returns directly to that person
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

func (r *changeRow) toChange() (*Change, error) {
	c := r.Change
	if err := errors.Join(json.Unmarshal([]byte(r.DefinitionJSON), &c.Definition), json.Unmarshal([]byte(r.InputsJSON), &c.Inputs),
		json.Unmarshal([]byte(r.SubjectJSON), &c.Subject)); err != nil {
		return nil, fmt.Errorf("read a change: %w", err)
	}
	return &c, nil
}

// Read reads a change. The refusal is not_found when it is outside the scope.
func (t *Tx) Read(id uuid.UUID) (*Change, error) { return t.readChange(id, "") }

// ReadLocked reads a change and locks it until the transaction ends. Every function that
// moves a change takes this lock first, so two steps of one change never race. Slips that
// people hand in meanwhile wait for the lock too, because their foreign key needs the
// row: no slip arrives between reading and closing.
func (t *Tx) ReadLocked(id uuid.UUID) (*Change, error) { return t.readChange(id, " FOR UPDATE OF c") }

func (t *Tx) readChange(id uuid.UUID, lock string) (*Change, error) {
	var row changeRow
	err := t.DB().Raw(`SELECT `+changeColumns+` FROM change c WHERE c.id = ?`+lock, id).Take(&row).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a change")
	}
	return row.toChange()
}

// Event is one line of a change's timeline.
type Event struct {
	Change  uuid.UUID
	Verb    string
	Step    int
	Round   int
	Account uuid.UUID
	behalf  uuid.UUID // whom the account acted for (代理); zero for itself
	Office  uuid.UUID
	opinion string
	Params  map[string]string
}

// WriteEvent adds a line to the timeline. Reminders and comments are unique: writing one a
// second time is no error, and the first line stays.
func (t *Tx) WriteEvent(e Event) error {
	params, err := json.Marshal(store.OrEmpty(e.Params))
	if err != nil {
		return fmt.Errorf("write the timeline: %w", err)
	}
	t.Later("write the timeline", store.AnyRows, `INSERT INTO change_event (id, change_id, at, verb, step_no, round, account_id, for_account, office_id, opinion, params)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		store.NewID(), e.Change, t.Now(), e.Verb, e.Step, e.Round, store.OrNull(e.Account), store.OrNull(e.behalf), store.OrNull(e.Office), e.opinion, string(params))
	return nil
}
