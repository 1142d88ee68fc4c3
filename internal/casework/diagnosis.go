package casework

import (
	"time"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// Case is a change seen from both sides: what the register holds, and what the
// workflow engine says of it.
type Case struct {
	*store.Case

	Run client.Run
	// EngineErr is set when Temporal does not answer; Run is then unknown.
	EngineErr error
	// Believes is what the workflow answers about its position; nil when no
	// worker could be asked.
	Believes *contract.Position
	// Machine is the time of this computer, by which the age of the run is counted.
	Machine time.Time
}

// Finding is one thing an operator should know about a case.
type Finding string

// The findings; words.go has the words for them. Their codes are for ever, and
// the reasons of the register are among them.
const (
	FindEnded            Finding = "ended"             // nothing will happen any more
	FindWaits            Finding = "waits"             // it waits for people, as it should
	FindAutomatic        Finding = "automatic"         // the system is doing the open step, as it should
	FindAwaitsDay        Finding = "awaits_day"        // it is approved and waits for its day, as it should
	FindOnHold           Finding = "on_hold"           // its day has come, and other business goes first, as it should
	FindOverdue          Finding = "overdue"           // they are late
	FindNobody           Finding = "nobody"            // nobody may decide the open step
	FindNotApplied       Finding = "not_applied"       // the last approval could not be applied
	FindIdentitySilent   Finding = "identity_silent"   // the identity service does not answer
	FindStalled          Finding = "stalled"           // a step that acts by itself does not get on
	FindEngineDown       Finding = "engine_down"       // Temporal does not answer
	FindWorkersDown      Finding = "workers_down"      // no worker has reported itself lately
	FindNeverStarted     Finding = "never_started"     // the register waits for a workflow that never was
	FindStartWaiting     Finding = "start_waiting"     // its workflow has not reported itself yet
	FindNotRunning       Finding = "not_running"       // its workflow was ended from outside, or failed
	FindBehind           Finding = "behind"            // the workflow stands elsewhere than the register
	FindDeaf             Finding = "deaf"              // a worker lives, but the workflow does not answer
	FindFailing          Finding = "failing"           // its workflow task fails again and again
	FindActivityRetrying Finding = "activity_retrying" // an activity fails and is tried again
	FindUnsettled        Finding = "unsettled"         // something was said and is neither counted nor refused
	FindAsleep           Finding = "asleep"            // time had something to do and the workflow did not do it
	FindClockOff         Finding = "clock_off"         // the clock of a process is not the database's
	FindNotSetUp         Finding = "not_set_up"        // Temporal lacks what Xueji needs of it
	FindWrongType        Finding = "wrong_type"        // a search attribute in Temporal has another type
	FindAttributes       Finding = "attributes"        // its workflow cannot store where it stands: search attributes
	FindNoStep           Finding = "no_step"           // its workflow runs for long and has shown no step
	FindRunsAfterward    Finding = "runs_afterwards"   // the change has ended, its workflow has not
)

const (
	// quickSlip is how long a slip may wait while everything works.
	quickSlip = 10 * time.Second
	// quickStart is how long a new workflow may take to report itself.
	quickStart = time.Minute
	// quickShow is how long a workflow may run before it shows a step.
	quickShow = time.Minute
	// quickErrand is how long an automatic step may take after its attempt is due.
	quickErrand = time.Minute
	// quickMark is how long a reminder or deadline may go unnoted.
	quickMark = 10 * time.Second
)

// Diagnose tells what is to be known about a case, the cause before its effects.
func Diagnose(c Case) []Finding {
	if c.Status != store.Running {
		if c.Run.Running {
			return []Finding{FindEnded, FindRunsAfterward}
		}
		return []Finding{FindEnded}
	}
	list := engineFindings(c)
	if len(c.Slips) > 0 && c.Now.Sub(c.Slips[0].CreatedAt) > quickSlip {
		list = append(list, FindUnsettled)
	}
	return append(list, stepFindings(c)...)
}

// stepFindings tells what the open step waits for.
func stepFindings(c Case) []Finding {
	var list []Finding
	if c.Step.OverdueAt == nil && c.Now.Sub(c.Step.DueAt) > quickMark {
		list = append(list, FindAsleep)
	}
	if c.Step.Act != "" {
		return append(list, automaticFinding(c))
	}
	list = appendIf(list, c.Step.Stuck, FindNobody)
	list = appendIf(list, c.Step.Unfit(), FindNotApplied)
	list = appendIf(list, !c.Now.Before(c.Step.DueAt), FindOverdue)
	if len(list) == 0 {
		list = append(list, FindWaits) // as it should be, and nothing else is to be said
	}
	return list
}

// automaticFinding tells how a step does that nobody decides.
func automaticFinding(c Case) Finding {
	switch next := c.Step.NextAttemptAt; {
	case c.Step.IdentitySilent():
		return FindIdentitySilent
	case next != nil && c.Now.Sub(*next) > quickErrand:
		return FindStalled
	case c.Step.Act == process.ActAwaitDay && c.EffectiveOn != nil && next != nil && store.OnHoldOn(*next, *c.EffectiveOn):
		return FindOnHold
	case c.Step.Act == process.ActAwaitDay:
		return FindAwaitsDay
	}
	return FindAutomatic
}

func engineFindings(c Case) []Finding {
	var list []Finding
	workers := c.Workers.Live
	if !workers {
		list = append(list, FindWorkersDown)
	}
	waiting := c.Asked == nil && c.Now.Sub(c.FiledAt) > quickStart
	if c.EngineErr != nil {
		list = append(list, FindEngineDown)
		return appendIf(list, waiting, FindStartWaiting)
	}
	run := runFindings(c.Run, contract.StepRound(c.StepNo, c.Round), c.Believes, c.Machine)
	list = append(list, run...)
	if c.Run.Running && c.Believes == nil && workers && len(run) == 0 {
		list = append(list, FindDeaf)
	}
	return appendIf(list, waiting && c.Run.Running, FindStartWaiting)
}

// runFindings tells what the latest run of an open change shows, whose register
// says it is at this step and round. What the workflow itself believes is newer
// than what it stored, where it could be asked.
func runFindings(r client.Run, at string, believes *contract.Position, machine time.Time) []Finding {
	switch {
	case r.State == "":
		return []Finding{FindNeverStarted}
	case !r.Running:
		return []Finding{FindNotRunning}
	}
	stored := r.StepRound
	if believes != nil {
		stored = contract.StepRound(believes.Step, believes.Round)
	}
	list := appendIf(nil, r.BadAttributes(), FindAttributes)
	list = appendIf(list, r.Failing != "" && !r.BadAttributes(), FindFailing)
	list = appendIf(list, len(r.Retrying()) > 0, FindActivityRetrying)
	list = appendIf(list, r.StepRound == "" && tooLong(r.Started, machine), FindNoStep)
	return appendIf(list, r.Failing == "" && stored != "" && stored != at, FindBehind)
}

// tooLong says that a run which shows no step is too old for that.
func tooLong(started, machine time.Time) bool {
	return !started.IsZero() && machine.Sub(started) > quickShow
}

func appendIf(list []Finding, holds bool, f Finding) []Finding {
	if holds {
		return append(list, f)
	}
	return list
}

// Agrees says whether register and workflow stand at the same place with
// nothing left to settle.
func (c Case) Agrees() bool {
	if c.Status != store.Running {
		return !c.Run.Running
	}
	return c.Believes != nil && c.Believes.Step == c.StepNo && c.Believes.Round == c.Round && len(c.Slips) == 0
}

// Findings lists all of them.
func Findings() []Finding {
	return []Finding{
		FindEnded, FindWaits, FindAutomatic, FindAwaitsDay, FindOnHold, FindOverdue, FindNobody, FindNotApplied, FindIdentitySilent, FindStalled, FindEngineDown, FindWorkersDown, FindNeverStarted,
		FindStartWaiting, FindNotRunning, FindBehind, FindDeaf, FindFailing, FindActivityRetrying, FindUnsettled, FindAsleep, FindRunsAfterward, FindClockOff, FindNotSetUp, FindWrongType, FindAttributes, FindNoStep,
	}
}
