package status_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// move is one attempt at a kind of move, with the expected refusals.
type move struct {
	name   string
	today  string
	change func(r *status.Record, req *status.Request, f *status.Facts)
	want   []refusal.Code
}

// judge checks each attempt, which starts from a correct filing of the kind.
func judge(t *testing.T, kind process.Kind, state status.Enrol, moves []move) {
	t.Helper()
	for _, row := range moves {
		t.Run(row.name, func(t *testing.T) {
			r, req, f := suits(t, kind, state)
			if row.today != "" {
				f.Today = day(row.today)
				f.Filed = f.Today
			}
			f.Starting = true
			if row.change != nil {
				row.change(&r, &req, &f)
			}
			require.Equal(t, row.want, codes(status.Check(r, req, f)))
		})
	}
}

// The releasing school files the move of a senior pupil (KT53). The rules are those of a
// transfer; the class is named later.
func TestAPupilIsSentToAnotherSchool(t *testing.T) {
	judge(t, process.SeniorTransfer, status.Enrolled, []move{
		{name: "all is right"},
		{name: "the class comes later", change: func(_ *status.Record, req *status.Request, f *status.Facts) {
			delete(req.Inputs, "class_id")
			f.Class = nil
		}},
		{name: "no class at the end", change: func(_ *status.Record, req *status.Request, f *status.Facts) {
			delete(req.Inputs, "class_id")
			f.Class, f.Final = nil, true
		}, want: []refusal.Code{refusal.ClassUnknown}},
		{name: "the receiving school files here", change: func(_ *status.Record, _ *status.Request, f *status.Facts) {
			f.Policy.SeniorTransferBy = process.ByReceiving
		}, want: []refusal.Code{refusal.SeniorByReceiving}},
		{name: "no such school", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.To = status.School{} }, want: []refusal.Code{refusal.ReceivingUnknown}},
		{name: "a school of another province", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.To.Province = "500000" }, want: []refusal.Code{refusal.ReceivingUnknown}},
		{name: "a school that has closed", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.To.Closed = true }, want: []refusal.Code{refusal.ReceivingUnknown}},
		{name: "its own school", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.To.ID = f.From.ID }, want: []refusal.Code{refusal.TransferSameSchool}},
		{name: "from a special school", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.From.Special = true }, want: []refusal.Code{refusal.SendingSchoolType}},
		{name: "a problem status", change: func(r *status.Record, _ *status.Request, _ *status.Facts) { r.Problems = []string{"ID_ERROR"} }, want: []refusal.Code{refusal.ProblemStatus}},
		{name: "punished", change: func(r *status.Record, _ *status.Request, _ *status.Facts) { r.Punished = true }, want: []refusal.Code{refusal.PunishmentStands}},
		{name: "another grade", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.EntryYear-- }, want: []refusal.Code{refusal.ClassWrongGrade}},
		{name: "a full class", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.Occupied = 55 }, want: []refusal.Code{refusal.ClassFull}},
		{name: "in the freeze", today: "2027-07-20", want: []refusal.Code{refusal.TransferFrozen}},
		{name: "in the freeze, but begun before", today: "2027-07-20", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Starting = false }},
	})
}

