package e2e

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// Case is one change that is led through its chain by whoever must act.
type Case struct {
	s      *Stack
	county *County
	filing Filing
	filer  *Person
	ID     string
	Pupil  uuid.UUID // zero where the change is about no single record
	state  string    // of the record when the change was filed
	staff  map[string]*Person
}

// Start files a change of a kind at the school of a county.
func (s *Stack) Start(c *County, kind process.Kind) *Case {
	s.T.Helper()
	k := &Case{s: s, county: c, filing: Filings()[kind], filer: c.Registrar, staff: map[string]*Person{}}
	body := s.FilingOf(c, kind)
	if k.filing.Filer != nil {
		k.filer = k.filing.Filer(s, c)
	}
	k.ID = k.filer.File(body)
	k.Pupil = Value[uuid.UUID](s, `SELECT coalesce(student_id, '00000000-0000-0000-0000-000000000000') FROM change WHERE id = $1`, k.ID)
	k.state = k.record()
	k.settle()
	return k
}

func (k *Case) record() string {
	if k.Pupil == uuid.Nil {
		return ""
	}
	return Value[string](k.s, `SELECT enrol_status FROM student WHERE id = $1`, k.Pupil)
}

// Step is the number of the open step; -1 when the change has ended.
func (k *Case) Step() int {
	k.s.T.Helper()
	return Value[int](k.s, `SELECT coalesce((SELECT no FROM step WHERE change_id = $1 AND status = 'OPEN'), -1)`, k.ID)
}

// Hears says whether the open step hears a side, which can neither refuse nor send back.
func (k *Case) Hears() bool {
	k.s.T.Helper()
	return Value[bool](k.s, `SELECT coalesce((SELECT CAST(c.definition #>> ARRAY['steps', CAST(c.step_no - 1 AS text), 'statement'] AS boolean) FROM change c WHERE c.id = $1), false)`, k.ID)
}

// settle waits until no automatic step is open.
func (k *Case) settle() {
	k.s.T.Helper()
	k.s.Eventually("people decide, or the change has ended", 30*time.Second, func() bool {
		return Value[int](k.s, `SELECT count(*) FROM step WHERE change_id = $1 AND status = 'OPEN' AND act <> ''`, k.ID) == 0
	})
}

// decider is somebody who may decide the open task, made when nobody is there yet.
func (k *Case) decider() (who *Person, task string) {
	k.s.T.Helper()
	var (
		office Office
		role   string
		id     uuid.UUID
		seat   int
	)
	err := k.s.DB.QueryRow(k.s.T.Context(), `SELECT k.id, k.seat, o.id, o.path::text, k.role FROM task k JOIN organisation o ON o.id = k.office_id
		WHERE k.change_id = $1 AND k.status = 'OPEN' ORDER BY k.seat LIMIT 1`, k.ID).Scan(&id, &seat, &office.ID, &office.Path, &role)
	require.NoError(k.s.T, err, "an open change has an open task")
	key := fmt.Sprintf("%s/%s/%d", office.Path, role, seat)
	if k.staff[key] == nil {
		k.staff[key] = k.s.Person(office, org.Role(role))
	}
	return k.staff[key], id.String()
}

// Decide lets whoever must act decide, and expects that it counts.
func (k *Case) Decide(verdict string) {
	k.s.T.Helper()
	who, task := k.decider()
	waits := slices.ContainsFunc(who.Inbox(), func(item map[string]any) bool { return item["task_id"] == task })
	require.True(k.s.T, waits, "the task waits in the inbox of %s", who.Office.Path)
	more := map[string]any{}
	name := Value[string](k.s, `SELECT name FROM step WHERE change_id = $1 AND status = 'OPEN'`, k.ID)
	if k.filing.Asked != nil && verdict == "APPROVE" {
		if inputs := k.filing.Asked(k.s, k.county, name); inputs != nil {
			more["inputs"] = inputs
		}
	}
	k.s.OK(who.Verdict(k.ID, task, verdict, more))
	k.settle()
}

