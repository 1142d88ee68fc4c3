package change

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/student"
)

// SaveRecord gives a changed record to the one writer of records. When the record moves,
// the old school keeps a backup of it, and the paper file is tracked.
func (t *Tx) SaveRecord(c *Change, h *student.PupilRow, after status.Record, on calendar.Date) error {
	w := &student.RecordWrite{
		Was: h, After: after, ChangeID: c.ID, Kind: c.Kind, AccountID: c.FiledBy, On: on,
		Identity: c.identityWrite(h, after.Identity), Items: c.Values.otherItems(), Overfull: status.Overfills(c.Kind),
	}
	w.ShownBefore, w.ShownAfter = c.Values.asShown()
	if !w.Moves() {
		return student.WriteRecord(t.Tx, w)
	}
	to, err := uuid.Parse(after.SchoolID)
	if err != nil {
		return err
	}
	if err := t.keepBackup(c, h, after.SchoolID, on); err != nil { // before anything is written
		return err
	}
	if w.Path, err = t.receivingPath(c, to); err != nil {
		return err
	}
	w.Followers = t.followers()
	if err := student.WriteRecord(t.Tx, w); err != nil {
		return err
	}
	t.openPaperFile(c, h, to)
	return nil
}
