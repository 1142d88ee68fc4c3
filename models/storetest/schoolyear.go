package storetest

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/schoolyear"
)

// FileTurn hands a turn of the school year in for a province, or its dry run, and gives what
// the register answers.
func (c *County) FileTurn(path string, year int, dry bool) (y *schoolyear.Turn, err error) {
	c.t.Helper()
	err = c.In(c.App, path, func(tx *change.Tx) (err error) {
		y, err = schoolyear.FileTurn(tx.Tx, schoolyear.NewTurn{Office: c.Office(path), Year: year, Dry: dry, Key: uuid.NewString(), Hash: []byte(path)})
		return err
	})
	return y, err
}

// Turn reads a turn as the worker sees it.
func (c *County) Turn(id uuid.UUID) (y *schoolyear.Turn) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *change.Tx) (err error) {
		y, err = schoolyear.ReadTurn(tx.Tx, id)
		return err
	})
	return y
}
