package student_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// before gives a record the form of the program before migration 52: the name as it was
// typed, and the hash of the number as it was typed. No person can bring this about any
// more.
func before(r *storetest.County, id uuid.UUID, name, number string) {
	r.T().Helper()
	cipher, err := r.App.Keys().Encrypt("student.id_number/"+id.String(), []byte(number))
	require.NoError(r.T(), err)
	r.Legacy(`UPDATE student SET name = $2, name_key = lower($2 COLLATE "C"), id_cipher = $3, id_hash = $4, id_masked = $5, number_only_hash = NULL WHERE id = $1`,
		id, name, cipher, r.App.Keys().Hash("identity", number), ident.MaskDocument(number))
}

func tidy(r *storetest.County, most int) *student.Tidying {
	r.T().Helper()
	var job *student.Tidying
	require.NoError(r.T(), r.Worker.Store.InScope(r.T().Context(), store.Scope{}, func(t *store.Tx) (err error) {
		job, err = student.Tidy(t, most)
		return err
	}))
	return job
}

// ofBefore makes an old register: a name in radicals, a passport, and one Hong Kong
// document on two records in two spellings.
func ofBefore(r *storetest.County) map[string]uuid.UUID {
	r.T().Helper()
	passports := r.Read("passports.xlsx")
	second := passports[3]
	second[roster.IDNumber] = "A0000999"
	r.EnrolPupils(storetest.SchoolA, r.Read("kangxi-radicals.xlsx")[0], passports[0], passports[2], second)
	ids := map[string]uuid.UUID{}
	for _, name := range []string{"方示高", "KIM MINHO EXAMPLE", "谭昕欧", "苏琪桐"} {
		ids[name] = r.Search(storetest.SchoolA, student.Search{Name: name})[0].ID
	}
	before(r, ids["方示高"], "⽅⽰⾼", "430104201809049960")
	before(r, ids["KIM MINHO EXAMPLE"], "KIM  MINHO EXAMPLE", "EX0000025")
	before(r, ids["谭昕欧"], "谭昕欧", "A0000257")
	before(r, ids["苏琪桐"], "苏琪桐", "A000025(7)")
	r.Legacy(`UPDATE guardian SET name = '⻢⾃⼩' WHERE student_id = $1 AND seat = 1`, ids["方示高"])
	r.Dedupe()
	return ids
}

// Old records are found and recognised before the job reaches them. Then they are tidied
// once, by any process, however often the job is cut off.
func TestOldRecordsAreTidiedOnce(t *testing.T) {
	rig := storetest.New(t)
	ids := ofBefore(rig)
	require.Len(t, rig.Search(storetest.SchoolA, student.Search{Name: "⽅⽰⾼"}), 1, "as the register shows it")
	require.Len(t, rig.Search(storetest.SchoolA, student.Search{IDNumber: "EX0000025"}), 1)
	require.Len(t, rig.Search(storetest.SchoolA, student.Search{IDNumber: "A000025(7)"}), 2)
	passports := rig.Read("passports.xlsx")
	require.Zero(t, rig.Upload(storetest.SchoolA, rig.Written(passports[0]), "meanwhile").Good, "taken under the key of before")

	looked := tidy(rig, 1)
	require.EqualValues(t, 1, looked.Looked)
	require.Nil(t, looked.DoneAt)
	var job *student.Tidying
	for job == nil || job.DoneAt == nil {
		job = tidy(rig, 2)
	}
	require.Equal(t, []int64{4, 2, 2, 1, 0}, []int64{job.Looked, job.Changed, job.Rekeyed, job.Doubles, job.Unreadable})
	require.Equal(t, job, tidy(rig, 100), "done is done")

	for _, name := range []string{"方示高", "⽅⽰⾼"} {
		list := rig.Search(storetest.SchoolA, student.Search{Name: name})
		require.Len(t, list, 1)
		require.Equal(t, "方示高", list[0].Name)
	}
	require.Len(t, rig.Search(storetest.SchoolA, student.Search{Name: "kim minho example"}), 1)
	require.Zero(t, rig.Upload(storetest.SchoolA, rig.Written(passports[0]), "after").Good)
	require.Equal(t, 1, rig.Upload(storetest.SchoolA, rig.Written(passports[1]), "another country").Good)

	// Who: the system; what: before and after, in the history and in the trail.
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student_history WHERE student_id = $1 AND kind = 'TIDY' AND account_id IS NULL
		AND before ->> 'name' = '⽅⽰⾼' AND after ->> 'name' = '方示高' AND before ->> 'member1_name' = '⻢⾃⼩' AND after ->> 'member1_name' = '马自小'`, ids["方示高"]))
	require.Equal(t, 2, rig.Count(`SELECT count(*) FROM student_history WHERE kind = 'TIDY'`))
	require.Equal(t, 4, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.tidy' AND account_id IS NULL`))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.tidy' AND detail ->> 'fields' = 'member1_name,name,key'`))

	// The second record of one document is a problem of both, and nobody's third.
	rig.Dedupe()
	require.Equal(t, []string{status.DupWithID}, rig.Flags(ids["谭昕欧"]))
	require.Equal(t, []string{status.DupWithID}, rig.Flags(ids["苏琪桐"]))
	require.Empty(t, rig.Flags(ids["KIM MINHO EXAMPLE"]))
	third := passports[2]
	third[roster.Name] = "谭昕殴"
	require.Zero(t, rig.Upload(storetest.SchoolA, rig.Written(third), "third").Good)
	// The other one gone, it is the holder.
	rig.ApproveAll(rig.File(process.ProblemDeletion, ids["谭昕欧"], map[string]string{"confirm_name": "谭昕欧"}))
	rig.Dedupe()
	require.Empty(t, rig.Flags(ids["苏琪桐"]))
	require.Zero(t, rig.Count(`SELECT count(*) FROM student WHERE id_double`))
}

