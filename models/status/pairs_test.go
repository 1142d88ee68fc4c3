package status_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// permissive is a policy under which every kind may be filed.
func permissive(t require.TestingT) status.Facts {
	f := facts(t, "2026-11-20")
	f.Filed = f.Today
	f.Policy.RetentionStages, f.Policy.SkipStages = []org.Stage{org.Senior}, []org.Stage{org.Senior}
	f.Releasing = f.Policy
	f.From, f.To = status.School{ID: "school", Name: "原学校"}, status.School{ID: "new school", Name: "新学校"}
	f.GradeSize = 100
	return f
}

// suits returns a filing of a kind that is right in everything but the pupil's state.
func suits(t require.TestingT, kind process.Kind, state status.Enrol) (status.Record, status.Request, status.Facts) {
	r := pupil()
	r.Stage, r.EntryYear, r.Enrol, r.Standing = org.Senior, 2025, state, state.Standing()
	r.Suspensions = []status.Suspension{{ReasonCode: "10", From: day("2026-03-02"), Until: day("2026-12-31")}}
	if state == status.Enrolled {
		r.Suspensions = nil
	}
	r.Dropout = kind == process.DropoutReturn
	r.Identity = identity()
	f := permissive(t)
	school, year := "school", r.EntryYear
	if status.Receives(kind) || status.Sends(kind) {
		school = "new school"
	}
	switch kind { //nolint:exhaustive // the others stay in their year group
	case process.Reinstatement, process.Retention:
		year++
	case process.Skip:
		year--
	case process.ClassAssignment:
		r.ClassID = ""
	case process.GradeAdjustment:
		year, f.Policy.GradeAdjustment, f.Policy.GradeAdjustmentWindow = 2024, true, f.Policy.PostGraduationWindows
	}
	switch kind { //nolint:exhaustive // the moves that go elsewhere
	case process.BatchTransfer:
		school = "new school"
	case process.SeniorTransfer:
		school, f.Policy.SeniorTransferBy = "new school", process.ByReleasing
	case process.PostGraduationStudy:
		year, r.Stage, f.From.Province, f.To.Province = 2026, org.Junior, "110000", "520000"
	case process.GraduationRollback:
		year = 2024
	case process.Graduation:
		r.EntryYear, f.Today, f.Filed = 2024, day("2027-06-21"), day("2027-06-21")
	case process.EnrolmentWithdrawal:
		f.Admission = &status.Admission{SchoolID: "old school", Stage: org.Junior, EntryYear: 2023, LastDay: f.Today}
	}
	f.Class = &status.Class{ID: "class-b", SchoolID: school, Stage: org.Senior, EntryYear: year, Capacity: 55}
	req := status.Request{Kind: kind, Inputs: map[string]string{
		"class_id": "class-b", "reason_code": "10", "from_date": "2026-11-23", "until_date": "2027-06-30", "event_date": "2026-11-18", "decided_on": "2026-11-18",
		"conclusion": "GRADUATED", "missing_since": "2026-11-01", "absent_since": "2026-10-01", "returned_on": "2026-11-18",
	}}
	if kind == process.KeyDataChange {
		req.Values = map[string]string{"name": "样例更名"}
	}
	return r, req, f
}

func identity() status.Identity {
	return status.Identity{Name: "样例生", Sex: "1", BirthDate: "20100301", IDType: "Z"}
}

