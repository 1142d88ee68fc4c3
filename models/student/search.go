package student

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// NameMatch says how a name is compared.
type NameMatch string

// The comparisons.
const (
	NameIs       NameMatch = "IS"
	NameBegins   NameMatch = "BEGINS"
	NameContains NameMatch = "CONTAINS"
)

// SearchOrder says in which order the records found come.
type SearchOrder string

// OrderName orders by name; without it a search has an order of its own, see Find.
const OrderName SearchOrder = "NAME"

// AnyProblem asks for records with a problem of any kind.
const AnyProblem = "ANY"

// Search holds the conditions of a search; empty fields do not restrict. At least
// one of name, number, ID number, school and class must be given, so that every search
// can use an index.
type Search struct {
	Name      string
	NameMatch NameMatch
	Number    string // student number (学籍号), in full
	IDNumber  string // number of the identity document, in full
	School    uuid.UUID
	Class     uuid.UUID
	States    []string
	Stage     org.Stage
	Sex       string
	EntryYear int
	Problem   string // a kind of problem (问题学籍), or AnyProblem
	Dropout   bool   // dropouts only (辍学)
	// NumberClass and Identity are states of the student number and of the identity check.
	NumberClass string
	Identity    string
	Order       SearchOrder
	// After is the last record of the page before; uuid.Nil begins.
	After uuid.UUID
	Most  int
}

// FoundRecord is one line of a search result, numbers masked.
type FoundRecord struct {
	ID           uuid.UUID
	Name         string
	Sex          string
	BirthDate    calendar.Date
	IDMasked     string
	NumberMasked string
	EnrolStatus  string
	Stage        org.Stage
	EntryYear    int
	SchoolID     uuid.UUID
	SchoolName   string
	ClassID      *uuid.UUID
	ClassName    string
}

func (q Search) check() error {
	name, _ := ident.TidyName(q.Name)
	if name == "" && q.Number == "" && q.IDNumber == "" && q.School == uuid.Nil && q.Class == uuid.Nil {
		return refusal.New(refusal.SearchTooWide)
	}
	n := utf8.RuneCountInString(name)
	if n > ident.LongestName {
		return refusal.New(refusal.TooLong).At("/name").WithText("field", "姓名", "name").With("max", fmt.Sprint(ident.LongestName))
	}
	if name != "" && q.NameMatch != NameIs && n < 2 {
		return refusal.New(refusal.SearchNameTooShort).At("/name")
	}
	return nil
}

// Find returns one page of the matching records in scope.
//
// Records come by name when the search asks for it. Else records found by the beginning of a name come in the order of names. A class comes in
// the order of its teacher: by number in the class (班内学号), then by name. All others
// come in the order of IDs. A list of a class or a school leaves out deceased and deleted
// records unless states are named. Every condition uses a leakproof operator, so that
// PostgreSQL can use its indexes under row-level security; "contains" has no such
// operator and uses the function students_named.
func Find(t *store.Tx, q Search) ([]FoundRecord, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	var list []FoundRecord
	if err := searchQuery(t, q).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("search records: %w", err)
	}
	return list, nil
}

// inClassOrder is the order of a class for the records of a table. The number in the
// class has at most four characters; pupils without one come last.
func inClassOrder(table string) string {
	return fmt.Sprintf(`lpad(coalesce(nullif(%[1]s.details ->> 'class_seat_no', ''), '~~~~'), 4, '0') COLLATE "C", %[1]s.name, %[1]s.id`, table)
}

func inNameOrder(table string) string { return table + ".name_key, " + table + ".id" }

func inIDOrder(table string) string { return table + ".id" }

const lineColumns = `s.id, s.name, s.sex, s.birth_date, s.id_masked, s.number_masked, s.enrol_status, s.stage, s.entry_year,
	s.school_id, o.name AS school_name, s.class_id, coalesce(c.name, '') AS class_name`

