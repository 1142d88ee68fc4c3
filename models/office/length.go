package office

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// StageLength is how many years a stage takes at a school from a school year on (学制, P12).
type StageLength struct {
	Stage    org.Stage
	FromYear int
	Years    int
}

// Lengths lists the schooling lengths of a school that differ, or differed, from those of its
// province, the newest first.
func Lengths(t *store.Tx, school uuid.UUID) ([]StageLength, error) {
	var list []StageLength
	err := t.DB().Raw(`SELECT stage, from_year, years FROM schooling_length WHERE school_id = ? ORDER BY from_year DESC, stage`, school).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the schooling length of a school: %w", err)
	}
	return list, nil
}

// PolicyOf returns the policy that counts at a school today: that of its province with the
// school's own schooling length. Everything that judges a last grade asks it. Another
// office has none of its own.
func PolicyOf(t *store.Tx, school uuid.UUID, rules process.Policy) (process.Policy, error) {
	return PolicyIn(t, school, rules, rules.SchoolYearOn(t.Today()))
}

// PolicyIn is PolicyOf for a school year.
func PolicyIn(t *store.Tx, school uuid.UUID, rules process.Policy, year int) (process.Policy, error) {
	all, err := Lengths(t, school)
	if err != nil {
		return rules, err
	}
	own := map[org.Stage]int{}
	for _, l := range all { // the newest first
		if _, newer := own[l.Stage]; !newer && l.FromYear <= year {
			own[l.Stage] = l.Years
		}
	}
	return rules.OfSchool(own), nil
}

// SetLength notes how many years a stage of a school takes from a school year on, as a
// decided change says (worker). A later decision about the same school year counts.
func SetLength(t *store.Tx, school, change uuid.UUID, l StageLength) {
	t.Later("change a schooling length", 1, `INSERT INTO schooling_length (school_id, stage, from_year, years, change_id, decided_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (school_id, stage, from_year) DO UPDATE SET years = excluded.years, change_id = excluded.change_id, decided_at = excluded.decided_at`,
		school, l.Stage, l.FromYear, l.Years, change, t.Now())
}
