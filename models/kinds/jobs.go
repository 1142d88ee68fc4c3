package kinds

import (
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/registration"
)

// JobWorks gives the works of all kinds of jobs.
func JobWorks() map[job.JobKind]job.JobWork {
	return map[job.JobKind]job.JobWork{job.JobRosterEnrol: registration.RosterEnrolJob{}}
}
