package apitest

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
)

// Call is one request of a test.
type Call struct {
	Method, Path string
	Body         any
	IfMatch      string
	Key          string
	Language     string // of the answer; Chinese when empty
}

// Get asks for what stands at an address.
func Get(path string) Call { return Call{Method: http.MethodGet, Path: path} }

// Post hands something in at an address.
func Post(path string, body any) Call { return Call{Method: http.MethodPost, Path: path, Body: body} }

// File files a change under a key.
func File(key string, body any) Call {
	return Call{Method: http.MethodPost, Path: "/v1/changes", Body: body, Key: key}
}

// Send sends a call as somebody; an empty token sends none.
func (w *World) Send(token string, c Call) *httptest.ResponseRecorder {
	w.t.Helper()
	if c.Body == nil {
		return w.Raw(token, c, nil)
	}
	text, err := json.Marshal(c.Body)
	require.NoError(w.t, err)
	return w.Raw(token, c, text)
}

// Cookie is the name of the cookie of a session over plain http on this computer.
const Cookie = "xueji"

// Raw sends a body as it is, without an encoder that would mend it, with further headers.
// The token of a browser's session goes as a cookie, every other one as a bearer token.
func (w *World) Raw(token string, c Call, body []byte, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.t.Context(), c.Method, c.Path, bytes.NewReader(body))
	all := []string{"If-Match", c.IfMatch, "Idempotency-Key", c.Key, "Accept-Language", c.Language}
	if body != nil {
		all = append(all, "Content-Type", "application/json")
	}
	if account.OfBrowser(token) {
		r.Host = "127.0.0.1"
		r.AddCookie(&http.Cookie{Name: Cookie, Value: token})
	} else if token != "" {
		all = append(all, "Authorization", "Bearer "+token)
	}
	all = append(all, headers...)
	for i := 0; i+1 < len(all); i += 2 {
		if all[i+1] != "" {
			r.Header.Set(all[i], all[i+1])
		}
	}
	return w.Serve(r)
}

// Serve lets the API answer a request.
func (w *World) Serve(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	w.Server.ServeHTTP(answer, r)
	return answer
}

// Must sends a call, expects the status and reads the body into out.
func (w *World) Must(status int, token string, c Call, out any) *httptest.ResponseRecorder {
	w.t.Helper()
	answer := w.Send(token, c)
	require.Equal(w.t, status, answer.Code, "%s %s: %s\n%s", c.Method, c.Path, answer.Body.String(), w.lastLines())
	if out != nil {
		require.NoError(w.t, json.Unmarshal(answer.Body.Bytes(), out))
	}
	return answer
}

// Refused sends a call and expects a problem with this code.
func (w *World) Refused(code, token string, c Call) rest.Problem {
	w.t.Helper()
	answer := w.Send(token, c)
	var p rest.Problem
	require.NoError(w.t, json.Unmarshal(answer.Body.Bytes(), &p), answer.Body.String())
	require.Equal(w.t, code, p.Code, "%s %s: %s\n%s", c.Method, c.Path, answer.Body.String(), w.Log.String())
	require.Equal(w.t, p.Status, answer.Code)
	return p
}

// Read expects the status of an answer and reads its body.
func Read[T any](w *World, status int, answer *httptest.ResponseRecorder) (v T) {
	w.t.Helper()
	require.Equal(w.t, status, answer.Code, answer.Body.String())
	require.NoError(w.t, json.Unmarshal(answer.Body.Bytes(), &v))
	return v
}

// SendFile sends a file as the part "file" of a form.
func (w *World) SendFile(who Caller, path, name string, content []byte, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	var form bytes.Buffer
	f := multipart.NewWriter(&form)
	part, err := f.CreateFormFile("file", name)
	require.NoError(w.t, err)
	_, err = part.Write(content)
	require.NoError(w.t, err)
	require.NoError(w.t, f.Close())
	return w.Raw(who.Token, Call{Method: http.MethodPost, Path: path}, form.Bytes(), append([]string{"Content-Type", f.FormDataContentType()}, headers...)...)
}

// LogInWith opens a session with a login and a password.
func LogInWith(login, password string) Call {
	return Post("/v1/sessions", map[string]any{"login": login, "password": password})
}

// LogHoldsNoNumbers says that neither numbers of documents nor names of files stand in the log.
func (w *World) LogHoldsNoNumbers() {
	w.t.Helper()
	require.NotEmpty(w.t, w.Log.String())
	require.NotRegexp(w.t, `520102(19|20)\d{2}`, w.Log.String())
	require.NotContains(w.t, w.Log.String(), "名册")
}

// SheetText gives all texts of a downloaded workbook.
func (w *World) SheetText(answer *httptest.ResponseRecorder) string {
	w.t.Helper()
	require.Equal(w.t, http.StatusOK, answer.Code, answer.Body.String())
	require.Equal(w.t, rest.XLSX, answer.Header().Get("Content-Type"))
	require.Contains(w.t, answer.Header().Get("Content-Disposition"), "attachment")
	f, err := excelize.OpenReader(bytes.NewReader(answer.Body.Bytes()))
	require.NoError(w.t, err)
	defer func() { require.NoError(w.t, f.Close()) }()
	rows, err := f.GetRows(f.GetSheetName(0))
	require.NoError(w.t, err)
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.Join(row, "\t") + "\n")
	}
	return b.String()
}

// lastLines are the last lines of the log, for a test that failed.
func (w *World) lastLines() string {
	lines := strings.Split(strings.TrimSpace(w.Log.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "\n")
}
