package status_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// moving returns the facts of a move into a class of the same year group.
func moving(t require.TestingT, today string) status.Facts {
	f := facts(t, today)
	f.Filed, f.Releasing = f.Today, f.Policy
	f.From, f.To = status.School{ID: "school", Name: "原学校"}, status.School{ID: "new school", Name: "新学校"}
	f.Class = &status.Class{ID: "class-n", SchoolID: "new school", Stage: org.Primary, EntryYear: 2024, Capacity: 45, Occupied: 44}
	return f
}

func transfer(inputs map[string]string, evidence ...string) status.Request {
	return status.Request{Kind: process.Transfer, Inputs: inputs, Evidence: evidence}
}

func TestATransferMovesTheRecord(t *testing.T) {
	after, err := status.Apply(pupil(), transfer(nil), moving(t, "2026-11-20"))
	require.NoError(t, err)
	want := pupil()
	want.SchoolID, want.ClassID = "new school", "class-n"
	require.Equal(t, want, after, "school and class, and nothing else")
}

// For pupils at no school another office reads which kind to file, in one sentence that
// does not name the state. For pupils in other states it reads only that no pupil of this
// name can move.
func TestTransferOfAPupilAtNoSchoolIsRefused(t *testing.T) {
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	said := map[string]bool{}
	for _, was := range []status.Enrol{status.Withdrawn, status.Expelled, status.Missing, status.Abroad} {
		r := pupil()
		r.Enrol = was
		got := status.Check(r, transfer(nil), moving(t, "2026-11-20"))
		require.Equal(t, []refusal.Code{refusal.TransferLeft}, codes(got), was)
		require.Equal(t, string(status.DataWrong), got[0].Params["code"])
		said[catalogue.Sentence(got[0], refusal.English)] = true
	}
	require.Len(t, said, 1)
	for sentence := range said {
		require.Contains(t, sentence, "RETURN_FROM_ABROAD")
		require.Contains(t, sentence, "RESTORE_ADMISSION")
		require.Contains(t, sentence, "原学校", "whom to ask")
	}
	for _, was := range []status.Enrol{status.Deceased, status.Deleted, status.TransferredOut} {
		r := pupil()
		r.Enrol = was
		got := status.Check(r, transfer(nil), moving(t, "2026-11-20"))
		require.Equal(t, []refusal.Code{refusal.TransferDataWrong}, codes(got), was)
		require.Equal(t, string(status.DataWrong), got[0].Params["code"])
	}
}

