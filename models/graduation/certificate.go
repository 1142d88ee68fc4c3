package graduation

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// The states of a certificate.
const (
	Written  = "WRITTEN"  // valid, not handed out yet
	Issued   = "ISSUED"   // valid, a person signed for it
	Replaced = "REPLACED" // another one took its place
	Voided   = "VOID"     // the graduation was rolled back
	Spoilt   = "SPOILT"   // a blank that cannot be used
)

// Certificate is a certificate of a graduate; the name is that of the graduation.
type Certificate struct {
	ID         uuid.UUID
	SchoolID   uuid.UUID
	StudentID  *uuid.UUID
	Name       string
	Stage      org.Stage
	Year       int
	Conclusion status.Enrol
	Number     string
	Blank      string
	State      string
	SignedBy   string
	IssuedOn   calendar.Date
	WrittenAt  time.Time
	EndedAt    *time.Time
	Reason     string
}

const certificateColumns = `c.id, c.school_id, c.student_id, coalesce(l.subject ->> 'name', '') AS name, c.stage, c.year, c.conclusion, c.number, c.blank, c.state, c.signed_by, c.issued_on, c.written_at, c.ended_at, c.reason
	FROM certificate c LEFT JOIN LATERAL (SELECT g.subject FROM graduation_line g WHERE g.student_id = c.student_id AND g.stage = c.stage AND g.year = c.year AND g.verdict = 'GRADUATED'
		ORDER BY g.settled_at DESC LIMIT 1) l ON true`

// WriteOrder asks for certificates of the graduates of a school of one stage and year.
type WriteOrder struct {
	School org.OfficeRef
	Stage  org.Stage
	Year   int
	// Students are the graduates who get one; none means all who have no valid one.
	Students []uuid.UUID
	Key      string
	Hash     []byte
}

// graduateWithout is a graduate who gets a certificate.
type graduateWithout struct {
	StudentID  uuid.UUID
	Conclusion status.Enrol
	Valid      bool // has one
}

// WriteCertificates writes certificates on the next free blanks of the school, in the order
// of the lists of graduates, and returns how many. Nothing is written when the blanks do
// not last. The same key and request return what was written before.
func WriteCertificates(t *store.Tx, o WriteOrder) (int, error) {
	if err := lockSchool(t, o.School.ID); err != nil {
		return 0, err
	}
	if n, before, err := writtenBefore(t, o.Key, o.Hash); before || err != nil {
		return n, err
	}
	list, err := withoutCertificate(t, o)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	if err := writeOnBlanks(t, o, list); err != nil {
		return 0, err
	}
	return len(list), t.Audit("certificate.write", "organisation", o.School.ID.String(), map[string]string{"year": strconv.Itoa(o.Year), "count": strconv.Itoa(len(list))})
}

// lockSchool lets one request at a time take blanks of a school.
func lockSchool(t *store.Tx, school uuid.UUID) error {
	if _, err := t.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, "certificate/"+school.String()); err != nil {
		return fmt.Errorf("hold the blanks of a school: %w", err)
	}
	return nil
}

// writtenBefore returns how many certificates the account's earlier request with the same key
// wrote. Another request under the same key is refused.
func writtenBefore(t *store.Tx, key string, hash []byte) (n int, before bool, err error) {
	var rows []struct{ WriteHash []byte }
	if err := t.DB().Raw(`SELECT write_hash FROM certificate WHERE written_by = ? AND write_key = ?`, t.Scope().Account, key).Scan(&rows).Error; err != nil {
		return 0, false, fmt.Errorf("find earlier certificates: %w", err)
	}
	if len(rows) > 0 && !bytes.Equal(rows[0].WriteHash, hash) {
		return 0, false, refusal.New(refusal.KeyReused)
	}
	return len(rows), len(rows) > 0, nil
}

// withoutCertificate returns the graduates who get a certificate. Named ones who are no
// graduates, or have one, are refused at their places.
func withoutCertificate(t *store.Tx, o WriteOrder) ([]graduateWithout, error) {
	var all []graduateWithout
	err := t.DB().Raw(`SELECT l.student_id, l.conclusion, EXISTS (SELECT 1 FROM certificate c WHERE c.student_id = l.student_id AND c.stage = l.stage AND c.year = l.year AND c.state IN ('`+Written+`', '`+Issued+`')) AS valid
		FROM graduation_line l WHERE l.school_id = ? AND l.year = ? AND l.stage = ? AND l.verdict = '`+InPool+`' AND l.undone_at IS NULL ORDER BY l.change_id, l.line_no`,
		o.School.ID, o.Year, o.Stage).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("look for graduates without a certificate: %w", err)
	}
	known := map[uuid.UUID]graduateWithout{}
	var list []graduateWithout
	for _, g := range all {
		known[g.StudentID] = g
		if !g.Valid && len(o.Students) == 0 {
			list = append(list, g)
		}
	}
	var wrong []*refusal.Error
	for i, id := range o.Students {
		g, graduate := known[id]
		if !graduate || g.Valid {
			wrong = append(wrong, refusal.New(refusal.CertificatePupil).At("/student_ids/"+strconv.Itoa(i)))
			continue
		}
		list = append(list, g)
		delete(known, id) // once
	}
	return list, pupillist.Join(wrong)
}

