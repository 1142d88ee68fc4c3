package student

import (
	"github.com/xueji/xueji/models/store"
)

// writeSuspensions writes a new suspension, ends one that has ended, and gives an
// extended one its new end. An extension also clears the reminders of the old end, so
// that they are sent again for the new one.
func writeSuspensions(t *store.Tx, w *RecordWrite) {
	for i, s := range w.After.Suspensions {
		switch {
		case i >= len(w.Was.Record.Suspensions):
			t.Later("write a suspension", 1, `INSERT INTO suspension (id, student_id, org_path, change_id, reason_code, from_date, until_date, stage) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
				store.NewID(), w.Was.ID, w.Was.OrgPath, w.ChangeID, s.ReasonCode, s.From, s.Until, w.Was.Stage)
		case s.Extended > w.Was.Record.Suspensions[i].Extended:
			t.Later("extend a suspension", 1, `UPDATE suspension SET until_date = ?, extended = ?, extended_by = ?, reminded_30 = NULL, reminded_15 = NULL, expired_at = NULL
				WHERE student_id = ? AND ended_on IS NULL`, s.Until, s.Extended, w.ChangeID, w.Was.ID)
		case !s.EndedOn.IsZero() && w.Was.Record.Suspensions[i].EndedOn.IsZero():
			t.Later("end a suspension", 1, `UPDATE suspension SET ended_on = ?, ended_by = ? WHERE student_id = ? AND ended_on IS NULL`, s.EndedOn, w.ChangeID, w.Was.ID)
		}
	}
}
