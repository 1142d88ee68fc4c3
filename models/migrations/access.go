package migrations

import (
	"context"
	"database/sql"
	_ "embed" // for access.sql
	"errors"
	"fmt"
	"slices"
	"strings"
)

// access is what a fresh migration yields, one rule a line: "kind name <tab>
// statement that makes it". A rule without a statement cannot be made again.
//
//go:embed access.sql
var access string

// ErrAccess says that tables, row-level security, policies, grants, constraints or
// triggers of a database are not those of this version.
var ErrAccess = errors.New("the database is not whole")

// rule is one thing a database must have: a name that compares, and the statement
// that makes it where it is missing.
type rule struct{ name, makes string }

// rulesQuery lists the rules of a database, in the order in which they can be made.
// The owner of a table is written CURRENT_USER, whatever the role is called.
const rulesQuery = `
WITH tables AS (
	SELECT c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c
	WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S')
	AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), functions AS (
	SELECT p.oid, format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) AS name, p.proacl, p.proowner, p.prosecdef FROM pg_proc p
	WHERE p.pronamespace = 'public'::regnamespace
	AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
), roles AS (SELECT oid, rolname FROM pg_roles WHERE rolname IN ('xueji_app', 'xueji_worker') UNION ALL SELECT 0::oid, 'PUBLIC')
SELECT name, makes FROM (
	SELECT 1 AS at, 'TABLE ' || relname AS name, '' AS makes FROM tables WHERE relkind = 'r'
	UNION ALL SELECT 2, format('COLUMN %s.%s %s', t.relname, a.attname, format_type(a.atttypid, a.atttypmod)), ''
		FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid WHERE t.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
	UNION ALL SELECT 3, 'FUNCTION ' || name || CASE WHEN prosecdef THEN ' SECURITY DEFINER' ELSE '' END, '' FROM functions
	UNION ALL SELECT CASE o.contype WHEN 'p' THEN 4 WHEN 'u' THEN 4 ELSE 6 END, format('CONSTRAINT %s ON %s', o.conname, t.relname),
		format('ALTER TABLE %I ADD CONSTRAINT %I %s', t.relname, o.conname, pg_get_constraintdef(o.oid))
		FROM pg_constraint o JOIN tables t ON t.oid = o.conrelid WHERE o.contype IN ('p', 'u', 'c', 'f') AND o.convalidated
	UNION ALL SELECT 5, format('INDEX %s ON %s', i.relname, t.relname), pg_get_indexdef(i.oid)
		FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN tables t ON t.oid = x.indrelid
		WHERE x.indisvalid AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u'))
	UNION ALL SELECT 7, format('TRIGGER %s ON %s', g.tgname, t.relname), pg_get_triggerdef(g.oid)
		FROM pg_trigger g JOIN tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal
	UNION ALL SELECT 8, format('TRIGGER %s ON %s IS ON', g.tgname, t.relname), format('ALTER TABLE %I ENABLE TRIGGER %I', t.relname, g.tgname)
		FROM pg_trigger g JOIN tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgenabled <> 'D'
	UNION ALL SELECT 9, format('POLICY %s ON %s %s FOR %s TO %s', p.polname, t.relname, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, f.command, r.names),
		format('CREATE POLICY %I ON %I AS %s FOR %s TO %s', p.polname, t.relname, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, f.command, r.names)
		|| coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '') || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
		FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
		CROSS JOIN LATERAL (SELECT CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS command) f
		CROSS JOIN LATERAL (SELECT string_agg(n, ', ' ORDER BY n) AS names FROM (
			SELECT CASE WHEN o = 0 THEN 'PUBLIC' WHEN o = t.relowner THEN 'CURRENT_USER' ELSE o::regrole::text END AS n FROM unnest(p.polroles) o) x) r
	UNION ALL SELECT 10, 'ROW SECURITY ON ' || relname, format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', relname) FROM tables WHERE relrowsecurity
	UNION ALL SELECT 11, 'ROW SECURITY OF THE OWNER ON ' || relname, format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', relname) FROM tables WHERE relforcerowsecurity
	UNION ALL SELECT 12, format('GRANT USAGE ON SCHEMA public TO %s', r.rolname), format('GRANT USAGE ON SCHEMA public TO %s', r.rolname)
		FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a JOIN roles r ON r.oid = a.grantee AND r.oid <> 0
		WHERE n.nspname = 'public' AND a.privilege_type = 'USAGE'
	UNION ALL SELECT 13, g, g FROM (SELECT format('GRANT %s ON %s%I TO %s', a.privilege_type, CASE t.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END, t.relname, r.rolname) AS g
		FROM tables t CROSS JOIN LATERAL aclexplode(t.relacl) a JOIN roles r ON r.oid = a.grantee) x
	UNION ALL SELECT 14, g, g FROM (SELECT format('GRANT %s (%I) ON %I TO %s', a.privilege_type, c.attname, t.relname, r.rolname) AS g
		FROM tables t JOIN pg_attribute c ON c.attrelid = t.oid AND NOT c.attisdropped CROSS JOIN LATERAL aclexplode(c.attacl) a JOIN roles r ON r.oid = a.grantee) x
	UNION ALL SELECT 15, g, g FROM (SELECT format('GRANT EXECUTE ON FUNCTION %s TO %s', f.name, r.rolname) AS g
		FROM functions f CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a JOIN roles r ON r.oid = a.grantee) x
) q ORDER BY at, name`

