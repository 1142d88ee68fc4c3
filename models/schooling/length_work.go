package schooling

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// The inputs of a change of schooling length.
const (
	schoolInput = "school"
	lengthInput = "length"
)

// lengths are the years of each stage by the code of a schooling length. Senior high is the
// same in all of them.
func lengths() map[string]map[org.Stage]int {
	return map[string]map[org.Stage]int{
		"SIX_THREE": {org.Primary: 6, org.Junior: 3}, // 六三制
		"FIVE_FOUR": {org.Primary: 5, org.Junior: 4}, // 五四制
	}
}

// LengthWork is the Work of a school, or of its managing bureau, that changes between
// six-three and five-four (学制变更, P12). A nine-year school changes both of its stages, a
// complete school those that it has.
type LengthWork struct{}

// Prepare judges the form, the papers and the year groups of the school.
func (LengthWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, rules process.Policy) error {
	school, named, err := schoolOfFiling(t, c, f)
	if err != nil {
		return err
	}
	if named != nil {
		return named
	}
	list, err := define(t, c, f, school, school.Stages[0], rules)
	if err != nil {
		return err
	}
	against, err := refusalsOfLength(t, c, school, rules)
	if err != nil {
		return err
	}
	if list = append(list, against...); len(list) > 0 {
		return refusal.Join(list...)
	}
	running, err := refusalOfRunning(t, c, schoolSlot(school.ID))
	if err != nil || running == nil {
		return err
	}
	return running
}

// Hold takes the slot of the school.
func (LengthWork) Hold(t *change.Tx, c *change.Change) error {
	hold(t, c, schoolSlot(c.Subject.SchoolID))
	return nil
}

// Recheck judges the form again. The school stays as it was filed.
func (LengthWork) Recheck(t *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	school, err := office.Read(t.Tx, c.Subject.SchoolID)
	if err != nil {
		return nil, err
	}
	list := slices.Concat(c.Definition.CheckFiled(c.Inputs), c.Definition.CheckEvidence(evidence.Kinds(papers)), change.NeedlessValues(c.Kind, s.Body.HasValues()))
	if code := c.Inputs[schoolInput]; code != "" && code != school.Code && code != school.ID.String() {
		list = append(list, refusal.New(refusal.LengthSchool).At("/inputs/"+schoolInput))
	}
	against, err := refusalsOfLength(t, c, school, c.Definition.Policy)
	return append(list, against...), err
}

// Apply notes the new years of each stage from the next school year on. Year groups that
// came to the school meanwhile are judged again.
func (LengthWork) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	school, err := office.Read(t.Tx, c.Subject.SchoolID)
	if err != nil {
		return err
	}
	rules, err := policy.InForce(t.Tx, school.ProvinceCode)
	if err != nil {
		return err
	}
	against, err := refusalsOfLength(t, c, school, rules)
	if err != nil {
		return err
	}
	if len(against) > 0 {
		return change.NoteNotApplied(s, refusal.Join(against...))
	}
	next := rules.SchoolYearOn(t.Today()) + 1
	for stage, years := range lengths()[c.Inputs[lengthInput]] {
		if slices.Contains(school.Stages, stage) {
			office.SetLength(t.Tx, school.ID, c.ID, office.StageLength{Stage: stage, FromYear: next, Years: years})
		}
	}
	return t.EndEffective(c, s, rules.SchoolYearStart.In(next))
}

// schoolSlot is the slot of a school for business about the school itself.
func schoolSlot(school uuid.UUID) string { return "school/" + school.String() }

// schoolOfFiling returns the school that a filing is about: the school that files, or the
// one below the bureau that the form names. Named refuses the form.
func schoolOfFiling(t *change.Tx, c *change.Change, f change.Filing) (school office.Organisation, named *refusal.Error, err error) {
	own, err := office.Read(t.Tx, f.Office.ID)
	if err != nil {
		return own, nil, err
	}
	code := c.Inputs[schoolInput]
	if own.Kind == org.School {
		if code != "" && code != own.Code {
			return own, refusal.New(refusal.LengthSchool).At("/inputs/" + schoolInput), nil
		}
		return own, nil, nil
	}
	school, found, err := findSchool(t.Tx, code, own.ID)
	if err == nil && !found {
		named = refusal.New(refusal.LengthSchool).At("/inputs/" + schoolInput)
	}
	return school, named, err
}

