package student

import (
	"fmt"
	"maps"

	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// writeEntry writes the month of entry (入学年月) of a record that goes to another stage: the
// stage, the year group and the month of entry begin anew, and the number stays (KT20,
// KT21). The month is September of the year group. A record that goes back to the stage
// before gets the month of that time, which the history holds. Both months are shown in the
// line of the history that is written with the record.
func writeEntry(t *store.Tx, w *RecordWrite) error {
	if w.After.Stage == w.Was.Stage {
		return nil
	}
	month, err := entryMonth(t, w)
	if err != nil {
		return err
	}
	t.Later("write the month of entry", 1, `UPDATE student SET entry_ym = ? WHERE id = ?`, month, w.Was.ID)
	w.ShownBefore, w.ShownAfter = withEntry(w.ShownBefore, w.Was.EntryYM), withEntry(w.ShownAfter, month)
	return nil
}

// entryMonth returns the month in which a record entered the stage it goes to.
func entryMonth(t *store.Tx, w *RecordWrite) (string, error) {
	var earlier []string
	err := t.DB().Raw(`SELECT before -> 'items' ->> @entry FROM student_history WHERE student_id = @id AND struck_at IS NULL AND before -> 'items' ->> @entry <> ''
			AND before ->> 'stage' = @to AND after ->> 'stage' = @from ORDER BY recorded_at DESC, id DESC LIMIT 1`,
		map[string]any{"id": w.Was.ID, "entry": roster.EntryMonth, "to": w.After.Stage, "from": w.Was.Stage}).Scan(&earlier).Error
	if err != nil {
		return "", fmt.Errorf("read the month of entry of an earlier stage: %w", err)
	}
	if back := StageOf(w.After.Stage) < StageOf(w.Was.Stage); back && len(earlier) > 0 {
		return earlier[0], nil
	}
	return fmt.Sprintf("%04d09", w.After.EntryYear), nil
}

// withEntry returns the items of a line with the month of entry among them.
func withEntry(items map[string]string, month string) map[string]string {
	all := map[string]string{string(roster.EntryMonth): month}
	maps.Copy(all, items)
	return all
}
