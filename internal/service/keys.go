package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/keyring"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

// CreateKeys makes the keys of a register that holds no secret yet, and records them.
// Existing keys are recorded when they can read the secrets of the register; a repeated
// call changes nothing. A register with secrets never gets new keys: its own keys must
// come back from the backup.
func CreateKeys(ctx context.Context, cfg config.Config, clock *calendar.Clock) (*secret.Keyring, error) {
	owner, err := openKeysOwner(ctx, cfg, clock)
	if err != nil {
		return nil, err
	}
	defer owner.Close(ctx)
	keys, err := secret.Open(keysDir(cfg))
	if errors.Is(err, secret.ErrNoKeys) {
		if err := mayHaveNewKeys(ctx, owner, keysDir(cfg)); err != nil {
			return nil, err
		}
		keys, err = secret.Create(keysDir(cfg), nil)
	}
	if err != nil {
		return nil, err
	}
	return keys, owner.Record(ctx, keys)
}

func openKeysOwner(ctx context.Context, cfg config.Config, clock *calendar.Clock) (*keyring.KeysOwner, error) {
	if cfg.Database.URL == "" {
		return nil, errors.New("database.url is not set; name the role that owns the tables, for example with XUEJI_DATABASE_URL")
	}
	return keyring.OpenKeysOwner(ctx, cfg.Database.URL.Reveal(), clock.Now)
}

func mayHaveNewKeys(ctx context.Context, owner *keyring.KeysOwner, dir string) error {
	known, err := owner.State(ctx)
	if err != nil {
		return err
	}
	if known.Recorded() {
		return fmt.Errorf("the folder %s holds no keys, and the register was written with the keys %s; "+
			"restore the backup of the key folder there (docs/operations.md, Backup and restore). New keys would leave every identity number unreadable", dir, known.Fingerprint)
	}
	holds, err := owner.HoldsSecrets(ctx)
	if err != nil {
		return err
	}
	if holds {
		return fmt.Errorf("the folder %s holds no keys, and the register holds secrets already; restore the backup of the key folder there "+
			"(docs/operations.md, Backup and restore). New keys would leave every identity number unreadable", dir)
	}
	return nil
}

// openKeys opens the keys of a serving process; it makes none.
func openKeys(cfg config.Config) (*secret.Keyring, error) {
	keys, err := secret.Open(keysDir(cfg))
	if errors.Is(err, secret.ErrNoKeys) {
		return nil, fmt.Errorf("%w; restore the backup of the key folder there (docs/operations.md, Backup and restore), "+
			"or, for a register that is new, run: xueji keys create", err)
	}
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return keys, nil
}

// checkKeys refuses keys with which the register was not written.
func checkKeys(ctx context.Context, register *store.Store) error {
	known, err := register.Keyring(ctx)
	if err != nil {
		return err
	}
	if !known.Recorded() {
		return errors.New("the register does not know its keys yet; run once, as the owner of the tables: xueji keys create")
	}
	return register.CheckKeys(ctx)
}

// KeysChecked is the result of a check of keys and secrets.
type KeysChecked struct {
	Folder, Fingerprint string
	Known               store.KeyringState
	Rows                []keyring.CheckedTable
	Files               files.Resealed
}

// Sound reports whether all checked secrets can be read and found.
func (k KeysChecked) Sound() bool {
	for _, r := range k.Rows {
		if r.Unreadable > 0 || r.Mismatched > 0 {
			return false
		}
	}
	return k.Files.Unreadable == 0
}

// CheckKeys compares the key folder with the register and reads a sample of its
// secrets and files, or all of them. It changes nothing.
func CheckKeys(ctx context.Context, cfg config.Config, clock *calendar.Clock, all bool, told func(files.Resealed)) (k KeysChecked, err error) {
	owner, err := openKeysOwner(ctx, cfg, clock)
	if err != nil {
		return k, err
	}
	defer owner.Close(ctx)
	keys, err := openKeys(cfg)
	if err != nil {
		return k, err
	}
	k.Folder, k.Fingerprint = keysDir(cfg), keys.Fingerprint()
	if k.Known, err = owner.State(ctx); err != nil {
		return k, err
	}
	if err := k.Known.Check(keys); err != nil {
		return k, err
	}
	const sample = 500
	rows, objects := sample, int64(sample/10)
	if all {
		rows, objects = 0, 0
	}
	if k.Rows, err = owner.CheckSecrets(ctx, keys, rows); err != nil {
		return k, err
	}
	cabinet, err := files.Open(ctx, blobAddress(cfg), keys)
	if err != nil {
		return k, err
	}
	defer func() { _ = cabinet.Close() }()
	k.Files, err = cabinet.Check(ctx, objects, told)
	return k, err
}
