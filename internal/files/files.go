// Package files keeps what people upload, encrypted: evidence (佐证材料) and rosters.
//
// It promises that nothing lies in clear outside memory, that a file which was
// cut off, too large or not encrypted to its end is never visible, and that a
// file cannot be put in another one's place: its purpose and key are bound into
// the encryption. Files live in a folder by default and in S3 in production;
// which one is a matter of the address given to Open.
package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // a folder: file:///var/lib/xueji/files
	_ "gocloud.dev/blob/s3blob"   // production: s3://bucket?region=…
	"gocloud.dev/gcerrors"

	"github.com/xueji/xueji/models/refusal"
)

// Purpose says what a file is kept for; it is the first part of its address.
type Purpose string

// The purposes.
const (
	Evidence Purpose = "evidence" // 佐证材料 of a change
	Roster   Purpose = "roster"   // an uploaded sheet, kept for 30 days
)

// Sealer encrypts streams; *secret.Keyring is one. The purpose it is given is
// bound into the result: decrypting for another one fails.
type Sealer interface {
	// EncryptStream gives a writer; the result is complete only after Close.
	EncryptStream(w io.Writer, purpose string) (io.WriteCloser, error)
	// DecryptStream gives a reader that never yields a byte that was tampered with.
	DecryptStream(r io.Reader, purpose string) (io.Reader, error)
}

// ErrMissing says that no file lies under this purpose and key.
var ErrMissing = errors.New("no such file")

// Cabinet is the encrypted file store. It is safe for concurrent use.
type Cabinet struct {
	bucket *blob.Bucket
	seal   Sealer
}

// Open opens the store at an address (file:///folder, s3://bucket?…) or in a
// plain folder, which is created when it is missing.
func Open(ctx context.Context, address string, seal Sealer) (*Cabinet, error) {
	location, err := bucketURL(address)
	if err != nil {
		return nil, err
	}
	bucket, err := blob.OpenBucket(ctx, location)
	if err != nil {
		return nil, fmt.Errorf("open the file store: %w", err)
	}
	return &Cabinet{bucket: bucket, seal: seal}, nil
}

// bucketURL adds to a folder's address what a safe folder needs: created for
// its owner only, and temporary files beside their target, so that the last
// step is a rename on one disk.
func bucketURL(address string) (string, error) {
	if !strings.Contains(address, "://") {
		path, err := filepath.Abs(address)
		if err != nil {
			return "", fmt.Errorf("folder of the file store: %w", err)
		}
		address = (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("address of the file store: %w", err)
	}
	if u.Scheme == "file" {
		q := u.Query()
		q.Set("create_dir", "true")
		q.Set("dir_file_mode", "0700")
		q.Set("no_tmp_dir", "true")
		q.Set("metadata", "skip")
		u.RawQuery = q.Encode()
	}
	return u.String(), nil
}

// Close ends the connection to the store.
func (c *Cabinet) Close() error {
	if err := c.bucket.Close(); err != nil {
		return fmt.Errorf("close the file store: %w", err)
	}
	return nil
}

// probeSize is more than a file system keeps beside its table of contents.
const probeSize = 16 << 10

// Ready says whether the store takes files: it writes a small one, reads it back and
// removes it. A store that can be reached may still be full or read-only.
func (c *Cabinet) Ready(ctx context.Context) (err error) {
	key := "probe/" + rand.Text()
	written := bytes.Repeat([]byte("probe\n"), probeSize/6)
	defer func() {
		if gone := c.bucket.Delete(context.WithoutCancel(ctx), key); err == nil && gone != nil {
			err = fmt.Errorf("file store: %w", gone)
		}
	}()
	if err := c.bucket.WriteAll(ctx, key, written, nil); err != nil {
		return fmt.Errorf("the file store takes no files: %w", err)
	}
	read, err := c.bucket.ReadAll(ctx, key)
	if err != nil {
		return fmt.Errorf("the file store gives no files: %w", err)
	}
	if !bytes.Equal(read, written) {
		return errors.New("the file store gives something else than it took")
	}
	return nil
}

// Put stores what r gives, up to limit bytes, and returns its size and SHA-256
// in clear. A longer file is refused with body_too_large. After an error
// nothing is there.
func (c *Cabinet) Put(ctx context.Context, p Purpose, key string, r io.Reader, limit int64) (size int64, sum []byte, err error) {
	// Cancelling before Close is how the bucket is told to forget the file.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := c.bucket.NewWriter(ctx, address(p, key), &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return 0, nil, fmt.Errorf("store a file: %w", err)
	}
	size, sum, err = c.write(w, address(p, key), r, limit)
	if err != nil {
		cancel()
		_ = w.Close()
		return 0, nil, err
	}
	if err := w.Close(); err != nil {
		return 0, nil, fmt.Errorf("store a file: %w", err)
	}
	return size, sum, nil
}

