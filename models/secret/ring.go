package secret

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/streamingaead"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ring is one state of a keyring, as it was read.
type ring struct {
	text        tink.AEAD
	mark        string // what every ciphertext of the key in use begins with
	files       tink.StreamingAEAD
	newest      tink.StreamingAEAD // files, with the key in use only
	hashes      []prf.PRF          // the oldest first
	fingerprint string
	prints      []string
}

// ring makes the keysets ready for use. In each of them the keys after the
// primary one are staged: nothing uses them.
func (k keys) ring() (*ring, error) {
	text, err1 := aead.New(k.text)
	files, err2 := streamingaead.New(k.files)
	newest, err3 := onlyPrimary(k.files)
	hashes, err4 := prf.NewPRFSet(k.hash)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, fmt.Errorf("secret: use keys: %w", err)
	}
	r := &ring{text: text, files: files, newest: newest}
	r.mark = string(binary.BigEndian.AppendUint32([]byte{1}, k.text.KeysetInfo().GetPrimaryKeyId())) // Tink's output prefix
	for _, key := range inUse(insecurecleartextkeyset.KeysetMaterial(k.hash)) {
		one := hashes.PRFs[key.GetKeyId()]
		// A key that cannot make HashSize bytes is found here, so that Hash cannot fail.
		if _, err := one.ComputePRF(nil, HashSize); err != nil {
			return nil, fmt.Errorf("secret: use hash key: %w", err)
		}
		r.hashes = append(r.hashes, one)
	}
	sum := sha256.New()
	for _, set := range []struct {
		name   string
		handle *keyset.Handle
	}{{"text", k.text}, {"files", k.files}, {"hash", k.hash}} {
		used := inUse(insecurecleartextkeyset.KeysetMaterial(set.handle))
		for _, key := range used {
			r.prints = append(r.prints, set.name+":"+print(key))
		}
		sum.Write([]byte(r.prints[len(r.prints)-1]))
	}
	r.fingerprint = hex.EncodeToString(sum.Sum(nil)[:8])
	return r, nil
}

// inUse gives the keys of a set up to the primary one, the oldest first.
func inUse(set *tinkpb.Keyset) []*tinkpb.Keyset_Key {
	for i, key := range set.GetKey() {
		if key.GetKeyId() == set.GetPrimaryKeyId() {
			return set.GetKey()[:i+1]
		}
	}
	return nil
}

// print names a key: a hash of its 256 random bits, which tells nothing of them.
func print(key *tinkpb.Keyset_Key) string {
	sum := sha256.Sum256([]byte("xueji keyring\x00" + key.GetKeyData().GetTypeUrl() + "\x00" + string(key.GetKeyData().GetValue())))
	return hex.EncodeToString(sum[:8])
}

func onlyPrimary(handle *keyset.Handle) (tink.StreamingAEAD, error) {
	one, err := without(handle, func(id, primary uint32, _ bool) bool { return id != primary })
	if err != nil {
		return nil, err
	}
	return streamingaead.New(one)
}

// without gives a keyset without the keys that drop names; before says that a key
// is older than the primary one.
func without(handle *keyset.Handle, drop func(id, primary uint32, before bool) bool) (*keyset.Handle, error) {
	manager := keyset.NewManagerFromHandle(handle)
	info, before := handle.KeysetInfo(), true
	for _, key := range info.GetKeyInfo() {
		if key.GetKeyId() == info.GetPrimaryKeyId() {
			before = false
		}
		if drop(key.GetKeyId(), info.GetPrimaryKeyId(), before) {
			if err := manager.Delete(key.GetKeyId()); err != nil {
				return nil, fmt.Errorf("secret: drop a key: %w", err)
			}
		}
	}
	next, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("secret: new keyset: %w", err)
	}
	return next, nil
}
