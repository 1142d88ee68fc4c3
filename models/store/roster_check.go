package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/roster"
)

const (
	// RosterRows is how many pupils one file may hold: more than any school has,
	// and a check of that many ends within the time of one request.
	RosterRows = 20_000
	// rosterBatch is how many rows are asked about and staged in one transaction.
	rosterBatch = 500
	// dryRunFindings bounds the answer of a dry run.
	dryRunFindings = 2_000
)

// RosterSheet is an uploaded file and what it is judged with.
type RosterSheet struct {
	File      io.ReaderAt
	Size      int64
	Reader    *roster.Reader
	Divisions *division.Table
}

// DryRun is what a check found in a file of which nothing was kept.
type DryRun struct {
	RosterCounts
	Unfit    bool
	Findings []roster.Finding // about the file
	Rows     []RosterRow      // those with findings, the first two thousand
}

// CheckRoster runs one attempt of a check (校验): it streams the sheet, asks the
// register about each batch and stages the batch in a transaction of its own,
// so that progress is visible and a crash loses no more than the attempt. A
// roster is CHECKED only when every row is staged.
func (s *Store) CheckRoster(ctx context.Context, scope Scope, r *Roster, sheet RosterSheet) (*Roster, error) {
	c := &rosterCheck{store: s, ctx: ctx, scope: scope, subject: r.ID, sheet: sheet}
	c.keep = func(t *Tx, batch []StagedRow) error { return t.StageRosterRows(r.ID, r.Attempt, batch) }
	result, err := c.run(r.SchoolID)
	if err != nil {
		return nil, err
	}
	var done *Roster
	err = s.InScope(ctx, scope, func(t *Tx) error {
		done, err = t.FinishRosterCheck(r.ID, r.Attempt, *result)
		return err
	})
	return done, err
}

// TryRoster checks a sheet and keeps nothing (试校验).
func (s *Store) TryRoster(ctx context.Context, scope Scope, school uuid.UUID, sheet RosterSheet) (*DryRun, error) {
	dry := &DryRun{}
	verdicts := map[int]RosterVerdict{}
	c := &rosterCheck{store: s, ctx: ctx, scope: scope, subject: school, sheet: sheet}
	c.keep = func(_ *Tx, batch []StagedRow) error {
		for _, row := range batch {
			verdicts[row.RowNo] = row.Verdict
			if len(row.Findings) > 0 && len(dry.Rows) < dryRunFindings {
				dry.Rows = append(dry.Rows, RosterRow{RowNo: row.RowNo, Verdict: row.Verdict, Name: row.Values[roster.Name],
					IDMasked: maskDocument(row.Values[roster.IDNumber]), ClassCode: row.ClassCode, Findings: row.Findings})
			}
		}
		return nil
	}
	result, err := c.run(school)
	if err != nil {
		return nil, err
	}
	for row, findings := range result.Late {
		verdicts[row] = RowRejected
		dry.refuse(row, findings)
	}
	for _, v := range verdicts {
		dry.count(v)
	}
	dry.Read, dry.Unfit, dry.Findings = result.Pupils, result.Unfit, result.Findings
	return dry, nil
}

func (d *DryRun) refuse(row int, findings []roster.Finding) {
	for i := range d.Rows {
		if d.Rows[i].RowNo == row {
			d.Rows[i].Verdict, d.Rows[i].Findings = RowRejected, append(d.Rows[i].Findings, findings...)
			return
		}
	}
	if len(d.Rows) < dryRunFindings {
		d.Rows = append(d.Rows, RosterRow{RowNo: row, Verdict: RowRejected, Findings: findings})
	}
}

// rosterCheck is one walk through a sheet.
type rosterCheck struct {
	store   *Store
	ctx     context.Context //nolint:containedctx // lives exactly as long as the call that runs it
	scope   Scope
	subject uuid.UUID // of the audit entries
	sheet   RosterSheet
	keep    func(*Tx, []StagedRow) error
	classes map[string]uuid.UUID
	batch   []StagedRow
}

