package keyring_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/keyring"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

const (
	patience = 10 * time.Second
	tick     = 10 * time.Millisecond
)

// folder is a copy of the county's key folder, so that a rotation leaves other tests alone.
func folder(t *testing.T, c *storetest.County) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.Mkdir(dir, 0o700))
	text, err := os.ReadFile(filepath.Join(c.App.Keys().Dir(), "keyring.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "keyring.json"), text, 0o600))
	return dir
}

// operator opens the register's keys as the owner of the tables.
func operator(t *testing.T, c *storetest.County) *keyring.KeysOwner {
	t.Helper()
	o, err := keyring.OpenKeysOwner(t.Context(), c.OwnerDSN(), c.Now)
	require.NoError(t, err)
	t.Cleanup(func() { o.Close(t.Context()) })
	return o
}

// ring opens the keys of a folder.
func ring(t *testing.T, dir string) *secret.Keyring {
	t.Helper()
	keys, err := secret.Open(dir)
	require.NoError(t, err)
	return keys
}

// filled is a county with a secret in every table of the list.
func filled(t *testing.T) *storetest.County {
	t.Helper()
	c := storetest.New(t)
	c.Enrol(storetest.SchoolA, c.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	id := c.Records()[0]
	_, err := c.Edit(storetest.SchoolA, id, 1, map[roster.Field]string{"aux_student_number": "52010220260001"})
	require.NoError(t, err)
	_, err = c.FileRoster(c.Upload(storetest.SchoolB, c.Written(c.Items(storetest.SchoolB, 2025)), "waiting"))
	require.NoError(t, err)
	c.Waiting(storetest.SchoolB)
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		_, err := schoolyear.Receive(tx.Tx, schoolyear.NewReceived{School: c.ID(storetest.SchoolA), Name: "样例来", Stage: org.Primary, Grade: 1, ReceivedOn: tx.Today(), Key: "one", Hash: []byte("one")})
		return err
	})
	require.NoError(t, c.As(c.Who(storetest.SchoolA, org.SchoolSysadmin), func(tx *change.Tx) error {
		_, err := message.AddEndpoint(tx.Tx, message.Endpoint{OrgID: c.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, URL: "https://gateway.example", OutsideHours: message.SendAlways}, "a secret")
		return err
	}))
	return c
}

// rows is what a rotation did, by table.
type rows map[string]keyring.RekeyProgress

func (r rows) told(p keyring.RekeyProgress) { r[p.Place] = p }

// rotated takes the rows of a register to new keys.
func rotated(t *testing.T, o *keyring.KeysOwner, dir string) rows {
	t.Helper()
	next, err := secret.Stage(dir, nil)
	require.NoError(t, err)
	require.NoError(t, o.CloseRegister(t.Context(), next, func() {}))
	require.NoError(t, secret.Promote(dir, nil))
	done := rows{}
	require.NoError(t, o.Rekey(t.Context(), ring(t, dir), done.told))
	require.NoError(t, o.Reopen(t.Context()))
	return done
}

// older is how many secrets are sealed with older keys; nothing else may be wrong.
func older(t *testing.T, o *keyring.KeysOwner, keys *secret.Keyring) (n int64) {
	t.Helper()
	list, err := o.CheckSecrets(t.Context(), keys, 0)
	require.NoError(t, err)
	for _, one := range list {
		require.Zero(t, one.Unreadable+one.Mismatched, one.Place)
		n += one.Older
	}
	return n
}

// identitySlots are the slots of documents that no record has yet.
func identitySlots(c *storetest.County) []string {
	return c.Texts(`SELECT key FROM slot WHERE key LIKE 'identity/%' ORDER BY key`)
}

