package storetest

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// The offices of the county by their paths, and one school far away. Every other bureau of
// the country is there as well, and nobody works in it.
const (
	Nation   = "n"
	Province = "n.p52"
	City     = Province + ".c5201"
	Bureau   = City + ".d520102"
	// SchoolA is the primary school of the example rosters, SchoolB its sibling.
	SchoolA = Bureau + ".s2152000123"
	SchoolB = Bureau + ".s2152000456"
	// FarProvince, FarBureau and FarSchool lie in a municipality, which has no cities.
	FarProvince = "n.p11"
	FarBureau   = FarProvince + ".d110101"
	FarSchool   = FarBureau + ".s2111000123"
)

// Office is an office as a filing names it.
func (c *County) Office(path string) org.OfficeRef {
	c.t.Helper()
	o, known := c.office[path]
	require.True(c.t, known, "there is no office %s", path)
	return o
}

// ID is the identifier of an office.
func (c *County) ID(path string) uuid.UUID { c.t.Helper(); return c.Office(path).ID }

// schools are the schools with the number of classes of every year they have pupils in.
func schools() []school {
	year := map[int]int{2021: 2, 2022: 2, 2023: 2, 2024: 2, 2025: 2, 2026: 2}
	return []school{
		{SchoolA, Bureau, "2152000123", "南明区示例小学", "520102", map[int]int{2021: 2, 2022: 2, 2023: 2, 2024: 2, 2025: 4, 2026: 11}},
		{SchoolB, Bureau, "2152000456", "南明区第二示例小学", "520102", year},
		{FarSchool, FarBureau, "2111000123", "东城区示例小学", "110101", year},
	}
}

type school struct {
	path, bureau, code, name, division string
	classes                            map[int]int
}

// capacity is how many seats a class of the county has.
const capacity = 55

// found makes the schools with their classes.
func (c *County) found(tx *store.Tx) error {
	for _, s := range schools() {
		made, err := office.Create(tx, office.NewOrganisation{
			Parent: c.office[s.bureau].ID, Kind: org.School, Code: s.code, Name: s.name, Division: s.division, Stages: []org.Stage{org.Primary}})
		if err != nil {
			return fmt.Errorf("found %s: %w", s.path, err)
		}
		c.office[s.path] = org.OfficeRef{ID: made.ID, Path: s.path, Province: made.ProvinceCode}
		for year, classes := range s.classes {
			_, err := office.CreateGrade(tx, office.NewGrade{School: made.ID, Stage: org.Primary, EntryYear: year, Classes: classes, Capacity: capacity})
			if err != nil {
				return fmt.Errorf("found %s: %w", s.path, err)
			}
		}
	}
	return nil
}

// know reads which offices and people there are.
func (c *County) know(ctx context.Context) error {
	rows, err := c.owner.Query(ctx, `SELECT id, path::text, province_code FROM organisation`)
	if err != nil {
		return err
	}
	var o org.OfficeRef
	if _, err := pgx.ForEachRow(rows, []any{&o.ID, &o.Path, &o.Province}, func() error { c.office[o.Path] = o; return nil }); err != nil {
		return err
	}
	rows, err = c.owner.Query(ctx, `SELECT id, org_id, org_path::text, login, roles[1] FROM account ORDER BY created_at, id`)
	if err != nil {
		return err
	}
	c.people, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Person, err error) {
		err = row.Scan(&p.ID, &p.Office, &p.Path, &p.Login, &p.Role)
		return p, err
	})
	return err
}

// Class is a class of a school by its number, such as "2024101".
func (c *County) Class(path, code string) (class office.Class) {
	c.t.Helper()
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		list, err := office.Classes(tx.Tx, c.ID(path))
		for _, one := range list {
			if one.Code == code {
				class = one
			}
		}
		return err
	})
	require.NotZero(c.t, class.ID, "there is no class %s", code)
	return class
}

// NewClass adds a class with so many seats to a year of a school.
func (c *County) NewClass(path string, year, seats int) (class office.Class) {
	c.t.Helper()
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		grades, err := office.Grades(tx.Tx, c.ID(path))
		if err != nil {
			return err
		}
		// Closed classes keep their numbers.
		no := 1 + c.Count(`SELECT count(*) FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE g.school_id = $1 AND g.entry_year = $2`, c.ID(path), year)
		for _, g := range grades {
			if g.EntryYear == year {
				class, err = office.AddClass(tx.Tx, g.ID, no, "", seats)
				return err
			}
		}
		return fmt.Errorf("%s has no pupils of the year %d", path, year)
	})
	return class
}

// Resize gives a class another number of seats.
func (c *County) Resize(class uuid.UUID, seats int) {
	c.t.Helper()
	c.MustIn(c.App, Nation, func(tx *change.Tx) error {
		now, err := office.ReadClass(tx.Tx, class)
		if err != nil {
			return err
		}
		_, err = office.EditClass(tx.Tx, class, now.Version, now.Name, seats)
		return err
	})
}
