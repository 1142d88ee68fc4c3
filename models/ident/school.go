package ident

const schoolCode = "school code"

// SchoolCode is a school's identification code (学校标识码): two digits of category,
// two of province, six of sequence. It has no check digit, stays when the school is
// renamed and is never given to another school.
type SchoolCode struct{ text string }

// Category is what kind of school the first two digits of its code name.
type Category string

// The categories of school.
const (
	Kindergarten           Category = "11"
	Primary                Category = "21"
	AdultPrimary           Category = "22"
	Junior                 Category = "31"
	VocationalJunior       Category = "32"
	AdultJunior            Category = "33"
	Senior                 Category = "34"
	AdultSenior            Category = "35"
	SecondaryVocational    Category = "36"
	Reformatory            Category = "37"
	University             Category = "41"
	AdultHigher            Category = "42"
	SpecialEducation       Category = "51"
	GraduateInstitute      Category = "91"
	PrivateHigher          Category = "92"
	SecondaryVocationalOrg Category = "93"
)

// Chinese gives the official name of the category, empty when there is none.
func (c Category) Chinese() string {
	switch c {
	case Kindergarten:
		return "幼儿园"
	case Primary:
		return "小学"
	case AdultPrimary:
		return "成人小学"
	case Junior:
		return "普通初中"
	case VocationalJunior:
		return "职业初中"
	case AdultJunior:
		return "成人初中"
	case Senior:
		return "普通高中"
	case AdultSenior:
		return "成人高中"
	case SecondaryVocational:
		return "中等职业学校"
	case Reformatory:
		return "工读学校"
	case University:
		return "普通高校"
	case AdultHigher:
		return "成人高校"
	case SpecialEducation:
		return "特殊教育学校"
	case GraduateInstitute:
		return "培养研究生的科研机构"
	case PrivateHigher:
		return "民办其他高教机构"
	case SecondaryVocationalOrg:
		return "中职培训机构"
	default:
		return ""
	}
}

// ParseSchoolCode takes a code exactly as it must be stored.
func ParseSchoolCode(text string) (SchoolCode, error) {
	if err := refuse(schoolCode, schoolFault(text)); err != nil {
		return SchoolCode{}, err
	}
	return SchoolCode{text}, nil
}

// ReadSchoolCode takes a code as people write it and says what it put right.
func ReadSchoolCode(text string) (SchoolCode, []Repair, error) {
	tidied, repairs := Tidy(text)
	code, err := ParseSchoolCode(tidied)
	if err != nil {
		return SchoolCode{}, nil, err
	}
	return code, repairs, nil
}

func schoolFault(text string) Reason {
	switch {
	case text == "":
		return Empty
	case lostInSpreadsheet(text):
		return Scientific
	}
	if fault := mistyped(text); fault != "" {
		return fault
	}
	switch {
	case len(text) != 10:
		return WrongLength
	case Category(text[:2]).Chinese() == "":
		return UnknownKind
	default:
		return ""
	}
}

// IsZero says that no code is given.
func (s SchoolCode) IsZero() bool { return s.text == "" }

// Category gives the kind of school.
func (s SchoolCode) Category() Category { return Category(s.part(0, 2)) }

// Province gives the two digits of the province.
func (s SchoolCode) Province() string { return s.part(2, 4) }

// Institution gives the five-digit code of a university or college inside the
// sequence; it is false for other schools.
func (s SchoolCode) Institution() (string, bool) {
	c := s.Category()
	if c != University && c != AdultHigher || s.part(4, 5) != "0" {
		return "", false
	}
	return s.part(5, 10), true
}

func (s SchoolCode) part(from, to int) string {
	if s.IsZero() {
		return ""
	}
	return s.text[from:to]
}

// String gives the code.
func (s SchoolCode) String() string { return s.text }

// MarshalText gives the code, to JSON and YAML too.
func (s SchoolCode) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// UnmarshalText reads a code; an empty text is the zero code.
func (s *SchoolCode) UnmarshalText(text []byte) error { return unmarshal(s, text, ParseSchoolCode) }
