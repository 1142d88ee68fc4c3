package change

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// Outcomes of a slip.
const (
	SlipPending = "PENDING"
	SlipCounted = "COUNTED"
	SlipRefused = "REFUSED"
)

// Slip is an act of a person on a running change. The workflow counts or refuses it
// exactly once.
type Slip struct {
	ID          uuid.UUID
	ChangeID    uuid.UUID
	AccountID   uuid.UUID
	OfficeID    uuid.UUID
	Verb        Verb
	StepNo      int
	Round       int
	TaskID      *uuid.UUID
	Opinion     string
	CreatedAt   time.Time
	Outcome     string
	OutcomeCode string
	SettledAt   *time.Time
	// EffectiveOn is the later day on which the approved change is in force, while the
	// change waits for that day; zero otherwise.
	EffectiveOn calendar.Date

	Body   SlipBody          `gorm:"-"`
	Params map[string]string `gorm:"-"`
	// Tells says of a slip that was just handed in that its result has more to say than
	// its outcome. The waiting caller reads the slip again.
	Tells bool `gorm:"-"`

	refusals []refusal.Reason // all reasons of its refusal

	notApplied *refusal.Error // why the record could not take the change this slip would have made effective
	alone      bool           // no other slip of the change waits; read under the lock of the change
}

// SlipBody holds what a verb carries beside the opinion.
type SlipBody struct {
	// SendBackTo is the step a SEND_BACK goes to; 0 is the applicant.
	SendBackTo int `json:"send_back_to,omitempty"`
	// ToMe makes a SEND_BACK return directly to the step it came from, once the step to
	// which it goes is done. Otherwise every step in between runs again.
	ToMe bool `json:"to_me,omitempty"`
	// To are the people a TRANSFER_TASK, DELEGATE, ADD_SIGNER, COPY or HAND_OVER names.
	To []uuid.UUID `json:"to,omitempty"`
	// Before lets the people of an ADD_SIGNER speak first; otherwise they speak afterwards.
	Before bool `json:"before,omitempty"`
	// Advice is the verdict an ANSWER recommends.
	Advice Verb `json:"advice,omitempty"`
	// From is the person whose tasks a HAND_OVER gives away.
	From uuid.UUID `json:"from,omitzero"`
	// Offices are the offices to which a COPY goes, with the role that reads it there.
	Offices []OfficeRole `json:"offices,omitempty"`
	// Inputs and Evidence replace those of the change on RESUBMIT; with an APPROVE,
	// Inputs are the answers to the inputs of the step.
	Inputs   map[string]string `json:"inputs,omitempty"`
	Evidence []evidence.Ref    `json:"evidence,omitempty"`
	// Form says that a RESUBMIT brings the whole form again, Valued that it brings all key
	// items again. An empty form or list then clears the old one.
	Form   bool `json:"form,omitempty"`
	Valued bool `json:"valued,omitempty"`
	// Out are papers a RESUBMIT takes out.
	Out []uuid.UUID `json:"out,omitempty"`
	// Strike takes pupils out of a list, with an APPROVE.
	Strike []Strike `json:"strike,omitempty"`
	// Sealed are the key items of a RESUBMIT, encrypted.
	Sealed []byte `json:"sealed,omitempty"`
}

// hasForm reports whether a RESUBMIT brings the form again, valued whether it brings key
// items.
func (b SlipBody) hasForm() bool { return b.Form || b.Inputs != nil }

// HasValues reports whether items of the sheet came with the slip.
func (b SlipBody) HasValues() bool { return b.Valued || len(b.Sealed) > 0 }

// OfficeRole means everybody with a role at an office.
type OfficeRole struct {
	Office uuid.UUID `json:"office"`
	Role   org.Role  `json:"role"`
}

// NewSlip is a slip that a person is about to hand in.
type NewSlip struct {
	ChangeID uuid.UUID
	OfficeID uuid.UUID
	Verb     Verb
	Step     int // the task's, from MayDecide; -1 for verbs that hold at any step
	Round    int
	TaskID   uuid.UUID
	Opinion  string
	Body     SlipBody
	Values   map[string]string // key items of a RESUBMIT, in the clear; HandIn seals them
	Key      string
	Hash     []byte
	Behalf   *Behalf // set when an operator of the service hands the word in
}