// A pupil of a list (KT54) is judged by the rules of a transfer, in the words for a
// school that may read the record.
func TestListedPupilIsJudgedAsATransfer(t *testing.T) {
	judge(t, process.BatchTransfer, status.Enrolled, []move{
		{name: "all is right"},
		{name: "moved on meanwhile", change: func(r *status.Record, _ *status.Request, _ *status.Facts) { r.SchoolID = "third" }, want: []refusal.Code{refusal.ListPupil}},
		{name: "no class", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class = nil }, want: []refusal.Code{refusal.ClassUnknown}},
		{name: "a class of the old school", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.SchoolID = "school" }, want: []refusal.Code{refusal.ClassUnknown}},
		{name: "another grade", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.EntryYear-- }, want: []refusal.Code{refusal.ClassWrongGrade}},
		{name: "a full class", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.Occupied = 55 }, want: []refusal.Code{refusal.ClassFull}},
		{name: "from a special school", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.From.Special = true }, want: []refusal.Code{refusal.SendingSchoolType}},
		{name: "the graduating grade", change: func(r *status.Record, _ *status.Request, f *status.Facts) {
			r.EntryYear, f.Class.EntryYear = 2024, 2024
		}, want: []refusal.Code{refusal.TransferGraduating}},
		{name: "in the freeze", today: "2027-07-20", want: []refusal.Code{refusal.TransferFrozen}},
		{
			name: "everything at once", want: []refusal.Code{refusal.ProblemStatus, refusal.PunishmentStands, refusal.ClassFull},
			change: func(r *status.Record, _ *status.Request, f *status.Facts) {
				r.Problems, r.Punished, f.Class.Occupied = []string{"ID_ERROR"}, true, 55
			},
		},
	})
}

// Study in another province after a graduation (KT22): into the next stage, the first
// year, inside the windows, once for a school.
func TestAGraduateGoesOnInAnotherProvince(t *testing.T) {
	primary := func(r *status.Record, f *status.Facts, grade, theirs int) {
		r.Stage, f.Class.Stage, f.Class.EntryYear = org.Primary, org.Primary, 2027-grade
		f.Releasing.StageYears = map[org.Stage]int{org.Primary: theirs, org.Junior: 3, org.Senior: 3}
	}
	judge(t, process.PostGraduationStudy, status.Graduated, []move{
		{name: "all is right"},
		{name: "into the second year", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.EntryYear-- }, want: []refusal.Code{refusal.GraduateClass}},
		{name: "into the same stage", change: func(r *status.Record, _ *status.Request, _ *status.Facts) { r.Stage = org.Senior }, want: []refusal.Code{refusal.GraduateClass}},
		{name: "a stage is left out", change: func(r *status.Record, _ *status.Request, _ *status.Facts) { r.Stage = org.Primary }, want: []refusal.Code{refusal.GraduateClass}},
		{name: "the sixth year from five", change: func(r *status.Record, _ *status.Request, f *status.Facts) { primary(r, f, 6, 5) }},
		{name: "the sixth year from six", change: func(r *status.Record, _ *status.Request, f *status.Facts) { primary(r, f, 6, 6) }, want: []refusal.Code{refusal.GraduateClass}},
		{name: "the fifth year from five", change: func(r *status.Record, _ *status.Request, f *status.Facts) { primary(r, f, 5, 5) }, want: []refusal.Code{refusal.GraduateClass}},
		{name: "of the same province", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.From.Province = "520000" }, want: []refusal.Code{refusal.SameProvinceGraduate}},
		{name: "a second time", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.AppliedBefore = true }, want: []refusal.Code{refusal.AppliedBefore}},
		{name: "a second time where the province lets them", change: func(_ *status.Record, _ *status.Request, f *status.Facts) {
			f.AppliedBefore, f.Policy.PostGraduationOnce = true, false
		}},
		{name: "a change in hand", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Running = process.GraduationRollback }, want: []refusal.Code{refusal.TransferBusinessRunning}},
		{name: "a problem status", change: func(r *status.Record, _ *status.Request, _ *status.Facts) { r.Problems = []string{"ID_ERROR"} }, want: []refusal.Code{refusal.TransferProblemStatus}},
		{name: "the last day of the first window", today: "2026-12-14"},
		{name: "the day after it", today: "2026-12-15", want: []refusal.Code{refusal.PostGraduationClosed}},
		{name: "the first day of the second window", today: "2027-03-01"},
		{name: "the last day of the second window", today: "2027-05-31"},
		{name: "the day after the second window", today: "2027-06-01", want: []refusal.Code{refusal.PostGraduationClosed}},
		{name: "begun before the window closed", today: "2027-06-01", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Starting = false }},
		{name: "decided in the next school year", today: "2027-09-01", change: func(_ *status.Record, _ *status.Request, f *status.Facts) {
			f.Starting, f.Filed = false, day("2027-05-31")
		}},
		{name: "a class of another school", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.SchoolID = "third" }, want: []refusal.Code{refusal.ClassUnknown}},
		{name: "a full class", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.Occupied = 55 }, want: []refusal.Code{refusal.ClassFull}},
	})
	r, req, f := suits(t, process.PostGraduationStudy, status.Graduated)
	f.Today, f.Starting = day("2026-12-20"), true
	require.Equal(t, "2027-03-01", status.Check(r, req, f)[0].Params["reopens"])
	f.Starting = false
	after, err := status.Apply(r, req, f)
	require.NoError(t, err)
	require.Equal(t, "new school SENIOR 2026 class-b", after.SchoolID+" "+string(after.Stage)+" 2026 "+after.ClassID)
	require.Equal(t, 2026, after.EntryYear)
	require.Equal(t, status.Graduated, status.LeftBehind(process.PostGraduationStudy, status.Graduated), "the old school's view")
}

