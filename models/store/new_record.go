package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
)

// newRecordWork is the Work of a change about a person who has no record yet (新建学籍,
// KT07).
type newRecordWork struct{}

// Hold takes the slot of the document, where the person has one.
func (newRecordWork) Hold(t *Tx, c *Change) error {
	t.takeIdentitySlot(c)
	return nil
}

// Recheck judges the items again, together with the items of the slip.
func (newRecordWork) Recheck(t *Tx, c *Change, s *Slip, papers []EvidenceRef) ([]*refusal.Error, error) {
	return t.newRecordAgain(c, s, papers)
}

// Apply makes the record.
func (newRecordWork) Apply(t *Tx, c *Change, s *Slip) error {
	on := t.today()
	if err := t.makeRecord(c, on); err != nil {
		return unfit(s, err)
	}
	return t.endEffective(c, s, on)
}

// Prepare judges form, papers, class and items of a new record.
func (newRecordWork) Prepare(t *Tx, c *Change, f Filing, policy process.Policy) error {
	return t.prepareNewRecord(c, f, policy)
}

func (t *Tx) prepareNewRecord(c *Change, f Filing, policy process.Policy) error {
	class, err := t.readClass(c.Inputs[classInput])
	if err != nil {
		return err
	}
	c.Stage = org.Primary
	if class != nil {
		c.Stage = class.Stage
	}
	d, ok := t.store.processes.Define(f.Kind, c.Stage, policy)
	if !ok {
		return unknownKind(f.Kind)
	}
	c.Definition = d
	list := stageForbids(d, c.Stage)
	against, err := t.againstNewRecord(c, class, f.Evidence, f.Values, true)
	if err != nil {
		return err
	}
	return refusal.Join(append(list, against...)...)
}

