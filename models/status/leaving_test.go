package status_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

func TestAnExtensionSetsTheNewEnd(t *testing.T) {
	r, req, f := suits(t, process.SuspensionExtension, status.Suspended)
	after, err := status.Apply(r, req, f)
	require.NoError(t, err)
	require.Equal(t, day("2027-06-30"), after.Suspensions[0].Until)
	require.Equal(t, 1, after.Suspensions[0].Extended)
	require.Equal(t, day("2026-12-31"), r.Suspensions[0].Until, "the record itself is untouched")
	for name, row := range map[string]struct {
		change func(*status.Record, *status.Request, *status.Facts)
		want   refusal.Code
	}{
		"renewed before":     {func(r *status.Record, _ *status.Request, _ *status.Facts) { r.Suspensions[0].Extended = 1 }, refusal.AllowanceUsed},
		"not later":          {func(_ *status.Record, q *status.Request, _ *status.Facts) { q.Inputs["until_date"] = "2026-12-31" }, refusal.ExtensionNotLater},
		"longer than a year": {func(_ *status.Record, q *status.Request, _ *status.Facts) { q.Inputs["until_date"] = "2028-01-01" }, refusal.SuspensionTooLong},
		"over already":       {func(_ *status.Record, _ *status.Request, f *status.Facts) { f.Today = day("2027-01-01") }, refusal.ExtensionLate},
		"too late by a switch": {func(_ *status.Record, _ *status.Request, f *status.Facts) {
			f.Today, f.Policy.ExtensionAheadDays = day("2026-12-17"), 15
		}, refusal.ExtensionLate},
		"none that lasts at all": {func(r *status.Record, _ *status.Request, _ *status.Facts) {
			r.Suspensions[0].EndedOn = day("2026-04-01")
		}, refusal.SuspensionNone},
	} {
		t.Run(name, func(t *testing.T) {
			r, req, f := suits(t, process.SuspensionExtension, status.Suspended)
			row.change(&r, &req, &f)
			require.Equal(t, []refusal.Code{row.want}, codes(status.Check(r, req, f)))
		})
	}
	f.Today, f.Policy.ExtensionAheadDays = day("2026-12-16"), 15
	require.Empty(t, status.Check(r, req, f), "the last day that is in time")
	f.Today, f.Starting = day("2027-01-05"), false
	require.Empty(t, status.Check(r, req, f), "what was filed in time is decided later")
}

// A suspension and its extension use up the allowance of a stage (D12).
func TestAnExtensionCountsAsASuspension(t *testing.T) {
	r, req, f := suits(t, process.Suspension, status.Enrolled)
	r.Suspensions = []status.Suspension{{From: day("2026-03-02"), Until: day("2026-06-30"), EndedOn: day("2026-06-30"), Extended: 1}}
	require.Equal(t, []refusal.Code{refusal.AllowanceUsed}, codes(status.Check(r, req, f)))
	r.Suspensions[0].Extended = 0
	require.Empty(t, status.Check(r, req, f))
}

func TestReinstatementIsNeverAhead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r, req, f := suits(rt, process.Reinstatement, status.Suspended)
		f.Class.EntryYear = rapid.IntRange(2020, 2030).Draw(rt, "class year")
		if cohort := rapid.SampledFrom([]string{"", process.CohortOriginal, process.CohortOneBehind}).Draw(rt, "cohort"); cohort != "" {
			req.Inputs["cohort"] = cohort
		}
		after, err := status.Apply(r, req, f)
		if err != nil {
			return
		}
		require.GreaterOrEqual(rt, after.EntryYear, r.EntryYear)
		require.LessOrEqual(rt, after.EntryYear, r.EntryYear+1)
	})
}

func TestGoingAbroadMayBeASuspension(t *testing.T) {
	r, req, f := suits(t, process.GoneAbroad, status.Enrolled)
	require.Empty(t, status.Check(r, req, f))
	f.Policy.GoneAbroad = process.AbroadBySuspension
	require.Equal(t, []refusal.Code{refusal.AbroadBySuspension}, codes(status.Check(r, req, f)))
}

