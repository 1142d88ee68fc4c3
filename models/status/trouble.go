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

// Finding is the problem a corroboration is about.
type Finding struct {
	Kind string
	// Open says that it still stands against the record.
	Open bool
	// OtherPassed says that the other side was found right.
	OtherPassed bool
}

// checkCorroboration holds the rules of 佐证 (KT11, D9): what is corroborated stands
// against the record, and of two records with one number only one can be right.
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

// checkDeletion refuses to delete a record nothing stands against (KT13).
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

// Contestable says whether a kind of change is a claim on a pupil that another
// school may contest.
func Contestable(kind process.Kind) bool {
	return kind != process.Arbitration && Receives(kind)
}

// Mistake is the change a correction is about.
type Mistake struct {
	Kind process.Kind
	// InForce says that it took effect and was not struck before.
	InForce bool
	// UndoneBy is the change that brought the record back, "" when none did.
	UndoneBy process.Kind
	// Opposites names the changes that would bring it back.
	Opposites process.Text
	// Depends is a later change that rests on the mistaken one, "" when none does;
	// DependsName is what people call it.
	Depends     process.Kind
	DependsName process.Text
	// Elsewhere names the change by which another school received the record for good,
	// the mistaken one or one that rests on it; nil when none did.
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
	}
	return nil
}

// Keeps says whether a kind that moved a record leaves it at the new school whatever
// undoes it: who left and was received elsewhere (恢复入学资格, 回国复学) leaves that school.
func Keeps(kind process.Kind) bool {
	return Moves(kind) && !slices.ContainsFunc(Opposite(kind), Moves)
}

// EndsWith says whether a later change is part of an earlier one and ends with it: the
// extension (续休) of a suspension that should not have been.
func EndsWith(kind, later process.Kind) bool {
	return kind == process.Suspension && later == process.SuspensionExtension
}

// Restores says whether correcting a kind gives the record its former state back,
// because nothing else can: a death (死亡) has no opposite.
func Restores(kind process.Kind) bool { return kind == process.Death }

// checkCorrection holds the rules of 异动纠错 (KT72, W18): the district strikes a
// change only after the opposite one has brought the pupil back.
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

// Alters says whether a kind changes where a record stands in its life; the others
// rest on nothing that came before and nothing rests on them.
func Alters(kind process.Kind) bool {
	switch kind { //nolint:exhaustive // all others do
	case process.KeyDataChange, process.ProblemCorroboration, process.Arbitration, process.ChangeCorrection, process.RosterImport:
		return false
	}
	return true
}
