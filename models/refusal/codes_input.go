package refusal

// Codes of what stands in a request, whatever it is about.
const (
	WrongCharacters  Code = "wrong_characters"
	NameCharacters   Code = "name_characters"
	TextGarbled      Code = "text_garbled"
	NameRepeated     Code = "name_repeated"
	UploadMalformed  Code = "upload_malformed"
	IfMatchMalformed Code = "if_match_malformed"
	EvidenceBroken   Code = "evidence_broken"
	EvidencePassword Code = "evidence_password"
	EvidenceNoPage   Code = "evidence_no_page"
	EvidenceTooLarge Code = "evidence_too_large"
	EvidenceTwice    Code = "evidence_twice"
	EvidenceNotHere  Code = "evidence_not_here"
	EvidenceOut      Code = "evidence_taken_out"
	SubjectMissing   Code = "subject_missing"
	SubjectTwice     Code = "subject_twice"
	SubjectWrong     Code = "subject_wrong"
)
