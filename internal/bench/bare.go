package bench

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/workflows/client"
)

// How the bare engine counts decisions.
const (
	regular = "bare, regular activities"
	local   = "bare, local activities"
)

// The bare engine's names.
const (
	bareQueue    = "bench-bare"
	bareWorkflow = "Bare"
	bareActivity = "Nothing"
	bareErrand   = "Errand"
	bareUpdate   = "decide"
)

// bareEngine is Temporal with nothing in it: no database, no rules, no HTTP.
type bareEngine struct {
	client    sdk.Client
	namespace string
	worker    worker.Worker
	begun     bool
	ended     sync.Map // by workflow ID, a channel that is closed when its errand ran
}

func startBare(cfg config.Config) (*bareEngine, error) {
	c, err := sdk.NewLazyClient(sdk.Options{
		HostPort: cfg.Temporal.Address, Namespace: cfg.Temporal.Namespace, Identity: "bench",
		Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return nil, fmt.Errorf("temporal client: %w", err)
	}
	options := service.WorkerOptions(cfg.Worker)
	// Xueji's worker polls little for regular activities because it has none.
	options.MaxConcurrentActivityTaskPollers = cfg.Worker.WorkflowPollers
	w := worker.New(c, bareQueue, options)
	b := &bareEngine{client: c, namespace: cfg.Temporal.Namespace, worker: w}
	w.RegisterWorkflowWithOptions(bareCase, workflow.RegisterOptions{Name: bareWorkflow})
	w.RegisterActivity(Nothing)
	w.RegisterActivityWithOptions(b.errand, activity.RegisterOptions{Name: bareErrand})
	return b, nil
}

// start starts the bare worker, in a namespace all of the server knows: Xueji answers
// as soon as Temporal does, which is a moment before that.
func (b *bareEngine) start(ctx context.Context) error {
	if err := client.New(b.client, b.namespace).Ensure(ctx); err != nil {
		return err
	}
	if err := b.worker.Start(); err != nil {
		return fmt.Errorf("start the bare worker: %w", err)
	}
	b.begun = true
	return nil
}

func (b *bareEngine) stop() {
	if b.begun {
		b.worker.Stop()
	}
	b.client.Close()
}

// modes are the bare counterparts of a scene.
func (b *bareEngine) modes(s scene) []mode {
	list := []mode{&bareMode{b, local, s.shape}}
	if s.first {
		byRegular := s.shape
		byRegular.Regular = true
		list = append([]mode{&bareMode{b, regular, byRegular}}, list...)
	}
	return list
}

type bareMode struct {
	*bareEngine
	kind  string
	shape shape
}

func (m *bareMode) name() string                       { return m.kind }
func (m *bareMode) prepare(context.Context, int) error { return nil }
func (m *bareMode) verify(context.Context, int) error  { return nil }

func (m *bareMode) decideOne(ctx context.Context, _ int, decided func(time.Duration)) error {
	id := "bench/" + uuid.NewString()
	ended := make(chan struct{})
	if m.shape.Errand > 0 {
		m.ended.Store(id, ended)
	}
	_, err := m.client.ExecuteWorkflow(ctx, sdk.StartWorkflowOptions{ID: id, TaskQueue: bareQueue}, bareWorkflow, m.shape)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	for n := range m.shape.Decisions {
		if n+1 == m.shape.Errand {
			select {
			case <-ended:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		started := time.Now()
		if err := m.decide(ctx, id); err != nil {
			return fmt.Errorf("decide: %w", err)
		}
		decided(time.Since(started))
	}
	return nil
}

func (m *bareMode) decide(ctx context.Context, id string) error {
	handle, err := m.client.UpdateWorkflow(ctx, sdk.UpdateWorkflowOptions{
		UpdateID: uuid.NewString(), WorkflowID: id, UpdateName: bareUpdate, WaitForStage: sdk.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, nil)
}

// Nothing is the empty activity.
func Nothing(context.Context) error { return nil }

// errand is an empty activity too; the client, in the same process, learns without
// a call that it ran, and decides no sooner, as people do not.
func (b *bareEngine) errand(ctx context.Context) error {
	waiting, _ := b.ended.LoadAndDelete(activity.GetInfo(ctx).WorkflowExecution.ID)
	if ended, ok := waiting.(chan struct{}); ok {
		close(ended)
	}
	return nil
}

// bareCase has the shape of a change and nothing of its content: handlers
// queue, the main loop runs one activity per decision and answers, and a regular
// activity where the change has an automatic step.
func bareCase(ctx workflow.Context, s shape) error {
	const brief = 10 * time.Second
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: brief})
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: brief})
	act := func() workflow.Future {
		if s.Regular {
			return workflow.ExecuteActivity(ctx, bareActivity)
		}
		return workflow.ExecuteLocalActivity(ctx, bareActivity)
	}
	asked, answered := 0, 0
	err := workflow.SetUpdateHandler(ctx, bareUpdate, func(ctx workflow.Context) error {
		asked++
		mine := asked
		return workflow.Await(ctx, func() bool { return answered >= mine })
	})
	if err != nil {
		return err
	}
	for answered < s.Decisions {
		if answered+1 == s.Errand {
			if err := workflow.ExecuteActivity(ctx, bareErrand).Get(ctx, nil); err != nil {
				return err
			}
		}
		if err := workflow.Await(ctx, func() bool { return asked > answered }); err != nil {
			return err
		}
		if err := act().Get(ctx, nil); err != nil {
			return err
		}
		answered++
	}
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}
