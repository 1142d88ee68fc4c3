package crowd

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// functionCopied gives the identifier of a copy: the time of the old one moved back, as its
// rows are, and what follows from the old one and the number of the copy.
const functionCopied = `CREATE OR REPLACE FUNCTION pg_temp.copied(old uuid, n bigint, back interval) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT (lpad(to_hex(('x' || replace(left(old::text, 13), '-', ''))::bit(48)::bigint - (extract(epoch FROM back) * 1000)::bigint), 12, '0')
		|| '7' || substr(md5(old::text || n), 1, 3) || '8' || substr(md5(old::text || n), 4, 15))::uuid
$$`

// settle makes the schools of the crowd with their people and classes. A unit is a copy of
// all schools of the bureau below another bureau; units counts from 1.
func settle(ctx context.Context, tx pgx.Tx, bureau string, schools int) (units []unit, err error) {
	var patterns int
	for _, s := range []statement{
		{functionCopied, nil},
		{`CREATE TEMP TABLE crowd_school (id uuid, path ltree, no int) ON COMMIT DROP`, nil},
		{`INSERT INTO crowd_school SELECT id, path, row_number() OVER (ORDER BY code) FROM organisation
			WHERE path <@ $1::text::ltree AND kind = 'SCHOOL' AND EXISTS (SELECT 1 FROM student s WHERE s.school_id = organisation.id)`, []any{bureau}},
	} {
		if _, err := tx.Exec(ctx, s.text, s.args...); err != nil {
			return nil, err
		}
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM crowd_school`).Scan(&patterns); err != nil {
		return nil, err
	}
	if patterns == 0 {
		return nil, fmt.Errorf("no school of %s has pupils to copy", bureau)
	}
	n := max(1, schools/patterns-1) // the patterns are a unit, too
	for _, s := range []statement{
		// Every unit goes to the next bureau of the province.
		{`CREATE TEMP TABLE crowd_unit (unit int PRIMARY KEY, county ltree, city ltree, division text) ON COMMIT DROP`, nil},
		{`INSERT INTO crowd_unit SELECT u, c.path, subpath(c.path, 0, -1), c.division_code FROM generate_series(1, $2::int) u JOIN
			(SELECT o.path, o.division_code, row_number() OVER (ORDER BY o.code) - 1 AS no, count(*) OVER () AS of
				FROM organisation o JOIN organisation b ON b.path = $1::text::ltree
				WHERE o.kind = 'COUNTY' AND nlevel(o.path) = nlevel(b.path) AND o.path <@ subpath(b.path, 0, 2) AND o.path <> b.path AND o.closed_at IS NULL) c
			ON c.no = u % c.of`, []any{bureau, n}},
		{`CREATE TEMP TABLE crowd_path (unit int, old ltree, new ltree) ON COMMIT DROP`, nil},
		{`INSERT INTO crowd_path SELECT u.unit, $1::text::ltree, u.county FROM crowd_unit u
			UNION ALL SELECT u.unit, subpath($1::text::ltree, 0, -1), u.city FROM crowd_unit u
			UNION ALL SELECT u.unit, s.path, u.county || ('s' || substr(subpath(s.path, -1, 1)::text, 2, 4) || (400000 + u.unit * $2::int + s.no)) FROM crowd_unit u, crowd_school s`, []any{bureau, patterns}},
		// What every copy of a unit shares has its identifier here: offices, people, classes.
		{`CREATE TEMP TABLE crowd_id (unit int, old uuid, new uuid) ON COMMIT DROP`, nil},
		{`INSERT INTO crowd_id SELECT p.unit, o.id, coalesce(b.id, pg_temp.copied(o.id, p.unit, interval '0'))
			FROM crowd_path p JOIN organisation o ON o.path = p.old LEFT JOIN organisation b ON b.path = p.new`, nil},
		{`INSERT INTO organisation SELECT (jsonb_populate_record(o, jsonb_build_object('id', i.new, 'parent_id', b.id, 'path', p.new,
				'code', substr(subpath(p.new, -1, 1)::text, 2), 'name', b.name || '第' || p.unit * $1::int + s.no || '小学', 'division_code', b.division_code))).*
			FROM crowd_path p JOIN crowd_school s ON s.path = p.old JOIN organisation o ON o.id = s.id JOIN crowd_id i ON i.unit = p.unit AND i.old = o.id
				JOIN organisation b ON b.path = subpath(p.new, 0, -1)`, []any{patterns}},
		// People of a bureau are copied once, however many units lie below it.
		{`INSERT INTO crowd_id SELECT p.unit, a.id, md5(a.id::text || p.new::text)::uuid FROM crowd_path p JOIN account a ON a.org_path = p.old`, nil},
		{`INSERT INTO account SELECT DISTINCT ON (i.new) (jsonb_populate_record(a, jsonb_build_object('id', i.new, 'org_id', o.new, 'org_path', p.new, 'login', 'crowd-' || i.new))).*
			FROM crowd_path p JOIN account a ON a.org_path = p.old JOIN crowd_id i ON i.unit = p.unit AND i.old = a.id JOIN crowd_id o ON o.unit = p.unit AND o.old = a.org_id
			ORDER BY i.new`, nil},
		{`INSERT INTO crowd_id SELECT u.unit, g.id, pg_temp.copied(g.id, u.unit, interval '0') FROM crowd_unit u, school_grade g JOIN crowd_school s ON s.id = g.school_id`, nil},
		{`INSERT INTO crowd_id SELECT u.unit, k.id, pg_temp.copied(k.id, u.unit, interval '0') FROM crowd_unit u, school_class k JOIN crowd_school s ON s.id = k.school_id`, nil},
		{`CREATE INDEX ON crowd_id (unit, old) INCLUDE (new)`, nil},
		{`CREATE INDEX ON crowd_path (unit, old)`, nil},
		{`ANALYZE crowd_id`, nil},
		{`ANALYZE crowd_path`, nil},
		{`INSERT INTO school_grade SELECT (jsonb_populate_record(g, jsonb_build_object('id', i.new, 'school_id', o.new, 'org_path', p.new))).*
			FROM school_grade g JOIN crowd_path p ON p.old = g.org_path JOIN crowd_id i ON i.unit = p.unit AND i.old = g.id JOIN crowd_id o ON o.unit = p.unit AND o.old = g.school_id`, nil},
		{`INSERT INTO school_class SELECT (jsonb_populate_record(k, jsonb_build_object('id', i.new, 'school_id', o.new, 'org_path', p.new, 'grade_id', g.new))).*
			FROM school_class k JOIN crowd_path p ON p.old = k.org_path JOIN crowd_id i ON i.unit = p.unit AND i.old = k.id
				JOIN crowd_id o ON o.unit = p.unit AND o.old = k.school_id JOIN crowd_id g ON g.unit = p.unit AND g.old = k.grade_id`, nil},
	} {
		if _, err := tx.Exec(ctx, s.text, s.args...); err != nil {
			return nil, fmt.Errorf("settle the schools: %w", err)
		}
	}
	rows, err := tx.Query(ctx, `SELECT unit, left(division, 6) FROM crowd_unit ORDER BY unit`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[unit])
}

// unit is a copy of the schools of the patterns, in a county.
type unit struct {
	No       int
	Division string
}

// statement is one statement of a filling.
type statement struct {
	text string
	args []any
}
