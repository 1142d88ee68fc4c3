package change

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
)

// TreeDigest returns a digest of the tree of offices: another value says that an office was
// re-assigned, made or closed.
func (t *Tx) TreeDigest() (string, error) {
	var digest string
	if err := t.DB().Raw(`SELECT count(*) || ' ' || coalesce(bit_xor(hashtextextended(id || ' ' || path::text, 0)), 0) FROM organisation`).Scan(&digest).Error; err != nil {
		return "", fmt.Errorf("read the tree of offices: %w", err)
	}
	return digest, nil
}

// AtWrongOffice returns running changes whose open step lies with the wrong office, because
// the school or an office above it was re-assigned.
func (t *Tx) AtWrongOffice(most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := t.DB().Raw(`SELECT DISTINCT s.change_id FROM step s
		LEFT JOIN task k ON k.change_id = s.change_id AND k.step_no = s.no AND k.round = s.round AND k.`+isLive+`
		JOIN organisation o ON o.id = coalesce(k.office_id, s.office_id)
		JOIN change_party p ON p.change_id = s.change_id AND p.side = coalesce(nullif(k.side, ''), s.side) JOIN organisation f ON f.id = p.org_id
		WHERE s.`+isOpen+` AND NOT (f.path <@ o.path) ORDER BY s.change_id LIMIT ?`, most).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for steps at the wrong office: %w", err)
	}
	return ids, nil
}

// MoveToOffice gives the open step of a change to the offices that are right in the tree
// of today. The term of the step begins again, because the new office could not act
// before. Seats of the old office are asked again at the new one, whatever verdict they
// had; seats of other offices stay.
func (t *Tx) MoveToOffice(change uuid.UUID) error {
	c, err := t.ReadLocked(change)
	if err != nil || c.Status != StatusRunning {
		return err
	}
	s, err := t.readOpenStep(change)
	if err != nil {
		return err
	}
	rule, _ := c.Definition.Step(s.No)
	at, _, err := t.findStepOffice(c, s.No, rule)
	if err != nil {
		return err
	}
	moved, err := t.replaceSeats(c, s, rule, at)
	if err != nil || !moved && at.ID == s.OfficeID {
		return err
	}
	_, err = t.Exec(`UPDATE step SET office_id = ?, office_path = ?, reminded_50 = NULL, reminded_80 = NULL, overdue_at = NULL
		WHERE change_id = ? AND `+isOpen, at.ID, at.Path, change)
	if err != nil {
		return fmt.Errorf("hand a step over: %w", err)
	}
	if s.Act != process.ActAwaitDay { // the day of the change does not move
		if err := t.setStepDeadline(change, t.Now(), rule.Term); err != nil {
			return err
		}
	}
	if s.Act == "" {
		if err := t.updateObstacle(c); err != nil {
			return err
		}
	}
	return t.WriteEvent(Event{Change: c.ID, Verb: "OFFICE_CHANGED", Step: s.No, Round: s.Round, Office: at.ID})
}

// replaceSeats replaces the step's own seats that lie with a wrong office, together with the
// signers added to them.
func (t *Tx) replaceSeats(c *Change, s *openStepRow, rule process.Step, at *StepOffice) (bool, error) {
	if s.Act != "" {
		return false, nil
	}
	now, err := t.readSeats(c.ID, s.No, s.Round)
	if err != nil {
		return false, err
	}
	wanted, err := t.seatsForStep(c, s.No, rule, at, s.DueAt)
	if err != nil {
		return false, err
	}
	number, err := t.nextSeatNumber(c.ID, s.No, s.Round)
	if err != nil {
		return false, err
	}
	gone := map[uuid.UUID]bool{}
	for _, old := range now {
		stays := slices.ContainsFunc(wanted, func(w Seat) bool { return w.OfficeID == old.OfficeID })
		if old.ParentID == nil && !stays {
			gone[old.ID] = true
		}
	}
	addDescendants(now, gone)
	kept, moved := remainingSeats(now, gone), false
	for _, w := range wanted {
		if slices.ContainsFunc(now, func(old Seat) bool { return old.ParentID == nil && !gone[old.ID] && old.OfficeID == w.OfficeID }) {
			continue
		}
		// The task keeps its ID, because a person may have it on the screen.
		if i := slices.IndexFunc(now, func(old Seat) bool {
			return old.ParentID == nil && gone[old.ID] && old.Role == w.Role && old.Verdict == "" && w.HolderID == nil
		}); i >= 0 {
			delete(gone, now[i].ID)
			w.ID, w.Seat, w.Status, moved = now[i].ID, now[i].Seat, now[i].Status, true
			t.Later("hand a step over", 1, `UPDATE task SET office_id = ?, office_path = ?, holder_id = NULL, held_as = '', held_since = NULL, owner_id = NULL WHERE id = ?`,
				w.OfficeID, w.OfficePath, w.ID)
			kept = append(kept, w)
			continue
		}
		w.Seat, moved = number, true
		number++
		w.Status = TaskWaiting
		t.insertSeat(c, s.No, w)
		kept = append(kept, w)
	}
	for id := range gone {
		t.Later("hand a step over", 1, `UPDATE task SET status = ? WHERE id = ?`, taskRemoved, id)
	}
	if !moved {
		return false, nil
	}
	return true, t.updateSeats(c, kept, signingResult(rule, kept))
}

func remainingSeats(seats []Seat, gone map[uuid.UUID]bool) []Seat {
	var kept []Seat
	for _, s := range seats {
		if !gone[s.ID] {
			kept = append(kept, s)
		}
	}
	return kept
}
