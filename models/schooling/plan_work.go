package schooling

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// The inputs of a change of an enrolment plan.
const (
	stageInput = "stage"
	yearInput  = "year"
	sizeInput  = "size"
)

// PlanWork is the Work of a school that asks for another size of its enrolment plan
// (招生计划数变更, KT24).
type PlanWork struct{}

// Prepare judges the form, the papers, the plan of this year and its used places.
func (PlanWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	school, err := office.Read(t.Tx, f.Office.ID)
	if err != nil {
		return err
	}
	stage := org.Stage(c.Inputs[stageInput])
	list, err := define(t, c, f, school, stage, policy)
	if err != nil {
		return err
	}
	against, err := refusalsOfPlanChange(t, c, school)
	if err != nil {
		return err
	}
	if list = append(list, against...); len(list) > 0 {
		return refusal.Join(list...)
	}
	running, err := refusalOfRunning(t, c, planSlot(c))
	if err != nil || running != nil {
		return refusal.Join(running)
	}
	return nil
}

// Hold takes the slot of the plan.
func (PlanWork) Hold(t *change.Tx, c *change.Change) error {
	hold(t, c, planSlot(c))
	return nil
}

// Recheck judges the form again. Stage and year must stay as they were filed, because the
// slot is theirs.
func (PlanWork) Recheck(t *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	school, err := office.Read(t.Tx, c.OrgID)
	if err != nil {
		return nil, err
	}
	list := slices.Concat(c.Definition.CheckFiled(c.Inputs), c.Definition.CheckEvidence(evidence.Kinds(papers)), change.NeedlessValues(c.Kind, s.Body.HasValues()))
	if org.Stage(c.Inputs[stageInput]) != c.Stage || c.Inputs[yearInput] != strconv.Itoa(planYear(c)) {
		return append(list, refusal.New(refusal.PlanFixed).At("/inputs/"+stageInput)), nil
	}
	against, err := refusalsOfPlanChange(t, c, school)
	return append(list, against...), err
}

// Apply gives the plan its new size. When more places are used by now, the decision is
// refused and the step stays open.
func (PlanWork) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	size, err := strconv.Atoi(c.Inputs[sizeInput])
	if err != nil {
		return fmt.Errorf("read the size of a plan: %w", err)
	}
	if err := office.ResizePlan(t.Tx, c.OrgID, c.Stage, planYear(c), size, c.FiledBy); err != nil {
		return change.NoteNotApplied(s, err)
	}
	return t.EndEffective(c, s, t.Today())
}

// planYear returns the year whose plan a change is about: that of its filing (hard rule 50).
// The turn of the year does not spoil a change that is being decided.
func planYear(c *change.Change) int { return calendar.DateOf(c.FiledAt).Year() }

// planSlot is the slot of the plan of one school, stage and year.
func planSlot(c *change.Change) string {
	return fmt.Sprintf("plan/%s/%s/%d", c.OrgID, c.Stage, planYear(c))
}

// refusalsOfPlanChange returns the refusals of a wanted size. Inputs that the form refuses
// are not judged a second time.
func refusalsOfPlanChange(t *change.Tx, c *change.Change, school office.Organisation) ([]*refusal.Error, error) {
	year, given := number(c, yearInput)
	this := planYear(c)
	switch {
	case !given || c.Inputs[stageInput] == "":
		return nil, nil
	case year != this:
		return []*refusal.Error{refusal.New(refusal.PlanThisYear).At("/inputs/"+yearInput).With("year", strconv.Itoa(this))}, nil
	case !slices.Contains(school.Stages, c.Stage):
		return []*refusal.Error{refusal.New(refusal.GradeStage).At("/inputs/" + stageInput)}, nil
	}
	plan, err := office.ReadPlan(t.Tx, school.ID, c.Stage, year)
	if err != nil {
		return nil, err
	}
	if plan == nil {
		return []*refusal.Error{refusal.New(refusal.PlanMissing).At("/inputs/"+stageInput).With("school", school.Name).With("year", strconv.Itoa(year))}, nil
	}
	size, given := number(c, sizeInput)
	switch {
	case given && size == plan.Size:
		return []*refusal.Error{refusal.New(refusal.PlanSame).At("/inputs/"+sizeInput).With("size", strconv.Itoa(size))}, nil
	case given && size < plan.Used:
		return []*refusal.Error{office.PlanBelowUsed(plan.Used).At("/inputs/" + sizeInput)}, nil
	}
	return nil, nil
}

// number returns an input that is a number, and whether it is one.
func number(c *change.Change, input string) (int, bool) {
	n, err := strconv.Atoi(c.Inputs[input])
	return n, err == nil
}
