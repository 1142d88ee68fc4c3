package storetest

import (
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// OtherBureau is a bureau of the city beside Bureau, where no person works until one is
// asked there.
const OtherBureau = City + ".d520103"

// JuniorSchool founds a junior high school below a bureau, with a class of the year that
// enters in 2027 and a plan for so many graduates, and gives its path.
func (c *County) JuniorSchool(bureau, code string, places int) (path string) {
	c.t.Helper()
	path = c.NewSchool(bureau, code, office.NewGrade{Stage: org.Junior, EntryYear: 2027, Classes: 1, Capacity: capacity})
	c.Planned(path, org.Junior, 2027, places)
	return path
}

// Planned sets the plan of a school for a stage and a year, as its managing bureau does.
func (c *County) Planned(path string, stage org.Stage, year, places int) {
	c.t.Helper()
	now := c.App.Clock().Now()
	if now.Year() < year-1 {
		c.Hand.Set(time.Date(year, 6, 2, 9, 0, 0, 0, now.Location()))
	}
	c.SetPlan(path, stage, year, places)
}

// Used is how many places of a plan are taken.
func (c *County) Used(path string, stage org.Stage, year int) int {
	c.t.Helper()
	return c.Count(`SELECT used FROM enrolment_plan WHERE school_id = $1 AND stage = $2 AND year = $3`, c.ID(path), stage, year)
}

// Somebody returns a person with a role at an office, and hires one where there is none.
func (c *County) Somebody(path string, role org.Role) Person {
	c.t.Helper()
	for _, p := range c.people {
		if p.Path == path && p.Role == role {
			return p
		}
	}
	p, _ := c.Hire(path, role)
	return p
}

// Enrolment returns the filing of a school that enrols graduates, named by name and number.
func (c *County) Enrolment(path string, graduates ...uuid.UUID) enrolment.Filing {
	c.t.Helper()
	f := enrolment.Filing{Request: enrolment.Request{Kind: process.SelfEnrolment, School: c.Office(path)}, Office: c.Office(path), Key: uuid.NewString(), BodyHash: []byte(path)}
	for i, id := range graduates {
		claim := c.ClaimOf(id)
		f.Lines = append(f.Lines, enrolment.Line{Row: i + 3, Name: claim.Name, Number: claim.Number})
	}
	return f
}

// Placement returns the filing of a bureau that places graduates at one of its schools (统一招生).
func (c *County) Placement(path string, graduates ...uuid.UUID) enrolment.Filing {
	c.t.Helper()
	f := c.Enrolment(path, graduates...)
	f.Kind, f.Office = process.UnifiedEnrolment, c.Office(org.SuperiorPath(path))
	f.Inputs = map[string]string{"to_school": path[len(path)-10:]}
	return f
}

// TryEnrol files an enrolment as its office does, and gives what the register answers.
func (c *County) TryEnrol(f enrolment.Filing) (ids []uuid.UUID, err error) {
	c.t.Helper()
	role := org.SchoolRegistrar
	if f.Kind == process.UnifiedEnrolment {
		role = org.BureauReviewer
	}
	err = c.As(c.Somebody(f.Office.Path, role), func(tx *change.Tx) error {
		list, err := enrolment.FileLists(tx, f)
		for _, one := range list {
			ids = append(ids, one.ID)
		}
		return err
	})
	return ids, err
}

// Claim files an enrolment of graduates of the schools of one bureau, and gives the change.
func (c *County) Claim(path string, graduates ...uuid.UUID) uuid.UUID {
	c.t.Helper()
	ids, err := c.TryEnrol(c.Enrolment(path, graduates...))
	require.NoError(c.t, err)
	require.Len(c.t, ids, 1)
	return ids[0]
}

// ClaimState is the state of a claim of a change on a graduate, with the code that ended it
// or that it waits for.
func (c *County) ClaimState(change, graduate uuid.UUID) string {
	c.t.Helper()
	return c.Text(`SELECT state || CASE WHEN code || waits = '' THEN '' ELSE ' ' || code || waits END FROM admission WHERE change_id = $1 AND student_id = $2`, change, graduate)
}

// TellOfClaims does the round of the upkeep about claims, and gives how many changes it told of.
func (c *County) TellOfClaims() int {
	c.t.Helper()
	var ids []uuid.UUID
	c.MustIn(c.Worker, "", func(tx *change.Tx) (err error) {
		ids, err = kinds.UntoldClaims(tx, 100)
		return err
	})
	for _, id := range ids {
		c.MustIn(c.Worker, "", func(tx *change.Tx) error { return enrolment.TellClaims(tx, id) })
	}
	return len(ids)
}

// Graduates enrols pupils of a primary school who entered in 2021 and lets them graduate in
// June 2027.
func (c *County) Graduates(path string, n int) []uuid.UUID {
	c.t.Helper()
	pupils := c.PupilsOf(path, 2021, n)
	c.Graduated(path, pupils...)
	return pupils
}
