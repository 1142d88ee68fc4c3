package enrolment

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// DeferralReason is why a graduate goes on later (缓学).
type DeferralReason string

// The reasons of a deferral.
const (
	DeferralIllness    DeferralReason = "ILLNESS"    // 疾病
	DeferralDisability DeferralReason = "DISABILITY" // 残疾
	DeferralFamily     DeferralReason = "FAMILY"     // 家庭原因
	DeferralOther      DeferralReason = "OTHER"
)

// Deferral is a graduate's deferral of the next stage (缓学): from which year to which, and
// why. Lists of graduates without a school know it.
type Deferral struct {
	ID          uuid.UUID
	StudentID   uuid.UUID
	OrgPath     string
	PlanYear    int
	UntilYear   int
	ReasonCode  DeferralReason
	Reason      string
	RecordedAt  time.Time
	CancelledAt *time.Time
}

const deferralColumns = `d.id, d.student_id, s.org_path::text AS org_path, d.plan_year, d.until_year, d.reason_code, d.reason, d.recorded_at, d.cancelled_at
	FROM enrolment_deferral d JOIN student s ON s.id = d.student_id`

// NewDeferral is a deferral that an office hands in.
type NewDeferral struct {
	StudentID  uuid.UUID
	PlanYear   int
	UntilYear  int
	ReasonCode DeferralReason
	Reason     string
	// Key and Hash make a repeated request the same deferral.
	Key  string
	Hash []byte
}