func TestAReturnFromAbroadGoesIntoTheMatchingGrade(t *testing.T) {
	for name, row := range map[string]struct {
		cohort string
		year   int
		own    bool
		want   []refusal.Code
	}{
		"original":             {"", 2025, false, nil},
		"one behind":           {process.CohortOneBehind, 2026, false, nil},
		"ahead":                {"", 2024, false, []refusal.Code{refusal.ClassWrongGrade}},
		"behind unasked":       {"", 2026, false, []refusal.Code{refusal.ClassWrongGrade}},
		"original, own school": {process.CohortOriginal, 2025, true, nil},
		"wrong, own school":    {process.CohortOriginal, 2024, true, []refusal.Code{refusal.ClassWrongYear}},
	} {
		t.Run(name, func(t *testing.T) {
			r, req, f := suits(t, process.ReturnFromAbroad, status.Abroad)
			req.Inputs["cohort"] = row.cohort
			f.Class.EntryYear = row.year
			if row.own {
				f.To, f.Class.SchoolID = f.From, "school"
			}
			require.Equal(t, row.want, codes(status.Check(r, req, f)))
		})
	}
	r, req, f := suits(t, process.ReturnFromAbroad, status.OtherLeft)
	refused := status.Check(r, req, f)
	require.Equal(t, []refusal.Code{refusal.NotAbroad}, codes(refused))
	require.NotContains(t, refused[0].Params, "state", "another office learns no state")
}

// A death is noted in every season, from the day of death on, and ends a running
// suspension.
func TestDeathIsAllowedInEverySeason(t *testing.T) {
	r, req, f := suits(t, process.Death, status.Suspended)
	r.Stage, r.EntryYear, r.Dropout = org.Primary, 2021, true
	f.Today = day("2027-07-02")
	require.Empty(t, status.Check(r, req, f), "the freeze of the graduating grade does not hold it up")
	after, err := status.Apply(r, req, f)
	require.NoError(t, err)
	require.Equal(t, status.Standing{}, after.Standing)
	require.False(t, after.Dropout)
	require.Equal(t, day("2026-11-18"), after.Suspensions[0].EndedOn)
	require.Equal(t, day("2026-11-18"), status.EffectiveOn(req, f.Today))
	req.Inputs["event_date"] = "2027-07-03"
	require.Equal(t, []refusal.Code{refusal.DayAhead}, codes(status.Check(r, req, f)))
}

// Nothing happened to a record before the pupil's year group came to school, and nobody
// leaves years ahead.
func TestDayOutsideTheTimeAtSchoolIsRefused(t *testing.T) {
	for _, row := range []struct {
		kind   process.Kind
		state  status.Enrol
		input  string
		day    string
		absent string
		want   []refusal.Code
	}{
		{process.Death, status.Enrolled, "event_date", "2025-08-10", "", []refusal.Code{refusal.DayTooEarly}},
		{process.Death, status.Enrolled, "event_date", "2025-08-11", "", nil},
		{process.Missing, status.Enrolled, "missing_since", "1950-01-01", "", []refusal.Code{refusal.DayTooEarly}},
		{process.Expulsion, status.Enrolled, "decided_on", "1900-01-01", "", []refusal.Code{refusal.DayTooEarly}},
		{process.GoneAbroad, status.Enrolled, "leaves_on", "1900-01-01", "", []refusal.Code{refusal.DayTooEarly}},
		{process.GoneAbroad, status.Enrolled, "leaves_on", "2099-01-01", "", []refusal.Code{refusal.DayTooLate}},
		{process.GoneAbroad, status.Enrolled, "leaves_on", "2027-01-15", "", nil},
		{process.DropoutReport, status.Enrolled, "absent_since", "1900-01-01", "", []refusal.Code{refusal.DayTooEarly}},
		{process.DropoutReturn, status.Enrolled, "returned_on", "2025-06-01", "", []refusal.Code{refusal.DayTooEarly}},
		{process.DropoutReturn, status.Enrolled, "returned_on", "2026-09-15", "2026-09-15", []refusal.Code{refusal.DayTooEarly}},
		{process.DropoutReturn, status.Enrolled, "returned_on", "2026-09-16", "2026-09-15", nil},
	} {
		r, req, f := suits(t, row.kind, row.state)
		req.Inputs[row.input] = row.day
		if row.absent != "" {
			f.AbsentSince = day(row.absent)
		}
		require.Equal(t, row.want, codes(status.Check(r, req, f)), "%s on %s", row.kind, row.day)
	}
}

