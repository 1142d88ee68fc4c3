package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/secret"
)

// Phases of the register's keys.
const (
	KeysServing  = "SERVING"
	KeysRekeying = "REKEYING" // rows get their new keys: the register is closed
	KeysFiles    = "FILES"    // the rows are done, the files follow during service
)

// ErrOtherKeys says that a process has keys with which the register was not written.
var ErrOtherKeys = errors.New("these are not the keys of this register")

// ErrRekeying says that the register is closed while its keys are rotated.
var ErrRekeying = errors.New("the keys of this register are being rotated and it is closed until that is done; " +
	"if no \"xueji keys rotate\" runs, one was cut off: run it again, it goes on where it stood")

// KeyringState is the register's own record of its keys.
type KeyringState struct {
	Fingerprint string   // of the keys in use; empty when none were recorded yet
	Prints      []string // of every key that something is sealed or hashed with
	Phase       string
}

// Recorded reports whether the register has recorded its keys.
func (k KeyringState) Recorded() bool { return k.Fingerprint != "" }

// Check returns an error unless the register was written with this keyring.
func (k KeyringState) Check(keys *secret.Keyring) error {
	switch {
	case !k.Recorded():
		return nil
	case k.Phase == KeysRekeying:
		return ErrRekeying
	case k.Fingerprint != keys.Fingerprint():
		return otherKeys(k.Fingerprint, keys)
	}
	for _, print := range k.Prints {
		if !slices.Contains(keys.Prints(), print) {
			return fmt.Errorf("%w: the key %s is missing in %s although something is still sealed with it; "+
				"restore the newest backup of that folder", ErrOtherKeys, print, keys.Dir())
		}
	}
	return nil
}

func otherKeys(wanted string, keys *secret.Keyring) error {
	return fmt.Errorf("%w: the register was written with the keys %s, and the folder %s holds the keys %s; "+
		"put the right keys there (copy them from a host that serves, or restore the backup of the folder that is as old as that of the database) and start again",
		ErrOtherKeys, wanted, keys.Dir(), keys.Fingerprint())
}

// Keyring reads the register's record of its keys.
func (s *Store) Keyring(ctx context.Context) (KeyringState, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return KeyringState{}, fmt.Errorf("ask the register for its keys: %w", err)
	}
	defer conn.Release()
	return ReadKeyring(ctx, conn)
}

type queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// ReadKeyring reads what the register knows of its keys.
func ReadKeyring(ctx context.Context, q queryer) (k KeyringState, err error) {
	err = q.QueryRow(ctx, `SELECT fingerprint, prints, phase FROM keyring`).Scan(&k.Fingerprint, &k.Prints, &k.Phase)
	if errors.Is(err, pgx.ErrNoRows) {
		return KeyringState{}, nil
	}
	if err != nil {
		return k, fmt.Errorf("ask the register for its keys: %w", err)
	}
	return k, nil
}

// refuseOtherKeys judges the state of the keys that a transaction read when it began. The read
// itself locks the row's table until the transaction ends; that is how a rotation knows
// that nobody uses the old keys any more. Keys in memory belong to commands that touch no
// secret, and to tests: only the phase binds them.
func (s *Store) refuseOtherKeys(read *string) error {
	if read == nil {
		return nil // not recorded yet; the service refuses to start then
	}
	phase, fingerprint, _ := strings.Cut(*read, " ")
	switch {
	case phase == KeysRekeying:
		return ErrRekeying
	case s.keys.Dir() != "" && fingerprint != s.keys.Fingerprint():
		return otherKeys(fingerprint, s.keys)
	}
	return nil
}

// CheckKeys returns an error unless this process has the keys with which the register was
// written. After a rotation it first reads the key folder again.
func (s *Store) CheckKeys(ctx context.Context) error {
	known, err := s.Keyring(ctx)
	if err != nil {
		return err
	}
	err = known.Check(s.keys)
	if errors.Is(err, ErrOtherKeys) && s.reloadKeys(ctx) {
		return nil
	}
	return err
}

// reloadKeys reads the key folder again after a rotation and reports whether the keys fit
// now.
func (s *Store) reloadKeys(ctx context.Context) bool {
	if s.keys.Reload() != nil {
		return false
	}
	known, err := s.Keyring(ctx)
	return err == nil && known.Check(s.keys) == nil
}
