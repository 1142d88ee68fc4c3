package rest_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

func TestControlCharactersAreRefusedWhereverTheyStand(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.SchoolA, org.SchoolSysadmin)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	student := uuid.New()
	for pointer, c := range map[string]struct {
		token string
		call  apitest.Call
	}{
		"/login":           {"", apitest.LogInWith("a\x00b", apitest.Password)},
		"/password":        {"", apitest.LogInWith("someone", "a\x1bb")},
		"q":                {admin.Token, apitest.Get("/v1/orgs?q=%00")},
		"case_no":          {registrar.Token, apitest.Get("/v1/changes?case_no=%00")},
		"/name":            {admin.Token, apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": "someone", "name": "张\x00三", "roles": []string{"PRINCIPAL"}})},
		"/inputs/remark":   {registrar.Token, apitest.File("k-control-1", m{"kind": "SUSPENSION", "student_id": student, "inputs": m{"remark": "a\x00"}})},
		"/inputs":          {registrar.Token, apitest.File("k-control-2", m{"kind": "SUSPENSION", "student_id": student, "inputs": m{"a\x00": "b"}})},
		"/evidence/0/kind": {registrar.Token, apitest.File("k-control-3", m{"kind": "SUSPENSION", "student_id": student, "evidence": []m{{"id": student, "kind": "\x00"}}})},
		"/opinion":         {registrar.Token, apitest.Call{Method: "POST", Path: "/v1/changes/" + student.String() + "/withdrawal", Body: m{"opinion": "\x00"}, Key: "k-control-4"}},
		"/text":            {registrar.Token, apitest.Call{Method: "POST", Path: "/v1/changes/" + student.String() + "/comments", Body: m{"text": "x\x07"}, Key: "k-control-5"}},
	} {
		p := w.Refused("wrong_characters", c.token, c.call)
		require.Equal(t, http.StatusUnprocessableEntity, p.Status)
		require.Len(t, p.Errors, 1)
		require.Equal(t, pointer, p.Errors[0].Pointer)
	}
	p := w.Refused("text_garbled", registrar.Token, apitest.Get("/v1/changes?case_no=%ff"))
	require.Equal(t, "case_no", p.Errors[0].Pointer)
	w.Refused("bad_cursor", admin.Token, apitest.Get(w.Org(storetest.SchoolA, "/accounts?cursor="+rest.EncodeCursor("a\x00"))))
}

func TestABlankNameIsNoName(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.SchoolA, org.SchoolSysadmin)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	bureau := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	school := m{"parent": w.OfficeID(storetest.Bureau), "kind": "SCHOOL", "code": "2152000009", "division_code": "520103", "stages": []string{"PRIMARY"}}
	for _, blank := range []string{"   ", "\u200b\u200b", " \u202e\n"} {
		school["name"] = blank
		for pointer, c := range map[string]struct {
			token string
			call  apitest.Call
		}{
			"/org":   {bureau.Token, apitest.Post("/v1/orgs", school)},
			"/name":  {admin.Token, apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": "someone", "name": blank, "roles": []string{"PRINCIPAL"}})},
			"/token": {registrar.Token, apitest.Post("/v1/me/tokens", m{"name": blank, "roles": []string{"SCHOOL_REGISTRAR"}, "days": 3})},
			"/text":  {registrar.Token, apitest.Call{Method: "POST", Path: "/v1/changes/" + uuid.NewString() + "/comments", Body: m{"text": blank}, Key: "k-blank-1"}},
		} {
			p := w.Refused("required", c.token, c.call)
			require.Contains(t, []string{"/name", "/text"}, p.Errors[0].Pointer, pointer)
		}
		w.Refused("opinion_required", w.LogIn(storetest.Bureau, org.BureauHead).Token,
			apitest.Call{Method: "POST", Path: "/v1/changes/" + uuid.NewString() + "/closure", Body: m{"opinion": blank}, Key: "k-blank-2"})
	}
	school["name"] = " 小 "
	p := w.Refused("too_short", bureau.Token, apitest.Post("/v1/orgs", school))
	require.Equal(t, "/name", p.Errors[0].Pointer)
}

// Who gives the reason under another name is told where it goes.
func TestAReasonUnderAnotherName(t *testing.T) {
	w := apitest.New(t)
	p := w.Refused("unknown_field", w.LogIn(storetest.City, org.BureauHead).Token,
		apitest.Call{Method: "POST", Path: "/v1/changes/" + uuid.NewString() + "/closure", Body: m{"reason": "久拖不决"}, Key: uuid.NewString()})
	require.Len(t, p.Errors, 2)
	require.Equal(t, []string{"/reason", "/opinion"}, []string{p.Errors[0].Pointer, p.Errors[1].Pointer})
	require.Equal(t, "opinion_required", p.Errors[1].Code)
}

func TestAnIfMatchOfSomebodyElseIsMalformed(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	p := w.Refused("if_match_malformed", admin.Token, apitest.Call{Method: "POST", Path: w.Org(storetest.SchoolA, "/closure"), IfMatch: `"abc"`})
	require.Equal(t, http.StatusBadRequest, p.Status)
}

func TestAFileNameThatCannotBeReadIsTold(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	p := apitest.Read[rest.Problem](w, http.StatusBadRequest, w.SendFile(registrar, "/v1/evidence", "a\x00b.pdf", []byte("%PDF-1.7\n")))
	require.Equal(t, "upload_malformed", p.Code)
}
