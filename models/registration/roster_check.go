package registration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

const (
	// MaxRosterRows is how many pupils one file may hold: more than any school has,
	// and a check of that many ends within the time of one request.
	MaxRosterRows = 20_000
	// rosterBatch is how many rows are asked about and staged in one transaction.
	rosterBatch = 500
	// maxDryRunFindings bounds the answer of a dry run.
	maxDryRunFindings = 2_000
)

// RosterSheet is an uploaded file with the rules by which it is judged.
type RosterSheet struct {
	File      io.ReaderAt
	Size      int64
	Reader    *roster.Reader
	Divisions *division.Table
}

// DryRun is the result of a check that stored nothing.
type DryRun struct {
	RosterCounts
	Unfit    bool
	Findings []roster.Finding // about the file
	Rows     []RosterRow      // rows with findings, the first two thousand
}

// CheckRoster runs one attempt of a check (校验). It reads the sheet as a stream,
// compares each batch with the register and stores the batch in a transaction of its own.
// So progress is visible, and a crash loses only the attempt. A roster is CHECKED only
// when every row is stored.
func CheckRoster(ctx context.Context, s *store.Store, scope store.Scope, r *Roster, sheet RosterSheet) (*Roster, error) {
	c := newRosterCheck(ctx, s, scope, r.ID, sheet)
	c.save = func(t *store.Tx, batch []checkedRow) error { return saveCheckedRows(t, r.ID, r.Attempt, batch) }
	result, err := c.run(r.SchoolID)
	if err != nil {
		return nil, err
	}
	var done *Roster
	err = s.InScope(ctx, scope, func(t *store.Tx) error {
		done, err = finishRosterCheck(t, r.ID, r.Attempt, *result)
		return err
	})
	return done, err
}

// TryRoster checks a sheet and stores nothing (试校验). It gives every row the same
// verdict as CheckRoster.
func TryRoster(ctx context.Context, s *store.Store, scope store.Scope, school uuid.UUID, sheet RosterSheet) (*DryRun, error) {
	var rows []RosterRow
	at, named := map[int]int{}, map[int][]roster.Finding{}
	c := newRosterCheck(ctx, s, scope, school, sheet)
	c.save = func(_ *store.Tx, batch []checkedRow) error {
		for _, row := range batch {
			at[row.RowNo] = len(rows)
			rows = append(rows, row.withoutSecrets())
			named[row.RowNo] = sheet.Reader.Template().WithNames(row.Findings, row.Values)
		}
		return nil
	}
	result, err := c.run(school)
	if err != nil {
		return nil, err
	}
	dry := &DryRun{Unfit: result.Unfit, Findings: result.Findings}
	if result.Unfit {
		return dry, nil
	}
	for row, findings := range result.Late {
		r := &rows[at[row]]
		r.Verdict, r.Findings = RowRejected, append(r.Findings, findings...)
	}
	for _, row := range rows {
		dry.count(row.Verdict)
		if row.Verdict == RowRemarked { // as NameCorrections shows them
			row.Findings = named[row.RowNo]
		}
		if len(row.Findings) > 0 && len(dry.Rows) < maxDryRunFindings {
			dry.Rows = append(dry.Rows, row)
		}
	}
	dry.Read = result.Pupils
	return dry, nil
}

// rosterCheck is one run through a sheet, or through a part of it.
type rosterCheck struct {
	within  func(func(*store.Tx) error) error // runs one transaction, or goes on with the one of a part
	store   *store.Store
	ctx     context.Context //nolint:containedctx // lives exactly as long as the call that runs it
	by      uuid.UUID       // who handed the sheet in
	subject uuid.UUID       // of the audit entries
	sheet   RosterSheet
	save    func(*store.Tx, []checkedRow) error
	school  uuid.UUID
	classes map[string]uuid.UUID
	letters map[roster.Field]string // of the file's columns
	batch   []checkedRow
	seated  map[int]uuid.UUID // the classes of the good rows
	first   int               // row of the part
	last    int
	read    int // the last row that was read
}

// newRosterCheck makes a run through a whole sheet, with a transaction for every batch.
func newRosterCheck(ctx context.Context, s *store.Store, scope store.Scope, subject uuid.UUID, sheet RosterSheet) *rosterCheck {
	return &rosterCheck{
		within: func(fn func(*store.Tx) error) error { return s.InScope(ctx, scope, fn) }, store: s, ctx: ctx, by: scope.Account, subject: subject,
		sheet: sheet, seated: map[int]uuid.UUID{}, last: math.MaxInt,
	}
}

