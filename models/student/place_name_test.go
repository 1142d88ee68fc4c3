package student_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/student"
)

// The year group is not repeated before a class name that begins with it.
func TestClassNameDoesNotRepeatTheYearGroup(t *testing.T) {
	for place, want := range map[string]string{
		"2026级 2026级1班": "2026级1班", "2026级 1班": "2026级 1班", "示例小学": "示例小学", "": "",
	} {
		require.Equal(t, want, student.WithoutGradeName(place))
	}
}
