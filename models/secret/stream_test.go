package secret_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/secret"
)

const filePurpose = "roster.file"

func encrypted(t *testing.T, ring *secret.Keyring, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := ring.EncryptStream(&b, filePurpose)
	require.NoError(t, err)
	_, err = w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func decrypted(ring *secret.Keyring, purpose string, r io.Reader) ([]byte, error) {
	stream, err := ring.DecryptStream(r, purpose)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(stream)
}

func TestStreamsOfEverySize(t *testing.T) {
	ring := ephemeral(t)
	for _, size := range []int{0, 1, 4000, 4096, 4097, 100_000} {
		content := bytes.Repeat([]byte("学籍"), size/6+1)[:size]
		sealed := encrypted(t, ring, content)
		for name, r := range map[string]io.Reader{
			"whole":        bytes.NewReader(sealed),
			"byte by byte": iotest.OneByteReader(bytes.NewReader(sealed)),
		} {
			opened, err := decrypted(ring, filePurpose, r)
			require.NoError(t, err, name)
			require.True(t, bytes.Equal(content, opened), "%d bytes, %s", size, name)
		}
		if size >= 6 {
			require.NotContains(t, string(sealed), "学籍")
		}
	}
}

func TestForgedStreamsAreRefused(t *testing.T) {
	ring := ephemeral(t)
	sealed := encrypted(t, ring, bytes.Repeat([]byte("a"), 10_000))

	_, err := decrypted(ring, "evidence.file", bytes.NewReader(sealed))
	require.ErrorIs(t, err, secret.ErrUnreadable, "another purpose")
	_, err = decrypted(ephemeral(t), filePurpose, bytes.NewReader(sealed))
	require.ErrorIs(t, err, secret.ErrUnreadable, "another keyring")
	for _, place := range []int{0, 30, 100, 5000, len(sealed) - 1} {
		changed := append([]byte(nil), sealed...)
		changed[place] ^= 1
		_, err := decrypted(ring, filePurpose, bytes.NewReader(changed))
		require.ErrorIs(t, err, secret.ErrUnreadable, "changed at %d", place)
	}
	// 4096 and 8192 cut exactly between two pieces.
	for _, length := range []int{0, 10, 100, 4096, 5000, 8192, len(sealed) - 1} {
		_, err := decrypted(ring, filePurpose, bytes.NewReader(sealed[:length]))
		require.ErrorIs(t, err, secret.ErrUnreadable, "cut at %d", length)
	}
	_, err = decrypted(ring, filePurpose, bytes.NewReader(append(append([]byte(nil), sealed...), 0)))
	require.ErrorIs(t, err, secret.ErrUnreadable, "lengthened")
}

func TestABrokenSourceIsNotTakenForAForgery(t *testing.T) {
	ring := ephemeral(t)
	sealed := encrypted(t, ring, bytes.Repeat([]byte("a"), 10_000))
	broken := errors.New("disk is broken")
	for _, length := range []int{0, 100, 5000} {
		r := io.MultiReader(bytes.NewReader(sealed[:length]), iotest.ErrReader(broken))
		_, err := decrypted(ring, filePurpose, r)
		require.ErrorIs(t, err, broken)
		require.NotErrorIs(t, err, secret.ErrUnreadable)
	}
}

func TestStreamsNeedAPurpose(t *testing.T) {
	ring := ephemeral(t)
	_, err := ring.EncryptStream(io.Discard, "")
	require.ErrorIs(t, err, secret.ErrPurpose)
	_, err = ring.DecryptStream(bytes.NewReader(nil), "")
	require.ErrorIs(t, err, secret.ErrPurpose)
}
