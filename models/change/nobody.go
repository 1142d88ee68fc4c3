package change

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/student"
)

// StuckSeat is an open task that nobody can decide: it lies with its holder, or with
// everybody who has the role at the office.
type StuckSeat struct {
	Office string `json:"office"`
	Role   string `json:"role"`
	Holder string `json:"holder"` // name of the holder; empty when the task has none
}

// StuckSeatsQuery is the SQL that returns, as JSON, the open tasks of step s that nobody can
// decide at @now.
const StuckSeatsQuery = `(SELECT json_agg(json_build_object('office', ko.name, 'role', k.role, 'holder', coalesce(h.name, '')) ORDER BY k.seat)::text
	FROM task k JOIN organisation ko ON ko.id = k.office_id LEFT JOIN LATERAL account_label(k.holder_id) h ON true
	WHERE k.change_id = s.change_id AND k.step_no = s.no AND k.round = s.round AND k.` + isOpen + ` AND NOT task_able(k.id, @now))`

// ParseStuckSeats parses the JSON of StuckSeatsQuery.
func ParseStuckSeats(text *string) ([]StuckSeat, error) {
	if text == nil {
		return nil, nil
	}
	var list []StuckSeat
	if err := json.Unmarshal([]byte(*text), &list); err != nil {
		return nil, fmt.Errorf("read the tasks nobody can decide: %w", err)
	}
	return list, nil
}

// openSeatsQuery returns the open tasks, of some changes or of all, and whether somebody can
// decide each. A task without a holder is checked by role alone; only the other tasks are
// checked person by person.
const openSeatsQuery = `SELECT k.change_id, k.step_no, k.round, k.office_id, r.mode, x.able FROM task k JOIN change c ON c.id = k.change_id
	` + StepRules + `
	CROSS JOIN LATERAL (SELECT CASE WHEN k.holder_id IS NOT NULL OR r.apart OR r.mode IS NOT NULL THEN task_able(k.id, @now)
		ELSE EXISTS (SELECT 1 FROM account a WHERE a.org_id = k.office_id AND k.role = ANY (a.roles) AND a.sealed_at IS NULL AND a.closed_at IS NULL
			AND (k.step_no = 0 OR r.own OR NOT submitted(c.id, a.id))) END AS able) x
	WHERE k.` + isOpen

// ofThese restricts openSeatsQuery to some changes. It is left out, and no parameter that
// may be null, where all changes are meant: so each of the two statements has a plan of its
// own.
const ofThese = ` AND k.change_id = ANY (CAST(@only AS uuid[]))`

// stuckStepsQuery returns the steps of some seats and whether they are stuck, that is, nobody
// can decide. Where one verdict is enough, one seat that can be decided is enough.
const stuckStepsQuery = `SELECT k.change_id, k.step_no, k.round, NOT CASE WHEN k.mode IN ('ANY', 'RATIO') THEN bool_or(k.able) ELSE bool_and(k.able) END AS stuck
	FROM seats k GROUP BY k.change_id, k.step_no, k.round, k.mode`

// notifyHeadsQuery leaves a notice for the heads and administrators of an office when nobody
// there can decide a task, once for a step and round. A step without open tasks counts
// for the step's own office.
const notifyHeadsQuery = `INSERT INTO notice (id, org_id, org_path, role, change_id, kind, step_no, round, created_at)
	SELECT gen_random_uuid(), o.id, o.path, h.role, n.change_id, @nobody, n.no, n.round, @now
	FROM (SELECT DISTINCT x.change_id, x.no, x.round, coalesce(k.office_id, x.office_id) AS office_id FROM x
		LEFT JOIN seats k ON k.change_id = x.change_id AND k.step_no = x.no AND k.round = x.round AND NOT k.able WHERE x.stuck) n
	JOIN organisation o ON o.id = n.office_id
	CROSS JOIN LATERAL unnest(CAST(CASE WHEN o.kind = 'SCHOOL' THEN @school ELSE @bureau END AS text[])) h (role) ON CONFLICT DO NOTHING`

// eligibleArgs are the arguments of the statements about people who can decide, for some
// changes or, with nil, for all changes.
func (t *Tx) eligibleArgs(only []uuid.UUID) map[string]any {
	return map[string]any{"now": t.Now(), "nobody": ObstacleNobody, "only": student.IdArray(only), "school": student.TextArray(org.Heads(true)), "bureau": student.TextArray(org.Heads(false))}
}

// IsStuck reports whether nobody can decide the open step of a change. A step without open
// tasks is stuck. The filer's transaction may ask this only about tasks that are checked
// person by person, because it cannot read the accounts of another office.
func (t *Tx) IsStuck(change uuid.UUID) (bool, error) {
	var stuck bool
	err := t.DB().Raw(`WITH seats AS (`+openSeatsQuery+ofThese+`) SELECT coalesce((SELECT a.stuck FROM (`+stuckStepsQuery+`) a), true)`, t.eligibleArgs([]uuid.UUID{change})).Scan(&stuck).Error
	if err != nil {
		return false, fmt.Errorf("look for people who can decide: %w", err)
	}
	return stuck, nil
}

