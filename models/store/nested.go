package store

import (
	"errors"
)

// InSavepoint runs fn in a savepoint of this transaction. It sends the statements that fn
// queued before it returns, so that their failure is a failure of fn.
func (t *Tx) InSavepoint(fn func() error) error {
	if err := t.Flush(); err != nil {
		return err
	}
	t.Later("savepoint", AnyRows, savepoint)
	err := fn()
	if err == nil {
		return t.Flush()
	}
	if len(t.queue) > 0 && t.queue[0].query == savepoint {
		t.queue = nil // no statement was sent yet
		return err
	}
	t.queue = nil
	if _, back := t.Exec(`ROLLBACK TO SAVEPOINT slip`); back != nil {
		return errors.Join(err, back)
	}
	return err
}
