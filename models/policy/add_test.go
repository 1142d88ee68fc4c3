package policy_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// handIn hands in a version in the name of a person.
func handIn(c *storetest.County, by storetest.Person, n policy.NewPolicy) (version int, err error) {
	err = c.As(by, func(tx *change.Tx) (err error) {
		version, err = policy.Add(tx.Tx, n)
		return err
	})
	return version, err
}

// request is a version of the county's province with these rules.
func request(c *storetest.County, basedOn int, text string) policy.NewPolicy {
	return policy.NewPolicy{Province: "520000", ValidFrom: c.App.Clock().Today(), BasedOn: basedOn, Text: []byte(text), Comment: "试行", Key: uuid.NewString(), Hash: []byte(text)}
}

func TestAVersionIsAddedOnce(t *testing.T) {
	c := storetest.New(t)
	admin := c.Who(storetest.Province, org.BureauSysadmin)
	n := request(c, 0, `{"class_capacity": 50}`)
	version, err := handIn(c, admin, n)
	require.NoError(t, err)
	require.Equal(t, 1, version)
	version, err = handIn(c, admin, n)
	require.NoError(t, err)
	require.Equal(t, 1, version, "the same request again")
	other := n
	other.Hash = []byte("other")
	_, err = handIn(c, admin, other)
	require.Equal(t, refusal.KeyReused, refusal.CodeOf(err))
	_, err = handIn(c, admin, request(c, 0, `{"class_capacity": 45}`))
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err), "somebody was faster")
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'policy.add' AND subject_id = '520000/1' AND account_id = $1`, admin.ID))
	require.NoError(t, c.As(admin, func(tx *change.Tx) error {
		list, err := policy.Versions(tx.Tx, "520000")
		require.Equal(t, []policy.Version{{Version: 1, ValidFrom: n.ValidFrom, Body: `{"class_capacity": 50}`, Author: "测试", Comment: "试行", CreatedAt: c.Now()}}, list)
		return err
	}))
	_, err = handIn(c, c.Who(storetest.FarProvince, org.BureauSysadmin), request(c, 1, `{}`))
	require.Equal(t, "42501", storetest.SQLState(err), "another province's administrator")
	_, err = handIn(c, c.Who(storetest.Province, org.BureauReviewer), request(c, 1, `{}`))
	require.Equal(t, "42501", storetest.SQLState(err), "no administrator")
}

func TestOneOfTwoVersionsAtOnceIsAdded(t *testing.T) {
	c := storetest.New(t)
	admin := c.Who(storetest.Province, org.BureauSysadmin)
	codes := make([]refusal.Code, 2)
	var both sync.WaitGroup
	for i, text := range []string{`{"class_capacity": 50}`, `{"class_capacity": 45}`} {
		both.Go(func() {
			if _, err := handIn(c, admin, request(c, 0, text)); err != nil {
				codes[i] = refusal.CodeOf(err)
			}
		})
	}
	both.Wait()
	require.ElementsMatch(t, []refusal.Code{"", refusal.VersionConflict}, codes)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM policy`))
}

