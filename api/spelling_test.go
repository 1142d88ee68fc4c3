package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

// A name of a field in another spelling is an unknown field. The decoder would take
// "Verdict" for "verdict" after only "verdict" was checked: a decision with a verdict
// that does not exist held up a case for ever.
func TestAnotherSpellingOfAFieldIsUnknown(t *testing.T) {
	w := newWorld(t)
	change := w.suspension("2026-11-20")
	leader, registrar := w.login(w.places["school"], org.SchoolLeader), w.login(w.places["school"], org.SchoolRegistrar)
	pupil := w.pupil(w.places["school"])
	send := func(who caller, path, body string) rest.Problem {
		c := call{method: "POST", path: path, key: uuid.NewString()}
		return read[rest.Problem](t, http.StatusUnprocessableEntity, w.raw(who.token, c, []byte(body)))
	}
	task := one[uuid.UUID](w, `SELECT id FROM task WHERE change_id = $1`, change)
	p := send(leader, "/v1/changes/"+change+"/decisions", `{"task_id":"`+task.String()+`","verdict":"APPROVE","Verdict":"BOGUS","opinion":"x"}`)
	require.Equal(t, "unknown_field", p.Code)
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM slip`))
	for path, body := range map[string]string{
		"/v1/students/" + pupil.String() + "/reveal":      `{"field":"id_number","reason":"TRANSFER","Reason":""}`,
		"/v1/students/" + pupil.String() + "/punishments": `{"level":"9","LEVEL":"","decided_on":"2026-11-01","document_no":"1","reason":"x"}`,
		"/v1/students/search":                             `{"Name":"某人"}`,
	} {
		require.Equal(t, "unknown_field", send(registrar, path, body).Code, path)
	}
	answer := w.raw("", call{method: "POST", path: "/v1/sessions"}, []byte(strings.ToUpper(`{"login":"a","password":"b"}`)))
	require.Equal(t, http.StatusUnprocessableEntity, answer.Code, answer.Body.String())

	w.must(http.StatusOK, leader.token, call{method: "POST", path: "/v1/changes/" + change + "/decisions", key: uuid.NewString(),
		body: m{"task_id": task, "verdict": "APPROVE"}}, nil)
}
