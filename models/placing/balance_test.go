package placing_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/placing"
	"github.com/xueji/xueji/models/refusal"
)

func waiting(r *rapid.T) (pupils []placing.Waiting, boys int) {
	for _, boy := range rapid.SliceOfN(rapid.Bool(), 0, 300).Draw(r, "pupils") {
		pupils = append(pupils, placing.Waiting{ID: uuid.New(), Boy: boy})
		if boy {
			boys++
		}
	}
	return pupils, boys
}

// Over empty classes that are large enough, sizes and boys differ by one at most.
func TestEmptyClassesBecomeEqual(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pupils, boys := waiting(r)
		rooms := make([]placing.Room, rapid.IntRange(1, 12).Draw(r, "classes"))
		for i := range rooms {
			rooms[i].Capacity = len(pupils)/len(rooms) + 1
		}
		classes, err := placing.Balance(pupils, rooms)
		require.NoError(r, err)
		size, of := make([]int, len(rooms)), make([]int, len(rooms))
		for i, c := range classes {
			size[c]++
			if pupils[i].Boy {
				of[c]++
			}
		}
		for i := range rooms {
			require.Contains(r, []int{len(pupils) / len(rooms), len(pupils)/len(rooms) + 1}, size[i])
			require.Contains(r, []int{boys / len(rooms), boys/len(rooms) + 1}, of[i])
		}
		again, err := placing.Balance(pupils, rooms)
		require.NoError(r, err)
		require.Equal(r, classes, again, "the same answer every time")
	})
}

// Over classes of any size and fill, everybody finds a seat or the missing seats are told,
// no class is overfull, and no pupil could make two classes more equal by moving.
func TestNoClassIsOverfull(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pupils, _ := waiting(r)
		rooms := make([]placing.Room, rapid.IntRange(1, 8).Draw(r, "classes"))
		free := 0
		for i := range rooms {
			rooms[i] = placing.Room{Capacity: rapid.IntRange(0, 55).Draw(r, "seats")}
			rooms[i].Boys = rapid.IntRange(0, rooms[i].Capacity).Draw(r, "boys")
			rooms[i].Girls = rapid.IntRange(0, rooms[i].Capacity-rooms[i].Boys).Draw(r, "girls")
			free += rooms[i].Capacity - rooms[i].Boys - rooms[i].Girls
		}
		classes, err := placing.Balance(pupils, rooms)
		if free < len(pupils) {
			require.ErrorIs(r, err, refusal.New(refusal.PlacingNoRoom))
			return
		}
		require.NoError(r, err)
		size, took := make([]int, len(rooms)), make([]int, len(rooms))
		for i := range rooms {
			size[i] = rooms[i].Boys + rooms[i].Girls
		}
		for _, c := range classes {
			size[c]++
			took[c]++
		}
		for i := range rooms {
			require.LessOrEqual(r, size[i], rooms[i].Capacity)
			for j := range rooms {
				if took[i] > 0 && size[j] < rooms[j].Capacity {
					require.LessOrEqual(r, size[i], size[j]+1)
				}
			}
		}
	})
}