const slipColumns = `id, change_id, account_id, office_id, verb, step_no, round, task_id, opinion, created_at, outcome, outcome_code,
	settled_at, body::text AS body_json, outcome_params::text AS params_json, outcome_problems::text AS problems_json`

type slipRow struct {
	Slip
	BodyJSON     string
	ParamsJSON   string
	ProblemsJSON string
	Alone        bool
}

func (r *slipRow) toSlip() (*Slip, error) {
	s := r.Slip
	s.alone = r.Alone
	err := errors.Join(json.Unmarshal([]byte(r.BodyJSON), &s.Body), json.Unmarshal([]byte(r.ParamsJSON), &s.Params),
		json.Unmarshal([]byte(r.ProblemsJSON), &s.refusals))
	if err != nil {
		return nil, fmt.Errorf("read a slip: %w", err)
	}
	return &s, nil
}

// HandIn writes the slip, or returns the slip that the same account handed in before with
// the same key. A change that has ended refuses the slip.
func (t *Tx) HandIn(w NewSlip) (*Slip, error) {
	if !slices.Contains(Verbs(), w.Verb) { // an unknown verb could never be counted
		return nil, unknownVerb()
	}
	id := store.NewID()
	var err error
	if w.Body.Sealed, err = t.encryptValues(id, w.Values); err != nil {
		return nil, err
	}
	body, err := json.Marshal(w.Body)
	if err != nil {
		return nil, fmt.Errorf("hand in a slip: %w", err)
	}
	n, err := t.Exec(`INSERT INTO slip (id, change_id, account_id, office_id, verb, step_no, round, task_id, opinion, body, key, body_hash, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account_id, key) DO NOTHING`,
		id, w.ChangeID, t.Scope().Account, w.OfficeID, w.Verb, w.Step, w.Round, store.OrNull(w.TaskID), w.Opinion, string(body), w.Key, student.BodyHash(t.Store(), w.Hash), t.Now())
	if err != nil {
		return nil, fmt.Errorf("hand in a slip: %w", err)
	}
	if n == 0 {
		return t.earlierSlip(w)
	}
	// The insert waited for a transaction that was closing the change. This statement
	// sees its result, so no slip stays behind at a change that has ended.
	var row struct {
		Running bool
		Kind    process.Kind
	}
	if err := t.DB().Raw(`SELECT status = ? AS running, kind FROM change WHERE id = ?`, StatusRunning, w.ChangeID).Scan(&row).Error; err != nil {
		return nil, fmt.Errorf("hand in a slip: %w", err)
	}
	if !row.Running {
		if decided, err := t.refusalIfDecided(w.TaskID); decided != nil || err != nil {
			return nil, errors.Join(err, asError(decided)) // the name of the faster person is the better answer
		}
		c, err := t.Read(w.ChangeID)
		if err != nil {
			return nil, err
		}
		return nil, t.ChangeEnded(c)
	}
	if err := t.recordOperator(id, w); err != nil {
		return nil, err
	}
	s := &Slip{
		ID: id, ChangeID: w.ChangeID, AccountID: t.Scope().Account, OfficeID: w.OfficeID, Verb: w.Verb, StepNo: w.Step, Round: w.Round,
		Opinion: w.Opinion, CreatedAt: t.Now(), Outcome: SlipPending, Body: w.Body, Tells: status.HasAftermath(row.Kind),
	}
	if w.TaskID != uuid.Nil {
		s.TaskID = &w.TaskID
	}
	return s, nil
}

func (t *Tx) earlierSlip(w NewSlip) (*Slip, error) {
	var row struct {
		ID       uuid.UUID
		BodyHash []byte
	}
	err := t.DB().Raw(`SELECT id, body_hash FROM slip WHERE account_id = ? AND key = ?`, t.Scope().Account, w.Key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, refusal.New(refusal.KeyReused) // used for a change outside the scope
	}
	if err != nil {
		return nil, fmt.Errorf("find an earlier slip: %w", err)
	}
	if !bytes.Equal(row.BodyHash, student.BodyHash(t.Store(), w.Hash)) {
		return nil, refusal.New(refusal.KeyReused)
	}
	return t.ReadSlip(row.ID)
}