// notifyHeads leaves a notice for the heads of the offices that have nobody for the step
// that has just opened.
func (t *Tx) notifyHeads(c *Change) error {
	_, err := t.Exec(`WITH seats AS (`+openSeatsQuery+ofThese+`), x AS (SELECT s.change_id, s.no, s.round, s.office_id, true AS stuck FROM step s
		WHERE s.change_id = ANY (CAST(@only AS uuid[])) AND s.`+isOpen+`) `+notifyHeadsQuery, t.eligibleArgs([]uuid.UUID{c.ID}))
	if err != nil {
		return fmt.Errorf("tell that nobody can decide: %w", err)
	}
	return nil
}

// updateObstacle updates the named problem of the open step after its seats changed.
func (t *Tx) updateObstacle(c *Change) error { return t.writeObstacles([]uuid.UUID{c.ID}) }

// RefreshObstacles updates the named problem of all open steps: an office has lost its
// last eligible person, or has one again. The heads and administrators of an office
// without such a person are told.
func (t *Tx) RefreshObstacles() error { return t.writeObstacles(nil) }

// RefreshObstaclesAt does the same for the open steps that wait for somebody at one of the
// given offices.
func (t *Tx) RefreshObstaclesAt(offices []uuid.UUID) error {
	var changes []uuid.UUID
	err := t.DB().Raw(`SELECT k.change_id FROM task k WHERE k.`+isOpen+` AND k.office_id = ANY (CAST(@offices AS uuid[]))
		UNION SELECT s.change_id FROM step s WHERE s.`+isOpen+` AND s.office_id = ANY (CAST(@offices AS uuid[]))`,
		map[string]any{"offices": student.IdArray(offices)}).Scan(&changes).Error
	if err != nil {
		return fmt.Errorf("look for steps at some offices: %w", err)
	}
	if len(changes) == 0 {
		return nil
	}
	return t.writeObstacles(changes)
}

// Staff is a digest of the people of every office who may decide: their roles, and the
// proxies that are in force. Another value for an office says that its people changed.
type Staff map[uuid.UUID]int64

// ReadStaff reads the digests of all offices (worker).
func (t *Tx) ReadStaff() (Staff, error) {
	var rows []struct {
		OrgID  uuid.UUID
		Digest int64
	}
	err := t.DB().Raw(`SELECT f.org_id, bit_xor(f.hash) AS digest FROM (
			SELECT a.org_id, hashtextextended(a.id || ' ' || array_to_string(a.roles, ' '), 0) AS hash FROM account a WHERE a.sealed_at IS NULL AND a.closed_at IS NULL
			UNION ALL
			SELECT p.org_id, hashtextextended(p.id::text, 1) FROM proxy p WHERE p.revoked_at IS NULL AND p.from_at <= @now AND @now < p.until_at
		) f GROUP BY f.org_id`, map[string]any{"now": t.Now()}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read who works at the offices: %w", err)
	}
	staff := make(Staff, len(rows))
	for _, row := range rows {
		staff[row.OrgID] = row.Digest
	}
	return staff, nil
}

// Changed returns the offices whose people differ from an earlier reading.
func (s Staff) Changed(before Staff) []uuid.UUID {
	var list []uuid.UUID
	for office, digest := range s {
		if was, known := before[office]; !known || was != digest {
			list = append(list, office)
		}
	}
	for office := range before {
		if _, known := s[office]; !known {
			list = append(list, office) // its last person has left
		}
	}
	return list
}

func (t *Tx) writeObstacles(only []uuid.UUID) error {
	seats, steps := "", ""
	if only != nil {
		seats, steps = ofThese, ` AND s.change_id = ANY (CAST(@only AS uuid[]))`
	}
	_, err := t.Exec(`WITH seats AS (`+openSeatsQuery+seats+`), asked AS (`+stuckStepsQuery+`),
		x AS (SELECT s.change_id, s.no, s.round, s.office_id, coalesce(a.stuck, true) AS stuck FROM step s
			LEFT JOIN asked a ON a.change_id = s.change_id AND a.step_no = s.no AND a.round = s.round
			WHERE s.`+isOpen+` AND s.act = '' AND s.problem IN ('', @nobody)`+steps+`),
		named AS (UPDATE step s SET problem = CASE WHEN x.stuck THEN @nobody ELSE '' END FROM x
			WHERE s.change_id = x.change_id AND s.no = x.no AND s.round = x.round AND s.problem = CASE WHEN x.stuck THEN '' ELSE @nobody END)
		`+notifyHeadsQuery, t.eligibleArgs(only))
	if err != nil {
		return fmt.Errorf("look for steps nobody can decide: %w", err)
	}
	return nil
}
