package kinds

import (
	"slices"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/keydata"
	"github.com/xueji/xueji/models/placing"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/schooling"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// All returns the one list of the kinds of change, each with its Work.
func All() change.Works {
	plain := change.RecordWork{}
	yearGroup := change.RecordWork{Facts: readGradeFacts}
	return change.Works{
		process.Suspension:          plain,
		process.SuspensionExtension: plain,
		process.Reinstatement:       plain,
		process.Withdrawal:          plain,
		process.Expulsion:           plain,
		process.Missing:             plain,
		process.OtherLeaving:        plain,
		process.GoneAbroad:          plain,
		process.DropoutReport:       plain,
		process.DropoutReturn:       change.RecordWork{Facts: readAbsence},
		process.Retention:           yearGroup,
		process.Skip:                yearGroup,
		process.Death:               deathKind(),

		process.Graduation:         graduation.ListWork{},
		process.GraduationRollback: rollbackKind(),

		process.RosterImport:       registration.RosterWork{},
		process.NewRecordImmigrant: registration.NewRecordWork{},

		process.Transfer:            transfer.ReceivedKind(transfer.PaperBeforeArrival),
		process.RestoreAdmission:    transfer.ReceivedKind(transfer.LeftForMismatch),
		process.ReturnFromAbroad:    transfer.ReceivedKind(nil),
		process.PostGraduationStudy: studyAfarKind(),
		process.SeniorTransfer:      transfer.SentKind(),
		process.BatchTransfer:       transfer.ListWork{},

		process.ClassChange:     placing.ListWork{},
		process.ClassAssignment: placing.ListWork{},
		process.GradeAdjustment: plain,

		process.SelfEnrolment:        enrolment.Work{},
		process.UnifiedEnrolment:     enrolment.Work{},
		process.EnrolmentWithdrawal:  enrolment.WithdrawalKind(),
		process.AdmissionArbitration: admissionArbitrationKind(),

		process.KeyDataChange: problem.WithDedupe(keydata.KeyDataKind()),

		process.ProblemCorroboration: problem.CorroborationKind(),
		process.ProblemDeletion:      problem.DeletionKind(),
		process.Arbitration:          arbitrationKind(),
		process.ChangeCorrection:     correctionKind(),

		process.PlanChange:            schooling.PlanWork{},
		process.SchoolingLengthChange: schooling.LengthWork{},
		process.SchoolMerger:          mergerKind(),
	}
}

// Followers gives what follows a record to another school: the tables of all subjects.
func Followers() []student.Follower {
	return slices.Concat(student.RecordFollowers(), problem.ProblemFollowers())
}
