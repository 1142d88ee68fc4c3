package status

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
)

// Identity is the person of a record in the form of the national sheet: the items that a
// province protects as key data (R10: number, name, sex and birth date). It holds an
// identity number in the clear and is never logged, and never stored in this form.
type Identity struct {
	Name      string
	Sex       string // 1 or 2
	BirthDate string // YYYYMMDD
	IDType    string
	IDNumber  string
}

// The fields of Identity, by their names in the national sheet.
const (
	FieldName      = "name"
	FieldSex       = "sex"
	FieldBirthDate = "birth_date"
	FieldIDType    = "id_type"
	FieldIDNumber  = "id_number"
)

// citizenDocument is the type of the resident identity card (居民身份证).
const citizenDocument = "1"

// KeyItems lists the items of an identity, in the order of the sheet. Every province
// protects these; a province may add further items of the sheet (M14).
func KeyItems() []string {
	return []string{FieldName, FieldSex, FieldBirthDate, FieldIDType, FieldIDNumber}
}

// Item returns one item by its field name.
func (i Identity) Item(field string) string {
	if p := i.place(field); p != nil {
		return *p
	}
	return ""
}

func (i *Identity) place(field string) *string {
	switch field {
	case FieldName:
		return &i.Name
	case FieldSex:
		return &i.Sex
	case FieldBirthDate:
		return &i.BirthDate
	case FieldIDType:
		return &i.IDType
	case FieldIDNumber:
		return &i.IDNumber
	}
	return nil
}

// With returns the identity with some items replaced.
func (i Identity) With(values map[string]string) Identity {
	for field, value := range values {
		if p := i.place(field); p != nil {
			*p = value
		}
	}
	return i
}

// Citizen returns the citizen identity number. It is zero when the document is another
// one, or when its number is invalid.
func (i Identity) Citizen() ident.CitizenID {
	if i.IDType != citizenDocument {
		return ident.CitizenID{}
	}
	id, err := ident.ParseCitizenID(i.IDNumber)
	if err != nil {
		return ident.CitizenID{} // refused when the change was filed
	}
	return id
}

// checkKeyData holds the rules of 关键数据变更 (KT70, M14). Only key items are allowed,
// at least one must really change, and the result must agree with itself: check
// character, birth date and sex of a citizen's number (GB 11643-1999). Refusals never
// repeat a value.
func checkKeyData(r Record, req Request, f Facts) []*refusal.Error {
	var list []*refusal.Error
	changed := req.Items > 0
	for _, field := range fieldsOf(req.Values) {
		if !slices.Contains(KeyItems(), field) || !slices.Contains(f.Policy.KeyFields, field) {
			list = append(list, refusal.New(refusal.KeyFieldUnknown).At("/values/"+field).With("field", field))
			continue
		}
		changed = changed || req.Values[field] != r.Identity.Item(field)
	}
	if len(list) > 0 {
		return list
	}
	if !changed {
		return []*refusal.Error{refusal.New(refusal.KeyDataUnchanged).At("/values")}
	}
	return checkIdentity(r.Identity.With(req.Values), f.Today)
}

// checkIdentity returns the contradictions inside an identity.
func checkIdentity(i Identity, today calendar.Date) []*refusal.Error {
	var list []*refusal.Error
	labels := map[string]string{FieldName: "姓名", FieldSex: "性别", FieldBirthDate: "出生日期", FieldIDType: "身份证件类型", FieldIDNumber: "身份证件号"}
	wrong := func(field, zh, en string) {
		e := refusal.New(refusal.InvalidInput).At("/values/"+field).WithText("reason", zh, en)
		list = append(list, e.WithText("field", labels[field], strings.ReplaceAll(field, "_", " ")))
	}
	if n := utf8.RuneCountInString(i.Name); n == 0 || n > ident.LongestName || strings.ContainsAny(i.Name, "0123456789<>\"/\\") {
		wrong(FieldName, "姓名须为 1 至 50 个字，不含数字和符号", "a name has 1 to 50 characters, no digits and no signs")
	}
	if i.Sex != "1" && i.Sex != "2" {
		wrong(FieldSex, "性别代码应为 1（男）或 2（女）", "the code of the sex is 1 (male) or 2 (female)")
	}
	birth, err := calendar.ParseCompactDate(i.BirthDate)
	if err != nil || birth.After(today) {
		wrong(FieldBirthDate, "出生日期应为 20150301 这样的八位数字，且不晚于今天", "write the birth date as eight digits, such as 20150301, not in the future")
	}
	known := len(i.IDType) == 1 && strings.Contains("16789AZ", i.IDType)
	if !known {
		wrong(FieldIDType, "身份证件类型代码应为 1、6、7、8、9、A 或 Z", "the code of the document is 1, 6, 7, 8, 9, A or Z")
	}
	if i.IDType != citizenDocument {
		if len(i.IDNumber) > 20 || i.IDNumber == "" && i.IDType != "Z" {
			wrong(FieldIDNumber, "请填写证件号码，最长 20 位", "give the number of the document, at most 20 characters")
		}
		if id, err := ident.ParseCitizenID(i.IDNumber); known && err == nil && id.Resident() {
			wrong(FieldIDType, "所填号码是居民身份证号，证件类型应为 1；如已换证件，请一并填写新证件的号码",
				"the number is that of a resident identity card, whose type is 1; if the document is another one now, give its number too")
		}
		return list
	}
	id, err := ident.ParseCitizenID(i.IDNumber)
	if err != nil {
		wrong(FieldIDNumber, "身份证号应为 18 位，日期真实，末位校验码正确；请对照证件逐位核对",
			"a citizen's number has 18 characters, a real day and the right check character; compare it with the card")
		return list
	}
	for _, reason := range id.Disagreements(ident.Claim{Birth: birth, Sex: sexOf(i.Sex), Today: today, Plausible: ident.OfficialOrFixtureProvince}) {
		switch reason {
		case ident.BirthDiffers:
			wrong(FieldBirthDate, "出生日期与身份证号第 7 至 14 位不一致，请一并更正", "the birth date differs from characters 7 to 14 of the number; correct both")
		case ident.SexDiffers:
			wrong(FieldSex, "性别与身份证号第 17 位不一致，请一并更正", "the sex differs from character 17 of the number; correct both")
		default:
			wrong(FieldIDNumber, "身份证号前两位不是省份代码，请核对", "the first two digits of the number are no province; compare it with the card")
		}
	}
	return list
}

func sexOf(code string) ident.Sex {
	switch code {
	case "1":
		return ident.Male
	case "2":
		return ident.Female
	}
	return 0
}

func fieldsOf(values map[string]string) []string {
	fields := make([]string, 0, len(values))
	for field := range values {
		fields = append(fields, field)
	}
	slices.Sort(fields)
	return fields
}

// changeIdentity writes the key items. It does not touch the student number: a G number
// keeps the identity number of its day (P30), and the national system replaces L and J
// numbers in spring (KT08, KT09).
func changeIdentity(r *Record, req Request, _ Facts) { r.Identity = r.Identity.With(req.Values) }