func (c *Cabinet) write(w io.Writer, bound string, r io.Reader, limit int64) (int64, []byte, error) {
	sealed, err := c.seal.EncryptStream(w, bound)
	if err != nil {
		return 0, nil, fmt.Errorf("encrypt a file: %w", err)
	}
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(sealed, hash), io.LimitReader(r, limit+1))
	if err != nil {
		return 0, nil, fmt.Errorf("store a file: %w", err)
	}
	if size > limit {
		return 0, nil, refusal.New(refusal.BodyTooLarge).At("/file").With("max", Readable(limit))
	}
	if err := sealed.Close(); err != nil {
		return 0, nil, fmt.Errorf("encrypt a file: %w", err)
	}
	return size, hash.Sum(nil), nil
}

// Get opens a file in clear; the caller closes it. A missing one is ErrMissing.
func (c *Cabinet) Get(ctx context.Context, p Purpose, key string) (io.ReadCloser, error) {
	r, err := c.bucket.NewReader(ctx, address(p, key), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("open a file: %w", err)
	}
	plain, err := c.seal.DecryptStream(r, address(p, key))
	if err != nil {
		_ = r.Close()
		return nil, fmt.Errorf("decrypt a file: %w", err)
	}
	return opened{Reader: plain, Closer: r}, nil
}

// ReadAll reads a whole file in clear. Only the end of a file proves that it is genuine,
// so nothing is handed on before. A missing one is ErrMissing.
func (c *Cabinet) ReadAll(ctx context.Context, p Purpose, key string) ([]byte, error) {
	r, err := c.Get(ctx, p, key)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("read a stored file: %w", err)
	}
	return content, nil
}

// ReadRoster reads the sheet of a roster as it was uploaded. A missing one is
// roster_file_gone.
func (c *Cabinet) ReadRoster(ctx context.Context, key string) ([]byte, error) {
	content, err := c.ReadAll(ctx, Roster, key)
	if errors.Is(err, ErrMissing) {
		return nil, refusal.New(refusal.RosterFileGone).Because(err)
	}
	return content, err
}

// Delete removes a file; one that is already gone is no error.
func (c *Cabinet) Delete(ctx context.Context, p Purpose, key string) error {
	err := c.bucket.Delete(ctx, address(p, key))
	if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("delete a file: %w", err)
	}
	return nil
}

// DeleteOlder removes every file of a purpose that was stored before an instant
// of the machine's own time, files nobody knows of included: what a crash left
// between storing a file and recording it. It gives how many went.
func (c *Cabinet) DeleteOlder(ctx context.Context, p Purpose, before time.Time) (int, error) {
	list := c.bucket.List(&blob.ListOptions{Prefix: string(p) + "/"})
	for n := 0; ; {
		object, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("list the file store: %w", err)
		}
		if object.IsDir || !object.ModTime.Before(before) {
			continue
		}
		if err := c.bucket.Delete(ctx, object.Key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return n, fmt.Errorf("delete a file: %w", err)
		}
		n++
	}
}

type opened struct {
	io.Reader
	io.Closer
}

// address is where a file lies and what its encryption is bound to.
func address(p Purpose, key string) string { return string(p) + "/" + key }

// Readable writes a number of bytes for people: "10 MB".
func Readable(bytes int64) string {
	const kilo, mega = 1 << 10, 1 << 20
	switch {
	case bytes >= mega && bytes%mega == 0:
		return fmt.Sprintf("%d MB", bytes/mega)
	case bytes >= mega:
		return fmt.Sprintf("%.1f MB", float64(bytes)/mega)
	case bytes >= kilo:
		return fmt.Sprintf("%d KB", bytes/kilo)
	}
	return fmt.Sprintf("%d B", bytes)
}
