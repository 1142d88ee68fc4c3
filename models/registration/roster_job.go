package registration

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/store"
)

// enrolAsJob lets a long roster take effect as a job: the change waits at a step of its
// own until the last part is done. It says false, and does nothing, for a short roster.
func enrolAsJob(t *change.Tx, c *change.Change, s *change.Slip, on calendar.Date) (bool, error) {
	r, err := lockRoster(t.Tx, *c.RosterID)
	if err != nil || r.Good <= t.Store().Bulk().ListRows {
		return false, err
	}
	if r.State != RosterFiled || r.ChangeID == nil || *r.ChangeID != c.ID {
		return false, wrongRosterState(r.State)
	}
	parts, err := rosterParts(t.Tx, r.ID)
	if err != nil {
		return false, err
	}
	_, err = job.FileJob(t.Tx, job.NewJob{
		Kind: job.JobRosterEnrol, Org: r.SchoolID, OrgPath: r.OrgPath, Province: c.ProvinceCode, Subject: r.ID, Change: c.ID, CaseNo: c.CaseNo,
		EffectiveOn: on, FiledBy: c.FiledBy, Parts: parts,
	})
	if err != nil {
		return false, err
	}
	return true, t.WaitForParts(c, s)
}

// rosterParts cuts the good rows of a roster into parts, in the order of the sheet.
func rosterParts(t *store.Tx, id uuid.UUID) ([]job.JobRange, error) {
	var parts []job.JobRange
	err := t.DB().Raw(`SELECT min(g.row_no) AS first, max(g.row_no) AS last, count(*) AS rows FROM (
			SELECT row_no, (row_number() OVER (ORDER BY row_no) - 1) / ? AS part FROM roster_row WHERE roster_id = ? AND verdict IN ?) g
		GROUP BY g.part ORDER BY g.part`, t.Store().Bulk().PartRows, id, goodVerdicts()).Scan(&parts).Error
	if err != nil {
		return nil, fmt.Errorf("cut a roster into parts: %w", err)
	}
	return parts, nil
}

// RosterEnrolJob enrols the pupils of a long roster. A row that is enrolled or left out
// keeps no sealed items, so that none is enrolled twice, whatever the job believes.
type RosterEnrolJob struct{}

// Part enrols the pupils of one part.
func (RosterEnrolJob) Part(t *store.Tx, j *job.Job, p *job.JobPart) error {
	r, err := rosterInJob(t, j)
	if err != nil {
		return err
	}
	e := newRun(t, r, *j.ChangeID, calendar.DateOf(j.EffectiveOn))
	e.first, e.last = p.FirstNo, p.LastNo
	return e.register()
}

// Finish closes the roster and its change: what was said to it is in force as a whole.
func (RosterEnrolJob) Finish(t *change.Tx, j *job.Job) error {
	c, err := t.ReadLocked(*j.ChangeID)
	if err != nil {
		return err
	}
	if c.Status != change.StatusRunning {
		return t.ChangeEnded(c)
	}
	r, err := rosterInJob(t.Tx, j)
	if err != nil {
		return err
	}
	if err := closeRoster(t.Tx, r); err != nil {
		return err
	}
	return t.EndInParts(c, calendar.DateOf(j.EffectiveOn))
}

// rosterInJob holds the roster of a job, which must be the one its change was filed with.
func rosterInJob(t *store.Tx, j *job.Job) (*Roster, error) {
	r, err := lockRoster(t, j.SubjectID)
	if err != nil {
		return nil, err
	}
	if j.ChangeID == nil || r.State != RosterFiled || r.ChangeID == nil || *r.ChangeID != *j.ChangeID {
		return nil, wrongRosterState(r.State)
	}
	return r, nil
}
