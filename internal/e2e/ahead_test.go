package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// ahead gives a suspension of a pupil from a day ahead.
func ahead(c *e2e.County, pupil uuid.UUID, from string) map[string]any {
	body := c.Registrar.SuspensionBody(pupil)
	body["inputs"] = map[string]string{"reason_code": "10", "from_date": from, "until_date": "2027-08-31"}
	return body
}

// approvedAhead files a suspension from a day ahead and lets school and bureau approve it.
func approvedAhead(s *e2e.Stack, c *e2e.County, pupil uuid.UUID, from string) string {
	s.T.Helper()
	change := c.Registrar.File(ahead(c, pupil, from))
	c.Leader.Approve(change)
	answer := s.OK(c.Reviewer.Decide(change, "APPROVE", "同意"))
	require.Equal(s.T, "COUNTED "+from, answer.Text("outcome")+" "+answer.Text("effective_on"), string(answer.Raw))
	return change
}

// until moves the clock to a moment of a day, in Shanghai.
func until(s *e2e.Stack, day string, hour, minute int) {
	s.T.Helper()
	on, err := calendar.ParseDate(day)
	require.NoError(s.T, err)
	s.Hand.Advance(on.At(hour, minute).Sub(s.Clock.Now()))
}

// looked lets the upkeep look at everything once, after whatever the clock did before: two
// of its rounds begin, so that the first one has ended.
func looked(s *e2e.Stack) {
	s.T.Helper()
	const beat = `SELECT max(beat_at) FROM worker_beat`
	for range 2 {
		before := e2e.Value[time.Time](s, beat)
		s.Hand.Advance(time.Second)
		s.Eventually("another round of the upkeep", 20*time.Second, func() bool { return !e2e.Value[time.Time](s, beat).Equal(before) })
	}
}

// inForce waits until a change is in force.
func inForce(s *e2e.Stack, person *e2e.Person, change string) {
	s.T.Helper()
	s.Eventually("the change is in force", 20*time.Second, func() bool { return person.Page(change).Text("status") == "EFFECTIVE" })
}

func stateOf(s *e2e.Stack, pupil uuid.UUID) string {
	return e2e.Value[string](s, `SELECT enrol_status || CASE WHEN holds_seat THEN ' seat' ELSE '' END FROM student WHERE id = $1`, pupil)
}

// A suspension from a day ahead is approved today and on the record on its day, neither
// before nor later; everybody who looks in between is told so.
func TestASuspensionAheadIsOnTheRecordOnItsDay(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	seats := `SELECT occupied FROM school_class WHERE id = $1`
	taken := e2e.Value[int](s, seats, c.Class[2024])
	change := approvedAhead(s, c, pupil, "2027-03-01")

	page := c.Registrar.Page(change)
	require.Equal(t, "RUNNING EFFECTIVE_DAY AWAIT_DAY", page.Text("status")+" "+page.Text("open.name")+" "+page.Text("open.act"))
	require.Equal(t, "2027-03-01", page.Text("effective_on"))
	require.Contains(t, page.Text("next"), "2027-03-01 起生效")
	require.Contains(t, c.Registrar.Verbs(change), "APPROVED_AHEAD")
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	require.Zero(t, count(s, "student_history WHERE student_id = $1", pupil))
	require.Zero(t, count(s, "suspension WHERE student_id = $1", pupil))
	shown := c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.String(), nil, "")
	require.Equal(t, change+" 2027-03-01", shown.Text("running.change_id")+" "+shown.Text("running.effective_on"))
	notices := string(c.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw)
	require.Contains(t, notices, "APPROVED_AHEAD")
	require.Contains(t, notices, "2027-03-01")
	require.Empty(t, c.Reviewer.Inbox())

	until(s, "2027-02-28", 23, 59)
	looked(s)
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	require.Zero(t, count(s, `change_event WHERE change_id = $1 AND verb IN ('REMINDED_50', 'REMINDED_80', 'OVERDUE', 'TOTAL_WARNED')`, change), "nobody is late")

	until(s, "2027-03-01", 0, 1)
	inForce(s, c.Registrar, change)
	require.Equal(t, "SUSPENDED", stateOf(s, pupil))
	require.Equal(t, taken-1, e2e.Value[int](s, seats, c.Class[2024]))
	require.Equal(t, "2027-03-01", e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, change))
	require.Equal(t, "2027-03-01", e2e.Value[string](s, `SELECT from_date::text FROM suspension WHERE change_id = $1`, change))
	require.Contains(t, string(c.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw), "ENDED_EFFECTIVE")
	require.Zero(t, count(s, "slot"))
	ended(s, change)
}

