package store

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// pupil makes an enrolled record of a school.
func (r *recordsRig) pupil(school string) uuid.UUID {
	r.t.Helper()
	id := newID()
	r.exec(`INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, enrol_status, in_register, on_campus, created_at, updated_at)
		VALUES ($1, $2, $3::text::ltree, true, 'PRIMARY', 2024, '样例生', '1', '2018-03-01', 'Z', 'ENROLLED', true, true, now(), now())`, id, r.school[school], school)
	return id
}

// filed is a change that school A has checked and not yet written.
func (r *recordsRig) filed(t *Tx, kind process.Kind, student uuid.UUID) *Change {
	d, known := t.store.processes.Define(kind, org.Primary, t.store.processes.Default())
	require.True(r.t, known)
	return &Change{ID: newID(), Kind: kind, StudentID: &student, OrgID: r.school[schoolAPath], OrgPath: schoolAPath, ProvinceCode: "520000", Stage: org.Primary,
		Status: Running, StepNo: 1, Round: 1, FiledBy: t.scope.Account, FiledAt: t.now, Definition: d, Subject: Subject{School: "南明区第二示例小学"}}
}

// handIn writes a change that school A checked a moment ago.
func (r *recordsRig) handIn(kind process.Kind, student uuid.UUID, releasing Office, wished values, key string) error {
	return r.in(r.app, schoolAPath, func(t *Tx) error {
		c := r.filed(t, kind, student)
		c.releasing, c.values = releasing, wished
		c.identity = t.identityAfter(c, nil)
		return t.writeFiling(c, key)
	})
}

func (t *Tx) writeFiling(c *Change, key string) error {
	if err := t.insertChange(c, Filing{Key: key, BodyHash: []byte(key)}); err != nil {
		return err
	}
	if err := t.work(c.Kind).Hold(t, c); err != nil {
		return err
	}
	return t.flush()
}

// Two filings pass the check at the same moment, and one is written first. The second is
// refused as if it had been checked later.
func TestSecondOfTwoConcurrentFilingsIsRefused(t *testing.T) {
	r := newRecordsRig(t)
	number := values{status.FieldIDNumber: {text: "990101201501010015", after: "990*************15", cipher: []byte("c"), hash: []byte("number")}}
	own, other := r.pupil(schoolAPath), r.pupil(schoolBPath)
	for _, row := range []struct {
		name            string
		kind            process.Kind
		student, second uuid.UUID
		releasing       Office
		wished          values
		keys            [2]string
		code            refusal.Code
		at              string
	}{
		{"the same request", process.Suspension, r.pupil(schoolAPath), r.pupil(schoolAPath), Office{}, nil, [2]string{"1", "1"}, refusal.VersionConflict, ""},
		{"the same pupil", process.Suspension, own, own, Office{}, nil, [2]string{"2", "3"}, refusal.ChangeInProgress, "/student_id"},
		{"a pupil of another school", process.Transfer, other, other, Office{ID: r.school[schoolBPath], Path: schoolBPath}, nil, [2]string{"4", "5"}, refusal.ChangeInProgress, "/pupil"},
		{"the same number", process.KeyDataChange, r.pupil(schoolAPath), r.pupil(schoolAPath), Office{}, number, [2]string{"6", "7"}, refusal.IdentityTaken, "/values/id_number"},
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
	out := Office{ID: r.school[schoolBPath], Path: schoolBPath}
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
		r.mustIn(r.app, schoolAPath, func(t *Tx) error {
			student := r.pupil(schoolBPath)
			r.exec(`UPDATE student SET enrol_status = 'OTHER_LEFT', in_register = false, holds_seat = false WHERE id = $1`, student)
			c := r.filed(t, process.RestoreAdmission, student)
			c.releasing = Office{ID: r.school[schoolBPath], Path: schoolBPath}
			if err := t.writeFiling(c, school); err != nil {
				return err
			}
			go func() {
				closed <- r.in(r.app, countyPath, func(t *Tx) error {
					_, err := t.CloseOrganisation(r.school[school], 1)
					return err
				})
			}()
			require.Eventually(r.t, func() bool { return r.blocked() == 1 }, 10*time.Second, time.Millisecond, "closing waits")
			return nil
		})
		require.ErrorIs(t, <-closed, refusal.New(refusal.OrgHasChanges))
	}
}
