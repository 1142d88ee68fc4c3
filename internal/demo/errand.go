package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// errand is a row of calls to one API. The first answer that is not the
// expected one ends it: err is set and every later call does nothing, so a
// scene reads as a list of what people do.
type errand struct {
	ctx    context.Context
	url    string
	http   *http.Client
	err    error
	tokens map[string]string // by login
}

func newErrand(ctx context.Context, url string) *errand {
	return &errand{ctx: ctx, url: strings.TrimSuffix(url, "/"), http: &http.Client{}, tokens: map[string]string{}}
}

// answer is what a call came back with.
type answer struct {
	status int
	body   any
	raw    []byte
}

// at gives a value by a dotted path, for example "open.task_id".
func (a answer) at(path string) any {
	at := a.body
	for name := range strings.SplitSeq(path, ".") {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[name]
	}
	return at
}

// text gives a value as text, "" when there is none.
func (a answer) text(path string) string {
	switch v := a.at(path).(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// list gives the rows of a list, "" being the body itself.
func (a answer) list(path string) []answer {
	at := a.body
	if path != "" {
		at = a.at(path)
	}
	rows, _ := at.([]any) // nil when it is no list
	var all []answer
	for _, row := range rows {
		all = append(all, answer{body: row})
	}
	return all
}

// fail ends the errand with what went wrong, unless it ended before.
func (e *errand) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
}

// expect ends the errand unless the condition holds.
func (e *errand) expect(holds bool, what string) {
	if !holds {
		e.fail("not as expected: %s", what)
	}
}

// logIn opens a session for a person unless there is one, and gives the token.
func (e *errand) logIn(login string) string {
	if token := e.tokens[login]; token != "" || e.err != nil {
		return token
	}
	a := e.send(request{method: http.MethodPost, path: "/v1/sessions", body: map[string]any{"login": login, "password": Password}})
	if a.status != http.StatusCreated {
		e.fail("%s cannot log in: %s", login, a.problem())
		return ""
	}
	e.tokens[login] = a.text("token")
	return e.tokens[login]
}

// logOut ends all sessions of the errand.
func (e *errand) logOut() {
	for login, token := range e.tokens {
		if a := e.send(request{method: http.MethodDelete, path: "/v1/sessions/current", token: token}); a.status != http.StatusNoContent {
			e.fail("%s cannot log out: %s", login, a.problem())
		}
	}
	clear(e.tokens)
}

// call is one call of a person that must be answered with the status wanted.
func (e *errand) call(login string, want int, method, path string, body any) answer {
	return e.callIn("zh", login, want, method, path, body)
}

func (e *errand) callIn(language, login string, want int, method, path string, body any) answer {
	token := e.logIn(login)
	a := e.send(request{method: method, path: path, token: token, language: language, body: body})
	return e.wanted(a, login, want, method+" "+path)
}

// callAbout is a call about something as the person last saw it: its version.
func (e *errand) callAbout(login, version string, want int, path string, body any) answer {
	token := e.logIn(login)
	a := e.send(request{method: http.MethodPost, path: path, token: token, language: "zh", body: body, match: strconv.Quote(version)})
	return e.wanted(a, login, want, http.MethodPost+" "+path)
}

// wanted ends the errand unless a call was answered with the status wanted.
func (e *errand) wanted(a answer, login string, want int, what string) answer {
	if e.err == nil && a.status != want {
		e.fail("%s: %s was answered with %d instead of %d: %s", login, what, a.status, want, a.problem())
	}
	return a
}

// upload sends a file as the person.
func (e *errand) upload(login string, want int, language, path, name string, content []byte) answer {
	token := e.logIn(login)
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		e.fail("write an upload: %w", err)
	}
	a := e.send(request{method: http.MethodPost, path: path, token: token, language: language, raw: b.Bytes(), media: form.FormDataContentType()})
	return e.wanted(a, login, want, "the upload of "+name)
}

// problem names a refusal by its code and sentences.
func (a answer) problem() string {
	text := a.text("code") + " " + a.text("detail")
	for _, one := range a.list("errors") {
		text += "; " + one.text("pointer") + " " + one.text("detail")
	}
	return strings.TrimSpace(text)
}

type request struct {
	method, path, token, language string
	match                         string // the version that was read, If-Match
	body                          any
	raw                           []byte
	media                         string
}

func (e *errand) send(r request) answer {
	if e.err != nil {
		return answer{}
	}
	a, err := e.exchange(r)
	if err != nil {
		e.fail("%s %s: %w", r.method, r.path, err)
	}
	return a
}

func (e *errand) exchange(r request) (answer, error) {
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return answer{}, err
		}
		r.raw, r.media = text, "application/json"
	}
	call, err := http.NewRequestWithContext(e.ctx, r.method, e.url+r.path, bytes.NewReader(r.raw))
	if err != nil {
		return answer{}, err
	}
	call.Header.Set("Content-Type", r.media)
	call.Header.Set("Accept-Language", r.language)
	// Every call is a wish of its own here; operations without a key ignore it.
	call.Header.Set("Idempotency-Key", uuid.NewString())
	if r.match != "" {
		call.Header.Set("If-Match", r.match)
	}
	if r.token != "" {
		call.Header.Set("Authorization", "Bearer "+r.token)
	}
	response, err := e.http.Do(call)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	a := answer{status: response.StatusCode}
	if a.raw, err = io.ReadAll(response.Body); err != nil {
		return a, err
	}
	if strings.Contains(response.Header.Get("Content-Type"), "json") && len(a.raw) > 0 {
		err = json.Unmarshal(a.raw, &a.body)
	}
	return a, err
}

//go:embed rosters/*.xlsx papers/*.pdf
var fileFolder embed.FS

// file gives one of the sheets and papers of the demonstration.
func (e *errand) file(name string) []byte {
	content, err := fileFolder.ReadFile(name)
	if err != nil {
		e.fail("read %s: %w", name, err)
	}
	return content
}
