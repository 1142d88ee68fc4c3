package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/messages"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/api/uploads"
	"github.com/xueji/xueji/internal/upkeep"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/contract"
)

type m = map[string]any

func logInAs(login, password string) call {
	return call{method: "POST", path: "/v1/sessions", body: m{"login": login, "password": password}}
}

func me() call { return call{method: "GET", path: "/v1/me"} }

func (w *world) loginName(c caller) string {
	return one[string](w, `SELECT login FROM account WHERE id = $1`, c.account)
}

// logInFrom logs in over a connection from one address, through proxies that name others.
func (w *world) logInFrom(remote, forwarded, login, password string) *httptest.ResponseRecorder {
	text, err := json.Marshal(m{"login": login, "password": password})
	require.NoError(w.t, err)
	r := httptest.NewRequest(http.MethodPost, "/v1/sessions", bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = remote + ":4711"
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return recorder
}

func school(parent place, code string, stages ...string) m {
	return m{"parent": parent.id, "kind": "SCHOOL", "code": code, "name": "新学校", "division_code": "520103", "stages": stages}
}

func get(path string) call { return call{method: "GET", path: path} }

func matchless(c call, parent uuid.UUID) call { c.body = m{"parent": parent}; return c }

const attentionPath = "/v1/operations/attention"

// requireNobody: no name, number or ID of any pupil stands in an answer.
func requireNobody(t *testing.T, w *world, answer *httptest.ResponseRecorder) {
	t.Helper()
	text := answer.Body.String()
	require.NotContains(t, text, "某人")
	require.NotContains(t, text, "student")
	rows, err := w.owner.Query(t.Context(), `SELECT s.id::text FROM student s UNION ALL SELECT a.id::text FROM account a`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		require.NoError(t, rows.Scan(&id))
		require.NotContains(t, text, id)
	}
	require.NoError(t, rows.Err())
}

// longRoster is an approved roster of a school that takes effect as a job of three parts.
func (w *world) longRoster(at place) (job, change uuid.UUID) {
	w.t.Helper()
	job, change = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO job (id, kind, org_id, org_path, province_code, subject_id, case_no, effective_on, filed_by, created_at)
		VALUES ($1, 'ROSTER_ENROL', $2, $3::text::ltree, '520000', $4, '52-2026-000001', '2026-11-20', $2, $5)`, job, at.id, at.path, change, w.clock.Now())
	w.exec(`INSERT INTO job_part (job_id, no, org_path, first_no, last_no, rows) SELECT $1, n, $2::text::ltree, 500 * n, 500 * n + 499, 500 FROM generate_series(1, 3) n`, job, at.path)
	return job, change
}

// jobCases: long work on many rows.
func jobCases() map[string]matrixCase {
	on := func(method, rest string) matrixCase {
		return matrixCase{call: func(w *world, _ caller, target place) call {
			id, _ := w.longRoster(target)
			return call{method: method, path: "/v1/jobs/" + id.String() + rest}
		}}
	}
	list := fixed("GET", "/v1/jobs", nil)
	resume := on("POST", "/resume")
	resume.call = func(w *world, _ caller, target place) call {
		id, _ := w.longRoster(target)
		w.exec(`UPDATE job SET state = 'CANCELLED', ended_at = now() WHERE id = $1`, id)
		return call{method: "POST", path: "/v1/jobs/" + id.String() + "/resume"}
	}
	return map[string]matrixCase{"list-jobs": list, "get-job": on("GET", ""), "cancel-job": on("POST", "/cancel"), "resume-job": resume}
}

// oddEngine does something odd instead of counting the slips of one change.
type oddEngine struct {
	directEngine

	change string
	odd    func()
}

func (e oddEngine) Say(ctx context.Context, change string, m contract.SlipMessage) (contract.SlipResult, error) {
	if e.change == "" || change == e.change {
		e.odd()
	}
	return e.directEngine.Say(ctx, change, m)
}

// batch files two changes of a school and decides them in one batch.
func (w *world) batch(who caller, changes, tasks [2]uuid.UUID) (out changes.BatchResult) {
	w.t.Helper()
	w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/decisions", key: uuid.NewString(), body: m{"kind": "SUSPENSION", "verdict": "APPROVE",
		"items": []m{{"change_id": changes[0], "task_id": tasks[0]}, {"change_id": changes[1], "task_id": tasks[1]}}}}, &out)
	return out
}

// decisions builds a batch that approves tasks.
func decisions(key, opinion string, cases, tasks []uuid.UUID) call {
	items := make([]m, len(tasks))
	for i, task := range tasks {
		items[i] = m{"change_id": cases[i], "task_id": task}
	}
	return call{method: "POST", path: "/v1/decisions", key: key, body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "opinion": opinion, "items": items}}
}

func (w *world) paper(who caller) string {
	w.t.Helper()
	var b bytes.Buffer
	require.NoError(w.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return read[uploads.Evidence](w.t, http.StatusCreated, w.uploadAs(who, "/v1/evidence", "a.png", b.Bytes())).ID.String()
}

// notice leaves a notice about a fresh change of an office, for a role or for one person.
func (w *world) notice(at place, kind string, role org.Role, account uuid.UUID) uuid.UUID {
	w.t.Helper()
	change, _ := w.change(at, role)
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO notice (id, org_id, org_path, role, account_id, change_id, kind, step_no, round, created_at)
		VALUES ($1, $2, $3::text::ltree, $4, nullif($5, '00000000-0000-0000-0000-000000000000'::uuid), $6, $7, 1, 1, $8)`,
		id, at.id, at.path, string(role), account, change, kind, w.clock.Now())
	return id
}

