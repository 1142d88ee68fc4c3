package pupillist

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RefuseBusy returns a refusal for each line whose pupil is held by another change (异动中)
// or whose death is being reported, in the order of the lines. Pupils holds the pupil of
// each line, uuid.Nil for a line without one.
func RefuseBusy(t *store.Tx, pupils []uuid.UUID) ([]*refusal.Error, error) {
	busy, err := Busy(t, pupils)
	if err != nil {
		return nil, err
	}
	list := make([]*refusal.Error, len(busy))
	for i, line := range busy {
		list[i] = change.ChangeInProgress(nil).At(Pointer(line, "/student_id"))
	}
	return list, nil
}

// IDs returns the record of each line, uuid.Nil for a line without one.
func IDs(held []*student.PupilRow) []uuid.UUID {
	ids := make([]uuid.UUID, len(held))
	for i, h := range held {
		if h != nil {
			ids[i] = h.ID
		}
	}
	return ids
}

// Busy returns the lines whose pupils are held by another change or whose death is being
// reported, in their order.
func Busy(t *store.Tx, pupils []uuid.UUID) ([]int, error) {
	lines, keys := map[string]int{}, []string{}
	for i, id := range pupils {
		if id == uuid.Nil {
			continue
		}
		for _, key := range []string{student.StudentSlot(id), student.DeathSlot(id), student.BesideSlot(id)} {
			lines[key], keys = i, append(keys, key)
		}
	}
	var taken []string
	if err := t.DB().Raw(`SELECT slots_held(CAST(? AS text[]))`, student.TextArray(keys)).Scan(&taken).Error; err != nil {
		return nil, fmt.Errorf("look for running changes: %w", err)
	}
	list := make([]int, len(taken))
	for i, key := range taken {
		list[i] = lines[key]
	}
	slices.Sort(list)
	return slices.Compact(list), nil // one pupil may hold several slots
}

// Barred returns, by pupil, the refusal for business that has priority over a list (worker):
// a death, before an arbitration.
func Barred(t *store.Tx, pupils []uuid.UUID) (map[uuid.UUID]*refusal.Error, error) {
	owner, keys := map[string]uuid.UUID{}, []string{}
	for _, id := range pupils {
		for _, key := range []string{student.DeathSlot(id), student.ArbitrationSlot(id)} {
			owner[key], keys = id, append(keys, key)
		}
	}
	var taken []string
	if err := t.DB().Raw(`SELECT key FROM slot WHERE key = ANY (CAST(? AS text[])) ORDER BY key`, student.TextArray(keys)).Scan(&taken).Error; err != nil {
		return nil, fmt.Errorf("look for business that goes before: %w", err)
	}
	barred := map[uuid.UUID]*refusal.Error{}
	for _, key := range taken { // a death overwrites an arbitration
		code := refusal.ArbitrationRunning
		if strings.HasPrefix(key, "death/") {
			code = refusal.DeathFiled
		}
		barred[owner[key]] = refusal.New(code)
	}
	return barred, nil
}
