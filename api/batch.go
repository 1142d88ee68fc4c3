package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// batchRoutes registers what is done to many tasks at a time. Each item is a slip of
// its own, with an answer of its own; none waits for another.
func (s *server) batchRoutes() {
	register(s, Operation{
		ID: "decide-batch", Method: http.MethodPost, Path: "/v1/decisions", Action: authz.ChangeDecide, Tag: "tasks", Keyed: true, Timeout: 2 * time.Minute,
		Summary: "Decide up to 100 tasks of one kind (批量审批)",
		Detail:  "Answers 200 with what became of each; those that were refused say why, the others count.",
	}, s.decideBatch)
	register(s, Operation{
		ID: "hand-over-tasks", Method: http.MethodPost, Path: "/v1/accounts/{id}/hand-over", Action: authz.TaskHandOver, Tag: "tasks", Keyed: true, Timeout: 2 * time.Minute,
		Summary: "Hand the tasks of somebody who left to a colleague (移交)",
		Detail:  "Up to 100 at a time; remaining says how many are left. Advice that was asked of them goes back to who asked.",
	}, s.handOverTasks)
}

// BatchItem is what became of one item of a batch.
type BatchItem struct {
	ChangeID uuid.UUID  `json:"change_id"`
	TaskID   uuid.UUID  `json:"task_id"`
	Outcome  string     `json:"outcome" enum:"COUNTED,PENDING,REFUSED"`
	Code     string     `json:"code,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	SlipID   *uuid.UUID `json:"slip_id,omitempty"`
}

// BatchResult is what became of a batch.
type BatchResult struct {
	Counted   int         `json:"counted"`
	Pending   int         `json:"pending"`
	Refused   int         `json:"refused"`
	Remaining int64       `json:"remaining,omitempty" doc:"Tasks that are left for another call."`
	Items     []BatchItem `json:"items"`
}

// TaskRef names a task and its change.
type TaskRef struct {
	ChangeID uuid.UUID `json:"change_id" format:"uuid"`
	TaskID   uuid.UUID `json:"task_id" format:"uuid"`
}

type batchInput struct {
	Body struct {
		Kind    string    `json:"kind" doc:"All changes are of this kind."`
		Verdict string    `json:"verdict" enum:"APPROVE,REJECT,SEND_BACK"`
		Opinion string    `json:"opinion,omitempty" maxLength:"500" text:"free"`
		Items   []TaskRef `json:"items" minItems:"1" maxItems:"100"`
	}
}

func (s *server) decideBatch(ctx context.Context, in *batchInput) (*body[BatchResult], error) {
	verb := store.Verb(in.Body.Verdict)
	if verb.NeedsOpinion() && in.Body.Opinion == "" {
		return nil, problem.New(problem.OpinionRequired).At("/opinion")
	}
	seen := map[uuid.UUID]bool{}
	words := make([]store.Word, len(in.Body.Items))
	for i, item := range in.Body.Items {
		if seen[item.TaskID] {
			return nil, problem.New(problem.BatchTwice).At("/items")
		}
		seen[item.TaskID] = true
		words[i] = store.Word{ChangeID: item.ChangeID, TaskID: item.TaskID, Verb: verb, Opinion: in.Body.Opinion}
	}
	if err := s.oneKind(ctx, process.Kind(in.Body.Kind), words); err != nil {
		return nil, err
	}
	return bodyOf(s.sayAll(ctx, words)), nil
}

// oneKind refuses a batch of several kinds, or of one that allows none, before
// anything is said. A change that is not there is told with its item.
func (s *server) oneKind(ctx context.Context, kind process.Kind, words []store.Word) error {
	changes := make([]uuid.UUID, len(words))
	for i, w := range words {
		changes[i] = w.ChangeID
	}
	return s.store.InScope(ctx, scopeOf(ctx), func(tx *store.Tx) error {
		batch, err := tx.Batch(kind, changes)
		if err == nil && !batch {
			err = problem.New(problem.BatchKind).At("/kind")
		}
		return err
	})
}

type handOverInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		To     uuid.UUID `json:"to" format:"uuid" doc:"The colleague's account."`
		Reason string    `json:"reason" minLength:"1" maxLength:"500" text:"required"`
	}
}

func (s *server) handOverTasks(ctx context.Context, in *handOverInput) (*body[BatchResult], error) {
	var words []store.Word
	var total int64
	err := s.store.InScope(ctx, scopeOf(ctx), func(tx *store.Tx) error {
		a, err := tx.Account(in.ID)
		if err != nil {
			return err
		}
		if err := allow(ctx, a.OrgPath); err != nil {
			return err
		}
		held, n, err := tx.TasksOf(in.ID, 100)
		total = n
		for _, k := range held {
			words = append(words, store.Word{
				ChangeID: k.ChangeID, TaskID: k.ID, Verb: store.HandOver, Opinion: in.Body.Reason,
				Body: store.SlipBody{From: in.ID, To: []uuid.UUID{in.Body.To}},
			})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	out := s.sayAll(ctx, words)
	out.Remaining = total - int64(len(words))
	return bodyOf(out), nil
}

// atATime is how many items of a batch are said at once.
const atATime = 4

// sayAll says many words, each with a key of its own, so that a repeated batch says
// nothing twice.
func (s *server) sayAll(ctx context.Context, words []store.Word) BatchResult {
	slips, refusals := make([]*store.Slip, len(words)), make([]error, len(words))
	var group errgroup.Group
	group.SetLimit(atATime)
	for i, w := range words {
		group.Go(func() error { // one that fails stops no other
			slips[i], refusals[i] = s.sayOne(ctx, w)
			return nil
		})
	}
	_ = group.Wait()
	out := BatchResult{Items: make([]BatchItem, len(words))}
	for i, w := range words {
		item := BatchItem{ChangeID: w.ChangeID, TaskID: w.TaskID, Outcome: store.SlipRefused}
		if err := refusals[i]; err != nil {
			p := exchangeOf(ctx).problem(exchangeOf(ctx).told(err))
			item.Code, item.Reason = p.Code, p.Detail
		} else {
			item.Outcome, item.SlipID = slips[i].Outcome, &slips[i].ID
		}
		out.add(item, i)
	}
	return out
}

func (b *BatchResult) add(item BatchItem, i int) {
	b.Items[i] = item
	switch item.Outcome {
	case store.SlipCounted:
		b.Counted++
	case store.SlipPending:
		b.Pending++
	default:
		b.Refused++
	}
}

// sayOne says one word of a batch. A panic is its item's alone: the recovery of the
// request does not reach into a goroutine.
func (s *server) sayOne(ctx context.Context, w store.Word) (slip *store.Slip, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = s.panicked(exchangeOf(ctx), "batch", r)
		}
	}()
	return s.handIn(ctx, idempotencyKey(ctx)+":"+w.TaskID.String(), []any{w.ChangeID, w.TaskID, w.Verb, w.Opinion, w.Body}, w)
}
