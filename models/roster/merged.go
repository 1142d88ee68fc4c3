package roster

import (
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// merges knows the merged blocks of a sheet by the rows they cover.
type merges struct {
	layout *layout
	byRow  map[int][]workbook.Range // by first row
	open   []workbook.Range         // blocks that reach further down and start with a value
}

func newMerges(t *Template, l *layout, list []workbook.Range) *merges {
	m := &merges{layout: l, byRow: map[int][]workbook.Range{}}
	for _, r := range list {
		if r.FirstRow > l.headerRow && r.FirstColumn <= 2*len(t.Columns) {
			m.byRow[r.FirstRow] = append(m.byRow[r.FirstRow], r)
		}
	}
	return m
}

// maxOpen bounds the work per row in a file made to be slow.
const maxOpen = 200

// fill gives the cells that a merged block covers their value where that is
// safe: addresses side by side in one row. Any other covered cell is marked,
// and an empty marked cell refuses the row, because whether the value belongs
// to it is a guess.
func (m *merges) fill(j *judgement) {
	open := m.open[:0]
	for _, r := range m.open {
		if r.LastRow < j.row {
			continue
		}
		open = append(open, r)
		m.cover(j, r, r.FirstColumn)
	}
	m.open = open
	for _, r := range m.byRow[j.row] {
		anchor := m.slot(j, r.FirstColumn)
		if anchor == nil || anchor.value == "" {
			continue
		}
		if r.LastRow > r.FirstRow && len(m.open) < maxOpen {
			m.open = append(m.open, r)
		}
		if anchor.column.Kind != KindAddress || !m.addresses(j, r) {
			m.cover(j, r, r.FirstColumn+1)
			continue
		}
		for column := r.FirstColumn + 1; column <= r.LastColumn; column++ {
			if s := m.slot(j, column); s.value == "" {
				j.fix(s, refusal.SheetMergedFilled, anchor.value)
			}
		}
	}
}

// addresses reports whether all columns of a block hold addresses.
func (m *merges) addresses(j *judgement, r workbook.Range) bool {
	for column := r.FirstColumn; column <= r.LastColumn; column++ {
		if s := m.slot(j, column); s == nil || s.column.Kind != KindAddress {
			return false
		}
	}
	return true
}

func (m *merges) cover(j *judgement, r workbook.Range, from int) {
	for column := from; column <= min(r.LastColumn, 2*len(j.slots)); column++ {
		if s := m.slot(j, column); s != nil && s.value == "" && s.column.Kind != KindHidden {
			s.merged = true
		}
	}
}

func (m *merges) slot(j *judgement, column int) *slot {
	if i, known := m.layout.of[column]; known {
		return &j.slots[i]
	}
	return nil
}
