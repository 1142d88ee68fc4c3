package store

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
)

const rosterImport = "ROSTER_IMPORT" // the kind of the history entry

// write puts the enrolment into the register: four sets of rows, each by COPY
// and one statement, then seats, the roster's rows and the roster itself.
func (e *enrolment) write() error {
	if err := e.writeRecords(); err != nil {
		return err
	}
	if err := e.writeRows(); err != nil {
		return err
	}
	_, err := e.tx.exec(`UPDATE roster SET state = 'ENROLLED', rows_enrolled = ?, rows_left_out = ?, version = version + 1 WHERE id = ?`,
		len(e.pupils), len(e.left), e.roster.ID)
	if err != nil {
		return fmt.Errorf("close a roster: %w", err)
	}
	return e.tx.auditAs(e.roster.CreatedBy, "roster.enrol", "roster", e.roster.ID.String(),
		map[string]string{"change": e.change.String(), "enrolled": strconv.Itoa(len(e.pupils)), "left_out": strconv.Itoa(len(e.left))})
}

// writeRecords makes the records, with families, history and seats.
func (e *enrolment) writeRecords() error {
	students, guardians := make([][]any, 0, len(e.pupils)), make([][]any, 0, 2*len(e.pupils))
	for _, p := range e.pupils {
		row, err := e.studentRow(p)
		if err != nil {
			return err
		}
		students = append(students, row)
		family, err := e.guardianRows(p)
		if err != nil {
			return err
		}
		guardians = append(guardians, family...)
	}
	for _, step := range []func() error{
		func() error { return e.writeStudents(students) },
		func() error { return e.writeGuardians(guardians) },
		e.writeHistory, e.writeSeats,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// record makes the record of a pupil from the items of its row.
func (e *enrolment) record(p *enrolPupil) *StudentRecord {
	r := &StudentRecord{ID: newID(), Details: map[string]string{}, Guardians: []Guardian{{Seat: 1}, {Seat: 2}}}
	for field, value := range p.values {
		switch field {
		case roster.IDNumber, fieldAuxNumber: // sealed below
		case roster.SchoolCode, roster.ClassCode: // said by the school and the class
		default:
			r.setItem(field, value)
		}
	}
	return r
}

func (e *enrolment) studentRow(p *enrolPupil) ([]any, error) {
	keys := e.tx.store
	r := e.record(p)
	p.record = r
	id, err := keys.sealIdentity(r.ID, documentOf(p.values))
	if err != nil {
		return nil, err
	}
	if p.sealed, err = keys.sealNumber(r.ID, p.number); err != nil {
		return nil, err
	}
	if err := keys.sealAux(r, p.values[fieldAuxNumber]); err != nil {
		return nil, err
	}
	details, err := json.Marshal(r.Details)
	if err != nil {
		return nil, fmt.Errorf("write the items of a record: %w", err)
	}
	identity := "NOT_APPLICABLE"
	if r.IDType == "1" {
		identity = "UNCHECKED"
	}
	return []any{r.ID, p.row, p.class.ID, string(p.class.Stage), p.class.EntryYear, r.Name, ident.NameKey(r.Name), r.Sex, r.BirthDate.String(), r.IDType,
		id.cipher, id.hash, id.only, id.masked, string(rune(p.number.Kind())), p.sealed.cipher, p.sealed.hash, p.sealed.masked, identity,
		r.EntryYM, r.EntryMode, r.StudyMode, r.Ethnicity, r.Nationality, r.HouseholdType, r.HouseholdDivision, r.BirthDivision,
		r.LeftBehind, r.MigrantChild, r.Orphan, r.BoardingSubsidy, r.Disability, string(details)}, nil
}

const enrolStudentColumns = `id, class_id, stage, entry_year, name, name_key, sex, birth_date, id_type, id_cipher, id_hash, number_only_hash, id_masked,
	number_class, number_cipher, number_hash, number_masked, identity_state, entry_ym, entry_mode, study_mode, ethnicity, nationality,
	household_type, household_division, birth_division, left_behind, migrant_child, orphan, boarding_subsidy, disability`

func (e *enrolment) writeStudents(rows [][]any) error {
	columns := []string{"id", "row_no", "class_id", "stage", "entry_year", "name", "name_key", "sex", "birth_date", "id_type",
		"id_cipher", "id_hash", "number_only_hash", "id_masked", "number_class", "number_cipher", "number_hash", "number_masked", "identity_state",
		"entry_ym", "entry_mode", "study_mode", "ethnicity", "nationality", "household_type", "household_division", "birth_division",
		"left_behind", "migrant_child", "orphan", "boarding_subsidy", "disability", "details"}
	err := e.tx.copyTemporary("enrol_student", `id uuid, row_no int, class_id uuid, stage text, entry_year int, name text, name_key text, sex text,
		birth_date text, id_type text, id_cipher bytea, id_hash bytea, number_only_hash bytea, id_masked text, number_class text, number_cipher bytea,
		number_hash bytea, number_masked text, identity_state text, entry_ym text, entry_mode text, study_mode text, ethnicity text,
		nationality text, household_type text, household_division text, birth_division text, left_behind text, migrant_child text,
		orphan text, boarding_subsidy text, disability text, details text`, columns, rows)
	if err != nil {
		return err
	}
	standing := status.Enrolled.Standing()
	_, err = e.tx.exec(`INSERT INTO student (`+enrolStudentColumns+`, school_id, org_path, holds_seat, enrol_status, in_register, on_campus,
			dedupe_state, details, roster_id, created_at, updated_at)
		SELECT id, class_id, stage, entry_year, name, name_key, sex, birth_date::date, id_type, id_cipher, id_hash, number_only_hash, id_masked,
			number_class, number_cipher, number_hash, number_masked, identity_state, entry_ym, entry_mode, study_mode, ethnicity, nationality,
			household_type, household_division, birth_division, left_behind, migrant_child, orphan, boarding_subsidy, disability,
			?, ?::ltree, ?, ?, ?, ?, 'PENDING', details::jsonb, ?, ?, ? FROM enrol_student ORDER BY row_no`,
		e.roster.SchoolID, e.path, standing.HoldsSeat, string(status.Enrolled), standing.InRegister, standing.OnCampus,
		orNull(e.roster.ID), e.tx.now, e.tx.now)
	if err != nil {
		return fmt.Errorf("write the records of a roster: %w", err)
	}
	return nil
}

func (e *enrolment) guardianRows(p *enrolPupil) ([][]any, error) {
	rows := make([][]any, 0, 2)
	for _, g := range p.record.Guardians {
		if g.Name == "" {
			continue
		}
		number := p.values[roster.Field(fmt.Sprintf("%s%d_id_number", memberPrefix, g.Seat))]
		id, err := e.tx.store.sealGuardian(p.record.ID, g.Seat, g.IDType, number)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{p.record.ID, int16(g.Seat), g.Name, g.Relation, g.RelationNote, g.Address, g.HouseholdDivision, //nolint:gosec // 1 or 2
			g.Phone, g.IsGuardian, g.IDType, id.cipher, id.hash, id.masked, g.Ethnicity, g.Employer, g.Job})
	}
	return rows, nil
}

func (e *enrolment) writeGuardians(rows [][]any) error {
	columns := []string{"student_id", "seat", "name", "relation", "relation_note", "address", "household_division",
		"phone", "is_guardian", "id_type", "id_cipher", "id_hash", "id_masked", "ethnicity", "employer", "job"}
	err := e.tx.copyTemporary("enrol_guardian", `student_id uuid, seat smallint, name text, relation text, relation_note text, address text,
		household_division text, phone text, is_guardian boolean, id_type text, id_cipher bytea, id_hash bytea, id_masked text,
		ethnicity text, employer text, job text`, columns, rows)
	if err != nil {
		return err
	}
	_, err = e.tx.exec(`INSERT INTO guardian (student_id, seat, org_path, name, relation, relation_note, address, household_division, phone,
			is_guardian, id_type, id_cipher, id_hash, id_masked, ethnicity, employer, job)
		SELECT student_id, seat, ?::ltree, name, relation, relation_note, address, household_division, phone,
			is_guardian, id_type, id_cipher, id_hash, id_masked, ethnicity, employer, job FROM enrol_guardian`, e.path)
	if err != nil {
		return fmt.Errorf("write the families of a roster: %w", err)
	}
	return nil
}

func (e *enrolment) writeHistory() error {
	rows := make([][]any, 0, len(e.pupils))
	for _, p := range e.pupils {
		after, err := json.Marshal(map[string]any{
			"enrol_status": status.Enrolled, "in_register": true, "on_campus": true, "holds_seat": true,
			"stage": p.class.Stage, "entry_year": p.class.EntryYear, "class_id": p.class.ID, "school_id": e.roster.SchoolID,
			"student_number": p.sealed.masked,
		})
		if err != nil {
			return fmt.Errorf("write history: %w", err)
		}
		rows = append(rows, []any{newID(), p.record.ID, string(after)})
	}
	err := e.tx.copyTemporary("enrol_history", "id uuid, student_id uuid, after text", []string{"id", "student_id", "after"}, rows)
	if err != nil {
		return err
	}
	_, err = e.tx.exec(`INSERT INTO student_history (id, student_id, org_path, change_id, kind, effective_on, recorded_at, account_id, before, after)
		SELECT id, student_id, ?::ltree, ?, ?, ?, ?, ?, '{}', after::jsonb FROM enrol_history`,
		e.path, e.change, e.kind, e.on, e.tx.now, orNull(e.tx.scope.Account))
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

func (e *enrolment) writeSeats() error {
	_, err := e.tx.exec(`UPDATE school_class c SET occupied = c.occupied + n.pupils, version = c.version + 1
		FROM (SELECT class_id, count(*) AS pupils FROM enrol_student GROUP BY class_id) n WHERE c.id = n.class_id`)
	if err != nil {
		return fmt.Errorf("give the seats: %w", err)
	}
	return nil
}

// writeRows ties the rows to their records; the encrypted copies are not needed any more.
func (e *enrolment) writeRows() error {
	_, err := e.tx.exec(`UPDATE roster_row r SET student_id = s.id, payload = NULL FROM enrol_student s
		WHERE r.roster_id = ? AND r.row_no = s.row_no`, e.roster.ID)
	if err != nil {
		return fmt.Errorf("tie the rows of a roster to their records: %w", err)
	}
	return e.tx.leaveOut(e.roster.ID, e.left)
}
