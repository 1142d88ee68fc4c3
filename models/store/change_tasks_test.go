package store

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
)

// A step that hears a side, or that only registers, can neither refuse nor send back. The
// page offers exactly the verbs that the register takes there.
func TestAllowedVerbsLeaveOutWhatTheStepRefuses(t *testing.T) {
	d := process.Definition{Steps: []process.Step{{}, {Statement: true}, {Register: true}}}
	for no, want := range map[int][]Verb{
		0: {Resubmit},
		1: {Approve, Reject, SendBack, ClaimTask, TransferTask, Delegate, AddSigner},
		2: {Approve, ClaimTask, TransferTask, Delegate, AddSigner},
		3: {Approve, ClaimTask, TransferTask, Delegate, AddSigner},
	} {
		require.Equal(t, want, allowedAt(d, &askedTask{StepNo: no}), "step %d", no)
	}
}