func rulesOf(ctx context.Context, db *sql.DB) (list []rule, err error) {
	rows, err := db.QueryContext(ctx, rulesQuery)
	if err != nil {
		return nil, fmt.Errorf("look at the rules of the database: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r rule
		if err := rows.Scan(&r.name, &r.makes); err != nil {
			return nil, fmt.Errorf("look at the rules of the database: %w", err)
		}
		r.makes = strings.Join(strings.Fields(r.makes), " ")
		list = append(list, r)
	}
	return list, rows.Err()
}

func writeRules(list []rule) string {
	var b strings.Builder
	for _, r := range list {
		b.WriteString(r.name + "\t" + r.makes + "\n")
	}
	return b.String()
}

func wantedRules() []rule {
	var list []rule
	for line := range strings.Lines(access) {
		name, makes, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		list = append(list, rule{name, makes})
	}
	return list
}

// compare gives the rules that are missing in a database, and the grants and policies
// that give the serving roles, or everybody, more than they must have.
func compare(have []rule) (missing, surplus []rule) {
	want := wantedRules()
	named := func(list []rule) map[string]bool {
		set := make(map[string]bool, len(list))
		for _, r := range list {
			set[r.name] = true
		}
		return set
	}
	has, wants := named(have), named(want)
	for _, r := range want {
		if !has[r.name] {
			missing = append(missing, r)
		}
	}
	for _, r := range have {
		if undo, ok := everybodys(r); ok && !wants[r.name] {
			missing = append(missing, undo)
			continue
		}
		if !wants[r.name] && (strings.HasPrefix(r.name, "GRANT ") || strings.HasPrefix(r.name, "POLICY ")) {
			surplus = append(surplus, r)
		}
	}
	return missing, surplus
}

// everybodys gives what takes a function back from everybody. PostgreSQL gives a new
// function to everybody, and a restore without the serving roles leaves it so,
// because a dump takes it back in one statement with the grants to them.
func everybodys(r rule) (undo rule, ok bool) {
	name, ok := strings.CutPrefix(r.name, "GRANT EXECUTE ON FUNCTION ")
	if !ok || !strings.HasSuffix(name, " TO PUBLIC") {
		return rule{}, false
	}
	text := "REVOKE EXECUTE ON FUNCTION " + strings.TrimSuffix(name, " TO PUBLIC") + " FROM PUBLIC"
	return rule{text, text}, true
}

// Mend compares a database with what a fresh migration yields and makes what is
// missing, such as policies and grants that a restore could not make because the
// roles did not exist. It names what it made. What it cannot make, and rights that
// must not be there, it refuses, with the way out.
func Mend(ctx context.Context, dsn string) (made []string, err error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = db.Close() }()
	have, err := rulesOf(ctx, db)
	if err != nil {
		return nil, err
	}
	missing, surplus := compare(have)
	if err := refuseSurplus(surplus); err != nil {
		return nil, err
	}
	var lost []string
	for _, r := range missing {
		if r.makes == "" {
			lost = append(lost, r.name)
		}
	}
	if len(lost) > 0 {
		return nil, fmt.Errorf("%w: missing are %s; the backup was not restored whole. Restore it into an empty database again, and look at the first error of pg_restore "+
			"(docs/operations.md, Backup and restore)", ErrAccess, some(lost))
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("mend the database: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, r := range missing {
		if strings.HasSuffix(r.name, " IS ON") && slices.ContainsFunc(missing, func(m rule) bool { return m.name+" IS ON" == r.name }) {
			continue // the trigger is made, and on
		}
		if _, err := tx.ExecContext(ctx, r.makes); err != nil {
			return nil, fmt.Errorf("%w: %s is missing and cannot be made (%w); restore the backup into an empty database again", ErrAccess, r.name, err)
		}
		made = append(made, r.name)
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("mend the database: %w", err)
	}
	return made, nil
}

func refuseSurplus(surplus []rule) error {
	if len(surplus) == 0 {
		return nil
	}
	var undo []string
	for _, r := range surplus {
		if name, ok := strings.CutPrefix(r.name, "GRANT "); ok {
			at := strings.LastIndex(name, " TO ")
			undo = append(undo, "REVOKE "+name[:at]+" FROM "+name[at+len(" TO "):]+";")
			continue
		}
		words := strings.Fields(r.name)
		undo = append(undo, "DROP POLICY "+words[1]+" ON "+words[3]+";")
	}
	return fmt.Errorf("%w: it gives more than this version gives. Find out who did that, and take it back as the owner:\n  %s", ErrAccess, strings.Join(undo, "\n  "))
}

// some names the first few of a list and how many there are.
func some(list []string) string {
	const most = 5
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}
