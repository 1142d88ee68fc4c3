package workflows_test

import (
	"time"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// theDay is what the register calls the day a change waits for, whenever that is.
const theDay = "2027-03-01"

// ahead lets a change wait so long after its last approval, with what the record makes of
// it on the day: pass or fail; the last answer stays.
func (r *register) ahead(change string, wait time.Duration, answers ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.changes[change]
	c.acts, c.answers, c.ahead = map[int]string{len(c.offices) + 1: string(process.ActAwaitDay)}, answers, wait
}

// awaitDay opens the step behind the chain.
func (r *register) awaitDay(c *filed, s *slip) {
	day := r.clock().Add(c.ahead)
	c.ahead = 0 // approved again, on the day or later, it is in force at once
	r.moveTo(c, s, len(c.offices)+1)
	c.retry = day
}

// dayCame is what becomes of the change on its day.
func (r *register) dayCame(c *filed, answer string) {
	if answer == pass {
		c.status, c.tasks = effective, nil
		for _, other := range c.slips {
			if other.outcome == contract.Pending {
				r.settle(other, changeClosed)
			}
		}
		return
	}
	c.round++
	r.open(c, len(c.offices))
}

// waitsForDay says what a change waits for that waits for its day.
func (c *filed) waitsForDay(p *contract.Position) {
	p.Stage, p.EffectiveOn, p.WaitingFor, p.DueAt = process.DayStep, theDay, []string{contract.WaitingForDay, theDay}, c.retry.UTC()
}

// dayIsNear moves the day a change waits for to a moment from now.
func (r *register) dayIsNear(change string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes[change].retry = r.clock().Add(errandPause)
}
