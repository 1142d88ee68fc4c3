package storetest

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/sample"
)

// year is the year of entry of a pupil for whom no other one is wished.
const year = 2024

// row is a class that is being filled.
type row struct {
	code string
	free int
}

// Option says what is special about a pupil.
type Option func(roster.Pupil) roster.Pupil

// With gives a pupil these items, "" for none: field, value, field, value.
func With(items ...string) Option {
	return func(p roster.Pupil) roster.Pupil {
		p = maps.Clone(p)
		for i := 0; i+1 < len(items); i += 2 {
			if p[roster.Field(items[i])] = items[i+1]; items[i+1] == "" {
				delete(p, roster.Field(items[i]))
			}
		}
		return p
	}
}

// Unnumbered leaves a pupil without a document.
func Unnumbered() Option { return With("id_type", "Z", "id_number", "") }

// Pupil enrols a pupil at a school and gives the record.
func (c *County) Pupil(path string, options ...Option) uuid.UUID {
	c.t.Helper()
	p := c.Items(path, year)
	for _, option := range options {
		p = option(p)
	}
	return c.EnrolPupils(path, p)[0]
}

// Pupils enrols so many pupils at a school, in one roster.
func (c *County) Pupils(path string, n int) []uuid.UUID {
	c.t.Helper()
	return c.PupilsOf(path, year, n)
}

// PupilsOf enrols so many pupils of a year at a school, in one roster.
func (c *County) PupilsOf(path string, year, n int) []uuid.UUID {
	c.t.Helper()
	list := make([]roster.Pupil, n)
	for i := range list {
		list[i] = c.Items(path, year)
	}
	return c.EnrolPupils(path, list...)
}

// EnrolPupils enrols these pupils in one roster and gives the records in the same order.
func (c *County) EnrolPupils(path string, pupils ...roster.Pupil) []uuid.UUID {
	c.t.Helper()
	up := c.Enrol(path, c.Written(pupils...), uuid.NewString())
	require.Equal(c.t, len(pupils), up.Good, "a pupil of the roster is refused: %v", up.Findings)
	ids := make([]uuid.UUID, 0, len(pupils))
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		rows, err := registration.ReadRosterRows(tx.Tx, up.ID, registration.RowFilter{}, 0, len(pupils))
		for _, r := range rows {
			require.NotNil(c.t, r.StudentID, "row %d: %v", r.RowNo, r.Findings)
			ids = append(ids, *r.StudentID)
		}
		return err
	})
	return ids
}

// Items makes up a pupil who could be enrolled at a school. No two are alike.
func (c *County) Items(path string, year int) roster.Pupil {
	c.t.Helper()
	class := c.freeSeat(path, year)
	for {
		seed := uint64(len(c.drawn))
		pupils, err := sample.Pupils(seed, 1, c.sampled(path, class))
		require.NoError(c.t, err)
		for p := range pupils {
			if number := p[roster.IDNumber]; !c.drawn[number] {
				c.drawn[number] = true
				return p
			}
		}
		c.drawn[uuid.NewString()] = true // another seed
	}
}

func (c *County) sampled(path, class string) *roster.Submission {
	return &roster.Submission{SchoolCode: path[len(path)-10:], Divisions: c.Divisions, Today: c.App.Clock().Today(), Classes: []roster.Class{{Code: class}}}
}

// freeSeat is a class of a year in which a pupil finds a seat.
func (c *County) freeSeat(path string, year int) string {
	c.t.Helper()
	key := seatsOf(path, year)
	if r := c.seats[key]; r == nil || r.free == 0 {
		c.seats[key] = &row{code: c.NewClass(path, year, capacity).Code, free: capacity}
	}
	c.seats[key].free--
	return c.seats[key].code
}

// Suspended suspends a pupil from today until a day.
func (c *County) Suspended(pupil uuid.UUID, until string) (change uuid.UUID) {
	c.t.Helper()
	change = c.File(process.Suspension, pupil, map[string]string{"from_date": c.App.Clock().Today().String(), "until_date": until, "reason_code": "10"})
	c.ApproveAll(change)
	return change
}

// Leaves lets a pupil leave otherwise (其他离校): the record is not in the register any more.
func (c *County) Leaves(pupil uuid.UUID) {
	c.t.Helper()
	c.ApproveAll(c.File(process.OtherLeaving, pupil, nil))
}

// NumberBeside makes up another number of an identity card for the same day and sex.
func (c *County) NumberBeside(number string) string {
	c.t.Helper()
	last, err := strconv.Atoi(number[14:17])
	require.NoError(c.t, err)
	for _, check := range "0123456789X" {
		other := fmt.Sprintf("%s%03d%c", number[:14], last-2, check)
		if _, err := ident.ParseCitizenID(other); err == nil {
			return other
		}
	}
	require.Fail(c.t, "no number")
	return ""
}

// seatsOf is the key of the class that is being filled.
func seatsOf(path string, year int) string { return fmt.Sprint(path, year) }