// The same request twice at once gives one version to both.
func TestTheSameRequestTwiceAtOnceAddsOneVersion(t *testing.T) {
	c := storetest.New(t)
	admin, n := c.Who(storetest.Province, org.BureauSysadmin), request(c, 0, `{"class_capacity": 50}`)
	versions, errs := make([]int, 2), make([]error, 2)
	var both sync.WaitGroup
	for i := range versions {
		both.Go(func() { versions[i], errs[i] = handIn(c, admin, n) })
	}
	both.Wait()
	for i := range versions {
		require.NoError(t, errs[i])
		require.Equal(t, 1, versions[i])
	}
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM policy`))
}

// Every fault of a version is told at once, with its place. Nothing is written.
func TestAFaultyVersionIsRefusedWithAllItsFaults(t *testing.T) {
	c := storetest.New(t)
	n := request(c, 0, `{"class_capacity": "many", "no_such_rule": 1, "key_fields": ["shoe_size"]}`)
	n.ValidFrom = n.ValidFrom.AddDays(-1)
	_, err := handIn(c, c.Who(storetest.Province, org.BureauSysadmin), n)
	var told *refusal.Error
	require.ErrorAs(t, err, &told)
	places := map[string]refusal.Code{}
	for _, one := range told.All() {
		places[one.Field] = one.Code
	}
	require.Equal(t, refusal.PolicyPast, places["/valid_from"])
	for _, place := range []string{"/body/class_capacity", "/body/no_such_rule", "/body/key_fields"} {
		require.Equal(t, refusal.PolicyFault, places[place], place)
	}
	require.Zero(t, c.Count(`SELECT count(*) FROM policy`))
	for _, text := range []string{``, `[]`} {
		_, err := handIn(c, c.Who(storetest.Province, org.BureauSysadmin), request(c, 0, text))
		require.Equal(t, refusal.PolicyFault, refusal.CodeOf(err), text)
	}
}

// The province's own office learns how many running changes keep which version.
func TestTheProvinceCountsTheChangesOfAVersion(t *testing.T) {
	c := storetest.New(t)
	c.Waiting(storetest.SchoolA)
	c.Policy(storetest.Province, `{"proxy_days": 20}`)
	c.Waiting(storetest.SchoolA)
	c.Waiting(storetest.SchoolB)
	uses := func(p storetest.Person) (list []policy.Use) {
		require.NoError(t, c.As(p, func(tx *change.Tx) (err error) {
			list, err = policy.CountUse(tx.Tx, "520000")
			return err
		}))
		return list
	}
	require.ElementsMatch(t, []policy.Use{{Kind: "SUSPENSION", Version: 0, DefinitionVersion: "1", Changes: 1}, {Kind: "SUSPENSION", Version: 1, DefinitionVersion: "1", Changes: 2}},
		uses(c.Who(storetest.Province, org.BureauSysadmin)))
	require.Empty(t, uses(c.Who(storetest.FarProvince, org.BureauSysadmin)))
}

// Version 0 is the built-in policy. A version that an earlier release let in and this one
// does not is named, so that somebody adds a newer one.
func TestAnOutgrownVersionIsNamed(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `{"class_capacity": 50}`)
	c.Legacy(`ALTER TABLE policy DISABLE TRIGGER USER`)
	c.Legacy(`UPDATE policy SET body = '{"rule_of_before": 1}'`) // an earlier version of the program knew it
	c.Legacy(`ALTER TABLE policy ENABLE TRIGGER USER`)
	c.MustIn(c.App, storetest.Bureau, func(tx *change.Tx) error {
		v, p, err := policy.ReadVersion(tx.Tx, "520000", 0)
		require.NoError(t, err)
		require.Equal(t, []any{policy.Version{Body: "{}"}, c.Processes.Default()}, []any{v, p})
		_, _, err = policy.ReadVersion(tx.Tx, "520000", 1)
		require.Equal(t, refusal.PolicyOutgrown, refusal.CodeOf(err))
		_, err = policy.InForce(tx.Tx, "520000")
		require.Equal(t, refusal.PolicyOutgrown, refusal.CodeOf(err))
		p, err = policy.InForce(tx.Tx, "110000")
		require.Equal(t, c.Processes.Default(), p)
		return err
	})
}

// An operator adds a version from a file, as the owner of the tables.
func TestAnOperatorAddsAVersionFromAFile(t *testing.T) {
	c := storetest.New(t)
	today := c.App.Clock().Today()
	add := func(province, text string, days int) (int, error) {
		return policy.AddAsOwner(t.Context(), c.OwnerDSN(), province, today.AddDays(days), []byte(text), c.Processes, c.Now())
	}
	version, err := add("520000", "class_capacity: 50 # as in the notice\n", 0)
	require.NoError(t, err)
	require.Equal(t, 1, version)
	version, err = add("520000", "class_capacity: 45\n", 3)
	require.NoError(t, err)
	require.Equal(t, 2, version)
	require.Equal(t, `{"class_capacity": 50}`, c.Text(`SELECT body::text FROM policy WHERE version = 1 AND author_id IS NULL`))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'policy.add' AND office_path = 'n.p52' AND partition = '520000/2026-11' AND detail ->> 'by' = 'command line'`))
	_, err = add("529999", "class_capacity: 50\n", 0)
	require.ErrorContains(t, err, "no province 529999")
	_, err = add("520000", "class_capacity: 50\n", -1)
	require.ErrorContains(t, err, "lies before today")
	_, err = add("520000", "class_capacity: many\n", 0)
	require.ErrorContains(t, err, "class_capacity")
	require.ErrorContains(t, policy.CheckFile(c.Processes, []byte("key_fields: [shoe_size]\n")), "shoe_size")
	require.NoError(t, policy.CheckFile(c.Processes, []byte("key_fields: [ethnicity]\n")))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM policy`))
	_, err = policy.AddAsOwner(t.Context(), "postgres://nobody@127.0.0.1:1/none", "520000", today, []byte("{}"), c.Processes, c.Now())
	require.ErrorContains(t, err, "connect to the database")
}

// Two operators at once get two versions without a gap.
func TestTwoOperatorsAtOnceGetTwoVersions(t *testing.T) {
	c := storetest.New(t)
	versions := make([]int, 2)
	var both sync.WaitGroup
	for i := range versions {
		both.Go(func() {
			versions[i], _ = policy.AddAsOwner(t.Context(), c.OwnerDSN(), "520000", c.App.Clock().Today(), []byte("class_capacity: 50\n"), c.Processes, c.Now())
		})
	}
	both.Wait()
	require.ElementsMatch(t, []int{1, 2}, versions)
}
