package refusal

// Codes of moves after a graduation and of those the releasing school files.
const (
	SeniorByReceiving    Code = "senior_by_receiving"
	SeniorByReleasing    Code = "senior_by_releasing"
	ReceivingUnknown     Code = "receiving_unknown"
	ListPupilStays       Code = "list_pupil_stays"
	NotGraduated         Code = "not_graduated"
	SameProvinceGraduate Code = "same_province_graduate"
	AppliedBefore        Code = "applied_before"
	PostGraduationClosed Code = "post_graduation_closed"
	GraduateClass        Code = "graduate_class"
	PunishmentStands     Code = "punishment_stands"
	SendingSchoolType    Code = "sending_school_type"
	ListMissing          Code = "list_missing"
	ListNotHere          Code = "list_not_here"
	ListSchool           Code = "list_school"
	ListPupil            Code = "list_pupil"
	ListTwice            Code = "list_twice"
	ListStage            Code = "list_stage"
	LineUnknown          Code = "line_unknown"
	StrikeNotHere        Code = "strike_not_here"
	AllStruck            Code = "all_struck"
	ReceivingFixed       Code = "receiving_fixed"
	ReleasingFixed       Code = "releasing_fixed"
	PaperBeforeArrival   Code = "paper_before_arrival"
)
