package home

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

const (
	// beat tells the proxies on the way, every so often, that the connection stands.
	beat = 25 * time.Second
	// between two events of a stream is time for one answer of get-home.
	between = time.Second
	// perAccount is how many streams an account may have at a server: pages that are seen.
	perAccount = 6
)

// eventRoutes registers what tells a page to ask anew.
func (s *server) eventRoutes() {
	const path = "/v1/me/events"
	rest.Register(s.rest, rest.Operation{
		ID: "hear-events", Method: http.MethodGet, Path: path, Action: authz.InboxRead, Tag: "inbox",
		Summary: "Hear when the numbers of the first page may have changed (实时提醒)",
		Detail: "Server-sent events. Each event \"moved\" says: ask get-home again; it carries nothing else. The event \"begun\" comes first. A line without an event comes every 25 seconds. " +
			"The stream ends with the session and after an hour, and does not count as use of the session; an account has six at most (429).",
		Timeout: time.Hour, Stream: true,
	}, s.hearEvents)
	s.rest.DescribeStream(path, "Events, as long as the session lasts.")
}

func (s *server) hearEvents(ctx context.Context, _ *rest.Empty) (*rest.Stream, error) {
	p := rest.PrincipalOf(ctx)
	if !s.streams.take(p.Account) {
		return nil, refusal.New(refusal.TooManyRequests).With("seconds", "60")
	}
	return rest.Streamed(func(ctx context.Context, say rest.Say) { //nolint:contextcheck // it gets the context of the answer
		defer s.streams.give(p.Account)
		s.tell(ctx, p, say)
	}), nil
}

// tell says "moved" whenever something of the office has moved, until the session ends.
func (s *server) tell(ctx context.Context, p authz.Principal, say rest.Say) {
	ring := s.Store.Hear(p.Office.ID, p.Session) //nolint:contextcheck // the listening is not this call's alone
	defer ring.Close()
	ticks := time.NewTicker(beat)
	defer ticks.Stop()
	said := say("begun", struct{}{})
	for said == nil {
		event := ""
		select {
		case <-ctx.Done():
			return
		case _, more := <-ring.C:
			if !more {
				return
			}
			event = "moved"
		case <-ticks.C:
		}
		if !s.stands(ctx, p) {
			return
		}
		if said = say(event, struct{}{}); event == "" {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(between):
		}
	}
}

// stands reports whether the session is still good. A fault of the database is no end.
func (s *server) stands(ctx context.Context, p authz.Principal) bool {
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error { return account.Stands(tx, p.Session) })
	return refusal.CodeOf(err) != refusal.Unauthenticated
}

// streams counts the streams of each account at this server.
type streams struct {
	mu sync.Mutex
	of map[uuid.UUID]int
}

func (s *streams) take(account uuid.UUID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[account] >= perAccount {
		return false
	}
	s.of[account]++
	return true
}

func (s *streams) give(account uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[account]--; s.of[account] <= 0 {
		delete(s.of, account)
	}
}
