package refusal

// Codes of the enrolment of graduates (招生入学).
const (
	EnrolLines         Code = "enrol_lines"
	EnrolNameNumber    Code = "enrol_name_number"
	EnrolNotGraduated  Code = "enrol_not_graduated"
	EnrolOtherProvince Code = "enrol_other_province"
	EnrolPastGraduate  Code = "enrol_past_graduate"
	EnrolTwice         Code = "enrol_twice"
	EnrolClaimed       Code = "enrol_claimed"
	EnrolTaken         Code = "enrol_taken"
	EnrolStage         Code = "enrol_stage"
	EnrolYear          Code = "enrol_year"
	EnrolLate          Code = "enrol_late"
	EnrolWaits         Code = "enrol_waits"
	EnrolContested     Code = "enrol_contested"
	EnrolRolledBack    Code = "enrol_rolled_back"
	EnrolArbitrated    Code = "enrol_arbitrated"
	EnrolCaseEnded     Code = "enrol_case_ended"
	EnrolFileReturned  Code = "enrol_file_returned"
	EnrolStudiesAfar   Code = "enrol_studies_afar"

	WithdrawalNoEnrolment       Code = "withdrawal_no_enrolment"
	WithdrawalClosed            Code = "withdrawal_closed"
	WithdrawalRests             Code = "withdrawal_rests"
	AdmissionArbitrationNothing Code = "admission_arbitration_nothing"
	AdmissionArbitrationFiled   Code = "admission_arbitration_filed"

	DeferralGraduate Code = "deferral_graduate"
	DeferralNoted    Code = "deferral_noted"
	DeferralEnded    Code = "deferral_ended"

	EnrolSheetHeader Code = "enrol_sheet_header"
	EnrolSheetStage  Code = "enrol_sheet_stage"
	EnrolSheetRows   Code = "enrol_sheet_rows"
)
