package authz

import (
	"errors"
	"slices"
	"sync"

	"github.com/xueji/xueji/models/org"
)

// Action is one thing a person may be allowed to do; every operation of the API names one.
type Action string

// The actions. Public needs no login; everything else is a row of the table.
const (
	Public     Action = "public"      // log in, health: nobody is known yet
	AccountOwn Action = "account.own" // own password, own sessions, own tokens

	OrgRead     Action = "org.read"     // the directory of offices (P3, P7)
	OrgCreate   Action = "org.create"   // the target is the future parent
	OrgRename   Action = "org.rename"   //
	OrgReassign Action = "org.reassign" // the new bureau needs org.create too
	OrgClose    Action = "org.close"    //

	ColleagueRead Action = "colleague.read" // name and roles of who works at an office

	AccountCreate Action = "account.create"
	AccountRead   Action = "account.read"
	AccountUpdate Action = "account.update" // name and roles
	AccountReset  Action = "account.reset"  // temporary password, unlock
	AccountClose  Action = "account.close"
	AccountSeal   Action = "account.seal" // seal and unseal

	ClassRead   Action = "class.read"
	ClassManage Action = "class.manage"

	PlanRead Action = "plan.read" // enrolment plans with used and free places
	PlanSet  Action = "plan.set"  // the managing bureau

	StudentRead    Action = "student.read"    // one record, secrets masked
	StudentSearch  Action = "student.search"  //
	StudentReveal  Action = "student.reveal"  // one secret in full, with a reason, audited
	StudentHistory Action = "student.history" //
	StudentFind    Action = "student.find"    // a pupil of any school, by name and number, audited

	HandoverRead Action = "handover.read"
	HandoverSend Action = "handover.send" // sent by the old school, received by the new one
	StudentEdit  Action = "student.edit"  // items that are no key data, one record or a sheet of them

	ProblemRead Action = "problem.read" // problem records (问题学籍), numbers masked

	PunishmentRecord Action = "punishment.record" // record and cancel
	PunishmentRead   Action = "punishment.read"

	RosterImport Action = "roster.import"
	RosterRead   Action = "roster.read"

	JobRead    Action = "job.read"    // long work on many rows, its progress
	JobControl Action = "job.control" // stop and resume: the office that filed it, and the offices above

	PlacingFile Action = "placing.file" // classes of the own pupils by sheet, and a proposal for them

	TurnFile Action = "turn.file" // the turn of the school year of the own province
	TurnRead Action = "turn.read" // what it did, and which of the own pupils stayed

	CheckInNote Action = "check_in.note" // who came at the beginning of a term
	CheckInRead Action = "check_in.read"

	ReceivedEnter Action = "received.enter" // a child is there, the record is outstanding (X9)
	ReceivedRead  Action = "received.read"

	ChangeFile      Action = "change.file"
	ChangeRead      Action = "change.read"
	ChangeDecide    Action = "change.decide"   // the office and the role of the task decide; this is the outer gate
	ChangeWithdraw  Action = "change.withdraw" // by the office that filed
	ChangeReveal    Action = "change.reveal"   // a number in full: the open task decides; this is the outer gate
	ChangeComment   Action = "change.comment"
	ChangeSupervise Action = "change.supervise" // 督办: the superior of the office that is late
	ChangeClose     Action = "change.close"     // the superior ends a change with a reason

	TaskHandOver Action = "task.hand_over" // 移交: the head or the administrator of the office
	ProxyManage  Action = "proxy.manage"   // 代理: for oneself, or by the head for anybody of the office

	GraduationFile Action = "graduation.file" // the list of a school's graduating grade
	GraduationRead Action = "graduation.read" // who can graduate, who has

	EnrolmentFile    Action = "enrolment.file"    // the sheet of a school, the list of a bureau
	EnrolmentRead    Action = "enrolment.read"    // claims, graduates without a school
	EnrolmentDefer   Action = "enrolment.defer"   // a graduate who goes on later (缓学)
	CertificateGive  Action = "certificate.give"  // blanks, by a bureau to a school
	CertificateWrite Action = "certificate.write" // write, issue, replace, spoil
	CertificateRead  Action = "certificate.read"

	EvidenceUpload Action = "evidence.upload"
	EvidenceRead   Action = "evidence.read"

	InboxRead   Action = "inbox.read"
	NoticeRead  Action = "notice.read"
	AuditRead   Action = "audit.read"
	PolicyRead  Action = "policy.read"
	PolicyWrite Action = "policy.write"

	CalendarRead  Action = "calendar.read"
	CalendarWrite Action = "calendar.write" // the holidays of a year: the national office

	WebhookManage Action = "webhook.manage" // gateways that carry notices on

	OperationsRead Action = "operations.read" // what does not get on, without a pupil
	OperationsAct  Action = "operations.act"  // set a case going again
)

