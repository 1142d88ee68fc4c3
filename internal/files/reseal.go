package files

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/xueji/xueji/models/secret"
)

// Resealed counts what Reseal and Check did.
type Resealed struct {
	Looked     int64
	Older      int64 // encrypted with an older key; Reseal has encrypted them anew
	Unreadable int64 // no key of the ring reads them: they stay as they are
}

// freshness is what a Sealer must tell besides, so that files can be sealed anew;
// *secret.Keyring does.
type freshness interface {
	FreshStream(r io.Reader, purpose string) (bool, error)
}

// Reseal encrypts every file anew that was encrypted with an older key, beside a
// service that reads and writes. It may be cut off and run again; told hears how
// far it came after every file.
func (c *Cabinet) Reseal(ctx context.Context, told func(Resealed)) (Resealed, error) {
	return c.each(ctx, 0, told, c.replace)
}

// Check reads files of each purpose to their end, at most so many, or all when most
// is 0. It changes nothing.
func (c *Cabinet) Check(ctx context.Context, most int64, told func(Resealed)) (Resealed, error) {
	return c.each(ctx, most, told, func(ctx context.Context, key string) error { return c.copyTo(ctx, key, io.Discard) })
}

func (c *Cabinet) each(ctx context.Context, most int64, told func(Resealed), older func(context.Context, string) error) (Resealed, error) {
	var n Resealed
	for _, p := range []Purpose{Evidence, Roster} {
		list := c.bucket.List(&blob.ListOptions{Prefix: string(p) + "/"})
		for looked := int64(0); most == 0 || looked < most; looked++ {
			object, err := list.Next(ctx)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return n, fmt.Errorf("list the file store: %w", err)
			}
			if object.IsDir {
				continue
			}
			if err := c.one(ctx, object.Key, &n, most > 0, older); err != nil {
				return n, err
			}
			told(n)
		}
	}
	return n, nil
}

// one looks at one file. A file that was deleted meanwhile is no error.
func (c *Cabinet) one(ctx context.Context, key string, n *Resealed, whole bool, older func(context.Context, string) error) error {
	fresh, err := c.fresh(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at a file: %w", err)
	}
	n.Looked++
	switch {
	case fresh && !whole:
		return nil
	case fresh:
		err = c.copyTo(ctx, key, io.Discard)
	default:
		err = older(ctx, key)
	}
	switch {
	case errors.Is(err, secret.ErrUnreadable):
		n.Unreadable++
		return nil
	case err == nil && !fresh:
		n.Older++
	case gcerrors.Code(err) == gcerrors.NotFound:
		return nil
	}
	return err
}

func (c *Cabinet) fresh(ctx context.Context, key string) (bool, error) {
	tells, ok := c.seal.(freshness)
	if !ok {
		return false, errors.New("this sealer does not tell its keys apart")
	}
	r, err := c.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = r.Close() }()
	return tells.FreshStream(r, key)
}

// copyTo writes a file in clear to w.
func (c *Cabinet) copyTo(ctx context.Context, key string, w io.Writer) error {
	r, err := c.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	plain, err := c.seal.DecryptStream(r, key)
	if err != nil {
		return fmt.Errorf("decrypt a file: %w", err)
	}
	_, err = io.Copy(w, plain)
	return err
}

// replace puts a file in its own place, encrypted with the key in use. Readers see
// the old one or the new one, never a half.
func (c *Cabinet) replace(ctx context.Context, key string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := c.bucket.NewWriter(ctx, key, &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return fmt.Errorf("store a file: %w", err)
	}
	if err := c.reseal(ctx, key, w); err != nil {
		cancel() // the bucket forgets what was written
		_ = w.Close()
		return err
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("store a file: %w", err)
	}
	return nil
}

func (c *Cabinet) reseal(ctx context.Context, key string, w io.Writer) error {
	sealed, err := c.seal.EncryptStream(w, key)
	if err != nil {
		return fmt.Errorf("encrypt a file: %w", err)
	}
	if err := c.copyTo(ctx, key, sealed); err != nil {
		return err
	}
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("encrypt a file: %w", err)
	}
	return nil
}