// Whoever files something else for the pupil meanwhile is told of the day, and whoever
// would end the suspension that it has not begun. What mends the record, and a death, may
// be filed.
func TestWhatMayBeFiledWhileAChangeWaitsForItsDay(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	named := s.FilingOf(c, process.KeyDataChange)
	pupil, _ := named["student_id"].(uuid.UUID)
	waiting := approvedAhead(s, c, pupil, "2027-03-01")
	caseNo := c.Registrar.Page(waiting).Text("case_no")

	again := c.Registrar.Do(http.MethodPost, "/v1/changes", ahead(c, pupil, "2027-03-02"), uuid.NewString())
	s.Refused(again, "change_ahead")
	require.Contains(t, string(again.Raw), "2027-03-01")
	require.Contains(t, string(again.Raw), caseNo)
	back := c.Registrar.Do(http.MethodPost, "/v1/changes", map[string]any{
		"kind": "REINSTATEMENT", "student_id": pupil, "inputs": map[string]string{"class_id": c.Class[2025].String()},
		"evidence": []map[string]string{{"id": c.Registrar.Evidence(), "kind": "GUARDIAN_APPLICATION"}, {"id": c.Registrar.Evidence(), "kind": "HEALTH_PROOF"}},
	}, uuid.NewString())
	s.Refused(back, "not_begun")
	require.Contains(t, string(back.Raw), "撤回")
	require.NotContains(t, string(back.Raw), "state_forbids")

	// Key data are mended beside it, once at a time, and the day comes all the same.
	mend := c.Registrar.File(named)
	s.Refused(c.Registrar.Do(http.MethodPost, "/v1/changes", named, uuid.NewString()), "change_in_progress")
	until(s, "2027-03-01", 0, 1)
	inForce(s, c.Registrar, waiting)
	require.Equal(t, "SUSPENDED", stateOf(s, pupil))
	s.Refused(c.Registrar.Do(http.MethodPost, "/v1/changes", ahead(c, pupil, "2027-03-02"), uuid.NewString()), "change_in_progress")
	s.Eventually("the identity is checked", 20*time.Second, func() bool { return c.Leader.Page(mend).Text("open.task_id") != "" })
	c.Leader.Approve(mend)
	c.Reviewer.Approve(mend)
	require.Equal(t, "样例更名", e2e.Value[string](s, `SELECT name FROM student WHERE id = $1`, pupil))
	require.Equal(t, "SUSPENDED", stateOf(s, pupil))
	require.Zero(t, count(s, "slot"))
}

// A death takes the pupil over while a change waits, and a correction goes beside it.
func TestADeathTakesAPupilOverWhoseChangeWaits(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	waiting := approvedAhead(s, c, pupil, "2027-03-01")
	death := s.FilingOf(c, process.Death)
	death["student_id"] = pupil
	died := c.Registrar.File(death)
	c.Leader.Approve(died)
	c.Reviewer.Approve(died)
	page := c.Registrar.Page(waiting)
	require.Equal(t, "CLOSED PREEMPTED", page.Text("status")+" "+page.Text("ended.code"))
	require.Empty(t, page.Text("effective_on"))
	until(s, "2027-03-01", 0, 1)
	looked(s)
	require.Equal(t, "DECEASED", stateOf(s, pupil))
	require.Zero(t, count(s, "suspension WHERE student_id = $1", pupil))
	ended(s, waiting)
}

// Whoever approves many at a time, or asks again what became of a word, is told of the day.
func TestABatchTellsOfTheDay(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	later, now := c.Registrar.File(ahead(c, s.Pupil(c, 2024), "2026-12-01")), c.Registrar.File(ahead(c, s.Pupil(c, 2024), "2026-11-20"))
	var items []map[string]any
	for _, change := range []string{later, now} {
		c.Leader.Approve(change)
		items = append(items, map[string]any{"change_id": change, "task_id": c.Reviewer.OpenTask(change)})
	}
	answer := s.OK(c.Reviewer.Do(http.MethodPost, "/v1/decisions", map[string]any{"kind": "SUSPENSION", "verdict": "APPROVE", "items": items}, uuid.NewString()))
	told := s.Items(answer)
	require.Equal(t, "COUNTED 2026-12-01", fmt.Sprint(told[0]["outcome"], " ", told[0]["effective_on"]))
	require.Equal(t, "COUNTED", told[1]["outcome"])
	require.NotContains(t, told[1], "effective_on", "it is in force")
	slip := s.OK(c.Reviewer.Do(http.MethodGet, fmt.Sprint("/v1/slips/", told[0]["slip_id"]), nil, ""))
	require.Equal(t, "2026-12-01", slip.Text("effective_on"))
	require.Contains(t, slip.Text("notice"), "2026-12-01 起生效")
}

