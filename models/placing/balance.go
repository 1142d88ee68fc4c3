package placing

import (
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
)

// Waiting is a pupil who waits for a class.
type Waiting struct {
	ID   uuid.UUID
	Name string
	Boy  bool
}

// Room is a class of a year group with the pupils that are in it.
type Room struct {
	ID       uuid.UUID
	Code     string
	Name     string
	Capacity int
	Boys     int
	Girls    int
	Other    int // seats that are held by pupils without a sex of the table
}

func (r Room) size() int { return r.Boys + r.Girls + r.Other }

// Balance spreads pupils over the classes of a year group and returns a class for each
// pupil, by its place in rooms. The classes become equally large, and then have equally many
// boys, as far as their seats and the pupils in them allow; no class takes more than it has
// seats. The same pupils and classes always give the same answer. The refusal is
// placing_no_room, with the missing seats, when not all pupils find one.
func Balance(pupils []Waiting, rooms []Room) ([]int, error) {
	quota, left := quotas(len(pupils), rooms)
	if left > 0 {
		return nil, refusal.New(refusal.PlacingNoRoom).With("pupils", strconv.Itoa(len(pupils))).
			With("seats", strconv.Itoa(len(pupils)-left)).With("missing", strconv.Itoa(left))
	}
	boys := boysOf(pupils, rooms, quota)
	classes, girls := make([]int, len(pupils)), make([]int, len(rooms))
	for i := range rooms {
		girls[i] = quota[i] - boys[i]
	}
	boy, girl := 0, 0
	for i, p := range pupils {
		seats, at := girls, &girl
		if p.Boy {
			seats, at = boys, &boy
		}
		*at = nextWith(seats, *at)
		seats[*at]--
		classes[i] = *at
		*at++ // one after the other, so that pupils who stand together in the list do not stay together
	}
	return classes, nil
}

// quotas returns how many pupils each class takes, and how many find no seat. Each pupil
// goes to the smallest class with a free seat.
func quotas(pupils int, rooms []Room) (quota []int, left int) {
	quota = make([]int, len(rooms))
	for ; pupils > 0; pupils-- {
		best := -1
		for i, r := range rooms {
			if r.size()+quota[i] < r.Capacity && (best < 0 || r.size()+quota[i] < rooms[best].size()+quota[best]) {
				best = i
			}
		}
		if best < 0 {
			return quota, pupils
		}
		quota[best]++
	}
	return quota, 0
}

// boysOf returns how many boys each class takes. Each boy goes to the class with the fewest
// boys that still takes pupils; among equals to the one that takes most.
func boysOf(pupils []Waiting, rooms []Room, quota []int) []int {
	boys := make([]int, len(rooms))
	for _, p := range pupils {
		if !p.Boy {
			continue
		}
		best := -1
		for i, r := range rooms {
			if boys[i] >= quota[i] {
				continue
			}
			if best < 0 || r.Boys+boys[i] < rooms[best].Boys+boys[best] ||
				r.Boys+boys[i] == rooms[best].Boys+boys[best] && quota[i]-boys[i] > quota[best]-boys[best] {
				best = i
			}
		}
		boys[best]++ // the quotas hold all pupils, so a class is left
	}
	return boys
}

// nextWith returns the first class from a place on, in a circle, that still takes one.
func nextWith(seats []int, from int) int {
	for i := range seats {
		if at := (from + i) % len(seats); seats[at] > 0 {
			return at
		}
	}
	return 0 // cannot be: the quotas are those of the pupils
}
