package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/xueji/xueji/workflows/contract"
)

// Attributes lists the search attributes the namespace must have.
func Attributes() map[string]enums.IndexedValueType {
	return map[string]enums.IndexedValueType{
		contract.AttributeKind:       enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeProvince:   enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeStage:      enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeStepRound:  enums.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeWaitingFor: enums.INDEXED_VALUE_TYPE_KEYWORD_LIST,
		contract.AttributeDueAt:      enums.INDEXED_VALUE_TYPE_DATETIME,
	}
}

// Ensure makes namespace, retention and search attributes exist. It runs at
// start and whenever a call reports one missing, so a Temporal whose database
// was deleted is set up again without anybody's help.
func (c *Client) Ensure(ctx context.Context) error {
	_, err := c.sdk.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        c.namespace,
		Description:                      "Xueji: changes of student status",
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("register the namespace: %w", err)
	}
	// The server learns of a new namespace a moment after it was registered.
	ctx, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	for {
		err = c.ensureAttributes(ctx)
		var unknown *serviceerror.NamespaceNotFound
		if !errors.As(err, &unknown) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// settling is how long a new namespace may take to be known to all of the server.
const settling = 30 * time.Second

func (c *Client) ensureAttributes(ctx context.Context) error {
	have, err := c.sdk.OperatorService().ListSearchAttributes(ctx,
		&operatorservice.ListSearchAttributesRequest{Namespace: c.namespace})
	if err != nil {
		return fmt.Errorf("list search attributes: %w", err)
	}
	missing := Attributes()
	for name := range have.GetCustomAttributes() {
		delete(missing, name)
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = c.sdk.OperatorService().AddSearchAttributes(ctx,
		&operatorservice.AddSearchAttributesRequest{Namespace: c.namespace, SearchAttributes: missing})
	var already *serviceerror.AlreadyExists
	if err != nil && !errors.As(err, &already) {
		return fmt.Errorf("add search attributes: %w", err)
	}
	return nil
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
