package secret

import (
	"errors"
	"fmt"
	"io"
)

// EncryptStream encrypts what is written into it and passes it on to w. The
// stream is complete only after Close returned nil; w stays open.
func (k *Keyring) EncryptStream(w io.Writer, purpose string) (io.WriteCloser, error) {
	if purpose == "" {
		return nil, ErrPurpose
	}
	stream, err := k.current.Load().files.NewEncryptingWriter(w, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("secret: encrypt stream %s: %w", purpose, err)
	}
	return stream, nil
}

// DecryptStream reads a stream that EncryptStream wrote, in pieces of 4 KiB each
// of which is proven genuine before it is handed out. That the stream was not cut
// off is known only at io.EOF: until then nothing read may take effect.
func (k *Keyring) DecryptStream(r io.Reader, purpose string) (io.Reader, error) {
	if purpose == "" {
		return nil, ErrPurpose
	}
	source := &sourceErrors{source: r}
	stream, err := k.current.Load().files.NewDecryptingReader(source, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("secret: decrypt stream %s: %w", purpose, err)
	}
	return &genuine{stream, source, purpose}, nil
}

// FreshStream says whether a stream was encrypted with the key in use. It reads
// the first piece of it; one that is not genuine under any key is not fresh either.
func (k *Keyring) FreshStream(r io.Reader, purpose string) (bool, error) {
	source := &sourceErrors{source: r}
	stream, err := k.current.Load().newest.NewDecryptingReader(source, []byte(purpose))
	if err != nil {
		return false, fmt.Errorf("secret: look at stream %s: %w", purpose, err)
	}
	var first [1]byte
	_, err = stream.Read(first[:])
	if source.failed != nil {
		return false, fmt.Errorf("secret: read stream %s: %w", purpose, source.failed)
	}
	return err == nil || errors.Is(err, io.EOF), nil
}

// sourceErrors remembers why the source failed, so that a broken disk is not
// mistaken for a forged file: Tink reports both alike.
type sourceErrors struct {
	source io.Reader
	failed error
}

func (s *sourceErrors) Read(p []byte) (int, error) {
	n, err := s.source.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

// genuine turns a failed proof into ErrUnreadable.
type genuine struct {
	stream  io.Reader
	source  *sourceErrors
	purpose string
}

func (g *genuine) Read(p []byte) (int, error) {
	n, err := g.stream.Read(p)
	switch {
	case err == nil, errors.Is(err, io.EOF) && g.source.failed == nil:
		return n, err
	case g.source.failed != nil:
		return n, fmt.Errorf("secret: read stream %s: %w", g.purpose, g.source.failed)
	default:
		return n, fmt.Errorf("%w (%s)", ErrUnreadable, g.purpose)
	}
}
