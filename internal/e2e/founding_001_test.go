package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// founding is the county of the story: five primary schools, two junior schools, and one of
// the next county, with what two of the graduates of each primary school are called.
type founding struct {
	s                *e2e.Stack
	one, two, beyond *e2e.County // the junior schools
	graduates        []e2e.Named
	primary          []*e2e.County // of each graduate
}

// newFounding opens the county and lets its grade 6 graduate, school by school.
func newFounding(s *e2e.Stack) *founding {
	s.T.Helper()
	c := s.County()
	f := &founding{s: s}
	s.Rules(`{"graduation_windows": []}`)
	for range 5 {
		primary, _ := s.Receiver(c, "PRIMARY", 2021)
		lines := []obj{}
		for range 2 {
			n := s.Named(primary, 2021, simulator.Matches)
			f.graduates, f.primary = append(f.graduates, n), append(f.primary, primary)
			lines = append(lines, obj{"student_id": n.ID, "conclusion": "GRADUATED"})
		}
		s.Lead(s.Person(primary.School, org.SchoolRegistrar).File(obj{"kind": process.Graduation, "stage": "PRIMARY", "year": 2027, "lines": lines}))
	}
	f.one = s.CountyOf("520102", "3152000801", "南明区示例中学")
	f.two = s.CountyOf("520102", "3152000802", "南明区第二示例中学")
	f.beyond = s.CountyOf("520103", "3152000803", "云岩区示例中学")
	return f
}

// steps lets so many people decide about a change.
func (f *founding) steps(change string, n int) {
	f.s.T.Helper()
	for range n {
		task := e2e.Value[string](f.s, `SELECT id::text FROM task WHERE change_id = $1 AND status = 'OPEN'`, change)
		role := e2e.Value[string](f.s, `SELECT role FROM task WHERE id = $1`, task)
		path := e2e.Value[string](f.s, `SELECT office_path::text FROM task WHERE id = $1`, task)
		office := e2e.Office{ID: e2e.Value[uuid.UUID](f.s, `SELECT office_id FROM task WHERE id = $1`, task), Path: path}
		f.s.OK(f.s.Person(office, org.Role(role)).Verdict(change, task, "APPROVE", nil))
	}
}

// claim reads the state of a claim and the code that stands against it, as the school does.
func (f *founding) claim(at *e2e.County, change string, n e2e.Named) string {
	f.s.T.Helper()
	for _, line := range f.s.Items(at.Registrar.Do(http.MethodGet, "/v1/enrolments/"+change+"/lines", nil, "")) {
		if pupil, ok := line["pupil"].(obj); ok && pupil["id"] == n.ID.String() {
			code, _ := line["code"].(string)
			return strings.TrimSpace(fmt.Sprint(line["state"], " ", code))
		}
	}
	return "none"
}

// used reads how many places of a plan are taken, as the bureau does.
func (f *founding) used(at *e2e.County) string {
	f.s.T.Helper()
	return fmt.Sprint(f.s.OK(at.Reviewer.Do(http.MethodGet, "/v1/orgs/"+at.School.ID.String()+"/plans/JUNIOR/2026", nil, "")).Get("used"))
}

