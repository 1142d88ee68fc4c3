package registertest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
)

// A step that hears a side, or that only registers, can neither refuse nor send back. The
// page offers exactly the verbs that the register takes there.
func TestAllowedVerbsLeaveOutWhatTheStepRefuses(t *testing.T) {
	d := process.Definition{Steps: []process.Step{{}, {Statement: true}, {Register: true}}}
	for no, want := range map[int][]change.Verb{
		0: {change.VerbResubmit},
		1: {change.VerbApprove, change.VerbReject, change.VerbSendBack, change.VerbClaim, change.VerbTransfer, change.VerbDelegate, change.VerbAddSigner},
		2: {change.VerbApprove, change.VerbClaim, change.VerbTransfer, change.VerbDelegate, change.VerbAddSigner},
		3: {change.VerbApprove, change.VerbClaim, change.VerbTransfer, change.VerbDelegate, change.VerbAddSigner},
	} {
		require.Equal(t, want, casepage.AllowedVerbs(d, &change.TaskForAccount{StepNo: no}), "step %d", no)
	}
}
