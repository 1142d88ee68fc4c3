package kinds

import (
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/schooling"
	"github.com/xueji/xueji/models/schoolyear"
)

// JobWorks gives the works of all kinds of jobs. Open reads uploaded sheets, ask asks the
// population database.
func JobWorks(open registration.SheetOpener, ask problem.IdentityAsker) map[job.JobKind]job.JobWork {
	return map[job.JobKind]job.JobWork{
		job.JobRosterCheck: registration.RosterCheckJob{Open: open}, job.JobRosterEnrol: registration.RosterEnrolJob{},
		job.JobYearTurn: schoolyear.TurnJob{}, job.JobYearTurnUndo: schoolyear.UndoJob{},
		job.JobSchoolMerger:  schooling.MergerJob{Followers: Followers()},
		job.JobIdentityCheck: problem.IdentityCheckJob{Asker: ask},
	}
}