// A rotation brings every secret and every hash to the new keys. Who has the new keys
// reads and finds everything; a process with the old ones is turned away.
func TestARotationBringsEverySecretToNewKeys(t *testing.T) {
	c := filled(t)
	o, dir := operator(t, c), folder(t, c)
	require.NoError(t, o.Record(t.Context(), ring(t, dir)))
	id := c.Records()[0]
	number, document := c.Secret(id, student.SecretStudentNumber), c.Secret(id, student.SecretIDNumber)
	hash := c.Text(`SELECT encode(id_hash, 'hex') FROM student WHERE id = $1`, id)
	slots := identitySlots(c)
	require.NotEmpty(t, slots)

	done := rotated(t, o, dir)
	keys := ring(t, dir)
	require.Zero(t, older(t, o, keys))
	for _, place := range []string{"student", "guardian", "roster_row", "change", "slip", "received_child", "webhook_secret"} {
		require.Positive(t, done[place].Rows, place)
		require.Equal(t, done[place].Left, done[place].Rows, place)
	}
	require.NotEqual(t, hash, c.Text(`SELECT encode(id_hash, 'hex') FROM student WHERE id = $1`, id))
	renamed := identitySlots(c)
	require.Len(t, renamed, len(slots))
	for _, slot := range renamed {
		require.NotContains(t, slots, slot)
		require.Contains(t, c.Texts(`SELECT 'identity/' || encode(id_hash, 'hex') FROM roster_row WHERE id_hash IS NOT NULL`), slot, "the slot of its row")
	}

	err := c.In(c.App, storetest.SchoolA, func(*change.Tx) error { return nil })
	require.ErrorIs(t, err, store.ErrOtherKeys, "a process with the old keys")
	require.ErrorIs(t, c.App.CheckKeys(t.Context()), store.ErrOtherKeys)
	s, err := c.Process(migrations.AppRole, func(o *store.Options) { o.Keys = keys })
	require.NoError(t, err)
	require.NoError(t, s.CheckKeys(t.Context()))
	require.NoError(t, s.InScope(t.Context(), c.Scope(storetest.SchoolA), func(tx *change.Tx) error {
		for secret, want := range map[student.Secret]string{student.SecretStudentNumber: number, student.SecretIDNumber: document, student.SecretAuxNumber: "52010220260001"} {
			got, err := student.RevealSecret(tx.Tx, id, secret, student.RevealVerify)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		for _, q := range []student.Search{{Number: number}, {IDNumber: document}} {
			q.Most = 2
			found, err := student.Find(tx.Tx, q)
			require.NoError(t, err)
			require.Len(t, found, 1)
			require.Equal(t, id, found[0].ID)
		}
		return nil
	}))

	known, err := o.State(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{store.KeysFiles, keys.Fingerprint()}, []string{known.Phase, known.Fingerprint})
	c.Advance(time.Hour)
	require.NoError(t, o.Finish(t.Context(), keys))
	known, err = o.State(t.Context())
	require.NoError(t, err)
	require.Equal(t, store.KeyringState{Fingerprint: keys.Fingerprint(), Prints: keys.Needed(), Phase: store.KeysServing}, known)
	since, err := o.Since(t.Context())
	require.NoError(t, err)
	require.True(t, c.Now().Equal(since))
}

// A process that reads the key folder again after a rotation goes on serving.
func TestAProcessFindsTheNewKeysInItsFolder(t *testing.T) {
	c := filled(t)
	o, dir := operator(t, c), folder(t, c)
	keys := ring(t, dir)
	require.NoError(t, o.Record(t.Context(), keys))
	s, err := c.Process(migrations.AppRole, func(o *store.Options) { o.Keys = keys })
	require.NoError(t, err)
	scope := c.Scope(storetest.SchoolA)
	old := keys.Fingerprint()
	rotated(t, o, dir)
	require.NoError(t, s.InScope(t.Context(), scope, func(*change.Tx) error { return nil }))
	require.NotEqual(t, old, keys.Fingerprint())
	require.NoError(t, s.CheckKeys(t.Context()))
}

// While the rows get their keys the register is closed for everybody. A rotation that was
// cut off goes on where it stood.
func TestARotationThatWasCutOffGoesOn(t *testing.T) {
	c := filled(t)
	o, dir := operator(t, c), folder(t, c)
	require.NoError(t, o.Record(t.Context(), ring(t, dir)))
	next, err := secret.Stage(dir, nil)
	require.NoError(t, err)
	require.NoError(t, o.CloseRegister(t.Context(), next, func() {}))
	require.ErrorIs(t, c.In(c.App, storetest.SchoolA, func(*change.Tx) error { return nil }), store.ErrRekeying)
	require.ErrorIs(t, c.App.CheckKeys(t.Context()), store.ErrRekeying)
	require.NoError(t, secret.Promote(dir, nil))
	list, err := o.CheckSecrets(t.Context(), ring(t, dir), 0)
	require.NoError(t, err)
	require.Greater(t, list[0].Older, list[0].Rows, "more than one number of each record is sealed with the key of before")
	require.Zero(t, list[0].Unreadable)
	require.Panics(t, func() {
		_ = o.Rekey(t.Context(), ring(t, dir), func(p keyring.RekeyProgress) {
			if p.Place == "guardian" {
				panic("cut off")
			}
		})
	})
	hash := c.Text(`SELECT encode(id_hash, 'hex') FROM student ORDER BY id LIMIT 1`)
	again, done := operator(t, c), rows{}
	require.NoError(t, again.Rekey(t.Context(), ring(t, dir), done.told))
	require.NotContains(t, done, "student", "done before")
	require.NotContains(t, done, "guardian")
	require.Contains(t, done, "roster_row")
	require.Equal(t, hash, c.Text(`SELECT encode(id_hash, 'hex') FROM student ORDER BY id LIMIT 1`), "a hash that is hashed twice finds nobody")
	require.Zero(t, older(t, again, ring(t, dir)))
	done = rows{}
	require.NoError(t, again.Rekey(t.Context(), ring(t, dir), done.told))
	require.Empty(t, done)
}

// The register closes when the last transaction has ended, and lets others in while it
// waits.
func TestTheRegisterClosesAfterTheLastTransaction(t *testing.T) {
	c := storetest.New(t)
	o, dir := operator(t, c), folder(t, c)
	require.NoError(t, o.Record(t.Context(), ring(t, dir)))
	next, err := secret.Stage(dir, nil)
	require.NoError(t, err)
	begun, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- c.App.InScope(t.Context(), c.Scope(storetest.SchoolA), func(*change.Tx) error {
			close(begun)
			<-goOn
			return nil
		})
	}()
	<-begun
	waited := 0
	require.NoError(t, o.CloseRegister(t.Context(), next, func() {
		if waited++; waited == 1 {
			close(goOn)
			require.NoError(t, <-ended)
		}
	}))
	require.Equal(t, 1, waited)
}