func (w *world) unread(who caller) (n int64) {
	w.t.Helper()
	var counts struct {
		Unread int64 `json:"unread_notices"`
	}
	w.must(200, who.token, call{method: "GET", path: "/v1/inbox/counts"}, &counts)
	return counts.Unread
}

func (w *world) notices(who caller, query string) (list []messages.NoticeView) {
	w.t.Helper()
	var page rest.Page[messages.NoticeView]
	w.must(200, who.token, call{method: "GET", path: "/v1/notices" + query}, &page)
	return page.Items
}

// gateway is a receiver that verifies what it gets and answers as it is told.
type gateway struct {
	mu       sync.Mutex
	url      string
	answer   int
	header   http.Header
	got      []http.Header
	payloads []upkeep.Payload
	bodies   [][]byte
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{answer: http.StatusNoContent, header: http.Header{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var p upkeep.Payload
		if err := json.Unmarshal(text, &p); err != nil {
			t.Error(err)
		}
		g.got, g.bodies, g.payloads = append(g.got, r.Header), append(g.bodies, text), append(g.payloads, p)
		for name := range g.header {
			w.Header().Set(name, g.header.Get(name))
		}
		w.WriteHeader(g.answer)
	}))
	t.Cleanup(s.Close)
	g.url = s.URL
	return g
}

// deliverer sends in the world's own time; the tests look at the queue themselves.
func (w *world) deliverer() *upkeep.Deliverer {
	w.t.Helper()
	hours := webhook.NewHours(8*time.Hour, 18*time.Hour, w.worker.Workdays)
	rules := webhook.Rules{AllowHTTP: true, AllowPrivate: true}
	w.deps.Webhooks = rules
	w.build()
	return &upkeep.Deliverer{Register: w.worker.Store, Gateway: webhook.NewSender(rules, 5*time.Second), Processes: w.process, Hours: hours,
		Log: slog.New(slog.NewJSONHandler(w.log, nil)), Lease: 2 * time.Minute, Interval: time.Second}
}

func (w *world) once(d *upkeep.Deliverer) int {
	w.t.Helper()
	n, err := d.Once(w.t.Context())
	require.NoError(w.t, err)
	return n
}

func (w *world) connect(who caller, g *gateway, more m) messages.NewWebhook {
	w.t.Helper()
	body := m{"url": g.url}
	for k, v := range more {
		body[k] = v
	}
	var made messages.NewWebhook
	w.must(201, who.token, call{method: "POST", path: "/v1/webhooks", body: body}, &made)
	return made
}

func (w *world) deliveries(who caller, endpoint uuid.UUID, query string) []messages.DeliveryView {
	w.t.Helper()
	var page rest.Page[messages.DeliveryView]
	w.must(200, who.token, call{method: "GET", path: "/v1/webhooks/" + endpoint.String() + "/deliveries" + query}, &page)
	return page.Items
}

