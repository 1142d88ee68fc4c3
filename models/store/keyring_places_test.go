package store

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Every column of bytes is either covered by a rotation or named here as a column without
// secrets. A new column is in neither list and fails.
func TestKeyRotationCoversEverySecretColumn(t *testing.T) {
	r := newRecordsRig(t)
	plain := []string{
		"audit_seal.entry_hash", "audit_seal.hash", // SHA-256 of audit entries
		"session.token_hash",                    // SHA-256 of a random token
		"login_attempt.login_hash",              // SHA-256 of a login
		"evidence.sha256", "roster.file_sha256", // of files
		"punishment.record_hash", "punishment.cancel_hash", "policy.add_hash", "workday_year.add_hash", // SHA-256 of requests
	}
	var known []string
	for _, p := range places() {
		for _, c := range p.ciphers {
			if c.member == "" {
				known = append(known, p.table+"."+c.column)
			}
		}
		for _, h := range p.hashes {
			known = append(known, p.table+"."+h)
		}
	}
	rows, err := r.owner.Query(t.Context(), `SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped`)
	require.NoError(t, err)
	there, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.ElementsMatch(t, slices.Concat(known, plain), there,
		"add the column to places() when it is sealed or hashed with the keyring, and to this list when it is not")
}
