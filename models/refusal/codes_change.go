package refusal

// Codes of changes: preconditions, decisions and what became of a slip.
const (
	KindUnknown       Code = "kind_unknown"
	StageForbids      Code = "stage_forbids"
	StateForbids      Code = "state_forbids"
	RecordEnded       Code = "record_ended"
	CompulsoryForbids Code = "compulsory_forbids"
	ProblemStatus     Code = "problem_status"
	Frozen            Code = "frozen"
	ChangeInProgress  Code = "change_in_progress"
	ChangeAhead       Code = "change_ahead"
	NotBegun          Code = "not_begun"
	WaitsForDay       Code = "waits_for_day"
	TakesEffect       Code = "takes_effect" // part by part, by a job
	AllowanceUsed     Code = "suspension_allowance_used"
	LastTermClosed    Code = "last_term_closed"
	EndBeforeStart    Code = "end_before_start"
	SuspensionTooLong Code = "suspension_too_long"
	SuspensionOver    Code = "suspension_over"
	ClassUnknown      Code = "class_unknown"
	ClassWrongYear    Code = "class_wrong_year"
	ClassFull         Code = "class_full"
	InputUnknown      Code = "input_unknown"
	EvidenceMissing   Code = "evidence_missing"
	EvidenceUnknown   Code = "evidence_unknown"
	EvidenceElsewhere Code = "evidence_elsewhere"
	SchoolClosed      Code = "school_closed"
	AlreadyDecided    Code = "already_decided"
	ChangeClosed      Code = "change_closed"
	StepMoved         Code = "step_moved"
	NotYourStep       Code = "not_your_step"
	OwnFiling         Code = "own_filing"
	OpinionRequired   Code = "opinion_required"
	NoSuchStep        Code = "no_such_step"
	NotSentBack       Code = "not_sent_back"
	DraftChanged      Code = "draft_changed"
	DraftGone         Code = "draft_gone"
	DraftsFull        Code = "drafts_full"
	NotFiler          Code = "not_filer"
	NotSuperior       Code = "not_superior"
	RedoUnknown       Code = "redo_unknown"
	StartOutOfRange   Code = "start_out_of_range"
)

// Codes of business that goes before another one, and of changes the system ends.
const (
	FiledByBureau      Code = "filed_by_bureau"
	FiledBySchool      Code = "filed_by_school"
	FiledByManaging    Code = "filed_by_managing_bureau"
	DeathFiled         Code = "death_filed"
	OtherFirst         Code = "other_business_first"
	ArbitrationRunning Code = "arbitration_running"
	Preempted          Code = "preempted"
	Arbitrated         Code = "arbitrated"
	Moot               Code = "moot"
)

// Codes of problem records, arbitration and corrections.
const (
	ProblemUnknown       Code = "problem_unknown"
	ProblemSettled       Code = "problem_settled"
	ProblemOneSide       Code = "problem_one_side_only"
	ProblemNone          Code = "problem_none"
	ConfirmationWrong    Code = "confirmation_wrong"
	ArbitrationNothing   Code = "arbitration_nothing"
	ArbitrationOwn       Code = "arbitration_own_claim"
	ArbitrationFiled     Code = "arbitration_filed"
	StatementOnly        Code = "statement_only"
	RegistrationOnly     Code = "registration_only"
	CorrectionUnknown    Code = "correction_unknown"
	CorrectionNotInForce Code = "correction_not_in_force"
	CorrectionDepends    Code = "correction_depends"
	CorrectionElsewhere  Code = "correction_elsewhere"
	CorrectionNoOpposite Code = "correction_no_opposite"
	CorrectionNotUndone  Code = "correction_not_undone"
	DismissalOpen        Code = "dismissal_not_ended"
)

// Codes of moves between schools. They speak to another office than the pupil's,
// so they carry the national code and whom to ask, and nothing about the pupil.
const (
	PupilMissing            Code = "pupil_missing"
	TransferDataWrong       Code = "transfer_data_wrong"       // 2001
	TransferBusinessRunning Code = "transfer_business_running" // 2002
	TransferClaimed         Code = "transfer_claimed"          // 2002, by another receiving school
	TransferProblemStatus   Code = "transfer_problem_status"   // 2003
	TransferNotEligible     Code = "transfer_not_eligible"
	TransferNumberRequired  Code = "transfer_number_required"
	TransferSameSchool      Code = "transfer_same_school"
	TransferSchoolType      Code = "transfer_school_type"
	TransferGraduating      Code = "transfer_graduating"
	TransferFrozen          Code = "transfer_frozen"
	TransferNeverOpen       Code = "transfer_never_open"
	PaperDateOutOfRange     Code = "paper_date_out_of_range"
	PaperFormMissing        Code = "paper_form_missing"
	ClassWrongGrade         Code = "class_wrong_grade"
	ClassAhead              Code = "class_ahead"
	RepeatingForbidden      Code = "repeating_forbidden"
	RestoreNotLeft          Code = "restore_not_left"
	LookupsUsed             Code = "lookups_used"
	StepAutomatic           Code = "step_automatic"
	HandoverOtherSide       Code = "handover_other_side"
	TransferLeft            Code = "transfer_left" // 2001, or 2002 after 其他离校: at no school now
	HandoverNoted           Code = "handover_noted"
	HandoverStruck          Code = "handover_struck"
)

// Codes of changes of key data, and the answers of the identity check.
const (
	KeyFieldUnknown   Code = "key_field_unknown"
	KeyDataUnchanged  Code = "key_data_unchanged"
	IdentityTaken     Code = "identity_taken"
	IdentityNotFound  Code = "identity_not_found"
	IdentityCancelled Code = "identity_cancelled"
	IdentityDuplicate Code = "identity_duplicate_removed"
	IdentityMigrating Code = "identity_migrating"
)
