package enrolment

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// Work is the Work of the two kinds of enrolment, SELF_ENROLMENT (自主招生, KT21) and
// UNIFIED_ENROLMENT (统一招生, KT20). They differ in who files and in their chains.
type Work struct{}

// Prepare freezes the chain of one group of graduates. FileLists has judged them in the same
// transaction; a filing that names none is told where to do so.
func (Work) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	g, ok := f.Named.(*group)
	if !ok {
		return refusal.New(refusal.EnrolLines).At("/lines").With("max", maxLinesText)
	}
	c.Stage, c.Prepared, c.Releasing = g.stage, g, g.source
	if g.school.ID != f.Office.ID {
		c.Receiving = g.school
	}
	d, known := t.Store().Processes().DefineFor(c.Kind, g.stage, g.route(c.Kind), policy)
	if !known {
		return change.UnknownKind(c.Kind)
	}
	c.Definition = d
	list := append(change.StageForbids(d, g.stage), d.CheckInputs(c.Inputs)...)
	list = append(list, d.CheckEvidence(evidence.Kinds(f.Evidence))...)
	missing, err := evidence.RefuseUnknown(t.Tx, f.Evidence)
	if err != nil {
		return err
	}
	return refusal.Join(append(list, missing...)...)
}

// Hold writes the claims. A claim holds no slot.
func (Work) Hold(t *change.Tx, c *change.Change) error { return insertClaims(t.Tx, c) }

// eventFiledLate is the line of the timeline about an enrolment that was filed after its
// day (hard rule 29).
const eventFiledLate = "FILED_LATE"

// Filed notes a filing after the day of the enrolment.
func (Work) Filed(t *change.Tx, c *change.Change) error {
	g, ok := c.Prepared.(*group)
	if !ok {
		return fmt.Errorf("claims that were not prepared: change %s", c.ID)
	}
	until := status.EnrolmentDay(c.Definition.Policy, g.year)
	if until.IsZero() || !t.Today().After(until) {
		return nil
	}
	return t.WriteEvent(change.Event{Change: c.ID, Verb: eventFiledLate, Step: 0, Round: 1, Office: c.OrgID, Params: map[string]string{"last_day": until.String()}})
}

// Recheck judges form and papers; each decision judges the claims.
func (Work) Recheck(_ *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	list := append(c.Definition.CheckFiled(c.Inputs), c.Definition.CheckEvidence(evidence.Kinds(papers))...)
	return append(list, change.NeedlessValues(c.Kind, s.Body.HasValues())...), nil
}

// Passed does what a decision in the middle of the chain means for the claims: the approval
// of the receiving bureau admits, and the last step before the final approval retrieves.
func (Work) Passed(t *change.Tx, c *change.Change, step process.Step, _ *change.Slip) error {
	own, err := lockClaims(t.Tx, c)
	if err != nil {
		return err
	}
	if step.Side == process.SideIn && step.Level != process.LevelSchool {
		if err := own.admit(t, c); err != nil {
			return err
		}
	}
	if !retrieves(c.Definition, c.StepNo) {
		return nil
	}
	return own.retrieve(t, c)
}

// retrieves reports whether the file is retrieved (调档) when a step passes: at the step of
// the school's own registrar, or with the step before the last one where the province
// retrieves automatically (D4).
func retrieves(d process.Definition, no int) bool {
	for i, step := range d.Steps {
		if step.Own {
			return i+1 == no
		}
	}
	return no+1 == len(d.Steps)
}

// Apply moves the records of all graduates of the list with the last decision. The register
// changes only then, so that a refusal at the end leaves every graduate where the graduate
// was. While a line waits, the decision is refused with every such line.
func (Work) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	own, err := lockClaims(t.Tx, c)
	if err != nil {
		return err
	}
	if err := own.admit(t, c); err != nil {
		return change.NoteNotApplied(s, err)
	}
	if err := own.retrieve(t, c); err != nil {
		return err
	}
	if err := refusal.Join(own.waiting()...); err != nil {
		return change.NoteNotApplied(s, err)
	}
	moved, err := own.move(t, c)
	if err != nil {
		return change.NoteNotApplied(s, err)
	}
	if moved == 0 {
		return t.EndEmptyList(c, s)
	}
	return t.EndEffective(c, s, t.Today())
}

// Strike ends the claims that an approval names. Left reports whether a claim is open: the
// approval of another school's claim may have ended the last one.
func (Work) Strike(t *change.Tx, c *change.Change, s *change.Slip) (left bool, err error) {
	own, err := lockClaims(t.Tx, c)
	if err != nil {
		return false, err
	}
	return own.strike(t, c, s)
}

// EndLine ends the claim on one graduate, because other business has priority, and ends the
// change when no claim is left.
func (Work) EndLine(t *change.Tx, c *change.Change, student uuid.UUID, code string) error {
	return endLine(t, c, student, change.RefusalOfEnding(code), code)
}

// Ended ends the claims of a change that did not come to its end, and gives their places
// back.
func (Work) Ended(t *change.Tx, c *change.Change, as string) error {
	if as == change.StatusEffective {
		return nil
	}
	own, err := lockClaims(t.Tx, c)
	if err != nil {
		return err
	}
	for _, a := range own.claims {
		own.end(t.Tx, a, refusal.New(refusal.EnrolCaseEnded))
	}
	return own.freePlaces(t.Tx)
}

// route returns the route of the chain: a list that the bureau of the sources decides
// anyway needs no second approval of theirs.
func (g *group) route(kind process.Kind) process.Route {
	managing := org.SuperiorPath(g.school.Path)
	if g.source.Path == managing || kind == process.UnifiedEnrolment && strings.HasPrefix(g.source.Path, managing+".") {
		return process.SameBureau
	}
	return process.SameProvince
}
