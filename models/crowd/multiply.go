package crowd

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// table says which rows of a table belong to a pattern, and which columns of a copy are
// not what their type says (see column).
type table struct {
	name    string
	of      string            // joins the rows of a pattern, t, with its copies, c
	columns map[string]string // in terms of t and c
}

const (
	ofPupil  = `JOIN crowd_copy c ON c.pattern = t.student_id`
	ofChange = `JOIN crowd_change b ON b.change_id = t.change_id JOIN crowd_copy c ON c.pattern = b.pattern`
	// inputs are the answers of a filing: days lie back with the change, classes are the unit's.
	inputs = `(SELECT coalesce(jsonb_object_agg(key, CASE WHEN value ~ '^\d{4}-\d\d-\d\d$' THEN to_jsonb((value::date - c.back)::date)
		WHEN key = 'class_id' THEN to_jsonb((SELECT i.new FROM crowd_id i WHERE i.unit = c.unit AND i.old = value::uuid)) ELSE to_jsonb(value) END), '{}') FROM jsonb_each_text(t.inputs))`
	// subject names the pupil of a change as the list of changes does.
	subject = `CASE WHEN t.student_id IS NULL THEN t.subject ELSE (SELECT t.subject || jsonb_build_object('name', c.name, 'id_number', c.id_masked,
		'student_number', c.number_masked, 'school_id', o.id, 'school', o.name)
		FROM crowd_id i JOIN organisation o ON o.id = i.new WHERE i.unit = c.unit AND i.old = (t.subject ->> 'school_id')::uuid) END`
	// caseNo takes the next number of the register, under the day of the filing.
	caseNo = `split_part(t.case_no, '-', 1) || to_char((t.filed_at - c.back) AT TIME ZONE 'Asia/Shanghai', '-YYYYMMDD-')
		|| (SELECT lpad(n::text, greatest(6, length(n::text)), '0') FROM (SELECT nextval('change_case_no') + 0 * c.n AS n) x)`
)

// tables are in an order in which rows find what they point to.
func tables() []table {
	slipOf := func(column string) string {
		return `CASE WHEN t.` + column + ` ? 'slip' THEN t.` + column + ` || jsonb_build_object('slip', pg_temp.copied((t.` + column + ` ->> 'slip')::uuid, c.n, c.back)) ELSE t.` + column + ` END`
	}
	audited := map[string]string{
		"partition": `split_part(t.partition, '/', 1) || to_char((t.at - c.back) AT TIME ZONE 'Asia/Shanghai', '/YYYY-MM')`,
		"detail":    slipOf("detail"),
	}
	auditedAs := func(id string) map[string]string {
		as := map[string]string{"subject_id": id}
		for column, expression := range audited {
			as[column] = expression
		}
		return as
	}
	return []table{
		{"roster", `JOIN crowd_copy c ON c.pattern = t.id`, map[string]string{
			"id": "c.id", "change_id": bundled("change_id"), "file_sha256": "sha256(t.file_sha256 || int8send(c.n))", "blob_key": "''", "idempotency_key": "''",
		}},
		{"student", `JOIN crowd_copy c ON c.pattern = t.id`, map[string]string{
			"id": "c.id", "name": "c.name", "name_key": "c.name_key", "birth_date": "c.birth_date",
			"id_type": "'1'", "id_cipher": "c.id_cipher", "id_hash": "c.id_hash", "id_masked": "c.id_masked",
			"number_cipher": "c.number_cipher", "number_hash": "c.number_hash", "number_masked": "c.number_masked", "number_only_hash": "NULL",
			"deduped_at": "t.created_at - c.back", "dedupe_state": "'DONE_PASS'",
		}},
		{"guardian", ofPupil, map[string]string{"id_type": "''", "id_cipher": "NULL", "id_hash": "NULL", "id_masked": "''"}},
		{"change", `JOIN crowd_change b ON b.change_id = t.id JOIN crowd_copy c ON c.pattern = b.pattern`, map[string]string{
			"case_no": caseNo, "inputs": inputs, "subject": subject,
			"student_id": "CASE WHEN t.student_id IS NOT NULL THEN c.id END", "roster_id": "CASE WHEN t.roster_id IS NOT NULL THEN c.id END",
			"filing_key": "t.filing_key || '-' || c.n", "filing_hash": "sha256(t.filing_hash || int8send(c.n))",
			"found_by": "CASE WHEN t.found_by IS NOT NULL THEN sha256(t.found_by || int8send(c.n)) END",
		}},
		{"change_party", ofChange, nil},
		{"slot", ofChange, map[string]string{"key": "replace(t.key, c.pattern::text, c.id::text)"}},
		{"step", ofChange, nil},
		{"task", ofChange, nil},
		{"slip", ofChange, map[string]string{"key": "t.key || '-' || c.n", "body_hash": "sha256(t.body_hash || int8send(c.n))"}},
		{"decision", ofChange, nil},
		{"change_event", ofChange, map[string]string{"params": slipOf("params")}},
		{"evidence", `JOIN change_evidence e ON e.evidence_id = t.id JOIN crowd_change b ON b.change_id = e.change_id JOIN crowd_copy c ON c.pattern = b.pattern`,
			map[string]string{"blob_key": "t.blob_key || '-' || c.n", "sha256": "sha256(t.sha256 || int8send(c.n))"}},
		{"change_evidence", ofChange, nil},
		{"notice", ofChange, nil},
		{"outbox", ofChange, map[string]string{"id": "nextval(pg_get_serial_sequence('outbox', 'id'))"}},
		{"student_history", ofPupil, map[string]string{
			"change_id": shared("change_id"), "before": placed("t.before"), "after": placed("t.after"),
		}},
		{"suspension", ofPupil, nil},
		{"departure", ofPupil, map[string]string{
			"name": "c.name", "number_masked": "c.number_masked",
			"record": `t.record || jsonb_build_object('ID', c.id, 'Name', c.name, 'OrgPath', (SELECT p.new FROM crowd_path p WHERE p.unit = c.unit AND p.old = t.org_path),
				'SchoolID', (SELECT i.new FROM crowd_id i WHERE i.unit = c.unit AND i.old = t.school_id), 'IDMasked', c.id_masked, 'NumberMasked', c.number_masked)`,
		}},
		{"handover", ofPupil, nil},
		{"audit_entry", `JOIN crowd_change b ON t.subject_kind = 'change' AND t.subject_id = b.change_id::text JOIN crowd_copy c ON c.pattern = b.pattern`,
			auditedAs("pg_temp.copied(t.subject_id::uuid, c.n, c.back)::text")},
		{"audit_entry", `JOIN crowd_pattern p ON t.subject_kind = 'roster' AND t.subject_id = p.id::text JOIN crowd_copy c ON c.pattern = p.id`, auditedAs("c.id::text")},
	}
}

