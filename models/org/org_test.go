package org_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
)

func TestWhoMayStandBelowWhom(t *testing.T) {
	kinds := []org.Kind{org.Nation, org.Province, org.City, org.County, org.School}
	allowed := map[org.Kind][]org.Kind{
		org.Province: {org.Nation},
		org.City:     {org.Province},
		org.County:   {org.Province, org.City},
		org.School:   {org.Province, org.City, org.County},
	}
	for _, kind := range kinds {
		for _, parent := range kinds {
			want := false
			for _, p := range allowed[kind] {
				want = want || p == parent
			}
			require.Equal(t, want, org.MayStandBelow(kind, parent), "%s below %s", kind, parent)
		}
	}
	require.False(t, org.MayStandBelow("", org.Nation))
}

func TestLabelsAreLtreeLabels(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]+$`)
	seen := map[string]bool{}
	for kind, code := range map[org.Kind]string{org.Nation: "000000", org.Province: "520000", org.City: "520100", org.County: "520102", org.School: "2152000001"} {
		label, err := org.Label(kind, code)
		require.NoError(t, err)
		require.Regexp(t, form, label)
		require.False(t, seen[label])
		require.Equal(t, kind, org.KindAt("n.p52."+label))
		seen[label] = true
	}
	require.Equal(t, org.Nation, org.KindAt("n"))
	require.Empty(t, org.KindAt(""))
	_, err := org.Label("CLUB", "1")
	require.Error(t, err)
}

func TestEveryRoleBelongsToOneWorld(t *testing.T) {
	school := 0
	for _, role := range org.Roles() {
		if role.OfSchool() {
			school++
		}
	}
	require.Equal(t, 6, school)
	require.Len(t, org.Roles(), 10)
	require.True(t, org.Junior.Compulsory())
	require.False(t, org.Senior.Compulsory())
}
