package casework

import (
	"context"
	"fmt"
	"sync"

	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// mostTroubled is how many jobs one answer names; the counts name all that were read.
const mostTroubled = 200

// StuckJob is a job that does not get on.
type StuckJob struct {
	job.Job

	Finding Finding
}

// Fill returns the values for sentences about this job.
func (s StuckJob) Fill() Fill {
	fill := Fill{}
	fill.job(&s.Job)
	return fill
}

// job gives the values of a job: its ID, what it is, how far it is, since when, and why it
// cannot go on.
func (f Fill) job(j *job.Job) {
	f["job"], f["job_zh"], f["job_en"] = j.ID.String(), j.Kind.Text().Zh, j.Kind.Text().En
	f["done"], f["moved"] = fmt.Sprintf("%d/%d", j.RowsDone, j.RowCount), Stamp(j.MovedAt)
	if j.Problem != "" {
		f["why_zh"], f["why_en"] = reason(j.Problem, refusal.Chinese), reason(j.Problem, refusal.English)
	}
}

// reasons has the sentences of all refusals; they are part of the program.
var reasons = sync.OnceValues(refusal.LoadCatalogue)

// reason is the sentence of a refusal, which says what to do about it.
func reason(code refusal.Code, lang refusal.Language) string {
	sentences, err := reasons()
	if err != nil {
		return string(code)
	}
	return sentences.Sentence(refusal.New(code), lang)
}

// ofJobs reports whether a finding is about jobs.
func (f Finding) ofJobs() bool { return f == FindJobFailed || f == FindJobStopped || f == FindJobStuck }

// jobs names the jobs that do not get on. The register knows all of it.
func (l *look) jobs(ctx context.Context) error {
	var list []job.Job
	err := l.within(ctx, func(tx *store.Tx) (err error) {
		list, err = job.Troubled(tx, mostTroubled)
		return err
	})
	if err != nil {
		return err
	}
	for _, j := range list {
		f := Finding(j.Trouble(l.a.Now))
		l.a.Counts[f]++
		if l.q.Only == "" || l.q.Only == f {
			l.a.Jobs = append(l.a.Jobs, StuckJob{Job: j, Finding: f})
		}
	}
	return nil
}

// jobWordings are the texts about jobs.
func jobWordings() map[Finding]wording {
	return map[Finding]wording{
		FindJobFailed: {
			ActResumeJob, process.Text{Zh: "批量任务未能完成", En: "A job has failed"},
			process.Text{
				Zh: "批量任务（{job_zh}）未能完成，停在 {done} 行：{why_zh}",
				En: "The job \"{job_en}\" has failed at {done} rows: {why_en}",
			},
		},
		FindJobStopped: {
			ActResumeJob, process.Text{Zh: "批量任务已停止，业务尚未办结", En: "A job was stopped and its change is still open"},
			process.Text{
				Zh: "批量任务（{job_zh}）已被停止，停在 {done} 行；业务须等其余各行办完才办结。",
				En: "The job \"{job_en}\" was stopped at {done} rows; its change stays open until the other rows are done.",
			},
		},
		FindJobStuck: {
			ActWatchJob, process.Text{Zh: "批量任务没有进展", En: "A job does not get on"},
			process.Text{
				Zh: "批量任务（{job_zh}）自 {moved} 起没有进展，停在 {done} 行。",
				En: "The job \"{job_en}\" has not got on since {moved}; it stands at {done} rows.",
			},
		},
	}
}
