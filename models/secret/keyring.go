// Package secret encrypts what must not be read from the database or its
// backups: citizen identity numbers, student numbers and uploaded files. It is a
// thin layer over Tink.
//
// # Where the keys are
//
// One file, keyring.json, in a key folder of its own (0700, the file 0600). By
// default the keys stand in it in clear text: whoever can read the file can read
// the secrets, so it is guarded by the file's permissions, lies outside the
// database and must be backed up apart from it. Without it no secret can be
// recovered. A production site may wrap the keys with a key-management service:
// OpenWrapped takes any tink.AEAD, which is what Tink's KMS clients are.
//
// # What rotates
//
// All keys rotate together, in three steps that each may be repeated: Stage adds
// new keys that nothing uses yet, Promote puts them to use, Prune drops the old
// encryption keys once nothing was encrypted with them any more. Old secrets stay
// readable in between.
//
// A keyed hash is computed by every hash key in turn, the oldest first, each over
// what the one before it gave. So a hash that is stored is brought to a new key
// without knowing what it was made of (Rehash), whatever it is a hash of; and the
// old hash keys stay in the ring, of no use to anybody who has not got the newest.
package secret

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/streamingaead"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// HashSize is the length of a keyed hash in bytes.
const HashSize = sha256.Size

// ErrPurpose says that no purpose was named.
var ErrPurpose = errors.New("secret: a purpose must be named")

// ErrUnreadable says that a ciphertext was changed, cut, made for another
// purpose or made with keys that are not in this keyring.
var ErrUnreadable = errors.New("secret: cannot be decrypted: changed, cut, of another purpose or of another keyring")

// Keyring encrypts, decrypts and hashes. It is safe for concurrent use and never
// prints a key.
//
// A purpose says what a secret is, such as "student.citizen_id", and is bound to
// the ciphertext: what was encrypted as one thing cannot be passed off as another.
// Purposes are constants of the code; renaming one makes old secrets unreadable.
type Keyring struct {
	dir     string // where Reload reads; empty for a ring in memory
	master  tink.AEAD
	created bool
	current atomic.Pointer[ring]
}

// keys are the three keysets of a keyring.
type keys struct {
	text, files, hash *keyset.Handle
}

// NewEphemeral makes a keyring in memory that is lost with the process, for tests.
func NewEphemeral() (*Keyring, error) {
	k, err := generate()
	if err != nil {
		return nil, err
	}
	ring, err := k.ring()
	if err != nil {
		return nil, err
	}
	return newKeyring("", nil, false, ring), nil
}

func newKeyring(dir string, master tink.AEAD, created bool, r *ring) *Keyring {
	k := &Keyring{dir: dir, master: master, created: created}
	k.current.Store(r)
	return k
}

func generate() (keys, error) {
	text, err1 := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	files, err2 := keyset.NewHandle(streamingaead.AES256GCMHKDF4KBKeyTemplate())
	hash, err3 := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err := errors.Join(err1, err2, err3); err != nil {
		return keys{}, fmt.Errorf("secret: generate keys: %w", err)
	}
	return keys{text, files, hash}, nil
}

// Created says that Create made new keys.
func (k *Keyring) Created() bool { return k.created }

// Dir is the folder the keys lie in, or "" for keys in memory.
func (k *Keyring) Dir() string { return k.dir }

// Fingerprint names the keys in use without telling them. The register keeps it,
// so that a process with other keys is found out.
func (k *Keyring) Fingerprint() string { return k.current.Load().fingerprint }

// Prints name every key of the ring that something may be sealed or hashed with,
// one by one; keys that are only staged are left out.
func (k *Keyring) Prints() []string { return k.current.Load().prints }

// Reload reads the folder again, for a process that runs while keys are rotated.
// What is under way ends with the keys it began with. Keys in memory stay.
func (k *Keyring) Reload() error {
	if k.dir == "" {
		return nil
	}
	next, err := OpenWrapped(k.dir, k.master)
	if err != nil {
		return err
	}
	k.current.Store(next.current.Load())
	return nil
}

// Encrypt encrypts a short secret for a purpose. Equal secrets give different
// ciphertexts; Hash is for finding them again.
func (k *Keyring) Encrypt(purpose string, plaintext []byte) ([]byte, error) {
	if purpose == "" {
		return nil, ErrPurpose
	}
	ciphertext, err := k.current.Load().text.Encrypt(plaintext, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("secret: encrypt %s: %w", purpose, err)
	}
	return ciphertext, nil
}

// Decrypt gives back what Encrypt took; the purpose must be the same. The error
// is ErrUnreadable when the ciphertext is not genuine.
func (k *Keyring) Decrypt(purpose string, ciphertext []byte) ([]byte, error) {
	if purpose == "" {
		return nil, ErrPurpose
	}
	plaintext, err := k.current.Load().text.Decrypt(ciphertext, []byte(purpose))
	if err != nil {
		// Tink says no more than that it failed, which is as it should be.
		return nil, fmt.Errorf("%w (%s)", ErrUnreadable, purpose)
	}
	return plaintext, nil
}

// Hash gives HashSize bytes that are always the same for a purpose and a value
// and cannot be computed or reversed by trying without the key. Values must be in their
// one stored form (as ident's Parse functions guarantee): another spelling is
// another value.
func (k *Keyring) Hash(purpose, value string) []byte {
	// The length keeps ("ab", "c") and ("a", "bc") apart.
	input := binary.BigEndian.AppendUint32(nil, uint32(len(purpose))) //nolint:gosec // purposes are short constants
	input = append(append(input, purpose...), value...)
	for _, key := range k.current.Load().hashes {
		input = mustCompute(key, input)
	}
	return input
}

// Rehash brings a hash that was made before the newest hash key to that key.
// Doing it twice to one hash spoils it: whoever calls it keeps account.
func (k *Keyring) Rehash(hash []byte) []byte {
	hashes := k.current.Load().hashes
	if len(hashes) < 2 {
		return hash
	}
	return mustCompute(hashes[len(hashes)-1], hash)
}

func mustCompute(key prf.PRF, input []byte) []byte {
	sum, err := key.ComputePRF(input, HashSize)
	if err != nil {
		panic("secret: the hash key worked when it was opened and now: " + err.Error())
	}
	return sum
}

// Fresh says whether a ciphertext of Encrypt was made with the key in use.
func (k *Keyring) Fresh(ciphertext []byte) bool {
	mark := k.current.Load().mark
	return len(ciphertext) > len(mark) && string(ciphertext[:len(mark)]) == mark
}

// Needed is Prints without the encryption keys older than those in use.
func (k *Keyring) Needed() []string {
	r := k.current.Load()
	var list []string
	for i, print := range r.prints {
		last := i+1 == len(r.prints) || !sameSet(print, r.prints[i+1])
		if last || sameSet(print, "hash:") {
			list = append(list, print)
		}
	}
	return list
}

// sameSet says whether two prints are of keys of one set.
func sameSet(a, b string) bool {
	set, _, _ := strings.Cut(a, ":")
	return strings.HasPrefix(b, set+":")
}
