package office_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/storetest"
)

// The seed makes every bureau of the country once. Run again, it adds what is missing and
// changes nothing else.
func TestTheSeedIsSafeToRepeat(t *testing.T) {
	c := storetest.New(t)
	require.Equal(t, "教育部", c.Text(`SELECT name FROM organisation WHERE path = 'n'`))
	require.Equal(t, 31, c.Count(`SELECT count(*) FROM organisation WHERE kind = 'PROVINCE'`), "Taiwan, Hong Kong and Macao run registers of their own")
	require.Equal(t, "北京市教育委员会", c.Text(`SELECT name FROM organisation WHERE path = 'n.p11'`))
	require.Equal(t, "贵州省教育厅", c.Text(`SELECT name FROM organisation WHERE path = 'n.p52'`))
	require.Equal(t, 2, c.Count(`SELECT nlevel(path) - 1 FROM organisation WHERE path = 'n.p11.d110101'`), "a county of a municipality stands below it")
	require.Zero(t, c.Count(`SELECT count(*) FROM organisation WHERE kind = 'CITY' AND division_code LIKE '11%'`))
	require.Zero(t, c.Count(`SELECT count(*) FROM organisation o LEFT JOIN organisation p ON p.id = o.parent_id WHERE o.path <> 'n' AND o.path <> p.path || subpath(o.path, -1)`), "each stands below its parent")

	// One bureau has moved and one is missing.
	moved, err := reassign(c, storetest.Province, c.ID(storetest.Bureau), 1, c.ID(storetest.Province))
	require.NoError(t, err)
	before := c.Count(`SELECT count(*) FROM organisation`)
	c.Legacy(`DELETE FROM organisation WHERE path = 'n.p11.d110102'`)
	require.NoError(t, office.Seed(t.Context(), c.OwnerDSN(), c.Now()))
	require.Equal(t, before, c.Count(`SELECT count(*) FROM organisation`))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM organisation WHERE path = 'n.p11.d110102' AND created_at = $1`, c.Now()))
	require.Equal(t, moved.Path, read(c, moved.ID).Path)
	require.ErrorContains(t, office.Seed(t.Context(), "postgres://nobody@127.0.0.1:1/none", c.Now()), "seed the offices")
}