// A roll-back leads into the own year group, or into the grade that graduates now.
func TestAGraduationIsRolledBack(t *testing.T) {
	judge(t, process.GraduationRollback, status.Graduated, []move{
		{name: "the own year group"},
		{name: "the graduating grade", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.EntryYear = 2024 }},
		{name: "a lower grade", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.EntryYear = 2026 }, want: []refusal.Code{refusal.ClassWrongGrade}},
		{name: "another stage", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.Stage = org.Junior }, want: []refusal.Code{refusal.ClassUnknown}},
		{name: "another school", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Class.SchoolID = "new school" }, want: []refusal.Code{refusal.ClassUnknown}},
		{name: "in the freeze of the graduating grade", today: "2027-07-20"},
	})
}

// A pupil moves into a special school with the record, and comes back by 恢复入学资格.
func TestMovesBetweenSpecialAndOrdinarySchools(t *testing.T) {
	for _, row := range []struct {
		from, to bool
		want     []refusal.Code
	}{
		{from: false, to: true},
		{from: true, to: true},
		{from: true, to: false, want: []refusal.Code{refusal.TransferSchoolType}},
	} {
		f := moving(t, "2026-11-20")
		f.From.Special, f.To.Special = row.from, row.to
		require.Equal(t, row.want, codes(status.Check(pupil(), transfer(nil), f)))
	}
}

// Another stage is open only to a pupil who left because the record stood in the wrong
// stage (KT66).
func TestReturnIntoAnotherStageNeedsAStageMismatch(t *testing.T) {
	f := moving(t, "2026-11-20")
	f.Class.Stage, f.Class.EntryYear = org.Junior, 2026
	req := status.Request{Kind: process.RestoreAdmission}
	for _, state := range []status.Enrol{status.OtherLeft, status.Missing} {
		r := pupil()
		r.Enrol, r.Standing = state, state.Standing()
		f.StageMismatch = false
		require.Equal(t, []refusal.Code{refusal.ClassUnknown}, codes(status.Check(r, req, f)))
		f.StageMismatch = true
		after, err := status.Apply(r, req, f)
		if state != status.OtherLeft {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, org.Junior, after.Stage)
		require.Equal(t, 2026, after.EntryYear)
	}
}

