package e2e_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
)

// The trail shows a decision to the bureaus above, with the person and in the
// partition of the province, although a worker wrote it.
func TestTheTrailShowsWhoDecided(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	seen := c.Head.Do(http.MethodGet, "/v1/audit?action=slip.counted&account="+c.Leader.ID.String(), nil, "")
	require.Equal(t, http.StatusOK, seen.Status, string(seen.Raw))
	require.Len(t, seen.Get("items"), 1)
	require.Equal(t, "520000/2026-11", e2e.Value[string](s, `SELECT partition FROM audit_entry WHERE action = 'slip.counted'`))
}

func TestOnlyAnEndedChangeOfTheSameIsRedone(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	one, other := s.Pupil(c, 2024), s.Pupil(c, 2024)
	running := c.Registrar.File(c.Registrar.SuspensionBody(one))
	body := c.Registrar.SuspensionBody(other)
	for _, wrong := range []string{uuid.NewString(), running} {
		body["redo_of"] = wrong
		for _, path := range []string{"/v1/changes/check", "/v1/changes"} {
			answer := c.Registrar.Do(http.MethodPost, path, body, uuid.NewString())
			require.Equal(t, http.StatusUnprocessableEntity, answer.Status, string(answer.Raw))
			require.Equal(t, "redo_unknown", answer.Text("code"))
		}
	}
}
