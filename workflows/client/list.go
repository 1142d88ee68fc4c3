package client

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/workflowservice/v1"

	"github.com/xueji/xueji/workflows/contract"
)

// Listed is a running workflow as Temporal's list shows it.
type Listed struct {
	WorkflowID string
	StepRound  string    // that it last stored; "" when it never did, or another attribute is lost
	Started    time.Time // in Temporal's time, which is real time
}

// ChangeID returns the ID of the change that the workflow belongs to, or "" when it
// belongs to none.
func (l Listed) ChangeID() string {
	id, found := strings.CutPrefix(l.WorkflowID, contract.WorkflowID(""))
	if !found {
		return ""
	}
	return id
}

// Page is a place in a list of Temporal; nil is its beginning, and its end.
type Page []byte

// listPage is the number of workflows that one answer of Temporal lists.
const listPage = 1000

// runningIn is the query for the running workflows of a task queue.
func runningIn(queue string) string {
	return `ExecutionStatus = "Running" AND TaskQueue = "` + queue + `"`
}

// CountRunning returns the number of running change workflows in Temporal's list. The list
// lags: a caller may act on it only in ways that are harmless when it is out of date.
func (c *Client) CountRunning(ctx context.Context) (int64, error) {
	return c.count(ctx, runningIn(contract.QueueChanges))
}

// between is the query for the running workflows of the changes with IDs above from, up to
// and with to.
func between(from, to string) string {
	return runningIn(contract.QueueChanges) + ` AND WorkflowId > "` + contract.WorkflowID(from) + `" AND WorkflowId <= "` + contract.WorkflowID(to) + `"`
}

// CountBetween counts the running workflows of the changes with IDs above from, up to and
// with to; see CountRunning.
func (c *Client) CountBetween(ctx context.Context, from, to string) (int64, error) {
	return c.count(ctx, between(from, to))
}

// ListBetween calls fn with one page of the workflows that CountBetween counts, and returns
// where the next page begins, or nil after the last one. A list costs Temporal some fifty
// times what a count of the same workflows costs.
func (c *Client) ListBetween(ctx context.Context, from, to string, at Page, fn func(Listed)) (Page, error) {
	return c.page(ctx, between(from, to), at, fn)
}

// RunningJobs calls fn with every running workflow of a job; see CountRunning.
func (c *Client) RunningJobs(ctx context.Context, fn func(Listed)) error {
	var at Page
	for {
		next, err := c.page(ctx, runningIn(contract.QueueBulk), at, fn)
		if err != nil || next == nil {
			return err
		}
		at = next
	}
}

func (c *Client) count(ctx context.Context, query string) (int64, error) {
	answer, err := c.sdk.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: c.namespace, Query: query})
	if err != nil {
		return 0, fmt.Errorf("count running workflows: %w", translate(err))
	}
	return answer.GetCount(), nil
}

func (c *Client) page(ctx context.Context, query string, at Page, fn func(Listed)) (Page, error) {
	answer, err := c.sdk.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: c.namespace, PageSize: listPage, Query: query, NextPageToken: at,
	})
	if err != nil {
		return nil, fmt.Errorf("list running workflows: %w", translate(err))
	}
	for _, e := range answer.GetExecutions() {
		fn(Listed{
			WorkflowID: e.GetExecution().GetWorkflowId(), StepRound: shownStep(e.GetSearchAttributes()), Started: e.GetStartTime().AsTime(),
		})
	}
	if len(answer.GetNextPageToken()) == 0 {
		return nil, nil
	}
	return answer.GetNextPageToken(), nil
}
