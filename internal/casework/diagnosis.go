package casework

import (
	"time"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// Case is a change seen from both sides: the content of the register and the answer of
// the workflow engine.
type Case struct {
	*worklist.Case

	Run client.Run
	// EngineErr is set when Temporal does not answer; Run is then unknown.
	EngineErr error
	// Believes is the position in the answer of the workflow; nil when no
	// worker could be asked.
	Believes *contract.Position
	// Machine is the time of this computer, which gives the age of the run.
	Machine time.Time
}

// Finding is one fact that an operator should know about a case.
type Finding string

// The findings; words.go has the words for them. Their codes are for ever, and
// the reasons of the register are among them.
const (
	FindEnded            Finding = "ended"             // the change has ended
	FindWaits            Finding = "waits"             // the change waits for people: no fault
	FindAutomatic        Finding = "automatic"         // the system does the open step: no fault
	FindAwaitsDay        Finding = "awaits_day"        // the change is approved and waits for its day: no fault
	FindOnHold           Finding = "on_hold"           // its day has come and other business has priority: no fault
	FindOverdue          Finding = "overdue"           // the people who must decide are late
	FindNobody           Finding = "nobody"            // nobody may decide the open step
	FindNotApplied       Finding = "not_applied"       // the last approval could not be applied
	FindIdentitySilent   Finding = "identity_silent"   // the identity service does not answer
	FindStalled          Finding = "stalled"           // an automatic step makes no progress
	FindEngineDown       Finding = "engine_down"       // Temporal does not answer
	FindWorkersDown      Finding = "workers_down"      // no worker has reported itself lately
	FindNeverStarted     Finding = "never_started"     // the register waits for a workflow that never was
	FindStartWaiting     Finding = "start_waiting"     // its workflow has not reported itself yet
	FindNotRunning       Finding = "not_running"       // its workflow was ended from outside, or failed
	FindBehind           Finding = "behind"            // workflow and register are at different steps
	FindDeaf             Finding = "deaf"              // a worker lives, but the workflow does not answer
	FindFailing          Finding = "failing"           // its workflow task fails again and again
	FindActivityRetrying Finding = "activity_retrying" // an activity fails and is tried again
	FindUnsettled        Finding = "unsettled"         // a slip is neither counted nor refused
	FindAsleep           Finding = "asleep"            // a reminder or deadline was due and the workflow did not act
	FindClockOff         Finding = "clock_off"         // the clock of a process differs from the database's
	FindNotSetUp         Finding = "not_set_up"        // Temporal lacks settings that Xueji needs
	FindWrongType        Finding = "wrong_type"        // a search attribute in Temporal has another type
	FindAttributes       Finding = "attributes"        // its workflow cannot store its search attributes
	FindNoStep           Finding = "no_step"           // its workflow has run for long and shown no step
	FindJobFailed        Finding = "job_failed"        // a part of a job cannot be done
	FindJobStopped       Finding = "job_stopped"       // somebody stopped the job by which an open change takes effect
	FindJobStuck         Finding = "job_stuck"         // a job runs, and no part of it was done for long
	FindRunsAfterward    Finding = "runs_afterwards"   // the change has ended and its workflow runs on
)

const (
	// quickSlip is how long a slip may wait in a healthy service.
	quickSlip = 10 * time.Second
	// quickStart is how long a new workflow may take to report itself.
	quickStart = time.Minute
	// quickShow is how long a workflow may run before it shows a step.
	quickShow = time.Minute
	// quickErrand is how long an automatic step may take after it is due.
	quickErrand = time.Minute
	// quickMark is how long a reminder or deadline may go unnoted.
	quickMark = 10 * time.Second
)

// Diagnose returns the findings of a case, each cause before its effects.
func Diagnose(c Case) []Finding {
	if c.Status != change.StatusRunning {
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

// stepFindings returns the findings about the wait of the open step.
func stepFindings(c Case) []Finding {
	var list []Finding
	if c.Step.OverdueAt == nil && c.Now.Sub(c.Step.DueAt) > quickMark {
		list = append(list, FindAsleep)
	}
	if c.Step.Act != "" {
		return append(list, automaticFinding(c))
	}
	list = appendIf(list, c.Step.Stuck, FindNobody)
	list = appendIf(list, c.Step.NotApplied(), FindNotApplied)
	list = appendIf(list, !c.Now.Before(c.Step.DueAt), FindOverdue)
	if len(list) == 0 {
		list = append(list, FindWaits) // no fault, and nothing else to report
	}
	return list
}

// automaticFinding returns the finding about an automatic step.
func automaticFinding(c Case) Finding {
	if c.Job != nil {
		if trouble := c.Job.Trouble(c.Now); trouble != "" {
			return Finding(trouble)
		}
	}
	switch next := c.Step.NextAttemptAt; {
	case c.Step.WaitsForIdentity():
		return FindIdentitySilent
	case next != nil && c.Now.Sub(*next) > quickErrand:
		return FindStalled
	case c.Step.Act == process.ActAwaitDay && c.EffectiveOn != nil && next != nil && change.IsOnHold(*next, *c.EffectiveOn):
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

// runFindings returns the findings about the latest run of an open change whose register
// is at this step and round. The position that the workflow believes is newer than its
// stored attributes, if it could be asked.
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

// tooLong reports whether a run that shows no step is too old for that.
func tooLong(started, machine time.Time) bool {
	return !started.IsZero() && machine.Sub(started) > quickShow
}

func appendIf(list []Finding, holds bool, f Finding) []Finding {
	if holds {
		return append(list, f)
	}
	return list
}

// Agrees reports whether register and workflow are at the same step and round, with
// nothing left to settle.
func (c Case) Agrees() bool {
	if c.Status != change.StatusRunning {
		return !c.Run.Running
	}
	return c.Believes != nil && c.Believes.Step == c.StepNo && c.Believes.Round == c.Round && len(c.Slips) == 0
}

// Findings lists all findings.
func Findings() []Finding {
	return []Finding{
		FindEnded, FindWaits, FindAutomatic, FindAwaitsDay, FindOnHold, FindOverdue, FindNobody, FindNotApplied, FindIdentitySilent, FindStalled, FindEngineDown, FindWorkersDown, FindNeverStarted,
		FindStartWaiting, FindNotRunning, FindBehind, FindDeaf, FindFailing, FindActivityRetrying, FindUnsettled, FindAsleep, FindRunsAfterward, FindClockOff, FindNotSetUp, FindWrongType, FindAttributes, FindNoStep,
		FindJobFailed, FindJobStopped, FindJobStuck,
	}
}
