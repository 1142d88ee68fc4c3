package roster

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
)

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// dateParts takes 2018-3-21, 2018/03/21, 2018.3.21 and 2018年3月21日 apart.
func dateParts(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune("-/.年月日、_—–", r) })
}

// date judges a day. Whether it may lie in the future is the row's question.
func (j *judgement) date(s *slot) {
	if !isDigits(s.value) {
		parts := dateParts(s.value)
		if len(parts) != 3 || len(parts[0]) != 4 || !isDigits(strings.Join(parts, "")) || len(parts[1]) > 2 || len(parts[2]) > 2 {
			j.reject(s, refusal.SheetBadDate, nil)
			return
		}
		j.fix(s, refusal.SheetDateSeparators, fmt.Sprintf("%s%02s%02s", parts[0], parts[1], parts[2]))
	}
	if len(s.value) != 8 {
		j.reject(s, refusal.SheetBadDate, nil)
		return
	}
	if _, err := calendar.ParseCompactDate(s.value); err != nil {
		j.reject(s, refusal.SheetNoSuchDay, nil)
	}
}

// month judges a month; a whole day is cut down to its month.
func (j *judgement) month(s *slot) {
	if !isDigits(s.value) {
		parts := dateParts(s.value)
		if len(parts) < 2 || len(parts) > 3 || len(parts[0]) != 4 || !isDigits(strings.Join(parts, "")) || len(parts[1]) > 2 {
			j.reject(s, refusal.SheetBadMonth, nil)
			return
		}
		j.fix(s, refusal.SheetDateSeparators, fmt.Sprintf("%s%02s", parts[0], parts[1]))
	}
	if _, err := calendar.ParseCompactDate(s.value); len(s.value) == 8 && err == nil {
		j.fix(s, refusal.SheetDateSeparators, s.value[:6])
	}
	if _, err := calendar.ParseCompactDate(s.value + "01"); err != nil {
		j.reject(s, refusal.SheetBadMonth, nil)
	}
}

// validity judges YYYYMMDD-YYYYMMDD; the end may be 长期.
func (j *judgement) validity(s *slot) {
	v := s.value
	for _, join := range []string{"—", "–", "~", "至", "--"} {
		v = strings.ReplaceAll(v, join, "-")
	}
	from, to, found := strings.Cut(v, "-")
	from, to = strings.ReplaceAll(from, ".", ""), strings.ReplaceAll(to, ".", "")
	start, err := calendar.ParseCompactDate(from)
	end, errEnd := calendar.ParseCompactDate(to)
	if !found || err != nil || to != "长期" && (errEnd != nil || !start.Before(end)) {
		j.reject(s, refusal.SheetBadValidity, nil)
		return
	}
	if v = from + "-" + to; v != s.value {
		j.fix(s, refusal.SheetDateSeparators, v)
	}
}

func (j *judgement) postcode(s *slot) {
	switch v := s.value; {
	case !isDigits(v) || len(v) > 6 || len(v) < 5:
		j.reject(s, refusal.SheetBadPostcode, nil)
	case len(v) == 5:
		j.fix(s, refusal.SheetLeadingZero, "0"+v)
	case s.number:
		j.fix(s, refusal.SheetNumberCell, v)
	}
}

// longestDistance is the greatest distance to school that is believed, in km.
const longestDistance = 1000

// distance judges kilometres with one decimal and no unit (P19): 1 km is 1.0.
func (j *judgement) distance(s *slot) {
	v := strings.ToLower(s.value)
	for _, unit := range []string{"千米", "公里", "km"} {
		if number, found := strings.CutSuffix(v, unit); found {
			v = number
			j.fix(s, refusal.SheetDistanceUnit, v)
		}
	}
	km, err := strconv.ParseFloat(v, 64)
	if err != nil || strings.Trim(v, "0123456789.") != "" || km >= longestDistance {
		j.reject(s, refusal.SheetBadDistance, nil)
		return
	}
	exact := strconv.FormatFloat(km, 'f', 1, 64)
	if exact == v {
		return
	}
	if s.value = exact; len(j.findings) == 0 || j.findings[len(j.findings)-1].Code != refusal.SheetDistanceUnit {
		j.fix(s, refusal.SheetDistanceDecimal, exact)
	}
}

