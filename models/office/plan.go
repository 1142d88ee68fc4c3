package office

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Plan is the enrolment plan (招生规模, P37) of a school: how many pupils it may take into
// the first grade of a stage in a year.
type Plan struct {
	SchoolID uuid.UUID
	OrgPath  string
	Stage    org.Stage
	Year     int
	Size     int // places
	Used     int // places that are taken
	SetAt    time.Time
	Version  int64
}

// Free returns the number of places that are left.
func (p *Plan) Free() int { return p.Size - p.Used }

const planColumns = `p.school_id, p.org_path::text AS org_path, p.stage, p.year, p.size, p.used, p.set_at, p.version`

// ReadPlan returns the plan of a school, nil when there is none in the scope.
func ReadPlan(t *store.Tx, school uuid.UUID, stage org.Stage, year int) (*Plan, error) {
	return readPlan(t, school, stage, year, "")
}

// readPlan reads a plan; lock is " FOR UPDATE" or empty.
func readPlan(t *store.Tx, school uuid.UUID, stage org.Stage, year int, lock string) (*Plan, error) {
	var p Plan
	err := t.DB().Raw(`SELECT `+planColumns+` FROM enrolment_plan p WHERE p.school_id = ? AND p.stage = ? AND p.year = ?`+lock, school, stage, year).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // no plan was set
	}
	if err != nil {
		return nil, fmt.Errorf("read an enrolment plan: %w", err)
	}
	return &p, nil
}

// TakePlaces takes n places of a plan in the transaction of what uses them (worker). It is
// refused when the plan has too few, or when there is no plan and the province wants one.
// Taken is false where the province wants none and the school has none: nothing is counted,
// so nothing may be given back. The plan is locked before it is judged: of two transactions
// at once the second waits for the first and counts what it left.
func TakePlaces(t *store.Tx, school uuid.UUID, stage org.Stage, year, n int) (taken bool, err error) {
	if n < 0 {
		return false, fmt.Errorf("take %d places of a plan", n)
	}
	p, err := readPlan(t, school, stage, year, " FOR UPDATE")
	if err != nil {
		return false, err
	}
	if p == nil || p.Free() < n {
		return false, refusalOfPlaces(t, p, school, year, n)
	}
	t.Later("take places of a plan", 1, `UPDATE enrolment_plan SET used = used + ?, version = version + 1 WHERE school_id = ? AND stage = ? AND year = ?`, n, school, stage, year)
	return true, nil
}

// RefusalOfPlaces returns the refusal with which TakePlaces would answer now, else nil. It
// serves the check of a filing, which takes nothing.
func RefusalOfPlaces(t *store.Tx, school uuid.UUID, stage org.Stage, year, n int) (*refusal.Error, error) {
	p, err := ReadPlan(t, school, stage, year)
	if err == nil {
		err = refusalOfPlaces(t, p, school, year, n)
	}
	var refused *refusal.Error
	if errors.As(err, &refused) {
		return refused, nil
	}
	return nil, err
}

// refusalOfPlaces returns why n places of a plan cannot be taken; p is nil without a plan.
func refusalOfPlaces(t *store.Tx, p *Plan, school uuid.UUID, year, n int) error {
	switch {
	case p != nil && p.Free() < n:
		return refusal.New(refusal.PlanExceeded).With("year", strconv.Itoa(year)).With("size", strconv.Itoa(p.Size)).With("used", strconv.Itoa(p.Used)).With("asked", strconv.Itoa(n))
	case p != nil:
		return nil
	}
	o, err := Read(t, school)
	if err != nil {
		return err
	}
	rules, err := policy.InForce(t, o.ProvinceCode)
	if err != nil || !rules.EnrolmentNeedsPlan {
		return err
	}
	return refusal.New(refusal.PlanMissing).With("school", o.Name).With("year", strconv.Itoa(year))
}

// FreePlaces gives n places of a plan back in the transaction of what frees them (worker).
// Where the province wants no plan, there may be none.
func FreePlaces(t *store.Tx, school uuid.UUID, stage org.Stage, year, n int) error {
	_, err := t.Exec(`UPDATE enrolment_plan SET used = greatest(used - @n, 0), version = version + 1 WHERE school_id = @school AND stage = @stage AND year = @year`,
		map[string]any{"n": max(n, 0), "school": school, "stage": stage, "year": year})
	if err != nil {
		return fmt.Errorf("give places of a plan back: %w", err)
	}
	return nil
}

