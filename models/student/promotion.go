package student

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// KindPromotion is the kind of the lines of the history that say that a record went up by
// one grade with its year group (升级, KT63).
const KindPromotion = "PROMOTION"

// Promotion is a range of records at the turn of a school year. The grade follows from the
// year of entry by arithmetic, so a promotion sets no grade: it writes the line of the
// history and marks the school year on the record.
type Promotion struct {
	Path  string        // of the office whose records turn
	After uuid.UUID     // the records after this ID
	Last  uuid.NullUUID // and up to this one; none: all that follow
	Year  int           // the school year that begins
	// Years is the length of each stage in the province, where a school has none of its own.
	Years map[org.Stage]int
	On    calendar.Date
	// Made is the end of an earlier turn of the same year: a record that was made after it
	// stands in the grade of this year already. None: every record turns.
	Made *time.Time
	By   uuid.UUID // the account that filed the turn
}

// Why a record does not go up.
const (
	StaysGraduating = "turn_graduating" // the last grade, not graduated
	StaysBeyond     = "turn_beyond"     // the year group is beyond its stage
	StaysNoClass    = "turn_no_class"
)

// PromotionVerdict is the SQL of the reason why a record s does not go up, and of an empty text when it does.
// The grade before the turn is @year - s.entry_year. The stage has the length that the school
// had then; a record that was last year in no last grade and would be beyond it now stays, too.
const PromotionVerdict = `CASE WHEN ` + gradeBefore + ` > ` + yearsBefore + ` THEN '` + StaysBeyond + `' WHEN ` + gradeBefore + ` = ` + yearsBefore +
	` THEN '` + StaysGraduating + `' WHEN ` + gradeBefore + ` >= ` + yearsAfter + ` THEN '` + StaysBeyond + `' WHEN s.class_id IS NULL AND s.enrol_status = 'ENROLLED' THEN '` + StaysNoClass + `' ELSE '' END`

// PromotionOver is the SQL condition that a year group s, or a record, has had its last
// grade before the turn.
const PromotionOver = gradeBefore + ` >= ` + yearsBefore

// The grade before the turn, and the years of the stage at the school before it and after it.
// Few schools differ from their province (P12), so the function is asked about those only.
const (
	gradeBefore   = `CAST(@year AS int) - s.entry_year`
	yearsBefore   = `(CASE WHEN ` + ownLength + ` THEN stage_years(s.school_id, s.stage, CAST(@year AS int) - 1, ` + provinceYears + `) ELSE ` + provinceYears + ` END)`
	yearsAfter    = `(CASE WHEN ` + ownLength + ` THEN stage_years(s.school_id, s.stage, CAST(@year AS int), ` + provinceYears + `) ELSE ` + provinceYears + ` END)`
	ownLength     = `s.school_id IN (SELECT l.school_id FROM schooling_length l)`
	provinceYears = `(CASE s.stage WHEN 'PRIMARY' THEN CAST(@primary AS int) WHEN 'JUNIOR' THEN CAST(@junior AS int) ELSE CAST(@senior AS int) END)`
)

// PromotionRange is the SQL condition for the records s of a range that are to be judged:
// those in the register whose year group had begun and that were not turned yet.
const PromotionRange = `s.id > @after AND (CAST(@last AS uuid) IS NULL OR s.id <= @last) AND s.org_path <@ CAST(@path AS ltree)
	AND s.enrol_status IN (@enrolled, @suspended) AND s.school_year < CAST(@year AS int) AND s.entry_year < CAST(@year AS int)
	AND (CAST(@made AS timestamptz) IS NULL OR s.created_at <= @made)`

// Params returns the parameters of PromotionVerdict and PromotionRange.
func (p Promotion) Params() map[string]any {
	return map[string]any{
		"after": p.After, "last": p.Last, "path": p.Path, "year": p.Year, "made": p.Made, "enrolled": status.Enrolled, "suspended": status.Suspended,
		"primary": p.Years[org.Primary], "junior": p.Years[org.Junior], "senior": p.Years[org.Senior],
	}
}

// LockPromotion locks the records of a range until the transaction ends.
func LockPromotion(t *store.Tx, p Promotion) error {
	var n int
	err := t.DB().Raw(`SELECT count(*) FROM (SELECT 1 FROM student s WHERE `+PromotionRange+` ORDER BY s.id FOR NO KEY UPDATE) x`, p.Params()).Scan(&n).Error
	if err != nil {
		return fmt.Errorf("hold the records of a turn: %w", err)
	}
	return nil
}

// facetsSide is the SQL of one side of the line of a promotion, with the grade and the
// school year beside the facets.
const facetsSide = `jsonb_strip_nulls(jsonb_build_object('enrol_status', s.enrol_status, 'in_register', s.in_register, 'on_campus', s.on_campus, 'holds_seat', s.holds_seat,
	'entry_year', s.entry_year, 'class_id', coalesce(s.class_id::text, ''), 'school_id', s.school_id, 'stage', s.stage, 'dropout', CASE WHEN s.dropout THEN true END))`

// Promote writes the line of the history and the mark of every record of a range that goes
// up, and returns their number (worker). The caller has locked the range. A second call
// finds the marks and does nothing.
func Promote(t *store.Tx, p Promotion) (moved int64, err error) {
	params := p.Params()
	params["kind"], params["on"], params["now"], params["by"] = KindPromotion, p.On, t.Now(), store.OrNull(p.By)
	err = t.DB().Raw(`WITH turned AS MATERIALIZED (SELECT s.*, `+facetsSide+` AS side FROM student s WHERE `+PromotionRange+` AND `+PromotionVerdict+` = ''),
		lines AS (INSERT INTO student_history (id, student_id, org_path, kind, effective_on, recorded_at, account_id, reason, before, after)
			SELECT gen_random_uuid(), s.id, s.org_path, @kind, @on, @now, CAST(@by AS uuid), '',
				s.side || jsonb_build_object('grade', CAST(@year AS int) - s.entry_year, 'school_year', CAST(@year AS int) - 1), s.side || jsonb_build_object('grade', CAST(@year AS int) - s.entry_year + 1, 'school_year', CAST(@year AS int)) FROM turned s),
		marks AS (UPDATE student m SET school_year = CAST(@year AS int) FROM turned s WHERE m.id = s.id)
		SELECT count(*) FROM turned`, params).Scan(&moved).Error
	if err != nil {
		return 0, fmt.Errorf("promote records: %w", err)
	}
	return moved, nil
}

// StrikePromotions strikes the lines that a turn has written for a range of records, and
// takes their mark back (worker). A second call finds no line.
func StrikePromotions(t *store.Tx, p Promotion, job uuid.UUID) (struck int64, err error) {
	params := p.Params()
	params["kind"], params["now"], params["job"] = KindPromotion, t.Now(), job
	err = t.DB().Raw(`WITH struck AS (UPDATE student_history h SET struck_at = @now, struck_job = @job
			WHERE h.student_id > @after AND (CAST(@last AS uuid) IS NULL OR h.student_id <= @last) AND h.kind = @kind AND h.struck_at IS NULL
				AND h.org_path <@ CAST(@path AS ltree) AND CAST(h.after ->> 'school_year' AS int) = CAST(@year AS int) RETURNING h.student_id),
		marks AS (UPDATE student m SET school_year = CAST(@year AS int) - 1 FROM struck s WHERE m.id = s.student_id AND m.school_year = CAST(@year AS int))
		SELECT count(*) FROM struck`, params).Scan(&struck).Error
	if err != nil {
		return 0, fmt.Errorf("strike promotions: %w", err)
	}
	return struck, nil
}
