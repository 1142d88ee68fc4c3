package office_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// newSchool is a request for a school below the bureau of the county.
func newSchool(c *storetest.County) office.NewOrganisation {
	return office.NewOrganisation{Parent: c.ID(storetest.Bureau), Kind: org.School, Code: "2152000789", Name: "南明区第三示例小学", Division: "520102", Stages: []org.Stage{org.Primary, org.Junior}}
}

// create makes an office in the scope of another one.
func create(c *storetest.County, scope string, n office.NewOrganisation) (o office.Organisation, err error) {
	err = c.In(c.App, scope, func(tx *change.Tx) (err error) {
		o, err = office.Create(tx.Tx, n)
		return err
	})
	return o, err
}

// on does something to an office in a scope.
func on(c *storetest.County, scope string, do func(*change.Tx) (office.Organisation, error)) (o office.Organisation, err error) {
	err = c.In(c.App, scope, func(tx *change.Tx) (err error) {
		o, err = do(tx)
		return err
	})
	return o, err
}

func closeOffice(c *storetest.County, scope string, id uuid.UUID, version int64) (office.Organisation, error) {
	return on(c, scope, func(tx *change.Tx) (office.Organisation, error) { return office.Close(tx.Tx, id, version) })
}

func reassign(c *storetest.County, scope string, id uuid.UUID, version int64, to uuid.UUID) (office.Organisation, error) {
	return on(c, scope, func(tx *change.Tx) (office.Organisation, error) { return office.Reassign(tx.Tx, id, version, to) })
}

func edit(c *storetest.County, scope string, id uuid.UUID, version int64, name string) (office.Organisation, error) {
	return on(c, scope, func(tx *change.Tx) (office.Organisation, error) {
		return office.Edit(tx.Tx, id, version, name, "520103", []org.Stage{org.Primary})
	})
}

func read(c *storetest.County, id uuid.UUID) (o office.Organisation) {
	c.T().Helper()
	o, err := on(c, storetest.SchoolA, func(tx *change.Tx) (office.Organisation, error) { return office.Read(tx.Tx, id) })
	require.NoError(c.T(), err)
	return o
}

// list reads offices in the scope of school A: everybody may read the directory.
func list(c *storetest.County, of func(*change.Tx) ([]office.Organisation, error)) (codes []string) {
	c.T().Helper()
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		found, err := of(tx)
		for _, o := range found {
			codes = append(codes, o.Code)
		}
		return err
	})
	return codes
}

// audits is how many entries of the trail say that this was done to an office or a class.
func audits(c *storetest.County, action string, id uuid.UUID) int {
	return c.Count(`SELECT count(*) FROM audit_entry WHERE action = $1 AND subject_id = $2`, action, id.String())
}

