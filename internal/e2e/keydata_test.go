package e2e_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
)

// newCard gives a number nobody has, born on another day than any pupil of the tests.
func newCard(s *e2e.Stack, behaviour simulator.Behaviour) (number, birth string) {
	s.T.Helper()
	day, err := calendar.NewDate(2018, time.May, 20)
	require.NoError(s.T, err)
	return s.Card(day, behaviour).Reveal(), day.Compact()
}

func TestAChangeOfKeyData(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Named(c, 2024, simulator.Matches)
	card, birth := newCard(s, simulator.Matches)
	change := c.Registrar.File(c.Registrar.KeyDataBody(pupil.ID, map[string]string{"name": "样例新名", "id_number": card, "birth_date": birth}))
	s.Stage(change, "LEADER_REVIEW")
	page := c.Leader.Page(change)
	require.NotContains(t, string(page.Raw), `"verb":"PASSED","step":1,"round":1,"office"`, "the system did it, and no school")
	require.NotContains(t, string(page.Raw), card, "numbers are masked for everybody")
	require.Contains(t, string(page.Raw), `"after":"样例新名"`)
	c.Leader.Approve(change)
	require.Equal(t, pupil.Name, e2e.Value[string](s, `SELECT name FROM student WHERE id = $1`, pupil.ID))
	c.Reviewer.Approve(change)

	require.Equal(t, "样例新名", e2e.Value[string](s, `SELECT name FROM student WHERE id = $1`, pupil.ID))
	require.Equal(t, "MATCH", e2e.Value[string](s, `SELECT identity_state FROM student WHERE id = $1`, pupil.ID))
	require.Equal(t, s.Keys().Hash("identity", card), e2e.Value[[]byte](s, `SELECT id_hash FROM student WHERE id = $1`, pupil.ID))
	require.Equal(t, s.Keys().Hash("student_number", pupil.Number), e2e.Value[[]byte](s, `SELECT number_hash FROM student WHERE id = $1`, pupil.ID),
		"the student number does not follow (P30)")
	full := c.Registrar.Do(http.MethodPost, "/v1/students/"+pupil.ID.String()+"/reveal", map[string]any{"field": "id_number", "reason": "VERIFY_DOCUMENT"}, "")
	require.Contains(t, []int{http.StatusOK, http.StatusForbidden}, full.Status, "tokens may not reveal")
	history := string(c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String()+"/history", nil, "").Raw)
	require.Contains(t, history, "样例新名")
	require.Contains(t, history, pupil.Name, "the old value is kept")
	e2e.Nowhere(t, "the history", history, card, pupil.Card)
	e2e.Nowhere(t, "the log", s.Log.String(), card, pupil.Card, "样例新名")
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM slot`))
}

func TestKeyDataIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil, other := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches)
	card, birth := newCard(s, simulator.Matches)
	for _, row := range []struct {
		name, code, pointer string
		values              map[string]string
	}{
		{"nothing changes", "key_data_unchanged", "/values", map[string]string{"name": pupil.Name}},
		{"no key item", "key_field_unknown", "/values/phone", map[string]string{"phone": "13800000000"}},
		{"a name with a picture", "sheet_name_emoji", "/values/name", map[string]string{"name": "张😀"}},
		{"a name of signs", "sheet_name_characters", "/values/name", map[string]string{"name": "@x"}},
		{"a name of dots", "sheet_name_characters", "/values/name", map[string]string{"name": ".."}},
		{"markup as a passport", "sheet_document_number", "/values/id_number", map[string]string{"id_type": "A", "id_number": "<script>"}},
		{"an identity card as a passport", "sheet_id_type_citizen", "/values/id_type", map[string]string{"id_type": "A"}},
		{"wrong check character", "sheet_id_characters", "/values/id_number", map[string]string{"id_number": card[:17] + "?"}},
		{"another birth date than the number says", "sheet_birth_differs_from_id", "/values/birth_date", map[string]string{"id_number": card}},
		{"another sex than the number says", "sheet_sex_differs_from_id", "/values/sex", map[string]string{"sex": "2"}},
		{"somebody else's number", "identity_taken", "/values/id_number", map[string]string{"id_number": other.Card, "birth_date": other.Card[6:14]}},
	} {
		t.Run(row.name, func(t *testing.T) {
			answer := c.Registrar.Do(http.MethodPost, "/v1/changes", c.Registrar.KeyDataBody(pupil.ID, row.values), uuid.NewString())
			require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusConflict}, answer.Status, string(answer.Raw))
			require.Equal(t, row.code, answer.Text("code"), string(answer.Raw))
			require.Contains(t, string(answer.Raw), row.pointer)
			e2e.Nowhere(t, "the refusal", string(answer.Raw), card, other.Card)
		})
	}
	// Whether somebody has a number is told to a complete request only, and counted.
	curious := c.Registrar.KeyDataBody(pupil.ID, map[string]string{"id_number": other.Card, "birth_date": other.Card[6:14]})
	delete(curious, "evidence")
	answer := c.Registrar.Do(http.MethodPost, "/v1/changes/check", curious, "")
	require.Equal(t, http.StatusUnprocessableEntity, answer.Status)
	require.NotContains(t, string(answer.Raw), "identity_taken")
	require.Positive(t, e2e.Value[int](s, `SELECT count(*) FROM audit_entry WHERE action = 'identity.ask' AND subject_kind = 'lookup'`))
	// Two pupils cannot be given the same new number.
	c.Registrar.File(c.Registrar.KeyDataBody(pupil.ID, map[string]string{"id_number": card, "birth_date": birth}))
	answer = c.Registrar.Do(http.MethodPost, "/v1/changes", c.Registrar.KeyDataBody(other.ID, map[string]string{"id_number": card, "birth_date": birth}), uuid.NewString())
	require.Equal(t, "identity_taken", answer.Text("code"), string(answer.Raw))
}

// What the population database answers ends the change, with the code and what to do.
func TestTheAnswersOfTheIdentityCheck(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	for _, row := range []struct {
		behaviour  simulator.Behaviour
		code, says string
	}{
		{simulator.NotFound, "identity_not_found", "身份证件号不存在"},
		{simulator.Cancelled, "identity_cancelled", "挖库注销"},
		{simulator.DuplicateRemoved, "identity_duplicate_removed", "消除重复人口"},
		{simulator.Migrating, "identity_migrating", "迁（流）出"},
	} {
		t.Run(row.code, func(t *testing.T) {
			pupil := s.Named(c, 2024, simulator.Matches)
			card, birth := newCard(s, row.behaviour)
			change := c.Registrar.File(c.Registrar.KeyDataBody(pupil.ID, map[string]string{"id_number": card, "birth_date": birth}))
			s.Eventually("the system rejects it", patience, func() bool { return c.Registrar.Page(change).Text("status") == "REFUSED" })
			page := c.Registrar.Page(change)
			require.Equal(t, row.code, page.Text("ended.code"))
			require.Contains(t, page.Text("ended.reason"), row.says)
			require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM slot WHERE change_id = $1`, change), "the pupil is free again")
			require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM decision WHERE change_id = $1`, change), "no leader had to look")
		})
	}
}

// No answer is no verdict: the step waits, everybody is told, and it goes on by
// itself when the service is back.
func TestASilentIdentityService(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{NoWorker: true})
	c := s.County()
	var down atomic.Bool
	down.Store(true)
	w, err := service.OpenWorker(t.Context(), s.Config, s.Clock, s.Logger(), nil)
	require.NoError(t, err)
	w.AskIdentity(simulator.New(simulator.Options{Outage: down.Load}))
	s.Attach(w.Run)

	pupil := s.Named(c, 2024, simulator.Matches)
	card, birth := newCard(s, simulator.Matches)
	body := c.Registrar.KeyDataBody(pupil.ID, map[string]string{"id_number": card, "birth_date": birth})
	change := c.Registrar.File(body)
	s.Eventually("the silence is noted", patience, func() bool { return c.Leader.Page(change).Text("open.problem") == "IDENTITY_NO_ANSWER" })
	for _, person := range []*e2e.Person{c.Registrar, c.Leader, c.Reviewer} {
		require.Contains(t, person.Page(change).Text("next"), "暂无应答")
	}
	s.Hand.Advance(time.Minute)
	s.Eventually("it is tried again", patience, func() bool { return e2e.Value[int](s, `SELECT attempts FROM step WHERE change_id = $1`, change) > 1 })
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'NO_ANSWER'`, change), "told once, not at every attempt")
	taskless := c.Leader.Do(http.MethodGet, "/v1/inbox", nil, "")
	require.NotContains(t, string(taskless.Raw), change, "nobody has to decide yet")

	// Who does not want to wait takes it back, and files again.
	back := c.Registrar.Do(http.MethodPost, "/v1/changes/"+change+"/withdrawal", map[string]any{}, uuid.NewString())
	require.Equal(t, http.StatusOK, back.Status, string(back.Raw))
	change = c.Registrar.File(body)
	s.Eventually("the silence is noted", patience, func() bool { return c.Leader.Page(change).Text("open.problem") == "IDENTITY_NO_ANSWER" })
	down.Store(false)
	s.Hand.Advance(time.Hour)
	s.Stage(change, "LEADER_REVIEW")
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	require.Equal(t, birth, e2e.Value[string](s, `SELECT to_char(birth_date, 'YYYYMMDD') FROM student WHERE id = $1`, pupil.ID))
}

