// Package division knows the administrative divisions (行政区划) of the country down
// to the county: code, name, level and what they belong to.
//
// The table is that of the National Bureau of Statistics as of 30 June 2023
// (统计用区划代码). It says where a place is; it does not say which bureau decides:
// that is the tree of organisations. Codes abolished before that day are not in
// it although they stay valid inside citizen identity numbers.
package division

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/xueji/xueji/models/ident"
)

// Level is the rank of a division.
type Level string

// The levels.
const (
	Province Level = "province"
	City     Level = "city"
	County   Level = "county"
)

// Division is one row of the table.
//
// Code alone does not name a row: three cities without counties (东莞, 中山, 儋州)
// appear as city and as county under one code. Code and Level together do.
type Division struct {
	Code  ident.DivisionCode
	Name  string
	Level Level
	// Parent is the code of the division one level up, zero for a province. For a
	// county of such a city it equals Code.
	Parent ident.DivisionCode
}

// Grouping says that the division is no place but a heading of the code table:
// 市辖区 and 县 in the municipalities, 省直辖县级行政区划 for directly administered
// counties. Nobody writes it in an address and no bureau belongs to it.
func (d Division) Grouping() bool {
	return d.Level == City && slices.Contains([]string{"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}, d.Name)
}

//go:embed divisions.csv
var national []byte

type key struct {
	code  ident.DivisionCode
	level Level
}

// Table is the whole set of divisions. It never changes once made, so it may be
// shared freely.
type Table struct {
	all    []Division
	byKey  map[key]Division
	byName map[string][]Division
}

// Load gives the table that is built into the product.
func Load() (*Table, error) { return Read(bytes.NewReader(national)) }

// Read reads a table with the columns code, name, level and parent. A division
// comes after its parent.
func Read(r io.Reader) (*Table, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = 4
	list, err := rows.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("divisions: %w", err)
	}
	if len(list) < 2 || !slices.Equal(list[0], []string{"code", "name", "level", "parent"}) {
		return nil, errors.New("divisions: the first row must be code,name,level,parent and divisions must follow")
	}
	t := &Table{byKey: make(map[key]Division, len(list)), byName: make(map[string][]Division, 4*len(list))}
	for i, row := range list[1:] {
		if err := t.add(row); err != nil {
			return nil, fmt.Errorf("divisions: row %d: %w", i+2, err)
		}
	}
	return t, nil
}

func (t *Table) add(row []string) error {
	d := Division{Name: row[1], Level: Level(row[2])}
	var err error
	if d.Code, err = ident.ParseDivisionCode(row[0]); err != nil {
		return err
	}
	if err := d.Parent.UnmarshalText([]byte(row[3])); err != nil {
		return err
	}
	if d.Name == "" {
		return errors.New("the name is empty")
	}
	above, hasAbove, err := levelAbove(d.Level)
	if err != nil {
		return err
	}
	if _, found := t.byKey[key{d.Parent, above}]; found != hasAbove || d.Parent.IsZero() == hasAbove {
		return fmt.Errorf("%s %s: its parent %q is not the level above it", d.Level, d.Code, d.Parent)
	}
	if _, twice := t.byKey[key{d.Code, d.Level}]; twice {
		return fmt.Errorf("%s %s stands twice", d.Level, d.Code)
	}
	t.all = append(t.all, d)
	t.byKey[key{d.Code, d.Level}] = d
	t.index(d)
	return nil
}

func levelAbove(l Level) (above Level, exists bool, err error) {
	switch l {
	case Province:
		return "", false, nil
	case City:
		return Province, true, nil
	case County:
		return City, true, nil
	default:
		return "", false, fmt.Errorf("level %q is none of province, city, county", l)
	}
}

// All lists every division, each after its parent.
func (t *Table) All() []Division { return slices.Clone(t.all) }

// Lookup finds the division with this code, the lowest one where a city and its
// only county share it.
func (t *Table) Lookup(code ident.DivisionCode) (Division, bool) {
	for _, level := range []Level{County, City, Province} {
		if d, ok := t.byKey[key{code, level}]; ok {
			return d, true
		}
	}
	return Division{}, false
}

// LookupAt finds the division with this code at this level.
func (t *Table) LookupAt(code ident.DivisionCode, level Level) (Division, bool) {
	d, ok := t.byKey[key{code, level}]
	return d, ok
}

// Above finds the division one level up; it is false for a province.
func (t *Table) Above(d Division) (Division, bool) {
	above, exists, err := levelAbove(d.Level)
	if err != nil || !exists {
		return Division{}, false
	}
	return t.LookupAt(d.Parent, above)
}
