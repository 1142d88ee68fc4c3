package storetest

import (
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// Graduation is the list that a school hands in for these pupils with one conclusion; without
// pupils it is a list of everybody of the stage. The clock must stand inside the window.
func (c *County) Graduation(path string, stage org.Stage, conclusion status.Enrol, pupils ...uuid.UUID) change.Filing {
	c.t.Helper()
	l := graduation.List{Stage: stage, Everybody: len(pupils) == 0}
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		rules, err := policy.InForce(tx.Tx, c.Office(path).Province)
		l.Year = graduation.YearOf(rules, tx.Today())
		return err
	})
	for _, pupil := range pupils {
		l.Lines = append(l.Lines, graduation.Line{StudentID: pupil, Conclusion: conclusion})
	}
	return change.Filing{Kind: process.Graduation, Named: l, Office: c.Office(path), Key: uuid.NewString(), BodyHash: []byte(process.Graduation)}
}

// Graduated lets pupils of the graduating grade of a school graduate (毕业): it moves the
// clock to the June of their graduation unless it stands in a window, files the list of the
// school and decides it to the end. The pupils are of one stage. It gives the change.
func (c *County) Graduated(path string, pupils ...uuid.UUID) uuid.UUID {
	c.t.Helper()
	require.NotEmpty(c.t, pupils)
	stage := org.Stage(c.Text(`SELECT stage FROM student WHERE id = $1`, pupils[0]))
	c.atGraduation(path)
	one, err := c.TryFile(c.Graduation(path, stage, status.Graduated, pupils...))
	require.NoError(c.t, err)
	c.ApproveAll(one.ID)
	require.Equal(c.t, len(pupils), c.Count(`SELECT count(*) FROM graduation_line WHERE change_id = $1 AND verdict = 'GRADUATED'`, one.ID), "a pupil did not graduate")
	return one.ID
}

// atGraduation moves the clock into the next window of graduations, unless it stands in one.
func (c *County) atGraduation(path string) {
	c.t.Helper()
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		rules, err := policy.InForce(tx.Tx, c.Office(path).Province)
		if windows := rules.GraduationWindows; err == nil && len(windows) > 0 && !windows.Contains(tx.Today()) {
			day, ok := windows.NextInside(tx.Today())
			require.True(c.t, ok)
			c.Hand.Set(day.At(9, 0))
		}
		return err
	})
}