// Two processes that tidy at once share the work.
func TestConcurrentTidyingSharesTheWork(t *testing.T) {
	rig := storetest.New(t)
	ofBefore(rig)
	var group sync.WaitGroup
	errs := make(chan error, 2)
	for range 2 {
		group.Go(func() {
			for job := (*student.Tidying)(nil); job == nil || job.DoneAt == nil; {
				err := rig.Worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) (err error) {
					job, err = student.Tidy(tx, 1)
					return err
				})
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	job := tidy(rig, 1)
	require.Equal(t, []int64{4, 2, 2, 1}, []int64{job.Looked, job.Changed, job.Rekeyed, job.Doubles})
	require.Equal(t, 4, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.tidy'`))
}

// A number that cannot be decrypted stays as it is and is counted. It stops no other
// record.
func TestUnreadableNumberDoesNotStopTidying(t *testing.T) {
	rig := storetest.New(t)
	ids := ofBefore(rig)
	rig.Legacy(`UPDATE student SET id_cipher = '\x00' WHERE id = $1`, ids["KIM MINHO EXAMPLE"])
	job := tidy(rig, 100)
	require.NotNil(t, job.DoneAt)
	require.EqualValues(t, 1, job.Unreadable)
	require.Equal(t, "KIM MINHO EXAMPLE", rig.Search(storetest.SchoolA, student.Search{IDNumber: "EX0000025"})[0].Name)
}

// A roster that was checked and filed under the old rules is registered: its slot is
// found by the old key, and its pupils get today's keys.
func TestRosterWithOldKeysIsRegistered(t *testing.T) {
	rig := storetest.New(t)
	passports := rig.Read("passports.xlsx")
	checked := rig.Upload(storetest.SchoolA, rig.Written(passports[0], passports[2]), "before")
	rig.Legacy(`UPDATE roster_row SET id_hash = $2 WHERE roster_id = $1 AND row_no = 3`, checked.ID, rig.App.Keys().Hash("identity", "EX0000025"))
	one, err := rig.FileRoster(checked)
	require.NoError(t, err)
	var taken bool
	rig.MustIn(rig.App, storetest.SchoolB, func(tx *change.Tx) (err error) {
		taken, err = documentTaken(tx.Tx, uuid.New(), student.IdentityKeys(rig.App.Store, student.DocumentOf(passports[0])))
		return err
	})
	require.True(t, taken)
	rig.ApproveAll(one.ID)
	require.Zero(t, rig.Upload(storetest.SchoolA, rig.Written(passports[0]), "again").Good)
	require.Equal(t, 1, rig.Upload(storetest.SchoolA, rig.Written(passports[1]), "other country").Good)
}

// An old roster with one document in two rows is refused with the rows and the way out.
// If it was approved already, both rows are left out and the others registered.
func TestRosterWithOldKeysNamesItsRepeatedRows(t *testing.T) {
	rig := storetest.New(t)
	passports := rig.Read("passports.xlsx")
	passports[3][roster.IDNumber] = "A0000999"
	checked := rig.Upload(storetest.SchoolA, rig.Written(passports[0], passports[2], passports[3]), "before")
	rig.Legacy(`UPDATE roster_row SET id_hash = (SELECT id_hash FROM roster_row WHERE roster_id = $1 AND row_no = 4) WHERE roster_id = $1 AND row_no = 5`, checked.ID)
	_, err := rig.FileRoster(checked)
	var refused *refusal.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, refusal.RosterRecheck, refused.Code)
	require.Equal(t, "4、5", refused.Params["rows"])

	// Two spellings had two hashes, and were approved.
	passports[3][roster.IDNumber] = "A000025(7)"
	values, err := student.SealRosterRow(rig.App.Store, checked.ID, 5, passports[3])
	require.NoError(t, err)
	rig.Legacy(`UPDATE roster_row SET id_hash = $2, payload = $3 WHERE roster_id = $1 AND row_no = 5`, checked.ID, rig.App.Keys().Hash("identity", "A000025(7)"), values)
	change, err := rig.FileRoster(checked)
	require.NoError(t, err)
	rig.ApproveAll(change.ID)
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student`))
	require.Equal(t, []refusal.Code{refusal.RosterSameIdentity}, refusedRow(rig, checked, 4))
	require.Equal(t, []refusal.Code{refusal.RosterSameIdentity}, refusedRow(rig, checked, 5))
}

// refusedRow returns the codes that refuse a row of a roster.
func refusedRow(r *storetest.County, of *registration.Roster, row int) (codes []refusal.Code) {
	for _, f := range r.Rows(of)[row].Findings {
		if f.Severity == roster.Reject {
			codes = append(codes, f.Code)
		}
	}
	return codes
}
