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

// graduate is a graduate of a primary school of six years, in 2027.
func graduate(edit func(*status.Candidate)) status.Candidate {
	c := status.Candidate{Record: status.Record{Enrol: status.Graduated, Stage: org.Primary, EntryYear: 2021, SchoolID: "old"},
		From: status.School{Name: "老学校", Province: "52"}, FromYears: 6, GraduatedIn: 2027}
	if edit != nil {
		edit(&c)
	}
	return c
}

func TestAGraduateEntersTheNextStage(t *testing.T) {
	policy := process.Policy{PastGraduates: true}
	junior, whole, six := []org.Stage{org.Junior}, []org.Stage{org.Primary, org.Junior}, []org.Stage{org.Primary}
	first, sixth := status.Place{Stage: org.Junior, EntryYear: 2027}, status.Place{Stage: org.Primary, EntryYear: 2022}
	five := func(c *status.Candidate) { c.FromYears = 5 }
	for name, row := range map[string]struct {
		edit    func(*status.Candidate)
		stages  []org.Stage
		strict  bool
		at      status.Place
		refused refusal.Code
	}{
		"grade 6 to grade 7":                 {nil, junior, false, first, ""},
		"to a school of nine years":          {nil, whole, false, first, ""},
		"the stage is given":                 {func(c *status.Candidate) { c.Wanted = org.Junior }, whole, false, first, ""},
		"another stage is given":             {func(c *status.Candidate) { c.Wanted = org.Senior }, []org.Stage{org.Junior, org.Senior}, false, status.Place{}, refusal.EnrolStage},
		"grade 9 to a junior school":         {func(c *status.Candidate) { c.Record.Stage = org.Junior }, junior, false, status.Place{}, refusal.EnrolStage},
		"after senior high":                  {func(c *status.Candidate) { c.Record.Stage = org.Senior }, []org.Stage{org.Senior}, false, status.Place{}, refusal.EnrolStage},
		"of five years to grade 6":           {five, six, false, sixth, ""},
		"of five years to grade 7":           {five, whole, false, first, ""},
		"of five years, grade 6 is wanted":   {func(c *status.Candidate) { c.FromYears, c.Wanted = 5, org.Primary }, whole, false, sixth, ""},
		"of six years, grade 6 is wanted":    {func(c *status.Candidate) { c.Wanted = org.Primary }, whole, false, status.Place{}, refusal.EnrolStage},
		"still in school":                    {func(c *status.Candidate) { c.Record.Enrol = status.Enrolled }, junior, false, status.Place{}, refusal.EnrolNotGraduated},
		"only completed (结业)":                {func(c *status.Candidate) { c.Record.Enrol = status.Completed }, junior, false, status.Place{}, refusal.EnrolNotGraduated},
		"of another province":                {func(c *status.Candidate) { c.From.Province = "11" }, junior, false, status.Place{}, refusal.EnrolOtherProvince},
		"of last year":                       {func(c *status.Candidate) { c.GraduatedIn = 2026 }, junior, false, first, ""},
		"of last year, the province forbids": {func(c *status.Candidate) { c.GraduatedIn = 2026 }, junior, true, status.Place{}, refusal.EnrolPastGraduate},
	} {
		policy.PastGraduates = !row.strict
		at, refused := status.PlaceOf(graduate(row.edit), status.Intake{School: status.School{Province: "52"}, Stages: row.stages, PrimaryYears: 6, Year: 2027, Policy: policy})
		require.Equal(t, row.at, at, name)
		require.Equal(t, row.refused, codeOf(refused), name)
	}
}

// codeOf returns the code of a refusal, "" for none.
func codeOf(list ...*refusal.Error) refusal.Code {
	for _, e := range list {
		if e != nil {
			return e.Code
		}
	}
	return ""
}

// From every graduation the record at the new school is enrolled, holds no class and
// keeps the person.
func TestEnrolledAtKeepsThePersonAndBeginsAnew(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := pupil()
		r.Enrol, r.Dropout = status.Graduated, rapid.Bool().Draw(rt, "dropout")
		at := status.Place{Stage: rapid.SampledFrom([]org.Stage{org.Junior, org.Senior}).Draw(rt, "stage"), EntryYear: rapid.IntRange(2020, 2030).Draw(rt, "year")}
		after := r.EnrolledAt("new", at)
		require.Equal(rt, status.Enrolled.Standing(), after.Standing)
		require.Equal(rt, []any{status.Enrolled, "new", "", at.Stage, at.EntryYear, false}, []any{after.Enrol, after.SchoolID, after.ClassID, after.Stage, after.EntryYear, after.Dropout})
		require.Equal(rt, r.Identity, after.Identity)
		require.True(rt, at.First(at.EntryYear))
	})
}

func TestAFileIsGivenBackInTime(t *testing.T) {
	f := facts(t, "2027-12-01")
	f.Policy.EnrolmentWithdrawalMonths, f.Starting = 6, false
	r := pupil()
	check := func() refusal.Code {
		return codeOf(status.Check(r, status.Request{Kind: process.EnrolmentWithdrawal}, f)...)
	}
	require.Equal(t, refusal.WithdrawalNoEnrolment, check())
	f.Admission = &status.Admission{SchoolID: "old", Stage: org.Primary, EntryYear: 2021, LastDay: f.Today}
	require.Empty(t, check())
	after, err := status.Apply(r, status.Request{Kind: process.EnrolmentWithdrawal}, f)
	require.NoError(t, err)
	require.Equal(t, []any{status.Graduated, "old", "", org.Primary, 2021}, []any{after.Enrol, after.SchoolID, after.ClassID, after.Stage, after.EntryYear})
	f.Admission.Rests = true
	require.Equal(t, refusal.WithdrawalRests, check())
	f.Admission.Rests, f.Admission.LastDay = false, f.Today.AddDays(-1)
	require.Empty(t, check(), "a running change ends as it began")
	f.Starting = true
	require.Equal(t, refusal.WithdrawalClosed, check())
}

func TestTheYearOfAnEnrolment(t *testing.T) {
	policy := process.Policy{}
	require.NoError(t, policy.SchoolYearStart.UnmarshalText([]byte("08-11")))
	require.True(t, status.EnrolmentDay(policy, 2027).IsZero())
	require.NoError(t, policy.EnrolmentUntil.UnmarshalText([]byte("09-30")))
	require.Equal(t, "2027-09-30", status.EnrolmentDay(policy, 2027).String())
	for day, want := range map[string][2]int{"2027-07-01": {2026, 2027}, "2027-08-11": {2027, 2028}, "2027-12-31": {2027, 2028}, "2028-01-01": {2027, 2028}} {
		today, err := calendar.ParseDate(day)
		require.NoError(t, err)
		running, coming := status.EnrolmentYears(policy, today)
		require.Equal(t, want, [2]int{running, coming}, day)
	}
}
