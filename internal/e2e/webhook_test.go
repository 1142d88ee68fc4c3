package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/upkeep"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/org"
)

// A change is filed and sent back: the gateway of the county is told, can verify that
// it was Xueji, and learns nothing of the pupil.
func TestAGatewayIsToldWhatHappensToAChange(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	var (
		mu     sync.Mutex
		header []http.Header
		bodies [][]byte
	)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		header, bodies = append(header, r.Header), append(bodies, text)
		if len(bodies) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(gateway.Close)
	received := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(bodies)
	}

	admin := s.Person(c.Reviewer.Office, org.BureauSysadmin)
	admin.LogIn() // a secret is told to people only
	hook := admin.Do(http.MethodPost, "/v1/webhooks", map[string]any{"url": gateway.URL, "kinds": []string{"SENT_BACK"}}, "")
	require.Equal(t, http.StatusCreated, hook.Status, string(hook.Raw))
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	back := c.Leader.Do(http.MethodPost, "/v1/changes/"+change+"/decisions", map[string]any{
		"task_id": c.Leader.OpenTask(change), "verdict": "SEND_BACK", "opinion": "证明不清晰", "send_back_to": 0,
	}, uuid.NewString())
	require.Equal(t, http.StatusOK, back.Status, string(back.Raw))
	s.Eventually("the gateway is asked", 10*time.Second, func() bool { return received() == 1 })
	s.Eventually("that it failed is written down", 10*time.Second, func() bool { return e2e.Value[int](s, `SELECT last_status FROM webhook_delivery`) == 503 })
	s.Hand.Advance(webhook.Backoff()[0])
	s.Eventually("it is asked again", 10*time.Second, func() bool { return received() == 2 })
	s.Eventually("and took it", 10*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM webhook_delivery WHERE delivered_at IS NOT NULL`) == 1
	})

	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, header[0].Get(webhook.HeaderID), header[1].Get(webhook.HeaderID))
	require.NoError(t, webhook.Verify(hook.Text("secret"), header[1], bodies[1], s.Clock.Now()))
	var p upkeep.Payload
	require.NoError(t, json.Unmarshal(bodies[1], &p))
	require.Equal(t, "SENT_BACK", p.Data.Kind)
	require.Equal(t, "/v1/changes/"+change, p.Data.Path)
	require.NotContains(t, string(bodies[1]), "证明不清晰", "nor what somebody wrote about the pupil")
	require.NotContains(t, s.Log.String(), gateway.URL)
}
