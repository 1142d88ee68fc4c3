package e2e_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/process"
)

// elsewhere lists the kinds that are about no single record, with the test that
// leads them through their chain.
func elsewhere() map[process.Kind]string {
	return map[process.Kind]string{process.RosterImport: "demo, api/rosters_test.go"}
}

// TestEveryProcess runs every kind of the catalogue on the whole stack: to its
// effect, with a send-back and an overdue mark at each step on the way, and for
// each step a refusal and a withdrawal there. Each time it looks at the record,
// its history, the slot, the inboxes, the notices and the audit trail.
func TestEveryProcess(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	known, err := process.Load()
	require.NoError(t, err)
	schools := 0
	for _, kind := range known.Kinds() {
		if _, other := elsewhere()[kind]; other {
			continue
		}
		s.Run(t, string(kind), func(t *testing.T) {
			start := func() *e2e.Case {
				schools++
				return s.Start(s.CountyOf("520102", fmt.Sprintf("2152%06d", 100000+schools), fmt.Sprintf("示例小学%d", schools)), kind)
			}
			decisions := toItsEffect(start())
			for at := range decisions {
				refused := start()
				for range at {
					refused.Decide("APPROVE")
				}
				if !refused.Hears() {
					refused.Decide("REJECT")
					refused.Ended("REFUSED")
				}
				taken := start()
				for range at {
					taken.Decide("APPROVE")
				}
				taken.Withdraw()
				taken.Ended("WITHDRAWN")
			}
		})
	}
}

// toItsEffect leads a change to its end, with a detour at each step, and gives how
// many decisions the way takes without them.
func toItsEffect(k *e2e.Case) (decisions int) {
	for done := map[int]bool{}; k.Step() >= 0; {
		if at := k.Step(); !done[at] {
			done[at] = true
			k.Late()
			if k.Hears() {
				continue
			}
			k.Decide("SEND_BACK")
			k.Correct()
			decisions = 0
			continue
		}
		k.Decide("APPROVE")
		decisions++
	}
	k.Ended("EFFECTIVE")
	return decisions
}