func TestRepeatingAGrade(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*status.Record, *status.Facts)
		want   []refusal.Code
	}{
		"allowed":        {nil, nil},
		"off by default": {func(_ *status.Record, f *status.Facts) { f.Policy.RetentionStages = nil }, []refusal.Code{refusal.RetentionOff}},
		"another stage":  {func(r *status.Record, f *status.Facts) { r.Stage, f.Class.Stage = org.Junior, org.Junior }, []refusal.Code{refusal.RetentionOff}},
		"last grade":     {func(r *status.Record, f *status.Facts) { r.EntryYear, f.Class.EntryYear = 2024, 2025 }, []refusal.Code{refusal.RetentionLastGrade}},
		"last grade, switched": {func(r *status.Record, f *status.Facts) {
			r.EntryYear, f.Class.EntryYear, f.Policy.RetentionLastGrade = 2024, 2025, true
		}, nil},
		"the last of the share":  {func(_ *status.Record, f *status.Facts) { f.Repeaters = 1 }, nil},
		"the share is used up":   {func(_ *status.Record, f *status.Facts) { f.Repeaters = 2 }, []refusal.Code{refusal.RetentionShare}},
		"one of a small grade":   {func(_ *status.Record, f *status.Facts) { f.GradeSize = 20 }, nil},
		"two of a small grade":   {func(_ *status.Record, f *status.Facts) { f.GradeSize, f.Repeaters = 20, 1 }, []refusal.Code{refusal.RetentionShare}},
		"the pupil's own class":  {func(_ *status.Record, f *status.Facts) { f.Class.EntryYear = 2025 }, []refusal.Code{refusal.ClassWrongYear}},
		"another school's class": {func(_ *status.Record, f *status.Facts) { f.Class.SchoolID = "other" }, []refusal.Code{refusal.ClassUnknown}},
		"a full class":           {func(_ *status.Record, f *status.Facts) { f.Class.Occupied = 55 }, []refusal.Code{refusal.ClassFull}},
	} {
		t.Run(name, func(t *testing.T) {
			r, req, f := suits(t, process.Retention, status.Enrolled)
			if row.change != nil {
				row.change(&r, &f)
			}
			require.Equal(t, row.want, codes(status.Check(r, req, f)))
			if row.want != nil {
				return
			}
			after, err := status.Apply(r, req, f)
			require.NoError(t, err)
			require.Equal(t, r.EntryYear+1, after.EntryYear)
			require.Equal(t, "class-b", after.ClassID)
		})
	}
}

func TestSkippingAGrade(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*status.Record, *status.Facts)
		want   []refusal.Code
	}{
		"allowed":          {nil, nil},
		"off by default":   {func(_ *status.Record, f *status.Facts) { f.Policy.SkipStages = nil }, []refusal.Code{refusal.SkipOff}},
		"once in a stage":  {func(_ *status.Record, f *status.Facts) { f.Skipped = true }, []refusal.Code{refusal.SkippedBefore}},
		"out of the stage": {func(r *status.Record, f *status.Facts) { r.EntryYear, f.Class.EntryYear = 2024, 2023 }, []refusal.Code{refusal.SkipGrade}},
		"two grades":       {func(_ *status.Record, f *status.Facts) { f.Class.EntryYear = 2023 }, []refusal.Code{refusal.ClassWrongYear}},
		"first of primary": {func(r *status.Record, f *status.Facts) {
			f.Policy.SkipStages = []org.Stage{org.Primary}
			r.Stage, f.Class.Stage, r.EntryYear, f.Class.EntryYear = org.Primary, org.Primary, 2026, 2025
		}, []refusal.Code{refusal.SkipGrade}},
		"another school": {func(_ *status.Record, f *status.Facts) { f.Class.SchoolID = "other" }, []refusal.Code{refusal.ClassUnknown}},
	} {
		t.Run(name, func(t *testing.T) {
			r, req, f := suits(t, process.Skip, status.Enrolled)
			if row.change != nil {
				row.change(&r, &f)
			}
			require.Equal(t, row.want, codes(status.Check(r, req, f)))
		})
	}
	r, req, f := suits(t, process.Skip, status.Enrolled)
	after, err := status.Apply(r, req, f)
	require.NoError(t, err)
	require.Equal(t, r.EntryYear-1, after.EntryYear)
}

// A dropout is a flag: record and seat are kept, and every change of the record's state
// ends it.
func TestDropoutIsAFlag(t *testing.T) {
	r, req, f := suits(t, process.DropoutReport, status.Enrolled)
	flagged, err := status.Apply(r, req, f)
	require.NoError(t, err)
	require.True(t, flagged.Dropout)
	require.Equal(t, status.Standing{InRegister: true, HoldsSeat: true}, flagged.Standing)
	require.Equal(t, []refusal.Code{refusal.DropoutAlready}, codes(status.Check(flagged, req, f)))
	req.Inputs["absent_since"] = "2026-10-24"
	require.Equal(t, []refusal.Code{refusal.DropoutEarly}, codes(status.Check(r, req, f)), "27 days")
	req.Inputs["absent_since"] = "2026-10-23"
	require.Empty(t, status.Check(r, req, f))

	_, back, f := suits(t, process.DropoutReturn, status.Enrolled)
	require.Equal(t, []refusal.Code{refusal.DropoutNot}, codes(status.Check(r, back, f)))
	again, err := status.Apply(flagged, back, f)
	require.NoError(t, err)
	require.Equal(t, r, again)
	_, left, f := suits(t, process.OtherLeaving, status.Enrolled)
	gone, err := status.Apply(flagged, left, f)
	require.NoError(t, err)
	require.False(t, gone.Dropout)
}
