package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// formatVersion is raised when the shape of the key file changes.
const formatVersion = 1

// keyringFile is the shape of keyring.json. All keysets share one file so that they can only
// be made, backed up and lost together: a folder with new encryption keys and an
// old hash key, or the reverse, cannot come about.
type keyringFile struct {
	Version int             `json:"version"`
	Wrapped bool            `json:"wrapped"`
	Text    json.RawMessage `json:"text"`
	Files   json.RawMessage `json:"files"`
	Hash    json.RawMessage `json:"hash"`
}

func (k keys) encode(master tink.AEAD) ([]byte, error) {
	text, err1 := encodeKeyset(k.text, master)
	files, err2 := encodeKeyset(k.files, master)
	hash, err3 := encodeKeyset(k.hash, master)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("secret: encode keys: %w", err)
	}
	return json.MarshalIndent(keyringFile{formatVersion, master != nil, text, files, hash}, "", "  ")
}

func encodeKeyset(handle *keyset.Handle, master tink.AEAD) (json.RawMessage, error) {
	var b bytes.Buffer
	w := keyset.NewJSONWriter(&b)
	if master != nil {
		err := handle.Write(w, master)
		return b.Bytes(), err
	}
	err := insecurecleartextkeyset.Write(handle, w)
	return b.Bytes(), err
}

func decode(text []byte, master tink.AEAD) (keys, error) {
	var f keyringFile
	if err := json.Unmarshal(text, &f); err != nil {
		// The cause could quote the text, which is key material.
		return keys{}, errors.New("it is not a keyring; restore it from the backup")
	}
	if f.Version != formatVersion {
		return keys{}, fmt.Errorf("it has format %d and this program knows %d", f.Version, formatVersion)
	}
	switch {
	case f.Wrapped && master == nil:
		return keys{}, errors.New("its keys are wrapped and no master key is configured")
	case !f.Wrapped && master != nil:
		return keys{}, errors.New("its keys are in clear text although a master key is configured")
	}
	handles, err := decodeAll(master, f.Text, f.Files, f.Hash)
	if err != nil {
		return keys{}, err
	}
	return keys{text: handles[0], files: handles[1], hash: handles[2]}, nil
}

func decodeAll(master tink.AEAD, parts ...json.RawMessage) ([]*keyset.Handle, error) {
	handles := make([]*keyset.Handle, len(parts))
	for i, part := range parts {
		r := keyset.NewJSONReader(bytes.NewReader(part))
		var err error
		if master != nil {
			handles[i], err = keyset.Read(r, master)
		} else {
			handles[i], err = insecurecleartextkeyset.Read(r)
		}
		if err != nil {
			return nil, errors.New("a keyset in it cannot be read; restore it from the backup or check the master key")
		}
	}
	return handles, nil
}