// A pupil of the graduating grade graduates inside the window (KT60, KT61): with a
// conclusion that the stage knows, without a problem, also in the freeze of that grade.
func TestAPupilGraduates(t *testing.T) {
	judge(t, process.Graduation, status.Enrolled, []move{
		{name: "all is right", today: "2027-06-21"},
		{name: "on the first day", today: "2027-06-01"},
		{name: "on the last day, in the freeze", today: "2027-07-30"},
		{name: "too early", today: "2027-05-31", want: []refusal.Code{refusal.GraduationClosed}},
		{name: "too late", today: "2027-07-31", want: []refusal.Code{refusal.GraduationClosed}},
		{name: "too late, but begun before", today: "2027-07-31", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Starting = false }},
		{name: "the school year has turned since", today: "2027-08-20", change: func(r *status.Record, _ *status.Request, f *status.Facts) {
			r.EntryYear, f.Starting, f.Filed = 2025, false, day("2027-07-30")
		}, want: []refusal.Code{refusal.GraduationGrade}},
		{name: "a province without a window", today: "2027-03-01", change: func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Policy.GraduationWindows = nil }},
		{name: "the grade below", today: "2027-06-21", change: func(r *status.Record, _ *status.Request, _ *status.Facts) { r.EntryYear = 2025 }, want: []refusal.Code{refusal.GraduationGrade}},
		{name: "a school of five years", today: "2027-06-21", change: func(r *status.Record, _ *status.Request, f *status.Facts) {
			r.Stage, r.EntryYear, f.Policy.StageYears = org.Primary, 2022, map[org.Stage]int{org.Primary: 5}
		}},
		{name: "who stayed a year longer", today: "2027-06-21", change: func(r *status.Record, _ *status.Request, _ *status.Facts) { r.EntryYear = 2023 }},
		{name: "a problem status", today: "2027-06-21", change: func(r *status.Record, _ *status.Request, _ *status.Facts) { r.Problems = []string{"ID_ERROR"} }, want: []refusal.Code{refusal.ProblemStatus}},
		{name: "completed", today: "2027-06-21", change: func(_ *status.Record, req *status.Request, _ *status.Facts) { req.Inputs["conclusion"] = "COMPLETED" }},
		{name: "no such conclusion", today: "2027-06-21", change: func(_ *status.Record, req *status.Request, _ *status.Facts) { req.Inputs["conclusion"] = "WITHDRAWN" }, want: []refusal.Code{refusal.GraduationConclusion}},
		{name: "none", today: "2027-06-21", change: func(_ *status.Record, req *status.Request, _ *status.Facts) { delete(req.Inputs, "conclusion") }, want: []refusal.Code{refusal.GraduationConclusion}},
		{name: "completed a junior high", today: "2027-06-21", change: func(r *status.Record, req *status.Request, _ *status.Facts) {
			r.Stage, req.Inputs["conclusion"] = org.Junior, "COMPLETED"
		}, want: []refusal.Code{refusal.GraduationConclusion}},
		{name: "everything at once", today: "2027-05-01", change: func(r *status.Record, req *status.Request, _ *status.Facts) {
			r.Problems, r.EntryYear, req.Inputs["conclusion"] = []string{"ID_ERROR"}, 2025, ""
		}, want: []refusal.Code{refusal.ProblemStatus, refusal.GraduationClosed, refusal.GraduationGrade, refusal.GraduationConclusion}},
	})
}

// A graduate sits in no class and holds no seat; each conclusion is a state of its own.
func TestAGraduateLeavesTheClass(t *testing.T) {
	for _, conclusion := range status.Conclusions(org.Senior) {
		r, req, f := suits(t, process.Graduation, status.Enrolled)
		req.Inputs["conclusion"] = string(conclusion)
		r.Dropout = true
		after, err := status.Apply(r, req, f)
		require.NoError(t, err)
		require.Equal(t, conclusion, after.Enrol)
		require.Equal(t, status.Standing{}, after.Standing)
		require.Empty(t, after.ClassID)
		require.False(t, after.Dropout)
		require.Equal(t, []any{r.Stage, r.EntryYear, r.SchoolID}, []any{after.Stage, after.EntryYear, after.SchoolID})
	}
	require.Equal(t, []status.Enrol{status.Graduated}, status.Conclusions(org.Junior))
}
