package store

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
)

// before gives a record the form of the program before migration 52: the name as it was
// typed, and the hash of the number as it was typed. No person can bring this about any
// more.
func (r *recordsRig) before(id uuid.UUID, name, number string) {
	r.t.Helper()
	cipher, err := r.app.keys.Encrypt(purposeStudentID+"/"+id.String(), []byte(number))
	require.NoError(r.t, err)
	r.exec(`UPDATE student SET name = $2, name_key = lower($2 COLLATE "C"), id_cipher = $3, id_hash = $4, id_masked = $5, number_only_hash = NULL WHERE id = $1`,
		id, name, cipher, r.app.keys.Hash(purposeIdentity, number), maskDocument(number))
}

func (r *recordsRig) tidy(most int) *Tidying {
	r.t.Helper()
	var job *Tidying
	require.NoError(r.t, r.worker.InScope(r.t.Context(), Scope{}, func(t *Tx) (err error) {
		job, err = t.Tidy(most)
		return err
	}))
	return job
}

// ofBefore makes an old register: a name in radicals, a passport, and one Hong Kong
// document on two records in two spellings.
func (r *recordsRig) ofBefore() map[string]uuid.UUID {
	r.t.Helper()
	passports := r.read("passports.xlsx")
	second := passports[3]
	second[roster.IDNumber] = "A0000999"
	r.register("before", r.read("kangxi-radicals.xlsx")[0], passports[0], passports[2], second)
	ids := map[string]uuid.UUID{}
	for _, name := range []string{"方示高", "KIM MINHO EXAMPLE", "谭昕欧", "苏琪桐"} {
		ids[name] = r.search(schoolAPath, StudentSearch{Name: name})[0].ID
	}
	r.before(ids["方示高"], "⽅⽰⾼", "430104201809049960")
	r.before(ids["KIM MINHO EXAMPLE"], "KIM  MINHO EXAMPLE", "EX0000025")
	r.before(ids["谭昕欧"], "谭昕欧", "A0000257")
	r.before(ids["苏琪桐"], "苏琪桐", "A000025(7)")
	r.exec(`UPDATE guardian SET name = '⻢⾃⼩' WHERE student_id = $1 AND seat = 1`, ids["方示高"])
	r.dedupe()
	return ids
}

// Old records are found and recognised before the job reaches them. Then they are tidied
// once, by any process, however often the job is cut off.
func TestOldRecordsAreTidiedOnce(t *testing.T) {
	rig := newRecordsRig(t)
	ids := rig.ofBefore()
	require.Len(t, rig.search(schoolAPath, StudentSearch{Name: "⽅⽰⾼"}), 1, "as the register shows it")
	require.Len(t, rig.search(schoolAPath, StudentSearch{IDNumber: "EX0000025"}), 1)
	require.Len(t, rig.search(schoolAPath, StudentSearch{IDNumber: "A000025(7)"}), 2)
	passports := rig.read("passports.xlsx")
	require.Zero(t, rig.upload(rig.written(passports[0]), "meanwhile").Good, "taken under the key of before")

	looked := rig.tidy(1)
	require.EqualValues(t, 1, looked.Looked)
	require.Nil(t, looked.DoneAt)
	var job *Tidying
	for job == nil || job.DoneAt == nil {
		job = rig.tidy(2)
	}
	require.Equal(t, []int64{4, 2, 2, 1, 0}, []int64{job.Looked, job.Changed, job.Rekeyed, job.Doubles, job.Unreadable})
	require.Equal(t, job, rig.tidy(100), "done is done")

	for _, name := range []string{"方示高", "⽅⽰⾼"} {
		list := rig.search(schoolAPath, StudentSearch{Name: name})
		require.Len(t, list, 1)
		require.Equal(t, "方示高", list[0].Name)
	}
	require.Len(t, rig.search(schoolAPath, StudentSearch{Name: "kim minho example"}), 1)
	require.Zero(t, rig.upload(rig.written(passports[0]), "after").Good)
	require.Equal(t, 1, rig.upload(rig.written(passports[1]), "another country").Good)

	// Who: the system; what: before and after, in the history and in the trail.
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM student_history WHERE student_id = $1 AND kind = 'TIDY' AND account_id IS NULL
		AND before ->> 'name' = '⽅⽰⾼' AND after ->> 'name' = '方示高' AND before ->> 'member1_name' = '⻢⾃⼩' AND after ->> 'member1_name' = '马自小'`, ids["方示高"]))
	require.Equal(t, 2, rig.count(`SELECT count(*) FROM student_history WHERE kind = 'TIDY'`))
	require.Equal(t, 4, rig.count(`SELECT count(*) FROM audit_entry WHERE action = 'student.tidy' AND account_id IS NULL`))
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM audit_entry WHERE action = 'student.tidy' AND detail ->> 'fields' = 'member1_name,name,key'`))

	// The second record of one document is a problem of both, and nobody's third.
	rig.dedupe()
	require.Equal(t, []string{status.DupWithID}, rig.flags(ids["谭昕欧"]))
	require.Equal(t, []string{status.DupWithID}, rig.flags(ids["苏琪桐"]))
	require.Empty(t, rig.flags(ids["KIM MINHO EXAMPLE"]))
	third := passports[2]
	third[roster.Name] = "谭昕殴"
	require.Zero(t, rig.upload(rig.written(third), "third").Good)
	// The other one gone, it is the holder.
	rig.exec(`UPDATE student SET enrol_status = 'DELETED', deduped_at = NULL WHERE id = $1`, ids["谭昕欧"])
	rig.dedupe()
	require.Empty(t, rig.flags(ids["苏琪桐"]))
	require.Zero(t, rig.count(`SELECT count(*) FROM student WHERE id_double`))
}

