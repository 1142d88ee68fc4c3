package student_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// enrolled is a county whose school A has the twelve pupils of an example roster.
func enrolled(t *testing.T) (c *storetest.County, pupils []uuid.UUID) {
	t.Helper()
	c = storetest.New(t)
	c.Enrol(storetest.SchoolA, c.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	return c, c.Records()
}

func day(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

// documentTaken reports whether another record, a change or a roster in hand has one of
// these keys of a document.
func documentTaken(t *store.Tx, own uuid.UUID, keys [][]byte) (taken bool, err error) {
	err = t.DB().Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, own, uuid.New(), student.HashArray(keys)).Scan(&taken).Error
	return taken, err
}
