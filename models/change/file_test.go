package change_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// A filing writes the change with its slot, its first step, its task, the timeline, the
// audit entry and the outbox row. The same request again is the same filing.
func TestAFilingIsWrittenWholeAndOnce(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.SchoolA)
	f := c.Filing(process.OtherLeaving, pupil, map[string]string{"reason": " 随迁 ", "reason_code": ""})
	require.NoError(t, c.In(c.App, storetest.SchoolA, func(tx *change.Tx) error { return tx.CheckFiling(f) }))
	require.Zero(t, c.Count(`SELECT count(*) FROM change WHERE kind = 'OTHER_LEAVING'`), "a check writes nothing")

	filed, err := c.TryFile(f)
	require.NoError(t, err)
	for _, row := range []string{
		`SELECT count(*) FROM change WHERE id = $1 AND status = 'RUNNING' AND step_no = 1 AND round = 1 AND inputs = '{"reason": "随迁"}' AND policy_version = 0 AND case_no LIKE '52-20261120-%'`,
		`SELECT count(*) FROM slot s JOIN change c ON c.id = s.change_id WHERE c.id = $1 AND s.key = 'student/' || c.student_id`,
		`SELECT count(*) FROM step WHERE change_id = $1 AND no = 1 AND status = 'OPEN' AND name = 'LEADER_REVIEW' AND problem = ''`,
		`SELECT count(*) FROM task WHERE change_id = $1 AND status = 'OPEN' AND role = 'SCHOOL_LEADER'`,
		`SELECT count(*) FROM change_party WHERE change_id = $1 AND side = 'FILER'`,
		`SELECT count(*) FROM change_evidence WHERE change_id = $1 AND round = 1 AND out_round IS NULL`,
		`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'FILED'`,
		`SELECT count(*) FROM outbox WHERE change_id = $1 AND topic = 'START' AND sent_at IS NULL`,
		`SELECT count(*) FROM audit_entry WHERE action = 'change.file' AND subject_id = $1::text`,
	} {
		require.Equal(t, 1, c.Count(row, filed.ID), row)
	}

	again, err := c.TryFile(f)
	require.NoError(t, err)
	require.Equal(t, filed.ID, again.ID)
	f.BodyHash = []byte("another body")
	_, err = c.TryFile(f)
	require.Equal(t, []string{"idempotency_key_reused "}, told(t, err))
}

