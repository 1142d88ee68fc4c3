package change_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
)

// The office of a step is found in the tree above the side's school. Where a level is
// missing, the managing bureau acts. The filer does not count as a person who can decide,
// except at steps of the filer's own.
func TestStepOfficeFollowsLevelAndSide(t *testing.T) {
	c := newCounty(t)
	near, far := c.leaving(c.Pupil(storetest.SchoolA)), c.leaving(c.Pupil(storetest.FarSchool))
	c.Dismiss(c.Who(storetest.City, org.BureauReviewer))
	for _, row := range []struct {
		name string
		id   uuid.UUID
		no   int
		rule process.Step
		path string
		able bool
	}{
		{"school", near, 1, process.Step{Level: process.LevelSchool, Role: org.SchoolLeader}, storetest.SchoolA, true},
		{"school, and the only registrar filed", near, 1, process.Step{Level: process.LevelSchool, Role: org.SchoolRegistrar}, storetest.SchoolA, false},
		{"the applicant's own step", near, 0, process.Step{Level: process.LevelSchool, Role: org.SchoolRegistrar}, storetest.SchoolA, true},
		{"a step of one's own", near, 5, process.Step{Level: process.LevelSchool, Role: org.SchoolRegistrar, Own: true}, storetest.SchoolA, true},
		{"managing", near, 2, process.Step{Level: process.LevelManaging, Role: org.BureauReviewer}, storetest.Bureau, true},
		{"city, and nobody is there", near, 2, process.Step{Level: process.LevelCity, Role: org.BureauReviewer}, storetest.City, false},
		{"province", near, 2, process.Step{Level: process.LevelProvince, Role: org.BureauReviewer}, storetest.Province, true},
		{"common, of one side: its superior", near, 2, process.Step{Level: process.LevelCommon, Role: org.BureauReviewer}, storetest.Bureau, true},
		{"city, in a municipality", far, 2, process.Step{Level: process.LevelCity, Role: org.BureauReviewer}, storetest.FarBureau, true},
		{"province, of a municipality", far, 2, process.Step{Level: process.LevelProvince, Role: org.BureauReviewer}, storetest.FarProvince, true},
	} {
		c.worker(func(tx *change.Tx) error {
			one, err := tx.Read(row.id)
			require.NoError(t, err)
			row.rule.Side = process.SideFiler
			at, able, err := tx.FindStepOffice(one, row.no, row.rule)
			require.NoError(t, err)
			require.Equal(t, row.path, at.Path, row.name)
			require.Equal(t, row.able, able, row.name)
			return nil
		})
	}
}

// The common office is the lowest one above all sides, never a side itself.
func TestCommonOfficeIsTheLowestAboveAllSides(t *testing.T) {
	c := newCounty(t)
	for want, id := range map[string]uuid.UUID{
		storetest.Bureau: c.files(c.transfer(process.Transfer, c.Pupil(storetest.SchoolB), storetest.SchoolA)),
		storetest.Nation: c.files(c.transfer(process.Transfer, c.Pupil(storetest.FarSchool), storetest.SchoolA)),
	} {
		c.worker(func(tx *change.Tx) error {
			one, err := tx.Read(id)
			require.NoError(t, err)
			at, _, err := tx.FindStepOffice(one, 2, process.Step{Side: process.SideIn, Level: process.LevelCommon, Role: org.BureauReviewer})
			require.Equal(t, want, at.Path)
			return err
		})
	}
}

// shared lets the leader of the school and a reviewer of the managing bureau decide an
// other leaving together.
func (c county) shared(mode string) {
	c.T().Helper()
	c.chain(process.OtherLeaving, step("TOGETHER", "SCHOOL", "SCHOOL_LEADER", `"sign": {"mode": "`+mode+`", "seats": [{"role": "SCHOOL_LEADER"}, {"level": "MANAGING", "role": "BUREAU_REVIEWER"}]}`))
}

