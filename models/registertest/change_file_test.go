package registertest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// pupil makes an enrolled record of a school.
func (r *recordsRig) pupil(school string) uuid.UUID {
	r.t.Helper()
	id := store.NewID()
	r.exec(`INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, enrol_status, in_register, on_campus, created_at, updated_at)
		VALUES ($1, $2, $3::text::ltree, true, 'PRIMARY', 2024, '样例生', '1', '2018-03-01', 'Z', 'ENROLLED', true, true, now(), now())`, id, r.school[school], school)
	return id
}

// filed is a change that school A has checked and not yet written.
func (r *recordsRig) filed(t *store.Tx, kind process.Kind, student uuid.UUID) *change.Change {
	d, known := t.Store().Processes().Define(kind, org.Primary, t.Store().Processes().Default())
	require.True(r.t, known)
	return &change.Change{ID: store.NewID(), Kind: kind, StudentID: &student, OrgID: r.school[schoolAPath], OrgPath: schoolAPath, ProvinceCode: "520000", Stage: org.Primary,
		Status: change.StatusRunning, StepNo: 1, Round: 1, FiledBy: t.Scope().Account, FiledAt: t.Now(), Definition: d, Subject: change.Subject{School: "南明区第二示例小学"}}
}

// handIn writes a change that school A checked a moment ago.
func (r *recordsRig) handIn(kind process.Kind, student uuid.UUID, releasing org.OfficeRef, wished change.RequestedValues, key string) error {
	return r.in(r.app, schoolAPath, func(t *change.Tx) error {
		c := r.filed(t.Tx, kind, student)
		c.Releasing, c.Values = releasing, wished
		c.IdentityKeys = t.IdentityKeysAfter(c, nil)
		return writeFiling(t, c, key)
	})
}

func writeFiling(t *change.Tx, c *change.Change, key string) error {
	if err := t.InsertChange(c, change.Filing{Key: key, BodyHash: []byte(key)}); err != nil {
		return err
	}
	if err := t.FindWork(c.Kind).Hold(t, c); err != nil {
		return err
	}
	return t.Flush()
}

// Two filings pass the check at the same moment, and one is written first. The second is
// refused as if it had been checked later.
func TestSecondOfTwoConcurrentFilingsIsRefused(t *testing.T) {
	r := newRecordsRig(t)
	number := change.RequestedValues{status.FieldIDNumber: {Text: "990101201501010015", After: "990*************15", Cipher: []byte("c"), Hash: []byte("number")}}
	own, other := r.pupil(schoolAPath), r.pupil(schoolBPath)
	for _, row := range []struct {
		name            string
		kind            process.Kind
		student, second uuid.UUID
		releasing       org.OfficeRef
		wished          change.RequestedValues
		keys            [2]string
		code            refusal.Code
		at              string
	}{
		{"the same request", process.Suspension, r.pupil(schoolAPath), r.pupil(schoolAPath), org.OfficeRef{}, nil, [2]string{"1", "1"}, refusal.VersionConflict, ""},
		{"the same pupil", process.Suspension, own, own, org.OfficeRef{}, nil, [2]string{"2", "3"}, refusal.ChangeInProgress, "/student_id"},
		{"a pupil of another school", process.Transfer, other, other, org.OfficeRef{ID: r.school[schoolBPath], Path: schoolBPath}, nil, [2]string{"4", "5"}, refusal.ChangeInProgress, "/pupil"},
		{"the same number", process.KeyDataChange, r.pupil(schoolAPath), r.pupil(schoolAPath), org.OfficeRef{}, number, [2]string{"6", "7"}, refusal.IdentityTaken, "/values/id_number"},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.NoError(t, r.handIn(row.kind, row.student, row.releasing, row.wished, row.keys[0]))
			before := r.count(`SELECT count(*) FROM change`)
			err := r.handIn(row.kind, row.second, row.releasing, row.wished, row.keys[1])
			require.ErrorIs(t, err, refusal.New(row.code))
			require.IsType(t, &refusal.Error{}, err, "the refusal itself, so that it reads as one that was found by looking") //nolint:testifylint // the type is the point
			refused, _ := err.(*refusal.Error)                                                                                //nolint:errorlint // the outermost error is the point
			require.Equal(t, row.at, refused.Field)
			require.Equal(t, before, r.count(`SELECT count(*) FROM change`), "nothing of it was written")
		})
	}
}

// Between the check and the writing an office may be closed or re-assigned, or be in the
// middle of either. The filing is refused and does not wait.
func TestFilingIsRefusedWhenAnOfficeChangedMeanwhile(t *testing.T) {
	r := newRecordsRig(t)
	out := org.OfficeRef{ID: r.school[schoolBPath], Path: schoolBPath}
	file := func(key string) error { return r.handIn(process.Transfer, r.pupil(schoolBPath), out, nil, key) }
	require.NoError(t, file("open"))
	for _, school := range []string{schoolAPath, schoolBPath} {
		for what, undo := range map[string]string{
			`closed_at = now()`: `closed_at = NULL`,
			`path = text2ltree(replace(path::text, '.s', '.x'))`: `path = text2ltree(replace(path::text, '.x', '.s'))`,
		} {
			r.exec(`UPDATE organisation SET `+what+` WHERE id = $1`, r.school[school])
			require.ErrorIs(t, file(school+what), refusal.New(refusal.VersionConflict))
			r.exec(`UPDATE organisation SET `+undo+` WHERE id = $1`, r.school[school])
		}
		middle, err := r.owner.Begin(t.Context())
		require.NoError(t, err)
		_, err = middle.Exec(t.Context(), `UPDATE organisation SET version = version WHERE id = $1`, r.school[school])
		require.NoError(t, err)
		require.ErrorIs(t, file(school), refusal.New(refusal.VersionConflict))
		require.NoError(t, middle.Rollback(t.Context()))
	}
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change`))
	require.NoError(t, file("as before"))
}

// A transaction that closes a school waits for a filing of that school, and then counts
// it.
func TestClosingASchoolWaitsForAFiling(t *testing.T) {
	r := newRecordsRig(t)
	for _, school := range []string{schoolAPath, schoolBPath} {
		closed := make(chan error, 1)
		r.mustIn(r.app, schoolAPath, func(t *change.Tx) error {
			student := r.pupil(schoolBPath)
			r.exec(`UPDATE student SET enrol_status = 'OTHER_LEFT', in_register = false, holds_seat = false WHERE id = $1`, student)
			c := r.filed(t.Tx, process.RestoreAdmission, student)
			c.Releasing = org.OfficeRef{ID: r.school[schoolBPath], Path: schoolBPath}
			if err := writeFiling(t, c, school); err != nil {
				return err
			}
			go func() {
				closed <- r.in(r.app, countyPath, func(t *change.Tx) error {
					_, err := office.Close(t.Tx, r.school[school], 1)
					return err
				})
			}()
			require.Eventually(r.t, func() bool { return r.blocked() == 1 }, 10*time.Second, time.Millisecond, "closing waits")
			return nil
		})
		require.ErrorIs(t, <-closed, refusal.New(refusal.OrgHasChanges))
	}
}
