// Package status knows the facets of a student record (学籍), which change may
// follow which, and what each change does to a record.
//
// It is pure: the caller reads the facts, status decides, the caller writes.
// A kind of change that does something new to a record costs one case in
// ruleOf and one function here.
package status

import (
	"slices"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// Enrol is the life-cycle facet (domain 3.2).
type Enrol string

// The K-12 life-cycle states.
const (
	Draft          Enrol = "DRAFT"           // 未上报
	PendingSchool  Enrol = "PENDING_SCHOOL"  // 待学校审核
	PendingBureau  Enrol = "PENDING_BUREAU"  // 待主管部门审核
	Enrolled       Enrol = "ENROLLED"        // 在读
	Suspended      Enrol = "SUSPENDED"       // 休学
	Withdrawn      Enrol = "WITHDRAWN"       // 退学
	Expelled       Enrol = "EXPELLED"        // 开除
	Missing        Enrol = "MISSING"         // 失踪
	OtherLeft      Enrol = "OTHER_LEFT"      // 其他离校
	Abroad         Enrol = "ABROAD"          // 出国
	TransferredOut Enrol = "TRANSFERRED_OUT" // 转学（转出）
	Graduated      Enrol = "GRADUATED"       // 毕业
	Completed      Enrol = "COMPLETED"       // 结业
	Incomplete     Enrol = "INCOMPLETE"      // 肄业
	Deceased       Enrol = "DECEASED"        // 死亡
	Deleted        Enrol = "DELETED"         // 已删除
)

// Label is the Chinese word a clerk knows the state by.
func (e Enrol) Label() string {
	switch e {
	case Draft:
		return "未上报"
	case PendingSchool:
		return "待学校审核"
	case PendingBureau:
		return "待主管部门审核"
	case Enrolled:
		return "在读"
	case Suspended:
		return "休学"
	case Withdrawn:
		return "退学"
	case Expelled:
		return "开除"
	case Missing:
		return "失踪"
	case OtherLeft:
		return "其他离校"
	case Abroad:
		return "出国"
	case TransferredOut:
		return "转学（转出）"
	case Graduated:
		return "毕业"
	case Completed:
		return "结业"
	case Incomplete:
		return "肄业"
	case Deceased:
		return "死亡"
	case Deleted:
		return "已删除"
	}
	return string(e)
}

// Standing is what follows from a life-cycle state for the other facets
// (domain 3.2, columns "in register", "on campus", "takes a seat").
type Standing struct{ InRegister, OnCampus, HoldsSeat bool }

// Standing gives what a state means for register, campus and seat.
func (e Enrol) Standing() Standing {
	switch e {
	case Enrolled:
		return Standing{InRegister: true, OnCampus: true, HoldsSeat: true}
	case Suspended:
		return Standing{InRegister: true}
	case Draft, PendingSchool, PendingBureau, Withdrawn, Expelled, Missing, OtherLeft, Abroad,
		TransferredOut, Graduated, Completed, Incomplete, Deceased, Deleted:
		return Standing{}
	}
	return Standing{}
}

// Record is the part of a student record that changes look at and act on.
type Record struct {
	Enrol    Enrol
	Standing Standing
	Stage    org.Stage
	// EntryYear is the year group (cohort) the pupil belongs to.
	EntryYear int
	SchoolID  string
	ClassID   string
	// Problems are unresolved findings of dedupe and identity check (问题学籍).
	Problems []string
	// Suspensions of this stage, oldest first.
	Suspensions []Suspension
	// Punished says that a punishment (处分) stands and was not cancelled.
	Punished bool
	// Dropout says that the pupil stays away from school (辍学, domain 3.2): a flag,
	// because the record is kept.
	Dropout bool
	// Identity is who the record is about; changes of key data look at it.
	Identity Identity
}

// Suspension (休学) is one period of absence with the record kept.
type Suspension struct {
	ReasonCode string
	From       calendar.Date
	Until      calendar.Date
	// EndedOn is zero while the suspension lasts.
	EndedOn calendar.Date
	// Extended counts its extensions (续休); each is as good as a suspension.
	Extended int
}

// Class is a class a change wants to place the pupil in.
type Class struct {
	ID        string
	SchoolID  string
	Stage     org.Stage
	EntryYear int
	Capacity  int
	Occupied  int
	Closed    bool
}

// Request is what the applicant asked for.
type Request struct {
	Kind   process.Kind
	Inputs map[string]string
	// Evidence lists the kinds of papers that are attached.
	Evidence []string
	// Values are the key items a change of key data writes, by their field names.
	Values map[string]string
	// Items counts the further items of the sheet the change writes, which were
	// judged by the rules of the sheet.
	Items int
}

func (r Request) has(evidence string) bool { return slices.Contains(r.Evidence, evidence) }

// Facts are what the decision needs to know beside the record.
type Facts struct {
	Today  calendar.Date
	Policy process.Policy
	// Starting is set while the change is being filed: windows and freezes refuse
	// starts and never what is running (domain 3.7, rule 4).
	Starting bool
	// Filed is the day of the filing: an emergency is judged as of it.
	Filed calendar.Date
	// Class is the class named in the inputs, nil when there is none of that ID.
	Class *Class

	// Final is set while the last decision applies the change.
	Final bool
	// AppliedBefore says that the receiving school applied for the pupil before.
	AppliedBefore bool
	// PaperBeforeArrival says that the pupil came to the old school after the day of
	// the paper procedure.
	PaperBeforeArrival bool
	// StageMismatch says that the pupil left because the record stands in another
	// stage than the pupil (KT66).
	StageMismatch bool

	// Of a change between schools: the two schools, the policy of the releasing
	// side, and the kind of change that holds the pupil, "" when none but this one does.
	From, To  School
	Releasing process.Policy
	Running   process.Kind

	// Finding is the problem of a corroboration, Mistake the change of a correction;
	// nil where there is none of the name that was given.
	Finding *Finding
	Mistake *Mistake

	// AbsentSince is the first day of the absence a return from a dropout ends; zero
	// where nobody reported one.
	AbsentSince calendar.Date

	// Of a change of the year group: how many pupils of the record's year group the
	// school has, how many of them repeat this school year, and whether the pupil
	// skipped a grade of this stage before.
	GradeSize, Repeaters int
	Skipped              bool
}