// ReadSlip reads a slip with what became of it.
func (t *Tx) ReadSlip(id uuid.UUID) (*Slip, error) {
	var row slipRow
	err := t.DB().Raw(`SELECT `+slipColumns+`, CASE WHEN verb = ? AND outcome = ? THEN (SELECT c.effective_on FROM change c
		WHERE c.id = slip.change_id AND c.status = ?) END AS effective_on FROM slip WHERE id = ?`, VerbApprove, SlipCounted, StatusRunning, id).Take(&row).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a slip")
	}
	return row.toSlip()
}

// slipToCount reads a slip of a locked change. No other slip can arrive under the lock,
// so the answer whether it is alone stays true.
func (t *Tx) slipToCount(id uuid.UUID) (*Slip, error) {
	var row slipRow
	err := t.DB().Raw(`SELECT `+slipColumns+`, NOT EXISTS (SELECT 1 FROM slip o
		WHERE o.change_id = slip.change_id AND o.`+isPending+` AND o.id <> slip.id) AS alone FROM slip WHERE id = ?`, id).Take(&row).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a slip")
	}
	return row.toSlip()
}

// Refusal returns the refusal of a refused slip with all its reasons; nil otherwise.
func (s *Slip) Refusal() *refusal.Error {
	if s.Outcome != SlipRefused {
		return nil
	}
	list := s.refusals
	if len(list) == 0 { // it lost to another slip
		list = []refusal.Reason{{Code: refusal.Code(s.OutcomeCode), Params: s.Params}}
	}
	return refusal.OfReasons(list)
}

// settleSlip writes the outcome of a slip, once.
func (t *Tx) settleSlip(s *Slip, refused *refusal.Error) error {
	s.Outcome, s.SettledAt, s.refusals = SlipCounted, new(t.Now()), []refusal.Reason{}
	if refused != nil {
		s.Outcome, s.OutcomeCode, s.Params = SlipRefused, string(refused.Code), refused.Params
		s.refusals = refused.Reasons()
	}
	params, err1 := json.Marshal(store.OrEmpty(s.Params))
	problems, err2 := json.Marshal(s.refusals)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("settle a slip: %w", err)
	}
	t.Later("settle a slip", 1, `UPDATE slip SET outcome = ?, outcome_code = ?, outcome_params = ?, outcome_problems = ?, settled_at = ?
		WHERE id = ? AND `+isPending, s.Outcome, s.OutcomeCode, string(params), string(problems), t.Now(), s.ID)
	return nil
}

// markCounted settles the slip that moved a change. An automatic step has no slip. The queue
// keeps the order, so refuseOtherSlips no longer sees the settled slip as pending.
func (t *Tx) markCounted(s *Slip) error {
	if s == nil {
		return nil
	}
	return t.settleSlip(s, nil)
}

// refuseOtherSlips refuses every pending slip that fits the condition, because another person
// has just decided the same matter.
func (t *Tx) refuseOtherSlips(refused *refusal.Error, condition string, args ...any) error {
	params, err := json.Marshal(store.OrEmpty(refused.Params))
	if err != nil {
		return fmt.Errorf("settle slips: %w", err)
	}
	all := append([]any{string(refused.Code), string(params), t.Now()}, args...)
	t.Later("settle slips", store.AnyRows, `UPDATE slip SET outcome = '`+SlipRefused+`', outcome_code = ?, outcome_params = ?, settled_at = ?
		WHERE `+isPending+` AND `+condition, all...)
	return nil
}

// handedInBefore reports whether the acting account handed in a slip with this key.
func (t *Tx) handedInBefore(key string) (before bool, err error) {
	if err = t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM slip WHERE account_id = ? AND key = ?)`, t.Scope().Account, key).Scan(&before).Error; err != nil {
		err = fmt.Errorf("look for an earlier slip: %w", err)
	}
	return before, err
}
