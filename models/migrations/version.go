package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrVersion says that database and program are not of one version.
var ErrVersion = errors.New("database and program are not of one version")

// Newest is the number of the newest migration this program knows.
func Newest() (int64, error) {
	known, err := numbers()
	if err != nil {
		return 0, err
	}
	return known[len(known)-1], nil
}

func numbers() ([]int64, error) {
	sub, err := fs.Sub(files, "sql")
	if err != nil {
		return nil, fmt.Errorf("migration files: %w", err)
	}
	list, err := filesOf(sub)
	if err != nil {
		return nil, err
	}
	var known []int64
	for _, l := range list {
		known = append(known, l.number)
	}
	return known, nil
}

// applied gives the migrations a database has run; none for an empty database.
func applied(ctx context.Context, db *sql.DB) (list []int64, err error) {
	rows, err := db.QueryContext(ctx, `SELECT version_id FROM goose_db_version WHERE version_id > 0 AND is_applied ORDER BY version_id`)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42P01" { // undefined_table
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask the database for its version: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("ask the database for its version: %w", err)
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// denied says whether a right is missing.
func denied(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501" // insufficient_privilege
}

// judgeVersions says why this program cannot carry on with what a database has run.
func judgeVersions(run, known []int64) error {
	if len(run) == 0 {
		return nil
	}
	newest := run[len(run)-1]
	if newest > known[len(known)-1] {
		return fmt.Errorf("%w: the database was migrated to %d, and this program knows only %d; start the program of the version that migrated it or a newer one, "+
			"or restore the backup made before that upgrade", ErrVersion, newest, known[len(known)-1])
	}
	var missing, strange []string
	for _, n := range known {
		if n < newest && !slices.Contains(run, n) {
			missing = append(missing, strconv.FormatInt(n, 10))
		}
	}
	for _, n := range run {
		if !slices.Contains(known, n) {
			strange = append(strange, strconv.FormatInt(n, 10))
		}
	}
	if len(missing)+len(strange) > 0 {
		return fmt.Errorf("%w: the database stands at %d but has not run the migrations [%s] below it, or has run [%s], which this program does not know: "+
			"a development version wrote it, and it cannot be carried on. Restore a backup that a released version wrote, or begin with an empty database",
			ErrVersion, newest, strings.Join(missing, " "), strings.Join(strange, " "))
	}
	return nil
}
