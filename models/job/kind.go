package job

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// JobKind is what a job (批量任务) is about. It is written into the register and into
// histories of Temporal, and never changes.
type JobKind string

// The kinds.
const (
	// JobRosterCheck checks a large sheet that was uploaded (大名册分批校验).
	JobRosterCheck JobKind = "ROSTER_CHECK"
	// JobRosterEnrol makes records of the pupils of a large roster (大名册分批入籍).
	JobRosterEnrol JobKind = "ROSTER_ENROL"
	// JobYearTurn turns the school year of a province (毕业升级).
	JobYearTurn JobKind = "YEAR_TURN"
	// JobYearTurnUndo takes a turn of the school year back (撤销毕业升级).
	JobYearTurnUndo JobKind = "YEAR_TURN_UNDO"
	// JobSchoolMerger moves the records of a school to the one that absorbs it (学校合并).
	JobSchoolMerger JobKind = "SCHOOL_MERGER"
	// JobIdentityCheck asks the population database about records of a province (身份认证).
	JobIdentityCheck JobKind = "IDENTITY_CHECK"
)

// JobKinds lists every kind of job in a fixed order.
func JobKinds() []JobKind {
	return []JobKind{JobRosterCheck, JobRosterEnrol, JobYearTurn, JobYearTurnUndo, JobSchoolMerger, JobIdentityCheck}
}

// Text is the name of the kind in both languages.
func (k JobKind) Text() process.Text {
	switch k {
	case JobRosterCheck:
		return process.Text{Zh: "大名册分批校验", En: "Check of a large roster"}
	case JobRosterEnrol:
		return process.Text{Zh: "大名册分批入籍", En: "Enrolment of a large roster"}
	case JobYearTurn:
		return process.Text{Zh: "毕业升级", En: "Turn of the school year"}
	case JobYearTurnUndo:
		return process.Text{Zh: "撤销毕业升级", En: "Undoing of a turn of the school year"}
	case JobSchoolMerger:
		return process.Text{Zh: "学校合并", En: "Merger of two schools"}
	case JobIdentityCheck:
		return process.Text{Zh: "身份认证", En: "Identity check of records"}
	}
	return process.Text{Zh: string(k), En: string(k)}
}

// JobWork is what a kind of job does that the job cannot know. A new kind is one
// constant above and one JobWork.
type JobWork interface {
	// Part does the rows of one part. It runs under the worker role in one transaction,
	// together with the note that the part is done, so it is done once. A refusal stops
	// the job until a person resumes it; any other error makes the part be tried again.
	Part(tx *store.Tx, j *Job, p *JobPart) error
}

// JobFinisher is a JobWork that has something to do when its last part is done, in the
// transaction of that part.
type JobFinisher interface {
	Finish(tx *change.Tx, j *Job) error
}

// JobAsker is a JobWork whose parts need answers from outside of the register. Ask reads what
// it asks in a transaction of its own, asks outside of any, and returns the work that
// writes the answers as the part. A part that is tried again asks again.
type JobAsker interface {
	Ask(ctx context.Context, s *store.Store, j *Job, p *JobPart) (JobWork, error)
}

// JobStopper is a JobWork that takes back what its parts did when the job stops before it
// is done, in the transaction that stops it. Its parts are done anew when it is resumed.
type JobStopper interface {
	Stopped(tx *store.Tx, j *Job) error
}

// JobGentle is a JobWork on so many rows that it takes minutes or hours. A worker rests
// between its parts (store.Bulk.Share), so that a clerk hardly notices it.
type JobGentle interface{ Gentle() }

// JobRunner does the parts of jobs (worker). It knows a work for every kind.
type JobRunner struct{ works map[JobKind]JobWork }

// NewJobRunner takes the works of all kinds. It refuses a kind without a work and a work
// of a kind that is not in JobKinds: a job that was filed must not find nobody to do it.
func NewJobRunner(works map[JobKind]JobWork) (*JobRunner, error) {
	for _, kind := range JobKinds() {
		if works[kind] == nil {
			return nil, fmt.Errorf("no work for jobs of the kind %q", kind)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(works)) {
		if !slices.Contains(JobKinds(), kind) {
			return nil, fmt.Errorf("a work for jobs of the unknown kind %q", kind)
		}
	}
	return &JobRunner{works: works}, nil
}
