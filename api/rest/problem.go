package rest

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Problem is the body of every refusal: RFC 9457 with a stable code. It never
// holds the value that was refused; rows of a sheet show theirs as a roster does.
type Problem struct {
	Type   string    `json:"type" format:"uri" doc:"Stable name of the kind of problem." example:"urn:xueji:problem:version_conflict"`
	Title  string    `json:"title" doc:"What is wrong, in one sentence for a person."`
	Status int       `json:"status" example:"409"`
	Code   string    `json:"code" doc:"Stable code; programs may switch on it." example:"version_conflict"`
	Detail string    `json:"detail" doc:"What is wrong and what to do next, for a person."`
	Errors []Finding `json:"errors,omitempty" doc:"Everything that was found, when there is a field to name or more than one thing."`
	// Rows are what was found in each row of something of which nothing was taken.
	Rows      any    `json:"rows,omitempty"`
	RequestID string `json:"request_id,omitempty" doc:"Give this to the administrator."`

	headers http.Header
}

// Finding is one thing that is wrong with the request.
type Finding struct {
	Code    string `json:"code"`
	Pointer string `json:"pointer,omitempty" doc:"JSON pointer into the body, or the name of a parameter." example:"/roles/0"`
	Detail  string `json:"detail"`
}

// Error gives the code; sentences are for the answer only.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status of the answer.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are headers that belong to the refusal.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType marks the body as a problem (RFC 9457).
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// The two variables are huma's only seam for an error type of one's own; they
// are set once before any server exists and to functions without state.
func init() { //nolint:gochecknoinits // huma has no other seam
	huma.NewError = func(status int, _ string, _ ...error) huma.StatusError {
		return &Problem{Status: status}
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return exchangeOf(ctx.Context()).problem(fromHuma(status, exchangeOf(ctx.Context()).op, errs))
	}
}

// refusal turns whatever a handler returned into the body of the answer.
func (s *Server) refusal(ctx context.Context, err error) error {
	told := exchangeOf(ctx).told(ctx, err)
	p := exchangeOf(ctx).problem(told)
	if p.Status == http.StatusTooManyRequests && p.headers.Get("Retry-After") == "" {
		p.headers.Set("Retry-After", waitFor(told, s.Clock.Now()))
	}
	var rows RowsRefused
	if errors.As(err, &rows) {
		p.Rows = rows.RefusedRows()
	}
	return p
}

// RowsRefused is an error that tells of each row of what was refused as a whole.
type RowsRefused interface {
	error
	// RefusedRows gives a list of what was found in each row; its type is described with
	// DescribeRows.
	RefusedRows() any
}

// DescribeRows says in the API description what the rows of a problem are.
func (s *Server) DescribeRows(rows any, doc string) {
	registry := s.huma.OpenAPI().Components.Schemas
	schema := registry.Schema(reflect.TypeOf(rows), true, "")
	schema.Description = doc
	registry.Map()["Problem"].Properties["rows"] = schema
}

// Tell gives what the caller is told of an error, and the answer that says it.
func Tell(ctx context.Context, err error) (*refusal.Error, *Problem) {
	told := exchangeOf(ctx).told(ctx, err)
	return told, exchangeOf(ctx).problem(told)
}

// Named puts labels in the place of the names fields have in JSON.
func Named(ctx context.Context, e *refusal.Error) *refusal.Error {
	x := exchangeOf(ctx)
	return x.labels.name(x.op.ID, e)
}

// Findings lists everything a refusal tells in the language of the answer, when there is
// a field to name or more than one thing.
func Findings(ctx context.Context, e *refusal.Error) []Finding { return exchangeOf(ctx).findings(e) }

// findings lists everything a refusal tells, when there is a field to name or more
// than one thing.
func (x *exchange) findings(e *refusal.Error) []Finding {
	if e.Field == "" && len(e.Also) == 0 {
		return nil
	}
	var list []Finding
	for _, one := range e.All() {
		list = append(list, Finding{Code: string(x.catalogue.Entry(one.Code).Code), Pointer: one.Field, Detail: x.catalogue.Sentence(one, x.lang)})
	}
	return list
}