// findSchool finds an open school directly below a bureau by its code or ID.
func findSchool(t *store.Tx, named string, bureau uuid.UUID) (school office.Organisation, found bool, err error) {
	var ids []uuid.UUID
	err = t.DB().Raw(`SELECT id FROM organisation WHERE kind = '`+string(org.School)+`' AND parent_id = ? AND closed_at IS NULL AND ? IN (code, CAST(id AS text))`, bureau, named).Scan(&ids).Error
	if err != nil {
		return school, false, fmt.Errorf("find a school: %w", err)
	}
	if len(ids) == 0 {
		return school, false, nil
	}
	school, err = office.Read(t, ids[0])
	return school, err == nil, err
}

// yearGroup is a year group with pupils who are at school.
type yearGroup struct {
	Stage     org.Stage
	EntryYear int
}

// refusalsOfLength returns the refusals of a wanted schooling length: that nothing changes,
// and the year groups that would miss their graduation or repeat their last grade.
func refusalsOfLength(t *change.Tx, c *change.Change, school office.Organisation, rules process.Policy) ([]*refusal.Error, error) {
	wanted, known := lengths()[c.Inputs[lengthInput]]
	if !known {
		return nil, nil // the form says so
	}
	at := "/inputs/" + lengthInput
	if !slices.Contains(school.Stages, org.Primary) && !slices.Contains(school.Stages, org.Junior) {
		return []*refusal.Error{refusal.New(refusal.LengthStage).At(at)}, nil
	}
	this := rules.SchoolYearOn(t.Today())
	now, err := office.PolicyIn(t.Tx, school.ID, rules, this)
	if err != nil {
		return nil, err
	}
	next, err := office.PolicyIn(t.Tx, school.ID, rules, this+1)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(school.Stages, func(s org.Stage) bool { return wanted[s] != 0 && wanted[s] != next.StageYears[s] }) {
		return []*refusal.Error{refusal.New(refusal.LengthSame).At(at)}, nil
	}
	var groups []yearGroup
	err = t.DB().Raw(`SELECT DISTINCT stage, entry_year FROM student WHERE school_id = ? AND enrol_status IN ? ORDER BY stage, entry_year`, school.ID, []status.Enrol{status.Enrolled, status.Suspended}).Scan(&groups).Error
	if err != nil {
		return nil, fmt.Errorf("read the year groups of a school: %w", err)
	}
	var skip, repeat []yearGroup
	for _, g := range groups {
		years, is := wanted[g.Stage], now.StageYears[g.Stage]
		switch grade := this - g.EntryYear + 1; {
		case years == 0: // senior high
		case years < is && grade >= years && grade < is:
			skip = append(skip, g)
		case years > is && grade >= is:
			repeat = append(repeat, g)
		}
	}
	return slices.Concat(refuseGroups(refusal.LengthSkips, at, skip), refuseGroups(refusal.LengthRepeats, at, repeat)), nil
}

// refuseGroups names the year groups that stand against a schooling length.
func refuseGroups(code refusal.Code, at string, groups []yearGroup) []*refusal.Error {
	if len(groups) == 0 {
		return nil
	}
	var zh, en []string
	for _, g := range groups {
		stage := process.StageText(g.Stage)
		zh = append(zh, fmt.Sprintf("%s%d级", stage.Zh, g.EntryYear))
		en = append(en, fmt.Sprintf("%s %d", stage.En, g.EntryYear))
	}
	return []*refusal.Error{refusal.New(code).At(at).WithText("groups", strings.Join(zh, "、"), strings.Join(en, ", "))}
}
