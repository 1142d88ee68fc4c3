package transfer_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/transfer"
)

// strikes says a verb at the open step for whoever is asked, and strikes pupils with it.
func strikes(r *storetest.County, changeID uuid.UUID, verb change.Verb, strikes ...change.Strike) *change.Slip {
	r.T().Helper()
	at := r.Position(changeID)
	path := storetest.SchoolA
	if at.Step == 2 {
		path = storetest.SchoolB
	}
	return r.Say(r.Who(path, org.SchoolLeader), change.NewSlip{ChangeID: changeID, TaskID: at.Tasks[0], Step: at.Step, Round: at.Round, Verb: verb, Opinion: "同意",
		Body: change.SlipBody{Strike: strikes}})
}

// A strike is refused at its place, and nothing is struck in vain.
func TestAWrongStrikeIsRefusedAtItsPlace(t *testing.T) {
	r := storetest.New(t)
	changeID, pupils := waitingList(r, 3)
	other, long := r.Pupil(storetest.SchoolA), strings.Repeat("长", 501)
	for _, row := range []struct {
		want    string
		strikes []change.Strike
	}{
		{"opinion_required /strike/0/reason", []change.Strike{{StudentID: pupils[0], Reason: "  "}}},
		{"too_long /strike/0/reason", []change.Strike{{StudentID: pupils[0], Reason: long}}},
		{"line_unknown /strike/0/student_id", []change.Strike{{StudentID: other, Reason: "不在名单"}}},
		{"line_unknown /strike/1/student_id", []change.Strike{{StudentID: pupils[0], Reason: "随迁"}, {StudentID: pupils[0], Reason: "随迁"}}},
	} {
		err := r.In(r.Worker, "", func(tx *change.Tx) error {
			c, err := tx.ReadLocked(changeID)
			require.NoError(t, err)
			_, err = tx.StrikeLines(c, &change.Slip{ID: uuid.New(), ChangeID: changeID, Verb: change.VerbApprove, AccountID: uuid.New(), Body: change.SlipBody{Strike: row.strikes}})
			return err
		})
		require.Equal(t, []string{row.want}, storetest.Refusals(t, err))
		s := strikes(r, changeID, change.VerbApprove, row.strikes...)
		require.Equal(t, change.SlipRefused, s.Outcome)
		require.Equal(t, row.want[:strings.Index(row.want, " ")], s.OutcomeCode)
	}
	s := strikes(r, changeID, change.VerbReject, change.Strike{StudentID: pupils[0], Reason: "随迁"})
	require.Equal(t, string(refusal.StrikeNotHere), s.OutcomeCode)
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID))
}

// A struck pupil is free at once, stays visible with the reason, and cannot be struck
// twice.
func TestPupilsAreStruckFromAList(t *testing.T) {
	r := storetest.New(t)
	changeID, pupils := waitingList(r, 3)
	require.Equal(t, change.SlipCounted, strikes(r, changeID, change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: " 随迁 "}).Outcome)
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID))
	r.File(process.Suspension, pupils[0], nil)
	s := strikes(r, changeID, change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: "再次"})
	require.Equal(t, string(refusal.LineUnknown), s.OutcomeCode)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'LINES_STRUCK' AND role = 'BUREAU_REVIEWER'`, changeID))
	for _, path := range []string{storetest.Bureau, storetest.SchoolA, storetest.SchoolB} {
		r.MustIn(r.App, path, func(tx *change.Tx) error {
			lines, err := transfer.ReadListedPupils(tx.Tx, changeID)
			require.Len(t, lines, 3)
			require.Equal(t, []string{"STRUCK", "随迁", "南明区示例小学"}, []string{lines[0].Verdict, lines[0].Reason, lines[0].By})
			require.Equal(t, r.Text(`SELECT name FROM student WHERE id = $1`, pupils[0]), lines[0].Subject.Name)
			require.Nil(t, lines[0].Struck, "a person said why")
			require.Equal(t, "LISTED", lines[1].Verdict)
			return err
		})
	}
}

// A list from which everybody was struck has ended.
func TestAListWithoutPupilsEnds(t *testing.T) {
	r := storetest.New(t)
	changeID, pupils := waitingList(r, 2)
	s := strikes(r, changeID, change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: "一"}, change.Strike{StudentID: pupils[1], Reason: "二"})
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	require.Equal(t, change.StatusRefused, r.Position(changeID).Status)
	require.Equal(t, "ALL_STRUCK", r.Text(`SELECT close_code FROM change WHERE id = $1`, changeID))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID))
}
