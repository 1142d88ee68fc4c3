package change

import (
	"slices"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RecordWork is the Work of kinds that change the record of one pupil by the rules of
// models/status. Each field is a step that a kind adds to the common path; a nil field
// adds nothing. A kind that differs more embeds a RecordWork and has methods of its own.
type RecordWork struct {
	// Particulars finds the object of a filing beside the record, and may choose the chain.
	Particulars func(t *Tx, c *Change, h *student.PupilRow, policy process.Policy) error
	// Items takes the items of the sheet that came with a filing; nil refuses them.
	Items func(t *store.Tx, c *Change, h *student.PupilRow, given map[string]string) error
	// ItemsAgain takes the items that came with a slip; fresh says that some are new.
	ItemsAgain func(t *Tx, c *Change, h *student.PupilRow, s *Slip) (fresh bool, err error)
	// Facts reads the facts beside the record for the rules of the kind. With lock it locks
	// the counted rows until the transaction ends.
	Facts func(t *store.Tx, c *Change, h *student.PupilRow, f *status.Facts, lock bool) error
	// Fixed returns refusals for inputs that must stay as they were filed.
	Fixed func(t *store.Tx, c *Change) ([]*refusal.Error, error)
	// Precedes says that the kind waits for no other change of the pupil.
	Precedes bool
	// Slot takes the slot of the pupil; nil takes the pupil's own slot.
	Slot func(t *Tx, c *Change) error
	// Lost returns the refusal when another change took the slot first; nil means the usual one.
	Lost func(t *Tx, c *Change) error
	// AfterFiling writes more once the change is filed.
	AfterFiling func(t *Tx, c *Change) error
	// Clear says that the rules judge the document number in the clear.
	Clear bool
	// Before runs before the record is locked for the effect.
	Before func(t *Tx, c *Change) error
	// Put writes what the change does; nil writes the record.
	Put func(t *Tx, c *Change, h *student.PupilRow, after status.Record, on calendar.Date) error
	// After runs when the effect is written.
	After func(t *store.Tx, c *Change, h *student.PupilRow) error
	// Automatic does the register's part of an automatic step.
	Automatic func(t *Tx, c *Change, act process.Act) (*refusal.Error, error)
	// Question returns the identity for the question to the population database.
	Question func(t *Tx, c *Change) (status.Identity, error)
	// Ending does more when the change ends.
	Ending func(t *Tx, c *Change, as string) error
}

// record returns the steps that a kind adds to the path of a record.
func (w RecordWork) record() RecordWork { return w }

// findRecordWork returns the steps that a kind adds to the path of a record; none for other
// kinds.
func (t *Tx) findRecordWork(kind process.Kind) RecordWork {
	if w, ok := t.FindWork(kind).(interface{ record() RecordWork }); ok {
		return w.record()
	}
	return RecordWork{}
}

// Hold takes the slot of the pupil and that of the document that the change writes.
func (w RecordWork) Hold(t *Tx, c *Change) error {
	if w.Slot != nil {
		return w.Slot(t, c)
	}
	if err := t.takeStudentSlot(c); err != nil {
		return err
	}
	t.TakeIdentitySlot(c)
	return nil
}

// Filed runs AfterFiling.
func (w RecordWork) Filed(t *Tx, c *Change) error {
	if w.AfterFiling == nil {
		return nil
	}
	return w.AfterFiling(t, c)
}

// Recheck judges the request again by the record of today.
func (w RecordWork) Recheck(t *Tx, c *Change, s *Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	return w.RecheckBeside(t, c, s, papers, "")
}

// RecheckBeside is Recheck for a change whose pupil may be held by another change of the
// given kind.
func (w RecordWork) RecheckBeside(t *Tx, c *Change, s *Slip, papers []evidence.Ref, running process.Kind) ([]*refusal.Error, error) {
	h, err := student.ReadPupilRow(t.Tx, *c.StudentID, false)
	if err != nil {
		return nil, err
	}
	var fixed []*refusal.Error
	if w.Fixed != nil {
		if fixed, err = w.Fixed(t.Tx, c); err != nil {
			return nil, err
		}
	}
	fresh := false
	if w.ItemsAgain == nil {
		c.ValueRefusals = NeedlessValues(c.Kind, s.Body.HasValues())
	} else if fresh, err = w.ItemsAgain(t, c, h, s); err != nil {
		return nil, err
	}
	list, err := t.FindRefusals(c, h, papers, running, false)
	if list = slices.Concat(fixed, list); err != nil || len(list) > 0 || !fresh {
		return list, err
	}
	return nil, t.WriteResubmittedValues(c, h)
}

// Act does the register's part of an automatic step.
func (w RecordWork) Act(t *Tx, c *Change, act process.Act) (*refusal.Error, error) {
	if w.Automatic == nil {
		return nil, nil //nolint:nilnil // the record itself says whether it takes the change
	}
	return w.Automatic(t, c, act)
}

// Asks returns the question to the population database; most kinds have none.
func (w RecordWork) Asks(t *Tx, c *Change) (status.Identity, error) {
	if w.Question == nil {
		return status.Identity{}, nil
	}
	return w.Question(t, c)
}

// Ended runs Ending.
func (w RecordWork) Ended(t *Tx, c *Change, as string) error {
	if w.Ending == nil {
		return nil
	}
	return w.Ending(t, c, as)
}

// Prepare checks a filing of the office that has the pupil.
func (w RecordWork) Prepare(t *Tx, c *Change, f Filing, policy process.Policy) error {
	h, err := student.ReadPupilRow(t.Tx, f.StudentID, false)
	if err != nil {
		return err
	}
	c.StudentID, c.Stage, c.Subject = &f.StudentID, h.Stage, PupilSubject(h)
	if policy, err = office.PolicyOf(t.Tx, h.SchoolID, policy); err != nil {
		return err
	}
	d, ok := t.Store().Processes().Define(f.Kind, h.Stage, policy)
	if !ok || d.Subject != process.SubjectStudent {
		return UnknownKind(f.Kind)
	}
	c.Definition = d
	if w.Particulars != nil {
		if err := w.Particulars(t, c, h, policy); err != nil {
			return err
		}
	}
	list := StageForbids(d, h.Stage)
	if h.SchoolGone && d.FiledBy == process.FiledBySchool {
		list = append(list, refusal.New(refusal.SchoolClosed))
	}
	elsewhere, err := t.refusalIfFiledElsewhere(d, f.Office, h)
	if err != nil {
		return err
	}
	if elsewhere != nil {
		list = append(list, elsewhere)
	}
	running, err := t.refusalToStart(f.Kind, f.StudentID)
	if err != nil {
		return err
	}
	if running != nil && running.Code == refusal.NotBegun {
		return running // the check of the state would say the same less clearly
	}
	if w.Items == nil {
		c.ValueRefusals = NeedlessValues(c.Kind, len(f.Values) > 0)
	} else if err := w.Items(t.Tx, c, h, f.Values); err != nil {
		return err
	}
	against, err := t.FindRefusals(c, h, f.Evidence, "", true)
	if err != nil {
		return err
	}
	if running != nil {
		list = append(list, running)
	}
	if wrong := c.checkConfirmation(h); wrong != nil {
		list = append(list, wrong)
	}
	return refusal.Join(append(list, against...)...)
}

// Apply locks the record, checks every precondition again, because the register has
// changed since the filing, and writes the change. If the record cannot take the change,
// this decision is refused with the reason and the step stays open.
func (w RecordWork) Apply(t *Tx, c *Change, s *Slip) error {
	barred, err := t.PriorBusiness(c)
	if err != nil {
		return err
	}
	if barred != nil {
		return NoteNotApplied(s, barred)
	}
	if w.Before != nil {
		if err := w.Before(t, c); err != nil {
			return err
		}
	}
	h, err := student.ReadPupilRow(t.Tx, *c.StudentID, true)
	if err != nil {
		return err
	}
	after, err := t.recordAfter(c, h)
	if err != nil {
		return NoteNotApplied(s, err)
	}
	on := status.EffectiveOn(c.request(nil), t.Today())
	if err := w.write(t, c, h, after, on); err != nil {
		return NoteNotApplied(s, err)
	}
	return t.EndEffective(c, s, on)
}

func (w RecordWork) write(t *Tx, c *Change, h *student.PupilRow, after status.Record, on calendar.Date) error {
	put := w.Put
	if put == nil {
		put = (*Tx).SaveRecord
	}
	if err := put(t, c, h, after, on); err != nil || w.After == nil {
		return err
	}
	return w.After(t.Tx, c, h)
}

// PupilSubject returns what the parties of a change may see of a pupil.
func PupilSubject(h *student.PupilRow) Subject {
	return Subject{Name: h.Name, Number: h.NumberMasked, IDType: h.IDType, IDNumber: h.IDMasked, SchoolID: h.SchoolID, School: h.SchoolName,
		Province: h.Province, Stage: h.Stage, EntryYear: h.EntryYear}
}

// checkConfirmation compares the typed confirmation of a filing with the record and then deletes
// it: it is stored nowhere.
func (c *Change) checkConfirmation(h *student.PupilRow) *refusal.Error {
	var wrong *refusal.Error
	for _, in := range c.Definition.Inputs {
		if !in.Passing {
			continue
		}
		if typed := c.Inputs[in.Name]; typed != "" && !ident.SameName(typed, h.Name) {
			wrong = refusal.New(refusal.ConfirmationWrong).At("/inputs/" + in.Name)
		}
		delete(c.Inputs, in.Name)
	}
	return wrong
}

// ChooseChain freezes the chain that the kind has for a sort of case, if it has one.
func (t *Tx) ChooseChain(c *Change, h *student.PupilRow, route process.Route, policy process.Policy) {
	if d, ok := t.Store().Processes().DefineFor(c.Kind, h.Stage, route, policy); ok {
		c.Definition = d
	}
}
