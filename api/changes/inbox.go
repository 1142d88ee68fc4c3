package changes

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
)

// inboxRoutes registers what waits for a person and an office.
func (s *server) inboxRoutes() {
	const tag = "inbox"
	rest.Register(s.rest, rest.Operation{
		ID: "list-inbox", Method: http.MethodGet, Path: "/v1/inbox", Action: authz.InboxRead, Tag: tag,
		Summary: "What waits for me, overdue first (待办)",
	}, s.listInbox)
	rest.Register(s.rest, rest.Operation{
		ID: "count-inbox", Method: http.MethodGet, Path: "/v1/inbox/counts", Action: authz.InboxRead, Tag: tag,
		Summary: "Counters: open, overdue, near due (待办计数)",
	}, s.countInbox)
	rest.Register(s.rest, rest.Operation{
		ID: "list-late", Method: http.MethodGet, Path: "/v1/inbox/late", Action: authz.ChangeSupervise, Tag: tag,
		Summary: "What is overdue at the offices below me (逾期督办)",
	}, s.listLate)
	s.rest.Enumerate("/v1/inbox", "kind", rest.Plain(s.Processes.Kinds()))
}

// InboxItem is one task that waits.
type InboxItem struct {
	TaskID       uuid.UUID `json:"task_id"`
	ChangeID     uuid.UUID `json:"change_id"`
	CaseNo       string    `json:"case_no"`
	Kind         string    `json:"kind"`
	KindName     string    `json:"kind_name"`
	Step         int       `json:"step"`
	Round        int       `json:"round"`
	StepName     string    `json:"step_name" example:"BUREAU_APPROVAL"`
	StepLabel    string    `json:"step_label" example:"主管部门审批"`
	Role         string    `json:"role"`
	RoleLabel    string    `json:"role_label"`
	Office       string    `json:"office"`
	School       string    `json:"school" doc:"The school that filed."`
	StudentName  string    `json:"student_name,omitempty"`
	About        string    `json:"about,omitempty" doc:"The school that a case without a pupil is about."`
	OpenedAt     time.Time `json:"opened_at"`
	DueAt        time.Time `json:"due_at"`
	DueDay       string    `json:"due_day"`
	Overdue      bool      `json:"overdue"`
	Problem      string    `json:"problem,omitempty" enum:"NO_ELIGIBLE_PERSON,IDENTITY_NO_ANSWER,NOT_APPLIED"`
	ProblemLabel string    `json:"problem_label,omitempty"`
	OwnFiling    bool      `json:"own_filing,omitempty" doc:"I submitted it, so somebody else must decide; listed with all only."`
	Holder       string    `json:"holder,omitempty" doc:"Whose it is; anybody's with the role when empty."`
	HeldAs       string    `json:"held_as,omitempty" enum:"CLAIMED,TRANSFERRED,DELEGATED,ADDED,NAMED,RETURNED,HANDED_OVER"`
	HeldAsLabel  string    `json:"held_as_label,omitempty"`
	For          string    `json:"for,omitempty" doc:"I would act for this colleague (代理)."`
	Draft        bool      `json:"draft,omitempty" doc:"I have begun an opinion."`
}

type inboxInput struct {
	rest.Paging
	rest.Counting

	All      bool      `query:"all" doc:"Also what colleagues have claimed or were given; the head of an office sees all its tasks."`
	Kind     string    `query:"kind" maxLength:"40"`
	Step     string    `query:"step" maxLength:"60" doc:"Name of a step, as step_name." example:"BUREAU_APPROVAL"`
	SchoolID uuid.UUID `query:"school_id" format:"uuid" doc:"Only what this office filed."`
	Due      string    `query:"due" enum:"OVERDUE,SOON,LATER" doc:"SOON: within two days."`
	Held     string    `query:"held" enum:"ME,NOBODY,OTHERS" doc:"Who holds the task. OTHERS are seen with all only."`
	Order    string    `query:"order" enum:"DUE,NEWEST" default:"DUE" doc:"NEWEST: the last opened first."`
}

