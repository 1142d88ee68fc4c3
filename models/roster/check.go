package roster

import (
	"slices"
	"strconv"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
)

// checker judges rows against a submission. It keeps nothing of a row.
type checker struct {
	template  *Template
	tables    map[string]*Table
	countries countries
	classes   classes
	in        *Submission
	index     map[Field]int
}

func newChecker(rd *Reader, in *Submission) *checker {
	c := &checker{
		template: rd.template, tables: rd.tables, countries: rd.countries,
		classes: newClasses(in.Classes, in.Today), in: in, index: make(map[Field]int, len(rd.template.Columns)),
	}
	for i, column := range rd.template.Columns {
		c.index[column.Field] = i
	}
	return c
}

// slot gives the cell of a field in the row.
func (c *checker) slot(j *judgement, f Field) *slot { return &j.slots[c.index[f]] }

// row judges a row whose cells are stored: each cell, then the cells together.
func (c *checker) row(j *judgement) {
	c.cells(j, c.missingMember(j))
	c.identity(j)
	c.members(j)
	c.entry(j)
	c.subsidy(j)
}

// cells judges each cell by itself; of a family member who is missing as a
// whole no single cell is missed.
func (c *checker) cells(j *judgement, missing int) {
	for i := range j.slots {
		s := &j.slots[i]
		switch {
		case s.bad:
		case s.column.Kind == KindHidden:
			if s.value != "" {
				j.remark(s, refusal.SheetHiddenValue)
			}
		case s.merged && s.value == "":
			j.reject(s, refusal.SheetMergedCells, nil)
		case s.value == "":
			if c.template.requires(s.column) && !isMemberOf(s.column.Field, missing) {
				j.reject(s, refusal.SheetRequired, nil)
			}
		case isNoneWord(s.value) && s.column.Kind != KindText && s.column.Kind != KindCode:
			c.none(j, s)
		default:
			c.value(j, s)
		}
	}
}

// none judges 无 and its like: an empty cell where a cell may be empty.
func (c *checker) none(j *judgement, s *slot) {
	if s.column.Required {
		j.reject(s, refusal.SheetNoneWord, map[string]string{"word": s.value})
		return
	}
	j.fix(s, refusal.SheetNoneCleared, "")
	s.cleared = c.template.partial
}

// value judges one cell by the kind of its column.
func (c *checker) value(j *judgement, s *slot) {
	if c.template.partial && slices.Contains([]Kind{KindSchool, KindClass}, s.column.Kind) {
		return // compared with the record; no update changes them
	}
	switch s.column.Kind {
	case KindText, KindAddress:
		j.text(s)
	case KindName:
		own := s.column.Field == Name || s.column.Field == FormerName
		j.name(s, !own || c.template.partial || !c.chinese(j))
	case KindCode:
		c.codeOrNone(j, s)
	case KindCountry:
		j.country(s, c.countries)
	case KindSchool:
		if s.value != c.in.SchoolCode {
			j.reject(s, refusal.SheetOtherSchool, map[string]string{"expected": c.in.SchoolCode})
		}
	case KindClass:
		j.class(s, c.classes)
	case KindDate:
		j.date(s)
	case KindMonth:
		j.month(s)
	case KindValidity:
		j.validity(s)
	case KindDivision:
		j.division(s, c.in.Divisions)
	case KindPhone:
		j.phone(s)
	case KindPostcode:
		j.postcode(s)
	case KindDistance:
		j.distance(s)
	case KindNumber:
		j.length(s)
	case KindEmail:
		j.email(s)
	case KindIdentity, KindHidden:
		// Judged with the other cells of the person; AU holds nothing.
	}
}

// codeOrNone lets a code table have a word for 无 before it counts as empty.
func (c *checker) codeOrNone(j *judgement, s *slot) {
	table := c.tables[s.column.Table]
	if _, known := table.Code(s.value); isNoneWord(s.value) && !known {
		c.none(j, s)
		return
	}
	j.code(s, table)
}

// chinese reports a pupil of Chinese nationality, also while the cell is still unjudged.
func (c *checker) chinese(j *judgement) bool {
	v := c.slot(j, Nationality).value
	return v == "" || v == "CHN" || c.countries.byName[v] == "CHN"
}

