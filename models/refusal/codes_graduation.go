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

// Codes of certificates (毕业证书).
const (
	BlankNumber      Code = "blank_number"
	BlankRange       Code = "blank_range"
	BlanksOverlap    Code = "blanks_overlap"
	BlanksShort      Code = "blanks_short"
	BlankUnknown     Code = "blank_unknown"
	BlankUsed        Code = "blank_used"
	StockSchool      Code = "stock_school"
	CertificatePupil Code = "certificate_pupil"
	CertificateState Code = "certificate_state"
	CertificateDay   Code = "certificate_day"
)
