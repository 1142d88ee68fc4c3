package roster

import (
	_ "embed"
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// Field names an item of the student sheet in English; it is stable and goes
// into stored documents and the API.
type Field string

// Fields that rules name; the template lists all of them.
const (
	SchoolCode  Field = "school_code"
	Name        Field = "name"
	FormerName  Field = "former_name"
	Sex         Field = "sex"
	BirthDate   Field = "birth_date"
	Nationality Field = "nationality"
	IDType      Field = "id_type"
	IDNumber    Field = "id_number"
	ClassCode   Field = "class_code"
	EntryMonth  Field = "entry_ym"
	AddressNow  Field = "address_now"
)

// Items of a family member; memberField makes fields of them.
const (
	memberName         = "name"
	memberRelation     = "relation"
	memberPhone        = "phone"
	memberRelationNote = "relation_note"
	memberIDType       = "id_type"
	memberIDNumber     = "id_number"
)

// Codes that rules name.
const (
	idTypeCitizen = "1"  // 居民身份证
	idTypeOther   = "Z"  // 其他: the number may be empty
	relationOther = "97" // 其他亲属
	relationNoKin = "99" // 非亲属
)

// Kind says how the values of a column are written and judged.
type Kind string

// The kinds of columns.
const (
	KindHidden   Kind = "hidden"   // the separator AU; holds nothing
	KindText     Kind = "text"     // free text
	KindName     Kind = "name"     // a person's name
	KindAddress  Kind = "address"  // free text; merged cells are understood
	KindCode     Kind = "code"     // a code of Column.Table
	KindCountry  Kind = "country"  // GB/T 2659, three letters
	KindSchool   Kind = "school"   // school code (学校标识码)
	KindClass    Kind = "class"    // class number (班号)
	KindIdentity Kind = "identity" // number of an identity document
	KindDate     Kind = "date"     // YYYYMMDD
	KindMonth    Kind = "month"    // YYYYMM
	KindValidity Kind = "validity" // YYYYMMDD-YYYYMMDD
	KindDivision Kind = "division" // division code of 12 digits
	KindPhone    Kind = "phone"    // digits only
	KindPostcode Kind = "postcode" // six digits
	KindDistance Kind = "distance" // kilometres with one decimal
	KindNumber   Kind = "number"   // a number that is no quantity, such as 学籍辅号
	KindEmail    Kind = "email"
)

// Secrecy says how much of a value may be shown in a finding.
type Secrecy string

// The degrees of secrecy.
const (
	Open       Secrecy = ""     // shown, cut to a readable length
	MaskNumber Secrecy = "mask" // only the ends
	MaskName   Secrecy = "name" // only the first character
)

// Column is one column of the template.
type Column struct {
	Letter   string `yaml:"letter"`
	Header   string `yaml:"header"`
	En       string `yaml:"en"` // the item's name in English
	Field    Field  `yaml:"field"`
	Kind     Kind   `yaml:"kind"`
	Max      int    `yaml:"max"`   // longest value in characters
	Table    string `yaml:"table"` // code table of KindCode
	Required bool   `yaml:"required"`
	// Conditional columns must be in the file, their cells only in some rows.
	Conditional bool    `yaml:"conditional"`
	Secret      Secrecy `yaml:"secret"`
	Own         bool    `yaml:"own"` // the item has a column of its own among the records
	Guard       Guard   `yaml:"guard"`
}

// Template is one version of the national sheet. Versions differ in their
// columns (new ones drop 血型, add 学籍接续标识), so a file is always read
// against a version and matched by header.
type Template struct {
	Version string   `yaml:"version"`
	Sheet   string   `yaml:"sheet"`
	Title   string   `yaml:"title"`
	Columns []Column `yaml:"columns"`
	// partial: a sheet of updates, see ForUpdates.
	partial bool
}

//go:embed columns.yaml
var columnsYAML []byte

// National gives the template in force: 71 items and the hidden column AU.
func National() (*Template, error) {
	var t Template
	if err := yaml.Unmarshal(columnsYAML, &t); err != nil {
		return nil, fmt.Errorf("roster template: %w", err)
	}
	tables, err := LoadTables()
	if err != nil {
		return nil, err
	}
	for _, c := range t.Columns {
		if c.Kind == KindCode && tables[c.Table] == nil {
			return nil, fmt.Errorf("roster template: column %s has no code table %q", c.Letter, c.Table)
		}
	}
	return &t, nil
}

// Column gives the column of a field, or nil when this version has none.
func (t *Template) Column(f Field) *Column {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Field == f })
	if i < 0 {
		return nil
	}
	return &t.Columns[i]
}