// againstNewRecord returns all refusals of a new record: of the form and the papers, the
// class and every item by the rules of the sheet. When there are none, it asks whether
// the number belongs to another person already (一人一籍).
func (t *Tx) againstNewRecord(c *Change, class *status.Class, evidence []EvidenceRef, given map[string]string, starting bool) ([]*refusal.Error, error) {
	list := append(c.Definition.CheckInputs(c.Inputs), c.Definition.CheckEvidence(kindsOf(evidence))...)
	missing, err := t.unknownEvidence(evidence)
	if err != nil {
		return nil, err
	}
	school, err := t.schoolFor(c.OrgID)
	if err != nil {
		return nil, err
	}
	if school.Closed {
		list = append(list, refusal.New(refusal.SchoolClosed))
	}
	facts := status.Facts{Today: t.today(), Policy: c.Definition.Policy, Starting: starting, Class: class, To: school}
	list = append(append(list, missing...), status.CheckNewRecord(facts)...)
	wrong, err := t.judgeNewRecord(c, class, given)
	if err != nil {
		return nil, err
	}
	if list = append(list, wrong...); len(list) > 0 {
		return list, nil
	}
	c.Subject = Subject{Name: c.values[status.FieldName].text, IDType: c.values[status.FieldIDType].text, IDNumber: c.values[status.FieldIDNumber].after,
		SchoolID: c.OrgID, School: school.Name, Province: c.ProvinceCode, Stage: class.Stage, EntryYear: class.EntryYear}
	taken, err := t.identityTaken(c, nil)
	if err != nil {
		return nil, err
	}
	// "Your school has the pupil" says more than "the number is taken".
	present, err := t.pupilPresent(c)
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

// pupilPresent returns a refusal when the school has the pupil of a new record already,
// also when the document has no number or another number.
func (t *Tx) pupilPresent(c *Change) (*refusal.Error, error) {
	typed := map[roster.Field]string{}
	for field, v := range c.values {
		typed[roster.Field(field)] = v.text
	}
	known, err := t.recognise(c.OrgID, []soughtPupil{t.store.sought(0, typed)})
	if k, here := known[0]; here && !k.alike && !k.another {
		if !k.inRegister {
			return notInRegister(refusal.IdentityOwnLeft, &StudentRecord{EnrolStatus: k.state}).At("/values/" + status.FieldName), err
		}
		return refusal.New(refusal.PupilPresent).At("/values/" + status.FieldName), err
	}
	return nil, err
}

// judgeNewRecord judges all items of the sheet at once, as a row of a roster, and takes
// over the accepted ones; numbers are sealed. School and class come from the form.
func (t *Tx) judgeNewRecord(c *Change, class *status.Class, given map[string]string) ([]*refusal.Error, error) {
	rules := t.store.items
	in, err := t.newSubmission(c, class, rules)
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
			list = append(list, unknownItem("/values/", name))
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
	c.values = values{}
	for f, text := range items {
		if _, own := fixed[f]; own || text == "" {
			continue
		}
		if c.values[string(f)], err = t.newValue(c, f, text); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// newValue returns one item of a new record; numbers are sealed as in the register.
func (t *Tx) newValue(c *Change, f roster.Field, text string) (value, error) {
	if !f.Secret() {
		return value{text: text, after: text, item: true}, nil
	}
	sealed, err := t.store.seal(purposeChangeValue, maskDocument(text), t.store.identityHash(text), c.ID, text)
	return value{text: text, after: sealed.masked, cipher: sealed.cipher, hash: sealed.hash, item: true}, err
}

// newSubmission returns the facts against which the items of a new record are judged.
func (t *Tx) newSubmission(c *Change, class *status.Class, rules roster.Rules) (*roster.Submission, error) {
	var row struct{ School, Code, Name string }
	err := t.db.Raw(`SELECT o.code AS school, coalesce(k.code, '') AS code, coalesce(k.name, '') AS name FROM organisation o
		LEFT JOIN school_class k ON k.school_id = o.id AND k.id::text = ? WHERE o.id = ?`, c.Inputs[classInput], c.OrgID).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("read the class of a new record: %w", err)
	}
	in := &roster.Submission{SchoolCode: row.School, Stage: stageOf(c.Stage), Today: t.today(), Divisions: rules.Divisions, Plausible: ident.OfficialOrFixtureProvince}
	if class != nil && row.Code != "" {
		in.Classes = []roster.Class{{Code: row.Code, Name: row.Name, Stage: stageOf(class.Stage)}}
	}
	return in, nil
}

// newRecordAgain judges a new record that is handed in again, and takes over the
// corrected items of the slip (worker).
func (t *Tx) newRecordAgain(c *Change, s *Slip, papers []EvidenceRef) ([]*refusal.Error, error) {
	class, err := t.readClass(c.Inputs[classInput])
	if err != nil {
		return nil, err
	}
	if err := t.readValues(c); err != nil {
		return nil, err
	}
	given := map[string]string{}
	for field, v := range c.values {
		given[field] = v.text
	}
	if s.Body.valued() {
		if given, err = t.openValues(s); err != nil {
			return nil, err
		}
	}
	list, err := t.againstNewRecord(c, class, papers, given, false)
	if err != nil || len(list) > 0 || !s.Body.valued() {
		return list, err
	}
	return nil, t.rewrite(c, nil)
}

// makeRecord makes the record of a change about a person without one (worker), with
// student number, family, seat and history, as for a row of a roster. It checks identity
// and class again; a refusal refuses the last decision.
func (t *Tx) makeRecord(c *Change, on calendar.Date) error {
	if err := t.readValues(c); err != nil {
		return err
	}
	e := &enrolment{tx: t, roster: &Roster{SchoolID: c.OrgID}, change: c.ID, kind: string(c.Kind), on: on, left: map[int]*refusal.Error{}}
	if err := e.readSchool(); err != nil {
		return err
	}
	class, err := t.lockOneClass(c.Inputs[classInput], c.OrgID)
	switch {
	case err != nil:
		return err
	case class == nil || class.Closed:
		return refusal.New(refusal.ClassUnknown).At("/inputs/" + classInput)
	case class.Occupied >= class.Capacity:
		return refusal.New(refusal.ClassFull).At("/inputs/"+classInput).With("capacity", fmt.Sprint(class.Capacity))
	}
	p := &enrolPupil{row: 1, class: class, values: map[roster.Field]string{}}
	for field, v := range c.values {
		p.values[roster.Field(field)] = v.text
	}
	p.keys = t.store.identityKeys(documentOf(p.values))
	e.pupils = []*enrolPupil{p}
	for _, step := range []func() error{e.leaveRegisteredOut, e.giveSeats, e.giveNumbers} {
		if err := step(); err != nil {
			return err
		}
	}
	if reason := e.left[p.row]; reason != nil {
		return reason.At("/values/" + status.FieldIDNumber)
	}
	if err := e.writeRecords(); err != nil {
		return err
	}
	c.StudentID = &p.made.ID
	t.later("tie a change to its record", 1, `UPDATE change SET student_id = ? WHERE id = ?`, *c.StudentID, c.ID)
	return t.Audit("student.create", "student", c.StudentID.String(), map[string]string{"change": c.ID.String()})
}

// lockOneClass locks a class of a school until the transaction ends; nil when the school
// has no class with that ID.
func (t *Tx) lockOneClass(id string, school uuid.UUID) (*enrolClass, error) {
	var class enrolClass
	err := t.db.Raw(`SELECT c.id, c.code, c.capacity, c.occupied, c.closed_at IS NOT NULL AS closed, g.stage, g.entry_year
		FROM school_class c JOIN school_grade g ON g.id = c.grade_id WHERE c.id::text = ? AND c.school_id = ? FOR UPDATE OF c`, id, school).Take(&class).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // told as an unknown class
	}
	if err != nil {
		return nil, fmt.Errorf("lock the class of a new record: %w", err)
	}
	return &class, nil
}
