package status_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// A pupil changes between classes of the own year group, stage and school only.
func TestAnotherClassOfTheYearGroup(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*status.Record, *status.Facts)
		want   []refusal.Code
	}{
		"allowed":              {nil, nil},
		"without a class":      {func(r *status.Record, _ *status.Facts) { r.ClassID = "" }, []refusal.Code{refusal.PlacingWithoutClass}},
		"the same class":       {func(r *status.Record, _ *status.Facts) { r.ClassID = "class-b" }, []refusal.Code{refusal.PlacingSameClass}},
		"another year group":   {func(_ *status.Record, f *status.Facts) { f.Class.EntryYear = 2026 }, []refusal.Code{refusal.ClassWrongYear}},
		"another stage":        {func(_ *status.Record, f *status.Facts) { f.Class.Stage = org.Junior }, []refusal.Code{refusal.ClassUnknown}},
		"another school":       {func(_ *status.Record, f *status.Facts) { f.Class.SchoolID = "other" }, []refusal.Code{refusal.ClassUnknown}},
		"a closed class":       {func(_ *status.Record, f *status.Facts) { f.Class.Closed = true }, []refusal.Code{refusal.ClassUnknown}},
		"a full class":         {func(_ *status.Record, f *status.Facts) { f.Class.Occupied = 55 }, []refusal.Code{refusal.ClassFull}},
		"a class nobody knows": {func(_ *status.Record, f *status.Facts) { f.Class = nil }, []refusal.Code{refusal.ClassUnknown}},
	} {
		t.Run(name, func(t *testing.T) {
			r, req, f := suits(t, process.ClassChange, status.Enrolled)
			if row.change != nil {
				row.change(&r, &f)
			}
			require.Equal(t, row.want, codes(status.Check(r, req, f)))
		})
	}
}

// Only a pupil without a class is assigned one.
func TestAFirstClass(t *testing.T) {
	r, req, f := suits(t, process.ClassAssignment, status.Enrolled)
	after, err := status.Apply(r, req, f)
	require.NoError(t, err)
	require.Equal(t, []any{"class-b", r.EntryYear}, []any{after.ClassID, after.EntryYear})
	require.Equal(t, []refusal.Code{refusal.PlacingHasClass}, codes(status.Check(after, req, f)))
}

// The grade is adjusted where the province opens it, inside the window, within the stage
// (hard rule 19). A case that was filed inside the window goes on after it.
func TestTheGradeIsAdjustedInItsWindow(t *testing.T) {
	r, req, f := suits(t, process.GradeAdjustment, status.Enrolled)
	f.Starting, f.Policy.GradeAdjustmentWindow = true, facts(t, "2026-11-20").Policy.GradeAdjustmentWindow
	for on, want := range map[string][]refusal.Code{
		"2026-10-15": {refusal.GradeAdjustmentClosed}, "2026-10-16": nil, "2026-10-31": nil, "2026-11-01": {refusal.GradeAdjustmentClosed},
	} {
		f.Today = day(on)
		require.Equal(t, want, codes(status.Check(r, req, f)), on)
	}
	f.Starting = false
	after, err := status.Apply(r, req, f)
	require.NoError(t, err)
	require.Equal(t, 2024, after.EntryYear)
	require.Equal(t, []refusal.Code{refusal.GradeAdjustmentSame}, codes(status.Check(after, req, f)))
	f.Policy.GradeAdjustment = false
	require.Equal(t, []refusal.Code{refusal.GradeAdjustmentOff}, codes(status.Check(r, req, f)))
	f.Starting, f.Policy.GradeAdjustment, f.Today = true, true, day("2026-11-20")
	require.Equal(t, "2027-10-16", status.Check(r, req, f)[0].Params["reopens"])
}
