// Package process holds approval chains as data: the inputs and papers of each kind of
// change, the offices and roles that decide it, their order, and their working days.
//
// Everything here is data for a province and a version, and is frozen into a change when
// it is filed. It holds no conditions, scripts or templates: the effect of a change on a
// record is Go, in package status.
package process

import (
	"strings"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
)

// Kind is one kind of change (学籍异动类型), for example SUSPENSION.
type Kind string

// The kinds this version knows. Each is one entry of the catalogue.
const (
	Suspension    Kind = "SUSPENSION"    // 休学, KT30
	Reinstatement Kind = "REINSTATEMENT" // 复学, KT32
	Withdrawal    Kind = "WITHDRAWAL"    // 退学, KT33
	RosterImport  Kind = "ROSTER_IMPORT" // 学籍注册 of a whole roster, KT01–KT04

	Transfer         Kind = "TRANSFER"          // 转学, KT50–KT52, KT58
	OtherLeaving     Kind = "OTHER_LEAVING"     // 其他离校, KT36
	RestoreAdmission Kind = "RESTORE_ADMISSION" // 恢复入学资格, KT39, KT57
	KeyDataChange    Kind = "KEY_DATA_CHANGE"   // 关键数据变更, KT70

	ProblemCorroboration Kind = "PROBLEM_CORROBORATION" // 问题学籍佐证, KT11, KT14
	ProblemDeletion      Kind = "PROBLEM_DELETION"      // 问题学籍删除, KT13
	Arbitration          Kind = "ARBITRATION"           // 仲裁, KT23
	ChangeCorrection     Kind = "CHANGE_CORRECTION"     // 异动纠错, KT72

	SuspensionExtension Kind = "SUSPENSION_EXTENSION" // 续休, KT31
	Expulsion           Kind = "EXPULSION"            // 开除, KT34
	Missing             Kind = "MISSING"              // 失踪, KT35
	GoneAbroad          Kind = "GONE_ABROAD"          // 出国, KT37
	ReturnFromAbroad    Kind = "RETURN_FROM_ABROAD"   // 回国复学, KT38
	Death               Kind = "DEATH"                // 死亡, KT40
	Retention           Kind = "RETENTION"            // 留级, KT41
	Skip                Kind = "SKIP"                 // 跳级, KT42
	DropoutReport       Kind = "DROPOUT_REPORT"       // 辍学, KT43
	DropoutReturn       Kind = "DROPOUT_RETURN"       // the end of a dropout
	NewRecordImmigrant  Kind = "NEW_RECORD_IMMIGRANT" // 新建学籍（移民）, KT07

	SeniorTransfer      Kind = "SENIOR_TRANSFER"       // 高中转学 the releasing school files, KT53
	PostGraduationStudy Kind = "POST_GRADUATION_STUDY" // 毕业后跨省就学, KT22
	GraduationRollback  Kind = "GRADUATION_ROLLBACK"   // 毕业生回退, KT62, KT66
	BatchTransfer       Kind = "BATCH_TRANSFER"        // 批量转学, KT54

	Graduation      Kind = "GRADUATION"       // 毕业, KT60, KT61
	PlanChange      Kind = "PLAN_CHANGE"      // 招生计划数变更, KT24
	ClassChange     Kind = "CLASS_CHANGE"     // 调班, P52
	ClassAssignment Kind = "CLASS_ASSIGNMENT" // 分班, KT25, P42
	GradeAdjustment Kind = "GRADE_ADJUSTMENT" // 年级调整, KT67

	SelfEnrolment         Kind = "SELF_ENROLMENT"          // 自主招生, KT21
	UnifiedEnrolment      Kind = "UNIFIED_ENROLMENT"       // 统一招生, KT20
	AdmissionArbitration  Kind = "ADMISSION_ARBITRATION"   // 招生仲裁, KT23
	EnrolmentWithdrawal   Kind = "ENROLMENT_WITHDRAWAL"    // 退档, KT27
	SchoolingLengthChange Kind = "SCHOOLING_LENGTH_CHANGE" // 学制变更, P12
	SchoolMerger          Kind = "SCHOOL_MERGER"           // 学校合并, P13
)

// WorkflowName returns the workflow type that Temporal shows for the kind, such as
// KeyDataChange for KEY_DATA_CHANGE. A shipped name never changes.
func (k Kind) WorkflowName() string {
	var b strings.Builder
	for word := range strings.SplitSeq(string(k), "_") {
		if word != "" {
			b.WriteString(word[:1] + strings.ToLower(word[1:]))
		}
	}
	return b.String()
}

