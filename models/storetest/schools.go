package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
)

// NewSchool founds one more school below a bureau, with people and with these grades, and
// gives its path.
func (c *County) NewSchool(bureau, code string, grades ...office.NewGrade) (path string) {
	c.t.Helper()
	path = bureau + ".s" + code
	var stages []org.Stage
	for _, g := range grades {
		stages = append(stages, g.Stage)
	}
	division := c.Text(`SELECT division_code FROM organisation WHERE path = $1::text::ltree`, bureau)
	c.MustIn(c.App, Nation, func(tx *change.Tx) error {
		made, err := office.Create(tx.Tx, office.NewOrganisation{Parent: c.ID(bureau), Kind: org.School, Code: code, Name: "示例学校" + code, Division: division, Stages: stages})
		if err != nil {
			return err
		}
		c.office[path] = org.OfficeRef{ID: made.ID, Path: path, Province: made.ProvinceCode}
		for _, g := range grades {
			g.School = made.ID
			if _, err := office.CreateGrade(tx.Tx, g); err != nil {
				return err
			}
		}
		return nil
	})
	for _, role := range staff()[SchoolA] {
		p, _ := c.Hire(path, role)
		require.Equal(c.t, path, p.Path)
	}
	return path
}
