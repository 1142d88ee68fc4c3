package roster

import (
	"slices"
	"strconv"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// ForUpdates gives a reader of sheets that update records (批量更新): the template
// or any of its columns in any order, as long as 姓名 and 身份证件号 are among them.
//
// A row says what is to become of one record, so it is judged cell by cell; the
// record as a whole is judged by Revise once it is found. Empty cells are left
// out of Row.Pupil, a word for 无 in an optional one stands there as an empty
// value. Blank rows between pupils are refused.
func (rd *Reader) ForUpdates() *Reader {
	other, template := *rd, *rd.template
	template.partial = true
	other.template = &template
	return &other
}

// whole gives the reader that judges all items of a pupil.
func (rd *Reader) whole() *Reader {
	other, template := *rd, *rd.template
	template.partial = false
	other.template = &template
	return &other
}

// identifying are the items by which an update finds its record.
func identifying() []Field { return []Field{Name, IDNumber} }

// fits says whether so many columns make a sheet one of this template.
func (t *Template) fits(matched int) bool {
	if t.partial {
		return matched >= len(identifying())
	}
	return matched*2 >= len(t.Columns)
}

// lacking gives the columns without which a row of texts is no header of a
// sheet of updates; nil for the whole template, which is told by its many columns.
func (t *Template) lacking(texts map[int]string) []string {
	if !t.partial {
		return nil
	}
	var words, lacks []string
	for _, text := range texts {
		words = append(words, header(text))
	}
	for _, f := range identifying() {
		if c := t.Column(f); !slices.Contains(words, c.Header) {
			lacks = append(lacks, c.Header)
		}
	}
	return lacks
}

// misfit refuses a file that has no sheet of the template.
func (t *Template) misfit(lacks []string) error {
	if len(lacks) == 0 {
		return refusal.New(refusal.SheetWrongTemplate)
	}
	return refusal.New(refusal.SheetColumnsMissing).WithText("columns", list(lacks), listInEnglish(lacks))
}

// requires says whether a cell of the column may not be empty. Of an update only
// the name may not; a number that is missing is told when the record is looked for.
func (t *Template) requires(c *Column) bool {
	if t.partial {
		return c.Field == Name
	}
	return c.Required
}

// letters gives the column of the file for every item it has.
func (l *layout) letters(t *Template) map[Field]string {
	letters := make(map[Field]string, len(l.of))
	for column, i := range l.of {
		letters[t.Columns[i].Field] = workbook.ColumnLetter(column)
	}
	return letters
}

// update hands out a row that updates a record.
func (p *pass) update(j *judgement) error {
	p.check.cells(j, 0)
	j.settle()
	r := &Row{Number: j.row, Verdict: j.verdict(), Pupil: j.pupil(), Findings: j.findings, Letters: p.sum.Letters}
	p.count(r.Verdict)
	return p.each(r)
}

// refuseGap refuses blank rows in a sheet of updates (P50): nobody knows whose
// they were meant to be.
func (p *pass) refuseGap(from, last, blank int) error {
	p.count(Refuse)
	return p.each(&Row{Number: from, Verdict: Refuse, Findings: []Finding{{
		Row: from, Code: refusal.UpdateBlankRows, Severity: Reject,
		Params: map[string]string{"last": strconv.Itoa(last), "count": strconv.Itoa(blank)},
	}}})
}
