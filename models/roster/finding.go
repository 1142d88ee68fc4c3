package roster

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
)

// Severity says what a finding did to its row.
type Severity string

// The severities. Fixed covers rows that were left out because they hold nothing new.
const (
	Reject Severity = "reject" // the row is not taken
	Fixed  Severity = "fixed"  // the value was put right; the clerk should look at it
	Remark Severity = "remark" // nothing was changed; somebody should look at it
)

// Finding is one thing the clerk is told about a row, a cell or the file.
//
// It carries no secret: Shown and Corrected are masked, so findings may be
// stored and shown to everybody who may see the import.
type Finding struct {
	Row         int // as at the left edge of the sheet; 0 for the file and for an item of a record
	Column      string
	Header      string
	Field       Field
	Code        refusal.Code
	Severity    Severity
	Shown       string // what stands in the cell
	Corrected   string // what was taken instead, when Severity is Fixed
	RelatedRows []int
	Params      map[string]string
}

// Problem gives the finding as a problem, whose sentences the catalogue has.
func (f Finding) Problem() *refusal.Error {
	e := refusal.New(f.Code).WithText("header", f.Header, HeaderInEnglish(f.Header))
	if f.Row > 0 { // an item of a record stands in no row
		e.With("row", strconv.Itoa(f.Row)).With("column", f.Column)
	}
	maps.Copy(e.Params, f.Params)
	if len(f.RelatedRows) > 0 {
		e = e.WithText("related", joinRows(f.RelatedRows, "、"), joinRows(f.RelatedRows, ", "))
	}
	return e
}

// OfItem gives a finding about an item of a record as a problem that points at it.
func (f Finding) OfItem() *refusal.Error { return f.Problem().At("/items/" + string(f.Field)) }

// Sentence says the finding, why it matters and what to do, in a language; of a
// corrected value also from what to what, so that the person can check it.
func (f Finding) Sentence(c *refusal.Catalogue, lang refusal.Language) string {
	sentence := c.Sentence(f.Problem(), lang)
	if f.Severity != Fixed || f.Shown == "" && f.Corrected == "" || f.Field == "" {
		return sentence
	}
	if lang == refusal.English {
		return sentence + " (" + quoted(f.Shown, `"`, `"`, "empty") + " → " + quoted(f.Corrected, `"`, `"`, "empty") + ")"
	}
	return sentence + "（" + quoted(f.Shown, "“", "”", "空") + "→" + quoted(f.Corrected, "“", "”", "空") + "）"
}

func quoted(value, open, closing, empty string) string {
	if value == "" {
		return empty
	}
	return open + value + closing
}

func joinRows(rows []int, between string) string {
	words := make([]string, len(rows))
	for i, r := range rows {
		words[i] = strconv.Itoa(r)
	}
	return strings.Join(words, between)
}

// longestShown is how many characters of a value a finding repeats.
const longestShown = 40

// show gives a value as a finding may carry it.
func (c *Column) show(value string) string {
	value = remove(value, isInvisible) // direction marks would turn the page around
	switch {
	case isNoneWord(strings.TrimSpace(value)):
		return value
	case c.Secret == MaskNumber && c.Kind == KindPhone:
		return ident.MaskPhone(value)
	case c.Secret == MaskNumber:
		return ident.MaskDocument(value)
	case c.Secret == MaskName:
		return ident.MaskName(strings.TrimFunc(value, isBlank))
	}
	value = c.hideNumbers(value)
	if runes := []rune(value); len(runes) > longestShown {
		return string(runes[:longestShown]) + "…"
	}
	return value
}

// CorrectedInFull says whether the school that handed in an item sees in full what it
// was corrected to: a name and a telephone number, never the number of a document.
func (t *Template) CorrectedInFull(f Finding) bool {
	c := t.Column(f.Field)
	return f.Severity == Fixed && c != nil && (c.Secret == MaskName || c.Kind == KindPhone)
}

// WithNames gives findings in which corrected names and telephone numbers stand in
// full: for the person who handed the pupil in, to whom a masked one shows no correction.
func (t *Template) WithNames(findings []Finding, pupil Pupil) []Finding {
	list := slices.Clone(findings)
	for i := range list {
		f := &list[i]
		if t.CorrectedInFull(*f) && pupil[f.Field] != "" {
			f.Corrected = pupil[f.Field]
		}
	}
	return list
}

// longNumber is how many digits in a row may be somebody's number.
const longNumber = 11

// hideNumbers masks long numbers in columns that hold no secret: when columns
// slipped, an ID number may stand anywhere.
func (c *Column) hideNumbers(value string) string {
	if c.Kind == KindDivision && len(value) <= c.Max {
		return value
	}
	var b strings.Builder
	var run []rune
	flush := func() {
		if len(run) >= longNumber {
			b.WriteString(ident.MaskDocument(string(run)))
		} else {
			b.WriteString(string(run))
		}
		run = run[:0]
	}
	for _, r := range value {
		if unicode.IsDigit(r) || r == 'x' || r == 'X' {
			run = append(run, r)
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String()
}

// isNoneWord reports what clerks write to say that there is nothing to write.
func isNoneWord(value string) bool {
	return slices.Contains([]string{"无", "没有", "无。", "暂无", "/", "\\", "-", "--", "—", "——"}, value)
}
