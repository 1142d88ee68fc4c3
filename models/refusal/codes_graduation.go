package refusal

// Codes of graduation (毕业).
const (
	GraduationClosed     Code = "graduation_closed"
	GraduationGrade      Code = "graduation_grade"
	GraduationConclusion Code = "graduation_conclusion"
	GraduationYear       Code = "graduation_year"
	GraduationNobody     Code = "graduation_nobody"
	GraduationList       Code = "graduation_list"
	GraduationPupil      Code = "graduation_pupil"
	GraduationFixed      Code = "graduation_fixed"
	TransferGraduated    Code = "transfer_graduated"
)
