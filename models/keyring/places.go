package keyring

import (
	"fmt"
	"strings"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/student"
)

// secretTable is a table with columns that are sealed or hashed with the register's
// keys. A test compares the list with the database.
type secretTable struct {
	table   string
	keys    []secretTableKey
	ciphers []secretColumn
	hashes  []string
}

type secretTableKey struct{ column, kind string }

// secretColumn is a sealed column, or a sealed member of a JSON column. From the key of a
// row, purpose returns the purpose to which the ciphertext is bound.
type secretColumn struct {
	column, member string
	purpose        func(key []string) string
}

func (c secretColumn) read() string {
	if c.member == "" {
		return c.column
	}
	return fmt.Sprintf("decode(%s->>'%s', 'base64')", c.column, c.member)
}

func (c secretColumn) write(value string) string {
	if c.member == "" {
		return c.column + " = " + value
	}
	return fmt.Sprintf("%[1]s = CASE WHEN %[3]s IS NULL THEN t.%[1]s ELSE jsonb_set(t.%[1]s, '{%[2]s}', to_jsonb(translate(encode(%[3]s, 'base64'), E'\\n', ''))) END",
		c.column, c.member, value)
}

// secretTables lists everything in the register that is sealed or hashed with a key, except the
// keys of slots, which hold a hash as text (rekeySlots).
func secretTables() []secretTable {
	id := []secretTableKey{{"id", "uuid"}}
	bound := func(purpose string, parts ...int) func([]string) string {
		return func(key []string) string {
			text := purpose
			for _, n := range parts {
				text += "/" + key[n]
			}
			return text
		}
	}
	return []secretTable{
		{"student", id, []secretColumn{
			{"id_cipher", "", bound(student.PurposeStudentID, 0)},
			{"number_cipher", "", bound(student.PurposeStudentNo, 0)},
			{"details", student.AuxSealed, bound(student.PurposeAuxNumber, 0)},
		}, []string{"id_hash", "number_hash", "number_only_hash"}},
		{"guardian", []secretTableKey{{"student_id", "uuid"}, {"seat", "smallint"}}, []secretColumn{{"id_cipher", "", bound(student.PurposeGuardian, 1, 0)}}, []string{"id_hash"}},
		{"roster_row", []secretTableKey{{"roster_id", "uuid"}, {"row_no", "int"}}, []secretColumn{{"payload", "", bound(student.PurposeRosterRow, 0, 1)}}, []string{"id_hash"}},
		{"change", id, nil, []string{"filing_hash", "found_by"}},
		{"change_value", []secretTableKey{{"change_id", "uuid"}, {"round", "int"}, {"field", "text"}},
			[]secretColumn{{"cipher", "", bound(change.PurposeChangeValue, 0)}}, []string{"hash"}},
		{"slip", id, []secretColumn{{"body", "sealed", bound(change.PurposeSlipValues, 0)}}, []string{"body_hash"}},
		{"batch_request", []secretTableKey{{"account_id", "uuid"}, {"key", "text"}}, []secretColumn{{"refused", "", bound(student.PurposeBatch, 0, 1)}}, []string{"body_hash"}},
		{"filing_draft", []secretTableKey{{"account_id", "uuid"}, {"id", "uuid"}}, []secretColumn{{"body", "", bound(student.PurposeFiling, 0, 1)}}, nil},
		{"received_child", id, []secretColumn{{"name_cipher", "", bound(student.PurposeReceived, 0)}}, []string{"entry_hash"}},
		{"webhook_secret", id, []secretColumn{{"cipher", "", bound(message.WebhookSecret)}}, nil},
	}
}

// filled returns the condition that a row has something sealed or hashed.
func (p secretTable) filled() string {
	var list []string
	for _, c := range p.ciphers {
		list = append(list, c.read()+" IS NOT NULL")
	}
	for _, h := range p.hashes {
		list = append(list, h+" IS NOT NULL")
	}
	return "(" + strings.Join(list, " OR ") + ")"
}

// page returns the statement that reads the rows after a key, in the order of keys.
func (p secretTable) page(after bool, order string) string {
	var columns, keys, given []string
	for i, k := range p.keys {
		columns = append(columns, k.column+"::text")
		keys = append(keys, k.column)
		given = append(given, fmt.Sprintf("($2::text[])[%d]::%s", i+1, k.kind))
	}
	for _, c := range p.ciphers {
		columns = append(columns, c.read())
	}
	columns = append(columns, p.hashes...)
	where := p.filled() + " AND ($2::text[] IS NULL OR true)" // the parameter keeps its place
	if after {
		where = fmt.Sprintf("%s AND (%s) > (%s)", p.filled(), strings.Join(keys, ", "), strings.Join(given, ", "))
	}
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT $1", strings.Join(columns, ", "), p.table, where,
		strings.Join(keys, " "+order+", ")+" "+order)
}

// update returns the statement that writes rows back. It has one array parameter for each
// column.
func (p secretTable) update() string {
	var arrays, names, sets, joins []string
	add := func(kind string) string {
		name := fmt.Sprintf("c%d", len(names))
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", len(names)+1, kind))
		names = append(names, name)
		return "v." + name
	}
	for _, k := range p.keys {
		joins = append(joins, fmt.Sprintf("t.%s = %s::%s", k.column, add("text"), k.kind))
	}
	for _, c := range p.ciphers {
		sets = append(sets, c.write(add("bytea")))
	}
	for _, h := range p.hashes {
		sets = append(sets, h+" = "+add("bytea"))
	}
	return fmt.Sprintf("UPDATE %s t SET %s FROM unnest(%s) AS v(%s) WHERE %s", p.table, strings.Join(sets, ", "),
		strings.Join(arrays, ", "), strings.Join(names, ", "), strings.Join(joins, " AND "))
}
