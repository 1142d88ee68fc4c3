package bench

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	sdk "go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/service"
)

// How the bare engine runs its activities.
const (
	regular = "bare, regular activities"
	local   = "bare, local activities"
)

// The bare engine's queue and workflow names.
const (
	bareQueue    = "bench-bare"
	bareRegular  = "BareRegular"
	bareLocal    = "BareLocal"
	bareActivity = "Nothing"
	bareUpdate   = "decide"
)

// bareEngine is Temporal with nothing in it: no database, no rules, no HTTP.
type bareEngine struct {
	client sdk.Client
	worker worker.Worker
	begun  bool
}

func startBare(cfg config.Config) (*bareEngine, error) {
	client, err := sdk.NewLazyClient(sdk.Options{
		HostPort: cfg.Temporal.Address, Namespace: cfg.Temporal.Namespace, Identity: "bench",
		Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return nil, fmt.Errorf("temporal client: %w", err)
	}
	options := service.WorkerOptions(cfg.Worker)
	// Xueji's worker polls little for regular activities because it has none.
	options.MaxConcurrentActivityTaskPollers = cfg.Worker.WorkflowPollers
	w := worker.New(client, bareQueue, options)
	w.RegisterWorkflowWithOptions(bareRegularCase, workflow.RegisterOptions{Name: bareRegular})
	w.RegisterWorkflowWithOptions(bareLocalCase, workflow.RegisterOptions{Name: bareLocal})
	w.RegisterActivity(Nothing)
	return &bareEngine{client: client, worker: w}, nil
}

// start is called once the namespace exists.
func (b *bareEngine) start() error {
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

func (b *bareEngine) mode(name string) mode { return bareMode{b, name} }

type bareMode struct {
	*bareEngine
	kind string
}

func (m bareMode) name() string                       { return m.kind }
func (m bareMode) prepare(context.Context, int) error { return nil }
func (m bareMode) verify(context.Context, int) error  { return nil }

func (m bareMode) decideOne(ctx context.Context, _ int, decided func(time.Duration)) error {
	id, workflowName := "bench/"+uuid.NewString(), bareRegular
	if m.kind == local {
		workflowName = bareLocal
	}
	_, err := m.client.ExecuteWorkflow(ctx, sdk.StartWorkflowOptions{ID: id, TaskQueue: bareQueue}, workflowName)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	for range Decisions {
		started := time.Now()
		handle, err := m.client.UpdateWorkflow(ctx, sdk.UpdateWorkflowOptions{
			UpdateID: uuid.NewString(), WorkflowID: id, UpdateName: bareUpdate, WaitForStage: sdk.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return fmt.Errorf("decide: %w", err)
		}
		if err := handle.Get(ctx, nil); err != nil {
			return fmt.Errorf("decide: %w", err)
		}
		decided(time.Since(started))
	}
	return nil
}

// Nothing is the empty activity.
func Nothing(context.Context) error { return nil }

func bareRegularCase(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second})
	return bareCase(ctx, func() workflow.Future { return workflow.ExecuteActivity(ctx, bareActivity) })
}

func bareLocalCase(ctx workflow.Context) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: 10 * time.Second})
	return bareCase(ctx, func() workflow.Future { return workflow.ExecuteLocalActivity(ctx, bareActivity) })
}

// bareCase has the shape of a change and nothing of its content: handlers
// queue, the main loop runs one activity per decision and answers.
func bareCase(ctx workflow.Context, act func() workflow.Future) error {
	asked, answered := 0, 0
	err := workflow.SetUpdateHandler(ctx, bareUpdate, func(ctx workflow.Context) error {
		asked++
		mine := asked
		return workflow.Await(ctx, func() bool { return answered >= mine })
	})
	if err != nil {
		return err
	}
	for answered < Decisions {
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
