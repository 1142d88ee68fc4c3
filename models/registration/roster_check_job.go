package registration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/workbook"
	"github.com/xueji/xueji/models/store"
)

// checkPartFactor is how much longer a part of a check is than a part of another job: each
// part reads the file from its first row, because a row is judged against the rows before it.
const checkPartFactor = 4

// PartsOfCheck cuts the rows of a sheet into the parts of a job, in the order of the sheet.
// It gives none for a sheet that is checked within the request: a short one, and one that
// cannot be read, whose check says why.
func PartsOfCheck(ctx context.Context, s *store.Store, sheet RosterSheet) ([]job.JobRange, error) {
	numbers, err := sheet.Reader.RowNumbers(ctx, sheet.File, sheet.Size)
	if err != nil && refusal.CodeOf(err) == refusal.Internal {
		return nil, err
	}
	if len(numbers) <= s.Bulk().ListRows {
		return nil, nil
	}
	var parts []job.JobRange
	next := int64(1) // blank lines belong to the part of the row after them
	for most := checkPartFactor * s.Bulk().PartRows; len(numbers) > 0; {
		part := numbers[:min(most, len(numbers))]
		numbers = numbers[len(part):]
		last := int64(part[len(part)-1])
		parts = append(parts, job.JobRange{First: next, Last: last, Rows: len(part)})
		next = last + 1
	}
	return parts, nil
}

// FileRosterCheck files the job that checks an uploaded sheet, in the transaction that opens
// the check.
func FileRosterCheck(t *store.Tx, r *Roster, parts []job.JobRange) (*job.Job, error) {
	var province string
	if err := t.DB().Raw(`SELECT province_code FROM organisation WHERE id = ?`, r.SchoolID).Scan(&province).Error; err != nil {
		return nil, fmt.Errorf("read the school of a roster: %w", err)
	}
	id, err := job.FileJob(t, job.NewJob{
		Kind: job.JobRosterCheck, Org: r.SchoolID, OrgPath: r.OrgPath, Province: province, Subject: r.ID, EffectiveOn: t.Today(), FiledBy: t.Scope().Account, Parts: parts,
	})
	if err != nil {
		return nil, err
	}
	return job.ReadJob(t, id)
}

// SheetOpener reads the stored file of a roster. A file that is gone is roster_file_gone.
type SheetOpener func(ctx context.Context, key string) ([]byte, error)

// RosterCheckJob checks a long sheet part by part, and gives the roster that a check within
// the request would give. What it has staged is taken back when it stops before the end.
type RosterCheckJob struct{ Open SheetOpener }

// Part checks the rows of one part; the last one closes the check.
func (w RosterCheckJob) Part(t *store.Tx, j *job.Job, p *job.JobPart) error {
	r, err := ReadRoster(t, j.SubjectID)
	switch {
	case err != nil:
		return err
	case r.State == RosterDiscarded || r.State == RosterUnfit: // thrown away, or an earlier part saw that it is of no use
		return nil
	case r.State != RosterUploaded:
		return wrongRosterState(r.State)
	case r.BlobKey == "":
		return refusal.New(refusal.RosterFileGone)
	}
	content, err := w.Open(t.Context(), r.BlobKey)
	if err != nil {
		return err
	}
	c := &rosterCheck{
		within: func(fn func(*store.Tx) error) error { return fn(t) }, store: t.Store(), ctx: t.Context(), by: r.CreatedBy, subject: r.ID,
		sheet: sheetOf(t.Store(), content), first: int(p.FirstNo), last: int(p.LastNo),
	}
	if p.No == j.Parts {
		c.last = math.MaxInt
	}
	c.save = func(t *store.Tx, batch []checkedRow) error { return saveCheckedRows(t, r.ID, r.Attempt, batch) }
	if c.seated, err = seatedRows(t, r.ID); err != nil {
		return err
	}
	result, err := c.run(r.SchoolID)
	if err != nil || result == nil || p.No < j.Parts && !result.Unfit {
		return err
	}
	_, err = finishRosterCheck(t, r.ID, r.Attempt, *result)
	return err
}

// Stopped takes back what the parts have staged: a check that has not come to its end says
// nothing about a sheet.
func (RosterCheckJob) Stopped(t *store.Tx, j *job.Job) error {
	r, err := lockRoster(t, j.SubjectID)
	if err != nil || r.State != RosterUploaded {
		return err
	}
	return clearCheck(t, r.ID)
}

// sheetOf is a stored file with the rules of the register, and with the limits of an upload.
func sheetOf(s *store.Store, content []byte) RosterSheet {
	return RosterSheet{File: bytes.NewReader(content), Size: int64(len(content)), Divisions: s.Items().Divisions,
		Reader: s.Items().Reader.WithLimits(workbook.DefaultLimits(), MaxRosterRows)}
}

// errPartRead ends the reading of a sheet after the last row of a part.
var errPartRead = errors.New("the rows of this part are read")

// isOfPart says whether a row that was read belongs to the part. A remark about blank rows
// carries the number of the first of them and belongs to the row that was read before it.
func (c *rosterCheck) isOfPart(row *roster.Row) (bool, error) {
	if c.read = max(c.read, row.Number); c.read > c.last {
		return false, errPartRead
	}
	return c.read >= c.first, nil
}

// seatedRows gives the classes of the good rows that are staged.
func seatedRows(t *store.Tx, id uuid.UUID) (map[int]uuid.UUID, error) {
	var rows []struct {
		RowNo   int
		ClassID uuid.UUID
	}
	err := t.DB().Raw(`SELECT row_no, class_id FROM roster_row WHERE roster_id = ? AND verdict IN ? AND class_id IS NOT NULL`, id, goodVerdicts()).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the classes of a roster: %w", err)
	}
	seated := make(map[int]uuid.UUID, len(rows))
	for _, row := range rows {
		seated[row.RowNo] = row.ClassID
	}
	return seated, nil
}
