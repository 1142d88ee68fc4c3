package workflows_test

import (
	"context"
	"time"

	"github.com/xueji/xueji/workflows/contract"
)

// automatic makes a step of a change automatic, with what the world outside will
// answer, one an attempt; the last answer stays.
func (r *register) automatic(change string, step int, answers ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.changes[change]
	c.acts, c.answers = map[int]string{step: "CHECK_IDENTITY"}, answers
	r.open(c, c.step)
}

// Perform does what the open automatic step asks for.
func (r *register) Perform(_ context.Context, q contract.ResumeRequest) (contract.Position, error) {
	r.mu.Lock()
	if err := r.begin(contract.ActivityPerform); err != nil {
		r.mu.Unlock()
		return contract.Position{}, err
	}
	c, err := r.find(q.ChangeID)
	if err != nil {
		r.mu.Unlock()
		return contract.Position{}, err
	}
	step, round := c.step, c.round
	r.mu.Unlock()
	if r.whileAsking != nil {
		r.whileAsking(q.ChangeID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.status == running && c.step == step && c.round == round && c.acts[step] != "" {
		r.settleErrand(c)
	}
	return r.position(c), nil
}

func (r *register) settleErrand(c *filed) {
	answer := pass
	if len(c.answers) > 0 {
		if answer = c.answers[0]; len(c.answers) > 1 {
			c.answers = c.answers[1:]
		}
	}
	c.timeline = append(c.timeline, answer)
	if c.step > len(c.offices) {
		r.dayCame(c, answer)
		return
	}
	switch answer {
	case pass:
		r.open(c, c.step+1)
	case fail:
		c.status, c.tasks = refused, nil
		for _, other := range c.slips {
			if other.outcome == contract.Pending {
				r.settle(other, changeClosed)
			}
		}
	case silence:
		c.retry = r.clock().Add(errandPause)
	}
}

// errandPause is how long a silent automatic step waits.
const errandPause = 50 * time.Millisecond

// passed settles the errand that is under way: its transaction has ended, and the
// run has not heard of it yet.
func (r *register) passed(change string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.find(change)
	if err == nil {
		r.settleErrand(c)
	}
	return err
}
