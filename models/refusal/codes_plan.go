package refusal

// Codes of the frame of the school year: enrolment plans, and business about a school
// itself.
const (
	PlanMissing       Code = "plan_missing"
	PlanExceeded      Code = "plan_exceeded"
	PlanBelowUsed     Code = "plan_below_used"
	PlanYear          Code = "plan_year"
	PlanThisYear      Code = "plan_this_year"
	PlanBureau        Code = "plan_bureau"
	PlanSame          Code = "plan_same"
	PlanFixed         Code = "plan_fixed"
	OfficeCaseRunning Code = "office_case_running"
)

// Codes of the schooling length of a school.
const (
	LengthSame    Code = "length_same"
	LengthStage   Code = "length_stage"
	LengthSkips   Code = "length_skips"
	LengthRepeats Code = "length_repeats"
	LengthSchool  Code = "length_school"
)

// Codes of the merger of two schools.
const (
	MergerBureau   Code = "merger_bureau"
	MergerSchool   Code = "merger_school"
	MergerSame     Code = "merger_same"
	MergerFixed    Code = "merger_fixed"
	MergerStages   Code = "merger_stages"
	MergerLength   Code = "merger_length"
	MergerRunning  Code = "merger_running"
	MergerClaims   Code = "merger_claims"
	MergerPapers   Code = "merger_papers"
	MergerReceived Code = "merger_received"
)

// Codes of the terms of a school year.
const (
	TermYear     Code = "term_year"
	TermBackward Code = "term_backward"
	TermOverlaps Code = "term_overlaps"
)
