package roster

import (
	"slices"
	"strings"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// slot is the cell of one column in the row that is being judged.
type slot struct {
	column *Column
	letter string
	raw    string // as stored, for showing
	value  string // as taken
	number bool   // stored as a number with all its digits
	bad    bool   // rejected: later checks stay silent about it
	merged bool   // covered by a merged block that starts in another column kind
	// cleared: a word for 无 in a sheet of updates, where an empty cell leaves the item as it is.
	cleared bool
}

// judgement collects what is found in one row.
type judgement struct {
	row      int
	slots    []slot // by column of the template
	findings []Finding
}

func (j *judgement) find(s *slot, severity Severity, code refusal.Code, params map[string]string, related ...int) {
	j.findings = append(j.findings, Finding{
		Row: j.row, Column: s.letter, Header: s.column.Header, Field: s.column.Field,
		Code: code, Severity: severity, Shown: s.column.show(s.raw), RelatedRows: related, Params: params,
	})
}

// reject refuses the row because of a cell; the first reason per cell counts.
func (j *judgement) reject(s *slot, code refusal.Code, params map[string]string, related ...int) {
	if s.bad {
		return
	}
	s.bad = true
	j.find(s, Reject, code, params, related...)
}

// fix puts a cell right.
func (j *judgement) fix(s *slot, code refusal.Code, value string) {
	s.value = value
	j.find(s, Fixed, code, nil)
}

func (j *judgement) remark(s *slot, code refusal.Code) { j.find(s, Remark, code, nil) }

// rejected reports whether the row is refused so far.
func (j *judgement) rejected() bool {
	for _, f := range j.findings {
		if f.Severity == Reject {
			return true
		}
	}
	return false
}

// settle completes the findings once all values are final: what was taken is
// shown with every correction, and a refused cell has no correction.
func (j *judgement) settle() {
	kept := j.findings[:0]
	for _, f := range j.findings {
		if s := j.ofItem(f.Field); s != nil && f.Severity == Fixed {
			if s.bad {
				continue
			}
			f.Corrected = s.column.show(s.value)
			if slices.ContainsFunc(kept, func(k Finding) bool { return k.Severity == Fixed && k.Field == f.Field && k.Code == f.Code }) {
				continue // two steps of one correction
			}
		}
		kept = append(kept, f)
	}
	j.findings = kept
}

// ofItem gives the slot of an item. A letter does not tell it: in a sheet with some
// of the columns the letter of one that is there belongs to another in the template.
func (j *judgement) ofItem(f Field) *slot {
	for i := range j.slots {
		if f != "" && j.slots[i].column.Field == f {
			return &j.slots[i]
		}
	}
	return nil
}

// blank reports whether no column of a pupil holds anything.
func (j *judgement) blank() bool {
	for i := range j.slots {
		if s := &j.slots[i]; s.column.Kind != KindHidden && (s.value != "" || s.bad) {
			return false
		}
	}
	return true
}

// store takes a cell into its slot, judging only how it is stored.
func (j *judgement) store(s *slot, c workbook.Cell, book *workbook.Book) {
	s.raw, s.value = c.Text, c.Text
	switch {
	case s.column.Kind == KindHidden:
		s.value, _ = tidy(c.Text)
		return
	case c.Missing:
		j.reject(s, refusal.SheetFormulaWithoutValue, nil)
		return
	case c.Kind == workbook.Error:
		j.reject(s, refusal.SheetErrorCell, nil)
		return
	}
	switch c.Kind {
	case workbook.Number:
		j.storeNumber(s, c.Text, book)
	case workbook.Bool:
		j.storeTruth(s, c.Text)
	case workbook.Date:
		j.storeDate(s, c.Text, book)
	case workbook.Text, workbook.Error:
		j.storeText(s)
		j.clearProgramWord(s)
	}
	if c.Formula && s.value != "" {
		j.fix(s, refusal.SheetFormula, s.value)
	}
}

// storeText takes a text, tidied as its column allows.
func (j *judgement) storeText(s *slot) {
	raw := j.bare(s)
	if garbled(raw) {
		s.value = strings.ToValidUTF8(raw, "\uFFFD")
		j.reject(s, refusal.SheetGarbled, nil)
		return
	}
	if isErrorWord(raw) {
		j.reject(s, refusal.SheetErrorCell, nil)
		return
	}
	if !s.column.compact() {
		text, codes := tidy(raw)
		s.value = text
		for _, code := range codes {
			if text != "" { // a cell of spaces is an empty cell
				j.fix(s, code, text)
			}
		}
		if looksGarbled(raw) {
			j.remark(s, refusal.SheetLooksGarbled)
		}
		return
	}
	text, repairs := ident.Tidy(raw)
	s.value = text
	for _, r := range repairs {
		if code := repairCode(r); code != "" && text != "" {
			j.fix(s, code, text)
		}
	}
}

func repairCode(r ident.Repair) refusal.Code {
	switch r {
	case ident.Trimmed:
		return refusal.SheetSpacesTrimmed
	case ident.InnerSpace:
		return refusal.SheetInnerSpace
	case ident.Invisible:
		return refusal.SheetInvisible
	case ident.FullWidth:
		return refusal.SheetFullWidth
	case ident.SmallLetter:
		return refusal.SheetLetterCase
	case ident.SixDigits:
		return refusal.SheetDivisionShort
	case ident.Radical:
		return refusal.SheetRadical
	case ident.Standard:
		return refusal.SheetComposed
	case ident.MiddleDot:
		return refusal.SheetMiddleDot
	case ident.LookAlike:
		return refusal.SheetLookAlike
	}
	return ""
}

// compact reports kinds in which blanks and full-width characters mean nothing.
func (c *Column) compact() bool {
	return !slices.Contains([]Kind{KindText, KindName, KindAddress, KindHidden}, c.Kind)
}