// Why a set of roles cannot be given to one account.
var (
	ErrNoRole      = errors.New("an account needs a role")
	ErrWrongOffice = errors.New("this role does not exist in this kind of office")
	ErrSeparation  = errors.New("these roles may not be held by one person")
	ErrCombined    = errors.New("the roles may be held by one person in small schools only")
)

// separated lists the pairs one account may not hold: who submits does not
// review (domain 1.2: registrar submits, leader reviews).
func separated() [][2]org.Role {
	return [][2]org.Role{{org.SchoolRegistrar, org.SchoolLeader}}
}

// combinable lists the pairs that only a person of a small school may hold: the
// administrator of a school's accounts gives out the accounts of registrar and leader,
// and would decide alone with either (domain 1.2).
func combinable() [][2]org.Role {
	return [][2]org.Role{{org.SchoolSysadmin, org.SchoolRegistrar}, {org.SchoolSysadmin, org.SchoolLeader}}
}

// table is the whole of authorisation (domain 1.2, 1.4). A cell that is not
// written is Nowhere. System administrators see accounts, not pupils; those
// who decide see pupils, not accounts.
var table = sync.OnceValue(func() map[Action]map[org.Role]Reach {
	return map[Action]map[org.Role]Reach{
		AccountOwn: everybody(Self),

		OrgRead:     everybody(Anywhere),
		OrgCreate:   {org.BureauSysadmin: Subtree},
		OrgRename:   {org.BureauSysadmin: Below},
		OrgReassign: {org.BureauSysadmin: Below},
		OrgClose:    {org.BureauSysadmin: Below},

		// Who hands tasks over needs to know to whom; all others know their own office.
		ColleagueRead: join(everybody(Own), map[org.Role]Reach{org.BureauSysadmin: Subtree, org.BureauHead: Subtree}),

		AccountCreate: sysadmins(),
		AccountRead:   sysadmins(),
		AccountUpdate: sysadmins(),
		AccountReset:  sysadmins(),
		AccountClose:  sysadmins(),
		AccountSeal:   sysadmins(),

		ClassRead:   join(schoolRoles(), bureauRoles(Subtree)),
		ClassManage: {org.SchoolSysadmin: Own},

		PlanRead: recordReaders(),
		PlanSet:  {org.BureauReviewer: Below, org.BureauHead: Below},

		StudentRead:    recordReaders(),
		StudentSearch:  recordReaders(),
		StudentHistory: recordReaders(),
		StudentReveal: {
			org.SchoolRegistrar: Own, org.SchoolLeader: Own,
			org.BureauReviewer: Subtree, org.BureauHead: Subtree,
		},

		StudentFind: {org.SchoolRegistrar: Own, org.BureauReviewer: Own},
		HandoverRead: {
			org.SchoolRegistrar: Own, org.SchoolLeader: Own, org.Principal: Own,
			org.BureauReviewer: Subtree, org.BureauHead: Subtree,
		},
		HandoverSend: {org.SchoolRegistrar: Own, org.BureauReviewer: Subtree},
		StudentEdit:  {org.SchoolRegistrar: Own, org.BureauReviewer: Subtree},

		PunishmentRecord: {org.SchoolRegistrar: Own},
		PunishmentRead:   recordReaders(),
		ProblemRead:      recordReaders(),

		RosterImport: {org.SchoolRegistrar: Own},
		RosterRead: {
			org.SchoolRegistrar: Own, org.SchoolLeader: Own, org.Principal: Own,
			org.BureauReviewer: Subtree, org.BureauHead: Subtree, org.BureauViewer: Subtree,
		},

		JobRead: {
			org.SchoolRegistrar: Own, org.SchoolLeader: Own, org.Principal: Own,
			org.BureauReviewer: Subtree, org.BureauHead: Subtree, org.BureauViewer: Subtree,
		},
		JobControl: {org.SchoolRegistrar: Own, org.BureauReviewer: Subtree, org.BureauHead: Subtree},

		PlacingFile: {org.SchoolRegistrar: Own},

		TurnFile: {org.BureauReviewer: Own, org.BureauHead: Own},
		TurnRead: recordReaders(),

		CheckInNote: {org.SchoolRegistrar: Own},
		CheckInRead: recordReaders(),

		ReceivedEnter: {org.SchoolRegistrar: Own},
		ReceivedRead:  recordReaders(),

		// A bureau files the few kinds whose catalogue entry says so, nothing else.
		ChangeFile:     {org.SchoolRegistrar: Own, org.BureauReviewer: Own},
		ChangeWithdraw: {org.SchoolRegistrar: Own, org.BureauReviewer: Own},
		ChangeRead:     recordReaders(),
		ChangeDecide: {
			org.SchoolRegistrar: Own, org.SchoolLeader: Own, org.Principal: Own,
			org.BureauReviewer: Own, org.BureauHead: Own,
		},
		ChangeReveal: {
			org.SchoolRegistrar: Own, org.SchoolLeader: Own, org.Principal: Own,
			org.BureauReviewer: Own, org.BureauHead: Own,
		},
		ChangeComment: {
			org.SchoolRegistrar: Own, org.SchoolLeader: Own,
			org.BureauReviewer: Subtree, org.BureauHead: Subtree,
		},
		ChangeSupervise: {org.BureauHead: Below},
		ChangeClose:     {org.BureauHead: Below},

		TaskHandOver: {org.SchoolSysadmin: Own, org.Principal: Own, org.BureauSysadmin: Subtree, org.BureauHead: Subtree},
		ProxyManage: {
			org.SchoolSysadmin: Own, org.SchoolLeader: Own, org.Principal: Own,
			org.BureauSysadmin: Own, org.BureauReviewer: Own, org.BureauHead: Own,
		},

		GraduationFile: {org.SchoolRegistrar: Own},
		GraduationRead: recordReaders(),

		EnrolmentFile:    {org.SchoolRegistrar: Own, org.BureauReviewer: Own},
		EnrolmentRead:    recordReaders(),
		EnrolmentDefer:   {org.SchoolRegistrar: Own, org.BureauReviewer: Subtree},
		CertificateGive:  {org.BureauReviewer: Subtree},
		CertificateWrite: {org.SchoolRegistrar: Own},
		CertificateRead:  recordReaders(),

		EvidenceUpload: {org.SchoolRegistrar: Own, org.BureauReviewer: Own},
		EvidenceRead: {
			org.SchoolRegistrar: Own, org.SchoolLeader: Own, org.Principal: Own,
			org.BureauReviewer: Subtree, org.BureauHead: Subtree,
		},

		InboxRead:   everybody(Own),
		NoticeRead:  everybody(Own),
		AuditRead:   {org.SchoolSysadmin: Own, org.BureauSysadmin: Subtree, org.BureauHead: Subtree},
		PolicyRead:  everybody(Anywhere),
		PolicyWrite: {org.BureauSysadmin: Own},

		CalendarRead:  everybody(Anywhere),
		CalendarWrite: {org.BureauSysadmin: Own},

		WebhookManage: {org.BureauSysadmin: Subtree},

		OperationsRead: {org.SchoolSysadmin: Own, org.BureauSysadmin: Subtree, org.BureauHead: Subtree},
		OperationsAct:  {org.BureauSysadmin: Subtree, org.BureauHead: Subtree},
	}
})

