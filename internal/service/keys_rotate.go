package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/keyring"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

// KeysReport receives the progress of the work on keys.
type KeysReport struct {
	Say   func(line string)
	Rows  func(keyring.RekeyProgress)
	Files func(files.Resealed)
}

// uploadGrace is how long an upload that began with the old keys may still run after the
// new keys came into use.
func uploadGrace(cfg config.Config) time.Duration {
	return cfg.HTTP.ReadTimeout + cfg.HTTP.WriteTimeout
}

// RotateKeys gives a register new keys and brings everything to them: first the rows,
// while the register is closed, then the files, during service. It may be cut off at any
// point; the next run continues there.
func RotateKeys(ctx context.Context, cfg config.Config, clock *calendar.Clock, report KeysReport) error {
	owner, err := openKeysOwner(ctx, cfg, clock)
	if err != nil {
		return err
	}
	defer owner.Close(ctx)
	if err := owner.LockRotation(ctx); err != nil {
		return err
	}
	known, err := owner.State(ctx)
	if err != nil {
		return err
	}
	if !known.Recorded() {
		return errors.New("the register does not know its keys yet; run first: xueji keys create")
	}
	if known.Phase != store.KeysFiles {
		if err := rotateRows(ctx, owner, keysDir(cfg), known, report); err != nil {
			return err
		}
	}
	return rotateFiles(ctx, cfg, owner, clock, report)
}

func rotateRows(ctx context.Context, owner *keyring.KeysOwner, dir string, known store.KeyringState, report KeysReport) error {
	if known.Phase == store.KeysServing {
		keys, err := secret.Open(dir)
		if err != nil {
			return err
		}
		if err := known.Check(keys); err != nil {
			return err
		}
		next, err := secret.Stage(dir, nil)
		if err != nil {
			return err
		}
		report.Say("the register is shut from now on: requests are answered 503")
		err = owner.CloseRegister(ctx, next, func() { report.Say("waiting for transactions that began before") })
		if err != nil {
			return err
		}
		known.Fingerprint = next.Fingerprint
	} else {
		report.Say("going on with a rotation that was cut off; the register is shut")
	}
	if err := secret.Promote(dir, nil); err != nil {
		return err
	}
	keys, err := secret.Open(dir)
	if err != nil {
		return err
	}
	if keys.Fingerprint() != known.Fingerprint {
		return fmt.Errorf("%w: the rotation that was cut off began with another key folder than %s; go on where that one is (it gives the keys %s)",
			store.ErrOtherKeys, dir, known.Fingerprint)
	}
	if err := owner.Rekey(ctx, keys, report.Rows); err != nil {
		return err
	}
	if err := owner.Reopen(ctx); err != nil {
		return err
	}
	report.Say("the register is open again with the keys " + keys.Fingerprint() + "; copy the key folder to every other host now, and back it up")
	return nil
}

// graceLine says for what the rotation waits, and until when.
func graceLine(cfg config.Config, until time.Time) string {
	return fmt.Sprintf("waiting until %s for uploads that may have begun with the old keys (http.read_timeout %s + http.write_timeout %s after the register "+
		"was opened again); then the files are looked at once more. Everybody works meanwhile; you may stop this and run it again later",
		until.In(calendar.Shanghai()).Format("15:04:05"), cfg.HTTP.ReadTimeout, cfg.HTTP.WriteTimeout)
}

// resealFiles brings every present file to the new keys.
func resealFiles(ctx context.Context, cabinet *files.Cabinet, report KeysReport) error {
	n, err := cabinet.Reseal(ctx, report.Files)
	if err != nil {
		return err
	}
	if n.Unreadable > 0 {
		return fmt.Errorf("%d files can be read with no key; the old keys stay. Restore those files from the backup, or find out with "+
			"\"xueji keys check --all\" since when, and run \"xueji keys rotate\" again", n.Unreadable)
	}
	return ctx.Err()
}

func rotateFiles(ctx context.Context, cfg config.Config, owner *keyring.KeysOwner, clock *calendar.Clock, report KeysReport) error {
	keys, err := secret.Open(keysDir(cfg))
	if err != nil {
		return err
	}
	known, err := owner.State(ctx)
	if err != nil {
		return err
	}
	if err := known.Check(keys); err != nil {
		return err
	}
	cabinet, err := files.Open(ctx, blobAddress(cfg), keys)
	if err != nil {
		return err
	}
	defer func() { _ = cabinet.Close() }()
	since, err := owner.Since(ctx)
	if err != nil {
		return err
	}
	if err := resealFiles(ctx, cabinet, report); err != nil {
		return err
	}
	// A file whose upload was running when the keys changed is found by a second pass.
	if until := since.Add(uploadGrace(cfg)); clock.Now().Before(until) {
		report.Say(graceLine(cfg, until))
		for left := until.Sub(clock.Now()); left > 0 && ctx.Err() == nil; left = until.Sub(clock.Now()) {
			pause(ctx, min(left, 30*time.Second))
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := resealFiles(ctx, cabinet, report); err != nil {
			return err
		}
	}
	if err := owner.Finish(ctx, keys); err != nil {
		return err
	}
	if err := secret.Prune(keysDir(cfg), nil); err != nil {
		return err
	}
	report.Say("done: nothing is sealed with the old keys any more. Keep their backup as long as backups of the database that need them")
	return nil
}
