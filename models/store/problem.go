package store

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
)

// The states of a problem (问题学籍) of a record.
const (
	ProblemOpen         = "OPEN"
	ProblemCorroborated = "CORROBORATED"
	ProblemCleared      = "CLEARED"
)

// problemFollowers lists what follows a record to another school of the tables of
// problems: the problem is then a matter of the school that has the pupil.
func problemFollowers() []Follower {
	return []Follower{{Table: "student_problem", Record: "student_id", Path: "org_path"}}
}

// problemLock is the advisory lock under which problems are written: they are
// written on two records at once, whatever the transaction began with. It is taken
// before any record is locked, so nobody waits in a circle.
const problemLock = 0x7875656a6970

func (t *Tx) lockProblems() error {
	if _, err := t.exec(`SELECT pg_advisory_xact_lock(?)`, int64(problemLock)); err != nil {
		return fmt.Errorf("hold the problems of records: %w", err)
	}
	return nil
}

// Dedupe looks the whole register through for the doubles of records that were
// written, or whose identity was, since it last did (查重, KT02, KT10; worker). It
// takes a batch and says how many records that were; none means that all is done.
// Both sides of a pair are flagged, each once. Repeating it changes nothing.
func (t *Tx) Dedupe(most int) (looked int, err error) {
	if err := t.lockProblems(); err != nil {
		return 0, err
	}
	var ids []uuid.UUID
	if err := t.db.Raw(`SELECT id FROM student WHERE deduped_at IS NULL ORDER BY id LIMIT ?`, most).Scan(&ids).Error; err != nil {
		return 0, fmt.Errorf("look for records to dedupe: %w", err)
	}
	return len(ids), t.examine(ids, uuid.Nil)
}

// ForgetDedupe makes the register look at every record again (worker): after rules
// or data changed in a way that no change of a record tells.
func (t *Tx) ForgetDedupe(most int) (left int64, err error) {
	return t.searchAllDoublesAgain(most)
}

// live are the records that count as somebody's: deleted ones and drafts do not,
// nor do those of the dead.
const live = `enrol_status NOT IN ('DELETED', 'DECEASED', 'DRAFT', 'PENDING_SCHOOL', 'PENDING_BUREAU')`

// alike says, of records a and b, that they have one number, or one name, sex and
// birth date where two numbers of identity cards do not tell them apart.
const alike = `CASE kind WHEN 'DUP_WITH_ID' THEN a.id_hash = b.id_hash
	ELSE a.name_key = b.name_key AND a.sex = b.sex AND a.birth_date = b.birth_date AND coalesce(a.id_hash <> b.id_hash, true)
		AND NOT (a.id_type = '1' AND b.id_type = '1' AND a.id_hash IS NOT NULL AND b.id_hash IS NOT NULL) END`

