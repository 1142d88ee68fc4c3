package status_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// refusals returns the codes of the refusals of a change of a record.
func refusals(r status.Record, kind process.Kind, f status.Facts) []refusal.Code {
	list := []refusal.Code{}
	for _, e := range status.Check(r, status.Request{Kind: kind}, f) {
		list = append(list, e.Code)
	}
	return list
}

func TestOnlyAnOpenProblemIsCorroborated(t *testing.T) {
	enrolled := status.Record{Enrol: status.Enrolled, Stage: org.Primary, Problems: []string{status.DupWithID}}
	for name, row := range map[string]struct {
		finding *status.Finding
		want    []refusal.Code
	}{
		"an open problem":                     {&status.Finding{Kind: status.DupWithID, Open: true}, []refusal.Code{}},
		"a wrong number (D8)":                 {&status.Finding{Kind: status.IDError, Open: true}, []refusal.Code{}},
		"none of this record":                 {nil, []refusal.Code{refusal.ProblemUnknown}},
		"one that is settled":                 {&status.Finding{Kind: status.DupWithID}, []refusal.Code{refusal.ProblemSettled}},
		"one number, the other side is right": {&status.Finding{Kind: status.DupWithID, Open: true, OtherPassed: true}, []refusal.Code{refusal.ProblemOneSide}},
		"one name, both may be right (D9)":    {&status.Finding{Kind: status.DupWithoutID, Open: true, OtherPassed: true}, []refusal.Code{}},
	} {
		require.Equal(t, row.want, refusals(enrolled, process.ProblemCorroboration, status.Facts{Finding: row.finding}), name)
	}
	gone := enrolled
	gone.Enrol = status.Deleted
	require.Contains(t, refusals(gone, process.ProblemCorroboration, status.Facts{Finding: &status.Finding{Open: true}}), refusal.RecordEnded)
}

func TestOnlyAProblemRecordIsDeleted(t *testing.T) {
	r := status.Record{Enrol: status.Suspended, Stage: org.Primary}
	require.Equal(t, []refusal.Code{refusal.ProblemNone}, refusals(r, process.ProblemDeletion, status.Facts{}))
	r.Problems = []string{status.DupWithoutID}
	after, err := status.Apply(r, status.Request{Kind: process.ProblemDeletion}, status.Facts{})
	require.NoError(t, err)
	require.Equal(t, status.Deleted, after.Enrol)
	require.Equal(t, status.Standing{}, after.Standing, "in no register, on no campus, in no seat")
}

func TestOnlyAMistakeInForceIsStruck(t *testing.T) {
	enrolled, dead := status.Record{Enrol: status.Enrolled}, status.Record{Enrol: status.Deceased}
	for name, row := range map[string]struct {
		record  status.Record
		mistake *status.Mistake
		want    []refusal.Code
	}{
		"undone":                   {enrolled, &status.Mistake{Kind: process.Suspension, InForce: true, UndoneBy: process.Reinstatement}, []refusal.Code{}},
		"not undone":               {enrolled, &status.Mistake{Kind: process.Suspension, InForce: true}, []refusal.Code{refusal.CorrectionNotUndone}},
		"unknown":                  {enrolled, nil, []refusal.Code{refusal.CorrectionUnknown}},
		"never in force":           {enrolled, &status.Mistake{Kind: process.Suspension}, []refusal.Code{refusal.CorrectionNotInForce}},
		"something rests on it":    {enrolled, &status.Mistake{Kind: process.Suspension, InForce: true, Depends: process.Transfer, DependsName: process.Text{Zh: "转学", En: "Transfer"}}, []refusal.Code{refusal.CorrectionDepends}},
		"received elsewhere":       {enrolled, &status.Mistake{Kind: process.RestoreAdmission, InForce: true, Depends: process.OtherLeaving, Elsewhere: &process.Text{Zh: "恢复入学资格", En: "Restoration"}}, []refusal.Code{refusal.CorrectionElsewhere}},
		"no opposite":              {enrolled, &status.Mistake{Kind: process.KeyDataChange, InForce: true}, []refusal.Code{refusal.CorrectionNoOpposite}},
		"a death has no opposite":  {dead, &status.Mistake{Kind: "DEATH", InForce: true}, []refusal.Code{}},
		"a death, the pupil lives": {enrolled, &status.Mistake{Kind: "DEATH", InForce: true}, []refusal.Code{refusal.CorrectionNotInForce}},
	} {
		require.Equal(t, row.want, refusals(row.record, process.ChangeCorrection, status.Facts{Mistake: row.mistake}), name)
	}
}

// Refusals give words in both languages, not the codes of states and kinds.
func TestRefusalsNameCodesInWords(t *testing.T) {
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	for _, row := range []struct {
		was    status.Enrol
		kind   process.Kind
		facts  status.Facts
		zh, en string
	}{
		{status.Enrolled, process.Reinstatement, status.Facts{}, "状态为“在读”，办理此业务须为“休学”", `is "enrolled"; this needs "suspended".`},
		{
			status.Enrolled, process.ChangeCorrection,
			status.Facts{Mistake: &status.Mistake{Kind: process.Reinstatement, InForce: true, Opposites: process.Text{Zh: "休学", En: "Suspension"}}},
			"先由学校办理反向业务（休学），再纠错", "file it first (Suspension)",
		},
		{status.Enrolled, process.GraduationRollback, status.Facts{}, "须为“毕业、结业、肄业”。请先办理对应的业务", `this needs "graduated, completed without a diploma or left before the end". Do the change that leads there first`},
		{status.OtherLeft, process.KeyDataChange, status.Facts{}, "须为“在读、休学”", `is "left otherwise"; this needs "enrolled or suspended".`},
		{
			status.Enrolled, process.ChangeCorrection,
			status.Facts{Mistake: &status.Mistake{Kind: process.Suspension, InForce: true, Depends: process.Death, DependsName: process.Text{Zh: "死亡注销", En: "Death"}}},
			"其后的业务（死亡注销）", "A later change (Death)",
		},
	} {
		first := status.Check(status.Record{Enrol: row.was, Stage: org.Primary}, status.Request{Kind: row.kind}, row.facts)[0]
		require.Contains(t, catalogue.Sentence(first, refusal.Chinese), row.zh)
		require.Contains(t, catalogue.Sentence(first, refusal.English), row.en)
	}
	for _, was := range []status.Enrol{
		status.Draft, status.PendingSchool, status.PendingBureau, status.Enrolled, status.Suspended, status.Withdrawn, status.Expelled, status.Missing,
		status.OtherLeft, status.Abroad, status.TransferredOut, status.Graduated, status.Completed, status.Incomplete, status.Deceased, status.Deleted,
	} {
		require.NotEqual(t, string(was), was.Text().En)
		require.NotEqual(t, string(was), was.Text().Zh)
	}
}

// Every kind that a page names as an opposite does undo the kind.
func TestOppositeNamedOnThePageUndoesTheKind(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	for _, kind := range known.Kinds() {
		d, _ := known.Entry(kind)
		if opposite := status.Opposite(kind); len(opposite) > 0 {
			require.NotEmpty(t, d.Reverse.Kinds, kind)
			require.Subset(t, opposite, d.Reverse.Kinds, kind)
		}
	}
}

// Opposites are mutual: a change that undoes another one is undone by it.
func TestOppositesAreMutual(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	for _, kind := range known.Kinds() {
		for _, other := range status.Opposite(kind) {
			require.Contains(t, status.Opposite(other), kind)
		}
	}
}
