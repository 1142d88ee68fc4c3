package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/secret"
)

func open(t *testing.T) (*files.Cabinet, string) {
	t.Helper()
	keys, err := secret.NewEphemeral()
	require.NoError(t, err)
	dir := t.TempDir()
	c, err := files.Open(t.Context(), dir, keys)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c, dir
}

func left(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			list = append(list, path)
		}
		return err
	}))
	return list
}

func TestAFileIsStoredEncryptedAndReadBack(t *testing.T) {
	c, dir := open(t)
	text := bytes.Repeat([]byte("a clear sentence "), 10_000)
	size, sum, err := c.Put(t.Context(), files.Evidence, "k1", bytes.NewReader(text), 1<<20)
	require.NoError(t, err)
	require.EqualValues(t, len(text), size)
	want := sha256.Sum256(text)
	require.Equal(t, want[:], sum)
	r, err := c.Get(t.Context(), files.Evidence, "k1")
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, errors.Join(err, r.Close()))
	require.Equal(t, text, got)
	stored := left(t, dir)
	require.Len(t, stored, 1)
	raw, err := os.ReadFile(stored[0])
	require.NoError(t, err)
	require.NotContains(t, string(raw), "clear sentence")
	require.NoError(t, c.Delete(t.Context(), files.Evidence, "k1"))
	require.NoError(t, c.Delete(t.Context(), files.Evidence, "k1"), "deleting twice is no error")
	_, err = c.Get(t.Context(), files.Evidence, "k1")
	require.ErrorIs(t, err, files.ErrMissing)
}

func TestNothingHalfWrittenIsVisible(t *testing.T) {
	c, dir := open(t)
	_, _, err := c.Put(t.Context(), files.Evidence, "big", strings.NewReader(strings.Repeat("x", 1001)), 1000)
	require.ErrorIs(t, err, refusal.New(refusal.BodyTooLarge))
	require.Empty(t, left(t, dir))
	_, _, err = c.Put(t.Context(), files.Evidence, "exact", strings.NewReader(strings.Repeat("x", 1000)), 1000)
	require.NoError(t, err)
	broken := io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), failing{})
	_, _, err = c.Put(t.Context(), files.Evidence, "cut", broken, 1<<20)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = c.Get(t.Context(), files.Evidence, "cut")
	require.ErrorIs(t, err, files.ErrMissing)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = c.Put(ctx, files.Evidence, "cancelled", strings.NewReader("x"), 1000)
	require.Error(t, err)
	require.Len(t, left(t, dir), 1)
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAFileCannotTakeAnothersPlace(t *testing.T) {
	c, dir := open(t)
	_, _, err := c.Put(t.Context(), files.Evidence, "one", strings.NewReader("first"), 100)
	require.NoError(t, err)
	require.NoError(t, os.Rename(left(t, dir)[0], filepath.Join(dir, "evidence", "two")))
	r, err := c.Get(t.Context(), files.Evidence, "two")
	if err == nil {
		_, err = io.ReadAll(r)
		require.NoError(t, r.Close())
	}
	require.ErrorIs(t, err, secret.ErrUnreadable)
}

func TestContentIsJudgedNotNames(t *testing.T) {
	for head, want := range map[string]files.MediaType{
		"\xff\xd8\xff\xe0\x00\x10JFIF": files.JPEG, "\x89PNG\r\n\x1a\n\x00\x00": files.PNG, "%PDF-1.7\n": files.PDF,
	} {
		got, err := files.EvidenceType([]byte(head))
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.NotEqual(t, ".bin", got.Extension())
	}
	for head, code := range map[string]refusal.Code{
		"":                                 refusal.EvidenceEmpty,
		"\x00\x00\x00\x18ftypheic\x00\x00": refusal.EvidenceHEIC,
		"\x00\x00\x00\x1cftypmif1\x00\x00": refusal.EvidenceHEIC,
		"\x00\x00\x00\x18ftypisom\x00\x00": refusal.EvidenceType,
		"MZ\x90\x00":                       refusal.EvidenceType,
		"<html>":                           refusal.EvidenceType,
		"PK\x03\x04":                       refusal.EvidenceType,
		"GIF89a":                           refusal.EvidenceType,
	} {
		_, err := files.EvidenceType([]byte(head))
		require.ErrorIs(t, err, refusal.New(code), "%q", head)
	}
}

