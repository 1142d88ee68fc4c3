package problem

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// The states of a problem (问题学籍) of a record.
const (
	StateOpen         = "OPEN"
	StateCorroborated = "CORROBORATED"
	StateCleared      = "CLEARED"
)

// The words of the register in the text of statements. They stand in the text and not
// among the parameters: an index of open problems serves a plan only when the word is
// known to the plan.
const (
	openWord         = `'` + StateOpen + `'`
	corroboratedWord = `'` + StateCorroborated + `'`
	clearedWord      = `'` + StateCleared + `'`
	idErrorWord      = `'` + status.IDError + `'`
	dupWithIDWord    = `'` + status.DupWithID + `'`
	dupWithoutIDWord = `'` + status.DupWithoutID + `'`
)

// ProblemFollowers lists the tables of problems and of answers of the population database
// whose rows follow a record to another school, because they are then a matter of the new
// school.
func ProblemFollowers() []student.Follower {
	return []student.Follower{{Table: "student_problem", Record: "student_id", Path: "org_path"}, {Table: "identity_check", Record: "student_id", Path: "org_path"}}
}

// problemLock is the advisory lock for writing problems, because one problem is written
// on two records. It is taken before any record is locked, so there is no deadlock.
const problemLock = 0x7875656a6970

func lockProblems(t *store.Tx) error {
	if _, err := t.Exec(`SELECT pg_advisory_xact_lock(?)`, int64(problemLock)); err != nil {
		return fmt.Errorf("hold the problems of records: %w", err)
	}
	return nil
}

// Dedupe looks through the register for doubles of records that were written, or whose
// identity was, since the last search (查重, KT02, KT10; worker). It takes one batch and
// returns its number of records; 0 means that all is done. Both sides of a pair are
// flagged, each once. A repeated call changes nothing.
func Dedupe(t *store.Tx, most int) (looked int, err error) {
	if err := lockProblems(t); err != nil {
		return 0, err
	}
	var ids []uuid.UUID
	if err := t.DB().Raw(`SELECT id FROM student WHERE deduped_at IS NULL ORDER BY id LIMIT ?`, most).Scan(&ids).Error; err != nil {
		return 0, fmt.Errorf("look for records to dedupe: %w", err)
	}
	return len(ids), updateProblems(t, ids, uuid.Nil)
}

// liveRecord is the SQL condition for records that belong to a living pupil in the register:
// not deleted, not deceased and no draft.
const liveRecord = `enrol_status NOT IN ('` + string(status.Deleted) + `', '` + string(status.Deceased) + `', '` + string(status.Draft) + `', '` + string(status.PendingSchool) + `', '` + string(status.PendingBureau) + `')`

// sameIdentity is the SQL condition that records a and b have one number, or one name, sex and
// birth date while no two numbers of identity cards tell them apart.
const sameIdentity = `CASE kind WHEN ` + dupWithIDWord + ` THEN a.id_hash = b.id_hash
	ELSE a.name_key = b.name_key AND a.sex = b.sex AND a.birth_date = b.birth_date AND coalesce(a.id_hash <> b.id_hash, true)
		AND NOT (a.id_type = '1' AND b.id_type = '1' AND a.id_hash IS NOT NULL AND b.id_hash IS NOT NULL) END`

// likelyRows are the pairs that are likely of one pupil, in the text of a statement.
const likelyRows = `jsonb_to_recordset(CAST(@likely AS jsonb)) AS n (a uuid, b uuid, score smallint, signs text[])`