// stopping is a gateway that takes a message while the worker is told to stop.
type stopping struct{ stop func() }

func (s stopping) Send(context.Context, webhook.Message) webhook.Outcome {
	s.stop()
	return webhook.Outcome{Status: http.StatusNoContent}
}

// crashing sends, and then what sent it is gone before it can write that down.
type crashing struct{ upkeep.Gateway }

func (c crashing) Send(ctx context.Context, msg webhook.Message) webhook.Outcome {
	c.Gateway.Send(ctx, msg)
	runtime.Goexit()
	return webhook.Outcome{}
}

// evidenceFile reads a paper of package files' tests.
func evidenceFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../internal/files/testdata", name))
	require.NoError(t, err)
	return content
}

// uploadAs sends a file as the part "file" of a form.
func (w *world) uploadAs(who caller, path, name string, content []byte, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	var form bytes.Buffer
	f := multipart.NewWriter(&form)
	part, err := f.CreateFormFile("file", name)
	require.NoError(w.t, err)
	_, err = part.Write(content)
	require.NoError(w.t, err)
	require.NoError(w.t, f.Close())
	r := httptest.NewRequest(http.MethodPost, path, &form)
	r.Header.Set("Content-Type", f.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+who.token)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

func read[T any](t *testing.T, status int, answer *httptest.ResponseRecorder) T {
	t.Helper()
	require.Equal(t, status, answer.Code, answer.Body.String())
	var v T
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &v))
	return v
}

func rosterFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../models/roster/testdata", name))
	require.NoError(t, err)
	return content
}

// openClasses makes the classes that the roster files use.
func (w *world) openClasses() {
	var book struct {
		Schools []struct{ Classes []struct{ Code, Name string } }
	}
	require.NoError(w.t, json.Unmarshal(rosterFile(w.t, "schools.json"), &book))
	school, grades := w.places["school"], map[string]uuid.UUID{}
	for _, c := range book.Schools[0].Classes {
		year := c.Code[:4]
		if _, made := grades[year]; !made {
			grades[year] = uuid.Must(uuid.NewV7())
			w.exec(`INSERT INTO school_grade (id, school_id, org_path, stage, entry_year, name) VALUES ($1, $2, $3::text::ltree, 'PRIMARY', $4::text::int, $4 || '级')`,
				grades[year], school.id, school.path, year)
		}
		w.exec(`INSERT INTO school_class (id, school_id, org_path, grade_id, code, name, capacity) VALUES (gen_random_uuid(), $1, $2::text::ltree, $3, $4, $5, 55)`,
			school.id, school.path, grades[year], c.Code, c.Name)
	}
}

// approve files a roster and lets leader and bureau agree.
func (w *world) approve(roster uuid.UUID, registrar, leader, reviewer caller) {
	w.t.Helper()
	var filed struct{ ID uuid.UUID }
	w.must(http.StatusCreated, registrar.token, call{method: "POST", path: "/v1/changes", key: "file-" + roster.String(),
		body: m{"kind": "ROSTER_IMPORT", "roster_id": roster}}, &filed)
	for _, who := range []caller{leader, reviewer} {
		task := one[uuid.UUID](w, `SELECT id FROM task WHERE change_id = $1 AND status = 'OPEN'`, filed.ID)
		w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/changes/" + filed.ID.String() + "/decisions", key: "yes-" + task.String(),
			body: m{"task_id": task, "verdict": "APPROVE"}}, nil)
	}
}

// requireNoSecretsIn looks for numbers of the rosters in the log.
func requireNoSecretsIn(t *testing.T, w *world) {
	t.Helper()
	require.NotEmpty(t, w.log.String())
	require.NotRegexp(t, `520102(19|20)\d{2}`, w.log.String())
	require.NotContains(t, w.log.String(), "名册")
}

// sheetText gives all texts of a downloaded workbook.
func sheetText(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	require.Equal(t, rest.XLSX, answer.Header().Get("Content-Type"))
	require.Contains(t, answer.Header().Get("Content-Disposition"), "attachment")
	f, err := excelize.OpenReader(bytes.NewReader(answer.Body.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows(f.GetSheetName(0))
	require.NoError(t, err)
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.Join(row, "\t") + "\n")
	}
	return b.String()
}

