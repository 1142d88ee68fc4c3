package job

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
)

// JobRange is the rows of one part, numbered as the kind of job counts them.
type JobRange struct {
	First, Last int64
	Rows        int
}

// NewJob is a job that is to be filed.
type NewJob struct {
	Kind        JobKind
	Org         uuid.UUID
	OrgPath     string
	Province    string
	Subject     uuid.UUID
	Change      uuid.UUID // zero when no change takes effect by it
	CaseNo      string
	EffectiveOn calendar.Date
	FiledBy     uuid.UUID // zero: the system
	Parts       []JobRange
}

// FileJob writes a job with its parts. The worker files what follows from a decision; the
// application files only the check of a sheet, which a person hands in (law 2). Its workflow is started by whoever filed
// it, and by the relay when that fails: the row is its own outbox.
func FileJob(t *store.Tx, n NewJob) (uuid.UUID, error) {
	if !slices.Contains(JobKinds(), n.Kind) || len(n.Parts) == 0 {
		return uuid.Nil, fmt.Errorf("a job of the kind %q with %d parts cannot be filed", n.Kind, len(n.Parts))
	}
	id := store.NewID()
	_, err := t.Exec(`INSERT INTO job (id, kind, org_id, org_path, province_code, subject_id, change_id, case_no, effective_on, filed_by, created_at)
		VALUES (?, ?, ?, ?::ltree, ?, ?, ?, ?, ?, ?, ?)`, id, n.Kind, n.Org, n.OrgPath, n.Province, n.Subject, store.OrNull(n.Change), n.CaseNo,
		n.EffectiveOn, store.OrNull(n.FiledBy), t.Now())
	if err != nil {
		return id, fmt.Errorf("file a job: %w", err)
	}
	rows, total := make([][]any, len(n.Parts)), 0
	for i, p := range n.Parts {
		rows[i] = []any{i + 1, p.First, p.Last, p.Rows}
		total += p.Rows
	}
	if err := t.CopyTemporary("filed_part", "no int, first_no bigint, last_no bigint, rows int", []string{"no", "first_no", "last_no", "rows"}, rows); err != nil {
		return id, err
	}
	_, err = t.Exec(`INSERT INTO job_part (job_id, no, org_path, first_no, last_no, rows) SELECT ?, no, ?::ltree, first_no, last_no, rows FROM filed_part`, id, n.OrgPath)
	if err != nil {
		return id, fmt.Errorf("file the parts of a job: %w", err)
	}
	return id, t.AuditAs(n.FiledBy, "job.start", "job", id.String(),
		map[string]string{"kind": string(n.Kind), "parts": strconv.Itoa(len(n.Parts)), "rows": strconv.Itoa(total)})
}

// Unfinished reads the job of a kind that works on a subject and is not done; nil when
// there is none.
func Unfinished(t *store.Tx, kind JobKind, subject uuid.UUID) (*Job, error) {
	var j Job
	err := t.DB().Raw(`SELECT `+jobColumns+` WHERE j.kind = ? AND j.subject_id = ? AND j.state <> ?`, kind, subject, JobDone).Take(&j).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // everything is done
	}
	if err != nil {
		return nil, fmt.Errorf("read the job of a subject: %w", err)
	}
	return &j, nil
}

// JobOf reads the job by which a change takes effect.
func JobOf(t *store.Tx, change uuid.UUID) (*Job, error) {
	var j Job
	if err := t.DB().Raw(`SELECT `+jobColumns+` WHERE j.change_id = ?`, change).Take(&j).Error; err != nil {
		return nil, fmt.Errorf("read the job of a change: %w", err)
	}
	return &j, nil
}
