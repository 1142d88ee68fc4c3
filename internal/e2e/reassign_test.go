package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
)

// A school gets another managing bureau while its change lies with the old one:
// the step goes over to the new bureau, which decides; the old one may not.
func TestAnOpenStepFollowsTheManagingBureau(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	task := c.Reviewer.OpenTask(change)

	admin := s.Person(c.City, org.BureauSysadmin)
	school := admin.Do(http.MethodGet, "/v1/orgs/"+c.School.ID.String(), nil, "")
	require.Equal(t, http.StatusOK, school.Status, string(school.Raw))
	other := s.Office(org.County, "520103") // 云岩区
	moved := admin.DoIfMatch(http.MethodPost, "/v1/orgs/"+c.School.ID.String()+"/managing-bureau", map[string]any{"parent": other.ID}, school.Header.Get("ETag"))
	require.Less(t, moved.Status, 300, string(moved.Raw))

	reviewer := s.Person(other, org.BureauReviewer)
	s.Eventually("the step lies with the new bureau", 10*time.Second, func() bool {
		inbox := reviewer.Do(http.MethodGet, "/v1/inbox", nil, "")
		items, _ := inbox.Get("items").([]any)
		return len(items) == 1
	})
	refused := c.Reviewer.Do(http.MethodPost, "/v1/changes/"+change+"/decisions", map[string]any{"task_id": task, "verdict": "APPROVE"}, uuid.NewString())
	require.Equal(t, http.StatusNotFound, refused.Status, "the school is no longer in the old bureau's scope")
	require.Equal(t, http.StatusOK, reviewer.Decide(change, "APPROVE", "").Status)
	require.Equal(t, "SUSPENDED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil))
}
