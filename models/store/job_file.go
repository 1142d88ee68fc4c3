package store

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
)

// JobRange is the rows of one part, numbered as the kind of job counts them.
type JobRange struct {
	First, Last int64
	Rows        int
}

// newJob is a job that is to be filed.
type newJob struct {
	kind        JobKind
	org         uuid.UUID
	orgPath     string
	province    string
	subject     uuid.UUID
	change      uuid.UUID // zero when no change takes effect by it
	caseNo      string
	effectiveOn calendar.Date
	filedBy     uuid.UUID // zero: the system
	parts       []JobRange
}

// fileJob writes a job with its parts (worker). Its workflow is started by whoever filed
// it, and by the relay when that fails: the row is its own outbox.
func (t *Tx) fileJob(n newJob) (uuid.UUID, error) {
	if !slices.Contains(JobKinds(), n.kind) || len(n.parts) == 0 {
		return uuid.Nil, fmt.Errorf("a job of the kind %q with %d parts cannot be filed", n.kind, len(n.parts))
	}
	id := newID()
	_, err := t.exec(`INSERT INTO job (id, kind, org_id, org_path, province_code, subject_id, change_id, case_no, effective_on, filed_by, created_at)
		VALUES (?, ?, ?, ?::ltree, ?, ?, ?, ?, ?, ?, ?)`, id, n.kind, n.org, n.orgPath, n.province, n.subject, orNull(n.change), n.caseNo,
		n.effectiveOn, orNull(n.filedBy), t.now)
	if err != nil {
		return id, fmt.Errorf("file a job: %w", err)
	}
	rows, total := make([][]any, len(n.parts)), 0
	for i, p := range n.parts {
		rows[i] = []any{i + 1, p.First, p.Last, p.Rows}
		total += p.Rows
	}
	if err := t.copyTemporary("filed_part", "no int, first_no bigint, last_no bigint, rows int", []string{"no", "first_no", "last_no", "rows"}, rows); err != nil {
		return id, err
	}
	_, err = t.exec(`INSERT INTO job_part (job_id, no, org_path, first_no, last_no, rows) SELECT ?, no, ?::ltree, first_no, last_no, rows FROM filed_part`, id, n.orgPath)
	if err != nil {
		return id, fmt.Errorf("file the parts of a job: %w", err)
	}
	return id, t.auditAs(n.filedBy, "job.start", "job", id.String(),
		map[string]string{"kind": string(n.kind), "parts": strconv.Itoa(len(n.parts)), "rows": strconv.Itoa(total)})
}

// JobOf reads the job by which a change takes effect.
func (t *Tx) JobOf(change uuid.UUID) (*Job, error) {
	var j Job
	if err := t.db.Raw(`SELECT `+jobColumns+` WHERE j.change_id = ?`, change).Take(&j).Error; err != nil {
		return nil, fmt.Errorf("read the job of a change: %w", err)
	}
	return &j, nil
}