func FuzzEvidenceType(f *testing.F) {
	f.Add([]byte("%PDF-"))
	f.Add([]byte("\x00\x00\x00\x18ftyp"))
	f.Fuzz(func(t *testing.T, head []byte) {
		kind, err := files.EvidenceType(head)
		require.Equal(t, err == nil, kind != "")
	})
}

func TestSizesAreReadable(t *testing.T) {
	for n, want := range map[int64]string{10 << 20: "10 MB", 1536 << 10: "1.5 MB", 2048: "2 KB", 12: "12 B"} {
		require.Equal(t, want, files.Readable(n))
	}
}

func TestOldFilesGoEvenWhenNobodyKnowsThem(t *testing.T) {
	c, dir := open(t)
	for _, key := range []string{"old", "new"} {
		_, _, err := c.Put(t.Context(), files.Roster, key, strings.NewReader("x"), 10)
		require.NoError(t, err)
	}
	_, _, err := c.Put(t.Context(), files.Evidence, "old", strings.NewReader("x"), 10)
	require.NoError(t, err)
	past := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	require.NoError(t, os.Chtimes(filepath.Join(dir, "roster", "old"), past, past))
	require.NoError(t, os.Chtimes(filepath.Join(dir, "evidence", "old"), past, past))
	n, err := c.DeleteOlder(t.Context(), files.Roster, past.Add(time.Second))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = c.Get(t.Context(), files.Roster, "old")
	require.ErrorIs(t, err, files.ErrMissing)
	require.Len(t, left(t, dir), 2)
}

// A store that is there and takes nothing is not ready: a full disk looks like this.
func TestAStoreThatTakesNothingIsNotReady(t *testing.T) {
	c, dir := open(t)
	require.NoError(t, c.Ready(t.Context()))
	require.Empty(t, left(t, dir), "the probe stays nowhere")
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "probe")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "probe"), nil, 0o600)) // root may write into any folder, but not into a file's place
	require.ErrorContains(t, c.Ready(t.Context()), "takes no files")
}

// Files are brought to the newest key in their places, and one nobody can read is counted.
func TestFilesAreSealedAnew(t *testing.T) {
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys"), nil)
	require.NoError(t, err)
	dir := t.TempDir()
	c, err := files.Open(t.Context(), dir, keys)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	put := func(key, text string) {
		_, _, err := c.Put(t.Context(), files.Evidence, key, strings.NewReader(text), 1<<20)
		require.NoError(t, err)
	}
	put("empty", "")
	put("long", strings.Repeat("x", 100_000))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "evidence", "broken"), []byte("no stream"), 0o600))
	_, err = secret.Stage(keys.Dir(), nil)
	require.NoError(t, err)
	require.NoError(t, secret.Promote(keys.Dir(), nil))
	require.NoError(t, keys.Reload())
	put("new", "x")

	told := 0
	n, err := c.Reseal(t.Context(), func(files.Resealed) { told++ })
	require.NoError(t, err)
	require.Equal(t, files.Resealed{Looked: 4, Older: 2, Unreadable: 1}, n)
	require.Equal(t, 4, told)
	n, err = c.Reseal(t.Context(), func(files.Resealed) {})
	require.NoError(t, err)
	require.Equal(t, files.Resealed{Looked: 4, Unreadable: 1}, n, "twice is once")
	require.NoError(t, secret.Prune(keys.Dir(), nil))
	require.NoError(t, keys.Reload())
	r, err := c.Get(t.Context(), files.Evidence, "long")
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, errors.Join(err, r.Close()))
	require.Len(t, text, 100_000)
	n, err = c.Check(t.Context(), 0, func(files.Resealed) {})
	require.NoError(t, err)
	require.Equal(t, files.Resealed{Looked: 4, Unreadable: 1}, n)
	require.Len(t, left(t, dir), 4, "no half file is left")
}
