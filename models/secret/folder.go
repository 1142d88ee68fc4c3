package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/tink"
)

const keyFile = "keyring.json"

// ErrTooOpen says that others than the owner may read or change the keys. The
// error that wraps it names the path and the command that puts it right.
var ErrTooOpen = errors.New("the keys are open to others")

// ErrNoKeys says that the folder holds no keys. Keys are made by Create only: a
// register that has secrets needs the keys they were sealed with, not new ones.
var ErrNoKeys = errors.New("there are no keys")

// Open opens the keyring in the folder and makes nothing: without keys there it
// is ErrNoKeys. It refuses a folder or a file that others than the owner may use
// (ErrTooOpen).
func Open(dir string) (*Keyring, error) { return OpenWrapped(dir, nil) }

// OpenWrapped is Open for keys that are wrapped (encrypted) by a master key, such as one
// in a key-management service; nil leaves them in clear text. A folder made one
// way cannot be opened the other.
func OpenWrapped(dir string, master tink.AEAD) (*Keyring, error) {
	k, err := readFolder(dir, master)
	if err != nil {
		return nil, err
	}
	r, err := k.ring()
	if err != nil {
		return nil, err
	}
	return newKeyring(dir, master, false, r), nil
}

// Create makes folder and keys, wrapped by a master key unless that is nil, and
// opens them. Keys that are there stay: Created says which it was. Processes that
// call it at the same time agree on one keyring.
func Create(dir string, master tink.AEAD) (*Keyring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("secret: make the key folder: %w", err)
	}
	path, err := prepare(dir)
	if err != nil {
		return nil, err
	}
	created := false
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if created, err = create(path, master); err != nil {
			return nil, err
		}
	}
	opened, err := OpenWrapped(dir, master)
	if err != nil {
		return nil, err
	}
	opened.created = created
	return opened, nil
}

func readFolder(dir string, master tink.AEAD) (keys, error) {
	path, err := prepare(dir)
	if err != nil {
		return keys{}, err
	}
	return read(path, master)
}

// prepare makes sure that the folder is there and belongs to its owner alone.
func prepare(dir string) (path string, err error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("secret: %w in %s: the folder does not exist", ErrNoKeys, dir)
	}
	if err != nil {
		return "", fmt.Errorf("secret: key folder: %w", err)
	}
	if err := private(dir, info, "700"); err != nil {
		return "", err
	}
	return filepath.Join(dir, keyFile), nil
}

func private(path string, info fs.FileInfo, want string) error {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("secret: %w: %s has mode %04o; run: chmod %s %s", ErrTooOpen, path, mode, want, path)
	}
	return nil
}

// create writes new keys unless another process was faster, which it tells by
// created. Link, unlike rename, fails when the file exists, so the first one wins
// and a half-written file is never seen.
func create(path string, master tink.AEAD) (created bool, err error) {
	k, err := generate()
	if err != nil {
		return false, err
	}
	temporary, err := writeTemporary(path, k, master)
	if err != nil {
		return false, err
	}
	linked := os.Link(temporary, path)
	if err := os.Remove(temporary); err != nil {
		return false, fmt.Errorf("secret: remove temporary keys: %w", err)
	}
	switch {
	case errors.Is(linked, fs.ErrExist):
		return false, nil
	case linked != nil:
		return false, fmt.Errorf("secret: create keys: %w", linked)
	}
	return true, syncFolder(filepath.Dir(path))
}

func writeTemporary(path string, k keys, master tink.AEAD) (name string, err error) {
	text, err := k.encode(master)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keyring-*") // made with mode 0600
	if err != nil {
		return "", fmt.Errorf("secret: write keys: %w", err)
	}
	_, failed := f.Write(text)
	if failed == nil {
		failed = f.Sync()
	}
	if failed = errors.Join(failed, f.Close()); failed != nil {
		return "", errors.Join(fmt.Errorf("secret: write keys: %w", failed), os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// syncFolder makes a new name in the folder survive a power cut: keys must never
// be lost after something was encrypted with them.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("secret: key folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("secret: key folder: %w", err)
	}
	return nil
}

func read(path string, master tink.AEAD) (keys, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return keys{}, fmt.Errorf("secret: %w in %s: the file %s does not exist", ErrNoKeys, filepath.Dir(path), keyFile)
	}
	if err != nil {
		return keys{}, fmt.Errorf("secret: key file: %w", err)
	}
	if err := private(path, info, "600"); err != nil {
		return keys{}, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return keys{}, fmt.Errorf("secret: key file: %w", err)
	}
	k, err := decode(text, master)
	if err != nil {
		return keys{}, fmt.Errorf("secret: key file %s: %w", path, err)
	}
	return k, nil
}
