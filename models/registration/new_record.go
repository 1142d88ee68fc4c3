package registration

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// NewRecordWork is the Work of a change about a person who has no record yet (新建学籍,
// KT07).
type NewRecordWork struct{}

// Hold takes the slot of the document, where the person has one.
func (NewRecordWork) Hold(t *change.Tx, c *change.Change) error {
	t.TakeIdentitySlot(c)
	return nil
}

// Recheck judges the items again, together with the items of the slip.
func (NewRecordWork) Recheck(t *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	return recheckNewRecord(t, c, s, papers)
}

// Apply makes the record.
func (NewRecordWork) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	on := t.Today()
	if err := createRecord(t, c, on); err != nil {
		return change.NoteNotApplied(s, err)
	}
	return t.EndEffective(c, s, on)
}

// Prepare judges form, papers, class and items of a new record.
func (NewRecordWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	return prepareNewRecord(t, c, f, policy)
}

func prepareNewRecord(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	class, err := student.ReadClassFacts(t.Tx, c.Inputs[change.ClassInput])
	if err != nil {
		return err
	}
	c.Stage = org.Primary
	if class != nil {
		c.Stage = class.Stage
	}
	d, ok := t.Store().Processes().Define(f.Kind, c.Stage, policy)
	if !ok {
		return change.UnknownKind(f.Kind)
	}
	c.Definition = d
	list := change.StageForbids(d, c.Stage)
	against, err := findNewRecordRefusals(t, c, class, f.Evidence, f.Values, true)
	if err != nil {
		return err
	}
	return refusal.Join(append(list, against...)...)
}

// findNewRecordRefusals returns all refusals of a new record: of the form and the papers, the
// class and every item by the rules of the sheet. When there are none, it asks whether
// the number belongs to another person already (一人一籍).
func findNewRecordRefusals(t *change.Tx, c *change.Change, class *status.Class, papers []evidence.Ref, given map[string]string, starting bool) ([]*refusal.Error, error) {
	list := append(c.Definition.CheckInputs(c.Inputs), c.Definition.CheckEvidence(evidence.Kinds(papers))...)
	missing, err := evidence.RefuseUnknown(t.Tx, papers)
	if err != nil {
		return nil, err
	}
	school, err := student.ReadSchool(t.Tx, c.OrgID)
	if err != nil {
		return nil, err
	}
	if school.Closed {
		list = append(list, refusal.New(refusal.SchoolClosed))
	}
	facts := status.Facts{Today: t.Today(), Policy: c.Definition.Policy, Starting: starting, Class: class, To: school}
	list = append(append(list, missing...), status.CheckNewRecord(facts)...)
	wrong, err := judgeNewRecord(t.Tx, c, class, given)
	if err != nil {
		return nil, err
	}
	if list = append(list, wrong...); len(list) > 0 {
		return list, nil
	}
	c.Subject = change.Subject{Name: c.Values[status.FieldName].Text, IDType: c.Values[status.FieldIDType].Text, IDNumber: c.Values[status.FieldIDNumber].After,
		SchoolID: c.OrgID, School: school.Name, Province: c.ProvinceCode, Stage: class.Stage, EntryYear: class.EntryYear}
	taken, err := t.RefusalIfIdentityTaken(c, nil)
	if err != nil {
		return nil, err
	}
	// "Your school has the pupil" says more than "the number is taken".
	present, err := refusalIfPupilPresent(t.Tx, c)
	switch {
	case err != nil:
		return nil, err
	case present != nil:
		return append(list, present), nil
	case taken != nil:
		return append(list, taken), nil
	}
	return list, nil
}

// refusalIfPupilPresent returns a refusal when the school has the pupil of a new record already,
// also when the document has no number or another number.
func refusalIfPupilPresent(t *store.Tx, c *change.Change) (*refusal.Error, error) {
	typed := map[roster.Field]string{}
	for field, v := range c.Values {
		typed[roster.Field(field)] = v.Text
	}
	known, err := findPupilsOfSchool(t, c.OrgID, []pupilToFind{describePupil(t.Store(), 0, typed)})
	if k, here := known[0]; here && !k.similarOnly && !k.otherPerson {
		if !k.inRegister {
			return student.NotInRegister(refusal.IdentityOwnLeft, &student.Record{EnrolStatus: k.state}).At("/values/" + status.FieldName), err
		}
		return refusal.New(refusal.PupilPresent).At("/values/" + status.FieldName), err
	}
	return nil, err
}

