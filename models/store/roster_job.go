package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
)

// ApprovedInParts is the line of the timeline that says that an approved change takes
// effect part by part, because its list is long.
const ApprovedInParts = "APPROVED_IN_PARTS"

// enrolAsJob lets a long roster take effect as a job: the change waits at a step of its
// own until the last part is done. It says false, and does nothing, for a short roster.
func (t *Tx) enrolAsJob(c *Change, s *Slip, on calendar.Date) (bool, error) {
	r, err := t.lockRoster(*c.RosterID)
	if err != nil || r.Good <= t.store.bulk.ListRows {
		return false, err
	}
	if r.State != RosterFiled || r.ChangeID == nil || *r.ChangeID != c.ID {
		return false, wrongRosterState(r.State)
	}
	parts, err := t.rosterParts(r.ID)
	if err != nil {
		return false, err
	}
	if err := t.leaveStep(c, s, stepDone); err != nil {
		return false, err
	}
	if err := t.openStep(c, c.Definition.ApplyStep()); err != nil {
		return false, err
	}
	if err := t.write(event{change: c.ID, verb: ApprovedInParts, step: c.StepNo, round: c.Round}); err != nil {
		return false, err
	}
	_, err = t.fileJob(newJob{
		kind: JobRosterEnrol, org: r.SchoolID, orgPath: r.OrgPath, province: c.ProvinceCode, subject: r.ID, change: c.ID, caseNo: c.CaseNo,
		effectiveOn: on, filedBy: c.FiledBy, parts: parts,
	})
	if err != nil {
		return false, err
	}
	return true, t.saveProgress(c)
}

// rosterParts cuts the good rows of a roster into parts, in the order of the sheet.
func (t *Tx) rosterParts(id uuid.UUID) ([]JobRange, error) {
	var parts []JobRange
	err := t.db.Raw(`SELECT min(g.row_no) AS first, max(g.row_no) AS last, count(*) AS rows FROM (
			SELECT row_no, (row_number() OVER (ORDER BY row_no) - 1) / ? AS part FROM roster_row WHERE roster_id = ? AND verdict IN ('ACCEPT', 'REMARK')) g
		GROUP BY g.part ORDER BY g.part`, t.store.bulk.PartRows, id).Scan(&parts).Error
	if err != nil {
		return nil, fmt.Errorf("cut a roster into parts: %w", err)
	}
	return parts, nil
}

// rosterEnrolJob enrols the pupils of a long roster. A row that is enrolled or left out
// keeps no sealed items, so that none is enrolled twice, whatever the job believes.
type rosterEnrolJob struct{}

// Part enrols the pupils of one part.
func (rosterEnrolJob) Part(t *Tx, j *Job, p *JobPart) error {
	r, err := t.rosterInJob(j)
	if err != nil {
		return err
	}
	e := t.newEnrolment(r, *j.ChangeID, calendar.DateOf(j.EffectiveOn))
	e.first, e.last = p.FirstNo, p.LastNo
	return e.enrol()
}

// Finish closes the roster and its change: what was said to it is in force as a whole.
func (rosterEnrolJob) Finish(t *Tx, j *Job) error {
	c, err := t.lockChange(*j.ChangeID)
	if err != nil {
		return err
	}
	if c.Status != Running {
		return t.closedProblem(c)
	}
	r, err := t.rosterInJob(j)
	if err != nil {
		return err
	}
	if err := t.closeRoster(r); err != nil {
		return err
	}
	if err := t.write(event{change: c.ID, verb: Passed, step: c.StepNo, round: c.Round}); err != nil {
		return err
	}
	return t.endEffective(c, nil, calendar.DateOf(j.EffectiveOn))
}

// rosterInJob holds the roster of a job, which must be the one its change was filed with.
func (t *Tx) rosterInJob(j *Job) (*Roster, error) {
	r, err := t.lockRoster(j.SubjectID)
	if err != nil {
		return nil, err
	}
	if j.ChangeID == nil || r.State != RosterFiled || r.ChangeID == nil || *r.ChangeID != *j.ChangeID {
		return nil, wrongRosterState(r.State)
	}
	return r, nil
}
