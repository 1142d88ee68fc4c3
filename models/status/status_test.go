package status_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func facts(t require.TestingT, today string) status.Facts {
	c, err := process.Load()
	require.NoError(t, err)
	return status.Facts{Today: day(today), Policy: c.Default(), Starting: true}
}

func pupil() status.Record {
	return status.Record{
		Enrol: status.Enrolled, Standing: status.Enrolled.Standing(), Stage: org.Primary,
		EntryYear: 2024, SchoolID: "school", ClassID: "2024101",
	}
}

func suspension(from, until string) status.Request {
	return status.Request{Kind: process.Suspension, Inputs: map[string]string{
		"reason_code": "10", "from_date": from, "until_date": until,
	}}
}

func codes(list []*refusal.Error) []refusal.Code {
	var out []refusal.Code
	for _, e := range list {
		out = append(out, e.Code)
	}
	return out
}

func TestSuspensionFreesTheSeatAndKeepsTheRecord(t *testing.T) {
	after, err := status.Apply(pupil(), suspension("2026-11-23", "2027-08-31"), facts(t, "2026-11-20"))
	require.NoError(t, err)
	require.Equal(t, status.Suspended, after.Enrol)
	require.Equal(t, status.Standing{InRegister: true}, after.Standing)
	require.Equal(t, "2024101", after.ClassID)
	require.Len(t, after.Suspensions, 1)
	require.True(t, after.Suspensions[0].EndedOn.IsZero())
}

func TestSuspensionIsRefused(t *testing.T) {
	ended := status.Suspension{From: day("2025-01-01"), Until: day("2025-06-01"), EndedOn: day("2025-06-01")}
	cases := map[string]struct {
		today  string
		record func(*status.Record)
		req    status.Request
		want   []refusal.Code
	}{
		"not enrolled":                    {"2026-11-20", func(r *status.Record) { r.Enrol = status.Suspended }, suspension("2026-11-23", "2027-01-01"), []refusal.Code{refusal.StateForbids}},
		"allowance used":                  {"2026-11-20", func(r *status.Record) { r.Suspensions = []status.Suspension{ended, ended} }, suspension("2026-11-23", "2027-01-01"), []refusal.Code{refusal.AllowanceUsed}},
		"longer than a year":              {"2026-11-20", nil, suspension("2026-11-23", "2027-11-24"), []refusal.Code{refusal.SuspensionTooLong}},
		"end before start":                {"2026-11-20", nil, suspension("2026-11-23", "2026-11-23"), []refusal.Code{refusal.EndBeforeStart}},
		"began before the pupil was born": {"2026-11-20", nil, suspension("1999-01-01", "1999-06-01"), []refusal.Code{refusal.StartOutOfRange, refusal.SuspensionOver}},
		"over before it is filed":         {"2026-11-20", nil, suspension("2026-06-01", "2026-11-20"), []refusal.Code{refusal.SuspensionOver}},
		"begins in nine years":            {"2026-11-20", nil, suspension("2035-01-01", "2035-06-01"), []refusal.Code{refusal.StartOutOfRange}},
		"last term of graduating grade":   {"2027-03-01", func(r *status.Record) { r.EntryYear = 2021 }, suspension("2027-03-02", "2027-05-01"), []refusal.Code{refusal.LastTermClosed}},
		"frozen":                          {"2027-07-01", func(r *status.Record) { r.EntryYear = 2021 }, suspension("2027-07-02", "2027-08-01"), []refusal.Code{refusal.Frozen, refusal.LastTermClosed}},
		"everything at once": {"2026-11-20", func(r *status.Record) {
			r.Enrol = status.Withdrawn
			r.Suspensions = []status.Suspension{ended, ended}
		}, suspension("2026-11-23", "2028-01-01"), []refusal.Code{refusal.StateForbids, refusal.AllowanceUsed, refusal.SuspensionTooLong}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := pupil()
			if c.record != nil {
				c.record(&r)
			}
			before := r
			got := status.Check(r, c.req, facts(t, c.today))
			require.Equal(t, c.want, codes(got))
			after, err := status.Apply(r, c.req, facts(t, c.today))
			require.Error(t, err)
			require.Equal(t, before, after)
		})
	}
}

func TestSuspensionOfExactlyOneYearIsAllowed(t *testing.T) {
	require.Empty(t, status.Check(pupil(), suspension("2026-11-23", "2027-11-23"), facts(t, "2026-11-20")))
	// 29 February has no anniversary: the last day of that month counts.
	require.Empty(t, status.Check(pupil(), suspension("2028-02-29", "2029-02-28"), facts(t, "2028-02-20")))
	require.Empty(t, status.Check(pupil(), suspension("2026-05-24", "2026-12-31"), facts(t, "2026-11-20")), "180 days back")
}

func suspended() status.Record {
	r := pupil()
	r.Enrol, r.Standing = status.Suspended, status.Suspended.Standing()
	r.Suspensions = []status.Suspension{{ReasonCode: "10", From: day("2026-03-02"), Until: day("2026-12-31")}}
	return r
}

