package schooling

import (
	"fmt"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// define freezes the chain of a change about a school and returns the refusals of its form
// and its papers.
func define(t *change.Tx, c *change.Change, f change.Filing, school office.Organisation, stage org.Stage, policy process.Policy) ([]*refusal.Error, error) {
	d, ok := t.Store().Processes().Define(f.Kind, stage, policy)
	if !ok || d.Subject != process.SubjectOffice {
		return nil, change.UnknownKind(f.Kind)
	}
	c.Definition, c.Stage = d, stage
	c.Subject = change.Subject{SchoolID: school.ID, School: school.Name, Province: school.ProvinceCode, Stage: stage}
	list := append(d.CheckInputs(c.Inputs), d.CheckEvidence(evidence.Kinds(f.Evidence))...)
	missing, err := evidence.RefuseUnknown(t.Tx, f.Evidence)
	if err != nil {
		return nil, err
	}
	list = append(append(list, missing...), change.NeedlessValues(f.Kind, len(f.Values) > 0)...)
	if school.ClosedAt != nil {
		list = append(list, refusal.New(refusal.SchoolClosed))
	}
	return list, nil
}

// refusalOfRunning returns a refusal when another change of the same matter runs, else nil.
func refusalOfRunning(t *change.Tx, c *change.Change, slot string) (*refusal.Error, error) {
	held, running, err := t.SlotHolder(slot)
	if err != nil || !held {
		return nil, err
	}
	return caseRunning(c, running), nil
}

// hold takes the slot of a matter.
func hold(t *change.Tx, c *change.Change, slot string) {
	t.TakeSlot(c, slot, func() error { return caseRunning(c, nil) })
}

// caseRunning refuses a second change of one matter. It names the first one to those who may
// see it.
func caseRunning(c, running *change.Change) *refusal.Error {
	name := c.Definition.Name
	if running == nil {
		return refusal.New(refusal.OfficeCaseRunning).WithText("kind", name.Zh, name.En).With("case", "")
	}
	name = running.Definition.Name
	return refusal.New(refusal.OfficeCaseRunning).WithText("kind", name.Zh, name.En).
		WithText("case", fmt.Sprintf("（%s）", running.CaseNo), fmt.Sprintf(" (%s)", running.CaseNo))
}