// A change that was sent back on its day may be asked for another day ahead, and waits again;
// a bureau that only registers what the school decided is not asked to decide.
func TestAChangeMayWaitTwice(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Rules(`{"suspension_registered": true, "suspension_back_days": 3}`)
	pupil := s.Pupil(c, 2024)
	change := approvedAhead(s, c, pupil, "2026-12-01")
	heldTooLong(s, c, pupil, change, "2026-12-01")
	s.Eventually("the school is asked again: it decided", 20*time.Second, func() bool { return c.Registrar.Page(change).Text("open.name") == "LEADER_REVIEW" })
	s.OK(c.Leader.Verdict(change, c.Leader.OpenTask(change), "SEND_BACK", map[string]any{"send_back_to": 0}))
	s.OK(c.Registrar.Say(change, "resubmission", map[string]any{"inputs": map[string]string{"reason_code": "10", "from_date": "2027-01-04", "until_date": "2027-08-31"}}))
	c.Leader.Approve(change)
	require.Equal(t, "2027-01-04", s.OK(c.Reviewer.Decide(change, "APPROVE", "")).Text("effective_on"))
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	until(s, "2027-01-04", 0, 1)
	inForce(s, c.Registrar, change)
	require.Equal(t, "2027-01-04", e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, change))
}

// Until the day the school may withdraw, whoever approved may take that back, and the
// superior bureau may end it; nothing of it is on the record afterwards.
func TestAnApprovedChangeEndsBeforeItsDay(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	one, two, three := s.Pupil(c, 2024), s.Pupil(c, 2024), s.Pupil(c, 2024)

	withdrawn := approvedAhead(s, c, one, "2026-12-01")
	s.OK(c.Registrar.Say(withdrawn, "withdrawal", map[string]any{}))
	page := c.Registrar.Page(withdrawn)
	require.Equal(t, "WITHDRAWN", page.Text("status"))
	require.Empty(t, page.Text("effective_on"))

	taken := approvedAhead(s, c, two, "2026-12-01")
	s.OK(c.Reviewer.Say(taken, "take-back", map[string]any{"opinion": "材料有疑问"}))
	page = c.Registrar.Page(taken)
	require.Equal(t, "RUNNING BUREAU_APPROVAL", page.Text("status")+" "+page.Text("open.name"))
	require.Empty(t, page.Text("effective_on"))
	require.Contains(t, string(c.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw), "APPROVAL_TAKEN_BACK")

	closed := approvedAhead(s, c, three, "2026-12-01")
	s.Refused(c.Head.Say(closed, "supervision", map[string]any{"opinion": "请尽快办理"}), "waits_for_day")
	s.OK(c.Head.Say(closed, "closure", map[string]any{"opinion": "学生已返校"}))

	until(s, "2026-12-01", 0, 1)
	looked(s)
	for _, pupil := range []uuid.UUID{one, two, three} {
		require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	}
	// Approved after all, on or after its day, it is in force at once.
	answer := s.OK(c.Reviewer.Decide(taken, "APPROVE", "同意"))
	require.Empty(t, answer.Text("effective_on"))
	require.Equal(t, "SUSPENDED", stateOf(s, two))
	require.Equal(t, "2026-12-01", e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, taken))
	require.Zero(t, count(s, "slot"))
}

// When the record cannot take the change on its day, the office that decided last has a
// task with the reason: it may approve when the reason is gone, send it back or refuse.
func TestTheOfficeThatDecidedLastIsAskedWhenTheDayFails(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Rules(`{"suspension_back_days": 3}`)
	pupil := s.Pupil(c, 2024)
	waiting := approvedAhead(s, c, pupil, "2026-12-01")
	heldTooLong(s, c, pupil, waiting, "2026-12-01")
	s.Eventually("the bureau is asked again", 20*time.Second, func() bool { return c.Registrar.Page(waiting).Text("open.name") == "BUREAU_APPROVAL" })
	page := c.Reviewer.Page(waiting)
	require.Equal(t, "RUNNING NOT_APPLIED", page.Text("status")+" "+page.Text("open.problem"))
	require.EqualValues(t, 2, page.Get("open.round"))
	require.Empty(t, page.Text("effective_on"))
	require.Contains(t, string(page.Raw), "休学开始日期须在", "the timeline says why")
	require.Len(t, c.Reviewer.Inbox(), 1)
	require.Contains(t, string(c.Reviewer.Do(http.MethodGet, "/v1/notices", nil, "").Raw), "NOT_APPLIED")
	looked(s)
	require.Equal(t, 1, count(s, "change_event WHERE change_id = $1 AND verb = 'NOT_APPLIED'", waiting), "nothing tries for ever")
	s.Refused(c.Reviewer.Decide(waiting, "APPROVE", "同意"), "start_out_of_range")
	s.OK(c.Reviewer.Decide(waiting, "REJECT", "开始日期已过太久"))
	require.Equal(t, "REFUSED", c.Registrar.Page(waiting).Text("status"))
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	require.Zero(t, count(s, "slot"))
}