// searchQuery first narrows the records to the page and joins names of offices only then.
func searchQuery(t *store.Tx, q Search) *gorm.DB {
	page := t.DB().Table("student").Select("student.*").Limit(q.Most)
	order, byID := inIDOrder, true
	switch {
	case q.listsClass():
		order, byID = inClassOrder, false
	case ident.NameKey(q.Name) == "":
	case q.NameMatch == NameContains:
		// The function has most other conditions, scope and paging inside. Where it lacks a
		// condition or the order, it gives every hit, and the page is cut below.
		after, most := q.After, q.Most
		if q.narrows() || q.Order == OrderName {
			after, most = uuid.Nil, math.MaxInt32
		}
		page = page.Where("id = ANY (ARRAY(SELECT students_named(?, ?, ?, ?::text[], ?, ?, ?)))", ident.NameKey(q.Name), store.OrNull(q.School), store.OrNull(q.Class),
			TextArray(q.States), nullText(string(q.Stage)), after, most)
	case q.NameMatch == NameBegins:
		page = page.Where("name_key ^@ ?", ident.NameKey(q.Name))
		order, byID = inNameOrder, false
	default:
		page = page.Where("name_key IN ?", NameKeys(q.Name))
	}
	if q.Order == OrderName {
		order, byID = inNameOrder, false
	}
	page = searchFacets(searchPlain(searchSecrets(t, page, q), q), q).Order(order("student"))
	switch {
	case q.After == uuid.Nil:
	case byID:
		page = page.Where("student.id > ?", q.After)
	default:
		page = page.Where("("+order("student")+") > (SELECT "+order("a")+" FROM student a WHERE a.id = ?)", q.After)
	}
	return t.DB().Table("(?) AS s", page).Select(lineColumns).
		Joins("JOIN organisation o ON o.id = s.school_id").
		Joins("LEFT JOIN school_class c ON c.id = s.class_id").Order(order("s"))
}

// listsClass reports whether the search asks for a whole class.
func (q Search) listsClass() bool { return q.Class != uuid.Nil && !q.asksFor() }

// asksFor reports whether the search names a person.
func (q Search) asksFor() bool { return q.Name != "" || q.Number != "" || q.IDNumber != "" }

func searchPlain(page *gorm.DB, q Search) *gorm.DB {
	if q.School != uuid.Nil {
		page = page.Where("school_id = ?", q.School)
	}
	if q.Class != uuid.Nil {
		page = page.Where("class_id = ?", q.Class)
	}
	switch {
	case len(q.States) > 0:
		page = page.Where("enrol_status IN ?", q.States)
	case !q.asksFor():
		page = page.Where("enrol_status NOT IN ?", []status.Enrol{status.Deceased, status.Deleted})
	}
	if q.Stage != "" {
		page = page.Where("stage = ?", q.Stage)
	}
	return page
}

// narrows reports whether the search asks for facets of the records.
func (q Search) narrows() bool {
	return q.Sex != "" || q.EntryYear != 0 || q.Problem != "" || q.Dropout || q.NumberClass != "" || q.Identity != ""
}

// searchFacets narrows a search by facets of the records. It reads no more than the search
// without them, because each search names a person, a class or a school.
func searchFacets(page *gorm.DB, q Search) *gorm.DB {
	if q.Sex != "" {
		page = page.Where("sex = ?", q.Sex)
	}
	if q.EntryYear != 0 {
		page = page.Where("entry_year = ?", q.EntryYear)
	}
	switch q.Problem {
	case "":
	case AnyProblem:
		page = page.Where("problem_flags <> '{}'")
	default:
		page = page.Where("problem_flags @> ARRAY[?]", q.Problem)
	}
	if q.Dropout {
		page = page.Where("dropout")
	}
	if q.NumberClass != "" {
		page = page.Where("number_class = ?", q.NumberClass)
	}
	if q.Identity != "" {
		page = page.Where("identity_state = ?", q.Identity)
	}
	return page
}

// searchSecrets finds numbers by their keyed hashes. A text that is no number matches no
// record.
func searchSecrets(t *store.Tx, page *gorm.DB, q Search) *gorm.DB {
	if q.Number != "" {
		page = page.Where("number_hash = ?", NumberHash(t.Store(), q.Number))
	}
	if q.IDNumber != "" {
		keys := NumberKeys(t.Store(), q.IDNumber)
		page = page.Where("(id_hash IN ? OR number_only_hash IN ?)", keys, keys)
	}
	return page
}

func nullText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// TextArray writes an array literal of codes, or NULL for none.
func TextArray[C ~string](codes []C) *string {
	if len(codes) == 0 {
		return nil
	}
	quoted := make([]string, len(codes))
	for i, c := range codes {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(string(c)) + `"`
	}
	literal := "{" + strings.Join(quoted, ",") + "}"
	return &literal
}

// NamesOf reads the names of some pupils; of one outside the data scope it gives none.
func NamesOf(t *store.Tx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names := make(map[uuid.UUID]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	var rows []struct {
		ID   uuid.UUID
		Name string
	}
	if err := t.DB().Raw(`SELECT id, name FROM student WHERE id IN ?`, ids).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the names of pupils: %w", err)
	}
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, nil
}
