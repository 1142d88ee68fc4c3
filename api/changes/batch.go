package changes

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/desk"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// batchRoutes registers what is done to many tasks at a time. Each item is a slip of
// its own, with an answer of its own; none waits for another.
func (s *server) batchRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "decide-batch", Method: http.MethodPost, Path: "/v1/decisions", Action: authz.ChangeDecide, Tag: "tasks", Keyed: true, Timeout: 2 * time.Minute,
		Summary: "Decide up to 100 tasks of one kind (批量审批)",
		Detail:  "Answers 200 with what became of each; those that were refused say why, the others count.",
	}, s.decideBatch)
	rest.Register(s.rest, rest.Operation{
		ID: "hand-over-tasks", Method: http.MethodPost, Path: "/v1/accounts/{id}/hand-over", Action: authz.TaskHandOver, Tag: "tasks", Keyed: true, Timeout: 2 * time.Minute,
		Summary: "Hand the tasks of somebody who left to a colleague (移交)",
		Detail:  "Up to 100 at a time; remaining says how many are left. Advice that was asked of them goes back to who asked.",
	}, s.handOverTasks)
	rest.Register(s.rest, rest.Operation{
		ID: "count-held-tasks", Method: http.MethodGet, Path: "/v1/accounts/{id}/tasks", Action: authz.TaskHandOver, Tag: "tasks",
		Summary: "How many tasks an account holds, by kind (名下待办)", Detail: "What a hand-over would pass on; no pupils.",
	}, s.countHeldTasks)
}

// HeldTasks counts the tasks that an account holds, in all and by kind.
type HeldTasks struct {
	Total int        `json:"total"`
	Kinds []HeldKind `json:"kinds" doc:"Most tasks first."`
}

// HeldKind counts the tasks of one kind that an account holds.
type HeldKind struct {
	Kind  string `json:"kind"`
	Name  string `json:"kind_name"`
	Tasks int    `json:"tasks"`
}

