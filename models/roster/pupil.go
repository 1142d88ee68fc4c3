package roster

import (
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
)

// Pupil holds the items of one pupil as they are taken: by field, normalised,
// empty items left out. It holds secrets in the clear; the store encrypts them.
type Pupil map[Field]string

// Name gives the name (姓名).
func (p Pupil) Name() string { return p[Name] }

// Sex gives the sex (性别).
func (p Pupil) Sex() ident.Sex {
	switch p[Sex] {
	case "1":
		return ident.Male
	case "2":
		return ident.Female
	}
	return 0
}

// Birth gives the birth date (出生日期); the zero Date when there is none.
func (p Pupil) Birth() calendar.Date {
	d, err := calendar.ParseCompactDate(p[BirthDate])
	if err != nil {
		return calendar.Date{} // only a row that was refused has none
	}
	return d
}

// IDType gives the code of the identity document (身份证件类型).
func (p Pupil) IDType() string { return p[IDType] }

// CitizenID gives the citizen identity number; the zero one when the document
// is another or there is none.
func (p Pupil) CitizenID() ident.CitizenID {
	if p[IDType] != idTypeCitizen {
		return ident.CitizenID{}
	}
	id, err := ident.ParseCitizenID(p[IDNumber])
	if err != nil {
		return ident.CitizenID{} // only a row that was refused has none
	}
	return id
}

// IDNumber gives the number of the identity document, empty when there is none. It is secret.
func (p Pupil) IDNumber() string { return p[IDNumber] }

// ClassCode gives the class number (班号).
func (p Pupil) ClassCode() string { return p[ClassCode] }

// EntryMonth gives the month of entry (入学年月), YYYYMM.
func (p Pupil) EntryMonth() string { return p[EntryMonth] }
