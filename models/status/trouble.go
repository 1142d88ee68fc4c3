package status

import (
	"slices"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// The kinds of problem status (问题学籍, domain 3.1).
const (
	IDError      = "ID_ERROR"       // the identity number is wrong
	DupWithID    = "DUP_WITH_ID"    // another record has the same number
	DupWithoutID = "DUP_WITHOUT_ID" // another record has the same name, sex and birth date, and a number does not tell them apart
)

// Finding is the problem that a corroboration is about.
type Finding struct {
	Kind string
	// Open says that the problem is not settled.
	Open bool
	// OtherPassed says that the other side was found right.
	OtherPassed bool
}

// checkCorroboration holds the rules of 佐证 (KT11, D9): the problem belongs to the
// record and is open, and of two records with one number only one can be right.
func checkCorroboration(_ Record, _ Request, f Facts) []*refusal.Error {
	switch {
	case f.Finding == nil:
		return []*refusal.Error{refusal.New(refusal.ProblemUnknown).At("/inputs/problem_id")}
	case f.Finding.Kind == DupWithID && f.Finding.OtherPassed:
		return []*refusal.Error{refusal.New(refusal.ProblemOneSide).At("/inputs/problem_id")}
	case !f.Finding.Open:
		return []*refusal.Error{refusal.New(refusal.ProblemSettled).At("/inputs/problem_id")}
	}
	return nil
}

// checkDeletion refuses to delete a record without a problem (KT13).
func checkDeletion(r Record, _ Request, _ Facts) []*refusal.Error {
	if len(r.Problems) == 0 {
		return []*refusal.Error{refusal.New(refusal.ProblemNone).At("/student_id")}
	}
	return nil
}

// checkArbitration holds the rules of 仲裁 (KT23): another school is receiving the
// pupil at this moment.
func checkArbitration(r Record, _ Request, f Facts) []*refusal.Error {
	switch {
	case f.From.ID == f.To.ID:
		return []*refusal.Error{refusal.New(refusal.TransferSameSchool).At("/pupil")}
	case f.Running == "":
		return []*refusal.Error{refusal.New(refusal.ArbitrationNothing).At("/pupil")}
	case !Contestable(f.Running):
		return []*refusal.Error{BusinessRunning.Refusal(r.Enrol, f.From, f.Running)}
	}
	return nil
}

// Contestable reports whether another school may contest a kind of change as a claim on a
// pupil.
func Contestable(kind process.Kind) bool {
	return kind != process.Arbitration && Receives(kind)
}

// Mistake is the change that a correction strikes.
type Mistake struct {
	Kind process.Kind
	// InForce says that it took effect and was not struck before.
	InForce bool
	// UndoneBy is the change that brought the record back, "" when none did.
	UndoneBy process.Kind
	// Opposites names the changes that would bring the record back.
	Opposites process.Text
	// Depends is a later change that depends on the mistaken one, or "";
	// DependsName is its name.
	Depends     process.Kind
	DependsName process.Text
	// Elsewhere names the change by which another school received the record for good:
	// the mistaken one or one that depends on it; nil when there is none.
	Elsewhere *process.Text
}

// Opposite lists the changes that undo a kind (domain 3.3).
func Opposite(kind process.Kind) []process.Kind {
	switch kind { //nolint:exhaustive // all others have none
	case process.Suspension:
		return []process.Kind{process.Reinstatement}
	case process.Reinstatement:
		return []process.Kind{process.Suspension}
	case process.Transfer, process.SeniorTransfer, process.BatchTransfer:
		return transfers()
	case process.Withdrawal, process.OtherLeaving, process.Expulsion, process.Missing:
		return []process.Kind{process.RestoreAdmission}
	case process.RestoreAdmission:
		return []process.Kind{process.Withdrawal, process.OtherLeaving, process.Expulsion, process.Missing}
	case process.GoneAbroad:
		return []process.Kind{process.ReturnFromAbroad}
	case process.ReturnFromAbroad:
		return []process.Kind{process.GoneAbroad}
	case process.DropoutReport:
		return []process.Kind{process.DropoutReturn}
	case process.DropoutReturn:
		return []process.Kind{process.DropoutReport}
	case process.Retention:
		return []process.Kind{process.Skip}
	case process.Skip:
		return []process.Kind{process.Retention}
	case process.Graduation:
		return []process.Kind{process.GraduationRollback}
	case process.GraduationRollback:
		return []process.Kind{process.Graduation}
	}
	return nil
}

// Keeps reports whether a kind that moved a record leaves it at the new school, whichever
// change undoes it: a pupil who left and was received elsewhere (恢复入学资格, 回国复学)
// leaves that school.
func Keeps(kind process.Kind) bool {
	return Moves(kind) && !slices.ContainsFunc(Opposite(kind), Moves)
}

// EndsWith reports whether a later change is part of an earlier one and ends with it, as
// the extension (续休) of a mistaken suspension does.
func EndsWith(kind, later process.Kind) bool {
	return kind == process.Suspension && later == process.SuspensionExtension
}

// Restores reports whether the correction of a kind gives the record its former state
// back, because there is no opposite change: only for a death (死亡).
func Restores(kind process.Kind) bool { return kind == process.Death }

// checkCorrection holds the rules of 异动纠错 (KT72, W18): the district strikes a change
// only after the opposite change has brought the pupil back.
func checkCorrection(r Record, _ Request, f Facts) []*refusal.Error {
	const at = "/inputs/case_no"
	m := f.Mistake
	switch {
	case m == nil:
		return []*refusal.Error{refusal.New(refusal.CorrectionUnknown).At(at)}
	case !m.InForce:
		return []*refusal.Error{refusal.New(refusal.CorrectionNotInForce).At(at)}
	case m.Elsewhere != nil:
		return []*refusal.Error{refusal.New(refusal.CorrectionElsewhere).At(at).WithText("kind", m.Elsewhere.Zh, m.Elsewhere.En)}
	case m.Depends != "":
		return []*refusal.Error{refusal.New(refusal.CorrectionDepends).At(at).WithText("kind", m.DependsName.Zh, m.DependsName.En)}
	case Restores(m.Kind):
		if r.Enrol != Deceased {
			return []*refusal.Error{refusal.New(refusal.CorrectionNotInForce).At(at)}
		}
	case len(Opposite(m.Kind)) == 0:
		return []*refusal.Error{refusal.New(refusal.CorrectionNoOpposite).At(at)}
	case m.UndoneBy == "":
		return []*refusal.Error{refusal.New(refusal.CorrectionNotUndone).At(at).WithText("kinds", m.Opposites.Zh, m.Opposites.En)}
	}
	return nil
}

// Alters reports whether a kind changes the state of a record. Other kinds depend on no
// earlier change, and no later change depends on them.
func Alters(kind process.Kind) bool {
	switch kind { //nolint:exhaustive // all others do
	case process.KeyDataChange, process.ProblemCorroboration, process.Arbitration, process.ChangeCorrection, process.RosterImport:
		return false
	}
	return true
}
