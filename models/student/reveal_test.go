package student_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// A number is revealed to whoever sees the record, for a reason of the list, and the trail
// says who asked for what.
func TestANumberIsRevealedForAReason(t *testing.T) {
	c, pupils := enrolled(t)
	bare := c.Pupil(storetest.SchoolA, storetest.Unnumbered())
	reveal := func(path string, id uuid.UUID, secret student.Secret, reason student.RevealReason) (number string, err error) {
		err = c.In(c.App, path, func(tx *change.Tx) (err error) {
			number, err = student.RevealSecret(tx.Tx, id, secret, reason)
			return err
		})
		return number, err
	}
	seen := map[string]bool{}
	for _, secret := range []student.Secret{student.SecretIDNumber, student.SecretStudentNumber} {
		number, err := reveal(storetest.SchoolA, pupils[0], secret, student.RevealGuardian)
		require.NoError(t, err, secret)
		require.NotContains(t, number, "*", secret)
		require.False(t, seen[number], "%s is another number", secret)
		seen[number] = true
		require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.reveal' AND subject_id = $1 AND detail = jsonb_build_object('field', $2::text, 'reason', 'GUARDIAN_REQUEST')`,
			pupils[0].String(), string(secret)))
	}
	before := c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.reveal'`)
	for what, one := range map[string]struct {
		path   string
		id     uuid.UUID
		secret student.Secret
		reason student.RevealReason
		code   refusal.Code
	}{
		"a reason of one's own": {storetest.SchoolA, pupils[0], student.SecretIDNumber, "curiosity", refusal.InvalidInput},
		"another school's":      {storetest.SchoolB, pupils[0], student.SecretIDNumber, student.RevealVerify, refusal.NotFound},
		"nobody's":              {storetest.SchoolA, uuid.New(), student.SecretIDNumber, student.RevealVerify, refusal.NotFound},
		"no number":             {storetest.SchoolA, bare, student.SecretIDNumber, student.RevealVerify, refusal.RevealNothing},
		"no secret":             {storetest.SchoolA, pupils[0], "shoe_size", student.RevealVerify, refusal.RevealNothing},
	} {
		_, err := reveal(one.path, one.id, one.secret, one.reason)
		require.Equal(t, one.code, refusal.CodeOf(err), what)
	}
	require.Equal(t, before, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.reveal'`))
	for _, reason := range student.RevealReasons() {
		require.NoError(t, reason.Check())
	}
}

// A ciphertext is bound to its record: in another row it opens nothing.
func TestANumberInAnotherRowOpensNothing(t *testing.T) {
	c, pupils := enrolled(t)
	c.Legacy(`UPDATE student SET id_cipher = (SELECT id_cipher FROM student WHERE id = $1) WHERE id = $2`, pupils[0], pupils[1]) // a row that was edited by hand
	err := c.In(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		_, err := student.RevealSecret(tx.Tx, pupils[1], student.SecretIDNumber, student.RevealVerify)
		return err
	})
	require.Error(t, err)
	require.NotErrorIs(t, err, refusal.New(refusal.NotFound))
}

// A row of a roster is sealed under its roster and number.
func TestARowOfARosterIsSealed(t *testing.T) {
	c := storetest.New(t)
	id, pupil := uuid.New(), c.Items(storetest.SchoolA, 2024)
	sealed, err := student.SealRosterRow(c.App.Store, id, 3, pupil)
	require.NoError(t, err)
	opened, err := student.OpenRosterRow(c.App.Store, id, 3, sealed)
	require.NoError(t, err)
	require.EqualValues(t, pupil, opened)
	_, err = student.OpenRosterRow(c.App.Store, id, 4, sealed)
	require.Error(t, err)
	_, err = student.OpenRosterRow(c.App.Store, uuid.New(), 3, sealed)
	require.Error(t, err)
}