// lastAudit gives what the audit trail says of the last time something happened to a roster.
func (w *world) lastAudit(action string, id uuid.UUID) (detail map[string]string) {
	w.t.Helper()
	text := one[string](w, `SELECT detail::text FROM audit_entry WHERE action = $1 AND subject_id = $2 ORDER BY id DESC LIMIT 1`, action, id.String())
	require.NoError(w.t, json.Unmarshal([]byte(text), &detail))
	delete(detail, "address") // of the caller, in every entry
	return detail
}

// say hands a verdict in on the open task of a case.
func (w *world) say(who caller, change uuid.UUID, verdict string) {
	w.t.Helper()
	task := one[uuid.UUID](w, `SELECT id FROM task WHERE change_id = $1 AND status = 'OPEN'`, change)
	w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/changes/" + change.String() + "/decisions", key: "say-" + task.String(),
		body: m{"task_id": task, "verdict": verdict}}, nil)
}

// enrolled brings the twelve pupils of a roster into the register of the school.
func (w *world) enrolled() (registrar, reviewer caller) {
	w.t.Helper()
	w.openClasses()
	registrar, reviewer = w.login(w.places["school"], org.SchoolRegistrar), w.login(w.places["county"], org.BureauReviewer)
	up := read[rosters.RosterUpload](w.t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(w.t, "roster-no-au.xlsx")))
	w.approve(up.Roster.ID, registrar, w.login(w.places["school"], org.SchoolLeader), reviewer)
	return registrar, reviewer
}

// item gives one item of a record's page.
func (w *world) item(who caller, path string, field roster.Field) string {
	w.t.Helper()
	var page students.Student
	w.must(http.StatusOK, who.token, call{method: "GET", path: path}, &page)
	i := slices.IndexFunc(page.Items, func(i students.SheetItem) bool { return i.Field == field })
	return page.Items[i].Value
}

// part writes a sheet with some columns of the template.
func part(t *testing.T, fields []roster.Field, pupils ...roster.Pupil) []byte {
	t.Helper()
	template, err := roster.National()
	require.NoError(t, err)
	sheet := roster.Template{Sheet: "学生"}
	for _, f := range fields {
		sheet.Columns = append(sheet.Columns, *template.Column(f))
	}
	var b bytes.Buffer
	require.NoError(t, sheet.Write(&b, "", slices.Values(pupils)))
	return b.Bytes()
}

// pupilsInFull gives name and ID number of all pupils of the school who have one.
func (w *world) pupilsInFull(who caller) []roster.Pupil {
	w.t.Helper()
	rows, err := w.owner.Query(w.t.Context(), `SELECT id, name FROM student WHERE id_hash IS NOT NULL ORDER BY id`)
	require.NoError(w.t, err)
	var list []roster.Pupil
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		var name string
		require.NoError(w.t, rows.Scan(&id, &name))
		list, ids = append(list, roster.Pupil{roster.Name: name}), append(ids, id)
	}
	require.NoError(w.t, rows.Err())
	for i, id := range ids {
		var full students.Revealed
		w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/students/" + id.String() + "/reveal",
			body: m{"field": "id_number", "reason": "DATA_QUALITY"}}, &full)
		list[i][roster.IDNumber] = full.Value
	}
	return list
}

func draft(basedOn int, from string, rules m) m {
	return m{"body": rules, "valid_from": from, "based_on": basedOn, "reason": "黔教发〔2026〕1号"}
}

func addition(key string, body m) call {
	return call{method: "POST", path: "/v1/policies", body: body, key: key}
}

func trial(basedOn int, rules m) call {
	return call{method: "POST", path: "/v1/policies/check", body: m{"body": rules, "valid_from": "2026-11-20", "based_on": basedOn}}
}

// holidays is an invented notice of a year in which the law's days are off, and those
// that are named.
func holidays(year, basedOn int, off ...string) m {
	days := []m{}
	for _, d := range append([]string{"01-01", "02-05", "04-05", "05-01", "05-02", "06-09", "10-01", "10-02", "10-03"}, off...) {
		days = append(days, m{"date": fmt.Sprintf("%d-%s", year, d), "kind": "OFF", "occasion": "节"})
	}
	return m{"year": year, "days": days, "based_on": basedOn}
}

