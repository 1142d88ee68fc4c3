package migrations

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// Databases have run what is listed and will never run it again, nor anything that
// is put in below it.
func TestMigrationsOnlyAppend(t *testing.T) {
	list, err := os.ReadFile("list.txt")
	require.NoError(t, err)
	next, err := Extend(os.DirFS("sql"), string(list), -1)
	require.NoError(t, err)
	require.Equal(t, next, string(list), "a new migration: run go generate ./models/migrations")
}

func TestAListedMigrationNeverChanges(t *testing.T) {
	files := fstest.MapFS{"00001_base.sql": {Data: []byte("a")}, "00005_create_x.sql": {Data: []byte("b")}}
	list, err := Extend(files, "", -1)
	require.NoError(t, err)
	again, err := Extend(files, list, -1)
	require.NoError(t, err)
	require.Equal(t, list, again)

	files["00007_create_y.sql"] = &fstest.MapFile{Data: []byte("c")}
	longer, err := Extend(files, list, -1)
	require.NoError(t, err)
	require.Contains(t, longer, "00007 create_y ")

	for name, change := range map[string]func(fstest.MapFS){
		"00005_create_x.sql was changed": func(m fstest.MapFS) { m["00005_create_x.sql"] = &fstest.MapFile{Data: []byte("B")} },
		"00005_rename_x.sql was changed": func(m fstest.MapFS) {
			m["00005_rename_x.sql"] = m["00005_create_x.sql"]
			delete(m, "00005_create_x.sql")
		},
		"00005_create_x.sql is listed and gone": func(m fstest.MapFS) { delete(m, "00005_create_x.sql") },
		"00003_create_z.sql lies below 00007":   func(m fstest.MapFS) { m["00003_create_z.sql"] = &fstest.MapFile{Data: []byte("z")} },
		"two migrations have the number 00007":  func(m fstest.MapFS) { m["00007_create_z.sql"] = &fstest.MapFile{Data: []byte("z")} },
		"00008.sql is not named like":           func(m fstest.MapFS) { m["00008.sql"] = &fstest.MapFile{} },
	} {
		other := fstest.MapFS{}
		for file, text := range files {
			other[file] = text
		}
		change(other)
		_, err := Extend(other, longer, -1)
		require.ErrorContains(t, err, name)
	}
	files["00003_create_z.sql"] = &fstest.MapFile{Data: []byte("z")}
	fresh, err := Extend(files, longer, 1)
	require.NoError(t, err, "what was never released may be listed afresh")
	require.Contains(t, fresh, "00003 create_z ")
}
