package roster

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/xueji/xueji/models/refusal"
)

// yesNo is the code table of 是 and 否.
const yesNo = "yes_no"

// midnight is the time that programs add to a date when they write it as text.
var midnight = regexp.MustCompile(`[\sT]+0?0:00(:00(\.0+)?)?\s*$`)

// bare gives the text of a cell without what a spreadsheet or a program put
// around it: the apostrophe that marks a text, and the time of a day.
func (j *judgement) bare(s *slot) string {
	text := s.raw
	if rest, marked := unmarked(text, s.column.compact()); marked {
		text = rest
		if text != "" {
			j.find(s, Fixed, refusal.SheetApostrophe, nil)
		}
	}
	if s.column.Kind == KindDate || s.column.Kind == KindMonth {
		if day := midnight.ReplaceAllString(text, ""); day != text {
			text = day
			j.find(s, Fixed, refusal.SheetDateSeparators, nil)
		}
	}
	if s.column.Table == yesNo { // as a cell that holds the truth value itself
		switch strings.ToUpper(text) {
		case "TRUE":
			text = "是"
		case "FALSE":
			text = "否"
		}
	}
	return text
}

// unmarked takes the apostrophe off with which a spreadsheet marks a text. In a
// number every kind of it goes; a free text may begin with a quotation.
func unmarked(text string, compact bool) (string, bool) {
	marks := "'"
	if compact {
		marks = "'’‘＇`"
	}
	lead := func(r rune) bool { return isBlank(r) || isInvisible(r) || strings.ContainsRune(marks, r) }
	rest := strings.TrimLeftFunc(text, lead)
	if !strings.ContainsAny(text[:len(text)-len(rest)], marks) || !compact && strings.Contains(rest, "'") {
		return text, false
	}
	return rest, true
}

// isErrorWord reports the text that a formula without a result shows, copied as text.
func isErrorWord(text string) bool {
	return slices.Contains([]string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}, strings.ToUpper(strings.TrimSpace(text)))
}

// isProgramWord reports what programs write for "nothing". A person who means
// that writes 无.
func isProgramWord(value string) bool {
	return len(value) <= 11 && slices.Contains([]string{"nan", "<na>", "nat", "none", "null", "(null)", "[null]", "<null>", "\\n", "undefined", "n/a", "nil"},
		strings.ToLower(value))
}

// clearProgramWord takes such a word as an empty cell.
func (j *judgement) clearProgramWord(s *slot) {
	if !s.bad && isProgramWord(s.value) {
		j.fix(s, refusal.SheetBlankWord, "")
	}
}

// garbled reports a text that went through a wrong encoding and cannot be read any
// more: the replacement character, and what becomes of it when UTF-8 is read as GBK.
func garbled(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) || strings.Contains(text, "锟斤") || strings.Contains(text, "斤拷")
}

// looksGarbled reports a text that very likely went through a wrong encoding.
func looksGarbled(text string) bool {
	if isASCII(text) {
		return strings.Contains(text, "??")
	}
	for _, trace := range []string{"??", "？？", "烫烫烫", "屯屯屯", "葺葺葺", "ï»¿"} {
		if strings.Contains(text, trace) {
			return true
		}
	}
	before := rune(0)
	for _, r := range text {
		if unicode.Is(unicode.Co, r) || before >= 0xc2 && before <= 0xf4 && r >= 0x80 && r <= 0xbf {
			return true // a character of nobody's, or UTF-8 read as Latin letters
		}
		before = r
	}
	return readAsGBK(text)
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// readAsGBK reports Chinese text whose bytes, written in GBK, are the UTF-8 of
// other text in common characters: 寮犱笁 is 张三.
func readAsGBK(text string) bool {
	bytes, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil || !utf8.ValidString(bytes) {
		return false
	}
	han := 0
	for _, r := range bytes {
		switch {
		case strings.ContainsRune("0123456789-#,.() ", r): // no part of a character in GBK
		case isCommonHan(r):
			han++
		default:
			return false
		}
	}
	return han > 1
}

// isCommonHan reports the 3,755 characters of the first level of GB/T 2312.
func isCommonHan(r rune) bool {
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
	return err == nil && len(b) == 2 && b[0] >= 0xb0 && b[0] <= 0xd7 && b[1] >= 0xa1
}