func class(year, occupied int) *status.Class {
	return &status.Class{ID: "class-b", SchoolID: "school", Stage: org.Primary, EntryYear: year, Capacity: 55, Occupied: occupied}
}

func TestReinstatementComesBackOneYearGroupBehind(t *testing.T) {
	f := facts(t, "2026-11-20")
	f.Class = class(2025, 54)
	after, err := status.Apply(suspended(), status.Request{Kind: process.Reinstatement, Inputs: map[string]string{"class_id": "class-b"}}, f)
	require.NoError(t, err)
	require.Equal(t, status.Enrolled, after.Enrol)
	require.True(t, after.Standing.HoldsSeat)
	require.Equal(t, 2025, after.EntryYear)
	require.Equal(t, "class-b", after.ClassID)
	require.Equal(t, f.Today, after.Suspensions[0].EndedOn)
}

func TestReinstatementIsRefused(t *testing.T) {
	original := map[string]string{"class_id": "class-b", "cohort": process.CohortOriginal}
	cases := map[string]struct {
		record status.Record
		class  *status.Class
		want   []refusal.Code
	}{
		"never suspended":        {pupil(), class(2024, 0), []refusal.Code{refusal.StateForbids}},
		"class full":             {suspended(), class(2024, 55), []refusal.Code{refusal.ClassFull}},
		"class of another year":  {suspended(), class(2025, 0), []refusal.Code{refusal.ClassWrongYear}},
		"class ahead":            {suspended(), class(2023, 0), []refusal.Code{refusal.ClassWrongYear}},
		"no such class":          {suspended(), nil, []refusal.Code{refusal.ClassUnknown}},
		"class of another house": {suspended(), &status.Class{ID: "class-b", SchoolID: "other", Stage: org.Primary, EntryYear: 2024, Capacity: 55}, []refusal.Code{refusal.ClassUnknown}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := facts(t, "2026-11-20")
			f.Class = c.class
			require.Equal(t, c.want, codes(status.Check(c.record, status.Request{Kind: process.Reinstatement, Inputs: original}, f)))
		})
	}
}

func TestWithdrawalIsForSeniorHighOnly(t *testing.T) {
	req := status.Request{Kind: process.Withdrawal, Inputs: map[string]string{"remark": "出国就业"}}
	r := pupil()
	require.Equal(t, []refusal.Code{refusal.CompulsoryForbids}, codes(status.Check(r, req, facts(t, "2026-11-20"))))
	r.Stage, r.EntryYear = org.Senior, 2025
	after, err := status.Apply(r, req, facts(t, "2026-11-20"))
	require.NoError(t, err)
	require.Equal(t, status.Withdrawn, after.Enrol)
	require.Equal(t, status.Standing{}, after.Standing)
}

func allStates() []status.Enrol {
	return []status.Enrol{
		status.Draft, status.PendingSchool, status.PendingBureau, status.Enrolled, status.Suspended, status.Withdrawn,
		status.Expelled, status.Missing, status.OtherLeft, status.Abroad, status.TransferredOut, status.Graduated,
		status.Completed, status.Incomplete, status.Deceased, status.Deleted,
	}
}

// For every request and record, Apply refuses exactly what Check refuses, a refused
// record is unchanged, and the standing always follows the state.
func TestApplyAgreesWithCheck(t *testing.T) {
	c, err := process.Load()
	require.NoError(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		r := pupil()
		r.Enrol = rapid.SampledFrom(allStates()).Draw(rt, "state")
		r.Standing = r.Enrol.Standing()
		r.Stage = rapid.SampledFrom([]org.Stage{org.Primary, org.Junior, org.Senior}).Draw(rt, "stage")
		r.EntryYear = rapid.IntRange(2018, 2027).Draw(rt, "year")
		req := suspension("2026-11-23", "2027-06-30")
		req.Kind = rapid.SampledFrom(c.Kinds()).Draw(rt, "kind")
		req.Inputs["class_id"] = "class-b"
		f := facts(rt, "2026-11-20")
		f.Filed = f.Today
		f.Class = class(rapid.IntRange(2018, 2027).Draw(rt, "class year"), rapid.IntRange(50, 56).Draw(rt, "occupied"))
		f.Class.Stage = r.Stage
		refused := status.Check(r, req, f)
		after, err := status.Apply(r, req, f)
		if len(refused) > 0 {
			require.Error(rt, err)
			require.Equal(rt, r, after)
			return
		}
		require.NoError(rt, err)
		require.NotEqual(rt, r, after)
		standing := after.Enrol.Standing()
		standing.OnCampus = standing.OnCampus && !after.Dropout
		require.Equal(rt, standing, after.Standing)
		if r.Stage.Compulsory() {
			require.NotEqual(rt, status.Withdrawn, after.Enrol)
			require.NotEqual(rt, status.Expelled, after.Enrol)
		}
	})
}
