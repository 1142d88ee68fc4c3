package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// A bureau moves the pupils of one school to another (批量转学, KT54): each school
// strikes single pupils, who are free at once, and the rest move with the last word.
func TestABureauMovesAList(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := s.FilingOf(c, process.BatchTransfer)
	more := s.List(c, 3)
	body["lines"], body["inputs"] = more["lines"], more["inputs"]
	lines, _ := more["lines"].([]map[string]any)
	pupil := func(i int) uuid.UUID { id, _ := lines[i]["student_id"].(uuid.UUID); return id }

	s.Refused(c.Registrar.Do(http.MethodPost, "/v1/changes", body, uuid.NewString()), "filed_by_bureau")
	twice := m{"kind": body["kind"], "inputs": body["inputs"], "evidence": body["evidence"], "lines": append(lines, lines[0])}
	s.Refused(c.Reviewer.Do(http.MethodPost, "/v1/changes", twice, uuid.NewString()), "list_twice")
	change := c.Reviewer.File(body)
	s.Refused(c.Registrar.Do(http.MethodPost, "/v1/changes", c.Registrar.SuspensionBody(pupil(0)), uuid.NewString()), "change_in_progress")

	verdicts := func(p *e2e.Person) (list []string) {
		var page struct {
			Lines []struct{ Verdict, Reason string }
		}
		require.NoError(t, json.Unmarshal(p.Page(change).Raw, &page))
		for _, l := range page.Lines {
			list = append(list, l.Verdict)
		}
		return list
	}
	s.Refused(c.Leader.Verdict(change, c.Leader.Mine(change), "APPROVE", m{"strike": []m{{"student_id": uuid.New(), "reason": "不在本校"}}}), "line_unknown")
	s.OK(c.Leader.Verdict(change, c.Leader.Mine(change), "APPROVE", m{"strike": []m{{"student_id": pupil(0), "reason": "随父母外出"}}}))
	require.Equal(t, []string{"STRUCK", "LISTED", "LISTED"}, verdicts(c.Reviewer))
	c.Registrar.File(c.Registrar.SuspensionBody(pupil(0)))

	var to e2e.Office
	require.NoError(t, s.DB.QueryRow(t.Context(), `SELECT o.id, o.path::text FROM change_party p JOIN organisation o ON o.id = p.org_id WHERE p.change_id = $1 AND p.side = 'IN'`, change).Scan(&to.ID, &to.Path))
	target := s.Person(to, org.SchoolLeader)
	s.OK(target.Verdict(change, target.Mine(change), "APPROVE", m{"strike": []m{{"student_id": pupil(1), "reason": "学位不足"}}}))
	require.Equal(t, []string{"STRUCK", "STRUCK", "MOVED"}, verdicts(target))
	require.Equal(t, "EFFECTIVE", c.Reviewer.Page(change).Text("status"))
	require.Equal(t, to.ID, e2e.Value[uuid.UUID](s, `SELECT school_id FROM student WHERE id = $1`, pupil(2)))
	require.Equal(t, c.School.ID, e2e.Value[uuid.UUID](s, `SELECT school_id FROM student WHERE id = $1`, pupil(1)))

	stranger := s.Person(s.Office(org.County, "520103"), org.BureauReviewer)
	require.Equal(t, http.StatusNotFound, stranger.Do(http.MethodGet, "/v1/changes/"+change, nil, "").Status)
}