// Actions lists every action of the table in order.
func Actions() []Action {
	list := make([]Action, 0, len(table()))
	for action := range table() {
		list = append(list, action)
	}
	slices.Sort(list)
	return list
}

// Known says whether an operation may name this action.
func Known(action Action) bool {
	_, inTable := table()[action]
	return inTable || action == Public
}

func everybody(reach Reach) map[org.Role]Reach {
	row := map[org.Role]Reach{}
	for _, role := range org.Roles() {
		row[role] = reach
	}
	return row
}

// sysadmins: a school's administrator its own accounts, a bureau's those of its
// own office and of every office below (domain 1.4, password ladder).
func sysadmins() map[org.Role]Reach {
	return map[org.Role]Reach{org.SchoolSysadmin: Own, org.BureauSysadmin: Subtree}
}

func schoolRoles() map[org.Role]Reach {
	row := map[org.Role]Reach{}
	for _, role := range org.Roles() {
		if role.OfSchool() {
			row[role] = Own
		}
	}
	return row
}

func bureauRoles(reach Reach) map[org.Role]Reach {
	row := map[org.Role]Reach{}
	for _, role := range org.Roles() {
		if !role.OfSchool() {
			row[role] = reach
		}
	}
	return row
}

// recordReaders read pupils' records and changes, secrets masked. The head of a
// grade and the class teacher see their own grade or class only (domain 1.2);
// until accounts are tied to classes they see no record rather than all.
func recordReaders() map[org.Role]Reach {
	return map[org.Role]Reach{
		org.SchoolRegistrar: Own, org.SchoolLeader: Own, org.Principal: Own,
		org.BureauReviewer: Subtree, org.BureauHead: Subtree, org.BureauViewer: Subtree,
	}
}

func join(rows ...map[org.Role]Reach) map[org.Role]Reach {
	all := map[org.Role]Reach{}
	for _, row := range rows {
		for role, reach := range row {
			all[role] = reach
		}
	}
	return all
}
