package roster

import (
	"strconv"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
)

// members are the numbers of the two family members every row needs (S2o).
func members() []int { return []int{1, 2} }

func isMemberOf(f Field, member int) bool {
	of, _ := f.Member()
	return member != 0 && of == member
}

// missingMember gives the family member of whom nothing is filled in and says
// so once, instead of once per required cell; 0 when there is none.
func (c *checker) missingMember(j *judgement) int {
	for _, n := range members() {
		empty := true
		for i := range j.slots {
			s := &j.slots[i]
			if isMemberOf(s.column.Field, n) && (s.value != "" || s.bad || s.merged) {
				empty = false
			}
		}
		if empty {
			j.reject(c.slot(j, MemberField(n, memberName)), refusal.SheetMemberMissing, map[string]string{"member": strconv.Itoa(n)})
			return n
		}
	}
	return 0
}

// members judges each family member, and both for a pupil without a number.
func (c *checker) members(j *judgement) {
	known := false
	for _, n := range members() {
		c.relation(j, n)
		known = c.memberIdentity(j, n) || known
	}
	c.memberTwice(j)
	kind, number := c.slot(j, IDType), c.slot(j, IDNumber)
	// 身份证件类型 Z without a number: a family member must be identified instead [M19].
	if !known && !kind.bad && kind.value == idTypeOther && !number.bad && number.value == "" {
		j.reject(c.slot(j, MemberField(1, memberIDNumber)), refusal.SheetMemberIDMissing, nil)
	}
}

// memberTwice refuses one person as both family members: one document, or one
// name with the same telephone or relation where no two documents tell them apart.
func (c *checker) memberTwice(j *judgement) {
	same := func(item string) bool {
		a, b := c.slot(j, MemberField(1, item)), c.slot(j, MemberField(2, item))
		return a.value != "" && a.value == b.value && !a.bad && !b.bad
	}
	first, second := c.slot(j, MemberField(1, memberIDNumber)), c.slot(j, MemberField(2, memberIDNumber))
	switch {
	case same(memberIDNumber):
		j.reject(second, refusal.SheetMemberTwice, nil)
	case first.value != "" && second.value != "":
	case same(memberName) && (same(memberPhone) || same(memberRelation)):
		j.reject(c.slot(j, MemberField(2, memberName)), refusal.SheetMemberTwice, nil)
	}
}

func (c *checker) relation(j *judgement, n int) {
	relation, note := c.slot(j, MemberField(n, memberRelation)), c.slot(j, MemberField(n, memberRelationNote))
	if relation.value != relationOther && relation.value != relationNoKin {
		return
	}
	if !relation.bad && note.value == "" {
		j.reject(note, refusal.SheetRelationNote, map[string]string{"member": strconv.Itoa(n)})
	}
}

// memberIdentity judges the document of a family member and reports whether
// anything was entered that identifies the person.
func (c *checker) memberIdentity(j *judgement, n int) bool {
	kind, number := c.slot(j, MemberField(n, memberIDType)), c.slot(j, MemberField(n, memberIDNumber))
	if number.bad {
		return true
	}
	if kind.bad || number.value == "" {
		return false
	}
	switch kind.value {
	case "":
		j.reject(kind, refusal.SheetMemberIDType, map[string]string{"member": strconv.Itoa(n)})
	case idTypeCitizen:
		c.memberCitizenID(j, number)
	default:
		c.otherDocument(j, kind, number)
	}
	return true
}

func (c *checker) memberCitizenID(j *judgement, number *slot) {
	id := j.citizenID(number)
	if id.IsZero() {
		return
	}
	if own := c.slot(j, IDNumber); own.value == id.Reveal() {
		j.reject(number, refusal.SheetMemberIDOfPupil, nil)
	}
	for _, reason := range id.Disagreements(ident.Claim{Today: c.in.Today, Plausible: c.in.Plausible}) {
		if reason == ident.ImplausibleProvince {
			j.reject(number, provinceFault(number.value), nil)
		} else {
			j.reject(number, refusal.SheetIDBirth, nil)
		}
	}
}
