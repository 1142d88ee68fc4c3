package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/roster"
)

const edited = "EDIT" // the kind of the history entry

// saveEdit queues what an edit changes: the record, the family members
// concerned, one line of history and one of the trail.
func (t *Tx) saveEdit(e *recordEdit, reason string) error {
	r := e.record
	before, after := map[string]string{}, map[string]string{}
	seats := map[int]bool{}
	for _, f := range e.changed {
		value := e.revised[f]
		before[string(f)], after[string(f)] = e.current[f], value
		if IsSecret(f) {
			before[string(f)], after[string(f)] = maskDocument(e.current[f]), maskDocument(value)
		}
		g, _ := r.member(f)
		if g != nil {
			r.seat(g.Seat)
			seats[g.Seat] = true
		}
		switch {
		case f == fieldAuxNumber:
			if err := t.store.sealAux(r, value); err != nil {
				return err
			}
		case !IsSecret(f):
			r.setItem(f, value)
		}
	}
	if err := t.updateItems(r); err != nil {
		return err
	}
	if slices.Contains(e.changed, roster.Nationality) {
		if err := t.rekey(r.ID, documentOf(e.revised)); err != nil {
			return err
		}
	}
	for i := range r.Guardians {
		if g := &r.Guardians[i]; seats[g.Seat] {
			if err := t.saveGuardian(r, g, e.revised[memberNumber(g.Seat)]); err != nil {
				return err
			}
		}
	}
	if err := t.writeLine(r, edited, t.today(), reason, before, after); err != nil {
		return err
	}
	names := make([]string, len(e.changed))
	for i, f := range e.changed {
		names[i] = string(f)
	}
	return t.Audit("student.edit", "student", r.ID.String(), map[string]string{"fields": strings.Join(names, ",")})
}

// seat makes room for a family member who was not there.
func (r *StudentRecord) seat(n int) {
	for _, g := range r.Guardians {
		if g.Seat == n {
			return
		}
	}
	r.Guardians = append(r.Guardians, Guardian{Seat: n})
}

// updateItems writes every item of a record that is no key data.
func (t *Tx) updateItems(r *StudentRecord) error {
	details, err := json.Marshal(r.Details)
	if err != nil {
		return fmt.Errorf("write the items of a record: %w", err)
	}
	t.later("edit a record", 1, `UPDATE student SET entry_ym = ?, entry_mode = ?, study_mode = ?, ethnicity = ?, nationality = ?, household_type = ?,
		household_division = ?, birth_division = ?, left_behind = ?, migrant_child = ?, orphan = ?, boarding_subsidy = ?, disability = ?,
		details = ?, version = version + 1, updated_at = ? WHERE id = ? AND version = ?`,
		r.EntryYM, r.EntryMode, r.StudyMode, r.Ethnicity, r.Nationality, r.HouseholdType, r.HouseholdDivision, r.BirthDivision,
		r.LeftBehind, r.MigrantChild, r.Orphan, r.BoardingSubsidy, r.Disability, string(details), t.now, r.ID, r.Version)
	return nil
}

func (t *Tx) saveGuardian(r *StudentRecord, g *Guardian, number string) error {
	id, err := t.store.sealGuardian(r.ID, g.Seat, g.IDType, number)
	if err != nil {
		return err
	}
	t.later("edit the family of a record", 1, `INSERT INTO guardian (student_id, seat, org_path, name, relation, relation_note, address, household_division,
			phone, is_guardian, id_type, id_cipher, id_hash, id_masked, ethnicity, employer, job)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (student_id, seat) DO UPDATE SET name = excluded.name, relation = excluded.relation, relation_note = excluded.relation_note,
			address = excluded.address, household_division = excluded.household_division, phone = excluded.phone, is_guardian = excluded.is_guardian,
			id_type = excluded.id_type, id_cipher = excluded.id_cipher, id_hash = excluded.id_hash, id_masked = excluded.id_masked,
			ethnicity = excluded.ethnicity, employer = excluded.employer, job = excluded.job`,
		r.ID, g.Seat, r.OrgPath, g.Name, g.Relation, g.RelationNote, g.Address, g.HouseholdDivision,
		g.Phone, g.IsGuardian, g.IDType, id.cipher, id.hash, id.masked, g.Ethnicity, g.Employer, g.Job)
	return nil
}

// writeLine queues a line of history that belongs to no change.
func (t *Tx) writeLine(r *StudentRecord, kind string, effectiveOn calendar.Date, reason string, before, after map[string]string) error {
	was, err := json.Marshal(orEmpty(before))
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	is, err := json.Marshal(after)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	t.later("write history", 1, `INSERT INTO student_history (id, student_id, org_path, kind, effective_on, recorded_at, account_id, reason, before, after)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		newID(), r.ID, r.OrgPath, kind, effectiveOn, t.now, orNull(t.scope.Account), reason, string(was), string(is))
	return nil
}
