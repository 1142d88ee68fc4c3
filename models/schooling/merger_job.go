package schooling

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// fileJob lets an approved merger take effect part by part. A part has so many records,
// whichever are left at the absorbed school.
func (MergerWork) fileJob(t *change.Tx, c *change.Change, s *change.Slip, m merger, records int) error {
	var parts []job.JobRange
	for first, most := 1, t.Store().Bulk().PartRows; first <= records; first += most {
		last := min(first+most-1, records)
		parts = append(parts, job.JobRange{First: int64(first), Last: int64(last), Rows: last - first + 1})
	}
	_, err := job.FileJob(t.Tx, job.NewJob{
		Kind: job.JobSchoolMerger, Org: c.OrgID, OrgPath: c.OrgPath, Province: c.ProvinceCode, Subject: m.from.ID, Change: c.ID, CaseNo: c.CaseNo,
		EffectiveOn: t.Today(), FiledBy: c.FiledBy, Parts: parts,
	})
	if err != nil {
		return err
	}
	return t.WaitForParts(c, s)
}

// MergerJob gives classes and records of an absorbed school to the school that absorbs it.
type MergerJob struct {
	// Followers are the tables whose rows go with a record.
	Followers []student.Follower
}

// Part takes over the classes that are left, which are all of them in the first part, and
// then its number of records. Their slots are free afterwards.
func (w MergerJob) Part(t *store.Tx, j *job.Job, p *job.JobPart) error {
	m, err := readMerger(t, *j.ChangeID)
	if err != nil {
		return err
	}
	if err := office.TakeOver(t, m.from, m.into); err != nil {
		return err
	}
	a := student.Absorption{
		From: m.from.ID, To: m.into.ID, Path: m.into.Path, ChangeID: *j.ChangeID, Kind: process.SchoolMerger, On: calendar.DateOf(j.EffectiveOn), Followers: w.Followers,
	}
	if j.FiledBy != nil {
		a.AccountID = *j.FiledBy
	}
	moved, err := student.AbsorbRecords(t, a, p.Rows)
	if err != nil {
		return err
	}
	return freeRecords(t, *j.ChangeID, moved)
}

// Finish ends the merger: what was said to it is in force as a whole.
func (MergerJob) Finish(t *change.Tx, j *job.Job) error {
	c, err := t.ReadLocked(*j.ChangeID)
	if err != nil {
		return err
	}
	if c.Status != change.StatusRunning {
		return t.ChangeEnded(c)
	}
	return t.EndInParts(c, calendar.DateOf(j.EffectiveOn))
}

// freeRecords frees the slots of records that were moved.
func freeRecords(t *store.Tx, changeID uuid.UUID, moved []uuid.UUID) error {
	keys := make([]string, len(moved))
	for i, id := range moved {
		keys[i] = student.StudentSlot(id)
	}
	if len(keys) == 0 {
		return nil
	}
	if _, err := t.Exec(`DELETE FROM slot WHERE change_id = ? AND key IN ?`, changeID, keys); err != nil {
		return fmt.Errorf("free the slots of moved records: %w", err)
	}
	return nil
}
