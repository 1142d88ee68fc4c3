package policy_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// The second wall: the database lets only an administrator of the province's own office
// add a version, and only in the own name, whatever the API does.
func TestOnlyTheProvincesOwnAdministratorAddsAPolicy(t *testing.T) {
	r := storetest.New(t)
	account := func(path string, role org.Role) uuid.UUID {
		p, _ := r.Hire(path, role)
		return p.ID
	}
	admin := account("n.p52", "BUREAU_SYSADMIN")
	add := func(scope string, by, author uuid.UUID, province string) error {
		return r.App.Store.InScope(t.Context(), store.Scope{Paths: []string{scope}, Account: by}, func(tx *store.Tx) error {
			_, err := storetest.Exec(tx, `INSERT INTO policy (province_code, version, valid_from, body, author_id, created_at, comment, add_key, add_hash)
				VALUES (?, 1, '2026-11-20', '{}', ?, now(), 'x', ?, '\x00')`, province, author, uuid.NewString())
			return err
		})
	}
	for name, err := range map[string]error{
		"another province":     add("n.p11", account("n.p11", "BUREAU_SYSADMIN"), admin, "520000"),
		"into another one":     add("n.p52", admin, admin, "110000"),
		"the nation":           add("n", account("n", "BUREAU_SYSADMIN"), account("n", "BUREAU_SYSADMIN"), "520000"),
		"a county":             add(storetest.Bureau, account(storetest.Bureau, "BUREAU_SYSADMIN"), admin, "520000"),
		"in another's name":    add("n.p52", admin, account("n.p52", "BUREAU_SYSADMIN"), "520000"),
		"a reviewer":           add("n.p52", account("n.p52", "BUREAU_REVIEWER"), account("n.p52", "BUREAU_REVIEWER"), "520000"),
		"with a wider scope":   add("n", admin, admin, "520000"),
		"a scope of a county":  add(storetest.Bureau, admin, admin, "520000"),
		"somebody who is none": add("n.p52", uuid.New(), uuid.New(), "520000"),
	} {
		require.Equal(t, "42501", storetest.SQLState(err), name)
	}
	require.NoError(t, add("n.p52", admin, admin, "520000"))
	for _, statement := range []string{`UPDATE policy SET body = '{}'`, `DELETE FROM policy`} {
		err := r.App.Store.InScope(t.Context(), store.Scope{Paths: []string{"n.p52"}, Account: admin}, func(tx *store.Tx) error { _, err := storetest.Exec(tx, statement); return err })
		require.Equal(t, "42501", storetest.SQLState(err), statement)
		require.Equal(t, "42501", storetest.SQLState(r.OwnerTries(statement)), "not even the owner: %s", statement)
	}
}

// Of the valid versions the one with the newest first day counts; of several with that
// day, the highest number. So a future version is withdrawn by a version with the same
// day.
func TestPolicyInForceIsTheNewestValidVersion(t *testing.T) {
	r := storetest.New(t)
	for _, v := range []struct{ from, capacity string }{{"2026-11-20", "51"}, {"2026-12-01", "52"}, {"2026-11-24", "53"}, {"2026-12-01", "54"}} {
		r.PolicyFrom(storetest.Province, dayOf(t, v.from), `{"class_capacity": `+v.capacity+`}`)
	}
	r.Advance(5 * 24 * time.Hour)
	inForce := func() (version, capacity int) {
		require.NoError(t, r.App.Store.InScope(t.Context(), store.Scope{Paths: []string{storetest.Bureau}}, func(tx *store.Tx) error {
			p, err := policy.InForce(tx, "520000")
			version, capacity = p.Version, p.ClassCapacity
			return err
		}))
		return version, capacity
	}
	version, capacity := inForce()
	require.Equal(t, []int{3, 53}, []int{version, capacity})
	r.Advance(7 * 24 * time.Hour)
	version, capacity = inForce()
	require.Equal(t, []int{4, 54}, []int{version, capacity}, "the second never came into force")
	require.NoError(t, r.App.Store.InScope(t.Context(), store.Scope{Paths: []string{storetest.Bureau}}, func(tx *store.Tx) error {
		v, p, err := policy.ReadVersion(tx, "520000", 2)
		require.Equal(t, 52, p.ClassCapacity)
		require.Empty(t, v.Author)
		_, _, missing := policy.ReadVersion(tx, "520000", 9)
		require.Equal(t, refusal.NotFound, refusal.CodeOf(missing))
		list, all := policy.Versions(tx, "520000")
		require.Len(t, list, 4)
		require.NoError(t, all)
		use, none := policy.CountUse(tx, "520000")
		require.Empty(t, use, "only the province is told")
		require.NoError(t, none)
		return err
	}))
}

// An operator reads the policy in force on a day and the versions that running changes
// keep. An unknown province is refused and does not give the default.
func TestOwnerReadsProvincePolicyAndItsUse(t *testing.T) {
	r := storetest.New(t)
	known := r.Processes
	at := func(province, day string) (process.Policy, []policy.Use, error) {
		on, err := calendar.ParseDate(day)
		require.NoError(t, err)
		return policy.OfProvince(t.Context(), r.Owner(), known, province, on)
	}
	p, use, err := at("520000", "2026-11-20")
	require.NoError(t, err)
	require.Equal(t, known.Default(), p)
	require.Empty(t, use)
	r.Waiting(storetest.SchoolA)
	r.Policy(storetest.Province, `{"class_capacity": 50}`)
	r.Waiting(storetest.SchoolA)
	ended := r.Waiting(storetest.SchoolA)
	r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: ended, Verb: change.VerbWithdraw, Step: -1})
	r.PolicyFrom(storetest.Province, dayOf(t, "2026-12-01"), `{"class_capacity": 51}`)
	p, use, err = at("520000", "2026-11-30")
	require.NoError(t, err)
	require.Equal(t, 1, p.Version)
	require.Equal(t, []policy.Use{{Kind: process.Suspension, Version: 0, DefinitionVersion: "1", Changes: 1}, {Kind: process.Suspension, Version: 1, DefinitionVersion: "1", Changes: 1}}, use)
	p, _, err = at("520000", "2026-12-01")
	require.NoError(t, err)
	require.Equal(t, []int{2, 51}, []int{p.Version, p.ClassCapacity})
	_, _, err = at("529999", "2026-12-01")
	require.ErrorContains(t, err, "no province 529999")
}

func dayOf(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}
