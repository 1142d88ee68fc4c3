package office

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/org"
)

// Seed makes the ministry and the bureaus of every province, city and county
// in the table of divisions, as far as they are missing. It runs as the owner of the
// schema, because nobody can log in before. It changes nothing that exists and is safe to
// repeat.
func Seed(ctx context.Context, ownerDSN string, now time.Time) error {
	table, err := division.Load()
	if err != nil {
		return fmt.Errorf("seed the offices: %w", err)
	}
	rows, err := bureausOf(table)
	if err != nil {
		return fmt.Errorf("seed the offices: %w", err)
	}
	conn, err := pgx.Connect(ctx, ownerDSN)
	if err != nil {
		return fmt.Errorf("seed the offices: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return insertSeed(ctx, tx, rows, now) })
}

// seededBureau is one office of the seed; ID and parent are found by path.
type seededBureau struct {
	kind                       org.Kind
	code, name, path, province string
}

// insertSeed merges through a temporary table: COPY is not possible into a table
// with row-level security. Parents come first, level by level.
func insertSeed(ctx context.Context, tx pgx.Tx, rows []seededBureau, now time.Time) error {
	// COPY is binary and ltree has a binary form of its own: the path comes as text.
	_, err := tx.Exec(ctx, `CREATE TEMPORARY TABLE seed_bureau (id uuid, kind text, code text, name text, label text,
		path ltree GENERATED ALWAYS AS (label::ltree) STORED, province text) ON COMMIT DROP`)
	if err != nil {
		return fmt.Errorf("seed the offices: %w", err)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"seed_bureau"}, []string{"id", "kind", "code", "name", "label", "province"},
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			r := rows[i]
			return []any{uuid.Must(uuid.NewV7()), string(r.kind), r.code, r.name, r.path, r.province}, nil
		}))
	if err != nil {
		return fmt.Errorf("seed the offices: %w", err)
	}
	for level := 1; level <= 4; level++ {
		// A bureau that was re-assigned has another path; (kind, code) still finds it.
		_, err := tx.Exec(ctx, `INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, created_at)
			SELECT s.id, p.id, CASE WHEN p.id IS NULL THEN s.path ELSE p.path || subpath(s.path, -1) END, s.kind, s.code, s.name, s.code, s.province, $1
			FROM seed_bureau s
			LEFT JOIN seed_bureau ps ON nlevel(s.path) > 1 AND ps.path = subpath(s.path, 0, -1)
			LEFT JOIN organisation p ON p.kind = ps.kind AND p.code = ps.code
			WHERE nlevel(s.path) = $2
			ON CONFLICT DO NOTHING`, now, level)
		if err != nil {
			return fmt.Errorf("seed the offices: %w", err)
		}
	}
	return nil
}

// bureausOf derives the bureaus from the divisions. A heading such as 市辖区 has
// no bureau: its counties stand below the province. A city without counties,
// which the table repeats as its own county, has one city bureau and no county.
// Taiwan, Hong Kong and Macao run registers of their own.
func bureausOf(table *division.Table) ([]seededBureau, error) {
	list := []seededBureau{{kind: org.Nation, code: "000000", name: "教育部", path: "n", province: "000000"}}
	paths := map[string]string{}
	for _, d := range table.All() {
		code, province := d.Code.Six(), d.Code.Six()[:2]+"0000"
		if province >= "710000" {
			continue
		}
		b := seededBureau{code: code, province: province}
		above := "n"
		switch d.Level {
		case division.Province:
			b.kind, b.name = org.Province, provinceBureau(d.Name)
		case division.City:
			if d.Grouping() {
				paths["city "+code] = paths["province "+province]
				continue
			}
			b.kind, b.name, above = org.City, d.Name+"教育局", paths["province "+province]
		case division.County:
			city, found := table.LookupAt(d.Parent, division.City)
			if found && city.Name == d.Name {
				continue
			}
			b.kind, b.name, above = org.County, d.Name+"教育局", paths["city "+d.Parent.Six()]
		}
		label, err := org.Label(b.kind, code)
		if err != nil {
			return nil, err
		}
		b.path = above + "." + label
		paths[string(d.Level)+" "+code] = b.path
		list = append(list, b)
	}
	return list, nil
}

// provinceBureau names the education authority of a province: municipalities
// have a commission (教育委员会), provinces and autonomous regions a department (教育厅).
func provinceBureau(name string) string {
	if strings.HasSuffix(name, "市") {
		return name + "教育委员会"
	}
	return name + "教育厅"
}