// examine brings the problems of some records in line with what the register says
// now, in the transaction of whatever changed them: what is gone is cleared, what
// is found is flagged on both sides, and the flags that rules read follow. The
// caller holds the lock of problems; change is what brought it about, or nil.
func (t *Tx) examine(ids []uuid.UUID, change uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	args := map[string]any{"ids": ids, "now": t.now, "change": orNull(change)}
	_, err := t.exec(`UPDATE student_problem p SET state = 'CLEARED', cleared_at = @now, cleared_by = @change
		WHERE p.state <> 'CLEARED' AND (p.student_id IN @ids OR p.other_student_id IN @ids) AND CASE
			WHEN p.kind = 'ID_ERROR' THEN EXISTS (SELECT 1 FROM student a WHERE a.id = p.student_id AND (NOT a.`+live+` OR a.identity_state = 'MATCH'))
			WHEN p.other_student_id IS NULL THEN EXISTS (SELECT 1 FROM student a WHERE a.id = p.student_id AND NOT a.`+live+`)
			ELSE NOT EXISTS (SELECT 1 FROM student a JOIN student b ON b.id = p.other_student_id WHERE a.id = p.student_id AND a.`+live+` AND b.`+live+` AND `+alike+`) END`, args)
	if err != nil {
		return fmt.Errorf("clear problems of records: %w", err)
	}
	var found []struct {
		ID      uuid.UUID
		OrgID   uuid.UUID
		OrgPath string
	}
	err = t.db.Raw(`WITH pair AS (
			SELECT 'DUP_WITH_ID' AS kind, a.id AS a, b.id AS b FROM student a JOIN student b ON b.id_hash = a.id_hash AND b.id <> a.id
				WHERE a.id IN @ids AND a.`+live+` AND b.`+live+`
			UNION ALL
			SELECT k.kind, a.id, b.id FROM (SELECT 'DUP_WITHOUT_ID') k (kind) CROSS JOIN student a JOIN student b ON b.name_key = a.name_key AND b.id <> a.id
				WHERE a.id IN @ids AND a.`+live+` AND b.`+live+` AND `+alike+`),
		side AS (SELECT kind, a, b FROM pair UNION SELECT kind, b, a FROM pair
			UNION ALL SELECT 'ID_ERROR', id, NULL FROM student WHERE id IN @ids AND `+live+` AND identity_state IN ('NOT_FOUND', 'MISMATCH', 'CANCELLED_BY_POLICE'))
		INSERT INTO student_problem (id, student_id, org_path, kind, other_student_id, found_at, state)
			SELECT gen_random_uuid(), s.id, s.org_path, side.kind, side.b, @now, 'OPEN' FROM side JOIN student s ON s.id = side.a ORDER BY s.id, side.kind, side.b
		ON CONFLICT DO NOTHING RETURNING id, (SELECT school_id FROM student WHERE id = student_id) AS org_id, org_path::text AS org_path`, args).Scan(&found).Error
	if err != nil {
		return fmt.Errorf("find problems of records: %w", err)
	}
	for _, p := range found {
		t.later("leave a notice", anyRows, `INSERT INTO notice (id, org_id, org_path, role, problem_id, kind, step_no, round, created_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?) ON CONFLICT DO NOTHING`,
			newID(), p.OrgID, p.OrgPath, org.SchoolRegistrar, p.ID, noticeProblem, t.now)
	}
	paired, err := t.pairedWith(ids)
	if err != nil {
		return err
	}
	if err := t.settleDoubles(paired); err != nil {
		return err
	}
	return t.writeFlags(paired, ids)
}

// noticeProblem is the notice that a problem was found.
const noticeProblem = "PROBLEM_FOUND"

// raiseFlags makes the flags of records, and of those they are paired with, follow
// their problems. A flag that was raised by other means stays.
func (t *Tx) raiseFlags(ids []uuid.UUID) error {
	paired, err := t.pairedWith(ids)
	if err != nil {
		return err
	}
	return t.writeFlags(paired, ids)
}

// pairedWith gives records with those they are, or were, a pair with, in the order of
// their IDs.
func (t *Tx) pairedWith(ids []uuid.UUID) ([]uuid.UUID, error) {
	var all []uuid.UUID
	err := t.db.Raw(`SELECT DISTINCT p.other_student_id FROM student_problem p WHERE p.student_id IN ? AND p.other_student_id IS NOT NULL
		UNION SELECT p.student_id FROM student_problem p WHERE p.other_student_id IN ?`, ids, ids).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("raise the flags of records: %w", err)
	}
	all = append(all, ids...)
	slices.SortFunc(all, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(all), nil
}

// writeFlags holds records in the order of their IDs, as the dedupe run does, and hands
// to the writer the flags that follow from their problems. Looked are those that the
// search for doubles has looked at itself.
func (t *Tx) writeFlags(ids, looked []uuid.UUID) error {
	var rows []struct {
		ID    uuid.UUID
		Flags string
	}
	err := t.db.Raw(`SELECT s.id, array_to_json(ARRAY(SELECT f.kind FROM (
			SELECT unnest(s.problem_flags) AS kind EXCEPT SELECT p.kind FROM student_problem p WHERE p.student_id = s.id
			UNION SELECT p.kind FROM student_problem p WHERE p.student_id = s.id AND p.state = 'OPEN') f ORDER BY f.kind))::text AS flags
		FROM student s WHERE s.id IN ? ORDER BY s.id FOR UPDATE OF s`, ids).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("raise the flags of records: %w", err)
	}
	marks := make([]RecordMarks, len(rows))
	for i, row := range rows {
		marks[i] = RecordMarks{ID: row.ID, Looked: slices.Contains(looked, row.ID)}
		if err := json.Unmarshal([]byte(row.Flags), &marks[i].Flags); err != nil {
			return fmt.Errorf("raise the flags of records: %w", err)
		}
	}
	return t.writeMarks(marks)
}