func TestATransferIsRefused(t *testing.T) {
	windows := func(from, to string) calendar.Windows {
		f, err := calendar.ParseMonthDay(from)
		require.NoError(t, err)
		u, err := calendar.ParseMonthDay(to)
		require.NoError(t, err)
		return calendar.Windows{{From: f, To: u}}
	}
	for _, row := range []struct {
		name   string
		today  string
		change func(r *status.Record, f *status.Facts)
		inputs map[string]string
		papers []string
		want   []refusal.Code
	}{
		{name: "a change in hand", change: func(_ *status.Record, f *status.Facts) { f.Running = process.Suspension }, want: []refusal.Code{refusal.TransferBusinessRunning}},
		{name: "another school wants the pupil", change: func(_ *status.Record, f *status.Facts) { f.Running = process.Transfer }, want: []refusal.Code{refusal.TransferClaimed}},
		{name: "left otherwise", change: func(r *status.Record, _ *status.Facts) { r.Enrol = status.OtherLeft }, want: []refusal.Code{refusal.TransferLeft}},
		{name: "problem status", change: func(r *status.Record, _ *status.Facts) { r.Problems = []string{"DUP_WITH_ID"} }, want: []refusal.Code{refusal.TransferProblemStatus}},
		{name: "graduated", change: func(r *status.Record, _ *status.Facts) { r.Enrol = status.Graduated }, want: []refusal.Code{refusal.TransferGraduated}},
		{name: "suspended", change: func(r *status.Record, _ *status.Facts) { r.Enrol = status.Suspended }, want: []refusal.Code{refusal.TransferNotEligible}},
		{name: "punished", change: func(r *status.Record, _ *status.Facts) { r.Punished = true }, want: []refusal.Code{refusal.TransferNotEligible}},
		{name: "punished, one province allows", change: func(r *status.Record, f *status.Facts) { r.Punished, f.Policy.TransferPunished = true, true }, want: []refusal.Code{refusal.TransferNotEligible}},
		{name: "the same school", change: func(_ *status.Record, f *status.Facts) { f.To.ID = "school" }, want: []refusal.Code{refusal.TransferSameSchool}},
		{name: "senior pupils are sent by the old school", change: func(r *status.Record, f *status.Facts) {
			r.Stage, r.EntryYear, f.Class.Stage, f.Class.EntryYear, f.Policy.SeniorTransferBy = org.Senior, 2025, org.Senior, 2025, process.ByReleasing
		}, want: []refusal.Code{refusal.SeniorByReleasing}},
		{
			name: "a paper of before the pupil came", inputs: map[string]string{"paper_date": "2026-11-16"}, papers: []string{"TRANSFER_FORM"},
			change: func(_ *status.Record, f *status.Facts) { f.PaperBeforeArrival = true }, want: []refusal.Code{refusal.PaperBeforeArrival},
		},
		{name: "from a special school", change: func(_ *status.Record, f *status.Facts) { f.From.Special = true }, want: []refusal.Code{refusal.TransferSchoolType}},
		{name: "no class", change: func(_ *status.Record, f *status.Facts) { f.Class = nil }, want: []refusal.Code{refusal.ClassUnknown}},
		{name: "a class of another school", change: func(_ *status.Record, f *status.Facts) { f.Class.SchoolID = "third" }, want: []refusal.Code{refusal.ClassUnknown}},
		{name: "a class of another stage", change: func(_ *status.Record, f *status.Facts) { f.Class.Stage = org.Junior }, want: []refusal.Code{refusal.ClassUnknown}},
		{name: "a lower grade", change: func(_ *status.Record, f *status.Facts) { f.Class.EntryYear = 2025 }, want: []refusal.Code{refusal.ClassWrongGrade}},
		{name: "a full class", change: func(_ *status.Record, f *status.Facts) { f.Class.Occupied = 45 }, want: []refusal.Code{refusal.ClassFull}},
		{name: "the graduating grade", change: func(r *status.Record, f *status.Facts) { r.EntryYear, f.Class.EntryYear = 2021, 2021 }, want: []refusal.Code{refusal.TransferGraduating}},
		{name: "frozen", today: "2027-07-20", want: []refusal.Code{refusal.TransferFrozen}},
		{name: "outside the releasing province's window", change: func(_ *status.Record, f *status.Facts) { f.Releasing.TransferWindows = windows("08-20", "10-31") }, want: []refusal.Code{refusal.TransferFrozen}},
		{
			name: "windows that never meet", want: []refusal.Code{refusal.TransferNeverOpen},
			change: func(_ *status.Record, f *status.Facts) {
				f.Releasing.TransferWindows, f.Policy.TransferWindows = windows("02-01", "03-01"), windows("09-01", "10-01")
			},
		},
		{name: "a paper of tomorrow", inputs: map[string]string{"paper_date": "2026-11-21"}, papers: []string{"TRANSFER_FORM"}, want: []refusal.Code{refusal.PaperDateOutOfRange}},
		{name: "a paper of last year", inputs: map[string]string{"paper_date": "2025-11-20"}, papers: []string{"TRANSFER_FORM"}, want: []refusal.Code{refusal.PaperDateOutOfRange}},
		{name: "a paper without the form", inputs: map[string]string{"paper_date": "2026-11-16"}, want: []refusal.Code{refusal.PaperFormMissing}},
		{
			name: "everything at once", want: []refusal.Code{refusal.TransferNotEligible, refusal.PaperFormMissing, refusal.ClassFull},
			inputs: map[string]string{"paper_date": "2026-11-16"},
			change: func(r *status.Record, f *status.Facts) { r.Punished, f.Class.Occupied = true, 45 },
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.today == "" {
				row.today = "2026-11-20"
			}
			r, f := pupil(), moving(t, row.today)
			if row.change != nil {
				row.change(&r, &f)
			}
			got := status.Check(r, transfer(row.inputs, row.papers...), f)
			require.Equal(t, row.want, codes(got))
			before := r
			after, err := status.Apply(r, transfer(row.inputs, row.papers...), f)
			require.Error(t, err)
			require.Equal(t, before, after)
		})
	}
}

// On the reopening day in the refusal, the same application is taken.
func TestApplicationIsTakenOnTheReopeningDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := moving(t, "2026-11-20")
		window := func(name string) calendar.Windows {
			var list calendar.Windows
			for range rapid.IntRange(0, 2).Draw(t, name) {
				day := func() calendar.MonthDay {
					m, err := calendar.ParseMonthDay(day("2026-01-01").AddDays(rapid.IntRange(0, 364).Draw(t, "day")).String()[5:])
					require.NoError(t, err)
					return m
				}
				list = append(list, calendar.Window{From: day(), To: day()})
			}
			return list
		}
		f.Policy.TransferWindows, f.Releasing.TransferWindows = window("in"), window("out")
		f.Policy.TransferFreeze, f.Releasing.TransferFreeze = window("freeze in"), window("freeze out")
		r := pupil()
		for _, e := range status.Check(r, transfer(nil), f) {
			if e.Code != refusal.TransferFrozen {
				continue
			}
			reopens := day(e.Params["reopens"])
			require.True(t, reopens.After(f.Today))
			for d := f.Today.AddDays(1); d.Before(reopens); d = d.AddDays(1) {
				f.Today, f.Filed = d, d
				require.Contains(t, codes(status.Check(r, transfer(nil), f)), refusal.TransferFrozen, "it had reopened on %s", d)
			}
			f.Today, f.Filed = reopens, reopens
			require.NotContains(t, codes(status.Check(r, transfer(nil), f)), refusal.TransferFrozen)
		}
	})
}

