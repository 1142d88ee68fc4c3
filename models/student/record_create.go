package student

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// NewRecord is a pupil for whom a record is made. The rules of the sheet have checked the
// items; numbers are in the clear.
type NewRecord struct {
	ClassID   uuid.UUID
	Stage     org.Stage
	EntryYear int
	Number    ident.StudentNumber
	Items     map[roster.Field]string

	ID uuid.UUID // ID of the new record

	record *Record
	sealed SealedNumber // the student number
	id     SealedNumber // the number of the pupil's document
}

// NewRecords are the records that one change makes at one school.
type NewRecords struct {
	SchoolID uuid.UUID
	Path     string    // of the school
	RosterID uuid.UUID // the roster of the pupils; uuid.Nil for none
	ChangeID uuid.UUID
	Kind     string // of the line of the history
	On       calendar.Date
	Pupils   []*NewRecord
}

// CreateRecords makes records, each ENROLLED, with family, seat and history: four sets of
// rows, each by COPY and one statement. The caller has locked the classes and counted
// their seats. If another transaction takes a document or a student number meanwhile, the
// transaction fails on a unique constraint.
func CreateRecords(t *store.Tx, n *NewRecords) error {
	for _, p := range n.Pupils {
		if err := sealRecord(t.Store(), p); err != nil {
			return err
		}
	}
	for _, step := range []func(*NewRecords) error{func(n *NewRecords) error { return createStudents(t, n) }, func(n *NewRecords) error { return createGuardians(t, n) }, func(n *NewRecords) error { return createHistory(t, n) }, func(p0 *NewRecords) error { return createSeats(t, p0) }} {
		if err := step(n); err != nil {
			return err
		}
	}
	return nil
}

// sealRecord makes the record of a pupil from the items and seals its numbers.
func sealRecord(s *store.Store, p *NewRecord) (err error) {
	r := &Record{ID: store.NewID(), Details: map[string]string{}, Guardians: []Guardian{{Seat: 1}, {Seat: 2}}}
	for field, value := range p.Items {
		switch field {
		case roster.IDNumber, fieldAuxNumber: // sealed below
		case roster.SchoolCode, roster.ClassCode: // the school and the class give these
		default:
			r.SetItem(field, value)
		}
	}
	p.ID, p.record = r.ID, r
	if p.id, err = sealIdentity(s, r.ID, DocumentOf(p.Items)); err != nil {
		return err
	}
	if p.sealed, err = sealNumber(s, r.ID, p.Number); err != nil {
		return err
	}
	return sealAux(s, r, p.Items[fieldAuxNumber])
}

// newColumn is one column of a new record: its copied form, its written form and its
// value.
type newColumn struct {
	name, copied, cast string
	of                 func(*NewRecord) any
}

// newColumns lists every column in which new records differ from each other.
func newColumns() []newColumn {
	list := []newColumn{
		{"id", "uuid", "", func(p *NewRecord) any { return p.ID }},
		{"class_id", "uuid", "", func(p *NewRecord) any { return p.ClassID }},
		{"stage", "text", "", func(p *NewRecord) any { return string(p.Stage) }},
		{"entry_year", "int", "", func(p *NewRecord) any { return p.EntryYear }},
		{"name_key", "text", "", func(p *NewRecord) any { return ident.NameKey(p.record.Name) }},
		{"id_cipher", "bytea", "", func(p *NewRecord) any { return p.id.Cipher }},
		{"id_hash", "bytea", "", func(p *NewRecord) any { return p.id.Hash }},
		{"number_only_hash", "bytea", "", func(p *NewRecord) any { return p.id.onlyHash }},
		{"id_masked", "text", "", func(p *NewRecord) any { return p.id.Masked }},
		{"number_class", "text", "", func(p *NewRecord) any { return string(rune(p.Number.Kind())) }},
		{"number_cipher", "bytea", "", func(p *NewRecord) any { return p.sealed.Cipher }},
		{"number_hash", "bytea", "", func(p *NewRecord) any { return p.sealed.Hash }},
		{"number_masked", "text", "", func(p *NewRecord) any { return p.sealed.Masked }},
		{"identity_state", "text", "", func(p *NewRecord) any { return uncheckedState(p.record.IDType) }},
	}
	for _, f := range ownFields() {
		if f == roster.BirthDate {
			list = append(list, newColumn{string(f), "text", "::date", func(p *NewRecord) any { return p.record.BirthDate.String() }})
			continue
		}
		list = append(list, newColumn{string(f), "text", "", func(p *NewRecord) any { return p.record.Item(f) }})
	}
	return list
}

const citizenCard = "1" // 居民身份证, of the items id_type

