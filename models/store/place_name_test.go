package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A class whose name begins with the year group is named once.
func TestAPlaceIsNamedOnce(t *testing.T) {
	for place, want := range map[string]string{
		"2026级 2026级1班": "2026级1班", "2026级 1班": "2026级 1班", "示例小学": "示例小学", "": "",
	} {
		require.Equal(t, want, onceNamed(place))
	}
}