// Defer records a deferral of a graduate in scope who is still without a school. The same
// key with the same body returns the deferral that was recorded before.
func Defer(t *store.Tx, n NewDeferral) (*Deferral, error) {
	if same, err := deferredBefore(t, n); same != nil || err != nil {
		return same, err
	}
	var state []status.Enrol
	if err := t.DB().Raw(`SELECT enrol_status FROM student WHERE id = ?`, n.StudentID).Scan(&state).Error; err != nil {
		return nil, fmt.Errorf("read a graduate: %w", err)
	}
	if len(state) == 0 || state[0] != status.Graduated {
		return nil, refusal.New(refusal.DeferralGraduate)
	}
	if n.UntilYear <= n.PlanYear {
		return nil, refusal.New(refusal.EnrolYear).At("/until_year").With("from", strconv.Itoa(n.PlanYear+1)).With("to", strconv.Itoa(n.PlanYear+2))
	}
	id := store.NewID()
	rows, err := t.Exec(`INSERT INTO enrolment_deferral (id, student_id, plan_year, until_year, reason_code, reason, account_id, recorded_at, record_key, record_hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, n.StudentID, n.PlanYear, n.UntilYear, n.ReasonCode, n.Reason, t.Scope().Account, t.Now(), n.Key, n.Hash)
	if err != nil {
		return nil, fmt.Errorf("record a deferral: %w", err)
	}
	if rows == 0 { // the same request may have arrived twice at once, and the other one was faster
		if same, err := deferredBefore(t, n); same != nil || err != nil {
			return same, err
		}
		return nil, refusal.New(refusal.DeferralNoted).At("/year").With("year", strconv.Itoa(n.PlanYear))
	}
	if err := t.Audit("deferral.record", "student", n.StudentID.String(), map[string]string{"year": strconv.Itoa(n.PlanYear), "reason": string(n.ReasonCode)}); err != nil {
		return nil, err
	}
	return ReadDeferral(t, id)
}

// deferredBefore returns the deferral that the same request has recorded, nil for a new
// one. Another request under the same key is refused.
func deferredBefore(t *store.Tx, n NewDeferral) (*Deferral, error) {
	var rows []struct {
		ID         uuid.UUID
		RecordHash []byte
	}
	err := t.DB().Raw(`SELECT id, record_hash FROM enrolment_deferral WHERE account_id = ? AND record_key = ?`, t.Scope().Account, n.Key).Scan(&rows).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("find an earlier deferral: %w", err)
	case len(rows) == 0:
		return nil, nil //nolint:nilnil // the first time is the usual case
	case !bytes.Equal(rows[0].RecordHash, n.Hash):
		return nil, refusal.New(refusal.KeyReused)
	}
	return ReadDeferral(t, rows[0].ID)
}

// ReadDeferral reads a deferral of a graduate in scope.
func ReadDeferral(t *store.Tx, id uuid.UUID) (*Deferral, error) {
	var d Deferral
	if err := t.DB().Raw(`SELECT `+deferralColumns+` WHERE d.id = ?`, id).Take(&d).Error; err != nil {
		return nil, store.OrMissing(err, "read a deferral")
	}
	return &d, nil
}

// CancelDeferral cancels a deferral that was recorded by mistake, or that has ended early.
func CancelDeferral(t *store.Tx, id uuid.UUID) (*Deferral, error) {
	d, err := ReadDeferral(t, id)
	if err != nil {
		return nil, err
	}
	rows, err := t.Exec(`UPDATE enrolment_deferral SET cancelled_by = ?, cancelled_at = ? WHERE id = ? AND cancelled_at IS NULL`, t.Scope().Account, t.Now(), id)
	if err != nil {
		return nil, fmt.Errorf("cancel a deferral: %w", err)
	}
	if rows == 0 {
		return nil, refusal.New(refusal.DeferralEnded)
	}
	if err := t.Audit("deferral.cancel", "student", d.StudentID.String(), nil); err != nil {
		return nil, err
	}
	return ReadDeferral(t, id)
}

// OpenGraduate is a graduate who is enrolled nowhere (未升学毕业生), with the claims on the
// graduate and a deferral.
type OpenGraduate struct {
	StudentID    uuid.UUID
	SchoolID     uuid.UUID
	School       string
	Name         string
	NumberMasked string
	Stage        org.Stage
	GraduatedOn  calendar.Date
	Claims       int    // open claims of schools
	State        State  // of the claim that is furthest, "" without one
	ClaimedBy    string // the school of that claim
	DeferralID   *uuid.UUID
	DeferredTo   int // 0 without a deferral
	ReasonCode   DeferralReason
}

// OpenGraduates lists the graduates of a school, or of the schools below a bureau, whose
// record is still there, by record.
func OpenGraduates(t *store.Tx, office uuid.UUID, after uuid.UUID, most int) ([]OpenGraduate, error) {
	var list []OpenGraduate
	err := t.DB().Raw(`SELECT g.id AS student_id, g.school_id, o.name AS school, g.name, g.number_masked, g.stage,
			(SELECT max(h.effective_on) FROM student_history h WHERE h.student_id = g.id AND h.kind = 'GRADUATION' AND h.struck_at IS NULL) AS graduated_on,
			(SELECT count(*) FROM admission a WHERE a.student_id = g.id AND a.state IN ('CLAIMED', 'ADMITTED', 'RETRIEVED')) AS claims,
			coalesce(b.state, '') AS state, coalesce(b.school, '') AS claimed_by, d.id AS deferral_id, coalesce(d.until_year, 0) AS deferred_to, coalesce(d.reason_code, '') AS reason_code
		FROM (SELECT s.id, s.school_id, s.name, s.number_masked, s.stage FROM student s
			WHERE s.school_id = ANY (ARRAY(SELECT x.id FROM organisation f JOIN organisation x ON x.path <@ f.path WHERE f.id = @office))
				AND s.enrol_status = 'GRADUATED' AND s.id > @after ORDER BY s.id LIMIT @most) g
		JOIN organisation o ON o.id = g.school_id
		LEFT JOIN LATERAL (SELECT a.state, r.name AS school FROM admission a JOIN organisation r ON r.id = a.school_id
			WHERE a.student_id = g.id AND a.state IN ('CLAIMED', 'ADMITTED', 'RETRIEVED')
			ORDER BY array_position(ARRAY['RETRIEVED', 'ADMITTED', 'CLAIMED'], a.state), a.change_id LIMIT 1) b ON true
		LEFT JOIN LATERAL (SELECT d.id, d.until_year, d.reason_code FROM enrolment_deferral d WHERE d.student_id = g.id AND d.cancelled_at IS NULL
			ORDER BY d.plan_year DESC LIMIT 1) d ON true
		ORDER BY g.id`, map[string]any{"office": office, "after": after, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list graduates without a school: %w", err)
	}
	return list, nil
}
