package rest

import (
	"context"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// RoleLabel returns the name of a role in the language of the answer; empty for no role.
func RoleLabel(ctx context.Context, role org.Role) string {
	zh, en := role.Names()
	return InLanguage(ctx, process.Text{Zh: zh, En: en})
}

// RoleLabels is RoleLabel for each of a list.
func RoleLabels(ctx context.Context, roles []org.Role) []string {
	labels := make([]string, len(roles))
	for i, role := range roles {
		labels[i] = RoleLabel(ctx, role)
	}
	return labels
}
