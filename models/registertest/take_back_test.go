package registertest

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/store"
)

// A seat that was taken back and opened again has a higher number than the seats added to
// it. In the order of numbers their parent would not exist yet.
func TestAddedSeatsAreWrittenAfterTheirParents(t *testing.T) {
	one, two, three, four := store.NewID(), store.NewID(), store.NewID(), store.NewID()
	var got []uuid.UUID
	for _, s := range change.ParentsFirst([]change.Seat{{ID: one, ParentID: &two}, {ID: two, ParentID: &four}, {ID: three, ParentID: &one}, {ID: four}}) {
		got = append(got, s.ID)
	}
	require.Equal(t, []uuid.UUID{four, two, one, three}, got)
}
