package schooling

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// The inputs of a merger.
const (
	fromInput = "from"
	intoInput = "into"
)

// OpenAt returns a refusal when a subject has business open at a school, else nil.
type OpenAt func(t *store.Tx, school uuid.UUID) (*refusal.Error, error)

// MergerWork is the Work of a managing bureau that lets one of its schools absorb another
// one (学校合并, P13): records and files go to the school that absorbs.
type MergerWork struct {
	// Open lists what other subjects may have open at the absorbed school.
	Open []OpenAt
}

// merger is the two schools of a merger.
type merger struct{ from, into office.Organisation }

// Prepare judges the two schools, the form and the papers.
func (w MergerWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, rules process.Policy) error {
	m, named, err := schoolsOfFiling(t, c, f)
	if err != nil {
		return err
	}
	if len(named) > 0 {
		return refusal.Join(named...)
	}
	list, err := define(t, c, f, m.from, m.from.Stages[0], rules)
	if err != nil {
		return err
	}
	c.Releasing, c.Receiving = refOf(m.from), refOf(m.into)
	against, err := w.refusals(t, c, m, rules)
	if err != nil {
		return err
	}
	for _, school := range []uuid.UUID{m.from.ID, m.into.ID} {
		running, err := refusalOfRunning(t, c, schoolSlot(school))
		if err != nil {
			return err
		}
		if running != nil {
			against = append(against, running)
			break
		}
	}
	return refusal.Join(append(list, against...)...)
}

// Hold takes the slots of both schools.
func (MergerWork) Hold(t *change.Tx, c *change.Change) error {
	ids := []string{schoolSlot(c.Releasing.ID), schoolSlot(c.Receiving.ID)}
	slices.Sort(ids) // two mergers of the same schools never wait for each other
	for _, id := range ids {
		hold(t, c, id)
	}
	return nil
}

// Recheck judges the form again. The schools stay as they were filed.
func (w MergerWork) Recheck(t *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	m, err := readMerger(t.Tx, c.ID)
	if err != nil {
		return nil, err
	}
	list := slices.Concat(c.Definition.CheckFiled(c.Inputs), c.Definition.CheckEvidence(evidence.Kinds(papers)), change.NeedlessValues(c.Kind, s.Body.HasValues()))
	for input, school := range map[string]office.Organisation{fromInput: m.from, intoInput: m.into} {
		if code := c.Inputs[input]; code != "" && code != school.Code && code != school.ID.String() {
			return append(list, refusal.New(refusal.MergerFixed).At("/inputs/"+input)), nil
		}
	}
	against, err := w.refusals(t, c, m, c.Definition.Policy)
	return append(list, against...), err
}

// Strike refuses to take anything out: a merger has no list.
func (MergerWork) Strike(_ *change.Tx, _ *change.Change, s *change.Slip) (left bool, err error) {
	if len(s.Body.Strike) > 0 {
		return true, refusal.New(refusal.StrikeNotHere).At("/strike")
	}
	return true, nil
}

// EndLine leaves the merger as it is when other business of a pupil has priority: the
// record moves in the state that it is in.
func (MergerWork) EndLine(*change.Tx, *change.Change, uuid.UUID, string) error { return nil }

// Apply closes the absorbed school, so that nothing is filed there any more, takes the
// slots of its records, and leaves classes and records to a job. Everything that stands
// against the merger is judged again after the school is closed.
func (w MergerWork) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	m, err := readMerger(t.Tx, c.ID)
	if err != nil {
		return err
	}
	if err := office.HoldOpen(t.Tx, m.into.ID); err != nil {
		return change.NoteNotApplied(s, err)
	}
	if err := office.CloseAbsorbed(t.Tx, m.from.ID, c.FiledBy); err != nil {
		return change.NoteNotApplied(s, err)
	}
	rules, err := policy.InForce(t.Tx, m.from.ProvinceCode)
	if err != nil {
		return err
	}
	against, err := w.refusals(t, c, m, rules)
	if err != nil {
		return err
	}
	records, free, err := takeRecords(t, c, m.from.ID)
	if err != nil {
		return err
	}
	if !free && !slices.ContainsFunc(against, func(e *refusal.Error) bool { return e.Code == refusal.MergerRunning }) {
		against = append(against, runningAt(m.from, 1))
	}
	if len(against) > 0 {
		return change.NoteNotApplied(s, refusal.Join(against...))
	}
	if records > 0 {
		return w.fileJob(t, c, s, m, records)
	}
	if err := office.TakeOver(t.Tx, m.from, m.into); err != nil {
		return err
	}
	return t.EndEffective(c, s, t.Today())
}

// takeRecords takes the slot of every record of a school. Free is false when another change
// holds one of them.
func takeRecords(t *change.Tx, c *change.Change, school uuid.UUID) (records int, free bool, err error) {
	if err := t.DB().Raw(`SELECT count(*) FROM student WHERE school_id = ?`, school).Scan(&records).Error; err != nil {
		return 0, false, fmt.Errorf("count the records of a school: %w", err)
	}
	n, err := t.Exec(`INSERT INTO slot (key, change_id, taken_at) SELECT 'student/' || id, ?, ? FROM student WHERE school_id = ? ORDER BY id ON CONFLICT DO NOTHING`, c.ID, t.Now(), school)
	if err != nil {
		return 0, false, fmt.Errorf("take the slots of a school: %w", err)
	}
	return records, n == int64(records), nil
}

