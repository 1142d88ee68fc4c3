package problem

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

const (
	// identityPart is how many records a part asks about: a few seconds at the usual rate.
	identityPart = 50
	// identityMost is how many records one job asks about; more wait for the next one.
	identityMost = 50_000
	// askAgain is after how long a record that did not pass is asked about once more. The
	// household office may have mended what was wrong, and tells no school (P22).
	askAgain = 30 * 24 * time.Hour
)

// dueForCheck is the SQL condition that the population database is asked about a record s:
// it was never asked, or it did not confirm the record and that is long ago.
const dueForCheck = `s.identity_state NOT IN ('MATCH', 'NOT_APPLICABLE') AND s.id_type = '` + citizenCard + `' AND s.id_hash IS NOT NULL AND s.` + liveRecord + `
	AND NOT EXISTS (SELECT 1 FROM identity_check k WHERE k.student_id = s.id AND k.asked_at > @again AND s.identity_state <> 'UNCHECKED')`

const citizenCard = "1" // 居民身份证, of the items id_type

// FileIdentityChecks files a job for every province that has records to ask the population
// database about, and returns how many (worker). A province whose last job is not done, or
// was stopped by a person, gets none.
func FileIdentityChecks(t *store.Tx) (filed int, err error) {
	var provinces []struct {
		ID           uuid.UUID
		Path         string
		ProvinceCode string
	}
	err = t.DB().Raw(`SELECT o.id, o.path::text AS path, o.province_code FROM organisation o WHERE o.kind = ?
		AND NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = ? AND j.subject_id = o.id AND j.state <> ?) ORDER BY o.path`,
		org.Province, job.JobIdentityCheck, job.JobDone).Scan(&provinces).Error
	if err != nil {
		return 0, fmt.Errorf("look for provinces with identities to check: %w", err)
	}
	for _, p := range provinces {
		var ids []uuid.UUID
		err := t.DB().Raw(`SELECT s.id FROM student s WHERE `+dueForCheck+` AND s.org_path <@ CAST(@path AS ltree) ORDER BY s.id LIMIT @most`,
			map[string]any{"again": t.Now().Add(-askAgain), "path": p.Path, "most": identityMost}).Scan(&ids).Error
		if err != nil {
			return filed, fmt.Errorf("look for identities to check: %w", err)
		}
		if len(ids) == 0 {
			continue
		}
		n := job.NewJob{Kind: job.JobIdentityCheck, Org: p.ID, OrgPath: p.Path, Province: p.ProvinceCode, Subject: p.ID, EffectiveOn: t.Today(), Parts: identityParts(len(ids))}
		if err := fileQuestions(t, n, ids); err != nil {
			return filed, err
		}
		filed++
	}
	return filed, nil
}

// identityParts cuts so many questions into parts.
func identityParts(questions int) (parts []job.JobRange) {
	for first := 1; first <= questions; first += identityPart {
		last := min(first+identityPart-1, questions)
		parts = append(parts, job.JobRange{First: int64(first), Last: int64(last), Rows: last - first + 1})
	}
	return parts
}

// fileQuestions files a job and numbers the records it asks about.
func fileQuestions(t *store.Tx, n job.NewJob, ids []uuid.UUID) error {
	id, err := job.FileJob(t, n)
	if err != nil {
		return err
	}
	rows := make([][]any, len(ids))
	for i, one := range ids {
		rows[i] = []any{i + 1, one}
	}
	if err := t.CopyTemporary("asked_record", "no int, student_id uuid", []string{"no", "student_id"}, rows); err != nil {
		return err
	}
	if _, err := t.Exec(`INSERT INTO identity_question (job_id, no, student_id) SELECT ?, no, student_id FROM asked_record`, id); err != nil {
		return fmt.Errorf("number the identities to check: %w", err)
	}
	return nil
}

// writeMatch writes that the identity of a record is the one which a step of its change
// asked about: had it not matched, the change would have been refused. A change that asked
// nothing, or about a document that the population database does not know, writes nothing.
func writeMatch(t *store.Tx, c *change.Change, record uuid.UUID) error {
	kept, err := t.Exec(`INSERT INTO identity_check (id, student_id, org_path, asked_at, answer, change_id)
		SELECT @id, s.id, s.org_path, coalesce(k.closed_at, @now), @match, k.change_id FROM student s
			JOIN step k ON k.change_id = @change AND k.act = @act AND k.status <> 'CANCELLED'
		WHERE s.id = @record AND s.id_type = '`+citizenCard+`' AND s.id_hash IS NOT NULL
		ORDER BY k.round DESC, k.no DESC LIMIT 1 ON CONFLICT DO NOTHING`,
		map[string]any{"id": store.NewID(), "now": t.Now(), "match": ident.AnswerMatch, "change": c.ID, "act": process.ActIdentity, "record": record})
	if err != nil {
		return fmt.Errorf("keep an answer of the population database: %w", err)
	}
	if kept == 0 {
		return nil
	}
	return student.WriteIdentityStates(t, []student.IdentityMark{{ID: record, State: student.IdentityMatch}})
}
