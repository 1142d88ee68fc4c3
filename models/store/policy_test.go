package store

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// The second wall: the database lets only an administrator of the province's own office
// add a version, and only in the own name, whatever the API does.
func TestOnlyTheProvincesOwnAdministratorAddsAPolicy(t *testing.T) {
	r := newRecordsRig(t)
	r.exec(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, created_at)
		SELECT gen_random_uuid(), id, 'n.p11', 'PROVINCE', '110000', '另一省', '110000', '110000', created_at FROM organisation WHERE path = 'n'`)
	account := func(path, role string) uuid.UUID {
		id := uuid.Must(uuid.NewV7())
		r.exec(`INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
			SELECT $1::uuid, id, path, $1::text, '某人', ARRAY[$3::text], 'x', created_at, false, created_at, created_at FROM organisation WHERE path = $2::text::ltree`, id, path, role)
		return id
	}
	admin := account("n.p52", "BUREAU_SYSADMIN")
	add := func(scope string, by, author uuid.UUID, province string) error {
		return r.app.InScope(t.Context(), Scope{Paths: []string{scope}, Account: by}, func(tx *Tx) error {
			_, err := tx.exec(`INSERT INTO policy (province_code, version, valid_from, body, author_id, created_at, comment, add_key, add_hash)
				VALUES (?, 1, '2026-11-20', '{}', ?, now(), 'x', ?, '\x00')`, province, author, uuid.NewString())
			return err
		})
	}
	for name, err := range map[string]error{
		"another province":     add("n.p11", account("n.p11", "BUREAU_SYSADMIN"), admin, "520000"),
		"into another one":     add("n.p52", admin, admin, "110000"),
		"the nation":           add("n", account("n", "BUREAU_SYSADMIN"), account("n", "BUREAU_SYSADMIN"), "520000"),
		"a county":             add(countyPath, account(countyPath, "BUREAU_SYSADMIN"), admin, "520000"),
		"in another's name":    add("n.p52", admin, account("n.p52", "BUREAU_SYSADMIN"), "520000"),
		"a reviewer":           add("n.p52", account("n.p52", "BUREAU_REVIEWER"), account("n.p52", "BUREAU_REVIEWER"), "520000"),
		"with a wider scope":   add("n", admin, admin, "520000"),
		"a scope of a county":  add(countyPath, admin, admin, "520000"),
		"somebody who is none": add("n.p52", uuid.New(), uuid.New(), "520000"),
	} {
		require.Equal(t, "42501", sqlState(err), name)
	}
	require.NoError(t, add("n.p52", admin, admin, "520000"))
	for _, statement := range []string{`UPDATE policy SET body = '{}'`, `DELETE FROM policy`} {
		err := r.app.InScope(t.Context(), Scope{Paths: []string{"n.p52"}, Account: admin}, func(tx *Tx) error { _, err := tx.exec(statement); return err })
		require.Equal(t, "42501", sqlState(err), statement)
		_, err = r.owner.Exec(t.Context(), statement)
		require.Equal(t, "42501", sqlState(err), "not even the owner: %s", statement)
	}
}

// Of the valid versions the one with the newest first day counts; of several with that
// day, the highest number. So a future version is withdrawn by a version with the same
// day.
func TestPolicyInForceIsTheNewestValidVersion(t *testing.T) {
	r := newRecordsRig(t)
	for i, v := range []struct {
		from     string
		capacity string
	}{{"2026-11-01", "51"}, {"2026-12-01", "52"}, {"2026-11-10", "53"}, {"2026-12-01", "54"}} {
		r.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', $1, $2::date, $3::jsonb, now())`, i+1, v.from, `{"class_capacity": `+v.capacity+`}`)
	}
	inForce := func() (version, capacity int) {
		require.NoError(t, r.app.InScope(t.Context(), Scope{Paths: []string{countyPath}}, func(tx *Tx) error {
			p, err := tx.Policy("520000")
			version, capacity = p.Version, p.ClassCapacity
			return err
		}))
		return version, capacity
	}
	version, capacity := inForce()
	require.Equal(t, []int{3, 53}, []int{version, capacity})
	r.hand.Advance(12 * 24 * 3600e9)
	version, capacity = inForce()
	require.Equal(t, []int{4, 54}, []int{version, capacity}, "the second never came into force")
	require.NoError(t, r.app.InScope(t.Context(), Scope{Paths: []string{countyPath}}, func(tx *Tx) error {
		v, p, err := tx.PolicyVersion("520000", 2)
		require.Equal(t, 52, p.ClassCapacity)
		require.Empty(t, v.Author)
		_, _, missing := tx.PolicyVersion("520000", 9)
		require.Equal(t, refusal.NotFound, refusal.CodeOf(missing))
		list, all := tx.PolicyVersions("520000")
		require.Len(t, list, 4)
		require.NoError(t, all)
		use, none := tx.PolicyUse("520000")
		require.Empty(t, use, "only the province is told")
		require.NoError(t, none)
		return err
	}))
}

// An operator reads the policy in force on a day and the versions that running changes
// keep. An unknown province is refused and does not give the default.
func TestOwnerReadsProvincePolicyAndItsUse(t *testing.T) {
	r := newRecordsRig(t)
	known := r.app.processes
	at := func(province, day string) (process.Policy, []PolicyUse, error) {
		on, err := calendar.ParseDate(day)
		require.NoError(t, err)
		return ProvincePolicy(t.Context(), r.owner, known, province, on)
	}
	p, use, err := at("520000", "2026-11-20")
	require.NoError(t, err)
	require.Equal(t, known.Default(), p)
	require.Empty(t, use)
	r.waiting(schoolAPath)
	old := r.waiting(schoolAPath)
	ended := r.waiting(schoolAPath)
	r.exec(`UPDATE change SET policy_version = 2, definition_version = '2' WHERE id = $1`, old)
	r.exec(`UPDATE change SET status = 'WITHDRAWN', closed_at = filed_at WHERE id = $1`, ended)
	r.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 7, '2026-12-01', '{"class_capacity": 51}', now())`)
	p, use, err = at("520000", "2026-11-30")
	require.NoError(t, err)
	require.Zero(t, p.Version)
	require.Equal(t, []PolicyUse{{process.Suspension, 0, "1", 1}, {process.Suspension, 2, "2", 1}}, use)
	p, _, err = at("520000", "2026-12-01")
	require.NoError(t, err)
	require.Equal(t, []int{7, 51}, []int{p.Version, p.ClassCapacity})
	_, _, err = at("529999", "2026-12-01")
	require.ErrorContains(t, err, "no province 529999")
}
