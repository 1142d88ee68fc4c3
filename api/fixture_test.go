package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
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