// judgeNewRecord judges all items of the sheet at once, as a row of a roster, and takes
// over the accepted ones; numbers are sealed. School and class come from the form.
func judgeNewRecord(t *store.Tx, c *change.Change, class *status.Class, given map[string]string) ([]*refusal.Error, error) {
	rules := t.Store().Items()
	in, err := newSubmission(t, c, class, rules)
	if err != nil {
		return nil, err
	}
	fixed := map[roster.Field]string{roster.SchoolCode: in.SchoolCode, roster.ClassCode: ""}
	if len(in.Classes) > 0 {
		fixed[roster.ClassCode] = in.Classes[0].Code
	}
	typed, unknown := map[roster.Field]string{}, maps.Clone(given)
	for i := range rules.Reader.Template().Columns {
		column := &rules.Reader.Template().Columns[i]
		if column.Kind == roster.KindHidden {
			continue
		}
		text, own := fixed[column.Field]
		if !own {
			text = given[string(column.Field)]
			delete(unknown, string(column.Field))
		}
		typed[column.Field] = strings.TrimSpace(text)
	}
	if len(unknown) > 0 {
		var list []*refusal.Error
		for _, name := range slices.Sorted(maps.Keys(unknown)) {
			list = append(list, student.UnknownItem("/values/", name))
		}
		return list, nil
	}
	// The record is empty, so every item counts as typed and every missing one is found.
	items, found := rules.Reader.Revise(roster.Pupil{}, typed, in)
	var list []*refusal.Error
	for _, f := range found {
		if _, own := fixed[f.Field]; f.Severity == roster.Reject && !own {
			list = append(list, f.Problem().At("/values/"+string(f.Field)))
		}
	}
	c.Values = change.RequestedValues{}
	for f, text := range items {
		if _, own := fixed[f]; own || text == "" {
			continue
		}
		if c.Values[string(f)], err = newValue(t, c, f, text); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// newValue returns one item of a new record; numbers are sealed as in the register.
func newValue(t *store.Tx, c *change.Change, f roster.Field, text string) (change.RequestedValue, error) {
	if !f.Secret() {
		return change.RequestedValue{Text: text, After: text, Item: true}, nil
	}
	sealed, err := student.Seal(t.Store(), change.PurposeChangeValue, student.MaskDocument(text), student.IdentityHash(t.Store(), text), c.ID, text)
	return change.RequestedValue{Text: text, After: sealed.Masked, Cipher: sealed.Cipher, Hash: sealed.Hash, Item: true}, err
}

// newSubmission returns the facts against which the items of a new record are judged.
func newSubmission(t *store.Tx, c *change.Change, class *status.Class, rules roster.Rules) (*roster.Submission, error) {
	var row struct{ School, Code, Name string }
	err := t.DB().Raw(`SELECT o.code AS school, coalesce(k.code, '') AS code, coalesce(k.name, '') AS name FROM organisation o
		LEFT JOIN school_class k ON k.school_id = o.id AND k.id::text = ? WHERE o.id = ?`, c.Inputs[change.ClassInput], c.OrgID).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("read the class of a new record: %w", err)
	}
	in := &roster.Submission{SchoolCode: row.School, Stage: student.StageOf(c.Stage), Today: t.Today(), Divisions: rules.Divisions, Plausible: ident.OfficialOrFixtureProvince}
	if class != nil && row.Code != "" {
		in.Classes = []roster.Class{{Code: row.Code, Name: row.Name, Stage: student.StageOf(class.Stage)}}
	}
	return in, nil
}

// recheckNewRecord judges a new record that is handed in again, and takes over the
// corrected items of the slip (worker).
func recheckNewRecord(t *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	class, err := student.ReadClassFacts(t.Tx, c.Inputs[change.ClassInput])
	if err != nil {
		return nil, err
	}
	if err := t.ReadValues(c); err != nil {
		return nil, err
	}
	given := map[string]string{}
	for field, v := range c.Values {
		given[field] = v.Text
	}
	if s.Body.HasValues() {
		if given, err = t.DecryptValues(s); err != nil {
			return nil, err
		}
	}
	list, err := findNewRecordRefusals(t, c, class, papers, given, false)
	if err != nil || len(list) > 0 || !s.Body.HasValues() {
		return list, err
	}
	return nil, t.WriteResubmittedValues(c, nil)
}

// createRecord makes the record of a change about a person without one (worker), with
// student number, family, seat and history, as for a row of a roster. It checks identity
// and class again; a refusal refuses the last decision.
func createRecord(t *change.Tx, c *change.Change, on calendar.Date) error {
	if err := t.ReadValues(c); err != nil {
		return err
	}
	e := &registrationRun{tx: t.Tx, roster: &Roster{SchoolID: c.OrgID}, change: c.ID, kind: string(c.Kind), on: on, leftOut: map[int]*refusal.Error{}}
	if err := e.readSchool(); err != nil {
		return err
	}
	class, err := lockClassOfSchool(t.Tx, c.Inputs[change.ClassInput], c.OrgID)
	switch {
	case err != nil:
		return err
	case class == nil || class.Closed:
		return refusal.New(refusal.ClassUnknown).At("/inputs/" + change.ClassInput)
	case class.Occupied >= class.Capacity:
		return refusal.New(refusal.ClassFull).At("/inputs/"+change.ClassInput).With("capacity", fmt.Sprint(class.Capacity))
	}
	p := &rosterPupil{row: 1, class: class, values: map[roster.Field]string{}}
	for field, v := range c.Values {
		p.values[roster.Field(field)] = v.Text
	}
	p.keys = student.IdentityKeys(t.Store(), student.DocumentOf(p.values))
	e.pupils = []*rosterPupil{p}
	for _, step := range []func() error{e.leaveOutRegistered, e.assignSeats, e.assignNumbers} {
		if err := step(); err != nil {
			return err
		}
	}
	if reason := e.leftOut[p.row]; reason != nil {
		return reason.At("/values/" + status.FieldIDNumber)
	}
	if err := e.writeRecords(); err != nil {
		return err
	}
	c.StudentID = &p.made.ID
	t.Later("tie a change to its record", 1, `UPDATE change SET student_id = ? WHERE id = ?`, *c.StudentID, c.ID)
	return t.Audit("student.create", "student", c.StudentID.String(), map[string]string{"change": c.ID.String()})
}

// lockClassOfSchool locks a class of a school until the transaction ends; nil when the school
// has no class with that ID.
func lockClassOfSchool(t *store.Tx, id string, school uuid.UUID) (*rosterClass, error) {
	var class rosterClass
	err := t.DB().Raw(`SELECT c.id, c.code, c.capacity, c.occupied, c.closed_at IS NOT NULL AS closed, g.stage, g.entry_year
		FROM school_class c JOIN school_grade g ON g.id = c.grade_id WHERE c.id::text = ? AND c.school_id = ? FOR UPDATE OF c`, id, school).Take(&class).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // told as an unknown class
	}
	if err != nil {
		return nil, fmt.Errorf("lock the class of a new record: %w", err)
	}
	return &class, nil
}
