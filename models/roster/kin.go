package roster

import "github.com/xueji/xueji/models/refusal"

// kinship finds pupils without a number who stand in a file twice: by name, sex,
// birth date and one family member, as they are recognised in the register.
type kinship map[key]kin

// kin is the first row of somebody with this name, day and family member.
type kin struct {
	row      int
	numbered bool
}

// judge refuses the second row of a pupil when one of the two has no number, and
// remembers the first.
func (k kinship) judge(c *checker, j *judgement) {
	number := c.slot(j, IDNumber)
	person := make([]string, 0, 4)
	for _, f := range []Field{Name, Sex, BirthDate} {
		s := c.slot(j, f)
		if s.bad || s.value == "" {
			return
		}
		person = append(person, s.value)
	}
	for _, n := range members() {
		member := c.slot(j, MemberField(n, memberName))
		if member.bad || member.value == "" {
			continue
		}
		id := keyOf(append(person, member.value)...)
		first, seen := k[id]
		switch {
		case !seen:
			k[id] = kin{row: j.row, numbered: number.value != ""}
		case first.row != j.row && (!first.numbered || number.value == ""):
			j.reject(c.slot(j, Name), refusal.SheetSameUnnumbered, nil, first.row)
			return
		}
	}
}
