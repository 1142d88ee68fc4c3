package refusal

// Codes about jobs (批量任务).
const (
	JobEnded   Code = "job_ended"   // everything is done
	JobStopped Code = "job_stopped" // it does not run
	JobRuns    Code = "job_runs"    // nothing stands in its way
)
