// Package contract is what the API, the workflows and the activities agree on:
// names, identifiers, messages and error codes. It imports no SDK, so nothing
// that only speaks the contract depends on Temporal.
//
// No personal data and no free text passes through here (architecture law 6):
// opaque identifiers and codes only. What a person said stays in PostgreSQL; a
// message carries the slip's ID.
package contract

import (
	"context"
	"fmt"
	"time"
)

// QueueChanges is the task queue of all change workflows and their activities.
const QueueChanges = "changes"

// Names of messages. They are written into histories and never change.
const (
	UpdateSlip    = "slip"     // take one slip and say what became of it
	SignalSlip    = "slip"     // the same, when nobody waits for the answer
	SignalRefresh = "refresh"  // read the position again
	QueryPosition = "position" // what the workflow believes, for engineers
)

// Names of activities. They are written into histories and never change.
const (
	ActivityResume     = "Resume"
	ActivityCommitSlip = "CommitSlip"
	ActivityPassTime   = "PassTime"
	ActivityPerform    = "Perform"
)

// Types of errors as they cross the engine.
const (
	// ErrStale: the message names a step the workflow is not at.
	ErrStale = "stale_step"
	// ErrEnding: the workflow is about to complete; PostgreSQL knows the result.
	ErrEnding = "ending"
	// ErrMalformed: the message carries no slip ID; a bare signal is refused.
	ErrMalformed = "malformed_message"
	// ErrGone: the change or slip does not exist; retrying cannot help.
	ErrGone = "gone"
)

// AnyStep in a message says that it is not bound to the step the workflow is at.
const AnyStep = -1

// WorkflowID is the ID of the workflow that runs a change: "change/<uuid>".
func WorkflowID(changeID string) string { return "change/" + changeID }

// ChangeInput starts the workflow of a change. Everything else is read from PostgreSQL.
type ChangeInput struct {
	ChangeID string `json:"change_id"`
	// Kind and Province become search attributes.
	Kind     string `json:"kind"`
	Province string `json:"province"`
}

// SlipMessage tells a running change that a person said something.
type SlipMessage struct {
	SlipID string `json:"slip_id"`
	// Step and Round the person saw; Step is AnyStep for words that hold at any step.
	Step  int `json:"step"`
	Round int `json:"round"`
}

// SlipResult says what became of a slip. Code is set when it was refused.
type SlipResult struct {
	SlipID  string `json:"slip_id"`
	Outcome string `json:"outcome"`
	Code    string `json:"code,omitempty"`
	// SettledAt is when it was counted or refused; zero in histories of versions that did not say.
	SettledAt time.Time `json:"settled_at,omitzero"`
	// EffectiveOn is the day ahead on which the change is in force, 2027-03-01, when it is
	// approved and waits for that day.
	EffectiveOn string `json:"effective_on,omitempty"`
}

// Outcomes of a slip.
const (
	Pending = "PENDING"
	Counted = "COUNTED"
	Refused = "REFUSED"
)

// Position is where a change stands according to PostgreSQL. Every activity
// returns it, so a workflow never trusts its own memory.
type Position struct {
	Closed bool   `json:"closed"`
	Status string `json:"status"`
	Step   int    `json:"step"`
	Round  int    `json:"round"`
	// Stage is the name of the open step, for example BUREAU_APPROVAL.
	Stage string `json:"stage"`
	// WaitingFor are the codes of the offices that must act; at an automatic step, what
	// it does or waits for, for example CHECK_IDENTITY; WaitingForDay and the day itself
	// while an approved change waits for it; WaitingForOther while it is on hold.
	WaitingFor []string `json:"waiting_for,omitempty"`
	// Tasks are the IDs of the tasks that wait for somebody; none at an automatic
	// step, and in histories of versions that did not say.
	Tasks []string  `json:"tasks,omitempty"`
	DueAt time.Time `json:"due_at"`
	// OpenedAt is when the open step was opened, Overdue that it is late; neither is
	// said in histories of versions that did not know them.
	OpenedAt time.Time `json:"opened_at,omitzero"`
	Overdue  bool      `json:"overdue,omitempty"`
	// Act is what the system must do now at the open step, for example
	// CHECK_IDENTITY; empty while people decide and until the next attempt is due.
	Act string `json:"act,omitempty"`
	// Slips were handed in and not yet counted or refused, oldest first.
	Slips []string `json:"slips,omitempty"`
	// EffectiveOn is the day ahead the change waits for, 2027-03-01; empty when it waits
	// for people or the system, and in histories of versions that did not say.
	EffectiveOn string `json:"effective_on,omitempty"`
	// OnHold says that the day has come, and that business which goes before it is in hand.
	OnHold bool `json:"on_hold,omitempty"`
	// Wait is how long until time itself has something to do; 0 means never.
	Wait time.Duration `json:"wait"`
}

// ResumeRequest asks for the position.
type ResumeRequest struct {
	ChangeID string `json:"change_id"`
}

// CommitRequest asks to count or refuse one slip.
type CommitRequest struct {
	ChangeID string `json:"change_id"`
	SlipID   string `json:"slip_id"`
}

// Committed is the answer to a CommitRequest.
type Committed struct {
	Result   SlipResult `json:"result"`
	Position Position   `json:"position"`
}

// Activities touch the world for a change. Each is one transaction and safe to
// repeat: the second call finds what the first one wrote and returns the same.
type Activities interface {
	// Resume reads the position.
	Resume(ctx context.Context, r ResumeRequest) (Position, error)
	// CommitSlip counts or refuses a slip, and everything that follows from it.
	CommitSlip(ctx context.Context, r CommitRequest) (Committed, error)
	// Perform does what the open automatic step asks for, and gives the position
	// after it. It may ask the world outside and take seconds.
	Perform(ctx context.Context, r ResumeRequest) (Position, error)
	// PassTime sends the reminders that are due, marks overdue, escalates. It never decides.
	PassTime(ctx context.Context, r ResumeRequest) (Position, error)
}

// Search attributes, stored for admins in Temporal UI.
const (
	AttributeKind       = "ChangeKind" // Keyword
	AttributeProvince   = "Province"   // Keyword
	AttributeStage      = "Stage"      // Keyword: name of the open step, or the final status
	AttributeWaitingFor = "WaitingFor" // KeywordList: office codes, several under countersign; what an automatic step does; or WaitingForDay
	AttributeDueAt      = "DueAt"      // Datetime
	AttributeStepRound  = "StepRound"  // Keyword "2/1": compared with PostgreSQL by reconciliation
	AttributeCaseNo     = "CaseNo"     // Keyword: the case number people name; set at the start
	AttributeStepSince  = "StepSince"  // Datetime: when the open step was opened
	AttributeDueDay     = "DueDay"     // Keyword "2026-12-04 24:00": DueAt as people say it, in Shanghai
	AttributeOverdue    = "Overdue"    // Bool: the open step is late
)

// WaitingForDay stands in WaitingFor, with the day beside it, while an approved change
// waits for its day.
const WaitingForDay = "EFFECTIVE_DAY"

// WaitingForOther stands in WaitingFor while an approved change whose day has come is on
// hold, because business that goes before it is in hand.
const WaitingForOther = "ON_HOLD"

// StepRound is how a position is written into AttributeStepRound.
func StepRound(step, round int) string { return fmt.Sprintf("%d/%d", step, round) }
