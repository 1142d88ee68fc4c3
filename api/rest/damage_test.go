package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

// A text that is no UTF-8, or was lost before it was sent, is refused before anything
// is stored, and the key of the submission may be used for the right one.
func TestADamagedTextIsRefusedAndTheKeyStaysUsable(t *testing.T) {
	w := apitest.New(t)
	change, _ := w.Change(storetest.SchoolA)
	leader := w.LogIn(storetest.SchoolA, org.SchoolLeader)
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(`{"text":"请补充材料"}`))
	require.NoError(t, err)
	path := "/v1/changes/" + change.String() + "/comments"
	damaged := map[string][]byte{
		"GBK":                gbk,
		"a half pair":        []byte(`{"text":"\ud800"}`),
		"halves in disorder": []byte(`{"text":"a\udc00\ud800b"}`),
		"lost before":        []byte("{\"text\":\"同\ufffd\"}"),
		"lost, escaped":      []byte(`{"text":"同\ufffd"}`),
		"overlong":           []byte("{\"text\":\"\xc0\xaf\"}"),
		"a surrogate":        []byte("{\"text\":\"\xed\xa0\x80\"}"),
	}
	for name, body := range damaged {
		p := apitest.Read[rest.Problem](w, http.StatusBadRequest, w.Raw(leader.Token, apitest.Call{Method: "POST", Path: path, Key: "k-damaged-1"}, body))
		require.Equal(t, "text_garbled", p.Code, name)
		require.Equal(t, "/text", p.Errors[0].Pointer, name)
	}
	p := apitest.Read[rest.Problem](w, http.StatusBadRequest, w.Raw(leader.Token, apitest.Call{Method: "POST", Path: path, Key: "k-damaged-1"}, []byte("{\"\xff\":\"a\"}")))
	require.Equal(t, "text_garbled", p.Code)
	p = apitest.Read[rest.Problem](w, http.StatusBadRequest, w.Raw(leader.Token, apitest.Call{Method: "POST", Path: path, Key: "k-damaged-1"}, []byte("{\"text\":\"\xd5\\\"}")))
	require.Equal(t, "text_garbled", p.Code, "cut in the middle of a character it is still told as damaged")
	require.Contains(t, p.Detail, "提交的内容")
	p = apitest.Read[rest.Problem](w, http.StatusUnsupportedMediaType, w.Raw(leader.Token, apitest.Call{Method: "POST", Path: path, Key: "k-damaged-1"}, []byte(`{"text":"a"}`),
		"Content-Type", "application/json; charset=GBK"))
	require.Contains(t, p.Detail, "utf-8")
	require.Zero(t, apitest.One[int](w, `SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'COMMENT'`, change))
	require.Less(t, w.Raw(leader.Token, apitest.Call{Method: "POST", Path: path, Key: "k-damaged-1"}, []byte(`{"text":"请补充材料 👍"}`), "Content-Type", "application/json; charset=UTF-8").Code, 300)
	require.Equal(t, "请补充材料 👍", apitest.One[string](w, `SELECT opinion FROM change_event WHERE change_id = $1 AND verb = 'COMMENT'`, change))
}

// The other ways in: parts of the address, parameters, names of files.
func TestADamagedTextIsRefusedOutsideOfBodies(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	for _, path := range []string{"/v1/changes?case_no=%ef%bf%bd", "/v1/processes/%ff"} {
		p := w.Refused("text_garbled", registrar.Token, apitest.Get(path))
		require.Equal(t, http.StatusBadRequest, p.Status)
		require.NotEmpty(t, p.Errors[0].Pointer)
	}
	require.Equal(t, http.StatusUnprocessableEntity, w.Send(registrar.Token, apitest.Get("/v1/changes?%ff=a")).Code, "a parameter of such a name does not exist")
	name, err := simplifiedchinese.GBK.NewEncoder().String("申请表.pdf")
	require.NoError(t, err)
	for _, name := range []string{name, "a\ufffd.pdf"} {
		p := apitest.Read[rest.Problem](w, http.StatusBadRequest, w.SendFile(registrar, "/v1/evidence", name, []byte("%PDF-1.7\n")))
		require.Equal(t, "upload_malformed", p.Code)
	}
	for _, header := range []string{"Idempotency-Key", "If-Match"} {
		answer := w.Raw(registrar.Token, apitest.Call{Method: "POST", Path: "/v1/changes", Key: "k-headers-1"}, []byte(`{"kind":"SUSPENSION"}`), header, "\xff\xfe")
		require.GreaterOrEqual(t, answer.Code, 400)
		require.Less(t, answer.Code, 500, header)
	}
}