func TestAnOfficeIsMadeOnceBelowItsBureau(t *testing.T) {
	c := storetest.New(t)
	n := newSchool(c)
	made, err := create(c, storetest.Bureau, n)
	require.NoError(t, err)
	require.Equal(t, office.Organisation{ID: made.ID, ParentID: &n.Parent, Path: storetest.Bureau + ".s2152000789", Kind: org.School, Code: n.Code, Name: n.Name,
		DivisionCode: "520102", ProvinceCode: "520000", Stages: store.Words[org.Stage]{org.Primary, org.Junior}, CreatedAt: c.Now(), Version: 1}, made)
	require.Equal(t, 1, audits(c, "org.create", made.ID))
	_, err = create(c, storetest.Bureau, n)
	require.Equal(t, refusal.OrgCodeTaken, refusal.CodeOf(err))
	n.Code = "2152000790"
	for what, one := range map[string]struct {
		change func(*office.NewOrganisation)
		code   refusal.Code
	}{
		"a bureau below a school": {func(n *office.NewOrganisation) {
			n.Kind, n.Parent, n.Code = org.County, c.ID(storetest.SchoolA), "520199"
		}, refusal.OrgParentKind},
		"a division of elsewhere":     {func(n *office.NewOrganisation) { n.Division = "110101" }, refusal.OrgDivision},
		"below nobody":                {func(n *office.NewOrganisation) { n.Parent = uuid.New() }, refusal.NotFound},
		"a school directly below one": {func(n *office.NewOrganisation) { n.Parent = c.ID(storetest.SchoolA) }, refusal.OrgParentKind},
	} {
		wrong := n
		one.change(&wrong)
		_, err := create(c, storetest.Nation, wrong)
		require.Equal(t, one.code, refusal.CodeOf(err), what)
	}
	_, err = create(c, storetest.FarBureau, n)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err), "another bureau's school")
	require.Equal(t, "42501", storetest.SQLState(c.In(c.Worker, storetest.Bureau, func(tx *change.Tx) error { _, err := office.Create(tx.Tx, n); return err })), "the worker founds nothing")
	_, err = closeOffice(c, storetest.Bureau, made.ID, 1)
	require.NoError(t, err)
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM organisation WHERE parent_id = $1 AND closed_at IS NULL`, c.ID(storetest.Bureau)))
}

func TestOneOfTwoSameSchoolsAtOnceIsMade(t *testing.T) {
	c := storetest.New(t)
	codes := make([]refusal.Code, 2)
	var both sync.WaitGroup
	for i := range codes {
		both.Go(func() {
			if _, err := create(c, storetest.Bureau, newSchool(c)); err != nil {
				codes[i] = refusal.CodeOf(err)
			}
		})
	}
	both.Wait()
	require.ElementsMatch(t, []refusal.Code{"", refusal.OrgCodeTaken}, codes)
}

func TestAnOfficeIsChangedByTheVersionThatWasRead(t *testing.T) {
	c := storetest.New(t)
	id := c.ID(storetest.SchoolA)
	done, err := edit(c, storetest.Bureau, id, 1, "新名小学")
	require.NoError(t, err)
	require.Equal(t, []any{"新名小学", "520103", []org.Stage{org.Primary}, int64(2)}, []any{done.Name, done.DivisionCode, []org.Stage(done.Stages), done.Version})
	require.Equal(t, 1, audits(c, "org.rename", id))
	_, err = edit(c, storetest.Bureau, id, 1, "旧名小学")
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))
	_, err = edit(c, storetest.FarBureau, id, 2, "旧名小学")
	require.Error(t, err, "another bureau's school")
	require.Equal(t, "新名小学", read(c, id).Name)
	_, err = closeOffice(c, storetest.Bureau, id, 2)
	require.NoError(t, err)
	_, err = edit(c, storetest.Bureau, id, 3, "旧名小学")
	require.Equal(t, refusal.OrgClosed, refusal.CodeOf(err))
}

// A school moves with its people and classes; what was written under its old path in the
// trail stays there.
func TestAReassignedSchoolTakesItsRowsAlong(t *testing.T) {
	c := storetest.New(t)
	id, city := c.ID(storetest.SchoolA), c.ID(storetest.City)
	for what, one := range map[string]struct {
		to   uuid.UUID
		code refusal.Code
	}{
		"where it is": {c.ID(storetest.Bureau), refusal.OrgSameParent}, "below a school": {c.ID(storetest.SchoolB), refusal.OrgParentKind},
		"another province": {c.ID(storetest.FarBureau), refusal.OrgProvince}, "nowhere": {uuid.New(), refusal.NotFound},
	} {
		_, err := reassign(c, storetest.Nation, id, 1, one.to)
		require.Equal(t, one.code, refusal.CodeOf(err), what)
	}
	_, err := reassign(c, storetest.Province, id, 7, city)
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))
	trail := c.Count(`SELECT count(*) FROM audit_entry WHERE office_path <@ $1::text::ltree`, storetest.SchoolA)
	moved, err := reassign(c, storetest.Province, id, 1, city)
	require.NoError(t, err)
	require.Equal(t, storetest.City+".s2152000123", moved.Path)
	require.Equal(t, city, *moved.ParentID)
	for _, table := range []string{"account", "school_class", "school_grade"} {
		require.Zero(t, c.Count(`SELECT count(*) FROM `+table+` WHERE org_path <@ $1::text::ltree`, storetest.SchoolA), table)
		require.Positive(t, c.Count(`SELECT count(*) FROM `+table+` WHERE org_path = $1::text::ltree`, moved.Path), table)
	}
	require.Equal(t, trail, c.Count(`SELECT count(*) FROM audit_entry WHERE office_path <@ $1::text::ltree`, storetest.SchoolA))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'org.reassign' AND detail = jsonb_build_object('from', $1::text, 'to', $2::text)`, c.ID(storetest.Bureau).String(), city.String()))
}

