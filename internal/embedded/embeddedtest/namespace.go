package embeddedtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Namespace makes a Temporal namespace for this test alone, with the search
// attributes (name to type: Keyword, KeywordList, Datetime …) it needs.
func Namespace(t testing.TB, attributes map[string]string) string {
	t.Helper()
	server := Temporal(t)
	name := label(t.Name()) + "-" + random()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	connection, err := grpc.NewClient(server.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err == nil {
		err = errors.Join(makeNamespace(ctx, connection, name, attributes), connection.Close())
	}
	if err != nil {
		t.Fatalf("make a namespace for the test: %v", err)
	}
	return name
}

func makeNamespace(ctx context.Context, connection *grpc.ClientConn, name string, attributes map[string]string) error {
	_, err := workflowservice.NewWorkflowServiceClient(connection).RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	if err != nil || len(attributes) == 0 {
		return err
	}
	request := &operatorservice.AddSearchAttributesRequest{
		Namespace: name, SearchAttributes: make(map[string]enums.IndexedValueType, len(attributes)),
	}
	for attribute, kind := range attributes {
		if request.SearchAttributes[attribute], err = enums.IndexedValueTypeFromString(kind); err != nil {
			return fmt.Errorf("search attribute %s: %w", attribute, err)
		}
	}
	operator := operatorservice.NewOperatorServiceClient(connection)
	for {
		// The server learns of a new namespace a moment after it was registered.
		_, err := operator.AddSearchAttributes(ctx, request)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TaskQueue gives a queue name that no other test uses.
func TaskQueue(t testing.TB) string {
	t.Helper()
	return label(t.Name()) + "-" + random()
}
