package roster

import (
	"context"
	"strconv"
	"strings"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// pass is one walk through a file.
type pass struct {
	reader  *Reader
	book    *workbook.Book
	layout  *layout
	check   *checker
	repeats *repeats
	merges  *merges
	each    func(*Row) error
	sum     *Summary

	lastPupil int   // number of the last row with a pupil
	solid     int   // number of the last row before the first blank one since then
	strays    int   // rows since then that hold no pupil, see stray
	hidden    []int // rows with a pupil that nobody sees
	loose     []int // columns without a header in which this row has something
	unnamed   map[int]bool
	left      []int // strays of a sheet of updates
}

func (p *pass) run(ctx context.Context) error {
	p.lastPupil, p.solid = p.layout.headerRow, p.layout.headerRow
	for row, err := range p.book.Rows(p.layout.sheet) {
		if err != nil {
			return refusalOf(err)
		}
		if row.Number <= p.layout.headerRow {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.row(row); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) row(row *workbook.Row) error {
	j := p.store(row)
	if j.blank() {
		return nil // told with the next pupil; blank rows at the end are no rows
	}
	if p.isStray(row, j) {
		return p.stray(row.Number)
	}
	if err := p.gap(row.Number); err != nil {
		return err
	}
	p.note(row)
	if p.sum.Rows++; p.sum.Rows > p.reader.maxRows {
		return refusal.New(refusal.SheetTooManyRows).With("max", strconv.Itoa(p.reader.maxRows))
	}
	if p.check.template.partial {
		return p.update(j)
	}
	p.check.row(j)
	if !p.repeats.judge(p.check, j) {
		p.sum.LeftOut++
		return p.each(&Row{Number: j.row, Verdict: LeftOut, Findings: j.findings, Letters: p.sum.Letters})
	}
	j.settle()
	r := &Row{Number: j.row, Verdict: j.verdict(), Pupil: j.pupil(), Findings: j.findings, Letters: p.sum.Letters}
	p.repeats.settle(p.check, j, r.Verdict)
	p.count(r.Verdict)
	return p.each(r)
}

func (p *pass) count(v Verdict) {
	switch v {
	case Correct:
		p.sum.Fixed++
		p.sum.Taken++
	case Take:
		p.sum.Taken++
	case Refuse:
		p.sum.Refused++
	case LeftOut:
		p.sum.LeftOut++
	}
}

// store takes the cells of a row into the columns of the template.
func (p *pass) store(row *workbook.Row) *judgement {
	t := p.reader.template
	j := &judgement{row: row.Number, slots: make([]slot, len(t.Columns))}
	for i := range t.Columns {
		j.slots[i] = slot{column: &t.Columns[i], letter: p.layout.letter(t, i)}
	}
	p.loose = p.loose[:0]
	for _, c := range row.Cells {
		if i, known := p.layout.of[c.Column]; known {
			j.store(&j.slots[i], c, p.book)
		} else if !p.layout.named[c.Column] && strings.TrimFunc(c.Text, isBlank) != "" {
			p.loose = append(p.loose, c.Column)
		}
	}
	p.merges.fill(j)
	return j
}

// gap tells of the blank rows between the last pupil and this one, all at once.
func (p *pass) gap(next int) error {
	blank := next - p.lastPupil - 1 - p.strays
	if blank == 0 {
		return nil
	}
	from := p.solid + 1
	if p.check.template.partial {
		return p.refuseGap(from, next-1, blank)
	}
	p.sum.LeftOut += blank
	return p.each(&Row{Number: from, Verdict: LeftOut, Findings: []Finding{{
		Row: from, Code: refusal.SheetBlankRows, Severity: Fixed,
		Params: map[string]string{"last": strconv.Itoa(next - 1), "count": strconv.Itoa(blank)},
	}}})
}

func (j *judgement) verdict() Verdict {
	v := Take
	for _, f := range j.findings {
		switch f.Severity {
		case Reject:
			return Refuse
		case Fixed:
			v = Correct
		case Remark:
		}
	}
	return v
}

// pupil gives the items that could be read.
func (j *judgement) pupil() Pupil {
	p := make(Pupil, len(j.slots))
	for i := range j.slots {
		if s := &j.slots[i]; (s.value != "" || s.cleared) && s.column.Kind != KindHidden {
			p[s.column.Field] = s.value
		}
	}
	return p
}
