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
// Encryption keys rotate (Rotate): new secrets use the new key, old ones stay
// readable. The hash key never does: the hashes are columns that are searched and
// must be unique, and another key would find nothing. Replacing it means hashing
// every row again.
package secret

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

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
	text    tink.AEAD
	files   tink.StreamingAEAD
	hash    prf.PRF
	created bool
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
	return k.keyring()
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

func (k keys) keyring() (*Keyring, error) {
	text, err1 := aead.New(k.text)
	files, err2 := streamingaead.New(k.files)
	hashes, err3 := prf.NewPRFSet(k.hash)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("secret: use keys: %w", err)
	}
	if len(hashes.PRFs) != 1 {
		return nil, fmt.Errorf("secret: the hash keyset has %d keys and must have exactly one: it never rotates", len(hashes.PRFs))
	}
	ring := &Keyring{text: text, files: files, hash: hashes.PRFs[hashes.PrimaryID]}
	// A key that cannot make HashSize bytes is found here, so that Hash cannot fail.
	if _, err := ring.hash.ComputePRF(nil, HashSize); err != nil {
		return nil, fmt.Errorf("secret: use hash key: %w", err)
	}
	return ring, nil
}

// Created says that Open made new keys. A caller whose database already holds
// secrets must stop then: the key folder is the wrong one or was lost.
func (k *Keyring) Created() bool { return k.created }

// Fingerprint names the hash key without telling it. Stored in the database, it
// shows at the next start whether keys and database belong together.
func (k *Keyring) Fingerprint() string {
	return hex.EncodeToString(k.Hash("keyring.fingerprint", "")[:8])
}

// Encrypt encrypts a short secret for a purpose. Equal secrets give different
// ciphertexts; Hash is for finding them again.
func (k *Keyring) Encrypt(purpose string, plaintext []byte) ([]byte, error) {
	if purpose == "" {
		return nil, ErrPurpose
	}
	ciphertext, err := k.text.Encrypt(plaintext, []byte(purpose))
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
	plaintext, err := k.text.Decrypt(ciphertext, []byte(purpose))
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
	sum, err := k.hash.ComputePRF(input, HashSize)
	if err != nil {
		panic("secret: the hash key worked when it was opened and now: " + err.Error())
	}
	return sum
}
