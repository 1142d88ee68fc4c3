// Package client is the only place that knows Temporal's start options and
// errors. The API, the relay, reconciliation and the operator's tools use it.
package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/workflows/contract"
)

// What a caller may have to tell apart; compare with errors.Is.
var (
	// ErrStale: the workflow is at another step than the message names.
	ErrStale = errors.New("the workflow is at another step")
	// ErrNotRunning: never started, terminated and completed look alike; PostgreSQL knows which.
	ErrNotRunning = errors.New("no workflow is running for the change")
	// ErrNoAnswer: Temporal or the workers did not answer in time.
	ErrNoAnswer = errors.New("no answer from the workflow")
	// ErrNotSetUp comes with ErrNoAnswer: Temporal lost its namespace; Ensure makes it again.
	ErrNotSetUp = errors.New("temporal is not set up")
)

// Starting is what starts the workflow of a change.
type Starting struct {
	ChangeID     string
	Kind         string // domain kind, e.g. SUSPENSION
	WorkflowName string // e.g. Suspension
	CaseNo       string
	Province     string
}

// Client talks to the workflows of changes. It is lazy: it can be made while
// Temporal is down.
type Client struct {
	sdk       sdk.Client
	namespace string
}

// New wraps a lazy SDK client.
func New(c sdk.Client, namespace string) *Client { return &Client{sdk: c, namespace: namespace} }

// Start starts the workflow of a change. A workflow that is already running
// counts as started, so relay, reconciliation and the API may race.
func (c *Client) Start(ctx context.Context, s Starting) error {
	return c.start(ctx, s, enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
}

// Restart starts the workflow of a change anew and ends the run that is there: the
// new one goes on from where the register stands.
func (c *Client) Restart(ctx context.Context, s Starting) error {
	return c.start(ctx, s, enums.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING)
}

func (c *Client) start(ctx context.Context, s Starting, conflict enums.WorkflowIdConflictPolicy) error {
	options := sdk.StartWorkflowOptions{
		ID:        contract.WorkflowID(s.ChangeID),
		TaskQueue: contract.QueueChanges,
		// PostgreSQL says whether a run is due; the Resume of a closed change ends at once.
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy:                 conflict,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		// Where a worker runs in this process, it is given the first task with the answer.
		EnableEagerStart: true,
		StaticSummary:    s.Kind + " " + s.CaseNo,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyKeyword(contract.AttributeCaseNo).ValueSet(s.CaseNo)),
	}
	// Always by name: a start by function takes the last registered name.
	_, err := c.sdk.ExecuteWorkflow(ctx, options, s.WorkflowName,
		contract.ChangeInput{ChangeID: s.ChangeID, Kind: s.Kind, Province: s.Province})
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &already) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("start the workflow of a change: %w", translate(err))
	}
	return nil
}

// Say hands a slip to the workflow and waits until it was counted or refused.
// Every attempt has an ID of its own: an UpdateID that was refused after a
// reset stays dead for ever; the slip makes attempts one.
func (c *Client) Say(ctx context.Context, changeID string, m contract.SlipMessage) (contract.SlipResult, error) {
	handle, err := c.sdk.UpdateWorkflow(ctx, sdk.UpdateWorkflowOptions{
		UpdateID:     uuid.NewString(),
		WorkflowID:   contract.WorkflowID(changeID),
		UpdateName:   contract.UpdateSlip,
		Args:         []any{m},
		WaitForStage: sdk.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return contract.SlipResult{}, translate(err)
	}
	var result contract.SlipResult
	if err := handle.Get(ctx, &result); err != nil {
		return contract.SlipResult{}, translate(err)
	}
	return result, nil
}

// Leave hands a slip over without waiting; it is kept in history until a worker takes it.
func (c *Client) Leave(ctx context.Context, changeID string, m contract.SlipMessage) error {
	if err := c.sdk.SignalWorkflow(ctx, contract.WorkflowID(changeID), "", contract.SignalSlip, m); err != nil {
		return translate(err)
	}
	return nil
}

// Refresh makes the workflow read its position again.
func (c *Client) Refresh(ctx context.Context, changeID string) error {
	if err := c.sdk.SignalWorkflow(ctx, contract.WorkflowID(changeID), "", contract.SignalRefresh, nil); err != nil {
		return translate(err)
	}
	return nil
}

// Position asks a running workflow what it believes; it needs a live worker.
func (c *Client) Position(ctx context.Context, changeID string) (contract.Position, error) {
	var at contract.Position
	value, err := c.sdk.QueryWorkflow(ctx, contract.WorkflowID(changeID), "", contract.QueryPosition)
	if err != nil {
		return at, translate(err)
	}
	if err := value.Get(&at); err != nil {
		return at, fmt.Errorf("read the workflow's position: %w", err)
	}
	return at, nil
}

// Healthy says whether Temporal answers.
func (c *Client) Healthy(ctx context.Context) error {
	if _, err := c.sdk.CheckHealth(ctx, &sdk.CheckHealthRequest{}); err != nil {
		return fmt.Errorf("temporal: %w", err)
	}
	return nil
}

// translate turns the SDK's errors into the few a caller can act on.
func translate(err error) error {
	var (
		app      *temporal.ApplicationError
		notFound *serviceerror.NotFound
		noSpace  *serviceerror.NamespaceNotFound
	)
	switch {
	case errors.As(err, &app) && app.Type() == contract.ErrStale:
		return fmt.Errorf("%w: %w", ErrStale, err)
	case errors.As(err, &app) && app.Type() == contract.ErrEnding:
		return fmt.Errorf("%w: %w", ErrNotRunning, err)
	case errors.As(err, &noSpace):
		return fmt.Errorf("%w: %w: %w", ErrNoAnswer, ErrNotSetUp, err)
	case errors.As(err, &notFound):
		return fmt.Errorf("%w: %w", ErrNotRunning, err)
	}
	return fmt.Errorf("%w: %w", ErrNoAnswer, err)
}
