package student

import (
	"regexp"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// EditRequest is an edit of items of a record that are no key data (学生信息维护, P48;
// family data, P51).
type EditRequest struct {
	Version int64 // version of the record that the author read
	Items   map[roster.Field]string
	Reason  string
}

// EditOutcome is the outcome of an edit.
type EditOutcome struct {
	Version  int64
	Changed  []roster.Field   // in the order of the sheet
	Findings []roster.Finding // corrections and remarks
}

// Edit changes items of a record at once and writes a line of history, also while
// a change of the record is running. It refuses key data, school and class, and returns
// all refusals at once. An edit without a difference writes nothing.
func Edit(t *store.Tx, id uuid.UUID, edit EditRequest, rules roster.Rules) (*EditOutcome, error) {
	if err := refuseUnknownItems(edit.Items, rules.Reader.Template()); err != nil {
		return nil, err
	}
	if err := LockStudents(t, []uuid.UUID{id}); err != nil {
		return nil, err
	}
	list, err := ReadEditableRecords(t, []uuid.UUID{id}, rules)
	if err != nil {
		return nil, err
	}
	r := list[id]
	switch {
	case r == nil:
		return nil, refusal.New(refusal.NotFound)
	case !r.Record.InRegister:
		return nil, NotInRegister(refusal.NotInRegister, r.Record)
	case r.Record.Version != edit.Version:
		return nil, refusal.New(refusal.VersionConflict)
	}
	e := JudgeEdit(t, r, edit.Items, rules)
	if err := e.refusal(); err != nil {
		return nil, err
	}
	out := &EditOutcome{Version: r.Record.Version, Changed: e.Changed, Findings: e.Findings}
	if len(e.Changed) == 0 {
		return out, nil
	}
	out.Version++
	return out, SaveEdit(t, e, edit.Reason)
}

// refuseUnknownItems refuses names that are no items of the sheet.
func refuseUnknownItems(items map[roster.Field]string, template *roster.Template) error {
	var list []*refusal.Error
	for f := range items {
		column := template.Column(f)
		switch {
		case f == roster.Field(SecretStudentNumber):
			list = append(list, refusal.New(refusal.FixedField).At("/items/"+string(f)).WithText("header", "学籍号", "Student number"))
		case column == nil || column.Kind == roster.KindHidden:
			list = append(list, UnknownItem("/items/", string(f)))
		}
	}
	return refusal.Join(list...)
}

// itemForm is the form of a name of an item. A refusal repeats only a name of this form,
// because another text may be a value in the wrong place.
var itemForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`) // never changes

// UnknownItem is the refusal of a name that is no item of the sheet.
func UnknownItem(under, name string) *refusal.Error {
	if !itemForm.MatchString(name) {
		name = "?"
	}
	return refusal.New(refusal.UnknownField).At(under+name).With("field", name)
}

// NotInRegister refuses an edit of a record that is not in the register any more, with its state.
func NotInRegister(code refusal.Code, r *Record) *refusal.Error {
	is := status.Enrol(r.EnrolStatus).Text()
	if e := status.Enrol(r.EnrolStatus); code == refusal.NotInRegister && (e == status.Deceased || e == status.Deleted) {
		code = refusal.RecordEnded // no change brings the pupil back
	}
	return refusal.New(code).WithText("state", is.Zh, is.En)
}

// JudgedEdit is an edit after its judgement.
type JudgedEdit struct {
	*EditableRecord
	revised  roster.Pupil
	Changed  []roster.Field
	Findings []roster.Finding
}

// refusal returns all refusals of an edit, nil when there are none.
func (e *JudgedEdit) refusal() error {
	var list []*refusal.Error
	for _, f := range e.Findings {
		if f.Severity == roster.Reject {
			list = append(list, f.OfItem())
		}
	}
	return refusal.Join(list...)
}

// JudgeEdit judges items of a record by the rules of the sheet. An item that an edit may
// not change is refused, unless its value is that of the record.
func JudgeEdit(t *store.Tx, r *EditableRecord, items map[roster.Field]string, rules roster.Rules) *JudgedEdit {
	e := &JudgedEdit{EditableRecord: r}
	typed := map[roster.Field]string{}
	columns := rules.Reader.Template().Columns
	for i := range columns {
		f := columns[i].Field
		value, given := items[f]
		if !given || value == r.Current[f] || f.Secret() && value == r.Record.Item(f) {
			continue // the masked number of the page, sent back, is no new number
		}
		if code := fixedItemCode(r.policy, &columns[i]); code == "" {
			typed[f] = value
		} else if !r.sameClass(f, value) {
			e.Findings = append(e.Findings, roster.Finding{Field: f, Header: columns[i].Header, Code: code, Severity: roster.Reject})
		}
	}
	var found []roster.Finding
	e.revised, found = rules.Reader.Revise(r.Current, typed, Submission(t, r, rules))
	e.Findings = append(e.Findings, found...)
	for i := range columns {
		f := columns[i].Field
		if _, ok := typed[f]; ok && e.revised[f] != r.Current[f] {
			e.Changed = append(e.Changed, f)
		}
	}
	return e
}

// Submission returns the facts against which the items of a record are judged.
func Submission(t *store.Tx, r *EditableRecord, rules roster.Rules) *roster.Submission {
	return &roster.Submission{SchoolCode: r.Record.SchoolCode, Stage: StageOf(r.Record.Stage), Today: t.Today(), Divisions: rules.Divisions}
}

// GuardOf returns how an item of a record may be changed in a province. The policy of the
// province adds key data and removes none.
func GuardOf(policy process.Policy, c *roster.Column) roster.Guard {
	if c.Guard == roster.FreeItem && slices.Contains(policy.KeyFields, string(c.Field)) {
		return roster.KeyItem
	}
	return c.Guard
}

// fixedItemCode returns the reason why an edit never changes an item, or "". School and class
// belong to other processes, key data to a key-data change.
func fixedItemCode(policy process.Policy, c *roster.Column) refusal.Code {
	switch GuardOf(policy, c) {
	case roster.FixedItem:
		return refusal.FixedField
	case roster.KeyItem:
		return refusal.KeyField
	case roster.FreeItem:
	}
	return ""
}

// sameClass reports whether the value is the name of the record's own class.
func (r *EditableRecord) sameClass(f roster.Field, value string) bool {
	return f == roster.ClassCode && r.Record.ClassName != "" && roster.ClassWord(value) == roster.ClassWord(r.Record.ClassName)
}