// run reads the sheet and stages what belongs to it. The result is nil when the part ends
// before the sheet does.
func (c *rosterCheck) run(school uuid.UUID) (*rosterResult, error) {
	result := &rosterResult{Template: c.sheet.Reader.Template().Version}
	c.school = school
	in, err := c.submission(school)
	if err != nil {
		return nil, err
	}
	sum, err := c.sheet.Reader.Read(c.ctx, c.sheet.File, c.sheet.Size, in, c.addRow)
	if errors.Is(err, errPartRead) {
		return nil, c.flush()
	}
	var unfit *refusal.Error
	if errors.As(err, &unfit) && refusal.CodeOf(err) != refusal.Internal {
		result.Unfit = true
		result.Findings = []roster.Finding{{Code: unfit.Code, Severity: roster.Reject, Params: unfit.Params}}
		return result, nil
	}
	if err != nil {
		return nil, err
	}
	if err := c.flush(); err != nil {
		return nil, err
	}
	full, err := c.overfullClasses(sum.Late)
	if err != nil {
		return nil, err
	}
	result.Template, result.Findings, result.Pupils, result.Late = sum.Template, append(sum.File, full...), sum.Rows, sum.Late
	return result, nil
}

// submission reads the school and its open classes.
func (c *rosterCheck) submission(school uuid.UUID) (*roster.Submission, error) {
	in := &roster.Submission{Divisions: c.sheet.Divisions}
	c.classes = map[string]uuid.UUID{}
	err := c.within(func(t *store.Tx) error {
		in.Today = t.Today()
		if err := t.DB().Raw(`SELECT code FROM organisation WHERE id = ?`, school).Scan(&in.SchoolCode).Error; err != nil {
			return fmt.Errorf("read the school of a roster: %w", err)
		}
		var rows []struct {
			ID    uuid.UUID
			Code  string
			Name  string
			Stage org.Stage
		}
		err := t.DB().Raw(`SELECT c.id, c.code, c.name, g.stage FROM school_class c JOIN school_grade g ON g.id = c.grade_id
			WHERE c.school_id = ? AND c.closed_at IS NULL ORDER BY c.code`, school).Scan(&rows).Error
		if err != nil {
			return fmt.Errorf("read the classes of a school: %w", err)
		}
		for _, row := range rows {
			c.classes[row.Code] = row.ID
			in.Classes = append(in.Classes, roster.Class{Code: row.Code, Name: row.Name, Stage: student.StageOf(row.Stage)})
		}
		return nil
	})
	return in, err
}

func (c *rosterCheck) addRow(row *roster.Row) error {
	if mine, err := c.isOfPart(row); err != nil || !mine {
		return err
	}
	code := row.Pupil.ClassCode()
	c.letters = row.Letters
	c.batch = append(c.batch, checkedRow{RowNo: row.Number, Verdict: verdictOf(row), ClassID: c.classes[code], ClassCode: code,
		Values: row.Pupil, Findings: row.Findings})
	if len(c.batch) < rosterBatch {
		return nil
	}
	return c.flush()
}

func verdictOf(row *roster.Row) RosterVerdict {
	switch row.Verdict {
	case roster.Take:
		if len(row.Findings) == 0 {
			return RowAccepted
		}
		return RowRemarked
	case roster.Correct:
		return RowRemarked
	case roster.LeftOut:
		return RowSkipped
	case roster.Refuse:
		return RowRejected
	}
	return RowRejected
}

// flush compares the batch with the register and stores it, in one transaction.
func (c *rosterCheck) flush() error {
	if len(c.batch) == 0 {
		return nil
	}
	batch := c.batch
	c.batch = nil
	return c.within(func(t *store.Tx) error {
		if err := c.compareWithRegister(t, batch); err != nil {
			return err
		}
		if err := c.save(t, batch); err != nil {
			return err
		}
		for _, row := range batch {
			if row.isGood() {
				c.seated[row.RowNo] = row.ClassID
			}
		}
		return nil
	})
}

// overfullClasses returns a remark for each class that would have more pupils than seats.
func (c *rosterCheck) overfullClasses(late map[int][]roster.Finding) ([]roster.Finding, error) {
	pupils := map[uuid.UUID]int{}
	for row, class := range c.seated {
		if late[row] == nil {
			pupils[class]++
		}
	}
	var classes []struct {
		ID       uuid.UUID
		Code     string
		Capacity int
		Occupied int
	}
	err := c.within(func(t *store.Tx) error {
		return t.DB().Raw(`SELECT id, code, capacity, occupied FROM school_class WHERE id = ANY (?::uuid[]) ORDER BY code`,
			student.IdArray(slices.Collect(maps.Keys(pupils)))).Scan(&classes).Error
	})
	if err != nil {
		return nil, fmt.Errorf("compare a roster with the sizes of classes: %w", err)
	}
	var list []roster.Finding
	for _, class := range classes {
		if class.Occupied+pupils[class.ID] > class.Capacity {
			list = append(list, roster.Finding{Field: roster.ClassCode, Code: refusal.RosterClassFills, Severity: roster.Remark,
				Shown: class.Code, Params: map[string]string{"class": class.Code, "max": strconv.Itoa(class.Capacity)}})
		}
	}
	return list, nil
}
