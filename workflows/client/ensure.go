package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// retention is how long Temporal keeps closed workflows; the register keeps records far longer.
const retention = 30 * 24 * time.Hour

// Attributes lists the search attributes the namespace must have.
func Attributes() map[string]enums.IndexedValueType {
	return map[string]enums.IndexedValueType{
		contract.AttributeKind:       enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeProvince:   enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeStage:      enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeStepRound:  enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeWaitingFor: enums.INDEXED_VALUE_TYPE_KEYWORD_LIST,
		contract.AttributeDueAt:      enums.INDEXED_VALUE_TYPE_DATETIME,
		contract.AttributeCaseNo:     enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeStepSince:  enums.INDEXED_VALUE_TYPE_DATETIME,
		contract.AttributeDueDay:     enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeOverdue:    enums.INDEXED_VALUE_TYPE_BOOL,
	}
}

// Setup is how what is there differs from what Xueji needs of Temporal.
type Setup struct {
	// Missing are a namespace, a retention or search attributes that Ensure makes.
	Missing []string
	// Wrong are search attributes of another type, for example "DueAt (Keyword, not
	// Datetime)". Others may use them, so an operator must remove them.
	Wrong []string

	namespace  bool // the namespace is missing, and so is everything in it
	retention  bool // is too short
	attributes map[string]enums.IndexedValueType
}

// Whole says that everything is there as it must be.
func (s Setup) Whole() bool { return len(s.Missing)+len(s.Wrong) == 0 }

// Setup compares what must be there with what is there, and changes nothing.
func (c *Client) Setup(ctx context.Context) (Setup, error) {
	var s Setup
	d, err := c.sdk.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: c.namespace})
	var unknown *serviceerror.NamespaceNotFound
	if errors.As(err, &unknown) {
		return Setup{Missing: []string{"namespace " + c.namespace}, namespace: true, attributes: Attributes()}, nil
	}
	if err != nil {
		return s, fmt.Errorf("describe the namespace: %w", translate(err))
	}
	// Longer is somebody's wish.
	if kept := d.GetConfig().GetWorkflowExecutionRetentionTtl(); kept != nil && kept.AsDuration() < retention {
		s.retention, s.Missing = true, append(s.Missing, fmt.Sprintf("retention of %d days", retention/(24*time.Hour)))
	}
	have, err := c.sdk.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: c.namespace})
	if err != nil && !errors.As(err, &unknown) { // a new namespace is not known to all of the server at once
		return s, fmt.Errorf("list search attributes: %w", translate(err))
	}
	s.attributes = map[string]enums.IndexedValueType{}
	need := Attributes()
	for _, name := range slices.Sorted(maps.Keys(need)) {
		switch is, there := have.GetCustomAttributes()[name]; {
		case !there:
			s.attributes[name], s.Missing = need[name], append(s.Missing, name)
		case is != need[name]:
			s.Wrong = append(s.Wrong, fmt.Sprintf("%s (%s, not %s)", name, is, need[name]))
		}
	}
	return s, nil
}

// Ensure makes namespace, retention and search attributes exist. It runs at the
// start, in every round of the upkeep and when a call reports one missing, so a
// Temporal that lost any of it is set up again without anybody's help.
func (c *Client) Ensure(ctx context.Context) error {
	s, err := c.Setup(ctx)
	if err != nil || len(s.Missing) == 0 {
		return err
	}
	if s.namespace {
		if err := c.register(ctx); err != nil {
			return err
		}
	}
	if s.retention {
		_, err := c.sdk.WorkflowService().UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
			Namespace: c.namespace, Config: &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
		})
		if err != nil {
			return fmt.Errorf("set the retention: %w", err)
		}
	}
	return c.add(ctx, s.attributes)
}

func (c *Client) register(ctx context.Context) error {
	_, err := c.sdk.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        c.namespace,
		Description:                      "Xueji: changes of student status",
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("register the namespace: %w", err)
	}
	return nil
}

// settling is how long a new namespace may take to be known to all of the server.
const settling = 30 * time.Second

// add makes search attributes, again until a namespace that was made a moment ago is known.
func (c *Client) add(ctx context.Context, attributes map[string]enums.IndexedValueType) error {
	if len(attributes) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	for {
		_, err := c.sdk.OperatorService().AddSearchAttributes(ctx,
			&operatorservice.AddSearchAttributesRequest{Namespace: c.namespace, SearchAttributes: attributes})
		var already *serviceerror.AlreadyExists
		switch {
		case err == nil || errors.As(err, &already):
			return nil
		case !unknownYet(err):
			return fmt.Errorf("add search attributes: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("add search attributes: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// unknownYet says that the server does not know the namespace: this error carries the
// other one as text only, because the server asked itself.
func unknownYet(err error) bool {
	var unknown *serviceerror.NamespaceNotFound
	var away *serviceerror.Unavailable
	return errors.As(err, &unknown) || errors.As(err, &away) && strings.Contains(err.Error(), "not found")
}

// shownStep reads the position a running workflow shows, or "" when it does not show it in
// full: an attribute that was removed in between is lost until a new run shows it. A
// change at its applicant may wait for nobody.
func shownStep(attributes *commonpb.SearchAttributes) string {
	for _, name := range []string{contract.AttributeKind, contract.AttributeProvince, contract.AttributeStage, contract.AttributeDueAt, contract.AttributeWaitingFor} {
		_, stored := attributes.GetIndexedFields()[name]
		if !stored && (name != contract.AttributeWaitingFor || keyword(attributes, contract.AttributeStage) != process.ApplicantStep) {
			return ""
		}
	}
	return keyword(attributes, contract.AttributeStepRound)
}

// keyword reads one stored keyword attribute, or "".
func keyword(attributes *commonpb.SearchAttributes, name string) string {
	payload, ok := attributes.GetIndexedFields()[name]
	if !ok {
		return ""
	}
	var value string
	if err := converter.GetDefaultDataConverter().FromPayload(payload, &value); err != nil {
		return ""
	}
	return value
}
