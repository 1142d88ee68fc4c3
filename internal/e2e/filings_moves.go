package e2e

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
)

// YearGroup gives a class of a year group of a stage at a county's school, and opens the
// year group when there is none: first its bureau lets the school teach the stage, then
// the school opens it.
func (s *Stack) YearGroup(c *County, stage string, year int) uuid.UUID {
	s.T.Helper()
	const first = `SELECT (SELECT k.id FROM school_class k JOIN school_grade g ON g.id = k.grade_id
		WHERE g.school_id = $1 AND g.stage = $2 AND g.entry_year = $3 ORDER BY k.code LIMIT 1)`
	if there := Value[*uuid.UUID](s, first, c.School.ID, stage, year); there != nil {
		return *there
	}
	s.teaches(c, stage)
	made := s.Person(c.School, org.SchoolSysadmin).LoggedIn().Do(http.MethodPost, "/v1/orgs/"+c.School.ID.String()+"/grades",
		map[string]any{"stage": stage, "entry_year": year, "classes": 1, "capacity": 55}, uuid.NewString())
	require.Equal(s.T, http.StatusCreated, made.Status, string(made.Raw))
	return Value[uuid.UUID](s, first, c.School.ID, stage, year)
}

// teaches lets the bureau of a county's school add a stage to what the school teaches.
func (s *Stack) teaches(c *County, stage string) {
	s.T.Helper()
	admin, path := s.Person(c.Bureau, org.BureauSysadmin).LoggedIn(), "/v1/orgs/"+c.School.ID.String()
	school := s.OK(admin.Do(http.MethodGet, path, nil, ""))
	stages, _ := school.Get("stages").([]any)
	if slices.Contains(stages, any(stage)) {
		return
	}
	s.OK(admin.DoIfMatch(http.MethodPut, path, map[string]any{
		"name": school.Text("name"), "division_code": school.Text("division_code"), "stages": append(stages, stage),
	}, school.Header.Get("ETag")))
}

// Receiver makes another school of the stage below the county's bureau, with a year
// group of it; its code is what a filing names.
func (s *Stack) Receiver(c *County, stage string, year int) (school *County, code string) {
	s.T.Helper()
	code = Value[string](s, `SELECT (2152000700 + count(*))::text FROM organisation WHERE kind = 'SCHOOL'`)
	other := *c
	other.School = s.School(c.Bureau, code, "接收示例学校"+code[7:], stage)
	other.Grade, other.Class = map[int]uuid.UUID{}, map[int]uuid.UUID{}
	other.Class[year] = s.YearGroup(&other, stage, year)
	return &other, code
}

// sentPupil makes a senior pupil and the school it is sent to.
func sentPupil(s *Stack, c *County) map[string]any {
	subject := seniorPupil(s, c)
	_, code := s.Receiver(c, "SENIOR", 2025)
	subject["inputs"] = map[string]string{"to_school": code, "reason": "举家搬迁"}
	return subject
}

// ClassOfReceiver is a class of the school the county's last sent pupil goes to.
func (s *Stack) ClassOfReceiver(c *County) uuid.UUID {
	s.T.Helper()
	return Value[uuid.UUID](s, `SELECT k.id FROM change x JOIN change_party p ON p.change_id = x.id AND p.side = 'IN' JOIN school_class k ON k.school_id = p.org_id
		WHERE x.org_id = $1 ORDER BY x.filed_at DESC, k.id LIMIT 1`, c.School.ID)
}

// graduate makes a pupil of the county's school who has graduated.
func graduate(s *Stack, c *County) map[string]any {
	id := s.Pupil(c, 2021)
	s.Graduated(id)
	return map[string]any{"student_id": id}
}

// graduatingPupils makes two pupils of the graduating grade of the county's school.
func graduatingPupils(s *Stack, c *County) map[string]any {
	lines := []map[string]any{}
	for range 2 {
		lines = append(lines, map[string]any{"student_id": s.Pupil(c, 2021), "conclusion": "GRADUATED"})
	}
	return map[string]any{"stage": "PRIMARY", "year": 2027, "lines": lines}
}

// graduateElsewhere makes a graduate of a primary school in another province, and the
// first year of junior high at the county's school.
func graduateElsewhere(s *Stack, c *County) map[string]any {
	code := Value[string](s, `SELECT (2111000700 + count(*))::text FROM organisation WHERE kind = 'SCHOOL'`)
	far := s.CountyOf("110101", code, "东城区示例小学"+code[7:])
	n := s.Named(far, 2021, simulator.Matches)
	s.Graduated(n.ID)
	return map[string]any{"pupil": n.Claim(), "inputs": map[string]string{
		"class_id": s.YearGroup(c, "JUNIOR", 2026).String(), "reason": "随父母在本地就读",
	}}
}

// listedPupils makes two pupils of the county's school and the school they all go to.
func listedPupils(s *Stack, c *County) map[string]any {
	return s.List(c, 2)
}

// pupilsOfOneClass makes two pupils of a class of the county's school, and another class of
// their year group for them.
func pupilsOfOneClass(s *Stack, c *County) map[string]any {
	no := Value[int](s, `SELECT count(*) FROM school_class WHERE grade_id = $1`, c.Grade[2024])
	to := s.Class(c, 2024, strconv.Itoa(2024101+no))
	lines := []map[string]any{}
	for range 2 {
		lines = append(lines, map[string]any{"student_id": s.Pupil(c, 2024), "class_id": to})
	}
	return map[string]any{"lines": lines}
}

// List makes a list of so many pupils who go to another school below the county.
func (s *Stack) List(c *County, n int) map[string]any {
	s.T.Helper()
	to, code := s.Receiver(c, "PRIMARY", 2024)
	lines := []map[string]any{}
	for i := range n {
		if i > 0 && i%50 == 0 { // a class has its seats
			to.Class[2024] = s.Class(&County{School: to.School, Grade: map[int]uuid.UUID{2024: Value[uuid.UUID](s, `SELECT grade_id FROM school_class WHERE id = $1`, to.Class[2024])}}, 2024, "2024"+strconv.Itoa(200+i/50))
		}
		lines = append(lines, map[string]any{"student_id": s.Pupil(c, 2024), "class_id": to.Class[2024]})
	}
	return map[string]any{"lines": lines, "inputs": map[string]string{
		"from_school": Value[string](s, `SELECT code FROM organisation WHERE id = $1`, c.School.ID), "to_school": code, "reason": "教学点撤并",
	}}
}