// Reminders go to everybody for whom the step waits, at any office: the holder of a seat,
// or everybody with its role. People who have signed, or who wait for others, get none.
func TestRemindersGoToEverybodyTheStepWaitsFor(t *testing.T) {
	c := newCounty(t)
	leader, principal := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	c.shared("ALL")
	seats, plain := c.leaving(c.Pupil(storetest.SchoolA)), c.leaving(c.Pupil(storetest.SchoolA))
	w := c.to(seats, change.VerbAddSigner, principal)
	w.Body.Before = true
	c.says(leader, w) // the leader waits for the principal
	c.Advance(31 * 24 * hour)
	for _, id := range []uuid.UUID{seats, plain} {
		for range 2 { // a repetition changes nothing
			c.worker(func(tx *change.Tx) error { return tx.SendDueReminders(id) })
		}
	}
	for _, kind := range []string{change.EventFirstReminder, change.EventSecondReminder, change.EventOverdue} {
		require.Equal(t, []string{storetest.Bureau + " BUREAU_REVIEWER", storetest.SchoolA + " PRINCIPAL " + principal.ID.String()}, c.heard(seats, kind), kind)
		require.Equal(t, []string{storetest.Bureau + " BUREAU_REVIEWER", storetest.SchoolA + " SCHOOL_LEADER"}, c.heard(plain, kind), kind)
	}
	require.Equal(t, []string{storetest.Bureau + " BUREAU_HEAD"}, c.heard(seats, "ESCALATED_OVERDUE"), "the office above the step's")
	require.Equal(t, []string{storetest.Bureau + " BUREAU_HEAD"}, c.heard(seats, "ESCALATED_TOTAL_WARNED"))
	require.True(t, c.Position(seats).Overdue)
	require.Equal(t, "RUNNING", c.status(seats), "a deadline decides nothing (law 7)")
	c.says(principal, c.seat(seats, org.Principal, change.VerbApprove))
	c.says(c.Who(storetest.SchoolA, org.SchoolRegistrar), about(plain, change.VerbWithdraw))
	c.worker(func(tx *change.Tx) error { return tx.SendDueReminders(plain) })
}

// A seat of another office that nobody can take names that office, and its head and
// administrator are told, not those of the step's own office. Where one verdict is enough,
// one seat that can be decided is enough.
func TestStuckSeatOfAnotherOfficeNamesThatOffice(t *testing.T) {
	c := newCounty(t)
	c.shared("ALL")
	id := c.leaving(c.Pupil(storetest.SchoolA))
	c.shared("ANY")
	either := c.leaving(c.Pupil(storetest.SchoolA))
	c.Dismiss(c.Who(storetest.Bureau, org.BureauReviewer))
	obstacle := func(id uuid.UUID) string {
		return c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, id)
	}
	for range 2 { // once a step and round
		c.worker(func(tx *change.Tx) error { return tx.RefreshObstacles() })
	}
	require.Equal(t, change.ObstacleNobody, obstacle(id))
	require.Empty(t, obstacle(either))
	require.Equal(t, []string{storetest.Bureau + " BUREAU_HEAD", storetest.Bureau + " BUREAU_SYSADMIN"}, c.heard(id, change.ObstacleNobody))
	c.worker(func(tx *change.Tx) error {
		one, err := worklist.ReadCase(tx, id.String())
		require.True(t, one.Step.Stuck)
		require.Equal(t, []change.StuckSeat{{Office: c.Text(`SELECT name FROM organisation WHERE path = $1::text::ltree`, storetest.Bureau), Role: "BUREAU_REVIEWER"}}, one.Step.Nobody)
		return err
	})
	c.Hire(storetest.Bureau, org.BureauReviewer)
	c.worker(func(tx *change.Tx) error { return tx.RefreshObstacles() })
	require.Empty(t, obstacle(id))
}