// pairs is the table of leaving and entering changes (domain 3.3) and of other changes of
// a record: the states in which a kind may start, and the state that it makes.
func pairs() map[process.Kind]struct {
	from []status.Enrol
	to   status.Enrol // "": as it was
} {
	type pair = struct {
		from []status.Enrol
		to   status.Enrol
	}
	enrolled := []status.Enrol{status.Enrolled}
	return map[process.Kind]pair{
		process.Suspension:          {enrolled, status.Suspended},
		process.SuspensionExtension: {[]status.Enrol{status.Suspended}, ""},
		process.Reinstatement:       {[]status.Enrol{status.Suspended}, status.Enrolled},
		process.Transfer:            {enrolled, status.Enrolled},
		process.Expulsion:           {enrolled, status.Expelled},
		process.Withdrawal:          {enrolled, status.Withdrawn},
		process.Missing:             {enrolled, status.Missing},
		process.OtherLeaving:        {enrolled, status.OtherLeft},
		process.RestoreAdmission:    {[]status.Enrol{status.Expelled, status.Withdrawn, status.Missing, status.OtherLeft}, status.Enrolled},
		process.GoneAbroad:          {enrolled, status.Abroad},
		process.ReturnFromAbroad:    {[]status.Enrol{status.Abroad}, status.Enrolled},
		process.Death: {[]status.Enrol{status.Enrolled, status.Suspended, status.Abroad, status.Missing, status.OtherLeft, status.Withdrawn, status.Expelled,
			status.Graduated, status.Completed, status.Incomplete},
			status.Deceased},
		process.SeniorTransfer:      {enrolled, status.Enrolled},
		process.BatchTransfer:       {enrolled, status.Enrolled},
		process.PostGraduationStudy: {[]status.Enrol{status.Graduated}, status.Enrolled},
		process.Graduation:          {enrolled, status.Graduated},
		process.GraduationRollback:  {[]status.Enrol{status.Graduated, status.Completed, status.Incomplete}, status.Enrolled},
		process.Retention:           {enrolled, ""},
		process.Skip:                {enrolled, ""},
		process.DropoutReport:       {enrolled, ""},
		process.DropoutReturn:       {enrolled, ""},
		process.KeyDataChange:       {[]status.Enrol{status.Enrolled, status.Suspended}, ""},
		process.ClassChange:         {enrolled, ""},
		process.ClassAssignment:     {enrolled, ""},
		process.GradeAdjustment:     {enrolled, ""},
		process.SelfEnrolment:       {[]status.Enrol{status.Graduated}, status.Enrolled},
		process.UnifiedEnrolment:    {[]status.Enrol{status.Graduated}, status.Enrolled},
		process.EnrolmentWithdrawal: {enrolled, status.Graduated},
	}
}

// otherwise lists the kinds that depend on no state of a record: they make records, or
// are about a problem, a claim, a mistake or a school.
func otherwise() []process.Kind {
	return []process.Kind{
		process.RosterImport, process.NewRecordImmigrant, process.ProblemCorroboration, process.ProblemDeletion, process.Arbitration, process.ChangeCorrection,
		process.AdmissionArbitration,
		process.PlanChange, process.SchoolingLengthChange, process.SchoolMerger,
	}
}

// Every kind is allowed after exactly the states in its row of the table. It makes the
// state of the row, and the other facets follow.
func TestKindsFollowTheStatesOfTheirRow(t *testing.T) {
	table := pairs()
	known, err := process.Load()
	require.NoError(t, err)
	for _, kind := range known.Kinds() {
		_, here := table[kind]
		require.NotEqual(t, here, slices.Contains(otherwise(), kind), "%s: which states may it follow?", kind)
	}
	for _, kind := range slices.Sorted(maps.Keys(table)) {
		for _, state := range allStates() {
			r, req, f := suits(t, kind, state)
			refused := status.Check(r, req, f)
			if !slices.Contains(table[kind].from, state) {
				require.NotEmpty(t, refused, "%s from %s", kind, state)
				continue
			}
			require.Empty(t, refused, "%s from %s", kind, state)
			after, err := status.Apply(r, req, f)
			require.NoError(t, err)
			want := table[kind].to
			if want == "" {
				want = state
			}
			require.Equal(t, want, after.Enrol, "%s from %s", kind, state)
			if kind != process.DropoutReport {
				require.Equal(t, want.Standing(), after.Standing, "%s from %s", kind, state)
				require.False(t, after.Dropout)
			}
		}
	}
}

// No kind follows a death, a deletion or a state that this register does not use. After a
// graduation the pupil goes on or is rolled back.
func TestTerminalStatesAreTerminal(t *testing.T) {
	for kind := range pairs() {
		for _, state := range []status.Enrol{status.Deceased, status.Deleted, status.TransferredOut, status.Graduated} {
			if onward := []process.Kind{process.PostGraduationStudy, process.GraduationRollback, process.SelfEnrolment, process.UnifiedEnrolment, process.Death}; state == status.Graduated && slices.Contains(onward, kind) {
				continue // the ways on from a graduation (KT20, KT21, KT22, KT40, KT62)
			}
			r, req, f := suits(t, kind, state)
			require.NotEmpty(t, status.Check(r, req, f), "%s from %s", kind, state)
		}
	}
}

// Compulsory education forbids withdrawal and expulsion (义务教育法; D14).
func TestCompulsoryEducationForbids(t *testing.T) {
	for _, kind := range []process.Kind{process.Withdrawal, process.Expulsion} {
		for _, stage := range []org.Stage{org.Primary, org.Junior} {
			r, req, f := suits(t, kind, status.Enrolled)
			r.Stage, f.Class.Stage = stage, stage
			require.Equal(t, []refusal.Code{refusal.CompulsoryForbids}, codes(status.Check(r, req, f)))
		}
	}
}
