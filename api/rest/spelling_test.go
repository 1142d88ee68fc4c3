package rest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A name of a field in another spelling is an unknown field. The decoder would take
// "Verdict" for "verdict" after only "verdict" was checked: a decision with a verdict
// that does not exist held up a case for ever.
func TestAnotherSpellingOfAFieldIsUnknown(t *testing.T) {
	w := apitest.New(t)
	id, task := w.Change(storetest.SchoolA)
	change := id.String()
	leader, registrar := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	pupil := w.Pupil(storetest.SchoolA)
	send := func(who apitest.Caller, path, body string) rest.Problem {
		c := apitest.Call{Method: "POST", Path: path, Key: uuid.NewString()}
		return apitest.Read[rest.Problem](w, http.StatusUnprocessableEntity, w.Raw(who.Token, c, []byte(body)))
	}
	p := send(leader, "/v1/changes/"+change+"/decisions", `{"task_id":"`+task.String()+`","verdict":"APPROVE","Verdict":"BOGUS","opinion":"x"}`)
	require.Equal(t, "unknown_field", p.Code)
	require.Zero(t, w.Count(`SELECT count(*) FROM slip WHERE change_id = $1`, id))
	for path, body := range map[string]string{
		"/v1/students/" + pupil.String() + "/reveal":      `{"field":"id_number","reason":"TRANSFER","Reason":""}`,
		"/v1/students/" + pupil.String() + "/punishments": `{"level":"9","LEVEL":"","decided_on":"2026-11-01","document_no":"1","reason":"x"}`,
		"/v1/students/search":                             `{"Name":"某人"}`,
	} {
		require.Equal(t, "unknown_field", send(registrar, path, body).Code, path)
	}
	answer := w.Raw("", apitest.Post("/v1/sessions", nil), []byte(strings.ToUpper(`{"login":"a","password":"b"}`)))
	require.Equal(t, http.StatusUnprocessableEntity, answer.Code, answer.Body.String())

	w.Must(http.StatusOK, leader.Token, apitest.Call{Method: "POST", Path: "/v1/changes/" + change + "/decisions", Key: uuid.NewString(),
		Body: m{"task_id": task, "verdict": "APPROVE"}}, nil)
}