// The register keeps the name of its keys, and refuses others.
func TestTheRegisterKnowsItsKeys(t *testing.T) {
	c := storetest.New(t)
	o, dir := operator(t, c), folder(t, c)
	holds, err := o.HoldsSecrets(t.Context())
	require.NoError(t, err)
	require.False(t, holds)
	c.Pupil(storetest.SchoolA)
	holds, err = o.HoldsSecrets(t.Context())
	require.NoError(t, err)
	require.True(t, holds)
	other, err := secret.Create(filepath.Join(t.TempDir(), "other"), nil)
	require.NoError(t, err)
	require.ErrorIs(t, o.Record(t.Context(), other), store.ErrOtherKeys, "they read nothing that is sealed")
	known, err := o.State(t.Context())
	require.NoError(t, err)
	require.False(t, known.Recorded())

	keys := ring(t, dir)
	require.NoError(t, o.Record(t.Context(), keys))
	require.NoError(t, o.Record(t.Context(), keys), "the same keys again")
	require.ErrorIs(t, o.Record(t.Context(), other), store.ErrOtherKeys)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM keyring WHERE fingerprint = $1 AND phase = 'SERVING'`, keys.Fingerprint()))

	known, err = o.State(t.Context())
	require.NoError(t, err)
	known.Prints = append(known.Prints, "a key of before")
	require.ErrorContains(t, known.Check(keys), "the key a key of before is missing")
}

func TestOneProcessRotates(t *testing.T) {
	c := storetest.New(t)
	one, two := operator(t, c), operator(t, c)
	require.NoError(t, one.LockRotation(t.Context()))
	require.ErrorIs(t, two.LockRotation(t.Context()), keyring.ErrRotating)
	one.Close(t.Context())
	require.Eventually(t, func() bool { return two.LockRotation(t.Context()) == nil }, patience, tick)
	_, err := keyring.OpenKeysOwner(t.Context(), "postgres://nobody@127.0.0.1:1/none", c.Now)
	require.ErrorContains(t, err, "connect to the database")
}

// A check finds what no key can read, what is sealed with an older key, and a hash that
// belongs to another number.
func TestACheckFindsWhatIsWrong(t *testing.T) {
	c := filled(t)
	o, dir := operator(t, c), folder(t, c)
	ids := c.Records()
	c.Legacy(`UPDATE student SET id_cipher = '\x00' WHERE id = $1`, ids[0])               // a damaged disk
	c.Legacy(`UPDATE student SET number_hash = sha256('x'::bytea) WHERE id = $1`, ids[1]) // a row that was edited by hand
	of := func(most int) keyring.CheckedTable {
		list, err := o.CheckSecrets(t.Context(), ring(t, dir), most)
		require.NoError(t, err)
		require.Equal(t, "student", list[0].Place)
		return list[0]
	}
	all := int64(c.Count(`SELECT count(*) FROM student`))
	require.Equal(t, keyring.CheckedTable{Place: "student", Rows: all, Unreadable: 1, Mismatched: 1}, of(0))
	require.EqualValues(t, 4, of(2).Rows, "the two oldest and the two newest")
	require.Equal(t, all, of(1000).Rows, "each row once")
	require.ErrorIs(t, o.Record(t.Context(), ring(t, dir)), store.ErrOtherKeys, "keys that cannot read everything are not recorded")
}
