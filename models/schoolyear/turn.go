package schoolyear

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// NewTurn is a turn that a province hands in.
type NewTurn struct {
	Office org.OfficeRef
	Year   int // the school year that begins; 0: the one of today
	Dry    bool
	Key    string // Idempotency-Key
	Hash   []byte // of the request
}

// Turn is a turn of a school year with its job.
type Turn struct {
	ID           uuid.UUID
	OrgID        uuid.UUID
	OrgPath      string
	ProvinceCode string
	SchoolYear   int
	Dry          bool
	CreatedAt    time.Time
	FinishedAt   *time.Time
	UndoneAt     *time.Time
	JobID        uuid.UUID
	State        job.JobState
	UndoJobID    *uuid.UUID
	Moved        int
	Stayed       int
}

const turnColumns = `y.id, y.org_id, y.org_path::text AS org_path, y.province_code, y.school_year, y.dry, y.created_at, y.finished_at, y.undone_at,
	(SELECT coalesce(sum(p.moved), 0) FROM year_turn_part p WHERE p.turn_id = y.id) AS moved, (SELECT coalesce(sum(p.stayed), 0) FROM year_turn_part p WHERE p.turn_id = y.id) AS stayed,
	coalesce(j.id, '00000000-0000-0000-0000-000000000000') AS job_id, coalesce(j.state, '') AS state, u.id AS undo_job_id
	FROM year_turn y LEFT JOIN job j ON j.subject_id = y.id AND j.kind = '` + string(job.JobYearTurn) + `'
	LEFT JOIN LATERAL (SELECT u.id FROM job u WHERE u.subject_id = y.id AND u.kind = '` + string(job.JobYearTurnUndo) + `' ORDER BY u.created_at DESC LIMIT 1) u ON true`

// ReadTurn reads a turn of the province of the reader.
func ReadTurn(t *store.Tx, id uuid.UUID) (*Turn, error) {
	var y Turn
	if err := t.DB().Raw(`SELECT `+turnColumns+` WHERE y.id = ?`, id).Take(&y).Error; err != nil {
		return nil, store.OrMissing(err, "read a turn")
	}
	return &y, nil
}

// Turns lists the turns of the province of the reader, newest first, at most so many after
// the given one (uuid.Nil begins).
func Turns(t *store.Tx, after uuid.UUID, most int) ([]Turn, error) {
	var list []Turn
	err := t.DB().Raw(`SELECT `+turnColumns+` WHERE CAST(@after AS uuid) IS NULL OR (y.created_at, y.id) < (SELECT a.created_at, a.id FROM year_turn a WHERE a.id = @after)
		ORDER BY y.created_at DESC, y.id DESC LIMIT @most`, map[string]any{"after": store.OrNull(after), "most": most}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list turns: %w", err)
	}
	return list, nil
}

// FileTurn files a turn, or its dry run, with the job that does it. The same key returns the
// turn that was filed before. A turn is refused before the first day of its school year, and
// while another one of the province and the year runs or is undone. A turn after a finished one turns
// the records that were left.
func FileTurn(t *store.Tx, n NewTurn) (*Turn, error) {
	if err := lockTurns(t, n.Office.Province); err != nil {
		return nil, err
	}
	if done, err := n.filedBefore(t); done != nil || err != nil {
		return done, err
	}
	if org.KindAt(n.Office.Path) != org.Province {
		return nil, refusal.New(refusal.TurnNotProvince)
	}
	rules, err := policy.InForce(t, n.Office.Province)
	if err != nil {
		return nil, err
	}
	year, err := n.year(rules, t.Today())
	if err != nil {
		return nil, err
	}
	if undoes, err := undoRuns(t, n.Office.Province, year); undoes || err != nil {
		return nil, cmp.Or(err, error(refusal.New(refusal.TurnRuns)))
	}
	id := store.NewID()
	rows, err := t.Exec(`INSERT INTO year_turn (id, org_id, org_path, province_code, school_year, dry, filed_by, idempotency_key, key_hash, created_at)
		VALUES (?, ?, ?::ltree, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, n.Office.ID, n.Office.Path, n.Office.Province, year, n.Dry, t.Scope().Account, n.Key, n.Hash, t.Now())
	if err != nil {
		return nil, fmt.Errorf("file a turn: %w", err)
	}
	if rows == 0 {
		if done, err := n.filedBefore(t); done != nil || err != nil {
			return done, err
		}
		return nil, refusal.New(refusal.TurnStands).With("year", strconv.Itoa(year))
	}
	parts, err := cut(t, id, n.Office, year)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return nil, refusal.New(refusal.TurnNobody).With("year", strconv.Itoa(year))
	}
	if _, err := job.FileJob(t, job.NewJob{Kind: job.JobYearTurn, Org: n.Office.ID, OrgPath: n.Office.Path, Province: n.Office.Province, Subject: id,
		EffectiveOn: rules.SchoolYearStart.In(year), FiledBy: t.Scope().Account, Parts: parts}); err != nil {
		return nil, err
	}
	return ReadTurn(t, id)
}

// lockTurns lets one request at a time file a turn of a province, or its undoing.
func lockTurns(t *store.Tx, province string) error {
	if _, err := t.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, turnsOf(province)); err != nil {
		return fmt.Errorf("hold the turns of a province: %w", err)
	}
	return nil
}

// turnsOf names the lock of the turns of a province.
func turnsOf(province string) string { return "year_turn/" + province }

// undoRuns reports whether an undoing of the turns of a year has not ended.
func undoRuns(t *store.Tx, province string, year int) (runs bool, err error) {
	err = t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM year_turn y JOIN job u ON u.subject_id = y.id AND u.kind = ? WHERE y.province_code = ? AND y.school_year = ? AND NOT y.dry AND u.state <> ?)`,
		job.JobYearTurnUndo, province, year, job.JobDone).Scan(&runs).Error
	if err != nil {
		return false, fmt.Errorf("look for the undoing of a turn: %w", err)
	}
	return runs, nil
}

