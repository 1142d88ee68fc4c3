package api

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/messages"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/uploads"
	"github.com/xueji/xueji/internal/upkeep"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/workflows/contract"
)

type m = map[string]any

func logInAs(login, password string) call {
	return call{method: "POST", path: "/v1/sessions", body: m{"login": login, "password": password}}
}

func me() call { return call{method: "GET", path: "/v1/me"} }

func (w *world) loginName(c caller) string {
	return one[string](w, `SELECT login FROM account WHERE id = $1`, c.account)
}

// logInFrom logs in over a connection from one address, through proxies that name others.
func (w *world) logInFrom(remote, forwarded, login, password string) *httptest.ResponseRecorder {
	text, err := json.Marshal(m{"login": login, "password": password})
	require.NoError(w.t, err)
	r := httptest.NewRequest(http.MethodPost, "/v1/sessions", bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = remote + ":4711"
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return recorder
}

func school(parent place, code string, stages ...string) m {
	return m{"parent": parent.id, "kind": "SCHOOL", "code": code, "name": "新学校", "division_code": "520103", "stages": stages}
}

func get(path string) call { return call{method: "GET", path: path} }

func matchless(c call, parent uuid.UUID) call { c.body = m{"parent": parent}; return c }

const attentionPath = "/v1/operations/attention"

// requireNobody: no name, number or ID of any pupil stands in an answer.
func requireNobody(t *testing.T, w *world, answer *httptest.ResponseRecorder) {
	t.Helper()
	text := answer.Body.String()
	require.NotContains(t, text, "某人")
	require.NotContains(t, text, "student")
	rows, err := w.owner.Query(t.Context(), `SELECT s.id::text FROM student s UNION ALL SELECT a.id::text FROM account a`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		require.NoError(t, rows.Scan(&id))
		require.NotContains(t, text, id)
	}
	require.NoError(t, rows.Err())
}

// longRoster is an approved roster of a school that takes effect as a job of three parts.
func (w *world) longRoster(at place) (job, change uuid.UUID) {
	w.t.Helper()
	job, change = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO job (id, kind, org_id, org_path, province_code, subject_id, case_no, effective_on, filed_by, created_at)
		VALUES ($1, 'ROSTER_ENROL', $2, $3::text::ltree, '520000', $4, '52-2026-000001', '2026-11-20', $2, $5)`, job, at.id, at.path, change, w.clock.Now())
	w.exec(`INSERT INTO job_part (job_id, no, org_path, first_no, last_no, rows) SELECT $1, n, $2::text::ltree, 500 * n, 500 * n + 499, 500 FROM generate_series(1, 3) n`, job, at.path)
	return job, change
}

// jobCases: long work on many rows.
func jobCases() map[string]matrixCase {
	on := func(method, rest string) matrixCase {
		return matrixCase{call: func(w *world, _ caller, target place) call {
			id, _ := w.longRoster(target)
			return call{method: method, path: "/v1/jobs/" + id.String() + rest}
		}}
	}
	list := fixed("GET", "/v1/jobs", nil)
	resume := on("POST", "/resume")
	resume.call = func(w *world, _ caller, target place) call {
		id, _ := w.longRoster(target)
		w.exec(`UPDATE job SET state = 'CANCELLED', ended_at = now() WHERE id = $1`, id)
		return call{method: "POST", path: "/v1/jobs/" + id.String() + "/resume"}
	}
	return map[string]matrixCase{"list-jobs": list, "get-job": on("GET", ""), "cancel-job": on("POST", "/cancel"), "resume-job": resume}
}

// oddEngine does something odd instead of counting the slips of one change.
type oddEngine struct {
	directEngine

	change string
	odd    func()
}

func (e oddEngine) Say(ctx context.Context, change string, m contract.SlipMessage) (contract.SlipResult, error) {
	if e.change == "" || change == e.change {
		e.odd()
	}
	return e.directEngine.Say(ctx, change, m)
}

// batch files two changes of a school and decides them in one batch.
func (w *world) batch(who caller, changes, tasks [2]uuid.UUID) (out changes.BatchResult) {
	w.t.Helper()
	w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/decisions", key: uuid.NewString(), body: m{"kind": "SUSPENSION", "verdict": "APPROVE",
		"items": []m{{"change_id": changes[0], "task_id": tasks[0]}, {"change_id": changes[1], "task_id": tasks[1]}}}}, &out)
	return out
}

// decisions builds a batch that approves tasks.
func decisions(key, opinion string, cases, tasks []uuid.UUID) call {
	items := make([]m, len(tasks))
	for i, task := range tasks {
		items[i] = m{"change_id": cases[i], "task_id": task}
	}
	return call{method: "POST", path: "/v1/decisions", key: key, body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "opinion": opinion, "items": items}}
}

func (w *world) paper(who caller) string {
	w.t.Helper()
	var b bytes.Buffer
	require.NoError(w.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return read[uploads.Evidence](w.t, http.StatusCreated, w.uploadAs(who, "/v1/evidence", "a.png", b.Bytes())).ID.String()
}

// notice leaves a notice about a fresh change of an office, for a role or for one person.
func (w *world) notice(at place, kind string, role org.Role, account uuid.UUID) uuid.UUID {
	w.t.Helper()
	change, _ := w.change(at, role)
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO notice (id, org_id, org_path, role, account_id, change_id, kind, step_no, round, created_at)
		VALUES ($1, $2, $3::text::ltree, $4, nullif($5, '00000000-0000-0000-0000-000000000000'::uuid), $6, $7, 1, 1, $8)`,
		id, at.id, at.path, string(role), account, change, kind, w.clock.Now())
	return id
}