// updateProblems updates the problems of some records, in the transaction that changed the
// records: problems that are gone are cleared, found ones are flagged on both sides, and
// the flags that rules read follow. The caller holds the lock of problems. Change is the
// change that caused it, or uuid.Nil.
func updateProblems(t *store.Tx, ids []uuid.UUID, change uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	likely, err := likelyDoubles(t, ids)
	if err != nil {
		return err
	}
	text, err := pairsJSON(likely)
	if err != nil {
		return err
	}
	args := map[string]any{"ids": ids, "now": t.Now(), "change": store.OrNull(change), "likely": text}
	_, err = t.Exec(`UPDATE student_problem p SET state = `+clearedWord+`, cleared_at = @now, cleared_by = @change
		WHERE p.state <> `+clearedWord+` AND (p.student_id IN @ids OR p.other_student_id IN @ids) AND CASE
			WHEN p.kind = `+idErrorWord+` THEN EXISTS (SELECT 1 FROM student a WHERE a.id = p.student_id AND (NOT a.`+liveRecord+` OR a.identity_state IN ('MATCH', 'NOT_APPLICABLE')))
			WHEN p.other_student_id IS NULL THEN EXISTS (SELECT 1 FROM student a WHERE a.id = p.student_id AND NOT a.`+liveRecord+`)
			ELSE NOT EXISTS (SELECT 1 FROM student a JOIN student b ON b.id = p.other_student_id WHERE a.id = p.student_id AND a.`+liveRecord+` AND b.`+liveRecord+` AND `+sameIdentity+`)
				AND NOT (p.kind = `+dupWithoutIDWord+` AND EXISTS (SELECT 1 FROM `+likelyRows+` WHERE n.a = p.student_id AND n.b = p.other_student_id)) END`, args)
	if err != nil {
		return fmt.Errorf("clear problems of records: %w", err)
	}
	var found []struct {
		ID      uuid.UUID
		OrgID   uuid.UUID
		OrgPath string
	}
	err = t.DB().Raw(`WITH pair AS (
			SELECT `+dupWithIDWord+` AS kind, a.id AS a, b.id AS b FROM student a JOIN student b ON b.id_hash = a.id_hash AND b.id <> a.id
				WHERE a.id IN @ids AND a.`+liveRecord+` AND b.`+liveRecord+`
			UNION ALL
			SELECT k.kind, a.id, b.id FROM (SELECT `+dupWithoutIDWord+`) k (kind) CROSS JOIN student a JOIN student b ON b.name_key = a.name_key AND b.id <> a.id
				WHERE a.id IN @ids AND a.`+liveRecord+` AND b.`+liveRecord+` AND `+sameIdentity+`
			UNION ALL
			SELECT `+dupWithoutIDWord+`, n.a, n.b FROM `+likelyRows+`),
		side AS (SELECT kind, a, b FROM pair UNION SELECT kind, b, a FROM pair
			UNION ALL SELECT `+idErrorWord+`, id, NULL FROM student WHERE id IN @ids AND `+liveRecord+` AND identity_state IN ('NOT_FOUND', 'MISMATCH', 'CANCELLED_BY_POLICE'))
		INSERT INTO student_problem (id, student_id, org_path, kind, other_student_id, found_at, state, score, signs)
			SELECT gen_random_uuid(), s.id, s.org_path, side.kind, side.b, @now, `+openWord+`, n.score, coalesce(n.signs, '{}') FROM side JOIN student s ON s.id = side.a
				LEFT JOIN (SELECT DISTINCT ON (n.a, n.b) n.* FROM `+likelyRows+`) n ON n.a = side.a AND n.b = side.b AND side.kind = `+dupWithoutIDWord+`
			ORDER BY s.id, side.kind, side.b
		ON CONFLICT DO NOTHING RETURNING id, (SELECT school_id FROM student WHERE id = student_id) AS org_id, org_path::text AS org_path`, args).Scan(&found).Error
	if err != nil {
		return fmt.Errorf("find problems of records: %w", err)
	}
	for _, p := range found {
		t.Later("leave a notice", store.AnyRows, `INSERT INTO notice (id, org_id, org_path, role, problem_id, kind, step_no, round, created_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?) ON CONFLICT DO NOTHING`,
			store.NewID(), p.OrgID, p.OrgPath, org.SchoolRegistrar, p.ID, noticeProblem, t.Now())
	}
	paired, err := pairedWith(t, ids)
	if err != nil {
		return err
	}
	if err := student.SettleDoubles(t, paired); err != nil {
		return err
	}
	return writeFlags(t, paired, ids)
}

// noticeProblem is the notice that a problem was found.
const noticeProblem = "PROBLEM_FOUND"

// updateFlags sets the flags of records, and of the records paired with them, by their
// problems. A flag that was set in another way stays.
func updateFlags(t *store.Tx, ids []uuid.UUID) error {
	paired, err := pairedWith(t, ids)
	if err != nil {
		return err
	}
	return writeFlags(t, paired, ids)
}

// pairedWith returns records together with the records that are, or were, paired with
// them, in the order of their IDs.
func pairedWith(t *store.Tx, ids []uuid.UUID) ([]uuid.UUID, error) {
	var all []uuid.UUID
	err := t.DB().Raw(`SELECT DISTINCT p.other_student_id FROM student_problem p WHERE p.student_id IN ? AND p.other_student_id IS NOT NULL
		UNION SELECT p.student_id FROM student_problem p WHERE p.other_student_id IN ?`, ids, ids).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("raise the flags of records: %w", err)
	}
	all = append(all, ids...)
	slices.SortFunc(all, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(all), nil
}

// writeFlags locks the records whose marks change, in the order of their IDs, and passes
// the flags that follow from their problems to the writer. Other records are not written,
// because a search through the whole register would write each of them anew. Looked are
// the records that the search for doubles has checked itself.
func writeFlags(t *store.Tx, ids, looked []uuid.UUID) error {
	var rows []struct {
		ID    uuid.UUID
		Flags string
	}
	err := t.DB().Raw(`SELECT s.id, array_to_json(f.flags)::text AS flags FROM student s CROSS JOIN LATERAL (SELECT ARRAY(SELECT f.kind FROM (
			SELECT unnest(s.problem_flags) AS kind EXCEPT SELECT p.kind FROM student_problem p WHERE p.student_id = s.id
			UNION SELECT p.kind FROM student_problem p WHERE p.student_id = s.id AND p.state = `+openWord+`) f ORDER BY f.kind) AS flags) f
		WHERE s.id IN @ids AND (s.problem_flags IS DISTINCT FROM f.flags OR s.deduped_at IS NULL AND s.id IN @looked OR NOT `+student.MarkedAs("s", "f.flags")+`)
		ORDER BY s.id FOR UPDATE OF s`, map[string]any{"ids": ids, "looked": append(looked, uuid.Nil)}).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("raise the flags of records: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	marks := make([]student.ProblemMarks, len(rows))
	for i, row := range rows {
		marks[i] = student.ProblemMarks{ID: row.ID, Looked: slices.Contains(looked, row.ID)}
		if err := json.Unmarshal([]byte(row.Flags), &marks[i].Flags); err != nil {
			return fmt.Errorf("raise the flags of records: %w", err)
		}
	}
	return student.WriteMarks(t, marks)
}
