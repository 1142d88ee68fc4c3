package schooling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
)

// groupsOf are the year groups that a refusal names.
func groupsOf(t *testing.T, err error) string {
	t.Helper()
	var refused *refusal.Error
	require.ErrorAs(t, err, &refused)
	return refused.Params["groups"]
}
