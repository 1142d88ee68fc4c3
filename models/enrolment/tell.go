package enrolment

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Untold returns changes with claims whose school is still to get a notice (worker).
func Untold(t *store.Tx, most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	if err := t.DB().Raw(`SELECT DISTINCT change_id FROM admission WHERE tell <> '' ORDER BY change_id LIMIT ?`, most).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("look for claims to tell of: %w", err)
	}
	return ids, nil
}

// TellClaims gives the school of a change its notices about claims that other approvals
// ended or contest, and ends the change when no claim is left (worker).
func TellClaims(t *change.Tx, changeID uuid.UUID) error {
	c, err := t.ReadLocked(changeID)
	if err != nil {
		return err
	}
	var kinds []string
	err = t.DB().Raw(`SELECT tell FROM admission WHERE change_id = ? AND tell <> '' ORDER BY student_id FOR UPDATE`, changeID).Scan(&kinds).Error
	if err != nil {
		return fmt.Errorf("tell of claims: %w", err)
	}
	t.Later("tell of claims", store.AnyRows, `UPDATE admission SET tell = '' WHERE change_id = ? AND tell <> ''`, changeID)
	if len(kinds) == 0 || c.Status != change.StatusRunning {
		return nil
	}
	if err := receiving(t.Tx, c); err != nil {
		return err
	}
	told := map[string]bool{}
	for _, kind := range kinds {
		if told[kind] {
			continue
		}
		told[kind] = true
		if err := t.NotifyRole(c.ID, kind, c.StepNo, c.Round, c.Receiving.ID, c.Receiving.Path, string(org.SchoolRegistrar)); err != nil {
			return err
		}
	}
	var left int
	if err := t.DB().Raw(`SELECT count(*) FROM admission WHERE change_id = ? AND state IN (?, ?, ?)`, changeID, Claimed, Admitted, Retrieved).Scan(&left).Error; err != nil {
		return fmt.Errorf("count claims: %w", err)
	}
	if left > 0 {
		return nil
	}
	return t.EndEmptyList(c, nil)
}

// EndClaimsOn ends the open claims of all schools on a graduate, because other business
// takes the graduate away: a roll-back of the graduation, a death (worker). It locks the
// changes of the claims before the caller locks the record, as their own decisions do, and
// all of them before the first claim: a decision that holds its change waits for claims.
func EndClaimsOn(t *change.Tx, studentID uuid.UUID, why *refusal.Error) error {
	var ids []uuid.UUID
	err := t.DB().Raw(`SELECT change_id FROM admission WHERE student_id = ? AND state IN (?, ?, ?) ORDER BY change_id`, studentID, Claimed, Admitted, Retrieved).Scan(&ids).Error
	if err != nil {
		return fmt.Errorf("look for claims on a graduate: %w", err)
	}
	changes := make([]*change.Change, len(ids))
	for i, id := range ids {
		if changes[i], err = t.ReadLocked(id); err != nil {
			return err
		}
	}
	for _, c := range changes {
		if c.Status != change.StatusRunning {
			continue
		}
		if err := endLine(t, c, studentID, why, ""); err != nil {
			return err
		}
	}
	return nil
}

// Dispute is an admission of one graduate by the schools of two bureaus (KT23).
type Dispute struct {
	Own, Other *Claim
}

// ReadDispute returns the admission that a school and a school of another bureau hold of a
// graduate; nil when there are not two (worker).
func ReadDispute(t *store.Tx, studentID, school uuid.UUID) (*Dispute, error) {
	return findDispute(t, studentID, school, "")
}

// LockDispute returns the dispute that ReadDispute finds, with the changes and the claims
// of both sides locked; nil when it was settled while this waited (worker).
func LockDispute(t *change.Tx, studentID, school uuid.UUID) (*Dispute, error) {
	d, err := ReadDispute(t.Tx, studentID, school)
	if d == nil || err != nil {
		return nil, err
	}
	ids := []uuid.UUID{d.Own.ChangeID, d.Other.ChangeID}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	for _, id := range ids {
		if _, err := t.ReadLocked(id); err != nil {
			return nil, err
		}
	}
	return findDispute(t.Tx, studentID, school, ` FOR UPDATE OF a`)
}

// findDispute reads a dispute; lock is the end of the statement.
func findDispute(t *store.Tx, studentID, school uuid.UUID, lock string) (*Dispute, error) {
	list, err := readClaims(t, `WHERE a.student_id = ? AND a.state IN (?, ?) ORDER BY a.change_id`+lock, studentID, Admitted, Retrieved)
	if err != nil {
		return nil, err
	}
	for _, own := range list {
		for _, other := range list {
			if own.SchoolID == school && other.SchoolID != school && org.SuperiorPath(own.SchoolPath) != org.SuperiorPath(other.SchoolPath) {
				return &Dispute{Own: own, Other: other}, nil
			}
		}
	}
	return nil, nil //nolint:nilnil // nothing is in dispute
}

// EndLost ends the claim of the school that lost an arbitration (worker).
func EndLost(t *change.Tx, changeID, studentID uuid.UUID) error {
	c, err := t.ReadLocked(changeID)
	if err != nil || c.Status != change.StatusRunning {
		return err
	}
	return endLine(t, c, studentID, refusal.New(refusal.EnrolArbitrated), "")
}
