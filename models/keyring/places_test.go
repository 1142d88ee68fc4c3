package keyring_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/keyring"
	"github.com/xueji/xueji/models/storetest"
)

// Every column of bytes is either covered by a rotation or named here as a column without
// secrets. A new column is in neither list and fails.
func TestKeyRotationCoversEverySecretColumn(t *testing.T) {
	r := storetest.New(t)
	plain := []string{
		"audit_seal.entry_hash", "audit_seal.hash", // SHA-256 of audit entries
		"session.token_hash",                    // SHA-256 of a random token
		"login_attempt.login_hash",              // SHA-256 of a login
		"evidence.sha256", "roster.file_sha256", // of files
		"punishment.record_hash", "punishment.cancel_hash", "policy.add_hash", "workday_year.add_hash", "certificate.write_hash", "certificate_stock.give_hash", "year_turn.key_hash", "enrolment_deferral.record_hash", // SHA-256 of requests
	}
	there := r.Texts(`SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped`)
	require.ElementsMatch(t, slices.Concat(keyring.SealedColumns(), plain), there,
		"add the column to places() when it is sealed or hashed with the keyring, and to this list when it is not")
}
