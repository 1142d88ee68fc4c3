package store

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/status"
)

// saveRecord gives a changed record to the one writer of records. When the record moves,
// the old school keeps a backup of it, and the paper file is tracked.
func (t *Tx) saveRecord(c *Change, h *held, after status.Record, on calendar.Date) error {
	w := &RecordWrite{
		Was: h, After: after, ChangeID: c.ID, Kind: c.Kind, AccountID: c.FiledBy, On: on,
		Identity: c.identityWrite(h, after.Identity), Items: c.values.further(), Overfull: status.Overfills(c.Kind),
	}
	w.ShownBefore, w.ShownAfter = c.values.shown()
	if !w.moves() {
		return t.writeRecord(w)
	}
	to, err := uuid.Parse(after.SchoolID)
	if err != nil {
		return err
	}
	if err := t.backup(c, h, after.SchoolID, on); err != nil { // before anything is written
		return err
	}
	if w.Path, err = t.pathFor(c, to); err != nil {
		return err
	}
	w.Followers = t.followers()
	if err := t.writeRecord(w); err != nil {
		return err
	}
	t.openHandover(c, h, to)
	return nil
}