// Everything that stands against a filing is told at once, each with its place.
func TestAFilingIsRefusedWithEveryReason(t *testing.T) {
	c := newCounty(t)
	pupil, other := c.Pupil(storetest.SchoolA), c.Pupil(storetest.SchoolA)
	busy := c.leaving(other)
	paper := c.Paper(storetest.SchoolA, "GUARDIAN_APPLICATION")
	foreign := c.Paper(storetest.SchoolB, "GUARDIAN_APPLICATION")
	good := func() change.Filing {
		return c.Filing(process.OtherLeaving, pupil, map[string]string{"reason": "随迁"})
	}
	for name, row := range map[string]struct {
		change func(f *change.Filing)
		want   []string
	}{
		"a kind that does not exist":    {func(f *change.Filing) { f.Kind = "BOGUS" }, []string{"kind_unknown /kind"}},
		"neither kind nor subject":      {func(f *change.Filing) { f.Kind, f.StudentID = "BOGUS", uuid.Nil }, []string{"kind_unknown /kind", "subject_missing /student_id"}},
		"no subject":                    {func(f *change.Filing) { f.StudentID = uuid.Nil }, []string{"subject_missing /student_id"}},
		"a pupil and a roster":          {func(f *change.Filing) { f.RosterID = uuid.New() }, []string{"subject_twice /roster_id"}},
		"a roster for a pupil's kind":   {func(f *change.Filing) { f.StudentID, f.RosterID = uuid.Nil, uuid.New() }, []string{"subject_wrong /roster_id"}},
		"a pupil for a roster's kind":   {func(f *change.Filing) { f.Kind = process.RosterImport }, []string{"subject_wrong /student_id"}},
		"a pupil named and given":       {func(f *change.Filing) { f.Pupil.Name = "某人" }, []string{"subject_twice /pupil"}},
		"a transfer without a name":     {func(f *change.Filing) { f.Kind, f.StudentID = process.Transfer, uuid.Nil }, []string{"pupil_missing /pupil"}},
		"a list for one pupil's kind":   {func(f *change.Filing) { f.StudentID, f.Lines = uuid.Nil, make([]change.ListedPupil, 1) }, []string{"list_not_here /lines"}},
		"a list kind without lines":     {func(f *change.Filing) { f.Kind, f.StudentID = process.BatchTransfer, uuid.Nil }, []string{"list_missing /lines"}},
		"a list kind with a pupil":      {func(f *change.Filing) { f.Kind = process.BatchTransfer }, []string{"subject_twice /lines"}},
		"a record for a person without": {func(f *change.Filing) { f.Kind = process.NewRecordImmigrant }, []string{"subject_new /student_id"}},
		"a pupil who is not there":      {func(f *change.Filing) { f.StudentID = uuid.New() }, []string{"not_found /student_id"}},
		"a filing that repeats nothing": {func(f *change.Filing) { f.RedoOf = uuid.New() }, []string{"redo_unknown /redo_of"}},
		"a repetition of what runs":     {func(f *change.Filing) { f.StudentID, f.RedoOf = other, busy }, []string{"redo_unknown /redo_of"}},
		"key items without need":        {func(f *change.Filing) { f.Values = map[string]string{"name": "新名"} }, []string{"input_unknown /values"}},
		"a pupil with a running change": {func(f *change.Filing) { f.StudentID = other }, []string{"change_in_progress /student_id"}},
		"inputs and papers": {func(f *change.Filing) {
			f.Inputs = map[string]string{"colour": "红"}
			f.Evidence = []evidence.Ref{{ID: uuid.New(), Kind: "GUARDIAN_APPLICATION"}, foreign, paper, {ID: paper.ID, Kind: "OTHER"}}
		}, []string{"required /inputs/reason", "input_unknown /inputs/colour", "evidence_unknown /evidence/3", "evidence_unknown /evidence/0", "evidence_unknown /evidence/1", "evidence_twice /evidence/3"}},
	} {
		f := good()
		row.change(&f)
		_, err := c.TryFile(f)
		require.ElementsMatch(t, row.want, told(t, err), name)
	}
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE kind = 'OTHER_LEAVING'`), "the one that runs")
}

// A kind is filed by the office that its rules name.
func TestOnlyTheRightOfficeFiles(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.SchoolA)
	f := c.Filing(process.OtherLeaving, pupil, map[string]string{"reason": "随迁"})
	f.Office = c.Office(storetest.Bureau)
	_, err := c.TryFile(f)
	require.Contains(t, told(t, err), "filed_by_school /student_id")
	f = c.Filing(process.ChangeCorrection, pupil, map[string]string{"case_no": "52-20261120-000001", "reason": "误办"})
	f.Office = c.Office(storetest.City)
	_, err = c.TryFile(f)
	require.Contains(t, told(t, err), "filed_by_managing_bureau /student_id")

	c.Policy(storetest.Province, `{"bureau_files": ["KEY_DATA_CHANGE"]}`)
	f = c.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "更名"})
	f.Office, f.Values, f.Evidence = c.Office(storetest.Bureau), map[string]string{"name": "样例改"}, []evidence.Ref{c.Paper(storetest.Bureau, "IDENTITY_PROOF")}
	filed := c.files(f)
	require.Equal(t, []string{"FILER", "SCHOOL"}, c.Texts(`SELECT side FROM change_party WHERE change_id = $1 ORDER BY side`, filed), "the school is told")
	c.Perform(filed)
	c.says(c.Who(storetest.Bureau, org.BureauReviewer), about(filed, change.VerbWithdraw))
	require.Equal(t, []string{storetest.Bureau + " BUREAU_REVIEWER", storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(filed, "ENDED_WITHDRAWN"))
}

// A refused case is filed again, as a repetition of it (KT73).
func TestARefusedCaseIsFiledAgain(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.SchoolA)
	first := c.leaving(pupil)
	c.says(c.Who(storetest.SchoolA, org.SchoolLeader), c.on(first, change.VerbReject))
	f := c.Filing(process.OtherLeaving, pupil, map[string]string{"reason": "随迁"})
	f.RedoOf = first
	again := c.files(f)
	require.Equal(t, first.String(), c.Text(`SELECT redo_of::text FROM change WHERE id = $1`, again))
}

// Two filings pass the check at the same moment, and one is written first. The second is
// refused as if it had been checked later.
func TestSecondOfTwoConcurrentFilingsIsRefused(t *testing.T) {
	c := newCounty(t)
	own, other := c.Pupil(storetest.SchoolA), c.Pupil(storetest.SchoolB)
	one, two := c.Pupil(storetest.SchoolA), c.Pupil(storetest.SchoolA)
	number := c.Items(storetest.SchoolA, 2024)
	same := c.Filing(process.OtherLeaving, c.Pupil(storetest.SchoolA), map[string]string{"reason": "随迁"})
	keyed := func(pupil uuid.UUID) change.Filing {
		f := c.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "更正"})
		f.Values = map[string]string{"id_number": number["id_number"], "birth_date": number["birth_date"], "sex": number["sex"]}
		return f
	}
	leave := func() change.Filing {
		return c.Filing(process.OtherLeaving, own, map[string]string{"reason": "随迁"})
	}
	for _, row := range []struct {
		name          string
		first, second change.Filing
		want          string
	}{
		{"the same request", same, same, "version_conflict "},
		{"the same pupil", leave(), leave(), "change_in_progress /student_id"},
		{"a pupil of another school", c.transfer(process.Transfer, other, storetest.SchoolA), c.transfer(process.Transfer, other, storetest.SchoolA), "change_in_progress /pupil"},
		{"the same number", keyed(one), keyed(two), "identity_taken /values/id_number"},
	} {
		t.Run(row.name, func(t *testing.T) {
			second := make(chan error, 1)
			require.NoError(t, c.In(c.App, row.first.Office.Path, func(tx *change.Tx) error {
				if _, err := tx.FileChange(row.first); err != nil {
					return err
				}
				go func() { _, err := c.TryFile(row.second); second <- err }()
				require.Eventually(t, func() bool { return len(second) == 1 || c.Blocked() == 1 }, 10*time.Second, time.Millisecond, "the second one waits")
				return nil
			}))
			require.Equal(t, []string{row.want}, told(t, <-second))
		})
	}
}

// While somebody changes an office, a filing of that office is refused and does not wait.
func TestFilingIsRefusedWhileAnOfficeIsChanged(t *testing.T) {
	c := newCounty(t)
	f := c.transfer(process.Transfer, c.Pupil(storetest.SchoolB), storetest.SchoolA)
	for _, school := range []string{storetest.SchoolA, storetest.SchoolB} {
		release := c.Held(`UPDATE organisation SET version = version WHERE id = $1`, c.ID(school))
		_, err := c.TryFile(f)
		require.Equal(t, []string{"version_conflict "}, told(t, err), school)
		release()
	}
	c.files(f)
}

// A transaction that closes a school waits for a filing of that school, and then counts
// it.
func TestClosingASchoolWaitsForAFiling(t *testing.T) {
	c := newCounty(t)
	for _, school := range []string{storetest.SchoolA, storetest.SchoolB} {
		pupil := c.Pupil(storetest.SchoolB)
		c.Leaves(pupil)
		f := c.transfer(process.RestoreAdmission, pupil, storetest.SchoolA)
		closed := make(chan error, 1)
		c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
			if _, err := tx.FileChange(f); err != nil {
				return err
			}
			go func() {
				closed <- c.In(c.App, storetest.Bureau, func(tx *change.Tx) error {
					_, err := office.Close(tx.Tx, c.ID(school), 1)
					return err
				})
			}()
			require.Eventually(t, func() bool { return c.Blocked() == 1 }, 10*time.Second, time.Millisecond, "closing waits")
			return nil
		})
		require.ErrorIs(t, <-closed, refusal.New(refusal.OrgHasChanges), school)
	}
}
