package contract

import "context"

// QueueBulk is the task queue of all jobs and their parts. Workers of it have their own
// options and their own small connection pool, so that no clerk waits for a job.
const QueueBulk = "bulk"

// WorkflowJob is the name of the workflow of jobs of every kind.
const WorkflowJob = "Job"

// Names of the activities of jobs. They are written into histories and never change.
const (
	ActivityJobStand = "JobStand"
	ActivityJobPart  = "JobPart"
)

// JobWorkflowID is the ID of the workflow that runs a job: "job/<uuid>".
func JobWorkflowID(jobID string) string { return "job/" + jobID }

// JobInput starts the workflow of a job. Everything else is read from PostgreSQL.
type JobInput struct {
	JobID string `json:"job_id"`
	// Kind and Province become search attributes.
	Kind     string `json:"kind"`
	Province string `json:"province"`
}

// JobRequest asks where a job stands.
type JobRequest struct {
	JobID string `json:"job_id"`
}

// JobPartRequest asks for one part of a job.
type JobPartRequest struct {
	JobID string `json:"job_id"`
	Part  int    `json:"part"`
}

// JobPosition is where a job stands according to PostgreSQL. Every activity returns it.
type JobPosition struct {
	// Closed says that the job does not run: it is done, failed or stopped.
	Closed bool   `json:"closed"`
	Status string `json:"status"`
	// Part is the number of the part to do next.
	Part      int `json:"part,omitempty"`
	Parts     int `json:"parts"`
	PartsDone int `json:"parts_done"`
	Rows      int `json:"rows"`
	RowsDone  int `json:"rows_done"`
	// ChangeID is the change that takes effect by the job and is told when it does not run
	// any more; empty when there is none.
	ChangeID string `json:"change_id,omitempty"`
}

// JobActivities touch the world for a job. Each is safe to repeat.
type JobActivities interface {
	// JobStand counts what people said to the job and reads where it stands.
	JobStand(ctx context.Context, r JobRequest) (JobPosition, error)
	// JobPart does one part in one transaction, unless it is done or the job does not run.
	JobPart(ctx context.Context, r JobPartRequest) (JobPosition, error)
}