// schoolsOfFiling finds the two schools of the form below the bureau that files.
func schoolsOfFiling(t *change.Tx, c *change.Change, f change.Filing) (m merger, named []*refusal.Error, err error) {
	own, err := office.Read(t.Tx, f.Office.ID)
	if err != nil {
		return m, nil, err
	}
	if own.Kind == org.School {
		return m, []*refusal.Error{refusal.New(refusal.MergerBureau)}, nil
	}
	for _, s := range []struct {
		input string
		into  *office.Organisation
	}{{fromInput, &m.from}, {intoInput, &m.into}} {
		school, found, err := findSchool(t.Tx, c.Inputs[s.input], own.ID)
		if err != nil {
			return m, nil, err
		}
		if !found {
			named = append(named, refusal.New(refusal.MergerSchool).At("/inputs/"+s.input))
		}
		*s.into = school
	}
	if len(named) == 0 && m.from.ID == m.into.ID {
		named = append(named, refusal.New(refusal.MergerSame).At("/inputs/"+intoInput))
	}
	return m, named, nil
}

// readMerger reads the two schools of a merger that was filed.
func readMerger(t *store.Tx, changeID uuid.UUID) (m merger, err error) {
	var sides []struct {
		Side  process.Side
		OrgID uuid.UUID
	}
	err = t.DB().Raw(`SELECT side, org_id FROM change_party WHERE change_id = ? AND side IN ?`, changeID, []process.Side{process.SideOut, process.SideIn}).Scan(&sides).Error
	if err != nil {
		return m, fmt.Errorf("read the schools of a merger: %w", err)
	}
	for _, s := range sides {
		school, err := office.Read(t, s.OrgID)
		if err != nil {
			return m, err
		}
		if s.Side == process.SideOut {
			m.from = school
		} else {
			m.into = school
		}
	}
	return m, nil
}

// refusals returns what stands against a merger at the two schools, all at once.
func (w MergerWork) refusals(t *change.Tx, c *change.Change, m merger, rules process.Policy) ([]*refusal.Error, error) {
	list := refuseStages(m)
	same, err := sameLength(t, m, rules)
	if err != nil {
		return nil, err
	}
	if !same && len(list) == 0 {
		list = append(list, refusal.New(refusal.MergerLength).At("/inputs/"+intoInput))
	}
	var running int
	err = t.DB().Raw(`SELECT count(*) FROM change WHERE status = ? AND id <> ? AND id IN (SELECT change_id FROM change_party WHERE org_id = ?
		UNION SELECT change_id FROM step WHERE status = ? AND office_id = ?)`, change.StatusRunning, c.ID, m.from.ID, change.StepOpen, m.from.ID).Scan(&running).Error
	if err != nil {
		return nil, fmt.Errorf("count the changes of a school: %w", err)
	}
	if running > 0 {
		list = append(list, runningAt(m.from, running))
	}
	for _, open := range w.Open {
		against, err := open(t.Tx, m.from.ID)
		if err != nil {
			return nil, err
		}
		if against != nil {
			list = append(list, against.With("school", m.from.Name))
		}
	}
	return list, nil
}

// refuseStages refuses a school that lacks a stage of the one it absorbs.
func refuseStages(m merger) []*refusal.Error {
	var zh, en []string
	for _, stage := range m.from.Stages {
		if !slices.Contains(m.into.Stages, stage) {
			text := process.StageText(stage)
			zh, en = append(zh, text.Zh), append(en, text.En)
		}
	}
	if len(zh) == 0 {
		return nil
	}
	return []*refusal.Error{refusal.New(refusal.MergerStages).At("/inputs/"+intoInput).With("school", m.into.Name).
		WithText("stages", strings.Join(zh, "、"), strings.Join(en, ", "))}
}

// sameLength reports whether the stages of the absorbed school take as many years at the
// other one, in this school year and in the next.
func sameLength(t *change.Tx, m merger, rules process.Policy) (bool, error) {
	this := rules.SchoolYearOn(t.Today())
	for _, year := range []int{this, this + 1} {
		from, err := office.PolicyIn(t.Tx, m.from.ID, rules, year)
		if err != nil {
			return false, err
		}
		into, err := office.PolicyIn(t.Tx, m.into.ID, rules, year)
		if err != nil {
			return false, err
		}
		for _, stage := range m.from.Stages {
			if from.StageYears[stage] != into.StageYears[stage] {
				return false, nil
			}
		}
	}
	return true, nil
}

func runningAt(school office.Organisation, n int) *refusal.Error {
	return refusal.New(refusal.MergerRunning).At("/inputs/"+fromInput).With("school", school.Name).With("count", strconv.Itoa(n))
}

func refOf(o office.Organisation) org.OfficeRef {
	return org.OfficeRef{ID: o.ID, Path: o.Path, Province: o.ProvinceCode}
}