// told gives what the caller is told of an error. Anything that is not a problem,
// and none of the known troubles, is an internal one: its text goes to the log.
func (x *exchange) told(ctx context.Context, err error) *refusal.Error {
	var e *refusal.Error
	switch {
	case errors.As(err, &e):
		return e
	case gone(ctx, err):
		// The answer reaches no caller; the log shall not tell the operator of a fault.
		x.cause = err
		return refusal.New(refusal.CallerGone)
	case secondWall(err):
		// Row-level security refused to write what the caller named: it is not
		// there for this caller. Slips are judged by this wall alone; of other calls
		// the log says so, because the first wall should have refused them.
		x.cause = err
		return refusal.New(refusal.NotFound)
	case unstorable(err):
		x.cause = err
		return refusal.New(refusal.WrongCharacters).WithText("field", "填写的文字", "the text")
	case overtaken(err):
		x.cause = err
		return refusal.New(refusal.VersionConflict)
	case errors.Is(err, store.ErrRekeying):
		x.cause = err
		return refusal.New(refusal.KeysRotating)
	case errors.Is(err, store.ErrOtherKeys):
		x.cause = err
		return refusal.New(refusal.KeysOther)
	case databaseDown(err):
		x.cause = err
		return refusal.New(refusal.Unavailable).With("part", "database")
	case errors.Is(err, context.DeadlineExceeded):
		return refusal.New(refusal.Unavailable).With("part", "api").Because(err)
	}
	return refusal.New(refusal.Internal).Because(err)
}

// writeRefusal answers from a middleware, where there is no handler to return to.
func (s *Server) writeRefusal(ctx huma.Context, e *refusal.Error) {
	p := exchangeOf(ctx.Context()).problem(e)
	for name, values := range p.headers {
		for _, value := range values {
			ctx.SetHeader(name, value)
		}
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = s.huma.Marshal(ctx.BodyWriter(), "application/json", p) // the caller may be gone
}

// problem writes a refusal in the language of the call.
func (x *exchange) problem(e *refusal.Error) *Problem {
	e = x.labels.name(x.op.ID, e)
	entry := x.catalogue.Entry(e.Code)
	if entry.Status >= http.StatusInternalServerError {
		x.cause = e
	}
	p := &Problem{
		Type:      "urn:xueji:problem:" + string(entry.Code),
		Title:     x.catalogue.Title(e, x.lang),
		Status:    entry.Status,
		Code:      string(entry.Code),
		Detail:    x.catalogue.Sentence(e, x.lang),
		RequestID: x.requestID,
		headers:   http.Header{},
	}
	p.Errors = x.findings(e)
	switch e.Code {
	case refusal.Unauthenticated, refusal.LoginFailed:
		p.headers.Set("WWW-Authenticate", `Bearer realm="xueji"`)
	case refusal.TooManyRequests:
		p.headers.Set("Retry-After", e.Params["seconds"])
	default: // no header belongs to the others
	}
	return p
}

// fromHuma maps what huma found before the handler ran to codes of ours.
func fromHuma(status int, op Operation, errs []error) *refusal.Error {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return refusal.New(refusal.BodyTooLarge).With("max", megabytes(op.MaxBody))
	case http.StatusUnsupportedMediaType:
		return refusal.New(refusal.MediaType).With("expected", "application/json")
	case http.StatusNotAcceptable:
		return refusal.New(refusal.NotAcceptable)
	case http.StatusRequestTimeout:
		return refusal.New(refusal.BodyTimeout)
	case http.StatusBadRequest:
		if e := faultOf(errs); e != nil {
			return e
		}
		return refusal.New(refusal.MalformedBody)
	case http.StatusUnprocessableEntity:
		var list []*refusal.Error
		for _, err := range errs {
			list = append(list, finding(err))
		}
		var joined *refusal.Error
		if errors.As(refusal.Join(list...), &joined) {
			return joined
		}
	}
	// Bodies that broke off and shapes huma could not read end here; the
	// errors may hold values and are not passed on.
	if status < http.StatusInternalServerError {
		return refusal.New(refusal.MalformedBody)
	}
	return refusal.New(refusal.Internal).Because(errors.New("the HTTP layer answered " + strconv.Itoa(status)))
}

// faultOf finds what readJSON said of the body; nil when it said nothing.
func faultOf(errs []error) *refusal.Error {
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			if e, found := faultIn(d.ErrorDetail().Message); found {
				return e
			}
		}
	}
	return nil
}

func megabytes(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt(n>>10, 10) + " KB"
	}
	return strconv.FormatInt(n>>20, 10) + " MB"
}

