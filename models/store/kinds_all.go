package store

import (
	"slices"

	"github.com/xueji/xueji/models/process"
)

// All returns the one list of the kinds of change, each with its Work.
func All() Works {
	plain := RecordWork{}
	yearGroup := RecordWork{Facts: (*Tx).gradeFacts}
	return Works{
		process.Suspension:          plain,
		process.SuspensionExtension: plain,
		process.Reinstatement:       plain,
		process.Withdrawal:          plain,
		process.Expulsion:           plain,
		process.Missing:             plain,
		process.OtherLeaving:        plain,
		process.GoneAbroad:          plain,
		process.DropoutReport:       plain,
		process.DropoutReturn:       RecordWork{Facts: absence},
		process.Retention:           yearGroup,
		process.Skip:                yearGroup,
		process.GraduationRollback:  plain,
		process.Death:               deathKind(),

		process.RosterImport:       rosterWork{},
		process.NewRecordImmigrant: newRecordWork{},

		process.Transfer:            receivedKind(paperBeforeArrival),
		process.RestoreAdmission:    receivedKind(leftForMismatch),
		process.ReturnFromAbroad:    receivedKind(nil),
		process.PostGraduationStudy: receivedKind(appliedBefore),
		process.SeniorTransfer:      sentKind(),
		process.BatchTransfer:       listWork{},

		process.KeyDataChange: examined(keyDataKind()),

		process.ProblemCorroboration: corroborationKind(),
		process.ProblemDeletion:      deletionKind(),
		process.Arbitration:          arbitrationKind(),
		process.ChangeCorrection:     correctionKind(),
	}
}

// Followers gives what follows a record to another school: the tables of all subjects.
func Followers() []Follower { return slices.Concat(recordFollowers(), problemFollowers()) }
