package roster

import (
	"crypto/sha256"
	"strconv"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
)

// key stands for the content of a row; the content itself is not kept.
type key [16]byte

// repeats finds pupils that stand in a file more than once. It keeps five
// keys per row, about 250 bytes, and nothing that could be read back.
type repeats struct {
	byContent map[key]int
	byNumber  map[key]*bearer
	byPerson  map[key]int
	byKin     kinship
	late      map[int][]Finding
}

// bearer is the first row with a number of an identity document.
type bearer struct {
	row   int
	taken Verdict
	// cell shows the number of the first row, already masked.
	cell Finding
}

func newRepeats() *repeats {
	return &repeats{
		byContent: map[key]int{}, byNumber: map[key]*bearer{}, byPerson: map[key]int{}, byKin: kinship{}, late: map[int][]Finding{},
	}
}

// keyOf joins values with a mark that cannot stand in them.
func keyOf(values ...string) key {
	h := sha256.New()
	for _, v := range values {
		h.Write([]byte(v))
		h.Write([]byte{0xff})
	}
	return key(h.Sum(nil)[:16])
}

// judge compares a row with the rows before it. It returns false when the row
// is an exact copy, which is left out.
func (r *repeats) judge(c *checker, j *judgement) bool {
	values := make([]string, 0, len(j.slots))
	for i := range j.slots {
		values = append(values, j.slots[i].value)
	}
	content := keyOf(values...)
	if earlier, seen := r.byContent[content]; seen {
		j.findings = []Finding{{
			Row: j.row, Code: refusal.SheetRepeatedRow, Severity: Fixed, RelatedRows: []int{earlier},
		}}
		return false
	}
	r.byContent[content] = j.row
	if !r.number(c, j) {
		r.person(c, j)
		r.byKin.judge(c, j)
	}
	return true
}

// identity is the key of the row's document, the same as in the register.
func (r *repeats) identity(c *checker, j *judgement) key {
	return keyOf(ident.IdentityKey(c.slot(j, IDType).value, c.slot(j, Nationality).value, c.slot(j, IDNumber).value))
}

// number refuses every row whose document another row has too, under whatever kind
// and spelling: which of them is right is unknown. It returns true when there is such a row.
func (r *repeats) number(c *checker, j *judgement) bool {
	kind, number := c.slot(j, IDType), c.slot(j, IDNumber)
	if number.bad || kind.bad || number.value == "" {
		return false
	}
	k := r.identity(c, j)
	first, seen := r.byNumber[k]
	if !seen {
		r.byNumber[k] = &bearer{row: j.row, cell: Finding{
			Row: j.row, Column: number.letter, Header: number.column.Header, Field: IDNumber,
			Code: refusal.SheetSameNumber, Severity: Reject, Shown: number.column.show(number.raw),
		}}
		return false
	}
	j.reject(number, refusal.SheetSameNumber, nil, first.row)
	first.cell.RelatedRows = append(first.cell.RelatedRows, j.row)
	r.late[first.row] = []Finding{first.cell}
	return true
}

// person holds a row back that has the name, sex, birth date, address and
// parents of an earlier row but another number: very likely one pupil twice.
func (r *repeats) person(c *checker, j *judgement) {
	fields := []Field{Name, Sex, BirthDate, AddressNow, MemberField(1, memberName), MemberField(2, memberName)}
	values := make([]string, 0, len(fields))
	for _, f := range fields {
		s := c.slot(j, f)
		if s.bad || s.value == "" {
			return
		}
		if s.column.Kind == KindName {
			values = append(values, ident.NameKey(s.value))
		} else {
			values = append(values, s.value)
		}
	}
	k := keyOf(values...)
	if earlier, seen := r.byPerson[k]; seen {
		number := c.slot(j, IDNumber)
		j.reject(number, refusal.SheetSamePerson, map[string]string{"earlier": strconv.Itoa(earlier)}, earlier)
		return
	}
	r.byPerson[k] = j.row
}

// settle remembers how a row was judged, for when it is refused late.
func (r *repeats) settle(c *checker, j *judgement, v Verdict) {
	if b := r.byNumber[r.identity(c, j)]; b != nil && b.row == j.row {
		b.taken = v
	}
}

// downgraded counts, by their first verdict, the rows that are refused late.
func (r *repeats) downgraded() map[Verdict]int {
	counts := map[Verdict]int{}
	for _, b := range r.byNumber {
		if r.late[b.row] != nil {
			counts[b.taken]++
		}
	}
	return counts
}