// A holder who can no longer act is named, as soon as the seats of the step change.
func TestStuckSeatNamesItsHolder(t *testing.T) {
	c := newCounty(t)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	c.Hire(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	c.says(leader, c.on(id, change.VerbClaim))
	c.Dismiss(leader)
	c.worker(func(tx *change.Tx) error { return tx.UpdateObstacle(&change.Change{ID: id}) })
	require.Equal(t, change.ObstacleNobody, c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, id))
	require.Equal(t, []string{storetest.SchoolA + " PRINCIPAL", storetest.SchoolA + " SCHOOL_SYSADMIN"}, c.heard(id, change.ObstacleNobody))
	c.worker(func(tx *change.Tx) error {
		one, err := worklist.ReadCase(tx, id.String())
		require.Equal(t, "测试", one.Step.Nobody[0].Holder)
		return err
	})
}

// A school moves under another bureau: the open step follows it, with new days, and its
// task keeps its ID. Seats of other offices stay.
func TestAnOpenStepFollowsItsOffice(t *testing.T) {
	c := newCounty(t)
	plain := c.leaving(c.Pupil(storetest.SchoolA))
	c.Approve(plain)
	ahead := c.ahead(c.Pupil(storetest.SchoolA), "2026-12-10")
	auto := c.keyed(c.Pupil(storetest.SchoolA), map[string]string{"name": "样例改"})
	task, due := c.task(plain), c.Position(plain).DueAt
	c.says(c.Who(storetest.Bureau, org.BureauReviewer), c.on(plain, change.VerbClaim))
	c.shared("ALL")
	seats := c.leaving(c.Pupil(storetest.SchoolA))
	c.says(c.Who(storetest.SchoolA, org.SchoolLeader), c.seat(seats, org.SchoolLeader, change.VerbApprove))
	signer := c.seat(seats, org.BureauReviewer, change.VerbAddSigner)
	signer.Body.To = []uuid.UUID{c.Who(storetest.Bureau, org.BureauHead).ID}
	c.says(c.Who(storetest.Bureau, org.BureauReviewer), signer)
	wrong := func() (ids []uuid.UUID) {
		c.worker(func(tx *change.Tx) (err error) { ids, err = tx.AtWrongOffice(10); return err })
		return ids
	}
	require.Empty(t, wrong())
	c.Advance(4 * 24 * hour) // over the weekend
	c.MustIn(c.App, storetest.Province, func(tx *change.Tx) error {
		_, err := office.Reassign(tx.Tx, c.ID(storetest.SchoolA), 1, c.ID(storetest.City))
		return err
	})
	require.ElementsMatch(t, []uuid.UUID{plain, seats}, wrong())
	for _, id := range []uuid.UUID{plain, seats, ahead, auto} {
		for range 2 {
			c.worker(func(tx *change.Tx) error { return tx.MoveToOffice(id) })
		}
	}
	require.Empty(t, wrong())
	require.Equal(t, []string{"FILED", "APPROVE", "CLAIM", "OFFICE_CHANGED"}, c.events(plain))
	require.Equal(t, storetest.City+" ", c.Text(`SELECT office_path::text || ' ' || held_as FROM task WHERE id = $1`, task), "the new office has it, and nobody holds it")
	require.True(t, c.Position(plain).DueAt.After(due))
	require.Equal(t, []string{"not_found /task_id"}, c.refused(c.Who(storetest.Bureau, org.BureauReviewer), c.on(plain, change.VerbApprove)))
	c.says(c.Who(storetest.City, org.BureauReviewer), c.on(plain, change.VerbApprove))
	require.Equal(t, storetest.City+" OPEN", c.Text(`SELECT office_path::text || ' ' || status FROM task WHERE id = $1`, signer.TaskID))
	require.Equal(t, []string{"DECIDED SCHOOL_LEADER", "OPEN BUREAU_REVIEWER", "REMOVED BUREAU_HEAD"}, c.Texts(`SELECT status || ' ' || role FROM task WHERE change_id = $1 ORDER BY status`, seats),
		"the verdict of the school stays, the signer of the old office is gone")
	c.says(c.Who(storetest.City, org.BureauReviewer), c.on(seats, change.VerbApprove))
	require.Equal(t, "EFFECTIVE", c.status(seats))
	require.Equal(t, "2026-12-10", c.Position(ahead).EffectiveOn.String(), "its day stays")
}
