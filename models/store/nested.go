package store

import (
	"errors"
)

// InSavepoint runs fn in a savepoint of this transaction. It sends the statements that fn
// queued before it returns, so that their failure is a failure of fn. When fn fails,
// everything inside the savepoint is taken back and the transaction goes on.
func (t *Tx) InSavepoint(fn func() error) error {
	if err := t.Flush(); err != nil {
		return err
	}
	t.Later("savepoint", AnyRows, savepoint)
	err := fn()
	if err != nil && len(t.queue) > 0 && t.queue[0].query == savepoint {
		t.queue = nil // no statement was sent yet
		return err
	}
	if err == nil {
		err = t.Flush()
	}
	if err == nil {
		return nil
	}
	t.queue = nil
	if _, back := t.Exec(`ROLLBACK TO SAVEPOINT slip`); back != nil {
		return errors.Join(err, back)
	}
	return err
}
