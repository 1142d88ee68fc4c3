package registertest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// member puts an active account with one role into an office.
func (r *recordsRig) member(at string, role org.Role) uuid.UUID {
	r.t.Helper()
	id := store.NewID()
	r.exec(`INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
		SELECT $1, id, path, $2, '测试', $3, 'none', now(), false, now(), now() FROM organisation WHERE path = $4::text::ltree`, id, id.String(), []org.Role{role}, at)
	return id
}

// seated puts a task into the first step of a change, with a holder or for everybody with
// the role at the office.
func (r *recordsRig) seated(change uuid.UUID, at string, role org.Role, status, heldAs string, holder *uuid.UUID) uuid.UUID {
	r.t.Helper()
	id := store.NewID()
	r.exec(`INSERT INTO task (id, change_id, step_no, round, seat, office_id, office_path, role, due_at, status, holder_id, held_as, side)
		SELECT $1, s.change_id, s.no, s.round, (SELECT count(*) + 1 FROM task k WHERE k.change_id = s.change_id), o.id, o.path, $4, s.due_at, $5, $7, $6, 'FILER'
		FROM step s, organisation o WHERE s.change_id = $2 AND o.path = $3::text::ltree`, id, change, at, role, status, heldAs, holder)
	return id
}

// heard returns the receivers of a notice of a kind about a change: office, role, and the
// person if there is one.
func (r *recordsRig) heard(change uuid.UUID, kind string) []string {
	r.t.Helper()
	var list []string
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT coalesce(array_agg(concat_ws(' ', n.org_path::text, n.role, n.account_id) ORDER BY n.org_path, n.role, n.account_id), '{}')
		FROM notice n WHERE n.change_id = $1 AND n.kind = $2`, change, kind).Scan(&list))
	return list
}

// Reminders go to everybody for whom the step waits, at any office: an added signer, the
// seat of another office and the step's own role. People who have signed, or who wait for
// others, get none.
func TestRemindersGoToEverybodyTheStepWaitsFor(t *testing.T) {
	r := newRecordsRig(t)
	principal, signed, later := r.member(schoolAPath, org.Principal), r.member(schoolAPath, org.SchoolLeader), r.member(schoolAPath, org.SchoolLeader)
	seats := r.waiting(schoolAPath)
	r.seated(seats, schoolAPath, org.SchoolLeader, change.TaskDecided, change.HeldClaimed, &signed)
	r.seated(seats, schoolAPath, org.SchoolLeader, change.TaskWaiting, change.HeldNamed, &later)
	r.seated(seats, schoolAPath, org.Principal, change.StepOpen, change.HeldAdded, &principal)
	r.seated(seats, countyPath, org.BureauReviewer, change.StepOpen, "", nil)
	plain := r.waiting(schoolAPath)
	r.seated(plain, schoolAPath, org.SchoolLeader, change.StepOpen, "", nil)

	r.hand.Advance(11 * 24 * time.Hour)
	for _, changeID := range []uuid.UUID{seats, plain} {
		for range 2 { // a repetition changes nothing
			r.mustIn(r.worker, "", func(t *change.Tx) error { return t.SendDueReminders(changeID) })
		}
	}
	for _, kind := range []string{change.EventFirstReminder, change.EventSecondReminder, change.EventOverdue} {
		require.Equal(t, []string{countyPath + " BUREAU_REVIEWER", schoolAPath + " PRINCIPAL " + principal.String()}, r.heard(seats, kind), kind)
		require.Equal(t, []string{schoolAPath + " SCHOOL_LEADER"}, r.heard(plain, kind), kind)
	}
	require.Equal(t, []string{countyPath + " BUREAU_HEAD"}, r.heard(seats, "ESCALATED_OVERDUE"), "the office above the step's")
	require.Equal(t, 3, r.count(`SELECT count(*) FROM change_event WHERE change_id = $1`, seats), "the timeline has one line for each")
}
