package registration_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// Between the check of a roster and its filing nothing holds the pupils. Whoever came into
// the register by then is left out at the last decision, each with the reason.
func TestPupilsWhoCameMeanwhileAreLeftOut(t *testing.T) {
	rig := storetest.New(t)
	other := rig.Pupil(storetest.SchoolA, storetest.Unnumbered())
	passport := storetest.With("id_type", "A", "id_number", "E90817263")
	list := []roster.Pupil{passport(rig.Items(storetest.SchoolA, 2024)), rig.Items(storetest.SchoolA, 2024), rig.Items(storetest.SchoolA, 2024),
		storetest.Unnumbered()(rig.Items(storetest.SchoolA, 2024)), rig.Items(storetest.SchoolA, 2024)}
	up := rig.Upload(storetest.SchoolA, rig.Written(list...), "a")
	require.Equal(t, 5, up.Good, "%v", up.Findings)

	// 3: another pupil of the school gets the number by a change of key data.
	f := rig.Filing(process.KeyDataChange, other, map[string]string{"reason": "补录证件"})
	f.Values = map[string]string{"id_type": "A", "id_number": "E90817263"}
	one, err := rig.TryFile(f)
	require.NoError(t, err)
	rig.ApproveAll(one.ID)
	// 4: the pupil is registered by another school.
	elsewhere := rig.Items(storetest.SchoolB, 2024)
	moved := storetest.With("school_code", elsewhere[roster.SchoolCode], "class_code", elsewhere[roster.ClassCode])(list[1])
	rig.EnrolPupils(storetest.SchoolB, moved)
	// 5 and 6: the own school registers them by another roster, 6 without a document.
	rig.EnrolPupils(storetest.SchoolA, list[2], list[3])

	done, err := rig.FileRoster(up)
	require.NoError(t, err)
	rig.ApproveAll(done.ID)
	rows := rig.Rows(up)
	for row, want := range map[int]refusal.Code{3: refusal.IdentityOfAnother, 4: refusal.IdentityRegistered, 5: refusal.PupilPresent, 6: refusal.PupilPresent} {
		require.Equal(t, registration.RowLeftOut, rows[row].Verdict, row)
		last := rows[row].Findings[len(rows[row].Findings)-1]
		require.Equal(t, []any{want, row, roster.Reject}, []any{last.Code, last.Row, last.Severity})
		require.Nil(t, rows[row].StudentID)
	}
	require.NotNil(t, rows[7].StudentID, "the others are registered")
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM roster WHERE id = $1 AND rows_enrolled = 1 AND rows_left_out = 4 AND state = 'ENROLLED'`, up.ID))
	require.Zero(t, rig.Count(`SELECT count(*) FROM roster_row WHERE roster_id = $1 AND payload IS NOT NULL`, up.ID))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'ROSTER_LEFT_OUT'`, done.ID))
}

// A class of the roster that was closed meanwhile takes nobody.
func TestAClosedClassTakesNobody(t *testing.T) {
	rig := storetest.New(t)
	up := rig.Upload(storetest.SchoolA, rig.Written(rig.Items(storetest.SchoolA, 2024)), "a")
	one, err := rig.FileRoster(up)
	require.NoError(t, err)
	closeClass(rig, rig.Text(`SELECT class_id::text FROM roster_row WHERE roster_id = $1`, up.ID))
	rig.ApproveAll(one.ID)
	require.Equal(t, refusal.RosterClassUnknown, rig.Rows(up)[3].Findings[0].Code)
	require.Zero(t, rig.Count(`SELECT count(*) FROM student`))
}

// inParts lets every roster take effect as a job, so many rows to a part.
func inParts(rig *storetest.County, rows int) {
	rig.Worker.Close()
	rig.Worker = rig.Open(migrations.WorkerRole, func(o *store.Options) { o.Bulk = store.Bulk{ListRows: 1, PartRows: rows} })
}

// do does one part of the job of a roster.
func do(rig *storetest.County, up *registration.Roster, part int) *job.Job {
	rig.T().Helper()
	runner, err := job.NewJobRunner(kinds.JobWorks(nil, nil))
	require.NoError(rig.T(), err)
	id := rig.Text(`SELECT id::text FROM job WHERE subject_id = $1`, up.ID)
	at, err := runner.Do(rig.T().Context(), rig.Worker, parse(rig, id), part)
	require.NoError(rig.T(), err)
	return at
}

// A long roster is registered part by part, each pupil once, and is closed with the last
// part.
func TestALongRosterIsRegisteredInParts(t *testing.T) {
	rig := storetest.New(t)
	inParts(rig, 2)
	up := rig.Upload(storetest.SchoolA, rig.Written(rig.Items(storetest.SchoolA, 2024), rig.Items(storetest.SchoolA, 2024), rig.Items(storetest.SchoolA, 2024)), "a")
	one, err := rig.FileRoster(up)
	require.NoError(t, err)
	rig.Approve(one.ID)
	rig.Approve(one.ID)
	require.Equal(t, process.ActApplyParts, rig.Position(one.ID).Act)
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'APPROVED_IN_PARTS'`, one.ID))
	require.Equal(t, []string{"3-4 2", "5-5 1"}, rig.Texts(`SELECT first_no || '-' || last_no || ' ' || rows FROM job_part ORDER BY no`))
	for part, pupils := range []int{2, 3} {
		at := do(rig, up, part+1)
		require.Equal(t, part+1, at.PartsDone)
		require.Equal(t, pupils, rig.Count(`SELECT count(*) FROM student`))
	}
	require.True(t, rig.Position(one.ID).Closed())
	require.Equal(t, "ENROLLED", rig.Text(`SELECT state FROM roster WHERE id = $1`, up.ID))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'roster.enrol' AND detail ->> 'enrolled' = '3' AND detail ->> 'left_out' = '0'`))
}

// Two pupils without a document who share name, birth date and the number of a parent, whose
// name is written in two ways, are two pupils also when they stand in two parts of one
// roster: the check compared the rows with each other.
func TestPupilsOfOneRosterAreNotTakenForEachOther(t *testing.T) {
	rig := storetest.New(t)
	inParts(rig, 1)
	twin := storetest.Unnumbered()(rig.Items(storetest.SchoolA, 2024))
	up := rig.Upload(storetest.SchoolA, rig.Written(twin, storetest.With("member1_name", "赵某某", "member2_name", "钱某某")(twin)), "a")
	require.Equal(t, 2, up.Good, "%v", rig.Rows(up))
	one, err := rig.FileRoster(up)
	require.NoError(t, err)
	rig.Approve(one.ID)
	rig.Approve(one.ID)
	do(rig, up, 1)
	do(rig, up, 2)
	require.Equal(t, 2, rig.Count(`SELECT count(*) FROM student`))
	require.True(t, rig.Position(one.ID).Closed())
}
