package org_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
)

func TestEveryRoleHasNamesOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, role := range org.Roles() {
		zh, en := role.Names()
		require.Regexp(t, `^\p{Han}+$`, zh)
		require.Regexp(t, `^[a-z ]+$`, en)
		require.False(t, seen[zh] || seen[en], "%s shares a name", role)
		seen[zh], seen[en] = true, true
	}
}
