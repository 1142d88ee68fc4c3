package job

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// JobState is where a job stands.
type JobState string

// The states of a job.
const (
	JobRunning   JobState = "RUNNING"
	JobDone      JobState = "DONE"
	JobFailed    JobState = "FAILED"    // a part cannot be done; the job says why
	JobCancelled JobState = "CANCELLED" // stopped by a person between two parts
)

// Text is the word a clerk knows the state by, in both languages.
func (s JobState) Text() process.Text {
	switch s {
	case JobRunning:
		return process.Text{Zh: "进行中", En: "running"}
	case JobDone:
		return process.Text{Zh: "已完成", En: "done"}
	case JobFailed:
		return process.Text{Zh: "未能完成", En: "failed"}
	case JobCancelled:
		return process.Text{Zh: "已停止", En: "cancelled"}
	}
	return process.Text{Zh: string(s), En: string(s)}
}

// Job is long work on many rows, cut into parts of one transaction each.
type Job struct {
	ID           uuid.UUID
	Kind         JobKind
	OrgID        uuid.UUID
	OrgPath      string
	OrgName      string
	ProvinceCode string
	SubjectID    uuid.UUID // what is worked on; the kind says what that is
	// ChangeID is the change that takes effect by the job, CaseNo its number.
	ChangeID    *uuid.UUID
	CaseNo      string
	EffectiveOn time.Time // the day as of which every part is written
	FiledBy     *uuid.UUID
	State       JobState
	Problem     refusal.Code // why it failed
	CreatedAt   time.Time
	EndedAt     *time.Time
	Version     int64
	JobProgress `gorm:"embedded"`
	// Asked are words of people that the worker has not counted yet.
	CancelAsked, ResumeAsked bool
	// MovedAt is when the job last got on: it was filed, a part was done, or it was resumed.
	MovedAt time.Time
}

// JobProgress is how far a job is.
type JobProgress struct {
	Parts     int
	PartsDone int
	RowCount  int
	RowsDone  int
	Worked    float64 // seconds the parts took that are done
	NextPart  int     // 0 when all are done
}

// Rate is how many rows a second the parts took that are done; 0 before the first.
func (p JobProgress) Rate() float64 {
	if p.Worked <= 0 {
		return 0
	}
	return float64(p.RowsDone) / p.Worked
}

// Remaining is how long the parts that are left will take at that rate; false before
// the first part is done.
func (p JobProgress) Remaining() (time.Duration, bool) {
	rate := p.Rate()
	if rate == 0 {
		return 0, false
	}
	return store.Seconds(float64(p.RowCount-p.RowsDone) / rate).Round(time.Second), true
}

// JobPart is one part of a job: so many rows, numbered as the kind counts them.
type JobPart struct {
	JobID   uuid.UUID
	No      int
	FirstNo int64
	LastNo  int64
	Rows    int
	DoneAt  *time.Time
}

// TableName is the table of the parts.
func (JobPart) TableName() string { return "job_part" }

const jobColumns = `j.id, j.kind, j.org_id, j.org_path::text AS org_path, o.name AS org_name, j.province_code, j.subject_id, j.change_id, j.case_no,
	j.effective_on, j.filed_by, j.state, j.problem, j.created_at, j.ended_at, j.version, p.parts, p.parts_done, p.row_count, p.rows_done, p.worked, p.next_part,
	EXISTS (SELECT 1 FROM job_word w WHERE w.job_id = j.id AND w.outcome = ` + pendingWord + ` AND w.verb = ` + cancelWord + `) AS cancel_asked,
	EXISTS (SELECT 1 FROM job_word w WHERE w.job_id = j.id AND w.outcome = ` + pendingWord + ` AND w.verb = ` + resumeWord + `) AS resume_asked,
	greatest(j.created_at, p.part_at, (SELECT max(w.settled_at) FROM job_word w WHERE w.job_id = j.id AND w.outcome = ` + countedWord + ` AND w.verb = ` + resumeWord + `)) AS moved_at
	FROM job j JOIN organisation o ON o.id = j.org_id CROSS JOIN LATERAL (SELECT count(*) AS parts, count(q.done_at) AS parts_done,
		coalesce(sum(q.rows), 0) AS row_count, coalesce(sum(q.rows) FILTER (WHERE q.done_at IS NOT NULL), 0) AS rows_done,
		coalesce(extract(epoch FROM sum(q.took)), 0)::float8 AS worked, coalesce(min(q.no) FILTER (WHERE q.done_at IS NULL), 0) AS next_part,
		max(q.done_at) AS part_at
		FROM job_part q WHERE q.job_id = j.id) p`

// ReadJob reads one job; what is outside the scope is not_found.
func ReadJob(t *store.Tx, id uuid.UUID) (*Job, error) {
	var j Job
	if err := t.DB().Raw(`SELECT `+jobColumns+` WHERE j.id = ?`, id).Take(&j).Error; err != nil {
		return nil, store.OrMissing(err, "read a job")
	}
	return &j, nil
}

// JobFilter narrows a list of jobs; empty fields do not.
type JobFilter struct {
	Kind   JobKind
	State  JobState
	Change uuid.UUID
}

// Jobs lists the jobs in scope, newest first, at most so many after the given one
// (uuid.Nil begins).
func Jobs(t *store.Tx, f JobFilter, after uuid.UUID, most int) ([]Job, error) {
	var list []Job
	err := t.DB().Raw(`SELECT `+jobColumns+` WHERE (@kind = '' OR j.kind = @kind) AND (@state = '' OR j.state = @state)
			AND (CAST(@change AS uuid) IS NULL OR j.change_id = @change)
			AND (CAST(@after AS uuid) IS NULL OR (j.created_at, j.id) < (SELECT a.created_at, a.id FROM job a WHERE a.id = @after))
		ORDER BY j.created_at DESC, j.id DESC LIMIT @most`, map[string]any{
		"kind": f.Kind, "state": f.State, "change": store.OrNull(f.Change), "after": store.OrNull(after), "most": most,
	}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return list, nil
}

// JobParts gives the parts of a job in order, at most so many after a number.
func JobParts(t *store.Tx, id uuid.UUID, after, most int) ([]JobPart, error) {
	var list []JobPart
	if err := t.DB().Where("job_id = ? AND no > ?", id, after).Order("no").Limit(most).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("read the parts of a job: %w", err)
	}
	return list, nil
}
