package e2e

import (
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
)

// doubtedPupil makes two pupils of the county's school who look like one person,
// as the register finds them, and names the problem of the first.
func doubtedPupil(s *Stack, c *County) map[string]any {
	s.T.Helper()
	pupil, other := s.Alike(c), s.Alike(c)
	s.Hand.Advance(61 * time.Minute) // the worker looks every hour
	problem := uuid.Nil
	s.Eventually("the register finds the doubles", 30*time.Second, func() bool {
		found := Value[*uuid.UUID](s, `SELECT (SELECT id FROM student_problem WHERE student_id = $1 AND other_student_id = $2 AND state = 'OPEN')`, pupil, other)
		if found != nil {
			problem = *found
		}
		return found != nil
	})
	return map[string]any{"student_id": pupil, "inputs": map[string]string{"problem_id": problem.String(), "reason": "在本校就读"}}
}

// claimedPupil makes a pupil of a third school whom another one is receiving.
func claimedPupil(s *Stack, c *County) map[string]any {
	s.T.Helper()
	subject := neighbour(s, c)
	code := Value[string](s, `SELECT (2152000700 + count(*))::text FROM organisation WHERE kind = 'SCHOOL'`)
	rival := s.CountyOf("520103", code, "云岩区示例小学"+code[7:])
	rival.Registrar.File(map[string]any{
		"kind": process.Transfer, "pupil": subject["pupil"], "inputs": map[string]string{"class_id": rival.Class[2024].String(), "reason": "父母工作调动"},
		"evidence": []map[string]string{{"id": rival.Registrar.Evidence(), "kind": "GUARDIAN_APPLICATION"}, {"id": rival.Registrar.Evidence(), "kind": "RESIDENCE_PROOF"}},
	})
	return subject
}

// mistakenPupil makes a pupil whose suspension was a mistake and has been undone.
func mistakenPupil(s *Stack, c *County) map[string]any {
	s.T.Helper()
	suspension, pupil := s.Approved(c, process.Suspension)
	back := s.FilingOf(c, process.Reinstatement)
	back["student_id"] = pupil
	change := c.Registrar.File(back)
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	return map[string]any{"student_id": pupil, "inputs": map[string]string{"case_no": c.Registrar.Page(suspension).Text("case_no"), "reason": "误办休学"}}
}
