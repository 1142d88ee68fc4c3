package e2e

import (
	"maps"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// Carried files a change at the county's school and lets the school leader and the
// bureau approve it: the chain of most kinds. It gives the ID of the change, in force.
func (s *Stack) Carried(c *County, body map[string]any) string {
	s.T.Helper()
	change := c.Registrar.File(body)
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	page := c.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "")
	require.Equal(s.T, "EFFECTIVE", page.Text("status"), string(page.Raw))
	return change
}

// became brings a pupil of the county's school into another state, by the change of
// a kind that leads there.
func (s *Stack) became(c *County, pupil uuid.UUID, kind process.Kind, inputs map[string]string) {
	s.T.Helper()
	papers := []map[string]string{}
	for _, paper := range Filings()[kind].Evidence {
		papers = append(papers, map[string]string{"id": c.Registrar.Evidence(), "kind": paper})
	}
	s.Carried(c, map[string]any{"kind": kind, "student_id": pupil, "inputs": inputs, "evidence": papers})
}

// Renamed makes a pupil of 2024 whose key data were changed to another name.
func (s *Stack) Renamed(c *County, name string) uuid.UUID {
	s.T.Helper()
	body := s.FilingOf(c, process.KeyDataChange)
	body["values"] = map[string]string{"name": name}
	change := c.Registrar.File(body)
	s.Stage(change, "LEADER_REVIEW")
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	return Value[uuid.UUID](s, `SELECT student_id FROM change WHERE id = $1 AND status = 'EFFECTIVE'`, change)
}

// Graduated lets an enrolled pupil of 2021 graduate, by the list of the pupil's school and
// the decision of its leader. The province then has no window for graduations: the clock
// stands in November.
func (s *Stack) Graduated(pupil uuid.UUID) {
	s.T.Helper()
	var (
		school   Office
		province string
	)
	err := s.DB.QueryRow(s.T.Context(), `SELECT o.id, o.path::text, o.province_code FROM student s JOIN organisation o ON o.id = s.school_id WHERE s.id = $1`, pupil).Scan(&school.ID, &school.Path, &province)
	require.NoError(s.T, err)
	s.RulesOf(province, `{"graduation_windows": []}`)
	s.Lead(s.Person(school, org.SchoolRegistrar).File(map[string]any{
		"kind": process.Graduation, "stage": "PRIMARY", "year": 2027, "lines": []map[string]any{{"student_id": pupil, "conclusion": "GRADUATED"}},
	}))
}

// Flagged marks a record with a problem that only the issue "registration" lets arise:
// a number that two entries name, or one that the population database does not know.
func (s *Stack) Flagged(pupil uuid.UUID, problem string) {
	s.T.Helper()
	s.Exec(`UPDATE student SET problem_flags = ARRAY[$2] WHERE id = $1`, pupil, problem)
}

// Senior gives the county with a year group of senior high at its school: pupils of
// 2025 made in it are senior pupils.
func (s *Stack) Senior(c *County) *County {
	s.T.Helper()
	senior := *c
	senior.Class = maps.Clone(c.Class)
	senior.Class[2025] = s.YearGroup(c, "SENIOR", 2025)
	return &senior
}

func enrolledPupil(s *Stack, c *County) map[string]any {
	return map[string]any{"student_id": s.Pupil(c, 2024)}
}

// suspendedPupil makes a pupil with a suspension that runs until 2026-12-31.
func suspendedPupil(s *Stack, c *County) map[string]any {
	id := s.Pupil(c, 2024)
	s.became(c, id, process.Suspension, map[string]string{"reason_code": "10", "from_date": s.Clock.Today().String(), "until_date": "2026-12-31"})
	return map[string]any{"student_id": id}
}

// seniorPupil makes a pupil of a senior high, for what compulsory education forbids.
func seniorPupil(s *Stack, c *County) map[string]any {
	return map[string]any{"student_id": s.Pupil(s.Senior(c), 2025)}
}

// leftPupil makes a pupil who left the county's school otherwise (其他离校).
func leftPupil(s *Stack, c *County) map[string]any {
	n := s.Named(c, 2024, simulator.Matches)
	s.became(c, n.ID, process.OtherLeaving, map[string]string{"reason": "转入特教学校就读"})
	return map[string]any{"pupil": n.Claim()}
}

// pupilAbroad makes a pupil of the county's school who went abroad today.
func pupilAbroad(s *Stack, c *County) map[string]any {
	n := s.Named(c, 2024, simulator.Matches)
	s.became(c, n.ID, process.GoneAbroad, map[string]string{"leaves_on": s.Clock.Today().String(), "destination": "新加坡"})
	return map[string]any{"pupil": n.Claim()}
}

// dropout makes a pupil who was reported as a dropout.
func dropout(s *Stack, c *County) map[string]any {
	id := s.Pupil(c, 2024)
	s.became(c, id, process.DropoutReport, map[string]string{"absent_since": "2026-10-12", "reason": "外出务工，家访三次未返校"})
	return map[string]any{"student_id": id}
}

// Alike makes a pupil of a county's school who has no number and looks like every
// other one made by it: of one name, sex and birth date.
func (s *Stack) Alike(c *County) uuid.UUID {
	s.T.Helper()
	return s.pupilBorn(c, 2024, time.Date(2018, 5, 1, 0, 0, 0, 0, time.UTC))
}
