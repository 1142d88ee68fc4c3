package secret_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/xueji/xueji/models/secret"
)

// keyMaterial collects the key values of a keyring in clear text.
func keyMaterial(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "keyring.json"))
	require.NoError(t, err)
	type keysetText struct {
		Key []struct {
			KeyData struct{ Value string }
		}
	}
	var file struct{ Text, Files, Hash keysetText }
	require.NoError(t, json.Unmarshal(text, &file))
	var list []string
	for _, set := range []keysetText{file.Text, file.Files, file.Hash} {
		for _, key := range set.Key {
			list = append(list, key.KeyData.Value)
		}
	}
	require.GreaterOrEqual(t, len(list), 3)
	for _, key := range list {
		require.NotEmpty(t, key)
	}
	return list
}

func TestFirstUseMakesKeysForTheOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var", "keys")
	first, err := secret.Create(dir, nil)
	require.NoError(t, err)
	require.True(t, first.Created())

	folder, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), folder.Mode().Perm())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing temporary stays")
	info, err := entries[0].Info()
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	second, err := secret.Create(dir, nil)
	require.NoError(t, err)
	require.False(t, second.Created())
	requireSameKeys(t, first, second)
}

// requireSameKeys shows that what one encrypts the other decrypts.
func requireSameKeys(t *testing.T, a, b *secret.Keyring) {
	t.Helper()
	sealed, err := a.Encrypt(purpose, []byte("secret"))
	require.NoError(t, err)
	opened, err := b.Decrypt(purpose, sealed)
	require.NoError(t, err)
	require.Equal(t, "secret", string(opened))
	content, err := decrypted(b, filePurpose, bytes.NewReader(encrypted(t, a, []byte("file"))))
	require.NoError(t, err)
	require.Equal(t, "file", string(content))
	require.Equal(t, a.Hash(purpose, "x"), b.Hash(purpose, "x"))
	require.Equal(t, a.Fingerprint(), b.Fingerprint())
}

func TestConcurrentFirstUsesAgree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	const openers = 16
	rings, errs := make([]*secret.Keyring, openers), make([]error, openers)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range openers {
		done.Go(func() {
			start.Wait()
			rings[i], errs[i] = secret.Create(dir, nil)
		})
	}
	start.Done()
	done.Wait()
	created := 0
	for i, ring := range rings {
		require.NoError(t, errs[i])
		requireSameKeys(t, rings[0], ring)
		if ring.Created() {
			created++
		}
	}
	require.Equal(t, 1, created, "exactly one made the keys")
}

// openInChild is the environment variable that makes the test binary a second process.
const openInChild = "XUEJI_TEST_OPEN_KEYS"