// An office closes when it is empty, and takes its people out of use.
func TestOnlyAnEmptyOfficeIsClosed(t *testing.T) {
	c := storetest.New(t)
	_, err := closeOffice(c, storetest.City, c.ID(storetest.Bureau), 1)
	require.Equal(t, map[refusal.Code]string{refusal.OrgHasChildren: "2"}, counts(t, err))
	changeID := c.Waiting(storetest.SchoolA)
	id, version := c.ID(storetest.SchoolA), read(c, c.ID(storetest.SchoolA)).Version
	_, err = closeOffice(c, storetest.Bureau, id, version)
	require.Equal(t, map[refusal.Code]string{refusal.OrgHasStudents: "1", refusal.OrgHasChanges: "1"}, counts(t, err))
	require.Nil(t, read(c, id).ClosedAt, "nothing is written")
	c.Say(c.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: changeID, Verb: change.VerbWithdraw, Step: -1})
	_, err = closeOffice(c, storetest.Bureau, id, version)
	require.Equal(t, map[refusal.Code]string{refusal.OrgHasStudents: "1"}, counts(t, err))
	c.Leaves(c.PupilOf(changeID))
	_, err = closeOffice(c, storetest.Bureau, id, version+1)
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))
	closed, err := closeOffice(c, storetest.Bureau, id, version)
	require.NoError(t, err)
	require.Equal(t, c.Now(), *closed.ClosedAt)
	require.Zero(t, c.Count(`SELECT count(*) FROM account WHERE org_id = $1 AND closed_at IS NULL`, id))
	require.Equal(t, 1, audits(c, "org.close", id))
	_, err = closeOffice(c, storetest.Bureau, id, version+1)
	require.Equal(t, refusal.OrgClosed, refusal.CodeOf(err))
	_, err = create(c, storetest.Nation, office.NewOrganisation{Parent: id, Kind: org.School, Code: "2152000790", Name: "x", Division: "520102"})
	require.Equal(t, refusal.OrgClosed, refusal.CodeOf(err))
	_, err = reassign(c, storetest.Nation, id, version+1, c.ID(storetest.City))
	require.Equal(t, refusal.OrgClosed, refusal.CodeOf(err))
}

// counts are the refusals of an error with the number that each one names.
func counts(t *testing.T, err error) map[refusal.Code]string {
	t.Helper()
	var e *refusal.Error
	require.ErrorAs(t, err, &e)
	list := map[refusal.Code]string{}
	for _, one := range e.All() {
		list[one.Code] = one.Params["count"]
	}
	return list
}

func TestTheDirectoryIsReadByEverybodyInPages(t *testing.T) {
	c := storetest.New(t)
	below := func(after *office.Key) []string {
		return list(c, func(tx *change.Tx) ([]office.Organisation, error) {
			return office.Children(tx.Tx, c.ID(storetest.Bureau), after, 1)
		})
	}
	require.Equal(t, []string{"2152000123"}, below(nil))
	require.Equal(t, []string{"2152000456"}, below(&office.Key{Code: "2152000123", ID: c.ID(storetest.SchoolA)}))
	require.Empty(t, below(&office.Key{Code: "2152000456", ID: c.ID(storetest.SchoolB)}))
	above := func(path string) []string {
		return list(c, func(tx *change.Tx) ([]office.Organisation, error) { return office.Superiors(tx.Tx, path) })
	}
	require.Equal(t, []string{"000000", "520000", "520100", "520102"}, above(storetest.SchoolA))
	require.Empty(t, above(storetest.Nation))
	require.True(t, read(c, c.ID(storetest.Bureau)).HasChildren)
	require.False(t, read(c, c.ID(storetest.FarSchool)).HasChildren)
	err := c.In(c.App, storetest.SchoolA, func(tx *change.Tx) error { _, err := office.Read(tx.Tx, uuid.New()); return err })
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
}

func TestOfficesAreFoundByTheBeginningOfTheNameOrTheCode(t *testing.T) {
	c := storetest.New(t)
	find := func(text, below string, kind org.Kind, after *office.Key) []string {
		return list(c, func(tx *change.Tx) ([]office.Organisation, error) {
			return office.Search(tx.Tx, text, below, kind, after, 10)
		})
	}
	require.Equal(t, []string{"2152000123", "2152000456"}, find("南明区", storetest.Bureau, org.School, nil))
	require.Contains(t, find("南明区", "", "", nil), "520102", "the bureau as well")
	require.Equal(t, []string{"2152000456"}, find("南明区", storetest.Bureau, org.School, &office.Key{Code: "南明区示例小学", ID: c.ID(storetest.SchoolA)}))
	require.Equal(t, []string{"2111000123"}, find("2111000123", "", "", nil))
	require.Empty(t, find("示例小学", "", "", nil), "not in the middle")
	require.Empty(t, find("%", "", "", nil), "no wildcards")
	_, err := closeOffice(c, storetest.FarBureau, c.ID(storetest.FarSchool), 1)
	require.NoError(t, err)
	require.Empty(t, find("2111000123", "", "", nil), "closed")
}
