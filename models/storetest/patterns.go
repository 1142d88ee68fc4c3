package storetest

import (
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/crowd"
	"github.com/xueji/xueji/models/process"
)

// Fill fills the province of the county with pupils and changes: see package crowd. The
// workflow of each change that runs was started once, by what the register knows.
func (c *County) Fill(size crowd.Size) {
	c.t.Helper()
	c.patterns()
	require.NoError(c.t, crowd.Fill(c.t.Context(), c.owner, c.options.Keys, Bureau, size))
	require.NoError(c.t, c.know(c.t.Context()))
}

// patterns files and decides the cases that a crowd is made of, at both schools of the
// bureau alike.
func (c *County) patterns() {
	c.t.Helper()
	for _, school := range []struct{ path, other string }{{SchoolA, SchoolB}, {SchoolB, SchoolA}} {
		// So many classes that none is too full when the pupils are many.
		for _, year := range []int{2022, 2023, 2024, 2025} {
			for range 2 {
				c.PupilsOf(school.path, year, 2)
				delete(c.seats, seatsOf(school.path, year))
			}
		}
		seat := c.NewClass(school.other, 2023, capacity).ID
		list := c.PupilsOf(school.path, 2023, 6)
		delete(c.seats, seatsOf(school.path, 2023))
		c.ended(school.path, seat, list)
		list = c.PupilsOf(school.path, 2024, 5)
		delete(c.seats, seatsOf(school.path, 2024))
		c.waiting(school.path, c.NewClass(school.other, 2024, capacity).ID, school.other, list)
	}
}

// ended brings changes of six pupils of a school to their ends.
func (c *County) ended(path string, seat uuid.UUID, list []uuid.UUID) {
	c.t.Helper()
	other := SchoolA
	if path == SchoolA {
		other = SchoolB
	}
	back := func(pupil uuid.UUID) {
		class := c.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
		c.Started(c.Suspended(pupil, "2027-06-01"))
		again := c.File(process.Reinstatement, pupil, map[string]string{"class_id": class, "cohort": "ORIGINAL"})
		c.ApproveAll(again)
		c.Started(again)
	}
	back(list[0])
	c.Started(c.Suspended(list[1], "2027-06-01"))
	refused := c.File(process.Suspension, list[2], nil)
	c.Decide(refused, c.Position(refused).Tasks[0], change.VerbReject)
	c.Started(refused)
	left := c.File(process.OtherLeaving, list[3], nil)
	c.ApproveAll(left)
	c.Started(left)
	moved := c.Received(process.Transfer, other, list[4], seat)
	c.ApproveAll(moved)
	c.Started(moved)
	back(list[5])
}

// waiting files changes of five pupils and leaves them at different steps.
func (c *County) waiting(path string, seat uuid.UUID, other string, list []uuid.UUID) {
	c.t.Helper()
	c.Advance(-time.Minute)
	first := c.File(process.Suspension, list[0], nil)
	second := c.File(process.Suspension, list[1], nil)
	c.Approve(second)
	leaving := c.File(process.OtherLeaving, list[2], nil)
	claimed := c.Received(process.Transfer, other, list[3], seat)
	answered := c.Received(process.Transfer, other, list[4], seat)
	c.Approve(answered)
	for _, one := range []uuid.UUID{first, second, leaving, claimed, answered} {
		c.Started(one)
	}
	c.Advance(time.Minute)
	require.Equal(c.t, path, c.Text(`SELECT org_path::text FROM student WHERE id = $1`, list[0]))
}
