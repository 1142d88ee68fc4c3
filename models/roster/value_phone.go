package roster

import (
	"regexp"
	"strings"

	"github.com/xueji/xueji/models/refusal"
)

// Numbers of the national numbering plan (电信网编号计划, 2017) as they are dialled
// from anywhere in the country: mobiles; area code and line; numbers that a
// service pays for; and, with 00 before the country, numbers abroad.
var (
	mobile    = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	fixedLine = regexp.MustCompile(`^(010|02[0-9])[0-9]{8}$|^0[3-9][0-9]{2}[0-9]{7,8}$`)
	service   = regexp.MustCompile(`^[48]00[0-9]{7}$`)
	abroad    = regexp.MustCompile(`^00[1-9][0-9]{7,14}$`)
	localLine = regexp.MustCompile(`^[2-8][0-9]{6,7}$`)
	extension = regexp.MustCompile(`^[0-9]{7,12}(转|分机|[Ee][Xx][Tt]|[Xx#*])+[0-9]{1,6}$`)
)

// dialled reports a number that can be dialled from anywhere.
func dialled(v string) bool {
	return !oneDigit(v) && (mobile.MatchString(v) || fixedLine.MatchString(v) || service.MatchString(v) || abroad.MatchString(v))
}

// oneDigit reports 0000000 and its like, with which a cell is only filled.
func oneDigit(v string) bool { return v != "" && strings.Trim(v, v[:1]) == "" }

// phone judges a telephone number: digits only, no word, no dash (P19). A number
// that nobody can dial is refused, or at least remarked, never kept in silence.
func (j *judgement) phone(s *slot) {
	v := digitsOfPhone(s.value)
	switch {
	case extension.MatchString(v), isExtended(s.value):
		j.reject(s, refusal.SheetPhoneExtension, nil)
	case dialled(v):
		j.dialled(s, v)
	case s.number && fixedLine.MatchString("0"+v):
		j.fix(s, refusal.SheetLeadingZero, "0"+v) // a number cell keeps no zero before it
	case fixedLine.MatchString("0" + v):
		j.reject(s, refusal.SheetPhoneZero, nil)
	case localLine.MatchString(v) && !oneDigit(v):
		j.dialled(s, v)
		j.remark(s, refusal.SheetPhoneNoArea)
	default:
		j.reject(s, refusal.SheetBadPhone, nil)
	}
}

// dialled takes a number and says what was taken out of it.
func (j *judgement) dialled(s *slot, v string) {
	switch {
	case v == s.value:
	case strings.HasPrefix(v, "00"):
		j.fix(s, refusal.SheetPhoneCountry, v)
	default:
		j.fix(s, refusal.SheetPhonePunctuation, v)
	}
	j.length(s)
}

// digitsOfPhone takes out of a number what people write between its digits, and
// the code of the country when that is China.
func digitsOfPhone(value string) string {
	v := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-‐‑–—－()（）.·", r) {
			return -1
		}
		return r
	}, value)
	for _, country := range []string{"+86", "0086"} {
		if rest := strings.TrimPrefix(v, country); rest != v && len(rest) >= 10 {
			v = rest
			if !dialled(v) && fixedLine.MatchString("0"+v) {
				v = "0" + v // behind the country's code the zero is not dialled
			}
		}
	}
	if rest, found := strings.CutPrefix(v, "+"); found {
		v = "00" + rest
	}
	return v
}

// isExtended reports a number followed, behind a dash, by the few digits of an extension.
func isExtended(value string) bool {
	i := strings.LastIndexAny(value, "-—–")
	if i < 0 {
		return false
	}
	last := strings.TrimLeft(value[i:], "-—–")
	before := digitsOfPhone(value[:i])
	return isDigits(last) && len(last) <= 6 && (fixedLine.MatchString(before) || mobile.MatchString(before) || localLine.MatchString(before))
}