// A sent-back change is corrected with other values; the number it holds follows.
func TestKeyDataIsCorrectedAfterASendBack(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Named(c, 2024, simulator.Matches)
	first, firstBirth := newCard(s, simulator.Slow)
	change := c.Registrar.File(c.Registrar.KeyDataBody(pupil.ID, map[string]string{"id_number": first, "birth_date": firstBirth}))
	s.Stage(change, "LEADER_REVIEW")
	back := c.Leader.Do(http.MethodPost, "/v1/changes/"+change+"/decisions",
		map[string]any{"task_id": c.Leader.OpenTask(change), "verdict": "SEND_BACK", "opinion": "号码抄错", "send_back_to": 0}, uuid.NewString())
	require.Equal(t, http.StatusOK, back.Status, string(back.Raw))

	card, birth := newCard(s, simulator.Matches)
	again := c.Registrar.Do(http.MethodPost, "/v1/changes/"+change+"/resubmission", map[string]any{"values": map[string]string{"id_number": card, "birth_date": birth}}, uuid.NewString())
	require.Equal(t, http.StatusOK, again.Status, string(again.Raw))
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM slot WHERE change_id = $1 AND key LIKE 'identity/%'`, change))
	s.Stage(change, "LEADER_REVIEW")
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	require.Equal(t, s.Keys().Hash("identity", card), e2e.Value[[]byte](s, `SELECT id_hash FROM student WHERE id = $1`, pupil.ID))
}

// A province may make further items of the sheet key data: they are judged as in
// a sheet, decided like a name, and refused as a plain edit.
func TestFurtherKeyItemsOfAProvince(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 1, '2026-01-01',
		'{"key_fields": ["name", "sex", "birth_date", "id_type", "id_number", "ethnicity", "talent"]}', now())`)
	pupil := s.Named(c, 2024, simulator.Matches)
	edit := c.Registrar.DoIfMatch(http.MethodPatch, "/v1/students/"+pupil.ID.String(), map[string]any{"items": map[string]string{"ethnicity": "02"}}, `"1"`)
	require.Equal(t, "key_field", edit.Text("code"), string(edit.Raw))

	wrong := c.Registrar.Do(http.MethodPost, "/v1/changes", c.Registrar.KeyDataBody(pupil.ID, map[string]string{"ethnicity": "777"}), uuid.NewString())
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Status, string(wrong.Raw))
	require.Contains(t, string(wrong.Raw), "/values/ethnicity")
	change := c.Registrar.File(c.Registrar.KeyDataBody(pupil.ID, map[string]string{"ethnicity": "苗族", "talent": "书法", "name": "样例苗"}))
	s.Stage(change, "LEADER_REVIEW")
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	require.Equal(t, "06 书法 样例苗", e2e.Value[string](s, `SELECT ethnicity || ' ' || (details ->> 'talent') || ' ' || name FROM student WHERE id = $1`, pupil.ID))
	history := string(c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String()+"/history", nil, "").Raw)
	require.Contains(t, history, `"ethnicity":"06"`)
}
