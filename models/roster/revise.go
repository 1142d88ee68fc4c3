package roster

import (
	"maps"

	"github.com/xueji/xueji/models/refusal"
)

// Revise judges changed items of a pupil's record together with the rest of it,
// by the same rules as a sheet, and gives the pupil as it would be taken and
// what was found. An empty value clears an item.
//
// What was wrong with the record before is not held against a change: told is
// what concerns the changed items, and what they make wrong elsewhere, such as a
// relation that now needs a note. An item that is refused stays as it was.
// Findings have neither row nor column.
func (rd *Reader) Revise(current Pupil, changed map[Field]string, in *Submission) (Pupil, []Finding) {
	c := newChecker(rd.whole(), in)
	was, is := c.record(current, nil), c.record(current, changed)
	r := revision{changed: changed, was: was, is: is, refused: map[Field]bool{}, told: map[Field]map[refusal.Code]bool{}}
	r.note()
	pupil := maps.Clone(current)
	for i := range is.slots {
		s := &is.slots[i]
		if _, typed := changed[s.column.Field]; !typed || s.bad || s.column.Kind == KindHidden {
			continue
		}
		if pupil[s.column.Field] = s.value; s.value == "" {
			delete(pupil, s.column.Field)
		}
	}
	return pupil, r.findings()
}

// record judges a record with some of its items typed anew.
func (c *checker) record(values Pupil, typed map[Field]string) *judgement {
	j := &judgement{slots: make([]slot, len(c.template.Columns))}
	for i := range c.template.Columns {
		column := &c.template.Columns[i]
		s := &j.slots[i]
		*s = slot{column: column, letter: column.Letter}
		if column.Kind == KindHidden {
			continue
		}
		s.raw, s.value = values[column.Field], values[column.Field]
		if text, anew := typed[column.Field]; anew {
			s.raw, s.value = text, text
			j.storeText(s)
			if text != "" && s.value == "" { // nobody who typed something meant to clear the item
				j.reject(s, refusal.SheetNothingVisible, nil)
			}
			if isProgramWord(s.value) { // of an edit an empty value would clear the item
				j.reject(s, refusal.SheetProgramWord, map[string]string{"word": s.value})
			}
		}
	}
	c.row(j)
	j.settle()
	return j
}

// revision compares what is found in a record with what was found before.
type revision struct {
	changed map[Field]string
	was, is *judgement
	refused map[Field]bool // before
	told    map[Field]map[refusal.Code]bool
}

// note remembers what was found before.
func (r *revision) note() {
	for _, f := range r.was.findings {
		if f.Severity == Reject {
			r.refused[f.Field] = true
		}
		if r.told[f.Field] == nil {
			r.told[f.Field] = map[refusal.Code]bool{}
		}
		r.told[f.Field][f.Code] = true
	}
}

func (r *revision) findings() []Finding {
	var list []Finding
	for _, f := range r.is.findings {
		if r.concerns(f) {
			f.Column = ""
			list = append(list, f)
		}
	}
	return list
}

// concerns says whether a finding comes from the change.
func (r *revision) concerns(f Finding) bool {
	if _, typed := r.changed[f.Field]; typed {
		return true
	}
	switch f.Severity {
	case Reject:
		return !r.refused[f.Field] || r.newMember(f.Field)
	case Remark:
		return !r.told[f.Field][f.Code]
	case Fixed: // an item that was not typed stays as it is
	}
	return false
}

// newMember says whether the change adds the family member an item belongs to:
// then everything a family member needs must come with it.
func (r *revision) newMember(f Field) bool {
	for _, n := range members() {
		if isMemberOf(f, n) {
			return r.was.absent(n) && !r.is.absent(n)
		}
	}
	return false
}

// absent says whether nothing is known of a family member.
func (j *judgement) absent(n int) bool {
	for i := range j.slots {
		if s := &j.slots[i]; isMemberOf(s.column.Field, n) && (s.value != "" || s.bad && s.raw != "") {
			return false
		}
	}
	return true
}
