package refusal

// Codes of leaving and entering, of death, of dropouts and of the year group.
const (
	ExtensionLate      Code = "extension_late"
	ExtensionNotLater  Code = "extension_not_later"
	SuspensionNone     Code = "suspension_none"
	DayAhead           Code = "day_ahead"
	DayTooEarly        Code = "day_too_early"
	DayTooLate         Code = "day_too_late"
	AbroadBySuspension Code = "abroad_by_suspension"
	NotAbroad          Code = "not_abroad"
	RetentionOff       Code = "retention_off"
	RetentionLastGrade Code = "retention_last_grade"
	RetentionShare     Code = "retention_share"
	SkipOff            Code = "skip_off"
	SkipGrade          Code = "skip_grade"
	SkippedBefore      Code = "skipped_before"
	DropoutAlready     Code = "dropout_already"
	DropoutEarly       Code = "dropout_early"
	DropoutNot         Code = "dropout_not"
	Cleared            Code = "cleared"
	SubjectNew         Code = "subject_new"
	HospitalLevel      Code = "hospital_level"
	ReinstatementEarly Code = "reinstatement_early"
	WithdrawalReason   Code = "withdrawal_reason"
	SubjectOffice      Code = "subject_office"
)
