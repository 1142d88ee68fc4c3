// Package status knows the facets of a student record (学籍), the order in which changes
// may follow each other, and the effect of each change on a record.
//
// It is pure: the caller reads the facts, status decides, the caller writes. A kind of
// change with a new effect on a record costs one case in ruleOf and one function here.
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

// Label returns the Chinese word by which clerks know the state.
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

// Standing holds the facets that follow from a life-cycle state (domain 3.2, columns "in
// register", "on campus", "takes a seat").
type Standing struct{ InRegister, OnCampus, HoldsSeat bool }

// Standing returns the facets that follow from the state.
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

// Record is the part of a student record that changes read and write.
type Record struct {
	Enrol    Enrol
	Standing Standing
	Stage    org.Stage
	// EntryYear is the year group (cohort) of the pupil.
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
	// Identity is the person of the record, for changes of key data.
	Identity Identity
}

// Suspension (休学) is one period of absence with the record kept.
type Suspension struct {
	ReasonCode string
	From       calendar.Date
	Until      calendar.Date
	// EndedOn is zero while the suspension lasts.
	EndedOn calendar.Date
	// Extended counts its extensions (续休); each counts like a suspension.
	Extended int
}

// Class is a class in which a change wants to place the pupil.
type Class struct {
	ID        string
	SchoolID  string
	Stage     org.Stage
	EntryYear int
	Capacity  int
	Occupied  int
	Closed    bool
}

// Request is the application: kind, inputs, evidence and values.
type Request struct {
	Kind   process.Kind
	Inputs map[string]string
	// Evidence lists the kinds of papers that are attached.
	Evidence []string
	// Values are the key items that a change of key data writes, by field name.
	Values map[string]string
	// Items is the number of further items of the sheet that the change writes. They were
	// judged by the rules of the sheet.
	Items int
}

func (r Request) has(evidence string) bool { return slices.Contains(r.Evidence, evidence) }

// Facts are the facts beside the record that a decision needs.
type Facts struct {
	Today  calendar.Date
	Policy process.Policy
	// Starting says that the change is being filed. Windows and freezes refuse the
	// start of a change and never a running one (domain 3.7, rule 4).
	Starting bool
	// Filed is the day of the filing, as of which an emergency is judged.
	Filed calendar.Date
	// Class is the class named in the inputs, nil when there is none of that ID.
	Class *Class

	// Final says that the last decision is applying the change.
	Final bool
	// AppliedBefore says that the receiving school applied for the pupil before.
	AppliedBefore bool
	// PaperBeforeArrival says that the pupil came to the old school only after the day of
	// the paper procedure.
	PaperBeforeArrival bool
	// StageMismatch says that the pupil left because the record stands in another
	// stage than the pupil (KT66).
	StageMismatch bool

	// Of a change between schools: the two schools, the policy of the releasing
	// side, and the kind of another change that holds the pupil, or "".
	From, To  School
	Releasing process.Policy
	Running   process.Kind

	// Finding is the problem of a corroboration, Mistake the change of a correction;
	// nil where there is none of the name that was given.
	Finding *Finding
	Mistake *Mistake

	// Admission is the enrolment that a withdrawal gives back, nil when there is none.
	Admission *Admission
	// Contested says that schools of two bureaus have admitted the graduate.
	Contested bool

	// AbsentSince is the first day of the absence that a return from a dropout ends. It is
	// zero when no absence was reported.
	AbsentSince calendar.Date

	// Of a change of the year group: how many pupils of the record's year group the
	// school has, how many of them repeat this school year, and whether the pupil
	// skipped a grade of this stage before.
	GradeSize, Repeaters int
	Skipped              bool
}
