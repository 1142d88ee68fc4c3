package schoolyear

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// FileUndo files the job that undoes a turn, with every other turn of the province and the
// year: their lines tell no difference. It is refused while one of them runs, when the
// window of the first is over, and when something rests on it: a later turn, or a pupil who has graduated
// from the grade to which the turn brought the pupil.
func FileUndo(t *store.Tx, id uuid.UUID) (*Turn, error) {
	y, err := ReadTurn(t, id)
	if err != nil {
		return nil, err
	}
	if err := lockTurns(t, y.ProvinceCode); err != nil {
		return nil, err
	}
	if y, err = ReadTurn(t, id); err != nil { // another undoing may have been faster
		return nil, err
	}
	others, err := othersRun(t, y)
	if err != nil {
		return nil, err
	}
	switch {
	case y.Dry || y.UndoneAt != nil:
		return nil, refusal.New(refusal.TurnNothing)
	case y.State == job.JobRunning:
		return nil, refusal.New(refusal.TurnRuns)
	case y.UndoJobID != nil:
		return y, nil // the undoing was asked for before
	case others:
		return nil, refusal.New(refusal.TurnRuns)
	}
	rules, err := policy.InForce(t, y.ProvinceCode)
	if err != nil {
		return nil, err
	}
	first, err := firstEnd(t, y)
	if err != nil {
		return nil, err
	}
	if first != nil {
		if last := calendar.DateOf(*first).AddDays(rules.TurnUndoDays); t.Today().After(last) {
			return nil, refusal.New(refusal.TurnWindow).With("day", last.String()).With("days", strconv.Itoa(rules.TurnUndoDays))
		}
	}
	rests, err := restsOn(t, y)
	if err != nil {
		return nil, err
	}
	if rests {
		return nil, refusal.New(refusal.TurnRests)
	}
	var parts []job.JobRange
	if err := t.DB().Raw(`SELECT no AS first, no AS last, greatest(moved + stayed, 1) AS rows FROM year_turn_part WHERE turn_id = ? ORDER BY no`, y.ID).Scan(&parts).Error; err != nil {
		return nil, fmt.Errorf("read the parts of a turn: %w", err)
	}
	if _, err := job.FileJob(t, job.NewJob{Kind: job.JobYearTurnUndo, Org: y.OrgID, OrgPath: y.OrgPath, Province: y.ProvinceCode, Subject: y.ID,
		EffectiveOn: t.Today(), FiledBy: t.Scope().Account, Parts: parts}); err != nil {
		return nil, err
	}
	return ReadTurn(t, id)
}

// firstEnd returns the end of the first turn that is undone together with another one, and
// nil when none has ended.
func firstEnd(t *store.Tx, y *Turn) (*time.Time, error) {
	var row struct{ At *time.Time }
	err := t.DB().Raw(`SELECT min(finished_at) AS at FROM year_turn WHERE province_code = ? AND school_year = ? AND NOT dry AND undone_at IS NULL`, y.ProvinceCode, y.SchoolYear).Scan(&row).Error
	if err != nil {
		return nil, fmt.Errorf("look for the first turn of a year: %w", err)
	}
	return row.At, nil
}

// othersRun reports whether another turn of the province and the year, or an undoing, is at
// work.
func othersRun(t *store.Tx, y *Turn) (runs bool, err error) {
	if runs, err = undoRuns(t, y.ProvinceCode, y.SchoolYear); runs || err != nil {
		return runs, err
	}
	err = t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM year_turn l JOIN job j ON j.subject_id = l.id AND j.kind = ? WHERE l.province_code = ? AND l.school_year = ? AND NOT l.dry AND j.state = ?)`,
		job.JobYearTurn, y.ProvinceCode, y.SchoolYear, job.JobRunning).Scan(&runs).Error
	if err != nil {
		return false, fmt.Errorf("look for another turn of a year: %w", err)
	}
	return runs, nil
}

// restsOn reports whether something rests on a turn.
func restsOn(t *store.Tx, y *Turn) (rests bool, err error) {
	err = t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM year_turn l WHERE l.province_code = @province AND l.school_year > @year AND NOT l.dry AND l.undone_at IS NULL)
			OR EXISTS (SELECT 1 FROM student s WHERE s.org_path <@ CAST(@path AS ltree) AND s.school_year = @year AND s.enrol_status IN @ended)`,
		map[string]any{"province": y.ProvinceCode, "year": y.SchoolYear, "path": y.OrgPath,
			"ended": []status.Enrol{status.Graduated, status.Completed, status.Incomplete}}).Scan(&rests).Error
	if err != nil {
		return false, fmt.Errorf("look for what rests on a turn: %w", err)
	}
	return rests, nil
}

// UndoJob takes a turn back range by range.
type UndoJob struct{}

// Gentle says that a worker rests between the parts of an undoing.
func (UndoJob) Gentle() {}

// Part strikes the lines of the history of one range and takes its marks back.
func (UndoJob) Part(t *store.Tx, j *job.Job, p *job.JobPart) error {
	_, r, err := rangeOf(t, j, p)
	if err != nil {
		return err
	}
	_, err = student.StrikePromotions(t, r, j.ID)
	return err
}

// Finish opens the classes and year groups again that the turn has closed.
func (UndoJob) Finish(t *change.Tx, j *job.Job) error {
	const ofYear = `SELECT y.id FROM year_turn y JOIN year_turn u ON u.province_code = y.province_code AND u.school_year = y.school_year WHERE u.id = ? AND NOT y.dry`
	for _, statement := range []string{
		`UPDATE school_grade g SET closed_at = NULL, version = version + 1 FROM year_turn_closed c WHERE c.turn_id IN (` + ofYear + `) AND g.id = c.grade_id`,
		`UPDATE school_class k SET closed_at = NULL, version = version + 1 FROM year_turn_closed c WHERE c.turn_id IN (` + ofYear + `) AND k.id = c.class_id`,
		`DELETE FROM year_turn_closed WHERE turn_id IN (` + ofYear + `)`,
	} {
		if _, err := t.Exec(statement, j.SubjectID); err != nil {
			return fmt.Errorf("open what a turn has closed: %w", err)
		}
	}
	if _, err := t.Exec(`UPDATE year_turn y SET undone_at = ? FROM year_turn u WHERE u.id = ? AND y.province_code = u.province_code AND y.school_year = u.school_year
		AND NOT y.dry AND y.undone_at IS NULL AND NOT EXISTS (SELECT 1 FROM job r WHERE r.subject_id = y.id AND r.kind = ? AND r.state = ?)`,
		t.Now(), j.SubjectID, job.JobYearTurn, job.JobRunning); err != nil {
		return fmt.Errorf("finish the undoing of a turn: %w", err)
	}
	return nil
}