// TestFoundingDocument001 plays the year of a county as the training slides of 2017 tell it
// (S1): grade 6 graduates, junior schools of two counties claim the graduates, a list over
// the plan waits for a larger one, one graduate is claimed twice under one bureau and another
// under two, the classes are given and changed, one graduation is rolled back and one
// graduate goes to another province. Numbers stay, and histories are whole. Schools, classes,
// people and pupils come over the API too: the test writes nothing into the register itself.
func TestFoundingDocument001(t *testing.T) {
	t.Parallel()
	s := e2e.Opened(t)
	f := newFounding(s)
	g := f.graduates

	// Over the plan: refused with the numbers, and accepted by a larger one.
	s.Planned(f.one, 5)
	s.Planned(f.two, 5)
	s.Planned(f.beyond, 5)
	over := f.one.Registrar.Do(http.MethodPost, "/v1/enrolments", e2e.EnrolmentOf(g[:6]...), uuid.NewString())
	refusal(t, over, http.StatusConflict, "plan_exceeded")
	require.Contains(t, over.Text("detail"), "5")
	s.Planned(f.one, 6)
	list := f.one.Registrar.File(e2e.EnrolmentOf(g[:6]...))

	// Claimed twice: under one bureau the first approval wins, under two bureaus both admissions wait.
	second := f.two.Registrar.File(e2e.EnrolmentOf(g[0], g[6]))
	beyond := f.beyond.Registrar.File(e2e.EnrolmentOf(g[1], g[7]))
	f.steps(beyond, 2)
	f.steps(list, 2)
	require.Equal(t, "6", f.used(f.one))
	require.Equal(t, "ENDED enrol_taken", f.claim(f.two, second, g[0]))
	require.Equal(t, "ADMITTED enrol_contested", f.claim(f.one, list, g[1]))
	require.Equal(t, "RETRIEVED", f.claim(f.one, list, g[2]))
	s.Eventually("the schools are told", 30*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(DISTINCT change_id) FROM notice WHERE kind = 'CLAIM_CONTESTED'`) == 2 &&
			e2e.Value[int](s, `SELECT count(*) FROM notice WHERE kind = 'CLAIM_LOST' AND change_id = $1`, second) == 1
	})
	last := f.one.Reviewer.Decide(list, "APPROVE", "同意")
	refusal(t, last, http.StatusConflict, "enrol_contested")
	arbitration := f.one.Registrar.File(obj{"kind": process.AdmissionArbitration, "pupil": g[1].Claim(), "inputs": map[string]string{"reason": "学生在本校就读"},
		"evidence": []map[string]string{{"id": f.one.Registrar.Evidence(), "kind": "STUDY_PROOF"}}})
	f.steps(arbitration, 1)
	s.OK(f.beyond.Registrar.Verdict(arbitration, f.beyond.Registrar.OpenTask(arbitration), "APPROVE", obj{"inputs": map[string]string{"position": "MAINTAIN"}}))
	f.steps(arbitration, 1)
	require.Equal(t, "ENDED enrol_arbitrated", f.claim(f.beyond, beyond, g[1]))
	for _, change := range []string{list, second, beyond} {
		s.Lead(change)
	}
	require.Equal(t, "6 1 1", f.used(f.one)+" "+f.used(f.two)+" "+f.used(f.beyond))

	// Placed by a sheet, checked in, and one changes the class.
	first := s.YearGroup(f.one, "JUNIOR", 2026)
	s.Lead(placedBySheet(t, s, f.one.Registrar, 2026, e2e.Value[string](s, `SELECT code FROM school_class WHERE id = $1`, first)))
	came := []obj{}
	for i, n := range g[:6] {
		came = append(came, obj{"student_id": n.ID, "came": i != 5})
	}
	came[5]["reason"] = "ILLNESS"
	checked := s.OK(f.one.Registrar.Do(http.MethodPut, "/v1/classes/"+first.String()+"/check-in", obj{"school_year": 2026, "term": 1, "lines": came}, ""))
	require.Equal(t, "5 1 0", fmt.Sprint(checked.Get("came"), " ", checked.Get("absent"), " ", checked.Get("open")))
	f.one.Grade[2026] = e2e.Value[uuid.UUID](s, `SELECT grade_id FROM school_class WHERE id = $1`, first)
	other := s.Class(f.one, 2026, "2026299")
	s.Lead(f.one.Registrar.File(obj{"kind": process.ClassChange, "lines": []obj{{"student_id": g[3].ID, "class_id": other}}, "inputs": map[string]string{"reason": "家长申请"}}))

	// One is rolled back, one goes to another province.
	old := s.Person(f.primary[8].School, org.SchoolRegistrar)
	s.Lead(old.File(obj{"kind": process.GraduationRollback, "student_id": g[8].ID, "inputs": map[string]string{"class_id": f.primary[8].Class[2021].String(), "reason_code": "MISTAKE", "reason": "误办毕业"},
		"evidence": []map[string]string{{"id": old.Evidence(), "kind": "ROLLBACK_REQUEST"}}}))
	far := s.CountyOf("110101", "2111000801", "东城区示例学校")
	refusal(t, far.Registrar.Do(http.MethodPost, "/v1/enrolments", e2e.EnrolmentOf(g[9]), uuid.NewString()), http.StatusConflict, "enrol_other_province")
	s.Lead(far.Registrar.File(obj{"kind": process.PostGraduationStudy, "pupil": g[9].Claim(), "inputs": map[string]string{"class_id": s.YearGroup(far, "JUNIOR", 2026).String(), "reason": "随父母就读"},
		"evidence": []map[string]string{{"id": far.Registrar.Evidence(), "kind": "GUARDIAN_APPLICATION"}, {"id": far.Registrar.Evidence(), "kind": "RESIDENCE_PROOF"}}}))

	// Numbers are unchanged, and the history is one story.
	for _, n := range g {
		require.Equal(t, s.Keys().Hash("student_number", n.Number), e2e.Value[[]byte](s, `SELECT number_hash FROM student WHERE id = $1`, n.ID))
	}
	var kinds []string
	for _, line := range items(f.one.Registrar, t, "/v1/students/"+g[3].ID.String()+"/history") {
		kinds = append(kinds, fmt.Sprint(line["kind"]))
	}
	require.Equal(t, []string{"CLASS_CHANGE", "CLASS_ASSIGNMENT", "SELF_ENROLMENT_IN", "SELF_ENROLMENT_OUT", "GRADUATION", "ROSTER_IMPORT"}, kinds, "the new school reads the whole story")
	for school, want := range map[*e2e.County]int{f.one: 6, f.two: 1, f.beyond: 1} {
		require.Equal(t, want, e2e.Value[int](s, `SELECT count(*) FROM student WHERE school_id = $1 AND enrol_status = 'ENROLLED' AND stage = 'JUNIOR' AND entry_year = 2026`, school.School.ID))
	}
	require.Equal(t, "ENROLLED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, g[8].ID))
	require.Empty(t, s.Items(f.one.Reviewer.Do(http.MethodGet, "/v1/orgs/"+f.one.Bureau.ID.String()+"/open-graduates", nil, "")), "no graduate of the county is without a school")
}
