package store

import (
	"strings"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/roster"
)

// The items of the national sheet that have columns of their own, beside those
// that package roster names; all others lie in StudentRecord.Details under
// their field names.
const (
	fieldEntryMode       roster.Field = "entry_mode"
	fieldStudyMode       roster.Field = "study_mode"
	fieldEthnicity       roster.Field = "ethnicity"
	fieldHouseholdType   roster.Field = "household_type"
	fieldHouseDivision   roster.Field = "household_division"
	fieldBirthDivision   roster.Field = "birth_division"
	fieldLeftBehind      roster.Field = "left_behind"
	fieldMigrantChild    roster.Field = "migrant_child"
	fieldOrphan          roster.Field = "orphan"
	fieldBoardingSubsidy roster.Field = "boarding_subsidy"
	fieldDisability      roster.Field = "disability"
	fieldAuxNumber       roster.Field = "aux_student_number"
	// auxSealed is the ciphertext of the provincial number (学籍辅号) in Details; it is no item.
	auxSealed = "aux_student_number_sealed"

	memberPrefix     = "member"
	memberIsGuardian = "is_guardian"
	yes              = "1"
	no               = "0"
)

// column gives the place of an item that is a plain text column, or nil.
func (r *StudentRecord) column(f roster.Field) *string {
	switch f {
	case roster.Name:
		return &r.Name
	case roster.Sex:
		return &r.Sex
	case roster.IDType:
		return &r.IDType
	case roster.IDNumber:
		return &r.IDMasked
	case roster.SchoolCode:
		return &r.SchoolCode
	case roster.ClassCode:
		return &r.ClassCode
	case roster.EntryMonth:
		return &r.EntryYM
	case fieldEntryMode:
		return &r.EntryMode
	case fieldStudyMode:
		return &r.StudyMode
	case fieldEthnicity:
		return &r.Ethnicity
	case roster.Nationality:
		return &r.Nationality
	case fieldHouseDivision:
		return &r.HouseholdDivision
	case fieldBirthDivision:
		return &r.BirthDivision
	case fieldMigrantChild:
		return &r.MigrantChild
	case fieldHouseholdType:
		return &r.HouseholdType
	case fieldLeftBehind:
		return &r.LeftBehind
	case fieldOrphan:
		return &r.Orphan
	case fieldBoardingSubsidy:
		return &r.BoardingSubsidy
	case fieldDisability:
		return &r.Disability
	case roster.BirthDate, roster.FormerName, roster.AddressNow: // no text, and two of Details
	}
	return nil
}

// Item gives one item of the sheet as it would stand there; numbers of documents masked.
func (r *StudentRecord) Item(f roster.Field) string {
	if g, name := r.member(f); g != nil {
		return g.read(name)
	}
	if f == roster.BirthDate {
		return r.BirthDate.Compact()
	}
	if p := r.column(f); p != nil {
		return *p
	}
	return r.Details[string(f)]
}

// setItem puts one item of a checked sheet into the record. Numbers of
// documents are not set here: they are sealed first.
func (r *StudentRecord) setItem(f roster.Field, value string) {
	if g, name := r.member(f); g != nil {
		g.write(name, value)
		return
	}
	if f == roster.BirthDate {
		// The sheet's check has read the same digits.
		r.BirthDate, _ = calendar.ParseCompactDate(value)
		return
	}
	if p := r.column(f); p != nil {
		*p = value
		return
	}
	if r.Details[string(f)] = value; value == "" {
		delete(r.Details, string(f))
	}
}

// member gives the family member a field belongs to, and the item's own name.
func (r *StudentRecord) member(f roster.Field) (*Guardian, string) {
	rest, ok := strings.CutPrefix(string(f), memberPrefix)
	if !ok || len(rest) < 3 || rest[1] != '_' {
		return nil, ""
	}
	seat := int(rest[0] - '0')
	for i := range r.Guardians {
		if r.Guardians[i].Seat == seat {
			return &r.Guardians[i], rest[2:]
		}
	}
	return &Guardian{Seat: seat}, rest[2:] // an item of somebody who is not there
}

func (g *Guardian) read(name string) string {
	if name == memberIsGuardian {
		if g.IsGuardian {
			return yes
		}
		return no
	}
	if p := g.item(name); p != nil {
		return *p
	}
	return ""
}

func (g *Guardian) write(name, value string) {
	if name == memberIsGuardian {
		g.IsGuardian = value == yes
		return
	}
	if p := g.item(name); p != nil {
		*p = value
	}
}