func TestMain(m *testing.M) {
	if dir := os.Getenv(openInChild); dir != "" {
		ring, err := secret.Create(dir, nil)
		if err != nil {
			os.Exit(1)
		}
		if _, err := os.Stdout.WriteString(ring.Fingerprint()); err != nil {
			os.Exit(2)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestTwoProcessesAgree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	var outputs [4]bytes.Buffer
	var children [4]*exec.Cmd
	for i := range children {
		children[i] = exec.Command(os.Args[0])
		children[i].Env = append(os.Environ(), openInChild+"="+dir)
		children[i].Stdout = &outputs[i]
		require.NoError(t, children[i].Start())
	}
	for _, child := range children {
		require.NoError(t, child.Wait())
	}
	ring, err := secret.Open(dir)
	require.NoError(t, err)
	for i := range outputs {
		require.Equal(t, ring.Fingerprint(), outputs[i].String())
	}
}

func TestKeysOpenToOthersAreRefused(t *testing.T) {
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o644} {
		dir := filepath.Join(t.TempDir(), "keys")
		_, err := secret.Create(dir, nil)
		require.NoError(t, err)
		path := filepath.Join(dir, "keyring.json")
		require.NoError(t, os.Chmod(path, mode))
		_, err = secret.Open(dir)
		require.ErrorIs(t, err, secret.ErrTooOpen)
		require.ErrorContains(t, err, "chmod 600 "+path)
		require.NoError(t, os.Chmod(path, 0o600))

		require.NoError(t, os.Chmod(dir, mode|0o700))
		_, err = secret.Open(dir)
		require.ErrorIs(t, err, secret.ErrTooOpen)
		require.ErrorContains(t, err, "chmod 700 "+dir)
		_, err = secret.Stage(dir, nil)
		require.ErrorIs(t, err, secret.ErrTooOpen)
	}
}

func TestKeysAreNeverMadeByOpening(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	_, err := secret.Open(dir)
	require.ErrorIs(t, err, secret.ErrNoKeys)
	require.ErrorContains(t, err, dir)
	require.NoDirExists(t, dir)
	require.NoError(t, os.Mkdir(dir, 0o700))
	_, err = secret.Open(dir)
	require.ErrorIs(t, err, secret.ErrNoKeys)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// Staged keys change nothing; promoted ones read what is old; pruned ones do not.
func TestKeysRotateInThreeSteps(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	before, err := secret.Create(dir, nil)
	require.NoError(t, err)
	sealed, err := before.Encrypt(purpose, []byte("secret"))
	require.NoError(t, err)
	file, hash := encrypted(t, before, []byte("file")), before.Hash(purpose, "x")

	next, err := secret.Stage(dir, nil)
	require.NoError(t, err)
	again, err := secret.Stage(dir, nil)
	require.NoError(t, err)
	require.Equal(t, next, again, "staging twice stages once")
	staged, err := secret.Open(dir)
	require.NoError(t, err)
	requireSameKeys(t, before, staged)
	require.Equal(t, before.Prints(), staged.Prints())

	require.NoError(t, secret.Promote(dir, nil))
	require.NoError(t, secret.Promote(dir, nil))
	after, err := secret.Open(dir)
	require.NoError(t, err)
	require.Equal(t, next.Fingerprint, after.Fingerprint())
	require.Equal(t, next.Prints, after.Prints())
	require.Subset(t, after.Prints(), before.Prints())
	require.NotEqual(t, before.Fingerprint(), after.Fingerprint())
	opened, err := after.Decrypt(purpose, sealed)
	require.NoError(t, err)
	require.Equal(t, "secret", string(opened))
	require.False(t, after.Fresh(sealed))
	content, err := decrypted(after, filePurpose, bytes.NewReader(file))
	require.NoError(t, err)
	require.Equal(t, "file", string(content))
	fresh, err := after.FreshStream(bytes.NewReader(file), filePurpose)
	require.NoError(t, err)
	require.False(t, fresh)
	require.NotEqual(t, hash, after.Hash(purpose, "x"))
	require.Equal(t, after.Hash(purpose, "x"), after.Rehash(hash), "a stored hash is brought to the new key without its value")

	newer, err := after.Encrypt(purpose, []byte("secret"))
	require.NoError(t, err)
	require.True(t, after.Fresh(newer))
	fresh, err = after.FreshStream(bytes.NewReader(encrypted(t, after, nil)), filePurpose)
	require.NoError(t, err)
	require.True(t, fresh)
	_, err = before.Decrypt(purpose, newer)
	require.ErrorIs(t, err, secret.ErrUnreadable, "a new key is in use")
	require.NoError(t, before.Reload())
	requireSameKeys(t, after, before)

	require.NoError(t, secret.Prune(dir, nil))
	pruned, err := secret.Open(dir)
	require.NoError(t, err)
	requireSameKeys(t, after, pruned)
	_, err = pruned.Decrypt(purpose, sealed)
	require.ErrorIs(t, err, secret.ErrUnreadable)
	info, err := os.Stat(filepath.Join(dir, "keyring.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func master(t *testing.T) tink.AEAD {
	t.Helper()
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	require.NoError(t, err)
	key, err := aead.New(handle)
	require.NoError(t, err)
	return key
}

func TestWrappedKeysNeedTheirMasterKey(t *testing.T) {
	dir, key := filepath.Join(t.TempDir(), "keys"), master(t)
	first, err := secret.Create(dir, key)
	require.NoError(t, err)
	second, err := secret.OpenWrapped(dir, key)
	require.NoError(t, err)
	requireSameKeys(t, first, second)
	_, err = secret.Stage(dir, key)
	require.NoError(t, err)
	require.NoError(t, secret.Promote(dir, key))

	text, err := os.ReadFile(filepath.Join(dir, "keyring.json"))
	require.NoError(t, err)
	require.Contains(t, string(text), "encryptedKeyset")
	require.NotContains(t, string(text), "keyData\"")

	_, err = secret.OpenWrapped(dir, master(t))
	require.ErrorContains(t, err, "master key")
	_, err = secret.Open(dir)
	require.ErrorContains(t, err, "no master key is configured")

	plain := filepath.Join(t.TempDir(), "keys")
	_, err = secret.Create(plain, nil)
	require.NoError(t, err)
	_, err = secret.OpenWrapped(plain, key)
	require.ErrorContains(t, err, "in clear text")
}

func TestBrokenKeyFilesAreRefusedAndNeverReplaced(t *testing.T) {
	for name, text := range map[string]string{
		"empty":        "",
		"cut":          `{"version":1,"text":{"primaryKeyId":1,"key":[{"keyData":{"value":"KEYVALUE`,
		"other format": `{"version":2}`,
		"no keysets":   `{"version":1}`,
	} {
		dir := t.TempDir()
		require.NoError(t, os.Chmod(dir, 0o700))
		path := filepath.Join(dir, "keyring.json")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := secret.Open(dir)
		require.ErrorContains(t, err, path, name)
		require.NotContains(t, err.Error(), "KEYVALUE")
		_, err = secret.Stage(dir, nil)
		require.Error(t, err)
		_, err = secret.Create(dir, nil)
		require.ErrorContains(t, err, path, name)
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(kept), name)
	}
}
