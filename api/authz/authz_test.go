package authz_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/org"
)

const (
	county = "n.p52.c5201.d520102"
	school = county + ".s2152000001"
)

func at(path string, kind org.Kind, roles ...org.Role) authz.Principal {
	return authz.Principal{Office: authz.Office{Path: path, Kind: kind}, Roles: roles}
}

func TestReaches(t *testing.T) {
	sibling := county + ".s2152000002"
	rows := []struct {
		who    authz.Principal
		action authz.Action
		path   string
		want   bool
	}{
		{at(school, org.School, org.SchoolRegistrar), authz.StudentRead, school, true},
		{at(school, org.School, org.SchoolRegistrar), authz.StudentRead, sibling, false},
		{at(school, org.School, org.SchoolRegistrar), authz.StudentRead, county, false},
		{at(school, org.School, org.SchoolSysadmin), authz.StudentRead, school, false},
		{at(county, org.County, org.BureauReviewer), authz.StudentRead, sibling, true},
		{at(county, org.County, org.BureauReviewer), authz.StudentRead, "n.p52.c5201", false},
		{at(county, org.County, org.BureauReviewer), authz.StudentRead, county + "9.s1", false},
		{at(county, org.County, org.BureauSysadmin), authz.OrgRename, county, false},
		{at(county, org.County, org.BureauSysadmin), authz.OrgRename, school, true},
		{at(county, org.County, org.BureauReviewer), authz.ChangeDecide, school, false},
		{at(county, org.County, org.BureauReviewer, org.BureauHead), authz.ChangeSupervise, school, true},
		{at(county, org.County, org.BureauHead), authz.OrgRead, "n.p11", true},
		{at(county, org.County), authz.OrgRead, county, false},
	}
	for _, r := range rows {
		require.Equal(t, r.want, r.who.Allows(r.action, r.path), "%v %s at %s", r.who.Roles, r.action, r.path)
	}
}

// The scope must hold every office Allows lets through, or the second wall
// would hide what the first shows. Anywhere is the exception: only tables that
// everybody may read are behind it.
func TestScopeCoversWhatIsAllowed(t *testing.T) {
	labels := []string{"n", "p52", "c5201", "d520102", "s1"}
	rapid.Check(t, func(t *rapid.T) {
		role := rapid.SampledFrom(org.Roles()).Draw(t, "role")
		action := rapid.SampledFrom(authz.Actions()).Draw(t, "action")
		own := strings.Join(labels[:rapid.IntRange(1, 5).Draw(t, "own")], ".")
		target := strings.Join(labels[:rapid.IntRange(1, 5).Draw(t, "target")], ".")
		p := at(own, org.County, role)
		if p.Reach(action) == authz.Anywhere || !p.Allows(action, target) {
			return
		}
		covered := false
		for _, root := range p.Scope(action) {
			covered = covered || authz.Within(root, target)
		}
		if !covered {
			t.Fatalf("%s %s: %s is allowed but outside %v", role, action, target, p.Scope(action))
		}
	})
}

func TestNobodyHoldsBothHandsOfTheSchool(t *testing.T) {
	for _, small := range []bool{false, true} {
		require.ErrorIs(t, authz.Assignable(org.School, []org.Role{org.SchoolRegistrar, org.SchoolLeader}, small), authz.ErrSeparation)
		require.ErrorIs(t, authz.Assignable(org.School, []org.Role{org.SchoolSysadmin, org.SchoolRegistrar, org.SchoolLeader}, small), authz.ErrSeparation)
		require.ErrorIs(t, authz.Assignable(org.School, []org.Role{org.BureauHead}, small), authz.ErrWrongOffice)
		require.ErrorIs(t, authz.Assignable(org.County, []org.Role{org.Principal}, small), authz.ErrWrongOffice)
		require.ErrorIs(t, authz.Assignable(org.County, nil, small), authz.ErrNoRole)
		require.ErrorIs(t, authz.Assignable(org.County, []org.Role{"EMPEROR"}, small), authz.ErrWrongOffice)
		require.NoError(t, authz.Assignable(org.School, []org.Role{org.SchoolSysadmin, org.Principal}, small))
		require.NoError(t, authz.Assignable(org.Nation, []org.Role{org.BureauSysadmin, org.BureauReviewer}, small))
	}
	for _, hand := range []org.Role{org.SchoolRegistrar, org.SchoolLeader} {
		require.ErrorIs(t, authz.Assignable(org.School, []org.Role{org.SchoolSysadmin, hand}, false), authz.ErrCombined)
		require.NoError(t, authz.Assignable(org.School, []org.Role{org.SchoolSysadmin, hand}, true))
	}
}

func TestEveryActionHasARule(t *testing.T) {
	for _, action := range authz.Actions() {
		require.NotEmpty(t, authz.RolesFor(action), action)
		require.True(t, authz.Known(action))
	}
	require.True(t, authz.Known(authz.Public))
	require.False(t, authz.Known("student.sell"))
}