// bundled is a column with an identifier that belongs to the pattern alone.
func bundled(column string) string { return "pg_temp.copied(t." + column + ", c.n, c.back)" }

// shared is a column with an identifier that all copies of a unit share, or the pattern's.
func shared(column string) string {
	return "coalesce((SELECT i.new FROM crowd_id i WHERE i.unit = c.unit AND i.old = t." + column + "), " + bundled(column) + ")"
}

// placed puts a pupil's place and number in a line of the history right.
func placed(column string) string {
	return `(SELECT ` + column + ` || coalesce(jsonb_object_agg(k.key, CASE WHEN k.key = 'student_number' THEN to_jsonb(c.number_masked)
		ELSE to_jsonb((SELECT i.new FROM crowd_id i WHERE i.unit = c.unit AND i.old = k.value::uuid)) END), '{}')
		FROM jsonb_each_text(` + column + `) k WHERE k.key IN ('class_id', 'school_id', 'student_number') AND k.value IS NOT NULL)`
}

// column returns the SQL expression for a column of a copy, by the type of the column.
func (t table) column(name, kind string) string {
	of := "t." + quoted(name)
	switch expression, special := t.columns[name]; {
	case special:
		return expression
	case kind == "ltree":
		return "coalesce((SELECT p.new FROM crowd_path p WHERE p.unit = c.unit AND p.old = " + of + "), " + of + ")"
	case kind == "timestamp with time zone":
		return of + " - c.back"
	case kind == "date":
		return "(" + of + " - c.back)::date"
	case kind != "uuid":
		return of
	case name == "student_id":
		return "c.id"
	case name == "id", name == "change_id", name == "task_id", name == "slip_id", name == "evidence_id", name == "parent_id", name == "carried_from":
		return bundled(name)
	}
	return "CASE WHEN " + of + " IS NOT NULL THEN " + shared(name) + " END"
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// statement copies the rows of all patterns.
func (t table) statement(ctx context.Context, tx pgx.Tx) (string, error) {
	rows, err := tx.Query(ctx, `SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
		WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`, t.name)
	if err != nil {
		return "", err
	}
	var names, values []string
	var name, kind string
	if _, err := pgx.ForEachRow(rows, []any{&name, &kind}, func() error {
		names, values = append(names, quoted(name)), append(values, t.column(name, kind))
		return nil
	}); err != nil {
		return "", fmt.Errorf("read the columns of %s: %w", t.name, err)
	}
	// The oldest first, as rows come in over the years: the newest lie together.
	return fmt.Sprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s t %s ORDER BY c.back DESC",
		quoted(t.name), strings.Join(names, ", "), strings.Join(values, ", "), quoted(t.name), t.of), nil
}

// multiply copies every table, and counts the seats that the copies hold.
func multiply(ctx context.Context, tx pgx.Tx) error {
	for _, t := range tables() {
		text, err := t.statement(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, text); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
	}
	_, err := tx.Exec(ctx, `UPDATE school_class k SET occupied = s.held, capacity = greatest(k.capacity, s.held)
		FROM (SELECT class_id, count(*) AS held FROM student WHERE holds_seat GROUP BY class_id) s WHERE s.class_id = k.id AND k.occupied <> s.held`)
	if err != nil {
		return fmt.Errorf("count the seats: %w", err)
	}
	return nil
}
