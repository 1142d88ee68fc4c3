package casework

import (
	"time"

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
}

// Finding is one thing an operator should know about a case.
type Finding string

// The findings. Words for them belong to whoever shows them.
const (
	FindEnded         Finding = "ended"           // nothing will happen any more
	FindWaits         Finding = "waits"           // it waits for people, as it should
	FindOverdue       Finding = "overdue"         // they are late
	FindNobody        Finding = "nobody"          // nobody may decide the open step
	FindEngineDown    Finding = "engine_down"     // Temporal does not answer
	FindWorkersDown   Finding = "workers_down"    // no worker has reported itself lately
	FindNeverStarted  Finding = "never_started"   // the register waits for a workflow that never was
	FindNotRunning    Finding = "not_running"     // its workflow was ended from outside, or failed
	FindBehind        Finding = "behind"          // the workflow stands elsewhere than the register
	FindDeaf          Finding = "deaf"            // a worker lives, but the workflow does not answer
	FindFailing       Finding = "failing"         // its workflow task fails again and again
	FindUnsettled     Finding = "unsettled"       // something was said and is neither counted nor refused
	FindRunsAfterward Finding = "runs_afterwards" // the change has ended, its workflow has not
)

const (
	// quietWorkers is how long no heartbeat is normal: three rounds of the upkeep.
	quietWorkers = 90 * time.Second
	// quickSlip is how long a slip may wait while everything works.
	quickSlip = 10 * time.Second
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
	if c.Step.Able == 0 {
		list = append(list, FindNobody)
	}
	if !c.Now.Before(c.Step.DueAt) {
		return append(list, FindOverdue)
	}
	return append(list, FindWaits)
}

func engineFindings(c Case) []Finding {
	var list []Finding
	workers := c.Now.Sub(c.Beat) <= quietWorkers
	if !workers {
		list = append(list, FindWorkersDown)
	}
	switch {
	case c.EngineErr != nil:
		list = append(list, FindEngineDown)
	case c.Run.State == "":
		list = append(list, FindNeverStarted)
	case !c.Run.Running:
		list = append(list, FindNotRunning)
	case c.Run.Failing != "":
		list = append(list, FindFailing)
	case c.Believes == nil && workers:
		list = append(list, FindDeaf)
	case c.Believes != nil && (c.Believes.Step != c.StepNo || c.Believes.Round != c.Round):
		list = append(list, FindBehind)
	}
	return list
}

// Rebuilding says whether starting or refreshing the workflow would help.
func (f Finding) Rebuilding() bool {
	switch f {
	case FindNeverStarted, FindNotRunning, FindBehind, FindDeaf, FindUnsettled, FindRunsAfterward:
		return true
	case FindEnded, FindWaits, FindOverdue, FindNobody, FindEngineDown, FindWorkersDown, FindFailing:
	}
	return false
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
		FindEnded, FindWaits, FindOverdue, FindNobody, FindEngineDown, FindWorkersDown, FindNeverStarted, FindNotRunning,
		FindBehind, FindDeaf, FindFailing, FindUnsettled, FindRunsAfterward,
	}
}
