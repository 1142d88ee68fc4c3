package kinds

import (
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/schooling"
	"github.com/xueji/xueji/models/schoolyear"
)

// JobWorks gives the works of all kinds of jobs. Open reads uploaded sheets.
func JobWorks(open registration.SheetOpener) map[job.JobKind]job.JobWork {
	return map[job.JobKind]job.JobWork{
		job.JobRosterCheck: registration.RosterCheckJob{Open: open}, job.JobRosterEnrol: registration.RosterEnrolJob{},
		job.JobYearTurn: schoolyear.TurnJob{}, job.JobYearTurnUndo: schoolyear.UndoJob{},
		job.JobSchoolMerger: schooling.MergerJob{Followers: Followers()},
	}
}
