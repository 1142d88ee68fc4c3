package api

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
)

// A number or a list that is too small or too large is told how far it may go.
func TestARefusalTellsTheLimit(t *testing.T) {
	w := newWorld(t)
	registrar, leader := w.login(w.places["school"], org.SchoolRegistrar), w.login(w.places["school"], org.SchoolLeader)
	lines, items := make([]m, 501), make([]m, 101)
	for i := range lines {
		lines[i] = m{"student_id": uuid.NewString(), "class_id": uuid.NewString()}
	}
	for i := range items {
		items[i] = m{"change_id": uuid.NewString(), "task_id": uuid.NewString()}
	}
	for _, row := range []struct {
		code, token, zh, en string
		call                call
	}{
		{"out_of_range", registrar.token, "不得大于366", "at most 366", get("/v1/suspensions/expiring?days=400")},
		{"out_of_range", registrar.token, "不得小于0", "at least 0", get("/v1/suspensions/expiring?days=-1")},
		{"wrong_count", registrar.token, "至多500项", "at most 500", call{method: "POST", path: "/v1/changes", key: uuid.NewString(), body: m{"kind": "BATCH_TRANSFER", "lines": lines}}},
		{"wrong_count", leader.token, "至多100项", "at most 100", call{method: "POST", path: "/v1/decisions", key: uuid.NewString(), body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "items": items}}},
		{"wrong_count", leader.token, "至少1项", "at least 1", call{method: "POST", path: "/v1/decisions", key: uuid.NewString(), body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "items": []m{}}}},
		{"wrong_count", registrar.token, "至少1项", "at least 1", call{method: "PATCH", path: "/v1/students/" + uuid.NewString(), ifMatch: `"1"`, body: m{"items": m{}}}},
	} {
		require.Contains(t, w.refused(row.code, row.token, row.call).Detail, row.zh)
		english := row.call
		english.language = "en"
		require.Contains(t, w.refused(row.code, row.token, english).Detail, row.en)
	}
}
