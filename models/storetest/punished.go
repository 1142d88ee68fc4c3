package storetest

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/student"
)

// Punished records a punishment of a pupil, as the school reports it.
func (c *County) Punished(path string, pupil uuid.UUID) {
	c.t.Helper()
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		_, err := student.RecordPunishment(tx.Tx, student.NewPunishment{Student: pupil, Level: "2", DecidedOn: c.App.Clock().Today(),
			DocumentNo: "示例字〔2026〕3号", Key: uuid.NewString(), Hash: pupil[:]})
		return err
	})
}
