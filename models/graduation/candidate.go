package graduation

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// Candidate is a pupil of a graduating grade with everything that stands against the
// graduation now; no refusals mean that the pupil can graduate.
type Candidate struct {
	Pupil    *student.PupilRow
	Class    string
	Refusals []*refusal.Error
}

// Candidates returns the pupils of the graduating grade of a school in the order of their
// IDs, after a given one: those at school, and those of the same year group who are
// suspended, abroad, missing or have left otherwise and so do not take part (P84).
func Candidates(t *store.Tx, school org.OfficeRef, stage org.Stage, after uuid.UUID, most int) ([]Candidate, error) {
	rules, err := policy.InForce(t, school.Province)
	if err != nil {
		return nil, err
	}
	if rules, err = office.PolicyOf(t, school.ID, rules); err != nil {
		return nil, err
	}
	return candidates(t, school.ID, stage, rules, after, most)
}

func candidates(t *store.Tx, school uuid.UUID, stage org.Stage, rules process.Policy, after uuid.UUID, most int) ([]Candidate, error) {
	facts := status.Facts{Today: t.Today(), Filed: t.Today(), Policy: rules, Starting: true}
	last := YearOf(rules, t.Today()) - rules.StageYears[stage] // the year group that graduates now
	var rows []struct {
		ID    uuid.UUID
		Class string
	}
	err := t.DB().Raw(`SELECT s.id, coalesce(`+office.ClassLabel+`, '') AS class
		FROM student s LEFT JOIN school_class k ON k.id = s.class_id LEFT JOIN school_grade g ON g.id = k.grade_id
		WHERE s.school_id = @school AND s.stage = @stage AND s.id > @after AND (s.enrol_status = @enrolled AND s.entry_year <= @year
			OR s.enrol_status IN @away AND s.entry_year = @year) ORDER BY s.id LIMIT @most`,
		map[string]any{"school": school, "stage": stage, "year": last, "after": after, "enrolled": status.Enrolled, "most": most,
			"away": []status.Enrol{status.Suspended, status.Abroad, status.Missing, status.OtherLeft}}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read a graduating grade: %w", err)
	}
	ids, lines := make([]uuid.UUID, len(rows)), map[uuid.UUID]int{}
	for i, row := range rows {
		ids[i], lines[row.ID] = row.ID, i
	}
	pupils, err := student.ReadPupilRows(t, ids, false)
	if err != nil {
		return nil, err
	}
	list := make([]Candidate, len(rows))
	for _, h := range pupils {
		i := lines[h.ID]
		list[i] = Candidate{Pupil: h, Class: rows[i].Class, Refusals: status.Check(h.Record, requestOf(status.Graduated), facts)}
	}
	busy, err := pupillist.Busy(t, ids)
	if err != nil {
		return nil, err
	}
	for _, i := range busy {
		list[i].Refusals = append(list[i].Refusals, change.ChangeInProgress(nil))
	}
	return list, nil
}
