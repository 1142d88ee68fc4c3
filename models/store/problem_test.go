package store

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// dedupe searches every record that was not searched yet.
func (r *recordsRig) dedupe() (looked int) {
	r.t.Helper()
	for n := 1; n > 0; looked += n {
		r.mustIn(r.worker, "", func(t *Tx) (err error) {
			n, err = t.Dedupe(2)
			return err
		})
	}
	return looked
}

func (r *recordsRig) flags(student uuid.UUID) (flags []string) {
	r.t.Helper()
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT problem_flags FROM student WHERE id = $1`, student).Scan(&flags))
	return flags
}

// Two similar records are flagged on both sides, once, with one notice each. Different
// numbers of identity cards tell people of one name apart.
func TestDoublesAreFoundOnceOnBothSides(t *testing.T) {
	r := newRecordsRig(t)
	a, b, other := r.pupil(schoolAPath), r.pupil(schoolBPath), r.pupil(schoolBPath)
	r.exec(`UPDATE student SET birth_date = '2018-03-02' WHERE id = $1`, other)
	require.Equal(t, 3, r.dedupe())
	require.Zero(t, r.dedupe(), "nothing was written since")
	for range 2 {
		r.mustIn(r.worker, "", func(t *Tx) error {
			_, err := t.ForgetDedupe(100)
			return err
		})
		require.Equal(t, 3, r.dedupe())
	}
	require.Equal(t, []string{status.DupWithoutID}, r.flags(a))
	require.Equal(t, []string{status.DupWithoutID}, r.flags(b))
	require.Empty(t, r.flags(other))
	require.Equal(t, 2, r.count(`SELECT count(*) FROM student_problem`))
	require.Equal(t, 2, r.count(`SELECT count(*) FROM notice WHERE kind = 'PROBLEM_FOUND'`))
	r.mustIn(r.app, schoolAPath, func(tx *Tx) error {
		list, err := tx.Problems(tx.now.AddDate(1, 0, 0), uuid.Max, 10)
		require.Len(t, list, 1, "a school sees its own side")
		require.Equal(t, "南明区第二示例小学", list[0].OtherSchool)
		return err
	})
	// Two identity cards: two people. Both sides are cleared in one go.
	r.exec(`UPDATE student SET id_type = '1', id_cipher = '\x00', id_hash = decode(md5(id::text), 'hex'), deduped_at = NULL WHERE id IN ($1, $2)`, a, b)
	r.dedupe()
	require.Empty(t, r.flags(a))
	require.Empty(t, r.flags(b))
	require.Equal(t, 2, r.count(`SELECT count(*) FROM student_problem WHERE state = 'CLEARED' AND cleared_by IS NULL`))
}

// Two records with one number should not exist. When they do, both are flagged. A flag
// that was set in another way stays.
func TestRecordsWithOneNumberAreBothFlagged(t *testing.T) {
	r := newRecordsRig(t)
	r.exec(`DROP INDEX student_identity`)
	a, b := r.pupil(schoolAPath), r.pupil(schoolBPath)
	r.exec(`UPDATE student SET name = '样例别', name_key = '样例别' WHERE id = $1`, b)
	r.exec(`UPDATE student SET id_type = '1', id_cipher = '\x00', id_hash = '\x01' WHERE id IN ($1, $2)`, a, b)
	r.exec(`UPDATE student SET problem_flags = '{ID_ERROR}' WHERE id = $1`, b)
	r.dedupe()
	require.Equal(t, []string{status.DupWithID}, r.flags(a))
	require.Equal(t, []string{status.DupWithID, status.IDError}, r.flags(b))
	r.exec(`UPDATE student SET enrol_status = 'DELETED', deduped_at = NULL WHERE id = $1`, a)
	r.dedupe()
	require.Empty(t, r.flags(a))
	require.Equal(t, []string{status.IDError}, r.flags(b), "the other side's problem is gone with it")
}

// A struck death gives the record its former state back. Its line is kept for bureaus,
// and it cannot be struck twice.
func TestStruckDeathRestoresTheRecord(t *testing.T) {
	r := newRecordsRig(t)
	death, correction := r.waiting(schoolAPath), r.waiting(schoolAPath)
	pupil := r.pupilOf(death)
	before, err := json.Marshal(RecordFacets{EnrolStatus: status.Enrolled, InRegister: true, OnCampus: true, HoldsSeat: true, EntryYear: 2024, SchoolID: r.school[schoolAPath].String()})
	require.NoError(t, err)
	r.exec(`UPDATE step SET status = 'DONE' WHERE change_id = $1`, death)
	r.exec(`UPDATE change SET kind = 'DEATH', status = 'EFFECTIVE', closed_at = now() WHERE id = $1`, death)
	r.exec(`UPDATE student SET enrol_status = 'DECEASED', in_register = false, on_campus = false WHERE id = $1`, pupil)
	r.exec(`INSERT INTO student_history (id, student_id, org_path, change_id, kind, effective_on, recorded_at, before, after)
		VALUES ($1, $2, $3::text::ltree, $4, 'DEATH', '2026-11-01', now(), $5, '{"enrol_status": "DECEASED"}')`, newID(), pupil, schoolAPath, death, string(before))
	strike := func() error {
		return r.in(r.worker, "", func(tx *Tx) error {
			c, err := tx.Change(correction)
			require.NoError(t, err)
			c.StudentID, c.About, c.Kind = &pupil, &death, process.ChangeCorrection
			m, err := tx.mistake(c)
			require.NoError(t, err)
			if !m.InForce {
				return nil
			}
			h, err := tx.readHeld(pupil, true)
			require.NoError(t, err)
			return tx.strike(c, h, tx.today())
		})
	}
	require.NoError(t, strike())
	require.NoError(t, strike(), "again: it is not in force any more")
	require.Equal(t, 1, r.count(`SELECT count(*) FROM student WHERE id = $1 AND enrol_status = 'ENROLLED' AND in_register AND NOT holds_seat`, pupil), "its class is for the school to give")
	require.Equal(t, 1, r.count(`SELECT count(*) FROM student_history WHERE change_id = $1 AND struck_by = $2`, death, correction))
	for struck, want := range map[bool]int{true: 2, false: 0} {
		r.mustIn(r.app, schoolAPath, func(tx *Tx) error {
			list, err := tx.StudentHistory(pupil, uuid.Nil, struck, 10)
			require.Len(t, list, want)
			return err
		})
	}
	_, err = r.owner.Exec(t.Context(), `UPDATE student_history SET struck_at = NULL, struck_by = NULL WHERE change_id = $1`, death)
	require.Equal(t, "42501", sqlState(err), "what was struck stays struck, for the owner too")
}
