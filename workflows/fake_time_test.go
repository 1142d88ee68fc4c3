package workflows_test

import (
	"context"
	"time"

	"github.com/xueji/xueji/workflows/contract"
)

// reminders of a step, at a share of its term in percent.
var reminders = []struct {
	verb  string
	share int
}{{"REMINDED_50", 50}, {"REMINDED_80", 80}, {"OVERDUE", 100}}

// PassTime sends what is due. It decides nothing.
func (r *register) PassTime(_ context.Context, q contract.ResumeRequest) (contract.Position, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.begin(contract.ActivityPassTime); err != nil {
		return contract.Position{}, err
	}
	c, err := r.find(q.ChangeID)
	if err != nil {
		return contract.Position{}, err
	}
	for _, m := range reminders {
		if c.status == running && c.term > 0 && !c.marks[m.verb] && !r.clock().Before(c.opened.Add(c.term/100*time.Duration(m.share))) {
			c.marks[m.verb] = true
			c.timeline = append(c.timeline, m.verb)
		}
	}
	return r.position(c), nil
}
