package store

import (
	"slices"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// RecordWork is the Work of kinds that change the record of one pupil by the rules of
// models/status. Each field is a step that a kind adds to the common path; a nil field
// adds nothing. A kind that differs more embeds a RecordWork and has methods of its own.
type RecordWork struct {
	// Particulars finds the object of a filing beside the record, and may choose the chain.
	Particulars func(t *Tx, c *Change, h *held, policy process.Policy) error
	// Items takes the items of the sheet that came with a filing; nil refuses them.
	Items func(t *Tx, c *Change, h *held, given map[string]string) error
	// ItemsAgain takes the items that came with a slip; fresh says that some are new.
	ItemsAgain func(t *Tx, c *Change, h *held, s *Slip) (fresh bool, err error)
	// Facts reads the facts beside the record for the rules of the kind. With lock it locks
	// the counted rows until the transaction ends.
	Facts func(t *Tx, c *Change, h *held, f *status.Facts, lock bool) error
	// Fixed returns refusals for inputs that must stay as they were filed.
	Fixed func(t *Tx, c *Change) ([]*refusal.Error, error)
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
	Put func(t *Tx, c *Change, h *held, after status.Record, on calendar.Date) error
	// After runs when the effect is written.
	After func(t *Tx, c *Change, h *held) error
	// Automatic does the register's part of an automatic step.
	Automatic func(t *Tx, c *Change, act process.Act) (*refusal.Error, error)
	// Question returns the identity for the question to the population database.
	Question func(t *Tx, c *Change) (status.Identity, error)
	// Ending does more when the change ends.
	Ending func(t *Tx, c *Change, as string) error
	// Shows puts more on the page of the change.
	Shows func(t *Tx, p *ChangePage) error
}

// record returns the steps that a kind adds to the path of a record.
func (w RecordWork) record() RecordWork { return w }

// recordWork returns the steps that a kind adds to the path of a record; none for other
// kinds.
func (t *Tx) recordWork(kind process.Kind) RecordWork {
	if w, ok := t.work(kind).(interface{ record() RecordWork }); ok {
		return w.record()
	}
	return RecordWork{}
}

// Hold takes the slot of the pupil and that of the document that the change writes.
func (w RecordWork) Hold(t *Tx, c *Change) error {
	if w.Slot != nil {
		return w.Slot(t, c)
	}
	if err := t.takeStudent(c); err != nil {
		return err
	}
	t.takeIdentitySlot(c)
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
func (w RecordWork) Recheck(t *Tx, c *Change, s *Slip, papers []EvidenceRef) ([]*refusal.Error, error) {
	return w.RecheckBeside(t, c, s, papers, "")
}

// RecheckBeside is Recheck for a change whose pupil may be held by another change of the
// given kind.
func (w RecordWork) RecheckBeside(t *Tx, c *Change, s *Slip, papers []EvidenceRef, running process.Kind) ([]*refusal.Error, error) {
	h, err := t.readHeld(*c.StudentID, false)
	if err != nil {
		return nil, err
	}
	var fixed []*refusal.Error
	if w.Fixed != nil {
		if fixed, err = w.Fixed(t, c); err != nil {
			return nil, err
		}
	}
	fresh := false
	if w.ItemsAgain == nil {
		c.wrong = needlessValues(c.Kind, s.Body.valued())
	} else if fresh, err = w.ItemsAgain(t, c, h, s); err != nil {
		return nil, err
	}
	list, err := t.against(c, h, papers, running, false)
	if list = slices.Concat(fixed, list); err != nil || len(list) > 0 || !fresh {
		return list, err
	}
	return nil, t.rewrite(c, h)
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

// Page runs Shows.
func (w RecordWork) Page(t *Tx, p *ChangePage) error {
	if w.Shows == nil {
		return nil
	}
	return w.Shows(t, p)
}

// Prepare checks a filing of the office that has the pupil.
func (w RecordWork) Prepare(t *Tx, c *Change, f Filing, policy process.Policy) error {
	h, err := t.readHeld(f.StudentID, false)
	if err != nil {
		return err
	}
	c.StudentID, c.Stage, c.Subject = &f.StudentID, h.Stage, seenSubject(h)
	d, ok := t.store.processes.Define(f.Kind, h.Stage, policy)
	if !ok || d.Subject != process.SubjectStudent {
		return unknownKind(f.Kind)
	}
	c.Definition = d
	if w.Particulars != nil {
		if err := w.Particulars(t, c, h, policy); err != nil {
			return err
		}
	}
	list := stageForbids(d, h.Stage)
	if h.SchoolGone && d.FiledBy == process.FiledBySchool {
		list = append(list, refusal.New(refusal.SchoolClosed))
	}
	elsewhere, err := t.filedElsewhere(d, f.Office, h)
	if err != nil {
		return err
	}
	if elsewhere != nil {
		list = append(list, elsewhere)
	}
	running, err := t.heldUp(f.Kind, f.StudentID)
	if err != nil {
		return err
	}
	if running != nil && running.Code == refusal.NotBegun {
		return running // the check of the state would say the same less clearly
	}
	if w.Items == nil {
		c.wrong = needlessValues(c.Kind, len(f.Values) > 0)
	} else if err := w.Items(t, c, h, f.Values); err != nil {
		return err
	}
	against, err := t.against(c, h, f.Evidence, "", true)
	if err != nil {
		return err
	}
	if running != nil {
		list = append(list, running)
	}
	if wrong := c.confirmed(h); wrong != nil {
		list = append(list, wrong)
	}
	return refusal.Join(append(list, against...)...)
}

// Apply locks the record, checks every precondition again, because the register has
// changed since the filing, and writes the change. If the record cannot take the change,
// this decision is refused with the reason and the step stays open.
func (w RecordWork) Apply(t *Tx, c *Change, s *Slip) error {
	barred, err := t.blocked(c)
	if err != nil {
		return err
	}
	if barred != nil {
		return unfit(s, barred)
	}
	if w.Before != nil {
		if err := w.Before(t, c); err != nil {
			return err
		}
	}
	h, err := t.readHeld(*c.StudentID, true)
	if err != nil {
		return err
	}
	after, err := t.applied(c, h)
	if err != nil {
		return unfit(s, err)
	}
	on := status.EffectiveOn(c.request(nil), t.today())
	if err := w.write(t, c, h, after, on); err != nil {
		return unfit(s, err)
	}
	return t.endEffective(c, s, on)
}

func (w RecordWork) write(t *Tx, c *Change, h *held, after status.Record, on calendar.Date) error {
	put := w.Put
	if put == nil {
		put = (*Tx).saveRecord
	}
	if err := put(t, c, h, after, on); err != nil || w.After == nil {
		return err
	}
	return w.After(t, c, h)
}

// seenSubject returns what the parties of a change may see of a pupil.
func seenSubject(h *held) Subject {
	return Subject{Name: h.Name, Number: h.NumberMasked, IDType: h.IDType, IDNumber: h.IDMasked, SchoolID: h.SchoolID, School: h.SchoolName,
		Province: h.Province, Stage: h.Stage, EntryYear: h.EntryYear}
}

// confirmed compares the typed confirmation of a filing with the record and then deletes
// it: it is stored nowhere.
func (c *Change) confirmed(h *held) *refusal.Error {
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

// chooseChain freezes the chain that the kind has for a sort of case, if it has one.
func (t *Tx) chooseChain(c *Change, h *held, route process.Route, policy process.Policy) {
	if d, ok := t.store.processes.DefineFor(c.Kind, h.Stage, route, policy); ok {
		c.Definition = d
	}
}