// Text is a label in the two languages.
type Text struct {
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// Subject is the thing or person that a change is about.
type Subject string

// The subjects.
const (
	SubjectStudent Subject = "STUDENT" // one record
	SubjectRoster  Subject = "ROSTER"  // the rows of an imported roster
	SubjectPerson  Subject = "PERSON"  // a person who has no record yet
	SubjectList    Subject = "LIST"    // the pupils of a list
	SubjectOffice  Subject = "OFFICE"  // a school itself, without a pupil
)

// Definition is one kind of change as it runs in one province: the catalogue's
// entry with the province's policy laid over it.
type Definition struct {
	Kind    Kind   `yaml:"kind" json:"kind"`
	Version int    `yaml:"version" json:"version"`
	Name    Text   `yaml:"name" json:"name"`
	Rule    string `yaml:"rule" json:"rule"` // document and article
	// Code is the change type of the national standard (XJYDLB), or empty.
	Code    string  `yaml:"code" json:"code"`
	Subject Subject `yaml:"subject" json:"subject"`
	Page    `yaml:",inline"`
	// FiledBy is who files the kind: the school where it is empty.
	FiledBy Filer `yaml:"filed_by" json:"filed_by,omitempty"`
	// ByBureau is the chain where the policy lets bureaus file the kind instead of
	// schools (Policy.BureauFiles); without one no policy may.
	ByBureau []Step `yaml:"by_bureau" json:"by_bureau,omitempty"`
	// Auto lets the register itself approve the kind (KT13, M12): it needs no
	// decision of a person. Only the catalogue may say so, never a province's chain.
	Auto bool `yaml:"auto" json:"auto,omitempty"`
	// SurvivesClearing keeps the kind out of the clearing of the graduating grade (KT64).
	SurvivesClearing bool `yaml:"survives_clearing" json:"survives_clearing,omitempty"`

	Stages []org.Stage `yaml:"stages" json:"stages"`
	Steps  []Step      `yaml:"steps" json:"steps"`
	// Routes are the chains of a kind that runs between offices, by how far
	// apart they are; such a kind has no Steps until Route chose one.
	Routes   map[Route][]Step `yaml:"routes" json:"routes,omitempty"`
	Inputs   []Input          `yaml:"inputs" json:"inputs"`
	Evidence []EvidenceRule   `yaml:"evidence" json:"evidence"`
	// Forbids lists what people may not do at the steps of this kind.
	Forbids []Interaction `yaml:"forbids" json:"forbids,omitempty"`
	// Policy is the province's policy at filing; a later one never reaches a running change.
	Policy Policy `yaml:"-" json:"policy"`
	// OutPolicy is that of the releasing province where it is another one.
	OutPolicy *Policy `yaml:"-" json:"out_policy,omitempty"`
}

// Releasing returns the policy of the releasing side. It differs from Policy only when a
// change crosses provinces.
func (d Definition) Releasing() Policy {
	if d.OutPolicy != nil {
		return *d.OutPolicy
	}
	return d.Policy
}

// Filer is the kind of office that files a kind of change.
type Filer string

// The filers.
const (
	FiledBySchool Filer = ""       // its registrar
	FiledByBureau Filer = "BUREAU" // a reviewer of a bureau above the school
)

// Role returns the role in which a person files, corrects and withdraws a change.
func (f Filer) Role() org.Role {
	if f == FiledByBureau {
		return org.BureauReviewer
	}
	return org.SchoolRegistrar
}

// Side is the side of a change to whose office a step belongs.
type Side string

// The sides. A change inside one school has only the filing side.
const (
	SideFiler Side = "FILER"
	SideIn    Side = "IN"  // receiving
	SideOut   Side = "OUT" // releasing
	// SideSchool is the pupil's school when the bureau files in its place. It decides
	// nothing and is told.
	SideSchool Side = "SCHOOL"
)

// Level is the level of the office that decides, on the path of a side.
type Level string

// The levels. Managing is the superior of the school in the tree, whatever its kind.
const (
	LevelSchool   Level = "SCHOOL" // the office of the side itself, which is a bureau where a bureau files
	LevelManaging Level = "MANAGING"
	LevelCity     Level = "CITY"
	LevelProvince Level = "PROVINCE"
	// LevelCommon is the lowest office above all sides of the change.
	LevelCommon Level = "COMMON"
)

// Act is the work of the system at an automatic step; empty where people decide.
type Act string

// The acts. Each is one function of the register; an automatic step passes or
// ends the change with a code, and never decides in the place of a person.
const (
	// ActValidate is the national validation of a transfer (转出校验, M5, M6).
	ActValidate Act = "VALIDATE_TRANSFER"
	// ActIdentity looks for the number in the whole register and asks the
	// population database about name and number (KT70, M14).
	ActIdentity Act = "CHECK_IDENTITY"
	// ActDelete deletes a record with a problem status (KT13). It is the one approval that
	// the national system gives by itself (M12).
	ActDelete Act = "DELETE_RECORD"
	// ActPlace judges a list of pupils for the classes it names (调班, 分班). Where no person
	// is asked after it, the list is in force at once.
	ActPlace Act = "CHECK_PLACING"
	// ActAwaitDay waits for the day a change was approved for, checks the record again
	// and lets the change take effect. No chain names it: the engine adds its step after
	// the last decision (Definition.DayStep).
	ActAwaitDay Act = "AWAIT_DAY"
	// ActApplyParts lets an approved change of many pupils take effect part by part, by a
	// job. No chain names it: the engine adds its step after the last decision
	// (Definition.ApplyStep).
	ActApplyParts Act = "APPLY_IN_PARTS"
)

// Acts lists every act that a chain may name, in a fixed order.
func Acts() []Act { return []Act{ActValidate, ActIdentity, ActDelete, ActPlace} }

// Switch is the switch of an optional step. The policy of the step's side sets it
// (Policy.Has).
type Switch string

// The switches.
const (
	SwitchAuditIn   Switch = "PROVINCE_AUDIT_IN"  // D3
	SwitchAuditOut  Switch = "PROVINCE_AUDIT_OUT" // D3
	SwitchRetrieval Switch = "MANUAL_RETRIEVAL"   // D4, the opposite of auto_retrieve
	SwitchIDError   Switch = "PROVINCE_ID_ERROR"  // D8
	SwitchDeleteG   Switch = "PROVINCE_DELETE_G"  // D7
	SwitchSkipCity  Switch = "SKIP_CITY_APPROVAL" // KT42

	SwitchClassListReview Switch = "CLASS_LIST_REVIEW" // P42, P52

	SwitchSuspensionApproved   Switch = "SUSPENSION_APPROVED"   // D11, the opposite of suspension_registered
	SwitchSuspensionRegistered Switch = "SUSPENSION_REGISTERED" // D11
)

// Step is one decision of a person, or an automatic act. Its number is its place
// in the chain, from 1. Number 0 is the applicant's own step after a send-back.
type Step struct {
	Name  string        `yaml:"name" json:"name"` // stable, shown to admins, e.g. LEADER_REVIEW
	Label Text          `yaml:"label" json:"label"`
	Side  Side          `yaml:"side" json:"side"`
	Level Level         `yaml:"level" json:"level"`
	Role  org.Role      `yaml:"role" json:"role"`
	Term  calendar.Term `yaml:"term" json:"term"`
	// Act makes the step automatic. Side, level and role then say whose business the step
	// holds up, and who is told.
	Act Act `yaml:"act" json:"act,omitempty"`
	// Optional steps are in the chain where the policy has the switch.
	Optional Switch `yaml:"optional" json:"optional,omitempty"`
	// Own says that the step finishes the applicant's own business and reviews nothing, so
	// the person who submitted may decide it.
	Own bool `yaml:"own" json:"own,omitempty"`
	// Sign shares the step among several people.
	Sign Sign `yaml:"sign" json:"sign,omitzero"`
	// Opinion says that an approval, too, needs an opinion.
	Opinion bool `yaml:"opinion" json:"opinion,omitempty"`
	// Asks names inputs of the definition that the approver of the step fills in.
	Asks []string `yaml:"asks" json:"asks,omitempty"`
	// Statement says that the step hears a side, which may add evidence and can
	// neither refuse the change nor send it back.
	Statement bool `yaml:"statement" json:"statement,omitempty"`
	// Register says that the step notes an earlier decision (登记): it can neither refuse
	// the change nor send it back.
	Register bool `yaml:"register" json:"register,omitempty"`
	// Distinct says that the step needs a person who approved no other step of the change.
	Distinct bool `yaml:"distinct" json:"distinct,omitempty"`
	// Stages limits the step to changes of these stages; empty means every stage.
	Stages []org.Stage `yaml:"stages" json:"stages,omitempty"`
}

// ApplicantStep is the name of step 0: the applicant corrects and hands in again.
const ApplicantStep = "APPLICANT"

// DayStep is the name of the step after the last one of a chain, at which an approved
// change waits for its day.
const DayStep = "EFFECTIVE_DAY"

// DayStep returns the number of the step at which an approved change waits for its day.
// The step follows every chain and belongs to none, so that a change whose chain was
// frozen earlier has it too.
func (d Definition) DayStep() int { return len(d.Steps) + 1 }

// ApplyStep is the name of the step behind the day's, at which an approved change of many
// pupils takes effect part by part.
const ApplyStep = "APPLYING"

// ApplyStep gives the number of the step at which an approved change takes effect part by
// part. It stands behind every chain and in none, like DayStep.
func (d Definition) ApplyStep() int { return d.DayStep() + 1 }

// InputType says how an input is checked.
type InputType string

// The types of inputs. Values travel as text.
const (
	TypeText  InputType = "text"
	TypeDate  InputType = "date"  // 2026-11-20
	TypeCode  InputType = "code"  // one of Values
	TypeClass InputType = "class" // the ID of a class of the filing school
	// TypeNumber is a whole number from 0 to MaxNumber.
	TypeNumber InputType = "number"
)

// MaxNumber is the largest value of an input that is a number.
const MaxNumber = 99999

// Input is one value that the applicant fills in.
type Input struct {
	Name     string    `yaml:"name" json:"name"`
	Label    Text      `yaml:"label" json:"label"`
	Type     InputType `yaml:"type" json:"type"`
	Required bool      `yaml:"required" json:"required"`
	Max      int       `yaml:"max" json:"max,omitempty"` // characters
	Values   []Choice  `yaml:"values" json:"values,omitempty"`
	Default  string    `yaml:"default" json:"default,omitempty"`
	// Later says that the decider of the step that asks for the input fills it in.
	Later bool `yaml:"later" json:"later,omitempty"`
	// Passing says that the input confirms a filing: it is compared at the filing and
	// stored nowhere.
	Passing bool `yaml:"passing" json:"passing,omitempty"`
}

// Choice is one value of a code.
type Choice struct {
	Code  string `yaml:"code" json:"code"`
	Label Text   `yaml:"label" json:"label"`
}

// EvidenceRule says that a process asks the applicant for one kind of paper (佐证).
type EvidenceRule struct {
	Kind     string `yaml:"kind" json:"kind"`
	Label    Text   `yaml:"label" json:"label"`
	Required bool   `yaml:"required" json:"required"`
}

// Step gives the step with this number: 0 is the applicant's after a send-back,
// DayStep the one that waits for the day, ApplyStep the one that takes effect part by
// part. It is false beyond that.
func (d Definition) Step(no int) (Step, bool) {
	if no == 0 {
		return Step{
			Name: ApplicantStep, Label: Text{Zh: "申请人补正", En: "Correction by the applicant"},
			Side: SideFiler, Level: LevelSchool, Role: d.FiledBy.Role(), Term: d.Policy.SendBackTerm,
		}, true
	}
	if no > 1 && no == d.DayStep() {
		return Step{
			Name: DayStep, Label: Text{Zh: "等待生效日", En: "Waiting for the day"}, Act: ActAwaitDay,
			Side: SideFiler, Level: LevelSchool, Role: d.FiledBy.Role(), Term: calendar.Workdays(1),
		}, true
	}
	if no > 1 && no == d.ApplyStep() {
		return Step{
			Name: ApplyStep, Label: Text{Zh: "分批生效", En: "Taking effect in parts"}, Act: ActApplyParts,
			Side: SideFiler, Level: LevelSchool, Role: d.FiledBy.Role(), Term: calendar.Workdays(1),
		}, true
	}
	if no < 1 || no > len(d.Steps) {
		return Step{}, false
	}
	return d.Steps[no-1], true
}

// Last reports whether the approval of a step makes the change effective.
func (d Definition) Last(no int) bool { return no == len(d.Steps) }

// DecidesLast returns the number of the last step at which people say yes or no. Steps
// that only register a decision, hear a side or finish the applicant's own business do
// not count.
func (d Definition) DecidesLast() int {
	for no := len(d.Steps); no > 0; no-- {
		if s := d.Steps[no-1]; s.Act == "" && !s.Register && !s.Statement && !s.Own {
			return no
		}
	}
	return len(d.Steps)
}

// Allows reports whether the kind exists for a stage.
func (d Definition) Allows(stage org.Stage) bool {
	for _, s := range d.Stages {
		if s == stage {
			return true
		}
	}
	return false
}