func (c *rosterCheck) run(school uuid.UUID) (*RosterResult, error) {
	result := &RosterResult{Template: c.sheet.Reader.Template().Version}
	in, err := c.submission(school)
	if err != nil {
		return nil, err
	}
	sum, err := c.sheet.Reader.Read(c.ctx, c.sheet.File, c.sheet.Size, in, c.take)
	var unfit *problem.Error
	if errors.As(err, &unfit) && problem.CodeOf(err) != problem.Internal {
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
	result.Template, result.Findings, result.Pupils, result.Late = sum.Template, sum.File, sum.Rows, sum.Late
	return result, nil
}

// submission reads the school and its open classes.
func (c *rosterCheck) submission(school uuid.UUID) (*roster.Submission, error) {
	in := &roster.Submission{Divisions: c.sheet.Divisions}
	c.classes = map[string]uuid.UUID{}
	err := c.store.InScope(c.ctx, c.scope, func(t *Tx) error {
		in.Today = t.today()
		if err := t.db.Raw(`SELECT code FROM organisation WHERE id = ?`, school).Scan(&in.SchoolCode).Error; err != nil {
			return fmt.Errorf("read the school of a roster: %w", err)
		}
		var rows []struct {
			ID    uuid.UUID
			Code  string
			Name  string
			Stage org.Stage
		}
		err := t.db.Raw(`SELECT c.id, c.code, c.name, g.stage FROM school_class c JOIN school_grade g ON g.id = c.grade_id
			WHERE c.school_id = ? AND c.closed_at IS NULL ORDER BY c.code`, school).Scan(&rows).Error
		if err != nil {
			return fmt.Errorf("read the classes of a school: %w", err)
		}
		for _, row := range rows {
			c.classes[row.Code] = row.ID
			in.Classes = append(in.Classes, roster.Class{Code: row.Code, Name: row.Name, Stage: stageOf(row.Stage)})
		}
		return nil
	})
	return in, err
}

func stageOf(s org.Stage) ident.Stage {
	switch s {
	case org.Primary:
		return ident.PrimaryStage
	case org.Junior:
		return ident.JuniorStage
	case org.Senior:
		return ident.SeniorStage
	}
	return 0
}

func (c *rosterCheck) take(row *roster.Row) error {
	code := row.Pupil.ClassCode()
	c.batch = append(c.batch, StagedRow{RowNo: row.Number, Verdict: verdictOf(row), ClassID: c.classes[code], ClassCode: code,
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

// flush asks the register about the batch and keeps it, in one transaction.
func (c *rosterCheck) flush() error {
	if len(c.batch) == 0 {
		return nil
	}
	batch := c.batch
	c.batch = nil
	return c.store.InScope(c.ctx, c.scope, func(t *Tx) error {
		if err := c.refuseRegistered(t, batch); err != nil {
			return err
		}
		return c.keep(t, batch)
	})
}

// refuseRegistered refuses pupils who have a record already (身份证号已被注册).
func (c *rosterCheck) refuseRegistered(t *Tx, batch []StagedRow) error {
	hashes := map[string]int{}
	var asked [][]byte
	for i, row := range batch {
		number := row.Values[roster.IDNumber]
		if number == "" || (row.Verdict != RowAccepted && row.Verdict != RowRemarked) {
			continue
		}
		for _, hash := range c.store.identityKeys(documentOf(row.Values)) {
			hashes[string(hash)] = i
			asked = append(asked, hash)
		}
	}
	own, elsewhere, err := t.RegisteredAmong(c.subject, asked)
	if err != nil {
		return err
	}
	column := c.sheet.Reader.Template().Column(roster.IDNumber)
	for hash, i := range hashes {
		code := problem.IdentityRegistered
		switch {
		case own[hash]:
			code = problem.IdentityOwnSchool
		case !elsewhere[hash]:
			continue
		}
		row := &batch[i]
		row.Verdict = RowRejected
		row.Findings = append(row.Findings, roster.Finding{Row: row.RowNo, Column: column.Letter, Header: column.Header, Field: column.Field,
			Code: code, Severity: roster.Reject, Shown: maskDocument(row.Values[roster.IDNumber])})
	}
	return nil
}