// SetPlan sets the size of a plan for this year or the next, as the managing bureau of the
// school. Version is the version the caller read, 0 where there was no plan.
func SetPlan(t *store.Tx, bureau org.OfficeRef, school Organisation, stage org.Stage, year, size int, version int64) (*Plan, error) {
	list, err := refusalsOfPlan(t, bureau, school, stage, year)
	if err != nil {
		return nil, err
	}
	if err := refusal.Join(list...); err != nil {
		return nil, err
	}
	var rows int64
	if version == 0 {
		rows, err = t.Exec(`INSERT INTO enrolment_plan (school_id, org_path, stage, year, size, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			school.ID, school.Path, stage, year, size, t.Scope().Account, t.Now())
	} else {
		rows, err = t.Exec(`UPDATE enrolment_plan SET size = ?, set_by = ?, set_at = ?, version = version + 1
			WHERE school_id = ? AND stage = ? AND year = ? AND version = ? AND used <= ?`, size, t.Scope().Account, t.Now(), school.ID, stage, year, version, size)
	}
	if err != nil {
		return nil, fmt.Errorf("set an enrolment plan: %w", err)
	}
	if rows != 1 {
		return nil, refusalOfPlanEdit(t, school.ID, stage, year, version, size)
	}
	err = t.Audit("plan.set", "plan", school.ID.String(), map[string]string{"stage": string(stage), "year": strconv.Itoa(year), "size": strconv.Itoa(size)})
	if err != nil {
		return nil, err
	}
	return ReadPlan(t, school.ID, stage, year)
}

// refusalsOfPlan returns all refusals of a plan but those of its size: of the bureau, the
// school, the stage and the year.
func refusalsOfPlan(t *store.Tx, bureau org.OfficeRef, school Organisation, stage org.Stage, year int) ([]*refusal.Error, error) {
	if school.Kind != org.School {
		return []*refusal.Error{refusal.New(refusal.NotFound)}, nil
	}
	var list []*refusal.Error
	if managing := org.SuperiorPath(school.Path); bureau.Path != managing {
		var name string
		if err := t.DB().Raw(`SELECT name FROM organisation WHERE path = ?::ltree`, managing).Scan(&name).Error; err != nil {
			return nil, fmt.Errorf("find the managing bureau of a school: %w", err)
		}
		list = append(list, refusal.New(refusal.PlanBureau).With("bureau", name))
	}
	if school.ClosedAt != nil {
		list = append(list, refusal.New(refusal.SchoolClosed))
	}
	if !slices.Contains(school.Stages, stage) {
		list = append(list, refusal.New(refusal.GradeStage).At("/stage"))
	}
	if this := t.Today().Year(); year != this && year != this+1 {
		list = append(list, refusal.New(refusal.PlanYear).At("/year").With("from", strconv.Itoa(this)).With("to", strconv.Itoa(this+1)))
	}
	return list, nil
}

// refusalOfPlanEdit returns the reason why setting a plan touched no row.
func refusalOfPlanEdit(t *store.Tx, school uuid.UUID, stage org.Stage, year int, version int64, size int) error {
	p, err := ReadPlan(t, school, stage, year)
	if err != nil {
		return err
	}
	if p != nil && p.Version == version && p.Used > size {
		return PlanBelowUsed(p.Used).At("/size")
	}
	return refusal.New(refusal.VersionConflict).At("/based_on")
}

// PlanBelowUsed refuses a plan that is smaller than its used places.
func PlanBelowUsed(used int) *refusal.Error {
	return refusal.New(refusal.PlanBelowUsed).With("used", strconv.Itoa(used))
}

// ResizePlan gives a plan another size as a decision of its bureau said (worker). The
// account is the one that filed the change.
func ResizePlan(t *store.Tx, school uuid.UUID, stage org.Stage, year, size int, by uuid.UUID) error {
	rows, err := t.Exec(`UPDATE enrolment_plan SET size = @size, set_by = @by, set_at = @now, version = version + 1
		WHERE school_id = @school AND stage = @stage AND year = @year AND used <= @size`,
		map[string]any{"size": size, "by": by, "now": t.Now(), "school": school, "stage": stage, "year": year})
	if err != nil {
		return fmt.Errorf("change an enrolment plan: %w", err)
	}
	if rows == 1 {
		return nil
	}
	p, err := ReadPlan(t, school, stage, year)
	if err != nil {
		return err
	}
	if p == nil {
		o, err := Read(t, school)
		return errors.Join(err, refusal.New(refusal.PlanMissing).With("school", o.Name).With("year", strconv.Itoa(year)))
	}
	return PlanBelowUsed(p.Used)
}

// PlannedSchool is a school of a bureau with its plan of a stage in a year.
type PlannedSchool struct {
	SchoolID uuid.UUID
	Code     string
	Name     string
	Stage    org.Stage
	Year     int
	Size     *int // nil where no plan was set
	Used     int
	Version  int64
}

// PlanKey is the place of a school and stage in the list of plans.
type PlanKey struct {
	Code  string    `json:"c"`
	Stage org.Stage `json:"s"`
}

// Plans lists the open schools directly below a bureau, or one school, with their plans of
// a year: a line for each stage, by school code.
func Plans(t *store.Tx, bureau uuid.UUID, year int, after PlanKey, most int) ([]PlannedSchool, error) {
	var list []PlannedSchool
	err := t.DB().Raw(`SELECT o.id AS school_id, o.code, o.name, s.stage, CAST(@year AS int) AS year, p.size, coalesce(p.used, 0) AS used, coalesce(p.version, 0) AS version
		FROM organisation o CROSS JOIN LATERAL unnest(o.stages) AS s (stage)
		LEFT JOIN enrolment_plan p ON p.school_id = o.id AND p.stage = s.stage AND p.year = @year
		WHERE (o.parent_id = @bureau OR o.id = @bureau) AND o.kind = '`+string(org.School)+`' AND o.closed_at IS NULL AND (o.code, s.stage) > (@code, @stage)
		ORDER BY o.code, s.stage LIMIT @most`, map[string]any{"year": year, "bureau": bureau, "code": after.Code, "stage": after.Stage, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list enrolment plans: %w", err)
	}
	return list, nil
}
