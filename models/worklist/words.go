package worklist

import "github.com/xueji/xueji/models/change"

// The words of the register in the text of statements. They stand in the text and not
// among the parameters: an index of open rows serves a plan only when the word is known
// to the plan.
const (
	openWord    = `'` + change.StepOpen + `'` // of steps and tasks
	runningWord = `'` + change.StatusRunning + `'`
	pendingWord = `'` + change.SlipPending + `'`
	nobodyWord  = `'` + change.ObstacleNobody + `'`
)
