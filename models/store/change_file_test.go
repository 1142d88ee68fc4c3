package store

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
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

// Two filings look at the same moment, both may be filed, and one is written
// first: the other reads what stands against it, as if it had looked later.
func TestTheSlowerFilingIsRefused(t *testing.T) {
	r := newRecordsRig(t)
	number := values{status.FieldIDNumber: {after: "99**************1X", cipher: []byte("c"), hash: []byte("number")}}
	file := func(kind process.Kind, student, releasing uuid.UUID, wished values, key string) error {
		return r.in(r.app, schoolAPath, func(t *Tx) error {
			d, known := t.store.processes.Define(kind, org.Primary, t.store.processes.Default())
			require.True(r.t, known)
			c := &Change{ID: newID(), Kind: kind, StudentID: &student, OrgID: r.school[schoolAPath], OrgPath: schoolAPath, ProvinceCode: "520000", Stage: org.Primary,
				Status: Running, StepNo: 1, Round: 1, FiledBy: t.scope.Account, FiledAt: t.now, Definition: d, releasing: releasing, values: wished,
				Subject: Subject{School: "南明区第二示例小学"}}
			if err := t.insertChange(c, Filing{Key: key, BodyHash: []byte(key)}); err != nil {
				return err
			}
			if err := t.takeSlots(c); err != nil {
				return err
			}
			return t.flush()
		})
	}
	own, other := r.pupil(schoolAPath), r.pupil(schoolBPath)
	for _, row := range []struct {
		name            string
		kind            process.Kind
		student, second uuid.UUID
		releasing       uuid.UUID
		wished          values
		keys            [2]string
		code            problem.Code
		at              string
	}{
		{"the same request", process.Suspension, r.pupil(schoolAPath), r.pupil(schoolAPath), uuid.Nil, nil, [2]string{"1", "1"}, problem.VersionConflict, ""},
		{"the same pupil", process.Suspension, own, own, uuid.Nil, nil, [2]string{"2", "3"}, problem.ChangeInProgress, "/student_id"},
		{"a pupil of another school", process.Transfer, other, other, r.school[schoolBPath], nil, [2]string{"4", "5"}, problem.TransferClaimed, "/pupil"},
		{"the same number", process.KeyDataChange, r.pupil(schoolAPath), r.pupil(schoolAPath), uuid.Nil, number, [2]string{"6", "7"}, problem.IdentityTaken, "/values/id_number"},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.NoError(t, file(row.kind, row.student, row.releasing, row.wished, row.keys[0]))
			before := r.count(`SELECT count(*) FROM change`)
			err := file(row.kind, row.second, row.releasing, row.wished, row.keys[1])
			require.ErrorIs(t, err, problem.New(row.code))
			require.IsType(t, &problem.Error{}, err, "the refusal itself, so that it reads as one that was found by looking") //nolint:testifylint // the type is the point
			refusal, _ := err.(*problem.Error)                                                                                //nolint:errorlint // the outermost error is the point
			require.Equal(t, row.at, refusal.Field)
			require.Equal(t, before, r.count(`SELECT count(*) FROM change`), "nothing of it was written")
		})
	}
}
