package office_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/storetest"
)

// The bureaux of the whole country are there, each under the one that it answers to, and
// seeding once more changes nothing.
func TestTheWholeCountryIsSeeded(t *testing.T) {
	c := storetest.New(t)
	bureau := func(path string) string {
		return c.Text(`SELECT name FROM organisation WHERE path = $1::text::ltree`, path)
	}
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM organisation WHERE parent_id IS NULL`))
	require.Equal(t, 31, c.Count(`SELECT count(*) FROM organisation WHERE kind = 'PROVINCE'`))
	for path, name := range map[string]string{
		"n": "教育部", "n.p52": "贵州省教育厅", "n.p11": "北京市教育委员会", "n.p52.c5201": "贵阳市教育局", "n.p52.c5201.d520102": "南明区教育局",
		"n.p11.d110101": "东城区教育局", // a municipality has no city level
		"n.p44.c4419":   "东莞市教育局", // a city without counties
		"n.p41.d419001": "济源市教育局", // a directly administered county
	} {
		require.Equal(t, name, bureau(path), path)
	}
	require.Zero(t, c.Count(`SELECT count(*) FROM organisation WHERE name LIKE '市辖区%' OR name LIKE '%直辖县级%' OR code = '110100'`))
	for _, city := range []string{"441900", "442000", "460400", "620200"} {
		require.Equal(t, "CITY", c.Text(`SELECT string_agg(kind, ',') FROM organisation WHERE code = $1`, city))
		require.Zero(t, c.Count(`SELECT count(*) FROM organisation k JOIN organisation p ON p.id = k.parent_id WHERE p.code = $1`, city))
	}
	require.Zero(t, c.Count(`SELECT count(*) FROM organisation o JOIN organisation p ON p.id = o.parent_id WHERE o.path <> p.path || subpath(o.path, -1)`))
	total := c.Count(`SELECT count(*) FROM organisation`)
	require.Greater(t, total, 3000)
	dsn := embeddedtest.Postgres(t).DSN("xueji_owner", c.Text(`SELECT current_database()`))
	require.NoError(t, office.Seed(t.Context(), dsn, c.Now().Add(time.Hour)))
	require.Equal(t, total, c.Count(`SELECT count(*) FROM organisation`), "safe to repeat")
}