// An emergency is judged as of its paper day (KT58), and counts from that day.
func TestEmergencyTransferIsJudgedAsOfItsPaperDay(t *testing.T) {
	f := moving(t, "2027-07-20") // in the freeze
	papers := transfer(map[string]string{"paper_date": "2027-07-10"}, "TRANSFER_FORM")
	require.Empty(t, status.Check(pupil(), papers, f))
	require.Equal(t, day("2027-07-10"), status.EffectiveOn(papers, f.Today))
	require.Equal(t, f.Today, status.EffectiveOn(transfer(nil), f.Today))
	papers.Inputs["paper_date"] = "2027-07-16"
	require.Equal(t, []refusal.Code{refusal.TransferFrozen}, codes(status.Check(pupil(), papers, f)))
	// Weeks later the paper is as old as it was when it was filed.
	f.Starting, f.Today = false, day("2027-12-01")
	require.Empty(t, status.Check(pupil(), papers, f))
}

// Freezes and the graduating grade refuse only the start of a transfer; a running one
// goes on (domain 3.7, rule 4).
func TestRunningTransferGoesOnInAFreeze(t *testing.T) {
	f := moving(t, "2027-07-20")
	f.Starting = false
	require.Empty(t, status.Check(pupil(), transfer(nil), f))
	r := pupil()
	r.EntryYear, f.Class.EntryYear = 2021, 2021
	require.Empty(t, status.Check(r, transfer(nil), f))
	require.Empty(t, status.Check(r, status.Request{Kind: process.OtherLeaving}, f))
}

// In every refusal of a move, another office reads no state, no kind and no flag. Only of a
// graduate it learns that the old school is finished, because W16 wants the way out: roll
// back there, then transfer.
func TestRefusalToAnotherOfficeHasNoDetails(t *testing.T) {
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	states := []status.Enrol{status.Enrolled, status.Suspended, status.Withdrawn, status.Expelled, status.Missing, status.OtherLeft, status.Abroad, status.Graduated, status.Deceased}
	rapid.Check(t, func(t *rapid.T) {
		f := moving(t, "2026-11-20")
		r := pupil()
		r.Enrol = rapid.SampledFrom(states).Draw(t, "state")
		r.Punished = rapid.Bool().Draw(t, "punished")
		f.Running = rapid.SampledFrom([]process.Kind{"", "", process.Suspension, process.KeyDataChange, process.Transfer}).Draw(t, "running")
		if rapid.Bool().Draw(t, "flagged") {
			r.Problems = []string{"DUP_WITH_ID"}
		}
		kind := rapid.SampledFrom([]process.Kind{process.Transfer, process.RestoreAdmission}).Draw(t, "kind")
		list := status.Check(r, status.Request{Kind: kind}, f)
		allowed := kind == process.Transfer && r.Enrol == status.Enrolled && !r.Punished ||
			kind == process.RestoreAdmission && (r.Enrol == status.Withdrawn || r.Enrol == status.Expelled || r.Enrol == status.Missing || r.Enrol == status.OtherLeft)
		require.Equal(t, allowed && f.Running == "" && len(r.Problems) == 0, len(list) == 0)
		for _, e := range list {
			for _, lang := range []refusal.Language{refusal.Chinese, refusal.English} {
				text := catalogue.Sentence(e, lang)
				if e.Code == refusal.TransferGraduated {
					require.Equal(t, status.Graduated, r.Enrol)
					text = strings.ReplaceAll(text, "毕业生回退", "")
				}
				for _, word := range []string{"休学", "退学", "开除", "失踪", "死亡", "出国", "毕业生", "处分", "SUSPEN", "punish", "DUP", "KEY_DATA"} {
					require.NotContains(t, text, word)
				}
			}
		}
	})
}

func TestARestorationComesToAnySchoolWithAPlace(t *testing.T) {
	f := moving(t, "2026-11-20")
	f.From.Special, f.Class.EntryYear = true, 2025
	r := pupil()
	r.Enrol, r.Standing = status.OtherLeft, status.OtherLeft.Standing()
	after, err := status.Apply(r, status.Request{Kind: process.RestoreAdmission}, f)
	require.NoError(t, err)
	require.Equal(t, status.Enrolled, after.Enrol)
	require.True(t, after.Standing.HoldsSeat)
	require.Equal(t, "new school", after.SchoolID)
	require.Equal(t, 2025, after.EntryYear)
	f.Class.EntryYear = r.EntryYear - 1
	require.Equal(t, []refusal.Code{refusal.ClassAhead}, codes(status.Check(r, status.Request{Kind: process.RestoreAdmission}, f)), "no skip by another name")
	f.Class.EntryYear, f.Class.Occupied = r.EntryYear, f.Class.Capacity
	require.Equal(t, []refusal.Code{refusal.ClassFull}, codes(status.Check(r, status.Request{Kind: process.RestoreAdmission}, f)))
}