// identity compares the number of the identity document with what stands beside it.
func (c *checker) identity(j *judgement) {
	kind, number, birth := c.slot(j, IDType), c.slot(j, IDNumber), c.slot(j, BirthDate)
	born, err := calendar.ParseCompactDate(birth.value)
	known := err == nil && !birth.bad
	if known && born.After(c.in.Today) {
		j.reject(birth, refusal.SheetBirthInFuture, nil)
	}
	switch {
	case kind.bad || number.bad || kind.value == "":
		return
	case number.value == "":
		if kind.value != idTypeOther {
			j.reject(number, refusal.SheetIDMissing, c.typeNamed(kind.value))
		}
		return
	case kind.value != idTypeCitizen:
		c.otherDocument(j, kind, number)
		return
	}
	if _, err := ident.ParseCitizenID(number.value); ident.ReasonOf(err) == ident.NoSuchDay && birth.bad {
		return // the same impossible day is told at the birth date
	}
	id := j.citizenID(number)
	for _, reason := range id.Disagreements(ident.Claim{Birth: born, Sex: c.sex(j), Today: c.in.Today, Plausible: c.in.Plausible}) {
		switch reason {
		case ident.BirthDiffers:
			j.reject(birth, refusal.SheetBirthDiffers, nil)
		case ident.SexDiffers:
			j.reject(c.slot(j, Sex), refusal.SheetSexDiffers, nil)
		case ident.BirthInFuture:
			if !birth.bad {
				j.reject(birth, refusal.SheetBirthInFuture, nil)
			}
		case ident.ImplausibleProvince:
			j.reject(number, provinceFault(number.value), nil)
		default:
			j.reject(number, refusal.SheetIDCharacters, nil)
		}
	}
}

// otherDocument judges the number of a document that is no identity card. The number of
// an identity card under another type would go round everything that it says.
func (c *checker) otherDocument(j *judgement, kind, number *slot) {
	j.documentNumber(number)
	if id, err := ident.ParseCitizenID(number.value); err == nil && id.Resident() {
		// Not marked as bad: the number is still compared with those of the other rows.
		j.find(kind, Reject, refusal.SheetIDTypeCitizen, nil)
	}
}

func (c *checker) sex(j *judgement) ident.Sex {
	s := c.slot(j, Sex)
	if s.bad {
		return 0
	}
	return Pupil{Sex: s.value}.Sex()
}

// entry judges the month of entry and the age at it.
func (c *checker) entry(j *judgement) {
	month, birth := c.slot(j, EntryMonth), c.slot(j, BirthDate)
	if month.bad || month.value == "" {
		return
	}
	entered, err := calendar.ParseCompactDate(month.value + "01")
	if err != nil {
		return // told already
	}
	if entered.After(c.in.Today) {
		j.reject(month, refusal.SheetEntryInFuture, nil)
		return
	}
	usual, ok := usualAge(c.stage(j))
	born, err := calendar.ParseCompactDate(birth.value)
	if !ok || err != nil || birth.bad {
		return
	}
	// Late entry, retention and illness make two or three years common; one
	// year early happens; anything else somebody should look at.
	const early, late = 1, 3
	months := (entered.Year()-born.Year())*12 + int(entered.Month()) - int(born.Month())
	if age := months / 12; age < usual-early || age > usual+late {
		j.findings = append(j.findings, Finding{
			Row: j.row, Column: birth.letter, Header: birth.column.Header, Field: BirthDate,
			Code: refusal.SheetAgeUnusual, Severity: Remark, Shown: birth.column.show(birth.raw),
			Params: map[string]string{"age": strconv.Itoa(age), "usual": strconv.Itoa(usual)},
		})
	}
}

// stage gives the stage of a row: that of its class, else that of the submission.
func (c *checker) stage(j *judgement) ident.Stage {
	if class, ok := c.classes.byCode[c.slot(j, ClassCode).value]; ok && class.Stage != 0 {
		return class.Stage
	}
	return c.in.Stage
}

// subsidy refuses 一补, the subsidy for boarders of compulsory stages, where a pupil is
// at a senior high school: the answer there is no (filling-in notes).
func (c *checker) subsidy(j *judgement) {
	if s := c.slot(j, boardingSubsidy); s.value == codeYes && c.stage(j) == ident.SeniorStage {
		j.reject(s, refusal.SheetSubsidySenior, nil)
	}
}

const boardingSubsidy Field = "boarding_subsidy"

// codeYes is 是 in the table yes_no.
const codeYes = "1"
