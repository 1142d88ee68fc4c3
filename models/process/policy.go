package process

import (
	"errors"
	"maps"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
)

// Policy holds every switch that a province may set (domain section 8). A province's own
// version holds only the differences from the default and is laid over it.
type Policy struct {
	// Version of the province's policy; 0 is the built-in default.
	Version int `yaml:"version" json:"version"`
	// SendBackTerm limits how long a sent-back change may lie with the applicant.
	SendBackTerm calendar.Term `yaml:"send_back_term" json:"send_back_term"`
	// TotalWarning warns, and only warns, when a change as a whole takes longer (D1).
	TotalWarning calendar.Term `yaml:"total_warning" json:"total_warning"`
	// ClassCapacity is the most a class may hold (hard rule 10).
	ClassCapacity int `yaml:"class_capacity" json:"class_capacity"`
	// SuspensionMonths is the longest single suspension, in months (D12).
	SuspensionMonths int `yaml:"suspension_months" json:"suspension_months"`
	// SuspensionsPerStage is how many suspensions a pupil may have in a stage (D12).
	SuspensionsPerStage int `yaml:"suspensions_per_stage" json:"suspensions_per_stage"`
	// SuspensionRegistered lets the bureau only register (登记) the school's decision
	// on a suspension or its extension, instead of approving it (D11).
	SuspensionRegistered bool `yaml:"suspension_registered" json:"suspension_registered"`
	// ExtensionAheadDays is how long before the end of a suspension an extension
	// must be applied for at the latest; 0: until its last day (hard rule 36).
	ExtensionAheadDays int `yaml:"extension_ahead_days" json:"extension_ahead_days"`
	// ReinstatementDays are the last days of a suspension in which reinstatement may be
	// applied for; 0: at any time (hard rule 36).
	ReinstatementDays int `yaml:"reinstatement_days" json:"reinstatement_days"`
	// HospitalLevel is the least level of the hospital that a suspension for an illness
	// names in its form (hard rule 34): COUNTY or GRADE_TWO; empty: the form need not say.
	HospitalLevel string `yaml:"hospital_level" json:"hospital_level"`
	// SuspensionConditions are those of which the form of a suspension for an illness names
	// one (hard rule 33); empty: the proof alone counts.
	SuspensionConditions []string `yaml:"suspension_conditions" json:"suspension_conditions"`
	// WithdrawalReasons are the only reasons for which a pupil of senior high may withdraw
	// (hard rule 38); empty: the school writes the reason.
	WithdrawalReasons []string `yaml:"withdrawal_reasons" json:"withdrawal_reasons"`
	// GoneAbroad says how going abroad is noted (D15): as a CHANGE of its own, or as
	// a SUSPENSION.
	GoneAbroad string `yaml:"gone_abroad" json:"gone_abroad"`
	// DeathTerm is how long a school may take to report a death; later is noted, never refused.
	DeathTerm calendar.Term `yaml:"death_term" json:"death_term"`
	// DropoutWeeks is how long a pupil must have been absent to be reported as a dropout.
	DropoutWeeks int `yaml:"dropout_weeks" json:"dropout_weeks"`
	// RetentionStages and SkipStages are the stages in which a pupil may repeat or
	// skip a grade; none by default (D13).
	RetentionStages []org.Stage `yaml:"retention_stages" json:"retention_stages"`
	SkipStages      []org.Stage `yaml:"skip_stages" json:"skip_stages"`
	// RetentionPercent is the largest share of a grade that may repeat it in a
	// school year; RetentionLastGrade opens the last grade (hard rule 39).
	RetentionPercent   int  `yaml:"retention_percent" json:"retention_percent"`
	RetentionLastGrade bool `yaml:"retention_last_grade" json:"retention_last_grade"`
	// SkipCity adds the approval of the city to a skip (KT42).
	SkipCity bool `yaml:"skip_city" json:"skip_city"`
	// ClearGraduating is the day on which running business of the graduating grade
	// is ended (hard rule 25); empty: never.
	ClearGraduating calendar.MonthDay `yaml:"clear_graduating" json:"clear_graduating"`
	// ClearNoticeDays is how many days before that day a school is told what of its
	// graduating grade is in hand (P89); 0: never.
	ClearNoticeDays int `yaml:"clear_notice_days" json:"clear_notice_days"`
	// SuspensionBackDays and SuspensionAheadDays bound the first day of a
	// suspension around the day of filing, against slips of the pen; the second one
	// bounds the day of leaving abroad, too.
	SuspensionBackDays  int `yaml:"suspension_back_days" json:"suspension_back_days"`
	SuspensionAheadDays int `yaml:"suspension_ahead_days" json:"suspension_ahead_days"`
	// KeyFields are the items of the sheet only a key-data change may alter (R10; a province may add, M14).
	KeyFields []string `yaml:"key_fields" json:"key_fields"`
	// LastTerm closes suspension for the graduating grade in these days (hard rule 43).
	LastTerm calendar.Windows `yaml:"last_term" json:"last_term"`
	// GraduatingFreeze refuses new business of graduating grades in these days (hard rule 23).
	GraduatingFreeze calendar.Windows `yaml:"graduating_freeze" json:"graduating_freeze"`
	// GraduationWindows are the only days on which a graduation may be filed (hard rule
	// 26); empty means always.
	GraduationWindows calendar.Windows `yaml:"graduation_windows" json:"graduation_windows"`
	// CertificateNumbers says what the number of a certificate is (P87): that of the BLANK it
	// is printed on, or one of the school's own SERIES.
	CertificateNumbers string `yaml:"certificate_numbers" json:"certificate_numbers"`
	// StageYears is the length of each stage in years (学制): six-three or five-four.
	StageYears map[org.Stage]int `yaml:"stage_years" json:"stage_years"`
	// ProvinceYears is StageYears of the province where StageYears is that of one of its
	// schools (OfSchool). No policy sets it.
	ProvinceYears map[org.Stage]int `yaml:"-" json:"province_years,omitempty"`
	// SchoolYearStart is the day on which the grades count on.
	SchoolYearStart calendar.MonthDay `yaml:"school_year_start" json:"school_year_start"`
	// SchoolTerms are the days of the two terms of a school year for which the province has
	// set no days of its own (P14): the first begins in the year after which the school
	// year is called, the second in the next.
	SchoolTerms calendar.Windows `yaml:"school_terms" json:"school_terms"`
	// ReinstatementCohort is offered first in the form (D34): ONE_BEHIND or ORIGINAL.
	ReinstatementCohort string `yaml:"reinstatement_cohort" json:"reinstatement_cohort"`
	// TransferWindows are the only days on which a transfer may be applied for
	// (hard rule 42); empty means always.
	TransferWindows calendar.Windows `yaml:"transfer_windows" json:"transfer_windows"`
	// TransferFreeze refuses new transfers of all grades in these days (hard rule 24).
	TransferFreeze calendar.Windows `yaml:"transfer_freeze" json:"transfer_freeze"`
	// TransferGraduating and TransferPunished open transfer to pupils of the
	// graduating grade and to pupils under punishment, who are normally refused.
	TransferGraduating bool `yaml:"transfer_graduating" json:"transfer_graduating"`
	TransferPunished   bool `yaml:"transfer_punished" json:"transfer_punished"`
	// TransferProblem opens transfer to pupils with a problem status, who are normally
	// refused (2003, D31).
	TransferProblem bool `yaml:"transfer_problem" json:"transfer_problem"`
	// NoRepeatStages are the stages in which the graduation of a pupil who repeats the
	// last grade (复读) may not be rolled back; none by default (D32).
	NoRepeatStages []org.Stage `yaml:"no_repeat_stages" json:"no_repeat_stages"`
	// BureauFiles are kinds that bureaus file instead of schools (D10): of those that
	// have a chain for it.
	BureauFiles []Kind `yaml:"bureau_files" json:"bureau_files"`
	// SeniorTransferBy says which school files the transfer of a senior pupil inside the
	// province (D5): RECEIVING or RELEASING.
	SeniorTransferBy string `yaml:"senior_transfer_by" json:"senior_transfer_by"`
	// PostGraduationWindows are the days on which study in another province after a
	// graduation may be applied for (KT22, R8); PostGraduationOnce refuses a second
	// application of one school for one pupil (M9).
	PostGraduationWindows calendar.Windows `yaml:"post_graduation_windows" json:"post_graduation_windows"`
	PostGraduationOnce    bool             `yaml:"post_graduation_once" json:"post_graduation_once"`
	// PastGraduates lets schools enrol graduates of earlier years (P46).
	PastGraduates bool `yaml:"past_graduates" json:"past_graduates"`
	// EnrolmentUntil is the day by which enrolment is filed, empty for no such day;
	// EnrolmentLate says whether a later filing is noted or refused (hard rule 29).
	EnrolmentUntil calendar.MonthDay `yaml:"enrolment_until" json:"enrolment_until"`
	EnrolmentLate  string            `yaml:"enrolment_late" json:"enrolment_late"`
	// EnrolmentWithdrawalMonths is how many months after the graduation a file may be
	// given back (退档, hard rule 30).
	EnrolmentWithdrawalMonths int `yaml:"enrolment_withdrawal_months" json:"enrolment_withdrawal_months"`
	// ProvinceAuditIn and ProvinceAuditOut let the province audit what comes in
	// from, and goes out to, other provinces (D3).
	ProvinceAuditIn  bool `yaml:"province_audit_in" json:"province_audit_in"`
	ProvinceAuditOut bool `yaml:"province_audit_out" json:"province_audit_out"`
	// AutoRetrieve moves the e-file with the last approval; otherwise the
	// receiving school retrieves it by hand (调档, D4).
	AutoRetrieve bool `yaml:"auto_retrieve" json:"auto_retrieve"`
	// PaperTransferDays is how old the paper of an emergency transfer may be (KT58).
	PaperTransferDays int `yaml:"paper_transfer_days" json:"paper_transfer_days"`
	// HandoverMonths is how long the paper file may take to the new school (hard rule 3).
	HandoverMonths int `yaml:"handover_months" json:"handover_months"`
	// LookupsPerDay bounds how many pupils of other offices one account may look up.
	LookupsPerDay int `yaml:"lookups_per_day" json:"lookups_per_day"`
	// DoubleScore is the likeness, of 100, from which two records are held to be of one
	// pupil (查重); records that agree in name, sex and birth date always are.
	DoubleScore int `yaml:"double_score" json:"double_score"`
	// CorroborateIDErrorByProvince lets the province approve the corroboration of a
	// wrong identity, too (D8).
	CorroborateIDErrorByProvince bool `yaml:"id_error_needs_province" json:"id_error_needs_province"`
	// DeleteGByProvince lets the province approve the deletion of a record with a
	// formal number (D7).
	DeleteGByProvince bool `yaml:"delete_g_needs_province" json:"delete_g_needs_province"`
	// EnrolmentNeedsPlan refuses enrolment at a school whose bureau has set no plan for the
	// stage and the year (P37); a plan that was set is never exceeded.
	EnrolmentNeedsPlan bool `yaml:"enrolment_needs_plan" json:"enrolment_needs_plan"`
	// SamePerson says whether one person may approve several steps of a change
	// (审批人去重): ALLOW or FORBID. Nobody is passed by an earlier approval.
	SamePerson string `yaml:"same_person" json:"same_person"`
	// RemindHours is how long after one reminder (催办) the next may be sent.
	RemindHours int `yaml:"remind_hours" json:"remind_hours"`
	// ProxyDays is how long a proxy (代理) may last at most.
	ProxyDays int `yaml:"proxy_days" json:"proxy_days"`
	// SmallSchoolRoles lets one person of a school manage its accounts and file or review
	// for its pupils; elsewhere these are two people (domain 1.2).
	SmallSchoolRoles bool `yaml:"small_school_roles" json:"small_school_roles"`
	// PasswordDays, LockAfter and LockMinutes belong to accounts (D27, D28).
	PasswordDays int `yaml:"password_days" json:"password_days"`
	LockAfter    int `yaml:"lock_after" json:"lock_after"`
	LockMinutes  int `yaml:"lock_minutes" json:"lock_minutes"`
	// ClassListReview lets the leader of the school review lists of classes (分班, 调班), which
	// are otherwise in force at once.
	ClassListReview bool `yaml:"class_list_review" json:"class_list_review"`
	// GradeAdjustment lets schools set the real grade of a pupil that a collection got wrong
	// (年级调整, KT67), inside GradeAdjustmentWindow only (hard rule 19).
	GradeAdjustment       bool             `yaml:"grade_adjustment" json:"grade_adjustment"`
	GradeAdjustmentWindow calendar.Windows `yaml:"grade_adjustment_window" json:"grade_adjustment_window"`
	// FreshmanLateDays is how long after the first day of a term a senior freshman may check
	// in before the place counts as lost (hard rule 44).
	FreshmanLateDays int `yaml:"freshman_late_days" json:"freshman_late_days"`
	// AbsentNoticeDays is how long after the first day of a term a school is told how many
	// pupils have not come (P43); 0: never.
	AbsentNoticeDays int `yaml:"absent_notice_days" json:"absent_notice_days"`
	// TurnUndoDays is how long a turn of the school year may be undone (KT63).
	TurnUndoDays int `yaml:"turn_undo_days" json:"turn_undo_days"`
	// Chains replaces the steps of a kind, for a stage or for all ("*").
	Chains map[Kind]map[string][]Step `yaml:"chains" json:"chains,omitempty"`
	// Terms replaces the days of a step, by kind and step name.
	Terms map[Kind]map[string]calendar.Term `yaml:"terms" json:"terms,omitempty"`
}