func (w *world) unread(who caller) (n int64) {
	w.t.Helper()
	var counts struct {
		Unread int64 `json:"unread_notices"`
	}
	w.must(200, who.token, call{method: "GET", path: "/v1/inbox/counts"}, &counts)
	return counts.Unread
}

func (w *world) notices(who caller, query string) (list []messages.NoticeView) {
	w.t.Helper()
	var page rest.Page[messages.NoticeView]
	w.must(200, who.token, call{method: "GET", path: "/v1/notices" + query}, &page)
	return page.Items
}

// gateway is a receiver that verifies what it gets and answers as it is told.
type gateway struct {
	mu       sync.Mutex
	url      string
	answer   int
	header   http.Header
	got      []http.Header
	payloads []upkeep.Payload
	bodies   [][]byte
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{answer: http.StatusNoContent, header: http.Header{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var p upkeep.Payload
		if err := json.Unmarshal(text, &p); err != nil {
			t.Error(err)
		}
		g.got, g.bodies, g.payloads = append(g.got, r.Header), append(g.bodies, text), append(g.payloads, p)
		for name := range g.header {
			w.Header().Set(name, g.header.Get(name))
		}
		w.WriteHeader(g.answer)
	}))
	t.Cleanup(s.Close)
	g.url = s.URL
	return g
}

// deliverer sends in the world's own time; the tests look at the queue themselves.
func (w *world) deliverer() *upkeep.Deliverer {
	w.t.Helper()
	hours := webhook.NewHours(8*time.Hour, 18*time.Hour, w.worker.Workdays)
	rules := webhook.Rules{AllowHTTP: true, AllowPrivate: true}
	w.deps.Webhooks = rules
	w.build()
	return &upkeep.Deliverer{Register: w.worker.Store, Gateway: webhook.NewSender(rules, 5*time.Second), Processes: w.process, Hours: hours,
		Log: slog.New(slog.NewJSONHandler(w.log, nil)), Lease: 2 * time.Minute, Interval: time.Second}
}

func (w *world) once(d *upkeep.Deliverer) int {
	w.t.Helper()
	n, err := d.Once(w.t.Context())
	require.NoError(w.t, err)
	return n
}

func (w *world) connect(who caller, g *gateway, more m) messages.NewWebhook {
	w.t.Helper()
	body := m{"url": g.url}
	for k, v := range more {
		body[k] = v
	}
	var made messages.NewWebhook
	w.must(201, who.token, call{method: "POST", path: "/v1/webhooks", body: body}, &made)
	return made
}

func (w *world) deliveries(who caller, endpoint uuid.UUID, query string) []messages.DeliveryView {
	w.t.Helper()
	var page rest.Page[messages.DeliveryView]
	w.must(200, who.token, call{method: "GET", path: "/v1/webhooks/" + endpoint.String() + "/deliveries" + query}, &page)
	return page.Items
}

// stopping is a gateway that takes a message while the worker is told to stop.
type stopping struct{ stop func() }

func (s stopping) Send(context.Context, webhook.Message) webhook.Outcome {
	s.stop()
	return webhook.Outcome{Status: http.StatusNoContent}
}

// crashing sends, and then what sent it is gone before it can write that down.
type crashing struct{ upkeep.Gateway }

func (c crashing) Send(ctx context.Context, msg webhook.Message) webhook.Outcome {
	c.Gateway.Send(ctx, msg)
	runtime.Goexit()
	return webhook.Outcome{}
}

// evidenceFile reads a paper of package files' tests.
func evidenceFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../internal/files/testdata", name))
	require.NoError(t, err)
	return content
}
