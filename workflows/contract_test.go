package workflows_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// TestNoPersonalDataCanPass is law 6. Everything the engine stores is one of
// these structs, and every field of them is listed here with what it may hold.
// A new field fails this test until somebody has looked at it: opaque IDs,
// codes of fixed tables, counts, times and durations may pass; names, numbers
// of people, opinions and free text may not.
func TestNoPersonalDataCanPass(t *testing.T) {
	const id, code, count, at, duration, flag = "opaque ID", "code", "count", "time", "duration", "flag"
	const day = "day"
	reviewed := map[string]string{
		"ChangeInput.ChangeID": id, "ChangeInput.Kind": code, "ChangeInput.Province": code,
		"SlipMessage.SlipID": id, "SlipMessage.Step": count, "SlipMessage.Round": count,
		"SlipResult.SlipID": id, "SlipResult.Outcome": code, "SlipResult.Code": code, "SlipResult.SettledAt": at, "SlipResult.EffectiveOn": day,
		"Position.Closed": flag, "Position.Status": code, "Position.Step": count, "Position.Round": count, "Position.Stage": code,
		"Position.WaitingFor": "codes", "Position.DueAt": at, "Position.OpenedAt": at, "Position.Overdue": flag, "Position.Slips": "opaque IDs",
		"Position.Tasks": "opaque IDs", "Position.Act": code, "Position.Wait": duration, "Position.EffectiveOn": day, "Position.OnHold": flag,
		"ResumeRequest.ChangeID": id,
		"CommitRequest.ChangeID": id, "CommitRequest.SlipID": id,
		"JobInput.JobID": id, "JobInput.Kind": code, "JobInput.Province": code, "JobRequest.JobID": id, "JobPartRequest.JobID": id, "JobPartRequest.Part": count,
		"JobPosition.Closed": flag, "JobPosition.Status": code, "JobPosition.Part": count, "JobPosition.Parts": count, "JobPosition.PartsDone": count,
		"JobPosition.Rows": count, "JobPosition.RowsDone": count, "JobPosition.ChangeID": id,
		"Committed.Result": "SlipResult", "Committed.Position": "Position",
	}
	allowed := map[string]reflect.Type{
		id: reflect.TypeFor[string](), code: reflect.TypeFor[string](), count: reflect.TypeFor[int](),
		at: reflect.TypeFor[time.Time](), duration: reflect.TypeFor[time.Duration](), flag: reflect.TypeFor[bool](), day: reflect.TypeFor[string](),
		"codes": reflect.TypeFor[[]string](), "opaque IDs": reflect.TypeFor[[]string](),
		"SlipResult": reflect.TypeFor[contract.SlipResult](), "Position": reflect.TypeFor[contract.Position](),
	}
	found := map[string]string{}
	for _, message := range passing() {
		for field := range message.Fields() {
			name := message.Name() + "." + field.Name
			require.Contains(t, reviewed, name, "nobody has looked at this field yet")
			require.Equal(t, allowed[reviewed[name]], field.Type, name)
			require.NotEmpty(t, field.Tag.Get("json"), "%s: stored names do not follow Go names", name)
			found[name] = reviewed[name]
		}
	}
	require.Equal(t, reviewed, found, "a reviewed field that is gone")
}

// passing lists the structs that go through the engine: what the activities
// take and give, and what starts a workflow and is said to it.
func passing() []reflect.Type {
	list := map[reflect.Type]bool{reflect.TypeFor[contract.ChangeInput](): true, reflect.TypeFor[contract.SlipMessage](): true, reflect.TypeFor[contract.JobInput](): true}
	var add func(p reflect.Type)
	add = func(p reflect.Type) {
		if p.Kind() != reflect.Struct || p == reflect.TypeFor[time.Time]() {
			return
		}
		list[p] = true
		for field := range p.Fields() {
			add(field.Type)
		}
	}
	for _, activities := range []reflect.Type{reflect.TypeFor[contract.Activities](), reflect.TypeFor[contract.JobActivities]()} {
		for method := range activities.Methods() {
			for in := range method.Type.Ins() {
				add(in)
			}
			for out := range method.Type.Outs() {
				add(out)
			}
		}
	}
	var types []reflect.Type
	for p := range list {
		types = append(types, p)
	}
	return types
}

// TestStoredNamesNeverChange guards names that running changes are stored under.
func TestStoredNamesNeverChange(t *testing.T) {
	require.Equal(t, []string{"changes", "slip", "slip", "refresh", "position", "Resume", "CommitSlip", "PassTime", "Perform"}, []string{
		contract.QueueChanges, contract.UpdateSlip, contract.SignalSlip, contract.SignalRefresh, contract.QueryPosition,
		contract.ActivityResume, contract.ActivityCommitSlip, contract.ActivityPassTime, contract.ActivityPerform,
	})
	require.Equal(t, []string{"bulk", "Job", "JobStand", "JobPart", "job/0197f000"}, []string{
		contract.QueueBulk, contract.WorkflowJob, contract.ActivityJobStand, contract.ActivityJobPart, contract.JobWorkflowID("0197f000"),
	})
	require.Equal(t, []string{"ChangeKind", "Province", "Stage", "WaitingFor", "DueAt", "StepRound"}, []string{
		contract.AttributeKind, contract.AttributeProvince, contract.AttributeStage,
		contract.AttributeWaitingFor, contract.AttributeDueAt, contract.AttributeStepRound,
	})
	require.Equal(t, []string{"stale_step", "ending", "malformed_message", "gone"},
		[]string{contract.ErrStale, contract.ErrEnding, contract.ErrMalformed, contract.ErrGone})
	require.Equal(t, "change/0197f000", contract.WorkflowID("0197f000"))
	require.Equal(t, "2/1", contract.StepRound(2, 1))
	require.Equal(t, "Suspension", process.Suspension.WorkflowName())
	require.Equal(t, "Reinstatement", process.Reinstatement.WorkflowName())
	require.Equal(t, "Withdrawal", process.Withdrawal.WorkflowName())
	require.Equal(t, "RosterImport", process.RosterImport.WorkflowName())
	require.Equal(t, "Transfer", process.Transfer.WorkflowName())
	require.Equal(t, "OtherLeaving", process.OtherLeaving.WorkflowName())
	require.Equal(t, "RestoreAdmission", process.RestoreAdmission.WorkflowName())
	require.Equal(t, "KeyDataChange", process.KeyDataChange.WorkflowName())
	// The activities of the contract are those the workflow calls, by name.
	have := map[string]bool{}
	for method := range reflect.TypeFor[contract.Activities]().Methods() {
		have[method.Name] = true
	}
	require.Equal(t, map[string]bool{contract.ActivityResume: true, contract.ActivityCommitSlip: true, contract.ActivityPassTime: true, contract.ActivityPerform: true}, have)
}