// Going abroad ahead of the day: the same, and its day is in the history, ahead or past.
func TestGoingAbroadIsInForceOnTheDayOfLeaving(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	leaves := func(day string) (change string, pupil uuid.UUID) {
		body := s.FilingOf(c, process.GoneAbroad)
		pupil, _ = body["student_id"].(uuid.UUID)
		body["inputs"] = map[string]string{"leaves_on": day, "destination": "新加坡"}
		change = c.Registrar.File(body)
		c.Leader.Approve(change)
		c.Reviewer.Approve(change)
		return change, pupil
	}
	past, gone := leaves("2026-11-16")
	require.Equal(t, "ABROAD", stateOf(s, gone))
	require.Equal(t, "2026-11-16", e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, past))
	today, now := leaves("2026-11-20")
	require.Equal(t, "ABROAD", stateOf(s, now))
	require.Equal(t, "EFFECTIVE", c.Registrar.Page(today).Text("status"))

	later, pupil := leaves("2026-12-01")
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	require.True(t, e2e.Value[bool](s, `SELECT in_register FROM student WHERE id = $1`, pupil))
	until(s, "2026-12-01", 0, 1)
	inForce(s, c.Registrar, later)
	require.Equal(t, "ABROAD", stateOf(s, pupil))
	require.Equal(t, "2026-12-01", e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, later))
}

// However many correct the key data of a pupil at once, whose change waits: one does, and
// nobody files anything else between the day and the end of that.
func TestOneChangeMendsBesideOneThatWaits(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	named := s.FilingOf(c, process.KeyDataChange)
	pupil, _ := named["student_id"].(uuid.UUID)
	waiting := approvedAhead(s, c, pupil, "2026-12-01")
	filed, refused := 0, 0
	for _, a := range together(s, 6, c.Registrar, "/v1/changes", named, "") {
		switch a.Status {
		case http.StatusCreated:
			filed++
		case http.StatusConflict:
			refused++
			require.Equal(t, "change_in_progress", a.Text("code"), string(a.Raw))
		}
	}
	require.Equal(t, []int{1, 5}, []int{filed, refused})

	// Somebody files beside it at the very moment at which the day comes: the slot of the one
	// that waits is not free before the other filing is written.
	tx, err := s.DB.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.Background()) }()
	_, err = tx.Exec(t.Context(), `SELECT slot_beside($1)`, "student/"+pupil.String())
	require.NoError(t, err)
	until(s, "2026-12-01", 0, 1)
	s.Eventually("the worker waits for the filing", 20*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM pg_locks WHERE NOT granted`) > 0
	})
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	require.NoError(t, tx.Commit(t.Context()))
	inForce(s, c.Registrar, waiting)
	s.Refused(c.Registrar.Do(http.MethodPost, "/v1/changes", ahead(c, pupil, "2026-12-02"), uuid.NewString()), "change_in_progress")
}

// A mistake is corrected while a change of the same pupil waits; both are in force then.
func TestACorrectionGoesBesideAChangeThatWaits(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := s.FilingOf(c, process.ChangeCorrection)
	pupil, err := uuid.Parse(fmt.Sprint(body["student_id"]))
	require.NoError(t, err)
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	waiting := approvedAhead(s, c, pupil, "2026-12-01")
	correction := c.Reviewer.File(body)
	for _, mends := range []map[string]any{body, s.FilingOf(c, process.KeyDataChange)} {
		mends["student_id"] = pupil
		again := c.Reviewer.Do(http.MethodPost, "/v1/changes", mends, uuid.NewString())
		require.GreaterOrEqual(t, again.Status, 400, "one at a time: %s", again.Raw)
	}
	colleague := s.Person(c.Bureau, org.BureauReviewer)
	colleague.Approve(correction)
	require.Equal(t, "EFFECTIVE", c.Reviewer.Page(correction).Text("status"))
	until(s, "2026-12-01", 0, 1)
	inForce(s, c.Registrar, waiting)
	require.Equal(t, "SUSPENDED", stateOf(s, pupil))
}
