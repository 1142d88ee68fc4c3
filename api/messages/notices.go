package messages

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/store"
)

// noticeRoutes registers what people are told, and what they have read of it.
func (s *server) noticeRoutes() {
	const tag = "inbox"
	rest.Register(s.rest, rest.Operation{
		ID: "list-notices", Method: http.MethodGet, Path: "/v1/notices", Action: authz.NoticeRead, Tag: tag,
		Summary: "Notices to my office and to me, newest first (通知)",
	}, s.listNotices)
	rest.Register(s.rest, rest.Operation{
		ID: "list-notice-kinds", Method: http.MethodGet, Path: "/v1/notices/kinds", Action: authz.NoticeRead, Tag: tag,
		Summary: "The kinds of notices there are (通知种类)",
	}, s.listNoticeKinds)
	rest.Register(s.rest, rest.Operation{
		ID: "read-notice", Method: http.MethodPost, Path: "/v1/notices/{id}/read", Action: authz.NoticeRead, Tag: tag,
		Summary: "Note that I have read a notice (标记已读)", Detail: "For me only: a notice to an office stays unread for my colleagues. A repetition changes nothing.",
	}, s.readNotice)
	rest.Register(s.rest, rest.Operation{
		ID: "read-all-notices", Method: http.MethodPost, Path: "/v1/notices/read-all", Action: authz.NoticeRead, Tag: tag,
		Summary: "Note that I have read all my notices (全部已读)",
	}, s.readAllNotices)
}

// NoticeView is one notice to an office or to one person.
type NoticeView struct {
	ID        uuid.UUID  `json:"id"`
	ChangeID  *uuid.UUID `json:"change_id,omitempty"`
	CaseNo    string     `json:"case_no,omitempty"`
	Kind      string     `json:"kind" example:"REMINDED_80"`
	Title     string     `json:"title" doc:"What happened, in a few words." example:"办理期限将到"`
	Text      string     `json:"text" doc:"What it is about, what happened and what to do." example:"转学 52-20261120-000017：“学校审核”办理期限将到，请尽快办理，截止 2026-12-04。"`
	Address   string     `json:"address,omitempty" doc:"Where to read on: the change, or what else it is about." example:"/v1/changes/0199c0de-0000-7000-8000-000000000001"`
	Step      int        `json:"step"`
	StepLabel string     `json:"step_label,omitempty"`
	Round     int        `json:"round"`
	Office    string     `json:"office"`
	Role      string     `json:"role"`
	RoleLabel string     `json:"role_label"`
	KindName  string     `json:"kind_name,omitempty" doc:"What the change is called, where it is about one."`
	Personal  bool       `json:"personal,omitempty" doc:"For me in person, not for everybody with the role."`
	DueDay    string     `json:"due_day,omitempty" doc:"Last day of the step."`
	CreatedAt time.Time  `json:"created_at"`
	ReadAt    *time.Time `json:"read_at,omitempty" doc:"When I first read it."`
}

// NoticeKind is one kind of notices.
type NoticeKind struct {
	Kind   string `json:"kind" example:"REMINDED_80"`
	Label  string `json:"label" example:"办理期限将到"`
	Urgent bool   `json:"urgent" doc:"A gateway may be told of it outside working hours."`
}

type noticeKindsOutput struct {
	Body struct {
		Items []NoticeKind `json:"items"`
	}
}

func (s *server) listNoticeKinds(ctx context.Context, _ *rest.Empty) (*noticeKindsOutput, error) {
	out := &noticeKindsOutput{}
	for _, kind := range notice.Kinds() {
		out.Body.Items = append(out.Body.Items, NoticeKind{Kind: kind, Label: kindLabel(ctx, kind), Urgent: notice.Urgent(kind)})
	}
	return out, nil
}

// kindLabel names a kind of notices in the language of the call.
func kindLabel(ctx context.Context, kind string) string {
	return notice.Say(kind, rest.LanguageOf(ctx), notice.Facts{}).Title
}

type noticesInput struct {
	rest.Paging
	Unread bool `query:"unread" doc:"Only what I have not read."`
}

func noticesOf(ctx context.Context) message.NoticeQuery {
	p := rest.PrincipalOf(ctx)
	return message.NoticeQuery{Office: p.Office.ID, Roles: p.Roles}
}

func (s *server) listNotices(ctx context.Context, in *noticesInput) (*rest.Body[*rest.Page[NoticeView]], error) {
	q := noticesOf(ctx)
	q.Unread = in.Unread
	return rest.List(ctx, s.Store, in.Paging, rest.TimeKey{}, func(tx *store.Tx, key rest.TimeKey, most int) ([]message.Notice, error) {
		return message.Notices(tx, q, key.At, key.ID, most)
	}, func(n message.Notice) NoticeView { return s.noticeView(ctx, n) }, func(n message.Notice) rest.TimeKey { return rest.TimeKey{At: n.CreatedAt, ID: n.ID} })
}

func (s *server) noticeView(ctx context.Context, n message.Notice) NoticeView {
	v := NoticeView{
		ID: n.ID, ChangeID: n.ChangeID, CaseNo: n.CaseNo, Kind: n.Kind, Step: n.StepNo, StepLabel: rest.InLanguage(ctx, n.StepLabel), Round: n.Round,
		Office: n.OfficeName, Role: string(n.Role), Personal: n.Personal, CreatedAt: n.CreatedAt, ReadAt: n.ReadAt,
	}
	v.RoleLabel = rest.RoleLabel(ctx, n.Role)
	if n.ChangeKind != "" {
		v.KindName = rest.InLanguage(ctx, s.Processes.NameOf(n.ChangeKind))
	}
	v.Address = notice.Path(n.Kind, idText(n.ChangeID))
	if n.DueAt != nil {
		v.DueDay = rest.LastDay(*n.DueAt)
	}
	said := notice.Say(n.Kind, rest.LanguageOf(ctx), notice.Facts{
		CaseNo: n.CaseNo, Kind: s.Processes.NameOf(n.ChangeKind), Step: n.StepLabel, Office: n.OfficeName, Due: v.DueDay, Day: n.EffectiveOn.String(), Count: notice.CountText(n.Counted),
	})
	v.Title, v.Text = said.Title, said.Text
	return v
}

// idText is an ID as text, empty when there is none.
func idText(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

// NoticeRead says when a notice was first read.
type NoticeRead struct {
	ReadAt time.Time `json:"read_at"`
}

func (s *server) readNotice(ctx context.Context, in *rest.PathID) (*rest.Body[NoticeRead], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (read NoticeRead, err error) {
		read.ReadAt, err = message.ReadNotice(tx, noticesOf(ctx), in.ID)
		return read, err
	})
}

type readAllInput struct {
	Body struct {
		Until *time.Time `json:"until,omitempty" doc:"Only what was left until then, for example the newest notice I was shown. Left out: now."`
	}
}

// NoticesRead says how many notices were unread before.
type NoticesRead struct {
	Read int64 `json:"read"`
}

func (s *server) readAllNotices(ctx context.Context, in *readAllInput) (*rest.Body[NoticesRead], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (read NoticesRead, err error) {
		until := tx.Now()
		if in.Body.Until != nil {
			until = *in.Body.Until
		}
		read.Read, err = message.ReadAllNotices(tx, noticesOf(ctx), until)
		return read, err
	})
}
