package operations

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/casework"
)

// The description names every finding one can ask for; huma takes it from a tag.
func TestTheReasonsAreTheFindings(t *testing.T) {
	field, _ := reflect.TypeFor[attentionInput]().FieldByName("Reason")
	names := []string{}
	for _, f := range casework.AttentionFindings() {
		names = append(names, string(f))
	}
	require.Equal(t, strings.Join(names, ","), field.Tag.Get("enum"))
}
