package figures

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Month is how many changes of a kind came into force in a month. Changes that were struck
// by a correction do not count.
type Month struct {
	Month   string // such as 2026-11
	Kind    process.Kind
	Changes int
}

// Months counts the changes that an office and those below have filed, by the month in which
// they came into force.
func Months(t *store.Tx, office uuid.UUID, since calendar.Date) ([]Month, error) {
	var list []Month
	err := t.DB().Raw(`SELECT to_char(c.effective_on, 'YYYY-MM') AS month, c.kind, count(*) AS changes FROM change c
		WHERE c.org_id = ANY (ARRAY(SELECT x.id FROM organisation o JOIN organisation x ON x.path <@ o.path WHERE o.id = @office))
			AND c.effective_on >= @since AND c.status = 'EFFECTIVE' AND c.struck_at IS NULL
		GROUP BY 1, 2 ORDER BY 1, 2`, map[string]any{"office": office, "since": since}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("count changes by month: %w", err)
	}
	return list, nil
}

// Pace is how the steps of a role got on: how many were done, how many of them in time, and
// the working days that half of them took at most.
type Pace struct {
	Role   org.Role
	Done   int
	InTime int
	Median int
}

// Paces tells the pace of every role at an office and at those below, of the steps that were
// done since a day. The day on which a step opens is not counted, as for its deadline.
func Paces(t *store.Tx, office uuid.UUID, since calendar.Date) ([]Pace, error) {
	var rows []struct {
		Role               org.Role
		OpenedOn, ClosedOn calendar.Date
		InTime             bool
		Steps              int
	}
	if err := t.DB().Raw(`SELECT * FROM steps_done(?, ?)`, office, since.Start()).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the pace of steps: %w", err)
	}
	days := map[org.Role]map[int]int{}
	of := map[org.Role]*Pace{}
	for _, r := range rows {
		p := of[r.Role]
		if p == nil {
			p, days[r.Role] = &Pace{Role: r.Role}, map[int]int{}
			of[r.Role] = p
		}
		p.Done += r.Steps
		if r.InTime {
			p.InTime += r.Steps
		}
		days[r.Role][t.Workdays().WorkdaysBetween(r.OpenedOn, r.ClosedOn)] += r.Steps
	}
	list := []Pace{}
	for _, role := range org.Roles() {
		if p := of[role]; p != nil {
			p.Median = median(days[role], p.Done)
			list = append(list, *p)
		}
	}
	return list, nil
}

// median is the value that half of so many counted values do not exceed.
func median(counts map[int]int, all int) int {
	seen := 0
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		if seen += counts[value]; 2*seen >= all {
			return value
		}
	}
	return 0
}