func with(body m, more ...m) m {
	days, _ := body["days"].([]m)
	body["days"] = append(days, more...)
	return body
}

func reasoned(body m) m {
	body["reason"] = "国办发明电〔2026〕1号"
	return body
}

func loading(key string, body m) call {
	return call{method: "POST", path: "/v1/calendar", body: reasoned(body), key: key}
}

// suspension files a suspension of a pupil of the school that begins on a day.
func (w *world) suspension(from string) (id string) {
	w.t.Helper()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	var page struct{ ID string }
	w.must(http.StatusCreated, registrar.token, filing(uuid.NewString(), m{
		"kind": "SUSPENSION", "student_id": w.pupil(w.places["school"]),
		"inputs":   m{"reason_code": "10", "from_date": from, "until_date": "2027-08-31"},
		"evidence": []m{{"id": w.paper(registrar), "kind": "GUARDIAN_APPLICATION"}, {"id": w.paper(registrar), "kind": "SUSPENSION_PROOF"}},
	}), &page)
	return page.ID
}

// upkeep does what a round of the worker does about the calendar, and says for how many changes.
func (w *world) newCalendar() (moved int) {
	w.t.Helper()
	var stale []uuid.UUID
	require.NoError(w.t, w.worker.InScope(w.t.Context(), store.Scope{}, func(tx *change.Tx) (err error) {
		stale, err = tx.WithOldCalendar(100)
		return err
	}))
	for _, id := range stale {
		require.NoError(w.t, w.worker.InScope(w.t.Context(), store.Scope{}, func(tx *change.Tx) error { return tx.RecomputeDeadlines(id) }))
	}
	return len(stale)
}

func (w *world) timePasses(one string) {
	w.t.Helper()
	require.NoError(w.t, w.worker.InScope(w.t.Context(), store.Scope{}, func(tx *change.Tx) error { return tx.SendDueReminders(uuid.MustParse(one)) }))
}