// finding maps one of huma's findings by the constant part of its message;
// the message itself may quote the value and is dropped.
func finding(err error) *refusal.Error {
	var e *refusal.Error
	if errors.As(err, &e) {
		return e
	}
	var d huma.ErrorDetailer
	if !errors.As(err, &d) {
		return refusal.New(refusal.MalformedBody)
	}
	detail := *d.ErrorDetail()
	if e, found := faultIn(detail.Message); found {
		return e
	}
	if detail.Value == nil && detail.Message == validation.MsgExpectedArray {
		// Only lists that need an entry take no null: it is as good as an empty one.
		detail.Message = "expected array length >= 1"
	}
	pointer, name := pointerOf(detail.Location)
	code, params := classify(detail.Message)
	switch code {
	case refusal.Required:
		if missing := params["name"]; missing != "" {
			pointer, name = strings.TrimSuffix(pointer, "/")+"/"+missing, missing
		}
	default: // the pointer names the field already
	}
	e = refusal.New(code).At(pointer).With("field", name)
	if pointer == "" { // the body as a whole
		e = e.WithText("field", wholeBody().Zh, wholeBody().En)
	}
	for key, value := range params {
		if key != "name" {
			e.With(key, value)
		}
	}
	if code == refusal.NotInList {
		_, list, _ := strings.Cut(detail.Message, `"`)
		list = strings.TrimSuffix(list, `"`) // the description's words, not the caller's
		e = e.WithText("choices", strings.ReplaceAll(list, ", ", "、"), list)
	}
	if limit := limitIn(detail.Message); limit.Zh != "" {
		e = e.WithText("limit", limit.Zh, limit.En)
	}
	return e
}

// limitIn puts the limit that one of huma's messages names into words; empty when
// it names none. The limit is of the API description and no value of the caller's.
func limitIn(message string) process.Text {
	for _, p := range []struct{ prefix, zh, en string }{
		{"expected number >= ", "不得小于", "at least "},
		{"expected number <= ", "不得大于", "at most "},
		{"expected number > ", "须大于", "more than "},
		{"expected number < ", "须小于", "less than "},
		{"expected array length >= ", "至少", "at least "},
		{"expected array length <= ", "至多", "at most "},
		{"expected object with at least ", "至少", "at least "},
		{"expected object with at most ", "至多", "at most "},
	} {
		rest, found := strings.CutPrefix(message, p.prefix)
		if !found {
			continue
		}
		limit, _, _ := strings.Cut(rest, " ")
		if n, err := strconv.ParseFloat(limit, 64); err == nil {
			limit = strconv.FormatFloat(n, 'f', -1, 64) // huma writes a million as 1e+06
		}
		return process.Text{Zh: p.zh + limit, En: p.en + limit}
	}
	return process.Text{}
}

// classify recognises huma's messages (its package validation).
func classify(message string) (refusal.Code, map[string]string) {
	if rest, ok := strings.CutPrefix(message, "expected required property "); ok {
		name, _, _ := strings.Cut(rest, " ")
		return refusal.Required, map[string]string{"name": name}
	}
	last := message[strings.LastIndexByte(message, ' ')+1:]
	prefixes := []struct {
		prefix string
		code   refusal.Code
		param  string
	}{
		{"required ", refusal.Required, ""},
		{"expected property ", refusal.Required, ""},
		{"expected value to be one of", refusal.NotInList, ""},
		{"expected length >=", refusal.TooShort, "min"},
		{"expected length <=", refusal.TooLong, "max"},
		{"expected number >", refusal.OutOfRange, ""},
		{"expected number <", refusal.OutOfRange, ""},
		{"expected number to be", refusal.WrongFormat, ""},
		{"expected array length", refusal.WrongCount, ""},
		{"expected object with at", refusal.WrongCount, ""},
		{"expected array items to be unique", refusal.NotUnique, ""},
		{"expected string to", refusal.WrongFormat, ""},
		{"expected value to", refusal.WrongFormat, ""},
		{"expected boolean", refusal.WrongType, ""},
		{"expected number", refusal.WrongType, ""},
		{"expected integer", refusal.WrongType, ""},
		{"expected string", refusal.WrongType, ""},
		{"expected array", refusal.WrongType, ""},
		{"expected object", refusal.WrongType, ""},
		{"unexpected property", refusal.UnknownField, ""},
		{"unknown query parameter", refusal.UnknownField, ""},
		{"invalid ", refusal.WrongFormat, ""},
	}
	for _, p := range prefixes {
		if strings.HasPrefix(message, p.prefix) {
			if p.param != "" {
				return p.code, map[string]string{p.param: last}
			}
			return p.code, nil
		}
	}
	return refusal.WrongFormat, nil
}

// pointerOf turns "body.roles[0].name" into "/roles/0/name" and "name".
// For an unknown property huma names the property itself, which the caller
// chose; it is kept only when it looks like a field name.
func pointerOf(location string) (pointer, name string) {
	place, rest, _ := strings.Cut(location, ".")
	rest = strings.ReplaceAll(strings.ReplaceAll(rest, "[", "."), "]", "")
	if rest == "" {
		return "", place
	}
	parts := strings.Split(rest, ".")
	for i, part := range parts {
		if !fieldForm.MatchString(part) {
			parts[i] = "?"
		}
	}
	named := parts // an entry of a list is called by the name of the list
	for len(named) > 1 && isIndex(named[len(named)-1]) {
		named = named[:len(named)-1]
	}
	name = named[len(named)-1]
	if place == "body" {
		return "/" + strings.Join(parts, "/"), name
	}
	return name, name
}