// Late moves the clock past the day of the open step, waits until that was noted, once, and
// moves the clock back: the other cases of the stack have days of their own.
func (k *Case) Late() {
	k.s.T.Helper()
	count := func() int {
		return Value[int](k.s, `SELECT count(*) FROM change_event e JOIN change c ON c.id = e.change_id
			WHERE c.id = $1 AND e.verb = 'OVERDUE' AND e.step_no = c.step_no AND e.round = c.round`, k.ID)
	}
	defer k.s.Hand.Set(k.s.Clock.Now())
	k.s.Hand.Set(Value[time.Time](k.s, `SELECT due_at FROM step WHERE change_id = $1 AND status = 'OPEN'`, k.ID).Add(time.Minute))
	k.s.Eventually("the step is marked overdue", 30*time.Second, func() bool { return count() > 0 })
	require.Equal(k.s.T, 1, count())
	require.Equal(k.s.T, "RUNNING", Value[string](k.s, `SELECT status FROM change WHERE id = $1`, k.ID), "time decides nothing")
}

// Correct hands a change in again that was sent back to its applicant.
func (k *Case) Correct() {
	k.s.T.Helper()
	require.Equal(k.s.T, 0, k.Step())
	k.s.OK(k.filer.Say(k.ID, "resubmission", map[string]any{}))
	k.settle()
}

// Withdraw takes the change back.
func (k *Case) Withdraw() {
	k.s.T.Helper()
	k.s.OK(k.filer.Say(k.ID, "withdrawal", map[string]any{"opinion": "不再办理"}))
}

// Ended checks what is true of every change that has ended like this: the record,
// its history, the slots, the inboxes and the trail.
func (k *Case) Ended(as string) {
	k.s.T.Helper()
	t := k.s.T
	require.Equal(t, as, Value[string](k.s, `SELECT status FROM change WHERE id = $1`, k.ID))
	if as == "EFFECTIVE" && k.Pupil == uuid.Nil { // a record that was made
		k.Pupil = Value[uuid.UUID](k.s, `SELECT coalesce(student_id, '00000000-0000-0000-0000-000000000000') FROM change WHERE id = $1`, k.ID)
	}
	lines, want := Value[int](k.s, `SELECT count(*) FROM student_history WHERE change_id = $1 AND kind NOT LIKE '%\_OUT'`, k.ID), 0
	if as == "EFFECTIVE" && k.Pupil != uuid.Nil {
		want = 1
		if k.filing.Lines != nil {
			want = *k.filing.Lines
		}
	}
	if k.Pupil != uuid.Nil {
		require.Equal(t, want, lines, "one line in the history when it took effect, none otherwise")
	}
	switch state := k.record(); {
	case as == "EFFECTIVE" && k.filing.Makes != "":
		require.Equal(t, k.filing.Makes, state)
	default:
		require.Equal(t, k.state, state, "the record is as it was")
	}
	require.Zero(t, Value[int](k.s, `SELECT count(*) FROM slot WHERE change_id = $1`, k.ID), "the pupil is free again")
	require.Zero(t, Value[int](k.s, `SELECT count(*) FROM task WHERE change_id = $1 AND status IN ('OPEN', 'WAITING')`, k.ID), "nobody has it in the inbox")
	require.Positive(t, Value[int](k.s, `SELECT count(*) FROM notice WHERE change_id = $1 AND kind = $2`, k.ID, "ENDED_"+as), "whoever filed is told")
	slips := Value[int](k.s, `SELECT count(*) FROM slip WHERE change_id = $1`, k.ID)
	trail := Value[int](k.s, `SELECT count(*) FROM audit_entry WHERE subject_kind = 'change' AND subject_id = $1 AND action IN ('slip.counted', 'slip.refused')`, k.ID)
	require.Equal(t, slips, trail, "every word stands in the audit trail once")
	require.Equal(t, 1, Value[int](k.s, `SELECT count(*) FROM audit_entry WHERE subject_id = $1 AND action = 'change.file'`, k.ID))
}

// Lead lets whoever must act approve every step of a change that was filed, until it
// has ended, and expects that it is in force.
func (s *Stack) Lead(change string) string {
	s.T.Helper()
	k := &Case{s: s, ID: change, staff: map[string]*Person{}}
	for k.settle(); k.Step() >= 0; {
		k.Decide("APPROVE")
	}
	require.Equal(s.T, "EFFECTIVE", Value[string](s, `SELECT status FROM change WHERE id = $1`, change))
	return change
}
