package status_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// A province may want the hospital of an illness named in the form (hard rule 34).
func TestAnIllnessNamesItsHospital(t *testing.T) {
	for _, row := range []struct {
		level, hospital, reason string
		refused                 bool
	}{
		{"", "", "10", false},
		{process.HospitalCounty, "", "10", true},
		{process.HospitalCounty, process.HospitalTownship, "12", true},
		{process.HospitalCounty, process.HospitalCounty, "10", false},
		{process.HospitalCounty, process.HospitalGradeTwo, "10", false},
		{process.HospitalGradeTwo, process.HospitalCounty, "19", true},
		{process.HospitalGradeTwo, "", "28", false}, // abroad
	} {
		r, req, f := suits(t, process.Suspension, status.Enrolled)
		f.Policy.HospitalLevel, req.Inputs["hospital"], req.Inputs["reason_code"] = row.level, row.hospital, row.reason
		var want []refusal.Code
		if row.refused {
			want = []refusal.Code{refusal.HospitalLevel}
		}
		require.Equal(t, want, codes(status.Check(r, req, f)), row)
	}
}

// A province may take an application for reinstatement only in the last days of the
// suspension (hard rule 36). What was filed in time is decided later.
func TestAReinstatementMayBeTooEarly(t *testing.T) {
	r, req, f := suits(t, process.Reinstatement, status.Suspended)
	f.Starting = true
	require.Empty(t, status.Check(r, req, f))
	until := r.Suspensions[0].Until
	f.Policy.ReinstatementDays = f.Today.DaysUntil(until) - 1
	require.Equal(t, []refusal.Code{refusal.ReinstatementEarly}, codes(status.Check(r, req, f)))
	f.Policy.ReinstatementDays++
	require.Empty(t, status.Check(r, req, f), "the first day that is in time")
	f.Policy.ReinstatementDays, f.Starting = 1, false
	require.Empty(t, status.Check(r, req, f))
}

// A province may want the condition of an illness named in the form, and a long sick leave is
// long by the days of the form (hard rule 33).
func TestAnIllnessNamesItsCondition(t *testing.T) {
	both := []string{process.SickThreeMonths, process.AbsentThird}
	for _, row := range []struct {
		title             string
		asked             []string
		reason, condition string
		until             string
		want              []refusal.Code
	}{
		{"not asked", nil, "10", "", "2027-01-10", nil},
		{"not named", both, "10", "", "2027-06-30", []refusal.Code{refusal.SuspensionCondition}},
		{"one that does not count here", both, "10", process.Absent210Hours, "2027-06-30", []refusal.Code{refusal.SuspensionCondition}},
		{"no illness", both, "26", "", "2027-06-30", nil},
		{"absent", both, "10", process.AbsentThird, "2027-01-10", nil},
		{"ill for three months and no more", both, "10", process.SickThreeMonths, "2027-02-23", []refusal.Code{refusal.SuspensionShort}},
		{"ill for more", both, "10", process.SickThreeMonths, "2027-02-24", nil},
	} {
		r, req, f := suits(t, process.Suspension, status.Enrolled)
		f.Policy.SuspensionConditions = row.asked
		req.Inputs["reason_code"], req.Inputs["condition"], req.Inputs["until_date"] = row.reason, row.condition, row.until
		require.Equal(t, row.want, codes(status.Check(r, req, f)), row.title)
	}
}

// A province may name the only grounds of a withdrawal (hard rule 38).
func TestAWithdrawalNamesItsGround(t *testing.T) {
	r, req, f := suits(t, process.Withdrawal, status.Enrolled)
	require.Empty(t, status.Check(r, req, f))
	f.Policy.WithdrawalReasons = []string{"OVER_AGE", "ABSENT_15"}
	require.Equal(t, []refusal.Code{refusal.WithdrawalReason}, codes(status.Check(r, req, f)))
	req.Inputs["reason_code"] = "OWN_WISH"
	require.Equal(t, []refusal.Code{refusal.WithdrawalReason}, codes(status.Check(r, req, f)))
	req.Inputs["reason_code"] = "ABSENT_15"
	require.Empty(t, status.Check(r, req, f))
}
