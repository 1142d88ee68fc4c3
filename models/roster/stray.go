package roster

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// footers are the words with which a line below or between the pupils begins that
// is about the table and not about anybody in it.
func footers() []string {
	return []string{"合计", "总计", "小计", "共计", "总人数", "合计人数", "人数合计", "制表人", "制表日期", "制表时间", "制表单位", "填表人", "填表日期", "填报人",
		"填报日期", "审核人", "经办人", "打印日期", "打印时间", "导出时间", "校长签字", "校长签名", "负责人签字", "单位盖章", "学校盖章", "(盖章)",
		"说明:", "填表说明", "填写说明", "备注:", "注:", "注意:", "注意事项"}
}

// isFooter reports a text that begins with one of those words.
func isFooter(text string) bool {
	if text == "" || len(text) > 200 {
		return false
	}
	word := strings.Map(drop(isBlank), halfWidth(text))
	return headCount.MatchString(word) || slices.ContainsFunc(footers(), func(f string) bool { return strings.HasPrefix(word, f) })
}

// headCount is how lists end that say how many stand in them.
var headCount = regexp.MustCompile(`^共计?\d+(人|名|条|行)`)

// isStray reports a row that is no pupil: the headers once more, as on every
// printed page, a line of totals or signatures, or codes that were dragged down
// beyond the last pupil. A row with the number of a document is never one.
func (p *pass) isStray(row *workbook.Row, j *judgement) bool {
	if p.isHeader(row, j) {
		return true
	}
	name, number, birth := p.check.slot(j, Name), p.check.slot(j, IDNumber), p.check.slot(j, BirthDate)
	if number.value != "" || number.bad || j.filled() > len(j.slots)/4 {
		return false
	}
	// Of an update every row counts: one that names nobody is refused.
	nobody := name.value == "" && !name.bad && birth.value == "" && !birth.bad && !p.check.template.partial
	return nobody || p.isFooterRow(row, name)
}

// isHeader reports a row whose cells are the names of their own columns.
func (p *pass) isHeader(row *workbook.Row, j *judgement) bool {
	same, other := 0, 0
	for _, c := range row.Cells {
		i, known := p.layout.of[c.Column]
		switch {
		case !known || j.slots[i].value == "":
		case header(c.Text) == j.slots[i].column.Header:
			same++
		default:
			other++
		}
		if same == 0 && other > 2 {
			return false // as nearly every row
		}
	}
	return same > 1 && same > other
}

// isFooterRow reports a line that speaks about the table, in its first cell or
// where the name would stand; with nobody's name in it, in any cell.
func (p *pass) isFooterRow(row *workbook.Row, name *slot) bool {
	if isFooter(name.value) {
		return true
	}
	for _, c := range row.Cells {
		if isFooter(c.Text) {
			return true
		}
		if name.value != "" && strings.TrimFunc(c.Text, isBlank) != "" {
			return false
		}
	}
	return false
}

// filled counts the columns of a pupil in which something stands.
func (j *judgement) filled() int {
	n := 0
	for i := range j.slots {
		if s := &j.slots[i]; s.column.Kind != KindHidden && (s.value != "" || s.bad) {
			n++
		}
	}
	return n
}

// stray leaves a row out that holds no pupil, with one remark instead of one per item.
func (p *pass) stray(number int) error {
	p.strays++
	if number == p.solid+1 {
		p.solid = number
	}
	if p.check.template.partial {
		p.left = append(p.left, number)
		return nil
	}
	p.sum.LeftOut++
	return p.each(&Row{Number: number, Verdict: LeftOut, Letters: p.sum.Letters, Findings: []Finding{{Row: number, Code: refusal.SheetNoPupilRow, Severity: Fixed}}})
}

// note remembers a row with a pupil for what is said about the file as a whole.
func (p *pass) note(row *workbook.Row) {
	p.lastPupil, p.solid, p.strays = row.Number, row.Number, 0
	if row.Hidden {
		p.hidden = append(p.hidden, row.Number)
	}
	for _, column := range p.loose {
		p.unnamed[column] = true
	}
}

// fileFindings says what only the whole file tells: each thing once.
func (p *pass) fileFindings() {
	tell := func(code refusal.Code, severity Severity, params map[string]string) {
		p.sum.File = append(p.sum.File, Finding{Row: p.layout.headerRow, Code: code, Severity: severity, Params: params})
	}
	if len(p.hidden) > 0 {
		params := rowsNamed(p.hidden)
		params["count"] = strconv.Itoa(len(p.hidden))
		tell(refusal.SheetHiddenRows, Remark, params)
	}
	if len(p.left) > 0 {
		tell(refusal.SheetNoPupilRows, Fixed, rowsNamed(p.left))
	}
	if len(p.unnamed) > 0 {
		letters := make([]string, 0, len(p.unnamed))
		for _, column := range sortedKeys(p.unnamed) {
			letters = append(letters, workbook.ColumnLetter(column))
		}
		tell(refusal.SheetColumnsUnnamed, Fixed, columnsNamed(letters))
	}
}

// shownRows is how many rows a sentence names.
const shownRows = 20

// someRows names rows for people: the first twenty, then how many more.
func someRows(rows []int, between string) string {
	text := joinRows(rows[:min(len(rows), shownRows)], between)
	if more := len(rows) - shownRows; more > 0 {
		text += " … (+" + strconv.Itoa(more) + ")"
	}
	return text
}

// hiddenColumns tells of columns that nobody sees and whose values are read all
// the same. The separator of the template is always hidden.
func (l *layout) hiddenColumns(t *Template, book *workbook.Book) error {
	hidden, err := book.HiddenColumns(l.sheet)
	if err != nil {
		return refusalOf(err)
	}
	var headers []string
	for _, column := range hidden {
		if i, known := l.of[column]; known && t.Columns[i].Kind != KindHidden {
			headers = append(headers, t.Columns[i].Header)
		}
	}
	if len(headers) > 0 {
		l.findings = append(l.findings, Finding{Row: l.headerRow, Code: refusal.SheetHiddenColumns, Severity: Remark, Params: columnsNamed(headers)})
	}
	return nil
}