// BatchItem is what became of one item of a batch.
type BatchItem struct {
	ChangeID uuid.UUID  `json:"change_id"`
	TaskID   uuid.UUID  `json:"task_id"`
	Outcome  string     `json:"outcome" enum:"COUNTED,PENDING,REFUSED"`
	Code     string     `json:"code,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	SlipID   *uuid.UUID `json:"slip_id,omitempty"`
	// EffectiveOn is there when the approval was the last one and the day is ahead.
	EffectiveOn string `json:"effective_on,omitempty" format:"date" doc:"The change is approved, and in force on this day, which is ahead."`
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
		Items   []TaskRef `json:"items" minItems:"1" maxItems:"100" nullable:"false"`
	}
}

func (s *server) decideBatch(ctx context.Context, in *batchInput) (*rest.Body[BatchResult], error) {
	verb := change.Verb(in.Body.Verdict)
	if verb.NeedsOpinion() && in.Body.Opinion == "" {
		return nil, refusal.New(refusal.OpinionRequired).At("/opinion")
	}
	seen := map[uuid.UUID]bool{}
	words := make([]change.NewSlip, len(in.Body.Items))
	for i, item := range in.Body.Items {
		if seen[item.TaskID] {
			return nil, refusal.New(refusal.BatchTwice).At("/items")
		}
		seen[item.TaskID] = true
		words[i] = change.NewSlip{ChangeID: item.ChangeID, TaskID: item.TaskID, Verb: verb, Opinion: in.Body.Opinion}
	}
	key, err := batchKey(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	kept, err := s.keptBatch(ctx, key, func(tx *change.Tx) (*desk.BatchRequest, error) {
		if err := oneKind(tx, process.Kind(in.Body.Kind), words); err != nil {
			return nil, err
		}
		return desk.SaveBatch(tx, key, nil, 0)
	})
	if err != nil {
		return nil, err
	}
	return s.sayAll(ctx, key, kept, words)
}

// batchKey is what a repetition of the whole request is known by. The operation belongs
// to it: the same key for another one is another request.
func batchKey(ctx context.Context, request ...any) (desk.BatchKey, error) {
	operation := rest.OperationOf(ctx)
	hash, err := rest.BodyHash(append([]any{operation}, request...))
	return desk.BatchKey{Operation: operation, Key: rest.IdempotencyKey(ctx), Hash: hash}, err
}

// keptBatch gives what is kept of a request; one that was never made is begun.
func (s *server) keptBatch(ctx context.Context, key desk.BatchKey, begin func(*change.Tx) (*desk.BatchRequest, error)) (*desk.BatchRequest, error) {
	var kept *desk.BatchRequest
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) (err error) {
		if kept, err = desk.FindBatch(tx, key); kept == nil && err == nil {
			kept, err = begin(tx)
		}
		return err
	})
	return kept, err
}

// oneKind refuses a batch of several kinds, or of one that allows none, before
// anything is said. A change that is not there is told with its item.
func oneKind(tx *change.Tx, kind process.Kind, words []change.NewSlip) error {
	changes := make([]uuid.UUID, len(words))
	for i, w := range words {
		changes[i] = w.ChangeID
	}
	batch, err := desk.FitOneBatch(tx, kind, changes)
	if err == nil && !batch {
		err = refusal.New(refusal.BatchKind).At("/kind")
	}
	return err
}

type handOverInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		To     uuid.UUID `json:"to" format:"uuid" doc:"The colleague's account."`
		Reason string    `json:"reason" minLength:"1" maxLength:"500" text:"required"`
	}
}

func (s *server) handOverTasks(ctx context.Context, in *handOverInput) (*rest.Body[BatchResult], error) {
	if err := s.mayHandOver(ctx, in.ID); err != nil {
		return nil, err
	}
	key, err := batchKey(ctx, in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	kept, err := s.keptBatch(ctx, key, func(tx *change.Tx) (*desk.BatchRequest, error) {
		held, total, err := desk.TasksOf(tx, in.ID, 100)
		if err != nil {
			return nil, err
		}
		return desk.SaveBatch(tx, key, held, total-int64(len(held)))
	})
	if err != nil {
		return nil, err
	}
	words := make([]change.NewSlip, len(kept.Tasks))
	for i, k := range kept.Tasks {
		words[i] = change.NewSlip{
			ChangeID: k.ChangeID, TaskID: k.ID, Verb: change.VerbHandOver, Opinion: in.Body.Reason,
			Body: change.SlipBody{From: in.ID, To: []uuid.UUID{in.Body.To}},
		}
	}
	out, err := s.sayAll(ctx, key, kept, words)
	if err != nil {
		return nil, err
	}
	out.Body.Remaining = kept.Remaining
	return out, nil
}

func (s *server) countHeldTasks(ctx context.Context, in *rest.PathID) (*rest.Body[HeldTasks], error) {
	if err := s.mayHandOver(ctx, in.ID); err != nil {
		return nil, err
	}
	out := HeldTasks{Kinds: []HeldKind{}}
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error {
		held, err := desk.TasksByKind(tx, in.ID)
		for _, k := range held {
			out.Total += k.Tasks
			out.Kinds = append(out.Kinds, HeldKind{Kind: string(k.Kind), Name: rest.InLanguage(ctx, s.Processes.NameOf(k.Kind)), Tasks: k.Tasks})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(out), nil
}

// mayHandOver refuses whoever may not hand over what an account holds.
func (s *server) mayHandOver(ctx context.Context, accountID uuid.UUID) error {
	return s.Store.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		a, err := account.Read(tx, accountID)
		if err != nil {
			return err
		}
		return rest.Allow(ctx, a.OrgPath)
	})
}

// atATime is how many items of a batch are said at once.
const atATime = 4

// sayAll says many words, each with a key of its own, so that a repeated batch says
// nothing twice. What an earlier run was refused stays refused.
func (s *server) sayAll(ctx context.Context, key desk.BatchKey, kept *desk.BatchRequest, words []change.NewSlip) (*rest.Body[BatchResult], error) {
	slips, refusals := make([]*change.Slip, len(words)), make([]error, len(words))
	var group errgroup.Group
	group.SetLimit(atATime)
	for i, w := range words {
		if barrier := kept.Refused[w.TaskID]; barrier != nil {
			refusals[i] = barrier
			continue
		}
		group.Go(func() error { // one that fails stops no other
			slips[i], refusals[i] = s.sayOne(ctx, key, w)
			return nil
		})
	}
	_ = group.Wait()
	out := BatchResult{Items: make([]BatchItem, len(words))}
	refused := map[uuid.UUID]*refusal.Error{}
	for i, w := range words {
		item := BatchItem{ChangeID: w.ChangeID, TaskID: w.TaskID, Outcome: change.SlipRefused}
		if err := refusals[i]; err != nil {
			told, p := rest.Tell(ctx, err)
			item.Code, item.Reason = p.Code, p.Detail
			if p.Status < http.StatusInternalServerError && kept.Refused[w.TaskID] == nil {
				refused[w.TaskID] = told // what broke down is tried again
			}
		} else {
			item.Outcome, item.SlipID, item.EffectiveOn = slips[i].Outcome, &slips[i].ID, slips[i].EffectiveOn.String()
		}
		out.add(item, i)
	}
	return rest.BodyOf(out), s.keepRefused(ctx, key, refused)
}

// keepRefused keeps what items were refused for, also when the caller has gone meanwhile.
func (s *server) keepRefused(ctx context.Context, key desk.BatchKey, refused map[uuid.UUID]*refusal.Error) error {
	if len(refused) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error { return desk.SaveBatchRefusals(tx, key, refused) })
}

func (b *BatchResult) add(item BatchItem, i int) {
	b.Items[i] = item
	switch item.Outcome {
	case change.SlipCounted:
		b.Counted++
	case change.SlipPending:
		b.Pending++
	default:
		b.Refused++
	}
}

// sayOne says one word of a batch. A panic is its item's alone: the recovery of the
// request does not reach into a goroutine.
func (s *server) sayOne(ctx context.Context, key desk.BatchKey, w change.NewSlip) (slip *change.Slip, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = s.rest.Recovered(ctx, "batch", r)
		}
	}()
	return s.handIn(ctx, key.SlipKey(w.TaskID), []any{w.ChangeID, w.TaskID, w.Verb, w.Opinion, w.Body}, w)
}