// freeBlank is a blank that was not used.
type freeBlank struct {
	ID     uuid.UUID
	Prefix string
	Width  int
	No     int64
}

// writeOnBlanks writes one certificate for each graduate.
func writeOnBlanks(t *store.Tx, o WriteOrder, list []graduateWithout) error {
	rules, err := policy.InForce(t, o.School.Province)
	if err != nil {
		return err
	}
	var free []freeBlank
	err = t.DB().Raw(`SELECT s.id, s.prefix, s.width, n.no FROM certificate_stock s CROSS JOIN LATERAL generate_series(s.first_no, s.last_no) AS n (no)
		WHERE s.school_id = ? AND s.stage = ? AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.stock_id = s.id AND c.blank_no = n.no)
		ORDER BY s.given_at, s.id, n.no LIMIT ?`, o.School.ID, o.Stage, len(list)).Scan(&free).Error
	if err != nil {
		return fmt.Errorf("look for free blanks: %w", err)
	}
	if len(free) < len(list) {
		return refusal.New(refusal.BlanksShort).With("needed", strconv.Itoa(len(list))).With("left", strconv.Itoa(len(free)))
	}
	var series struct {
		Code string
		Last int
	}
	err = t.DB().Raw(`SELECT o.code, coalesce((SELECT max(c.serial) FROM certificate c WHERE c.school_id = o.id AND c.year = ?), 0) AS last FROM organisation o WHERE o.id = ?`, o.Year, o.School.ID).Take(&series).Error
	if err != nil {
		return fmt.Errorf("number certificates: %w", err)
	}
	for i, g := range list {
		b := free[i]
		blank, serial := Blanks{Prefix: b.Prefix, Width: b.Width}.Number(b.No), 0
		number := blank
		if rules.CertificateNumbers == process.NumbersOfSeries {
			serial = series.Last + 1 + i
			number = fmt.Sprintf("%s%04d%05d", series.Code, o.Year, serial)
		}
		t.Later("write a certificate", 1, `INSERT INTO certificate (id, stock_id, blank_no, blank, school_id, province_code, student_id, stage, year, conclusion, number, serial, state, written_by, written_at, write_key, write_hash)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			store.NewID(), b.ID, b.No, blank, o.School.ID, o.School.Province, g.StudentID, o.Stage, o.Year, g.Conclusion, number, serial, Written, t.Scope().Account, t.Now(), o.Key, o.Hash)
	}
	switch err := t.Flush(); {
	case store.Violates(err) == "certificate_valid":
		return refusal.New(refusal.CertificatePupil)
	case err != nil:
		return fmt.Errorf("write certificates: %w", err)
	}
	return refuseUndone(t, o)
}

// refuseUndone refuses certificates of a graduation that was rolled back while they were
// written. Each certificate holds the record of its pupil, so that no roll-back comes after
// this look before the transaction ends.
func refuseUndone(t *store.Tx, o WriteOrder) error {
	var undone bool
	err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM certificate c WHERE c.written_by = ? AND c.write_key = ? AND NOT EXISTS (SELECT 1 FROM graduation_line l
		WHERE l.student_id = c.student_id AND l.school_id = c.school_id AND l.stage = c.stage AND l.year = c.year AND l.verdict = '`+InPool+`' AND l.undone_at IS NULL))`,
		t.Scope().Account, o.Key).Scan(&undone).Error
	if err != nil {
		return fmt.Errorf("look for graduations that were rolled back: %w", err)
	}
	if undone {
		return refusal.New(refusal.CertificatePupil)
	}
	return nil
}

// Certificates returns the register of certificates of a school and year in the order of
// their numbers, after a given one; spoilt blanks and what was replaced or voided stay.
func Certificates(t *store.Tx, school uuid.UUID, year int, after string, most int) ([]Certificate, error) {
	var list []Certificate
	err := t.DB().Raw(`SELECT `+certificateColumns+` WHERE c.school_id = ? AND c.year = ? AND c.number > ? ORDER BY c.number LIMIT ?`, school, year, after, most).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list certificates: %w", err)
	}
	return list, nil
}

