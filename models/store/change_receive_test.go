package store

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// claimed puts a pupil with numbers into a school, as the owner of the tables.
func claimed(r *recordsRig, path string) (uuid.UUID, Claim) {
	r.t.Helper()
	id := uuid.Must(uuid.NewV7())
	c := Claim{Name: "样例生", Number: "L520102201503019473", IDNumber: "990101201501010015"}
	r.exec(`INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, id_cipher, id_hash, id_masked,
			number_class, number_cipher, number_hash, number_masked, enrol_status, in_register, on_campus, created_at, updated_at)
		VALUES ($1, $2, $3::text::ltree, false, 'PRIMARY', 2024, $4, '1', '2015-01-01', '1', '\x00', $5, '9901**********0015', 'L', '\x00', $6, 'L52010**********9473',
			'ENROLLED', true, true, now(), now())`, id, r.school[path], path, c.Name, r.app.identityHash(c.IDNumber), r.app.numberHash(c.Number))
	return id, c
}

// clerkOf returns the scope of an account of an office that looks pupils up.
func clerkOf(path string) Scope {
	return Scope{Paths: []string{path}, Account: uuid.MustParse("0197f000-0000-7000-8000-000000000001")}
}

func (r *recordsRig) find(path string, c Claim) (f *Found, err error) {
	err = r.app.InScope(r.t.Context(), clerkOf(path), func(tx *Tx) error {
		f, err = tx.FindPupil(c, Office{Province: "520000"})
		return err
	})
	return f, err
}

// Only an office that gives name and number finds a pupil, and every try is in the audit
// trail.
func TestAPupilIsFoundByNameAndNumberOnly(t *testing.T) {
	r := newRecordsRig(t)
	id, claim := claimed(r, schoolAPath)
	for _, c := range []Claim{claim, {Name: claim.Name, Number: claim.Number}, {Name: claim.Name, IDNumber: claim.IDNumber}, {Name: " " + claim.Name, Number: "l 520102201503019473"}} {
		f, err := r.find(schoolBPath, c)
		require.NoError(t, err)
		require.NotNil(t, f)
		require.Equal(t, id, f.StudentID)
		require.Nil(t, f.Refusal)
		require.NotContains(t, f.Number+f.IDNumber, "20150")
	}
	for _, c := range []Claim{
		{Name: claim.Name}, {Number: claim.Number}, {Name: "样例别", Number: claim.Number}, {Name: claim.Name, Number: "L520102201503019474"},
		{Name: claim.Name, Number: claim.Number, IDNumber: "990101201501010023"}, {Name: "%", Number: claim.Number}, {Name: claim.Name, IDNumber: claim.Number},
	} {
		f, err := r.find(schoolBPath, c)
		require.NoError(t, err)
		require.Nil(t, f, "%d characters of a name", len(c.Name))
	}
	var hits, misses int
	require.NoError(t, r.owner.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE detail ->> 'found' <> 'no'), count(*) FILTER (WHERE detail ->> 'found' = 'no')
		FROM audit_entry WHERE action = 'student.find'`).Scan(&hits, &misses))
	require.Equal(t, []int{4, 7}, []int{hits, misses})
	r.exec(`UPDATE student SET enrol_status = 'DELETED' WHERE id = $1`, id)
	f, err := r.find(schoolBPath, claim)
	require.NoError(t, err)
	require.Nil(t, f)
}

func TestLookupsAreCounted(t *testing.T) {
	r := newRecordsRig(t)
	_, claim := claimed(r, schoolAPath)
	r.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 1, '2026-01-01', '{"lookups_per_day": 2}', now())`)
	for range 2 {
		_, err := r.find(schoolBPath, Claim{Name: "谁", Number: claim.Number})
		require.NoError(t, err)
	}
	_, err := r.find(schoolBPath, claim)
	require.ErrorIs(t, err, refusal.New(refusal.LookupsUsed))
	r.hand.Advance(24 * 60 * 60 * 1e9)
	_, err = r.find(schoolBPath, claim)
	require.NoError(t, err, "tomorrow")
}

// Two look-ups at once do not pass the limit, because the second waits for the first.
func TestLookupsAtOnceAreCounted(t *testing.T) {
	r := newRecordsRig(t)
	_, claim := claimed(r, schoolAPath)
	r.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 1, '2026-01-01', '{"lookups_per_day": 1}', now())`)
	second := make(chan error, 1)
	require.NoError(t, r.app.InScope(t.Context(), clerkOf(schoolBPath), func(tx *Tx) error {
		if _, err := tx.FindPupil(claim, Office{Province: "520000"}); err != nil {
			return err
		}
		go func() {
			_, err := r.find(schoolBPath, claim)
			second <- err
		}()
		require.Eventually(t, func() bool { return len(second) == 1 || r.blocked() == 1 }, 10*time.Second, time.Millisecond)
		return nil
	}))
	require.ErrorIs(t, <-second, refusal.New(refusal.LookupsUsed))
}

// The definer functions reveal only what they must: one pupil, and for a slot its kind.
func TestDefinerFunctionsRevealOnlyWhatTheyMust(t *testing.T) {
	r := newRecordsRig(t)
	id, claim := claimed(r, schoolAPath)
	require.NoError(t, r.app.InScope(t.Context(), Scope{Paths: []string{schoolBPath}}, func(tx *Tx) error {
		var n int64
		require.NoError(t, tx.db.Raw(`SELECT count(*) FROM student`).Scan(&n).Error)
		require.Zero(t, n, "the record is not in scope")
		require.NoError(t, tx.db.Raw(`SELECT count(*) FROM student_to_receive(ARRAY[?], NULL, NULL)`, claim.Name).Scan(&n).Error)
		require.Zero(t, n, "a name alone finds nobody")
		taken := false
		require.NoError(t, tx.db.Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, uuid.New(), uuid.New(), hashArray(r.app.numberKeys(claim.IDNumber))).Scan(&taken).Error)
		require.True(t, taken)
		require.NoError(t, tx.db.Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, id, uuid.New(), hashArray(r.app.numberKeys(claim.IDNumber))).Scan(&taken).Error)
		require.False(t, taken, "the own number is free for the own record")
		kind, err := tx.runningKind(id)
		require.Empty(t, kind)
		return err
	}))
	require.Equal(t, status.Code("2002"), status.BusinessRunning)
}