// raw sends a body as it is, without a JSON encoder that would mend it.
func (w *world) raw(token string, c call, body []byte, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(c.method, c.path, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
	}
	if c.ifMatch != "" {
		r.Header.Set("If-Match", c.ifMatch)
	}
	if c.language != "" {
		r.Header.Set("Accept-Language", c.language)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

func mustSpec(t *testing.T) []byte {
	t.Helper()
	text, err := Spec()
	require.NoError(t, err)
	return text
}

type fragileInput struct {
	Body struct {
		Text fragile `json:"text"`
	}
}

type fragile string

func (f *fragile) UnmarshalText(text []byte) error { panic(string(text)) }

// here marks the place of a body where something else is put.
const here = "@@here@@"

// shapes are what a place of a body may be given instead of what belongs there, as
// they stand on the wire.
func shapes() []string {
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	return []string{"null", "true", "7", "-1", "1.5", "1e18", "1e300", "1e400", "-0", `""`, `"文"`, `"\u0000"`, `"\ud800"`, "\"\xb0\xa1\"", `"ㅤ"`, `"` + strings.Repeat("长", 6000) + `"`,
		"[]", "[[]]", "[{}]", "[[],[]]", "[{},{}]", "[null,null]", `["a","a"]`, `[["a"],["a"]]`, `[{"a":1},{"a":1}]`, "{}", `{"a":{}}`, `{"a":[]}`, `{"a":1,"a":2}`, `{"":""}`,
		`{"\u0000":1}`, deep, strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300), "", "}", "2026-11-20", `"2026-02-30"`, `"00000000-0000-0000-0000-000000000000"`}
}

// namesAPlace says whether a code is about one place of a body.
func namesAPlace(code string) bool {
	return slices.Contains([]string{"wrong_type", "wrong_format", "wrong_number", "not_in_list", "too_short", "too_long", "out_of_range", "unknown_field", "wrong_count",
		"not_unique", "required", "wrong_characters"}, code)
}

// body is an operation with a JSON body and a right example of it.
type fuzzBody struct {
	op      rest.Operation
	path    string
	token   string
	example any
}

func (b fuzzBody) call() call {
	return call{method: b.op.Method, path: b.path, key: "k-" + uuid.NewString(), ifMatch: `"1"`}
}

type fuzzPlace struct {
	pointer string
	text    []byte
}

// places gives the example once for every place of it, with the mark there.
func (b fuzzBody) places() []fuzzPlace {
	var list []fuzzPlace
	var walk func(node any, pointer string, put func(any) any)
	add := func(pointer string, whole any) {
		text, err := json.Marshal(whole)
		if err == nil {
			list = append(list, fuzzPlace{pointer: pointer, text: text})
		}
	}
	walk = func(node any, pointer string, put func(any) any) {
		add(pointer, put(here))
		switch v := node.(type) {
		case map[string]any:
			for name, item := range v {
				walk(item, pointer+"/"+name, func(x any) any {
					c := map[string]any{}
					for k, other := range v {
						c[k] = other
					}
					c[name] = x
					return put(c)
				})
			}
			c := map[string]any{"surplus": here}
			for k, other := range v {
				c[k] = other
			}
			add(pointer+"/surplus", put(c))
		case []any:
			for i, item := range v {
				walk(item, pointer+"/0", func(x any) any {
					c := slices.Clone(v)
					c[i] = x
					return put(c)
				})
			}
		}
	}
	walk(b.example, "", func(x any) any { return x })
	return list
}

// bodies are all operations with a JSON body, somebody who may call each, and an example.
func (w *world) bodies() []fuzzBody {
	registry := w.server.OpenAPI().Components.Schemas
	change, _ := w.change(w.places["school"], org.SchoolLeader)
	known := map[string]string{"orgs": w.places["school"].id.String(), "changes": change.String(), "students": w.pupil(w.places["school"]).String(),
		"accounts": w.account(w.places["school"], org.Principal).String()}
	var list []fuzzBody
	for _, op := range w.server.Operations() {
		described := describedAs(w.server.OpenAPI(), op)
		if described.RequestBody == nil || described.RequestBody.Content["application/json"] == nil {
			continue
		}
		b := fuzzBody{op: op, example: example(registry, described.RequestBody.Content["application/json"].Schema, 0)}
		parts := strings.Split(op.Path, "/")
		for i, part := range parts {
			if strings.HasPrefix(part, "{") {
				parts[i] = uuid.NewString()
				if id, ok := known[parts[i-1]]; ok {
					parts[i] = id
				}
			}
		}
		b.path = strings.Join(parts, "/")
		if roles := authz.RolesFor(op.Action); op.Action != authz.Public {
			role := org.SchoolRegistrar
			if len(roles) > 0 {
				role = roles[0].Role
			}
			at := "county"
			if role.OfSchool() {
				at = "school"
			}
			b.token = w.login(w.places[at], role).token
		}
		list = append(list, b)
	}
	return list
}

func describedAs(spec *huma.OpenAPI, op rest.Operation) *huma.Operation {
	path := spec.Paths[op.Path]
	return map[string]*huma.Operation{"GET": path.Get, "POST": path.Post, "PUT": path.Put, "PATCH": path.Patch, "DELETE": path.Delete}[op.Method]
}

// example makes a right value of a schema.
func example(registry huma.Registry, s *huma.Schema, depth int) any {
	if s.Ref != "" {
		s = registry.SchemaFromRef(s.Ref)
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Format == "uuid":
		return uuid.NewString()
	case s.Format == "date":
		return "2026-11-23"
	case s.Format == "date-time":
		return "2026-11-23T09:00:00+08:00"
	}
	switch s.Type {
	case huma.TypeString:
		least := 4
		if s.MinLength != nil {
			least = max(least, *s.MinLength)
		}
		return strings.Repeat("A", least)
	case huma.TypeInteger, huma.TypeNumber:
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case huma.TypeBoolean:
		return true
	case huma.TypeArray:
		if depth > 6 {
			return []any{}
		}
		return []any{example(registry, s.Items, depth+1)}
	case huma.TypeObject:
		all := map[string]any{}
		for name, property := range s.Properties {
			all[name] = example(registry, property, depth+1)
		}
		if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
			all["remark"] = example(registry, more, depth+1)
		}
		return all
	}
	return "any"
}

func filing(key string, body m) call {
	return call{method: "POST", path: "/v1/changes", body: body, key: key}
}