// filedBefore returns the turn that the account filed with the same key. Another request
// under the same key is refused.
func (n NewTurn) filedBefore(t *store.Tx) (*Turn, error) {
	var row struct {
		ID      uuid.UUID
		KeyHash []byte
	}
	err := t.DB().Raw(`SELECT id, key_hash FROM year_turn WHERE filed_by = ? AND idempotency_key = ?`, t.Scope().Account, n.Key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // filed for the first time
	}
	if err != nil {
		return nil, fmt.Errorf("look for an earlier turn: %w", err)
	}
	if !bytes.Equal(row.KeyHash, n.Hash) {
		return nil, refusal.New(refusal.KeyReused)
	}
	return ReadTurn(t, row.ID)
}

// year judges the school year of a turn. A dry run may look at the year ahead.
func (n NewTurn) year(rules process.Policy, today calendar.Date) (int, error) {
	current := rules.SchoolYearOn(today)
	year := n.Year
	if year == 0 {
		year = current
	}
	switch {
	case year < current || year > current+1:
		return 0, refusal.New(refusal.TurnYear).At("/school_year").With("year", strconv.Itoa(current))
	case year > current && !n.Dry:
		return 0, refusal.New(refusal.TurnEarly).At("/school_year").With("day", rules.SchoolYearStart.In(year).String())
	}
	return year, nil
}

// madeBy returns the end of the first turn of a year, and nil when none has ended. A record
// that was made later was registered in the grade that the year group had reached.
func madeBy(t *store.Tx, province string, year int) (*time.Time, error) {
	var row struct{ At *time.Time }
	if err := t.DB().Raw(`SELECT min(finished_at) AS at FROM year_turn WHERE province_code = ? AND school_year = ? AND NOT dry`, province, year).Scan(&row).Error; err != nil {
		return nil, fmt.Errorf("look for the first turn of a year: %w", err)
	}
	return row.At, nil
}

// cut cuts the records of a province into ranges of IDs. The last range has no end, so that
// it holds what is registered meanwhile.
func cut(t *store.Tx, turn uuid.UUID, at org.OfficeRef, year int) ([]job.JobRange, error) {
	made, err := madeBy(t, at.Province, year)
	if err != nil {
		return nil, err
	}
	size := t.Store().Bulk().PartRows
	var rows []struct {
		ID uuid.UUID
		N  int64
	}
	err = t.DB().Raw(`SELECT id, n FROM (SELECT s.id, row_number() OVER (ORDER BY s.id) AS n, count(*) OVER () AS of FROM student s
			WHERE s.org_path <@ CAST(@path AS ltree) AND s.enrol_status IN @states AND s.entry_year < @year AND s.school_year < @year
				AND (CAST(@made AS timestamptz) IS NULL OR s.created_at <= @made)) x WHERE n % @size = 0 OR n = of ORDER BY n`,
		map[string]any{"path": at.Path, "made": made, "states": []status.Enrol{status.Enrolled, status.Suspended}, "year": year, "size": size}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("cut a turn into parts: %w", err)
	}
	parts, ranges := make([]job.JobRange, len(rows)), make([][]any, len(rows))
	after, counted := uuid.Nil, int64(0)
	for i, row := range rows {
		last := any(row.ID)
		if i == len(rows)-1 {
			last = nil
		}
		parts[i] = job.JobRange{First: int64(i + 1), Last: int64(i + 1), Rows: int(row.N - counted)}
		ranges[i] = []any{i + 1, after, last}
		after, counted = row.ID, row.N
	}
	if err := t.CopyTemporary("turn_range", "no int, after_id uuid, last_id uuid", []string{"no", "after_id", "last_id"}, ranges); err != nil {
		return nil, err
	}
	_, err = t.Exec(`INSERT INTO year_turn_part (turn_id, no, org_path, after_id, last_id) SELECT ?, no, ?::ltree, after_id, last_id FROM turn_range`, turn, at.Path)
	if err != nil {
		return nil, fmt.Errorf("cut a turn into parts: %w", err)
	}
	return parts, nil
}