func (s *server) listInbox(ctx context.Context, in *inboxInput) (*rest.Body[*rest.Page[InboxItem]], error) {
	p := rest.PrincipalOf(ctx)
	desk := worklist.InboxReader{Office: p.Office.ID, Roles: p.Roles, All: in.All, Filter: worklist.InboxFilter{
		Kind: process.Kind(in.Kind), Step: in.Step, School: in.SchoolID, Due: worklist.Due(in.Due), Held: worklist.Held(in.Held), Newest: in.Order == "NEWEST",
	}}
	page, err := s.inboxPage(ctx, &in.Paging, func(tx *store.Tx, key rest.TimeKey, most int) ([]worklist.InboxItem, error) {
		return worklist.Inbox(tx, desk, key.At, key.ID, most)
	})
	if err != nil {
		return nil, err
	}
	return rest.Counted(ctx, s.Store.Store, in.Counting, page, func(tx *store.Tx) (store.Count, error) { return worklist.CountInboxList(tx, desk) })
}

func (s *server) listLate(ctx context.Context, in *rest.Paging) (*rest.Body[*rest.Page[InboxItem]], error) {
	return s.inboxPage(ctx, in, func(tx *store.Tx, key rest.TimeKey, most int) ([]worklist.InboxItem, error) {
		return worklist.OverdueBelow(tx, rest.PrincipalOf(ctx).Office.Path, key.At, key.ID, most)
	})
}

func (s *server) inboxPage(ctx context.Context, in *rest.Paging, read func(*store.Tx, rest.TimeKey, int) ([]worklist.InboxItem, error)) (*rest.Body[*rest.Page[InboxItem]], error) {
	me := rest.PrincipalOf(ctx).Account
	show := func(r worklist.InboxItem) InboxItem {
		return InboxItem{
			TaskID: r.TaskID, ChangeID: r.ChangeID, CaseNo: r.CaseNo, Kind: string(r.Kind), KindName: rest.InLanguage(ctx, s.Processes.NameOf(r.Kind)), Step: r.StepNo,
			Round: r.Round, StepName: r.StepName, StepLabel: rest.InLanguage(ctx, r.StepLabel), Role: string(r.Role), Office: r.OfficeName, School: r.FilerName, StudentName: r.StudentName, About: r.About,
			OpenedAt: r.OpenedAt, DueAt: r.DueAt, DueDay: rest.LastDay(r.DueAt), Overdue: r.Overdue, Problem: r.Problem,
			OwnFiling: r.StepNo > 0 && r.FiledBy == me, Holder: r.Holder, HeldAs: r.HeldAs, For: r.For, Draft: r.Draft,
			RoleLabel: rest.RoleLabel(ctx, r.Role), ProblemLabel: word(ctx, casepage.ProblemWords, r.Problem), HeldAsLabel: word(ctx, casepage.HeldWords, r.HeldAs),
		}
	}
	return rest.List(ctx, s.Store.Store, *in, rest.TimeKey{}, read, show, func(r worklist.InboxItem) rest.TimeKey { return rest.TimeKey{At: r.DueAt, ID: r.TaskID} })
}

type countsOutput struct {
	Body struct {
		Open      int64 `json:"open"`
		Overdue   int64 `json:"overdue"`
		NearDue   int64 `json:"near_due" doc:"Due within two days."`
		Mine      int64 `json:"mine" doc:"Claimed by me or given to me."`
		Delegated int64 `json:"delegated" doc:"I asked somebody for advice and wait for it."`
		Nobody    int64 `json:"nobody" doc:"Steps of this office nobody may decide."`
		Notices   int64 `json:"notices" doc:"To my office and to me, of the last 30 days."`
		Unread    int64 `json:"unread_notices" doc:"Those of them I have not read."`
	}
}

func (s *server) countInbox(ctx context.Context, _ *struct{}) (*countsOutput, error) {
	p := rest.PrincipalOf(ctx)
	n, err := rest.InScope(ctx, s.Store.Store, func(tx *store.Tx) (worklist.InboxCounts, error) {
		return worklist.CountInbox(tx, worklist.InboxReader{Office: p.Office.ID, Roles: p.Roles})
	})
	out := &countsOutput{}
	out.Body.Open, out.Body.Overdue, out.Body.NearDue, out.Body.Nobody, out.Body.Notices = n.Open, n.Overdue, n.NearDue, n.Nobody, n.Notices
	out.Body.Mine, out.Body.Delegated, out.Body.Unread = n.Mine, n.Delegated, n.Unread
	return out, err
}
