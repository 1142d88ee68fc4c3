// Package home is the first page somebody sees after logging in (首页): how much waits, in one
// call.
package home

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/desk"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
	"github.com/xueji/xueji/models/worklist"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store *store.Store
}

// server answers the operations of the area.
type server struct {
	Deps
	rest    *rest.Server
	streams streams
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r, streams: streams{of: map[uuid.UUID]int{}}}
	rest.Register(r, rest.Operation{
		ID: "get-home", Method: http.MethodGet, Path: "/v1/home", Action: authz.InboxRead, Tag: "inbox",
		Summary: "All numbers of the first page (首页)",
		Detail: "Each number is that of a list, with the rights of that list; what I may not see is left out. Ask again with If-None-Match: 304 while nothing has changed. " +
			"Numbers of lists are exact up to 1,000; then more is true.",
	}, s.getHome)
	s.eventRoutes()
}

// endingWithin is how many days ahead a suspension counts as ending.
const endingWithin = 30

// Count is how many entries a list has.
type Count struct {
	Count int64 `json:"count" maximum:"1000"`
	More  bool  `json:"more,omitempty" doc:"There are more than these."`
}

// Home is how much waits for somebody.
type Home struct {
	Open          int64  `json:"open" doc:"list-inbox."`
	Overdue       int64  `json:"overdue" doc:"Of the open ones."`
	NearDue       int64  `json:"near_due" doc:"Of the open ones: due within two days."`
	Mine          int64  `json:"mine" doc:"Of the open ones: claimed by me or given to me."`
	Delegated     int64  `json:"delegated" doc:"I asked somebody for advice and wait for it."`
	Nobody        int64  `json:"nobody" doc:"Steps of this office nobody may decide."`
	UnreadNotices int64  `json:"unread_notices" doc:"list-notices, of the last 30 days."`
	SentBack      Count  `json:"sent_back" doc:"Sent back to my office, for me to correct."`
	Drafts        *Count `json:"drafts,omitempty" doc:"Opinions I have begun."`
	LateBelow     *Count `json:"late_below,omitempty" doc:"list-late: overdue at the offices below."`
	Problems      *Count `json:"problems,omitempty" doc:"list-problems."`
	Suspensions   *Count `json:"ending_suspensions,omitempty" doc:"list-expiring-suspensions: ending within 30 days, or expired."`
	Rosters       *Count `json:"faulty_rosters,omitempty" doc:"list-rosters: checked with rows that cannot be taken, or not the template."`
	PaperFiles    *Count `json:"paper_files_to_send,omitempty" doc:"list-handovers: still to be sent."`
	PasswordDays  *int   `json:"password_days_left,omitempty" doc:"Days until the password must be changed."`
}

type homeInput struct {
	IfNoneMatch string `header:"If-None-Match" doc:"ETag of the numbers I have."`
}

type homeOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Body   Home
}

func (s *server) getHome(ctx context.Context, in *homeInput) (*homeOutput, error) {
	home, err := s.own(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range s.lists(&home) {
		if err := s.count(ctx, one); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(home)
	if err != nil {
		return nil, fmt.Errorf("read the first page: %w", err)
	}
	sum := sha256.Sum256(text)
	out := &homeOutput{Status: http.StatusOK, ETag: `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`, Body: home}
	if in.IfNoneMatch == out.ETag {
		out.Status = http.StatusNotModified
	}
	return out, nil
}

// own counts what waits for the caller in person.
func (s *server) own(ctx context.Context) (home Home, err error) {
	p := rest.PrincipalOf(ctx)
	err = s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		n, err := worklist.CountInbox(tx, worklist.InboxReader{Office: p.Office.ID, Roles: p.Roles})
		if err != nil {
			return err
		}
		home = Home{Open: n.Open, Overdue: n.Overdue, NearDue: n.NearDue, Mine: n.Mine, Delegated: n.Delegated, Nobody: n.Nobody, UnreadNotices: n.Unread}
		back, err := desk.CountSentBack(tx, p.Office.ID, p.Roles)
		if err != nil || p.Machine {
			home.SentBack = Count(back)
			return err
		}
		home.SentBack = Count(back)
		holder, err := account.Read(tx, p.Account)
		left := p.PasswordDays - int(tx.Now().Sub(holder.PasswordSetAt)/(24*time.Hour))
		home.PasswordDays = &left
		return err
	})
	return home, err
}

// list is one list of which the first page shows how long it is.
type list struct {
	action authz.Action
	into   **Count
	count  func(tx *store.Tx, p authz.Principal) (store.Count, error)
}

func (s *server) lists(home *Home) []list {
	return []list{
		{authz.ChangeDecide, &home.Drafts, func(tx *store.Tx, p authz.Principal) (store.Count, error) { return desk.CountDrafts(tx, p.Office.ID) }},
		{authz.ChangeSupervise, &home.LateBelow, func(tx *store.Tx, p authz.Principal) (store.Count, error) {
			return desk.CountLateBelow(tx, p.Office.Path)
		}},
		{authz.ProblemRead, &home.Problems, func(tx *store.Tx, _ authz.Principal) (store.Count, error) { return problem.CountOpen(tx) }},
		{authz.StudentSearch, &home.Suspensions, func(tx *store.Tx, p authz.Principal) (store.Count, error) {
			return student.CountExpiringSuspensions(tx, p.Office.Path, tx.Today().AddDays(endingWithin))
		}},
		{authz.RosterRead, &home.Rosters, func(tx *store.Tx, _ authz.Principal) (store.Count, error) { return registration.CountFaultyRosters(tx) }},
		{authz.HandoverSend, &home.PaperFiles, func(tx *store.Tx, p authz.Principal) (store.Count, error) {
			return transfer.CountPaperFilesToSend(tx, p.Office.Path)
		}},
	}
}

// count counts one list with the rights of that list; one the caller may not see stays out.
func (s *server) count(ctx context.Context, one list) error {
	scope, may := rest.ScopeFor(ctx, one.action)
	if !may {
		return nil
	}
	return s.Store.InScope(ctx, scope, func(tx *store.Tx) error {
		n, err := one.count(tx, rest.PrincipalOf(ctx))
		shown := Count(n)
		*one.into = &shown
		return err
	})
}