// Grade returns the grade (1, 2, …) of a year group on a day. Below 1 the group has not
// started; above the stage's length it should have left.
func (p Policy) Grade(entryYear int, day calendar.Date) int {
	return p.SchoolYearOn(day) - entryYear + 1
}

// Graduating reports whether the year group is in the last grade of its stage.
func (p Policy) Graduating(stage org.Stage, entryYear int, day calendar.Date) bool {
	return p.Grade(entryYear, day) >= p.StageYears[stage]
}

// OfSchool returns the policy with a school's own schooling length (学制, P12): years by
// stage, where they differ from the province's. Of a policy that is another school's it
// takes the province's years first.
func (p Policy) OfSchool(own map[org.Stage]int) Policy {
	if p.ProvinceYears != nil {
		p.StageYears, p.ProvinceYears = p.ProvinceYears, nil
	}
	if len(own) == 0 {
		return p
	}
	p.ProvinceYears, p.StageYears = p.StageYears, maps.Clone(p.StageYears) // policies share the map
	maps.Copy(p.StageYears, own)
	return p
}

// Validate returns all faults of a policy at once.
func (p Policy) Validate() error {
	var list []error
	for name, term := range map[string]calendar.Term{"send_back_term": p.SendBackTerm, "total_warning": p.TotalWarning} {
		if err := term.Validate(); err != nil {
			list = append(list, misspeltTerm(name, err))
		}
	}
	list = append(list, p.validateBounds()...)
	list = append(list, p.validateLeaving()...)
	list = append(list, p.validateTerms()...)
	for kind, stages := range p.Chains {
		for stage, steps := range stages {
			for _, err := range validateSteps(steps, false) {
				list = append(list, ofChain(kind, stage, err))
			}
		}
	}
	return errors.Join(list...)
}

// Which school files the transfer of a senior pupil (D5).
const (
	ByReceiving = "RECEIVING"
	ByReleasing = "RELEASING"
)

// What the number of a certificate is.
const (
	NumbersOfBlanks = "BLANK"
	NumbersOfSeries = "SERIES"
)

// Whether one person may approve several steps of a change.
const (
	SamePersonAllowed   = "ALLOW"
	SamePersonForbidden = "FORBID"
)

// What becomes of an enrolment that is filed after its day (hard rule 29).
const (
	LateNoted   = "NOTE"
	LateRefused = "REFUSE"
)

// The two year groups a pupil may come back to (D34).
const (
	CohortOriginal  = "ORIGINAL"
	CohortOneBehind = "ONE_BEHIND"
)
