package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// EnsureNamespace makes a namespace with its search attributes (name to type:
// Keyword, KeywordList, Datetime …) unless they exist, and returns when the server
// serves them.
func EnsureNamespace(ctx context.Context, connection *grpc.ClientConn, name string, attributes map[string]string) error {
	service := workflowservice.NewWorkflowServiceClient(connection)
	_, err := service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if err = serviceError(err); err != nil && !errors.As(err, &exists) {
		return err
	}
	wanted := make(map[string]enums.IndexedValueType, len(attributes))
	for attribute, kind := range attributes {
		if wanted[attribute], err = enums.IndexedValueTypeFromString(kind); err != nil {
			return fmt.Errorf("search attribute %s: %w", attribute, err)
		}
	}
	operator := operatorservice.NewOperatorServiceClient(connection)
	for {
		// The parts of the server learn of a new namespace a moment after it was registered.
		ready, err := addMissing(ctx, operator, name, wanted)
		if ready {
			return nil
		}
		if waitErr := pause(ctx, 50*time.Millisecond); waitErr != nil {
			return errors.Join(waitErr, err)
		}
	}
}

// addMissing adds what a namespace lacks and reports whether it lacks nothing.
func addMissing(ctx context.Context, operator operatorservice.OperatorServiceClient, namespace string, wanted map[string]enums.IndexedValueType) (bool, error) {
	listed, err := operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return false, err
	}
	missing := make(map[string]enums.IndexedValueType)
	for name, kind := range wanted {
		if _, has := listed.GetCustomAttributes()[name]; !has {
			missing[name] = kind
		}
	}
	if len(missing) == 0 {
		return true, nil
	}
	_, err = operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: missing})
	return false, err
}

// serviceError turns an error of the wire into one of Temporal's own.
func serviceError(err error) error {
	if err == nil {
		return nil
	}
	return serviceerror.FromStatus(status.Convert(err))
}
