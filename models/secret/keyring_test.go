package secret_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/secret"
)

const purpose = "student.citizen_id"

func ephemeral(t require.TestingT) *secret.Keyring {
	ring, err := secret.NewEphemeral()
	require.NoError(t, err)
	return ring
}

func TestEncryptedTextDecryptsToItself(t *testing.T) {
	ring := ephemeral(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.Byte()).Draw(t, "text")
		sealed, err := ring.Encrypt(purpose, text)
		require.NoError(t, err)
		opened, err := ring.Decrypt(purpose, sealed)
		require.NoError(t, err)
		require.Equal(t, len(text), len(opened))
		require.Equal(t, string(text), string(opened))
	})
}

func TestEqualSecretsLookDifferent(t *testing.T) {
	ring := ephemeral(t)
	first, err := ring.Encrypt(purpose, []byte("990101201501010015"))
	require.NoError(t, err)
	second, err := ring.Encrypt(purpose, []byte("990101201501010015"))
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	require.NotContains(t, string(first), "990101")
}

func TestAnotherPurposeOpensNothing(t *testing.T) {
	ring := ephemeral(t)
	sealed, err := ring.Encrypt(purpose, []byte("990101201501010015"))
	require.NoError(t, err)
	_, err = ring.Decrypt("guardian.citizen_id", sealed)
	require.ErrorIs(t, err, secret.ErrUnreadable)
	_, err = ring.Decrypt("", sealed)
	require.ErrorIs(t, err, secret.ErrPurpose)
	_, err = ring.Encrypt("", nil)
	require.ErrorIs(t, err, secret.ErrPurpose)
	_, err = ephemeral(t).Decrypt(purpose, sealed)
	require.ErrorIs(t, err, secret.ErrUnreadable, "another keyring")
}

func TestEveryChangedBitIsFound(t *testing.T) {
	ring := ephemeral(t)
	sealed, err := ring.Encrypt(purpose, []byte("990101201501010015"))
	require.NoError(t, err)
	for i := range sealed {
		changed := append([]byte(nil), sealed...)
		changed[i] ^= 1
		_, err := ring.Decrypt(purpose, changed)
		require.ErrorIs(t, err, secret.ErrUnreadable)
		_, err = ring.Decrypt(purpose, sealed[:i])
		require.ErrorIs(t, err, secret.ErrUnreadable)
	}
}

func TestHashes(t *testing.T) {
	ring := ephemeral(t)
	sum := ring.Hash(purpose, "990101201501010015")
	require.Len(t, sum, secret.HashSize)
	require.Equal(t, sum, ring.Hash(purpose, "990101201501010015"))
	require.NotEqual(t, sum, ring.Hash(purpose, "990101201501010023"))
	require.NotEqual(t, sum, ring.Hash("guardian.citizen_id", "990101201501010015"))
	require.NotEqual(t, ring.Hash("ab", "c"), ring.Hash("a", "bc"))
	require.NotEqual(t, sum, ephemeral(t).Hash(purpose, "990101201501010015"))
	require.NotEqual(t, ring.Fingerprint(), ephemeral(t).Fingerprint())
}

func TestPrintingAKeyringShowsNoKey(t *testing.T) {
	dir := t.TempDir() + "/keys"
	ring, err := secret.Create(dir, nil)
	require.NoError(t, err)
	for _, key := range keyMaterial(t, dir) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			require.NotContains(t, fmt.Sprintf(verb, ring), key)
		}
	}
}

func FuzzDecrypt(f *testing.F) {
	ring := ephemeral(f)
	sealed, err := ring.Encrypt(purpose, []byte("990101201501010015"))
	require.NoError(f, err)
	f.Add(sealed[:len(sealed)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		if string(text) == string(sealed) {
			return
		}
		if _, err := ring.Decrypt(purpose, text); err == nil {
			t.Fatal("a forged text was accepted")
		}
	})
}
