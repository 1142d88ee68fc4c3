package embeddedtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/xueji/xueji/internal/embedded"
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
		err = errors.Join(embedded.EnsureNamespace(ctx, connection, name, attributes), connection.Close())
	}
	if err != nil {
		t.Fatalf("make a namespace for the test: %v", err)
	}
	return name
}

// TaskQueue gives a queue name that no other test uses.
func TaskQueue(t testing.TB) string {
	t.Helper()
	return label(t.Name()) + "-" + random()
}
