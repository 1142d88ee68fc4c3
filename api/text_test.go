package api

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

func TestControlCharactersAreRefusedWhereverTheyStand(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["school"], org.SchoolSysadmin)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	student := uuid.New()
	for pointer, c := range map[string]struct {
		token string
		call  call
	}{
		"/login":           {"", logInAs("a\x00b", worldPassword)},
		"/password":        {"", logInAs("someone", "a\x1bb")},
		"q":                {admin.token, get("/v1/orgs?q=%00")},
		"case_no":          {registrar.token, get("/v1/changes?case_no=%00")},
		"/name":            {admin.token, call{method: "POST", path: orgPath(w.places["school"], "/accounts"), body: m{"login": "someone", "name": "张\x00三", "roles": []string{"PRINCIPAL"}}}},
		"/inputs/remark":   {registrar.token, filing("k-control-1", m{"kind": "SUSPENSION", "student_id": student, "inputs": m{"remark": "a\x00"}})},
		"/inputs":          {registrar.token, filing("k-control-2", m{"kind": "SUSPENSION", "student_id": student, "inputs": m{"a\x00": "b"}})},
		"/evidence/0/kind": {registrar.token, filing("k-control-3", m{"kind": "SUSPENSION", "student_id": student, "evidence": []m{{"id": student, "kind": "\x00"}}})},
		"/opinion":         {registrar.token, call{method: "POST", path: "/v1/changes/" + student.String() + "/withdrawal", body: m{"opinion": "\x00"}, key: "k-control-4"}},
		"/text":            {registrar.token, call{method: "POST", path: "/v1/changes/" + student.String() + "/comments", body: m{"text": "x\x07"}, key: "k-control-5"}},
	} {
		p := w.refused("wrong_characters", c.token, c.call)
		require.Equal(t, http.StatusUnprocessableEntity, p.Status)
		require.Len(t, p.Errors, 1)
		require.Equal(t, pointer, p.Errors[0].Pointer)
	}
	p := w.refused("text_garbled", registrar.token, get("/v1/changes?case_no=%ff"))
	require.Equal(t, "case_no", p.Errors[0].Pointer)
	w.refused("bad_cursor", admin.token, get(orgPath(w.places["school"], "/accounts?cursor="+rest.EncodeCursor("a\x00"))))
}

func filing(key string, body m) call {
	return call{method: "POST", path: "/v1/changes", body: body, key: key}
}

func TestABlankNameIsNoName(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["school"], org.SchoolSysadmin)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	bureau := w.login(w.places["county"], org.BureauSysadmin)
	org := school(w.places["county"], "2152000009", "PRIMARY")
	for _, blank := range []string{"   ", "\u200b\u200b", " \u202e\n"} {
		org["name"] = blank
		for pointer, c := range map[string]struct {
			token string
			call  call
		}{
			"/org":   {bureau.token, call{method: "POST", path: "/v1/orgs", body: org}},
			"/name":  {admin.token, call{method: "POST", path: orgPath(w.places["school"], "/accounts"), body: m{"login": "someone", "name": blank, "roles": []string{"PRINCIPAL"}}}},
			"/token": {registrar.token, call{method: "POST", path: "/v1/me/tokens", body: m{"name": blank, "roles": []string{"SCHOOL_REGISTRAR"}, "days": 3}}},
			"/text":  {registrar.token, call{method: "POST", path: "/v1/changes/" + uuid.NewString() + "/comments", body: m{"text": blank}, key: "k-blank-1"}},
		} {
			p := w.refused("required", c.token, c.call)
			require.Contains(t, []string{"/name", "/text"}, p.Errors[0].Pointer, pointer)
		}
		w.refused("opinion_required", w.login(w.places["county"], "BUREAU_HEAD").token,
			call{method: "POST", path: "/v1/changes/" + uuid.NewString() + "/closure", body: m{"opinion": blank}, key: "k-blank-2"})
	}
	org["name"] = " 小 "
	p := w.refused("too_short", bureau.token, call{method: "POST", path: "/v1/orgs", body: org})
	require.Equal(t, "/name", p.Errors[0].Pointer)
}

// Who gives the reason under another name is told where it goes.
func TestAReasonUnderAnotherName(t *testing.T) {
	w := newWorld(t)
	p := w.refused("unknown_field", w.login(w.places["city"], org.BureauHead).token,
		call{method: "POST", path: "/v1/changes/" + uuid.NewString() + "/closure", body: m{"reason": "久拖不决"}, key: uuid.NewString()})
	require.Len(t, p.Errors, 2)
	require.Equal(t, []string{"/reason", "/opinion"}, []string{p.Errors[0].Pointer, p.Errors[1].Pointer})
	require.Equal(t, "opinion_required", p.Errors[1].Code)
}

func TestAnIfMatchOfSomebodyElseIsMalformed(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["county"], org.BureauSysadmin)
	p := w.refused("if_match_malformed", admin.token, call{method: "POST", path: orgPath(w.places["school"], "/closure"), ifMatch: `"abc"`})
	require.Equal(t, http.StatusBadRequest, p.Status)
}

func TestAFileNameThatCannotBeReadIsTold(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	p := read[rest.Problem](t, http.StatusBadRequest, w.uploadAs(registrar, "/v1/evidence", "a\x00b.pdf", []byte("%PDF-1.7\n")))
	require.Equal(t, "upload_malformed", p.Code)
}