// The framework's check of lists without repetition panicked at a list or an object.
func TestAListOfWordsTakesNoListsAndNoObjects(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.SchoolA, org.SchoolSysadmin)
	path := w.Org(storetest.SchoolA, "/accounts")
	for _, roles := range []any{[]any{[]any{}}, []any{m{}}, []any{m{"a": 1}, m{"a": 1}}, []any{[]any{[]any{}}, "PRINCIPAL"}} {
		p := w.Refused("wrong_type", admin.Token, apitest.Post(path, m{"login": "someone", "name": "张三", "roles": roles}))
		require.Equal(t, "/roles/0", p.Errors[0].Pointer)
	}
	p := w.Refused("not_unique", admin.Token, apitest.Post(path, m{"login": "someone", "name": "张三", "roles": []string{"PRINCIPAL", "PRINCIPAL"}}))
	require.Equal(t, "/roles", p.Errors[0].Pointer)
	spec, err := w.Server.OpenAPI().YAML()
	require.NoError(t, err)
	require.Contains(t, string(spec), "uniqueItems: true", "the description still says so")
}

// A panic of the library that reads a body is a body that cannot be read.
func TestAPanicWhileReadingIsABodyThatCannotBeRead(t *testing.T) {
	w := apitest.New(t)
	rest.Register(w.Server, rest.Operation{ID: "fragile", Method: "POST", Path: "/v1/fragile", Action: authz.Public, Tag: "x", Summary: "x"},
		func(context.Context, *fragileInput) (*rest.Empty, error) { return &rest.Empty{}, nil })
	p := w.Refused("malformed_body", "", apitest.Post("/v1/fragile", m{"text": "张三"}))
	require.Equal(t, http.StatusBadRequest, p.Status)
	require.Contains(t, w.Log.String(), `"panic"`, "the operator is told")
	require.NotContains(t, w.Log.String(), "张三")
}

type fragileInput struct {
	Body struct {
		Text fragile `json:"text"`
	}
}

type fragile string

func (f *fragile) UnmarshalText(text []byte) error { panic(string(text)) }

func TestANumberThatCannotBeUsedIsNamed(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	search := apitest.Post("/v1/students/search", nil)
	for body, code := range map[string]string{
		`{"name":"a","limit":1e400}`: "wrong_number", `{"name":"a","limit":5.0}`: "wrong_number", `{"name":"a","limit":1e2}`: "wrong_number",
		`{"name":"a","limit":1.5}`: "wrong_type", `{"name":"a","limit":1e300}`: "out_of_range",
	} {
		answer := w.Raw(registrar.Token, search, []byte(body))
		p := apitest.Read[rest.Problem](w, http.StatusUnprocessableEntity, answer)
		require.Equal(t, code, p.Code, body)
		require.Equal(t, "/limit", p.Errors[0].Pointer, body)
	}
}

// Of a name that stands twice in one object nobody can tell which value counts: it is
// refused with its place, nothing is stored, and the key stays usable.
func TestANameThatStandsTwiceIsRefused(t *testing.T) {
	w := apitest.New(t)
	change, _ := w.Change(storetest.SchoolA)
	leader := w.LogIn(storetest.SchoolA, org.SchoolLeader)
	path := "/v1/changes/" + change.String() + "/comments"
	post := func(body string) *httptest.ResponseRecorder {
		return w.Raw(leader.Token, apitest.Call{Method: "POST", Path: path, Key: "k-repeated-1"}, []byte(body))
	}
	for body, pointer := range map[string]string{
		`{"text":"x","text":"y"}`:                     "/text",
		`{"text":"x","\u0074ext":"x"}`:                "/text",
		`{"text":"x","more":[{"a":1},{"a":1,"a":2}]}`: "/more/1/a",
		`{"text":"x","张三":1,"张三":2}`:                  "/?",
	} {
		p := apitest.Read[rest.Problem](w, http.StatusBadRequest, post(body))
		require.Equal(t, "name_repeated", p.Code, body)
		require.Equal(t, pointer, p.Errors[0].Pointer, body)
		require.NotContains(t, p.Detail, "张三")
	}
	p := apitest.Read[rest.Problem](w, http.StatusUnprocessableEntity, post("{\"text\":\"\ue000\"}"))
	require.Equal(t, "/text", p.Errors[0].Pointer, "a private character alone says nothing")
	require.Zero(t, apitest.One[int](w, `SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'COMMENT'`, change))
	require.Less(t, post(`{"text":"请补充材料"}`).Code, 300)
}