// Two processes that tidy at once share the work.
func TestConcurrentTidyingSharesTheWork(t *testing.T) {
	rig := newRecordsRig(t)
	rig.ofBefore()
	var group sync.WaitGroup
	errs := make(chan error, 2)
	for range 2 {
		group.Go(func() {
			for job := (*Tidying)(nil); job == nil || job.DoneAt == nil; {
				err := rig.worker.InScope(t.Context(), Scope{}, func(tx *Tx) (err error) {
					job, err = tx.Tidy(1)
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
	job := rig.tidy(1)
	require.Equal(t, []int64{4, 2, 2, 1}, []int64{job.Looked, job.Changed, job.Rekeyed, job.Doubles})
	require.Equal(t, 4, rig.count(`SELECT count(*) FROM audit_entry WHERE action = 'student.tidy'`))
}

// A number that cannot be decrypted stays as it is and is counted. It stops no other
// record.
func TestUnreadableNumberDoesNotStopTidying(t *testing.T) {
	rig := newRecordsRig(t)
	ids := rig.ofBefore()
	rig.exec(`UPDATE student SET id_cipher = '\x00' WHERE id = $1`, ids["KIM MINHO EXAMPLE"])
	job := rig.tidy(100)
	require.NotNil(t, job.DoneAt)
	require.EqualValues(t, 1, job.Unreadable)
	require.Equal(t, "KIM MINHO EXAMPLE", rig.search(schoolAPath, StudentSearch{IDNumber: "EX0000025"})[0].Name)
}

// A roster that was checked and filed under the old rules is registered: its slot is
// found by the old key, and its pupils get today's keys.
func TestRosterWithOldKeysIsRegistered(t *testing.T) {
	rig := newRecordsRig(t)
	passports := rig.read("passports.xlsx")
	checked := rig.upload(rig.written(passports[0], passports[2]), "before")
	rig.exec(`UPDATE roster_row SET id_hash = $2 WHERE roster_id = $1 AND row_no = 3`, checked.ID, rig.app.keys.Hash(purposeIdentity, "EX0000025"))
	change, err := rig.file(checked.ID)
	require.NoError(t, err)
	var taken bool
	rig.mustIn(rig.app, schoolBPath, func(tx *Tx) error {
		keys := tx.store.identityKeys(documentOf(passports[0]))
		return tx.db.Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, uuid.New(), uuid.New(), hashArray(keys)).Scan(&taken).Error
	})
	require.True(t, taken)
	rig.enrol(checked.ID, change)
	require.Zero(t, rig.upload(rig.written(passports[0]), "again").Good)
	require.Equal(t, 1, rig.upload(rig.written(passports[1]), "other country").Good)
}

// An old roster with one document in two rows is refused with the rows and the way out.
// If it was approved already, both rows are left out and the others registered.
func TestRosterWithOldKeysNamesItsRepeatedRows(t *testing.T) {
	rig := newRecordsRig(t)
	passports := rig.read("passports.xlsx")
	passports[3][roster.IDNumber] = "A0000999"
	checked := rig.upload(rig.written(passports[0], passports[2], passports[3]), "before")
	rig.exec(`UPDATE roster_row SET id_hash = (SELECT id_hash FROM roster_row WHERE roster_id = $1 AND row_no = 4) WHERE roster_id = $1 AND row_no = 5`, checked.ID)
	_, err := rig.file(checked.ID)
	var refused *refusal.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, refusal.RosterRecheck, refused.Code)
	require.Equal(t, "4、5", refused.Params["rows"])

	// Two spellings had two hashes, and were approved.
	passports[3][roster.IDNumber] = "A000025(7)"
	values, err := rig.app.sealRosterRow(checked.ID, 5, passports[3])
	require.NoError(t, err)
	rig.exec(`UPDATE roster_row SET id_hash = $2, payload = $3 WHERE roster_id = $1 AND row_no = 5`, checked.ID, rig.app.keys.Hash(purposeIdentity, "A000025(7)"), values)
	change, err := rig.file(checked.ID)
	require.NoError(t, err)
	rig.enrol(checked.ID, change)
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM student`))
	require.Equal(t, []refusal.Code{refusal.RosterSameIdentity}, rig.told(checked.ID, 4))
	require.Equal(t, []refusal.Code{refusal.RosterSameIdentity}, rig.told(checked.ID, 5))
}
