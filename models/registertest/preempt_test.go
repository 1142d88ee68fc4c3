package registertest

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/student"
)

// holds puts a slot of a change into the register.
func (r *recordsRig) holds(key string, change uuid.UUID) {
	r.t.Helper()
	r.exec(`INSERT INTO slot (key, change_id, taken_at) VALUES ($1, $2, now())`, key, change)
}

// pupilOf returns the pupil of a change.
func (r *recordsRig) pupilOf(change uuid.UUID) (id uuid.UUID) {
	r.t.Helper()
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT student_id FROM change WHERE id = $1`, change).Scan(&id))
	return id
}

// Business with priority keeps other changes from taking effect. A death has priority
// over an arbitration, and neither blocks itself.
func TestDeathAndArbitrationKeepOthersFromTakingEffect(t *testing.T) {
	r := newRecordsRig(t)
	suspension, arbitration, death := r.waiting(schoolAPath), r.waiting(schoolBPath), r.waiting(schoolBPath)
	pupil := r.pupilOf(suspension)
	code := func(own uuid.UUID) (code refusal.Code) {
		r.mustIn(r.worker, "", func(tx *change.Tx) error {
			barred, err := tx.PriorBusiness(&change.Change{ID: own, StudentID: &pupil})
			if barred != nil {
				code = barred.Code
			}
			return err
		})
		return code
	}
	require.Empty(t, code(suspension))
	r.holds(student.ArbitrationSlot(pupil), arbitration)
	require.Equal(t, refusal.ArbitrationRunning, code(suspension))
	require.Empty(t, code(arbitration))
	r.holds(student.DeathSlot(pupil), death)
	require.Equal(t, refusal.DeathFiled, code(suspension))
	require.Equal(t, refusal.DeathFiled, code(arbitration))
	require.Empty(t, code(death))
	r.mustIn(r.app, schoolAPath, func(tx *change.Tx) error {
		barred, err := tx.RefusalIfDead(pupil)
		require.Equal(t, refusal.DeathFiled, barred.Code, "and nothing new is filed")
		return err
	})
}

// Business with priority ends the change that holds the pupil, once, with the reason in
// the timeline. Changes of other pupils are left alone.
func TestPriorBusinessEndsTheChangeThatHoldsThePupil(t *testing.T) {
	r := newRecordsRig(t)
	other, mine, bystander := r.waiting(schoolAPath), r.waiting(schoolBPath), r.waiting(schoolAPath)
	pupil := r.pupilOf(other)
	r.holds(student.StudentSlot(pupil), other)
	r.holds(student.StudentSlot(r.pupilOf(bystander)), bystander)
	r.holds(student.DeathSlot(pupil), mine)
	for range 2 {
		r.mustIn(r.worker, "", func(tx *change.Tx) error {
			c, err := tx.ReadLocked(mine)
			require.NoError(t, err)
			c.StudentID = &pupil
			return tx.EndSlotHolders(c, change.EndedByDeath)
		})
	}
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'CLOSED' AND close_code = 'PREEMPTED' AND closed_by IS NULL`, other))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'PREEMPTED' AND params ->> 'refusal' = 'preempted'`, other))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'ENDED_PREEMPTED'`, other))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM outbox WHERE change_id = $1`, other))
	require.Equal(t, 2, r.count(`SELECT count(*) FROM slot`), "its slot is free, and only its slot")
	require.Equal(t, 2, r.count(`SELECT count(*) FROM change WHERE status = 'RUNNING'`))
}

// The common office is the lowest one above all sides, never a side itself.
func TestCommonOfficeIsTheLowestAboveAllSides(t *testing.T) {
	r := newRecordsRig(t)
	changeID := r.waiting(schoolAPath)
	common := func() (path string) {
		r.mustIn(r.worker, "", func(tx *change.Tx) error {
			c, err := tx.Read(changeID)
			require.NoError(t, err)
			o, able, err := tx.FindStepOffice(c, 2, process.Step{Side: process.SideFiler, Level: process.LevelCommon, Role: "BUREAU_REVIEWER"})
			require.NoError(t, err)
			require.False(t, able, "nobody works there")
			path = o.Path
			return err
		})
		return path
	}
	require.Equal(t, countyPath, common(), "one side: its superior")
	r.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES ($1, 'IN', $2, $3::text::ltree)`, changeID, r.school[schoolAPath], schoolAPath)
	require.Equal(t, countyPath, common(), "one school on both sides")
	r.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES ($1, 'OUT', $2, $3::text::ltree)`, changeID, r.school[schoolBPath], schoolBPath)
	require.Equal(t, countyPath, common())
	r.exec(`UPDATE change_party SET org_path = 'n.p52.c5202.d520201.s2152000999' WHERE change_id = $1 AND side = 'OUT'`, changeID)
	require.Equal(t, "n.p52", common(), "two cities")
	r.exec(`UPDATE change_party SET org_path = 'n.p11.d110101.s2111000123' WHERE change_id = $1 AND side = 'OUT'`, changeID)
	require.Equal(t, "n", common(), "two provinces")
}
