package schoolyear

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// TurnJob turns the records of a province range by range.
type TurnJob struct{}

// Gentle says that a worker rests between the parts of a turn.
func (TurnJob) Gentle() {}

// Part turns the records of one range, and lists those that stay. Of a dry run it only
// lists.
func (TurnJob) Part(t *store.Tx, j *job.Job, p *job.JobPart) error {
	y, r, err := rangeOf(t, j, p)
	if err != nil {
		return err
	}
	if !y.Dry {
		if err := refuseUndone(t, y); err != nil {
			return err
		}
		if err := student.LockPromotion(t, r); err != nil {
			return err
		}
	}
	stayed, err := listStays(t, y, r)
	if err != nil {
		return err
	}
	var moved int64
	if y.Dry {
		err = t.DB().Raw(`SELECT count(*) FROM student s WHERE `+student.PromotionRange+` AND `+student.PromotionVerdict+` = ''`, r.Params()).Scan(&moved).Error
	} else {
		moved, err = student.Promote(t, r)
	}
	if err != nil {
		return fmt.Errorf("turn a range of records: %w", err)
	}
	_, err = t.Exec(`UPDATE year_turn_part SET moved = moved + ?, stayed = stayed + ? WHERE turn_id = ? AND no = ?`, moved, stayed, y.ID, p.No)
	if err != nil {
		return fmt.Errorf("count a part of a turn: %w", err)
	}
	return nil
}

// refuseUndone refuses to go on with a turn that was undone or is being undone. No undoing of
// the province is filed until the part has ended.
func refuseUndone(t *store.Tx, y *Turn) error {
	if _, err := t.Exec(`SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 0))`, turnsOf(y.ProvinceCode)); err != nil {
		return fmt.Errorf("hold the turns of a province: %w", err)
	}
	now, err := ReadTurn(t, y.ID) // an undoing may have ended while the lock was awaited
	if err != nil {
		return err
	}
	runs, err := undoRuns(t, y.ProvinceCode, y.SchoolYear)
	if err != nil {
		return err
	}
	if runs || now.UndoneAt != nil {
		return refusal.New(refusal.TurnUndone)
	}
	return nil
}

// Finish closes what graduates have left empty.
func (TurnJob) Finish(t *change.Tx, j *job.Job) error {
	y, err := ReadTurn(t.Tx, j.SubjectID)
	if err != nil {
		return err
	}
	if !y.Dry {
		if err := closeEmpty(t.Tx, y); err != nil {
			return err
		}
	}
	_, err = t.Exec(`UPDATE year_turn SET finished_at = ? WHERE id = ?`, t.Now(), y.ID)
	if err != nil {
		return fmt.Errorf("finish a turn: %w", err)
	}
	return nil
}

// rangeOf reads the turn of a job and the range of one of its parts.
func rangeOf(t *store.Tx, j *job.Job, p *job.JobPart) (*Turn, student.Promotion, error) {
	y, err := ReadTurn(t, j.SubjectID)
	if err != nil {
		return nil, student.Promotion{}, err
	}
	rules, err := policy.InForce(t, y.ProvinceCode)
	if err != nil {
		return nil, student.Promotion{}, err
	}
	var row struct {
		AfterID uuid.UUID
		LastID  uuid.NullUUID
	}
	if err := t.DB().Raw(`SELECT after_id, last_id FROM year_turn_part WHERE turn_id = ? AND no = ?`, y.ID, p.No).Take(&row).Error; err != nil {
		return nil, student.Promotion{}, store.OrMissing(err, "read a part of a turn")
	}
	made, err := madeBy(t, y.ProvinceCode, y.SchoolYear)
	if err != nil {
		return nil, student.Promotion{}, err
	}
	r := student.Promotion{Made: made, Path: y.OrgPath, After: row.AfterID, Last: row.LastID, Year: y.SchoolYear, Years: rules.StageYears, On: calendar.DateOf(j.EffectiveOn)}
	if j.FiledBy != nil {
		r.By = *j.FiledBy
	}
	return y, r, nil
}

// listStays lists the records of a range that do not go up, with the reason.
func listStays(t *store.Tx, y *Turn, r student.Promotion) (int64, error) {
	params := r.Params()
	params["turn"] = y.ID
	var stayed int64
	err := t.DB().Raw(`WITH stays AS (INSERT INTO year_turn_stay (turn_id, student_id, school_id, org_path, stage, entry_year, code)
		SELECT @turn, s.id, s.school_id, s.org_path, s.stage, s.entry_year, `+student.PromotionVerdict+` FROM student s WHERE `+student.PromotionRange+`
			AND `+student.PromotionVerdict+` <> '' ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM stays`, params).Scan(&stayed).Error
	if err != nil {
		return 0, fmt.Errorf("list the records that stay: %w", err)
	}
	return stayed, nil
}

// closeEmpty closes the classes of year groups beyond their stage that hold no pupil any
// more, and the year groups without an open class. It notes what it closes.
func closeEmpty(t *store.Tx, y *Turn) error {
	rules, err := policy.InForce(t, y.ProvinceCode)
	if err != nil {
		return err
	}
	params := student.Promotion{Path: y.OrgPath, Year: y.SchoolYear, Years: rules.StageYears}.Params()
	params["turn"], params["now"] = y.ID, t.Now()
	for _, statement := range []string{
		`WITH closed AS (UPDATE school_class k SET closed_at = @now, version = k.version + 1 FROM school_grade s
			WHERE s.id = k.grade_id AND k.org_path <@ CAST(@path AS ltree) AND k.closed_at IS NULL AND k.occupied = 0 AND ` + student.PromotionOver + `
				AND NOT EXISTS (SELECT 1 FROM student p WHERE p.class_id = k.id AND p.enrol_status IN (@enrolled, @suspended)) RETURNING k.id, k.org_path)
		INSERT INTO year_turn_closed (turn_id, org_path, class_id) SELECT @turn, org_path, id FROM closed`,
		`WITH closed AS (UPDATE school_grade s SET closed_at = @now, version = s.version + 1
			WHERE s.org_path <@ CAST(@path AS ltree) AND s.closed_at IS NULL AND ` + student.PromotionOver + `
				AND NOT EXISTS (SELECT 1 FROM school_class k WHERE k.grade_id = s.id AND k.closed_at IS NULL) RETURNING s.id, s.org_path)
		INSERT INTO year_turn_closed (turn_id, org_path, grade_id) SELECT @turn, org_path, id FROM closed`,
	} {
		if err := t.DB().Exec(statement, params).Error; err != nil {
			return fmt.Errorf("close what graduates left empty: %w", err)
		}
	}
	return nil
}
