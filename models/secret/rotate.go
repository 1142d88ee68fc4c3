package secret

import (
	"errors"
	"fmt"
	"os"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/streamingaead"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Staged is what a keyring will be once its staged keys are promoted.
type Staged struct {
	Fingerprint string
	Prints      []string
}

// Stage adds new keys to the folder that nothing uses yet, unless such keys are
// there already. One process at a time.
func Stage(dir string, master tink.AEAD) (Staged, error) {
	k, err := readFolder(dir, master)
	if err != nil {
		return Staged{}, err
	}
	added := false
	for _, set := range []struct {
		handle   **keyset.Handle
		template *tinkpb.KeyTemplate
	}{
		{&k.text, aead.AES256GCMKeyTemplate()}, {&k.files, streamingaead.AES256GCMHKDF4KBKeyTemplate()}, {&k.hash, prf.HMACSHA256PRFKeyTemplate()},
	} {
		if last, primary := ends(*set.handle); last != primary {
			continue
		}
		manager := keyset.NewManagerFromHandle(*set.handle)
		_, err := manager.Add(set.template)
		if err != nil {
			return Staged{}, fmt.Errorf("secret: add a key: %w", err)
		}
		if *set.handle, err = manager.Handle(); err != nil {
			return Staged{}, fmt.Errorf("secret: new keyset: %w", err)
		}
		added = true
	}
	if added {
		if err := replace(dir, k, master); err != nil {
			return Staged{}, err
		}
	}
	if k, err = k.promoted(); err != nil {
		return Staged{}, err
	}
	r, err := k.ring()
	if err != nil {
		return Staged{}, err
	}
	return Staged{Fingerprint: r.fingerprint, Prints: r.prints}, nil
}

// Promote puts the staged keys of the folder to use; without any it does nothing.
func Promote(dir string, master tink.AEAD) error {
	return change(dir, master, keys.promoted)
}

// Prune drops the encryption keys that are older than those in use. What was
// encrypted with them can never be read again: the caller has made sure that
// nothing is. Hash keys stay, since the newer ones stand on them.
func Prune(dir string, master tink.AEAD) error {
	return change(dir, master, func(k keys) (keys, error) {
		older := func(_, _ uint32, before bool) bool { return before }
		var err1, err2 error
		k.text, err1 = without(k.text, older)
		k.files, err2 = without(k.files, older)
		return k, errors.Join(err1, err2)
	})
}

func change(dir string, master tink.AEAD, how func(keys) (keys, error)) error {
	k, err := readFolder(dir, master)
	if err != nil {
		return err
	}
	if k, err = how(k); err != nil {
		return err
	}
	return replace(dir, k, master)
}

func (k keys) promoted() (keys, error) {
	for _, handle := range []**keyset.Handle{&k.text, &k.files, &k.hash} {
		manager := keyset.NewManagerFromHandle(*handle)
		last, _ := ends(*handle)
		if err := manager.SetPrimary(last); err != nil {
			return k, fmt.Errorf("secret: use the new key: %w", err)
		}
		next, err := manager.Handle()
		if err != nil {
			return k, fmt.Errorf("secret: new keyset: %w", err)
		}
		*handle = next
	}
	return k, nil
}

// ends gives the IDs of the newest key of a set and of the one in use.
func ends(handle *keyset.Handle) (last, primary uint32) {
	info := handle.KeysetInfo()
	return info.GetKeyInfo()[len(info.GetKeyInfo())-1].GetKeyId(), info.GetPrimaryKeyId()
}

// replace puts another keyring in the place of the one in the folder, whole or not at all.
func replace(dir string, k keys, master tink.AEAD) error {
	path, err := prepare(dir)
	if err != nil {
		return err
	}
	temporary, err := writeTemporary(path, k, master)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(fmt.Errorf("secret: replace keys: %w", err), os.Remove(temporary))
	}
	return syncFolder(dir)
}
