package rest_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A number or a list that is too small or too large is told how far it may go.
func TestARefusalTellsTheLimit(t *testing.T) {
	w := apitest.New(t)
	registrar, leader := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolA, org.SchoolLeader)
	lines, items := make([]m, 501), make([]m, 101)
	for i := range lines {
		lines[i] = m{"student_id": uuid.NewString(), "class_id": uuid.NewString()}
	}
	for i := range items {
		items[i] = m{"change_id": uuid.NewString(), "task_id": uuid.NewString()}
	}
	for _, row := range []struct {
		code, token, zh, en string
		call                apitest.Call
	}{
		{"out_of_range", registrar.Token, "不得大于366", "at most 366", apitest.Get("/v1/suspensions/expiring?days=400")},
		{"out_of_range", registrar.Token, "不得小于0", "at least 0", apitest.Get("/v1/suspensions/expiring?days=-1")},
		{"wrong_count", registrar.Token, "至多500项", "at most 500", apitest.File(uuid.NewString(), m{"kind": "BATCH_TRANSFER", "lines": lines})},
		{"wrong_count", leader.Token, "至多100项", "at most 100", apitest.Call{Method: "POST", Path: "/v1/decisions", Key: uuid.NewString(), Body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "items": items}}},
		{"wrong_count", leader.Token, "至少1项", "at least 1", apitest.Call{Method: "POST", Path: "/v1/decisions", Key: uuid.NewString(), Body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "items": []m{}}}},
		{"wrong_count", registrar.Token, "至少1项", "at least 1", apitest.Call{Method: "PATCH", Path: "/v1/students/" + uuid.NewString(), IfMatch: `"1"`, Body: m{"items": m{}}}},
	} {
		require.Contains(t, w.Refused(row.code, row.token, row.call).Detail, row.zh)
		english := row.call
		english.Language = "en"
		require.Contains(t, w.Refused(row.code, row.token, english).Detail, row.en)
	}
}
