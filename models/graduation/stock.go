package graduation

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// NewStock is a range of blanks that a bureau gives to a school.
type NewStock struct {
	School org.OfficeRef
	Stage  org.Stage
	Blanks Blanks
	Key    string // Idempotency-Key
	Hash   []byte // of the request
}

// Stock holds a range of blanks at a school, and how many of them are used and spoilt.
type Stock struct {
	ID       uuid.UUID
	SchoolID uuid.UUID
	Stage    org.Stage
	Prefix   string
	Width    int
	FirstNo  int64
	LastNo   int64
	GivenAt  time.Time
	Used     int // written for a graduate, whatever became of the certificate
	Spoilt   int
}

// Blanks returns the range.
func (s Stock) Blanks() Blanks {
	return Blanks{Prefix: s.Prefix, Width: s.Width, First: s.FirstNo, Last: s.LastNo}
}

// Left returns how many blanks were not used.
func (s Stock) Left() int { return int(s.LastNo-s.FirstNo) + 1 - s.Used - s.Spoilt }

const stockColumns = `s.id, s.school_id, s.stage, s.prefix, s.width, s.first_no, s.last_no, s.given_at,
	(SELECT count(*) FROM certificate c WHERE c.stock_id = s.id AND c.state <> 'SPOILT') AS used, (SELECT count(*) FROM certificate c WHERE c.stock_id = s.id AND c.state = 'SPOILT') AS spoilt`

// GiveStock gives blanks to a school. The refusal is blanks_overlap when one of the numbers
// was given before, anywhere in the province. The same key and request return the range
// that exists already.
func GiveStock(t *store.Tx, n NewStock) (*Stock, error) {
	if same, err := stockOfRequest(t, n); same != nil || err != nil {
		return same, err
	}
	var teaches bool
	if err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM organisation WHERE id = ? AND kind = ? AND ? = ANY (stages) AND closed_at IS NULL)`, n.School.ID, org.School, n.Stage).Scan(&teaches).Error; err != nil {
		return nil, fmt.Errorf("look for the school of blanks: %w", err)
	}
	if !teaches {
		return nil, refusal.New(refusal.StockSchool).At("/school_id")
	}
	var overlap bool
	b := n.Blanks
	if err := t.DB().Raw(`SELECT blanks_overlap(?, ?, ?, ?, ?)`, n.School.Province, b.Prefix, b.Width, b.First, b.Last).Scan(&overlap).Error; err != nil {
		return nil, fmt.Errorf("compare ranges of blanks: %w", err)
	}
	if same, err := stockOfRequest(t, n); same != nil || err != nil {
		return same, err // the same key came twice at once
	}
	if overlap {
		return nil, refusal.New(refusal.BlanksOverlap).At("/first")
	}
	id := store.NewID()
	_, err := t.Exec(`INSERT INTO certificate_stock (id, school_id, province_code, stage, prefix, width, first_no, last_no, given_by, given_at, give_key, give_hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, n.School.ID, n.School.Province, n.Stage, b.Prefix, b.Width, b.First, b.Last, t.Scope().Account, t.Now(), n.Key, n.Hash)
	if err != nil {
		return nil, fmt.Errorf("give blanks: %w", err)
	}
	if err := t.Audit("certificate.give", "certificate_stock", id.String(), map[string]string{"school": n.School.ID.String()}); err != nil {
		return nil, err
	}
	return ReadStock(t, id)
}

func stockOfRequest(t *store.Tx, n NewStock) (*Stock, error) {
	var row struct {
		ID   uuid.UUID
		Hash []byte
	}
	err := t.DB().Raw(`SELECT id, give_hash AS hash FROM certificate_stock WHERE given_by = ? AND give_key = ?`, t.Scope().Account, n.Key).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return nil, nil //nolint:nilnil // the first time is the usual case
	case err != nil:
		return nil, fmt.Errorf("find an earlier range of blanks: %w", err)
	case !bytes.Equal(row.Hash, n.Hash):
		return nil, refusal.New(refusal.KeyReused)
	}
	return ReadStock(t, row.ID)
}

// ReadStock returns a range of blanks. The refusal is not_found outside the scope.
func ReadStock(t *store.Tx, id uuid.UUID) (*Stock, error) {
	var s Stock
	if err := t.DB().Raw(`SELECT `+stockColumns+` FROM certificate_stock s WHERE s.id = ?`, id).Take(&s).Error; err != nil {
		return nil, store.OrMissing(err, "read a range of blanks")
	}
	return &s, nil
}

// Stocks returns the blanks of a school in the order in which they were given, after a given
// range.
func Stocks(t *store.Tx, school uuid.UUID, after time.Time, afterID uuid.UUID, most int) ([]Stock, error) {
	var list []Stock
	err := t.DB().Raw(`SELECT `+stockColumns+` FROM certificate_stock s WHERE s.school_id = ? AND (s.given_at, s.id) > (?, ?) ORDER BY s.given_at, s.id LIMIT ?`,
		school, after, afterID, most).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list blanks: %w", err)
	}
	return list, nil
}

// Spoil notes that a blank cannot be used, with the reason. The same request again changes
// nothing.
func Spoil(t *store.Tx, stockID uuid.UUID, blank, reason, key string, hash []byte) (*Stock, error) {
	s, err := ReadStock(t, stockID)
	if err != nil {
		return nil, err
	}
	no, inside := s.Blanks().find(blank)
	if !inside {
		return nil, refusal.New(refusal.BlankUnknown).At("/blank")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, refusal.New(refusal.OpinionRequired).At("/reason")
	}
	var there []struct {
		Mine bool
	}
	if err := lockSchool(t, s.SchoolID); err != nil {
		return nil, err
	}
	if err := t.DB().Raw(`SELECT write_key = ? AND written_by = ? AS mine FROM certificate WHERE stock_id = ? AND blank_no = ?`, key, t.Scope().Account, s.ID, no).Scan(&there).Error; err != nil {
		return nil, fmt.Errorf("look at a blank: %w", err)
	}
	if len(there) > 0 {
		if there[0].Mine {
			return s, nil
		}
		return nil, refusal.New(refusal.BlankUsed).At("/blank")
	}
	number := s.Blanks().Number(no)
	_, err = t.Exec(`INSERT INTO certificate (id, stock_id, blank_no, blank, school_id, province_code, stage, year, number, state, written_by, written_at, write_key, write_hash, ended_at, reason)
		SELECT ?, s.id, ?, ?, s.school_id, s.province_code, s.stage, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM certificate_stock s WHERE s.id = ?`,
		store.NewID(), no, number, t.Today().Year(), "SPOILT/"+number, Spoilt, t.Scope().Account, t.Now(), key, hash, t.Now(), reason, s.ID)
	if err != nil {
		return nil, fmt.Errorf("spoil a blank: %w", err)
	}
	if err := t.Audit("certificate.spoil", "certificate_stock", s.ID.String(), map[string]string{"blank": number}); err != nil {
		return nil, err
	}
	return ReadStock(t, s.ID)
}
