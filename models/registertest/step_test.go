package registertest

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// The office of a step is found in the tree above the side's school. Where a level is
// missing, the managing bureau acts. The filer does not count as a person who can decide,
// except at steps of the filer's own.
func TestStepOfficeFollowsLevelAndSide(t *testing.T) {
	r := newRecordsRig(t)
	const municipality, school = "n.p11", "n.p11.d110101.s2111000123"
	for _, o := range []struct{ path, parent, kind, code string }{
		{municipality, "n", "PROVINCE", "110000"}, {"n.p11.d110101", municipality, "COUNTY", "110101"}, {school, "n.p11.d110101", "SCHOOL", "2111000123"},
	} {
		id, stages := store.NewID(), []string{}
		if o.kind == "SCHOOL" {
			r.school[o.path], stages = id, []string{"PRIMARY"}
		}
		r.exec(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
			SELECT $1, id, $2::text::ltree, $3, $4, $4, $4, '110000', $5, now() FROM organisation WHERE path = $6::text::ltree`, id, o.path, o.kind, o.code, stages, o.parent)
	}
	account := func(role org.Role, at string) uuid.UUID {
		id := store.NewID()
		r.exec(`INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
			SELECT $1, id, path, $2, '测试', $3, 'none', now(), false, now(), now() FROM organisation WHERE path = $4::text::ltree`, id, id.String(), []org.Role{role}, at)
		return id
	}
	leader, registrar := account(org.SchoolLeader, schoolAPath), account(org.SchoolRegistrar, schoolAPath)

	pupil, rollback := r.pupil(schoolAPath), errors.New("nothing of this stays")
	for _, row := range []struct {
		name   string
		school string
		filed  uuid.UUID
		no     int
		rule   process.Step
		path   string
		able   bool
	}{
		{"school", schoolAPath, registrar, 1, process.Step{Level: process.LevelSchool, Role: org.SchoolLeader}, schoolAPath, true},
		{"school, and the only leader filed", schoolAPath, leader, 1, process.Step{Level: process.LevelSchool, Role: org.SchoolLeader}, schoolAPath, false},
		{"the applicant's own step", schoolAPath, registrar, 0, process.Step{Level: process.LevelSchool, Role: org.SchoolRegistrar}, schoolAPath, true},
		{"a step of one's own", schoolAPath, registrar, 5, process.Step{Level: process.LevelSchool, Role: org.SchoolRegistrar, Own: true}, schoolAPath, true},
		{"managing, and nobody is there", schoolAPath, registrar, 2, process.Step{Level: process.LevelManaging, Role: org.BureauReviewer}, countyPath, false},
		{"city", schoolAPath, registrar, 2, process.Step{Level: process.LevelCity, Role: org.BureauReviewer}, "n.p52.c5201", false},
		{"province", schoolAPath, registrar, 2, process.Step{Level: process.LevelProvince, Role: org.BureauReviewer}, "n.p52", false},
		{"city, in a municipality", school, registrar, 2, process.Step{Level: process.LevelCity, Role: org.BureauReviewer}, "n.p11.d110101", false},
		{"province, of a municipality", school, registrar, 2, process.Step{Level: process.LevelProvince, Role: org.BureauReviewer}, municipality, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.rule.Side = process.SideFiler
			err := r.in(r.app, row.school, func(t *change.Tx) error {
				d, _ := t.Store().Processes().Define(process.Suspension, org.Primary, t.Store().Processes().Default())
				c := &change.Change{ID: store.NewID(), Kind: process.Suspension, StudentID: &pupil, OrgID: r.school[row.school], OrgPath: row.school, ProvinceCode: "520000", Stage: org.Primary,
					Status: change.StatusRunning, StepNo: 1, Round: 1, FiledBy: row.filed, FiledAt: t.Now(), Definition: d}
				if err := t.InsertChange(c, change.Filing{Key: row.name}); err != nil {
					return err
				}
				at, able, err := t.FindStepOffice(c, row.no, row.rule)
				if err != nil {
					return err
				}
				require.Equal(r.t, row.path, at.Path)
				require.Equal(r.t, row.able, able)
				return rollback
			})
			require.ErrorIs(t, err, rollback)
		})
	}
}