// division judges a division code of 12 digits; a county written out in full counts.
func (j *judgement) division(s *slot, known *division.Table) {
	code, err := ident.ParseDivisionCode(s.value)
	switch {
	case err == nil && isCounty(known, code):
		if len(s.value) == 6 {
			j.fix(s, refusal.SheetDivisionShort, code.Twelve())
		}
	case ident.ReasonOf(err) == ident.Scientific:
		j.reject(s, refusal.SheetDigitsLost, nil)
	case ident.ReasonOf(err) == ident.WrongCharacter:
		named := known.FindByName(s.value)
		if len(named) != 1 || !isCounty(known, named[0].Code) {
			j.reject(s, refusal.SheetDivisionUnknown, nil)
			return
		}
		j.fix(s, refusal.SheetDivisionName, named[0].Code.Twelve())
	default:
		j.reject(s, refusal.SheetDivisionUnknown, nil)
	}
}

// isCounty reports counties and, because no counties of theirs are in the
// table, the whole of Taiwan, Hong Kong and Macao.
func isCounty(known *division.Table, code ident.DivisionCode) bool {
	if _, ok := known.LookupAt(code, division.County); ok {
		return true
	}
	return slices.Contains([]string{"710000", "810000", "820000"}, code.Six())
}

// documentNumber judges the number of a passport or a permit, whose shapes differ.
func (j *judgement) documentNumber(s *slot) {
	if tidied, repairs := ident.TidyNumber(s.value); tidied != s.value {
		for _, r := range repairs {
			j.fix(s, repairCode(r), tidied)
		}
	}
	j.length(s)
	if len(ident.NumberKey(s.value)) < 4 || strings.Trim(s.value, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ()/-") != "" {
		j.reject(s, refusal.SheetDocumentNumber, nil)
	}
}

// otherDocument is the shape of passports and of the permits of people from
// abroad, Hong Kong, Macao and Taiwan: letters before seven to twelve digits.
var otherDocument = regexp.MustCompile(`^[A-Za-z]{1,3}[0-9]{7,12}$`)

// isOtherDocument reports a number that belongs to another document than the
// identity card, so that nobody is told to count its digits.
func isOtherDocument(number string) bool { return otherDocument.MatchString(number) }

// provinceFault says what is wrong with a well-formed number that begins with no
// province: 9 begins the residence cards of foreigners (外国人永久居留身份证, 2023).
func provinceFault(number string) refusal.Code {
	if strings.HasPrefix(number, "9") {
		return refusal.SheetIDOtherDocument
	}
	return refusal.SheetIDProvince
}

// citizenID judges a citizen identity number; no digit of it is ever guessed.
func (j *judgement) citizenID(s *slot) ident.CitizenID {
	if s.bad {
		return ident.CitizenID{}
	}
	id, repairs, err := ident.ReadCitizenID(s.value)
	if err == nil {
		for _, r := range repairs {
			j.fix(s, repairCode(r), id.Reveal())
		}
		return id
	}
	var refused *ident.Error
	if !errors.As(err, &refused) {
		j.reject(s, refusal.SheetIDCharacters, nil)
		return ident.CitizenID{}
	}
	if isOtherDocument(s.value) {
		j.reject(s, refusal.SheetIDOtherDocument, nil)
		return ident.CitizenID{}
	}
	params := map[string]string{"length": strconv.Itoa(len([]rune(s.value)))}
	switch refused.Reason {
	case ident.Withdrawn:
		j.reject(s, refusal.SheetID15Digits, nil)
	case ident.WrongLength:
		j.reject(s, refusal.SheetIDLength, params)
	case ident.Scientific:
		j.reject(s, refusal.SheetDigitsLost, nil)
	case ident.LetterForDigit:
		j.reject(s, refusal.SheetIDLetter, nil)
	case ident.NoSuchDay:
		j.reject(s, refusal.SheetIDBirth, nil)
	case ident.WrongCheckCharacter:
		j.reject(s, refusal.SheetIDCheck, nil)
	default:
		j.reject(s, refusal.SheetIDCharacters, nil)
	}
	return ident.CitizenID{}
}