// ReadCertificate reads one certificate. The refusal is not_found outside the scope.
func ReadCertificate(t *store.Tx, id uuid.UUID) (*Certificate, error) {
	var c Certificate
	if err := t.DB().Raw(`SELECT `+certificateColumns+` WHERE c.id = ?`, id).Take(&c).Error; err != nil {
		return nil, store.OrMissing(err, "read a certificate")
	}
	return &c, nil
}

// Issue notes that a certificate was handed out: who signed for it, and on which day. The
// same words again change nothing.
func Issue(t *store.Tx, id uuid.UUID, signedBy string, on calendar.Date) (*Certificate, error) {
	c, err := ReadCertificate(t, id)
	if err != nil {
		return nil, err
	}
	signedBy = strings.TrimSpace(signedBy)
	switch written := calendar.DateOf(c.WrittenAt); {
	case signedBy == "":
		return nil, refusal.New(refusal.OpinionRequired).At("/signed_by")
	case c.State == Issued && c.SignedBy == signedBy && c.IssuedOn == on:
		return c, nil
	case c.State != Written:
		return nil, refusal.New(refusal.CertificateState).At("/id")
	case on.After(t.Today()) || on.Before(written):
		return nil, refusal.New(refusal.CertificateDay).At("/issued_on").With("from", written.String()).With("until", t.Today().String())
	}
	n, err := t.Exec(`UPDATE certificate SET state = ?, signed_by = ?, issued_on = ?, issued_by = ? WHERE id = ? AND state = ?`, Issued, signedBy, on, t.Scope().Account, id, Written)
	if err != nil {
		return nil, fmt.Errorf("issue a certificate: %w", err)
	}
	if n == 0 {
		return nil, refusal.New(refusal.CertificateState).At("/id") // another request was faster
	}
	if err := t.Audit("certificate.issue", "certificate", id.String(), nil); err != nil {
		return nil, err
	}
	return ReadCertificate(t, id)
}

// Replace writes another certificate in the place of a lost or damaged one, with the reason,
// and returns the new one. The old one stays in the register. The same key and request
// return what was written before.
func Replace(t *store.Tx, id uuid.UUID, reason, key string, hash []byte) (*Certificate, error) {
	old, err := ReadCertificate(t, id)
	if err != nil {
		return nil, err
	}
	if err := lockSchool(t, old.SchoolID); err != nil {
		return nil, err
	}
	_, before, err := writtenBefore(t, key, hash)
	if err != nil {
		return nil, err
	}
	if before {
		return validOf(t, old)
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, refusal.New(refusal.OpinionRequired).At("/reason")
	}
	n, err := t.Exec(`UPDATE certificate SET state = ?, reason = ?, ended_at = ? WHERE id = ? AND state IN ('`+Written+`', '`+Issued+`')`, Replaced, reason, t.Now(), id)
	if err != nil {
		return nil, fmt.Errorf("replace a certificate: %w", err)
	}
	if n == 0 {
		return nil, refusal.New(refusal.CertificateState).At("/id")
	}
	var school struct{ Province string }
	if err := t.DB().Raw(`SELECT province_code AS province FROM organisation WHERE id = ?`, old.SchoolID).Take(&school).Error; err != nil {
		return nil, fmt.Errorf("replace a certificate: %w", err)
	}
	o := WriteOrder{School: org.OfficeRef{ID: old.SchoolID, Province: school.Province}, Stage: old.Stage, Year: old.Year, Key: key, Hash: hash}
	if err := writeOnBlanks(t, o, []graduateWithout{{StudentID: *old.StudentID, Conclusion: old.Conclusion}}); err != nil {
		return nil, err
	}
	if err := t.Audit("certificate.replace", "certificate", id.String(), nil); err != nil {
		return nil, err
	}
	return validOf(t, old)
}

// validOf returns the valid certificate of the graduation of another one.
func validOf(t *store.Tx, old *Certificate) (*Certificate, error) {
	var c Certificate
	if err := t.DB().Raw(`SELECT `+certificateColumns+` WHERE c.student_id = ? AND c.stage = ? AND c.year = ? AND c.state IN ('`+Written+`', '`+Issued+`')`, old.StudentID, old.Stage, old.Year).Take(&c).Error; err != nil {
		return nil, store.OrMissing(err, "read a certificate")
	}
	return &c, nil
}