// uncheckedState returns the state of the identity check for a document that was not
// checked.
func uncheckedState(idType string) string {
	if idType == citizenCard {
		return IdentityUnchecked
	}
	return identityNotApplicable
}

func createStudents(t *store.Tx, n *NewRecords) error {
	columns := newColumns()
	names, copied, written := []string{"no", "details"}, []string{"no int", "details text"}, make([]string, len(columns))
	inserted := make([]string, len(columns))
	for i, c := range columns {
		names, copied = append(names, c.name), append(copied, c.name+" "+c.copied)
		inserted[i], written[i] = c.name, c.name+c.cast
	}
	rows := make([][]any, len(n.Pupils))
	for i, p := range n.Pupils {
		details, err := json.Marshal(p.record.Details)
		if err != nil {
			return fmt.Errorf("write the items of a record: %w", err)
		}
		rows[i] = append(rows[i], i, string(details))
		for _, c := range columns {
			rows[i] = append(rows[i], c.of(p))
		}
	}
	if err := t.CopyTemporary("new_student", strings.Join(copied, ", "), names, rows); err != nil {
		return err
	}
	standing := status.Enrolled.Standing()
	_, err := t.Exec(`INSERT INTO student (`+strings.Join(inserted, ", ")+`, school_id, org_path, holds_seat, enrol_status, in_register, on_campus,
			dedupe_state, details, roster_id, created_at, updated_at)
		SELECT `+strings.Join(written, ", ")+`, ?, ?::ltree, ?, ?, ?, ?, ?, details::jsonb, ?, ?, ? FROM new_student ORDER BY no`,
		n.SchoolID, n.Path, standing.HoldsSeat, string(status.Enrolled), standing.InRegister, standing.OnCampus, dedupePending, store.OrNull(n.RosterID), t.Now(), t.Now())
	if err != nil {
		return fmt.Errorf("write the records of a roster: %w", err)
	}
	return nil
}

func createGuardians(t *store.Tx, n *NewRecords) error {
	columns, _ := guardianRow(&Guardian{}, SealedNumber{})
	kinds := map[string]string{memberIsGuardian: "boolean", "id_cipher": "bytea", "id_hash": "bytea"}
	copied := []string{"student_id uuid", "seat smallint"}
	for _, c := range columns {
		kind := kinds[c]
		if kind == "" {
			kind = "text"
		}
		copied = append(copied, c+" "+kind)
	}
	var rows [][]any
	for _, p := range n.Pupils {
		for i := range p.record.Guardians {
			g := &p.record.Guardians[i]
			if g.Name == "" {
				continue
			}
			sealed, err := sealGuardian(t.Store(), p.ID, g.Seat, g.IDType, p.Items[MemberNumber(g.Seat)])
			if err != nil {
				return err
			}
			_, values := guardianRow(g, sealed)
			rows = append(rows, append([]any{p.ID, int16(g.Seat)}, values...)) //nolint:gosec // 1 or 2
		}
	}
	if err := t.CopyTemporary("new_guardian", strings.Join(copied, ", "), append([]string{"student_id", "seat"}, columns...), rows); err != nil {
		return err
	}
	list := strings.Join(columns, ", ")
	_, err := t.Exec(`INSERT INTO guardian (student_id, seat, org_path, `+list+`) SELECT student_id, seat, ?::ltree, `+list+` FROM new_guardian`, n.Path)
	if err != nil {
		return fmt.Errorf("write the families of a roster: %w", err)
	}
	return nil
}

func createHistory(t *store.Tx, n *NewRecords) error {
	standing := status.Enrolled.Standing()
	lines := make([]HistoryLine, len(n.Pupils))
	for i, p := range n.Pupils {
		after := Facets{
			EnrolStatus: status.Enrolled, InRegister: standing.InRegister, OnCampus: standing.OnCampus, HoldsSeat: standing.HoldsSeat,
			Stage: p.Stage, EntryYear: p.EntryYear, ClassID: p.ClassID.String(), SchoolID: n.SchoolID.String(),
		}
		lines[i] = HistoryLine{
			StudentID: p.ID, Path: n.Path, ChangeID: n.ChangeID, Kind: n.Kind, EffectiveOn: n.On, AccountID: t.Scope().Account,
			After: HistorySide{Facets: &after, StudentNumber: p.sealed.Masked},
		}
	}
	return writeHistoryLines(t, lines)
}

func createSeats(t *store.Tx, _ *NewRecords) error {
	_, err := t.Exec(`UPDATE school_class c SET occupied = c.occupied + n.pupils, version = c.version + 1
		FROM (SELECT class_id, count(*) AS pupils FROM new_student GROUP BY class_id) n WHERE c.id = n.class_id`)
	if err != nil {
		return fmt.Errorf("give the seats: %w", err)
	}
	return nil
}
