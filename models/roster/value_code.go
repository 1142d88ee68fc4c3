package roster

import (
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/xueji/xueji/models/refusal"
)

// code judges a cell of a code table: the code itself, a code that lost its
// leading zero, its label, or both together.
func (j *judgement) code(s *slot, t *Table) {
	v := s.value
	if t.Has(v) {
		if s.number {
			j.fix(s, refusal.SheetNumberCell, v)
		}
		return
	}
	if padded, ok := t.Padded(v); ok {
		j.fix(s, refusal.SheetLeadingZero, padded)
		return
	}
	if upper := strings.ToUpper(v); t.Has(upper) {
		j.fix(s, refusal.SheetLetterCase, upper)
		return
	}
	if code, ok := t.Code(v); ok {
		j.fix(s, refusal.SheetLabelForCode, code)
		return
	}
	if code, label, ok := codeAndLabel(v); ok && t.Has(code) {
		if meant, known := t.Code(label); known && meant == code {
			j.fix(s, refusal.SheetCodeAndLabel, code)
		} else {
			j.reject(s, refusal.SheetCodeLabelDiffer, nil)
		}
		return
	}
	j.reject(s, refusal.SheetUnknownCode, nil)
}

// codeAndLabel takes 01-汉族, 01汉族, (01)汉族 and 汉族(01) apart.
func codeAndLabel(v string) (code, label string, ok bool) {
	isCode := func(r rune) bool { return r < unicode.MaxASCII && (unicode.IsDigit(r) || unicode.IsUpper(r)) }
	isJoin := func(r rune) bool { return strings.ContainsRune("-_—–.:()[]、=/", r) || isBlank(r) }
	v = strings.TrimFunc(v, isJoin)
	if i := strings.IndexFunc(v, func(r rune) bool { return !isCode(r) }); i > 0 {
		code, label = v[:i], strings.TrimLeftFunc(v[i:], isJoin)
	} else if i == 0 {
		label = strings.TrimRightFunc(v, isCode)
		code, label = v[len(label):], strings.TrimRightFunc(label, isJoin)
	}
	return code, label, code != "" && label != ""
}

// countries are the three-letter codes of ISO 3166, which GB/T 2659 takes over,
// with the Chinese names of the CLDR.
type countries struct{ byName map[string]string }

func newCountries() countries {
	c := countries{byName: map[string]string{
		"中国": "CHN", "中华人民共和国": "CHN", "中国香港": "HKG", "香港": "HKG", "中国澳门": "MAC", "澳门": "MAC", "中国台湾": "TWN", "台湾": "TWN",
	}}
	names := display.Regions(language.SimplifiedChinese)
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			r, err := language.ParseRegion(string([]rune{a, b}))
			if err == nil && r.IsCountry() && r.Canonicalize() == r && len(r.ISO3()) == 3 {
				c.byName[names.Name(r)] = r.ISO3()
			}
		}
	}
	return c
}

func (c countries) has(code string) bool {
	r, err := language.ParseRegion(code)
	return err == nil && len(code) == 3 && r.IsCountry() && r.ISO3() == code
}

func (j *judgement) country(s *slot, known countries) {
	if known.has(s.value) {
		return
	}
	if upper := strings.ToUpper(s.value); known.has(upper) {
		j.fix(s, refusal.SheetLetterCase, upper)
		return
	}
	if code, ok := known.byName[s.value]; ok {
		j.fix(s, refusal.SheetLabelForCode, code)
		return
	}
	if code, label, ok := codeAndLabel(s.value); ok && known.byName[label] == code {
		j.fix(s, refusal.SheetCodeAndLabel, code)
		return
	}
	j.reject(s, refusal.SheetUnknownCode, nil)
}
