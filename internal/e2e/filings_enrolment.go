package e2e

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/process"
)

// Planned lets a county's school teach junior high, and its bureau give it so many places
// for graduates of this year.
func (s *Stack) Planned(c *County, places int) {
	s.T.Helper()
	s.teaches(c, "JUNIOR")
	s.plan(c, "JUNIOR", places)
}

// plan lets the bureau give a county's school so many places of a stage for this year.
func (s *Stack) plan(c *County, stage string, places int) {
	s.T.Helper()
	path := "/v1/orgs/" + c.School.ID.String() + "/plans/" + stage + "/" + strconv.Itoa(s.Clock.Now().Year())
	version := 0.0
	if now := c.Reviewer.Do(http.MethodGet, path, nil, ""); now.Status == http.StatusOK {
		version, _ = now.Get("version").(float64)
	}
	set := c.Reviewer.Do(http.MethodPut, path, map[string]any{"size": places, "based_on": version}, uuid.NewString())
	require.Equal(s.T, http.StatusOK, set.Status, string(set.Raw))
}

// Graduate makes a graduate of a primary school below the county's bureau.
func (s *Stack) Graduate(c *County) Named {
	s.T.Helper()
	primary, _ := s.Receiver(c, "PRIMARY", 2021)
	n := s.Named(primary, 2021, simulator.Matches)
	s.Graduated(n.ID)
	return n
}

// EnrolmentOf returns the filing by which a school enrols these graduates.
func EnrolmentOf(graduates ...Named) map[string]any {
	lines := []map[string]any{}
	for _, n := range graduates {
		lines = append(lines, map[string]any{"name": n.Name, "student_number": n.Number})
	}
	return map[string]any{"kind": process.SelfEnrolment, "lines": lines}
}

// graduatesToEnrol makes two graduates, and a plan with places for them at the county's school.
func graduatesToEnrol(s *Stack, c *County) map[string]any {
	s.Planned(c, 50)
	return EnrolmentOf(s.Graduate(c), s.Graduate(c))
}

// Enrolled makes a graduate whom the county's school has enrolled.
func (s *Stack) Enrolled(c *County) Named {
	s.T.Helper()
	s.Planned(c, 50)
	n := s.Graduate(c)
	s.Lead(c.Registrar.File(EnrolmentOf(n)))
	return n
}

// AdmittedTwice makes a graduate whom the county's school and a school of the next county
// have admitted.
func (s *Stack) AdmittedTwice(c *County) Named {
	s.T.Helper()
	code := Value[string](s, `SELECT (2152000700 + count(*))::text FROM organisation WHERE kind = 'SCHOOL'`)
	rival := s.CountyOf("520103", code, "云岩区示例学校"+code[7:])
	n := s.Graduate(c)
	for _, county := range []*County{rival, c} {
		s.Planned(county, 50)
		k := &Case{s: s, ID: county.Registrar.File(EnrolmentOf(n)), staff: map[string]*Person{}}
		k.settle()
		k.Decide("APPROVE") // the leader
		k.Decide("APPROVE") // the bureau
	}
	return n
}

func admittedTwice(s *Stack, c *County) map[string]any {
	return map[string]any{"pupil": s.AdmittedTwice(c).Claim()}
}
