package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// WorkdayVersion is one version of a year's holidays.
type WorkdayVersion struct {
	Version   int
	Year      int
	Author    string // empty for people of other offices and for the command line
	Comment   string
	CreatedAt time.Time
}

// WorkdayVersions lists the loaded versions, the newest first.
func WorkdayVersions(t *store.Tx) ([]WorkdayVersion, error) {
	var list []WorkdayVersion
	err := t.DB().Raw(`SELECT version, year, coalesce(workday_author(version), '') AS author, comment, created_at FROM workday_year ORDER BY version DESC`).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the versions of the calendar: %w", err)
	}
	return list, nil
}

// NewWorkdays are the holidays of a year that an account or an operator hands in.
type NewWorkdays struct {
	Year     int
	Rows     []calendar.NoticeRow
	FirstRow int // the number of the first row, as the reader of the refusal counts
	BasedOn  *int
	Comment  string
	Key      string // Idempotency-Key; empty for the command line
	Hash     []byte // of the request
	Operator string // the user of the command line
}

// CheckWorkdays judges the holidays of a year and returns all refusals at once, the
// newest version that exists, and the calendar that would follow.
func CheckWorkdays(t *store.Tx, n NewWorkdays) (newest int, next *calendar.WorkCalendar, err error) {
	if err := t.DB().Raw(`SELECT coalesce(max(version), 0) FROM workday_year`).Scan(&newest).Error; err != nil {
		return 0, nil, fmt.Errorf("read the versions of the calendar: %w", err)
	}
	if n.BasedOn != nil && *n.BasedOn != newest {
		return newest, nil, refusal.New(refusal.VersionConflict).At("/based_on")
	}
	if err := t.UseWorkdays(newest); err != nil { // the version against which the rows are judged
		return newest, nil, err
	}
	days, err := t.Workdays().CheckYear(n.Year, n.Rows, n.FirstRow, t.Today())
	if err != nil {
		return newest, nil, err
	}
	return newest, t.Workdays().With(n.Year, days), nil
}

// AddWorkdays adds a version of a year's holidays. The same key and request return the
// version that exists already. A version that was added meanwhile is a conflict.
func AddWorkdays(t *store.Tx, n NewWorkdays) (int, error) {
	if version, err := findWorkdaysByKey(t, n); version > 0 || err != nil {
		return version, err
	}
	newest, next, err := CheckWorkdays(t, n)
	if refusal.CodeOf(err) == refusal.VersionConflict {
		return addedMeanwhile(t, n, findWorkdaysByKey)
	}
	if err != nil {
		return 0, err
	}
	days, err := json.Marshal(next.Year(n.Year))
	if err != nil {
		return 0, fmt.Errorf("store the calendar: %w", err)
	}
	var key, hash any
	if n.Key != "" {
		key, hash = n.Key, n.Hash
	}
	// Of two at once the second waits here for the first, and adds nothing.
	rows, err := t.Exec(`INSERT INTO workday_year (version, year, days, author_id, created_at, comment, add_key, add_hash)
		VALUES (?, ?, ?::jsonb, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, newest+1, n.Year, string(days), store.OrNull(t.Scope().Account), t.Now(), n.Comment, key, hash)
	if err != nil {
		return 0, fmt.Errorf("store the calendar: %w", err)
	}
	if rows == 0 {
		return addedMeanwhile(t, n, findWorkdaysByKey)
	}
	t.ComputeWith(next) // this transaction only: it may not commit
	detail := map[string]string{"year": strconv.Itoa(n.Year), "based_on": strconv.Itoa(newest), "calendar": next.Version()}
	if n.Operator != "" {
		detail["operator"] = n.Operator
	}
	return newest + 1, t.Audit("calendar.add", "calendar", strconv.Itoa(newest+1), detail)
}

// findWorkdaysByKey returns the version that the account added before with the same key, 0
// when there is none. Another request under the same key is refused.
func findWorkdaysByKey(t *store.Tx, n NewWorkdays) (int, error) {
	if n.Key == "" {
		return 0, nil
	}
	var row struct {
		Version int
		AddHash []byte
	}
	err := t.DB().Table("workday_year").Where(`author_id = ? AND add_key = ?`, t.Scope().Account, n.Key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the versions of the calendar: %w", err)
	}
	if !bytes.Equal(row.AddHash, n.Hash) {
		return 0, refusal.New(refusal.KeyReused)
	}
	return row.Version, nil
}
