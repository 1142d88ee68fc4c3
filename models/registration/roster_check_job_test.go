package registration_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// rosterFolder is the collection of rosters.
const rosterFolder = "../roster/testdata"

func sheetFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(rosterFolder, name))
	require.NoError(t, err)
	return content
}

// inShortParts makes sheets of two rows long, and their parts four rows.
func inShortParts(t *testing.T) *storetest.County {
	t.Helper()
	c := storetest.New(t)
	c.Bulk(store.Bulk{ListRows: 1, PartRows: 1})
	return c
}

// sameRoster compares everything that two checks of one sheet have left.
func sameRoster(c *storetest.County, want, is uuid.UUID, what string) {
	c.T().Helper()
	const head = `SELECT concat_ws(' ', state, template_version, rows_read, rows_good, rows_remarked, rows_rejected, rows_skipped, rows_present, rows_differing, findings,
		checked_at IS NOT NULL) FROM roster WHERE id = $1`
	require.Equal(c.T(), c.Text(head, want), c.Text(head, is), what)
	const rows = `SELECT concat_ws('|', row_no, verdict, name, id_masked, encode(id_hash, 'hex'), class_id, class_code, findings, student_id, payload IS NULL)
		FROM roster_row WHERE roster_id = $1 ORDER BY row_no`
	require.Equal(c.T(), c.Texts(rows, want), c.Texts(rows, is), what)
}

// Every sheet of the collection that can be read at all gives the same roster, row by row,
// when a job checks it four rows at a time.
func TestAJobFindsWhatTheRequestFinds(t *testing.T) {
	c := storetest.New(t)
	c.Pupils(storetest.SchoolA, 3)
	c.Bulk(store.Bulk{ListRows: 1, PartRows: 1})
	sheets, long := storetest.Drawer{}, 0
	runner := c.Runner(sheets)
	require.NoError(t, filepath.WalkDir(rosterFolder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".xlsx") {
			return err
		}
		name, err := filepath.Rel(rosterFolder, path)
		require.NoError(t, err)
		content := sheetFile(t, name)
		if info, err := d.Info(); err != nil || info.Size() > 60_000 {
			return err // four rows at a time take their time
		}
		parts, err := registration.PartsOfCheck(t.Context(), c.App.Store, c.SheetOf(content))
		require.NoError(t, err)
		if len(parts) == 0 {
			return nil
		}
		long++
		direct := c.Upload(storetest.SchoolA, c.SheetOf(content), "direct "+name)
		byJob, j := c.UploadLong(storetest.SchoolA, sheets, content, "job "+name)
		require.Equal(t, job.JobDone, c.RunJob(runner, j.ID).State, name)
		sameRoster(c, direct.ID, byJob.ID, name)
		return nil
	}))
	require.Greater(t, long, 10, "the collection has sheets of many shapes")
}

// Blank lines and lines of totals may stand at the end of a part, at the beginning of the next
// one, and across: every line is told of once, as in the request.
func TestAJobTellsOfLinesWithoutPupilsOnce(t *testing.T) {
	c := inShortParts(t)
	sheets := storetest.Drawer{}
	runner := c.Runner(sheets)
	pupils := c.Read("roster-clean.xlsx")[:11]
	for _, shape := range []string{"blank", "total", "total blank", "blank total blank"} {
		for after := 2; after < 10; after++ {
			content := withLines(t, c.Written(pupils...), after, strings.Fields(shape))
			name := fmt.Sprintf("%s after %d", shape, after)
			direct := c.Upload(storetest.SchoolA, c.SheetOf(content), "direct "+name)
			byJob, j := c.UploadLong(storetest.SchoolA, sheets, content, "job "+name)
			require.Equal(t, job.JobDone, c.RunJob(runner, j.ID).State, name)
			require.Positive(t, c.Count(`SELECT count(*) FROM roster_row WHERE roster_id = $1 AND verdict = 'SKIP'`, direct.ID), name)
			sameRoster(c, direct.ID, byJob.ID, name)
		}
	}
}

// withLines puts lines without pupils into a sheet, after so many pupils.
func withLines(t *testing.T, sheet registration.RosterSheet, after int, lines []string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(io.NewSectionReader(sheet.File, 0, sheet.Size))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	name := f.GetSheetList()[0]
	rows, err := f.GetRows(name)
	require.NoError(t, err)
	at := len(rows) - 11 + after + 1
	for i, line := range lines {
		require.NoError(t, f.InsertRows(name, at+i, 1))
		if line == "total" {
			require.NoError(t, f.SetCellStr(name, fmt.Sprintf("A%d", at+i), "合计"))
		}
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

// A part that breaks leaves nothing, a part that comes twice or to two workers is done once,
// and the roster is as if nothing had happened.
func TestTheCheckOfALongSheetSurvivesWhatBreaks(t *testing.T) {
	c := inShortParts(t)
	content, sheets := sheetFile(t, "roster-messy.xlsx"), storetest.Drawer{}
	c.Bulk(store.Bulk{ListRows: 1, PartRows: 3})
	direct := c.Upload(storetest.SchoolA, c.SheetOf(content), "direct")
	r, j := c.UploadLong(storetest.SchoolA, sheets, content, "job")
	require.Greater(t, j.Parts, 3)
	staged := func() int { return c.Count(`SELECT count(*) FROM roster_row WHERE roster_id = $1`, r.ID) }
	runner := c.Runner(sheets)
	at, err := runner.Do(t.Context(), c.Worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, 1, at.PartsDone)
	first := staged()
	require.Positive(t, first)
	require.Equal(t, first, c.Count(`SELECT rows_read FROM roster WHERE id = $1`, r.ID), "the progress is seen")
	_, err = c.FileRoster(r)
	require.ErrorIs(t, err, refusal.New(refusal.RosterChecking), "nobody files half a check")

	broken := errors.New("the store does not answer")
	failing, err := job.NewJobRunner(kinds.JobWorks(func(context.Context, string) ([]byte, error) { return nil, broken }, nil))
	require.NoError(t, err)
	_, err = failing.Do(t.Context(), c.Worker, j.ID, 2)
	require.ErrorIs(t, err, broken)
	require.Equal(t, job.JobRunning, c.Job(j.ID).State, "it is tried again")
	require.Equal(t, first, staged())

	errs := make(chan error)
	for range 2 {
		go func() {
			_, err := runner.Do(t.Context(), c.Worker, j.ID, 2)
			errs <- err
		}()
	}
	require.NoError(t, errors.Join(<-errs, <-errs))
	_, err = runner.Do(t.Context(), c.Worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, 2, c.Job(j.ID).PartsDone)
	require.Equal(t, job.JobDone, c.RunJob(runner, j.ID).State)
	sameRoster(c, direct.ID, r.ID, "after all that")
	again, err := runner.Do(t.Context(), c.Worker, j.ID, j.Parts)
	require.NoError(t, err)
	require.Equal(t, job.JobDone, again.State)
	sameRoster(c, direct.ID, r.ID, "the last part once more")
	require.Equal(t, 1, c.Count(`SELECT count(DISTINCT account_id) FROM audit_entry WHERE action = 'roster.ask_register' AND subject_id = $1`, r.ID.String()),
		"the trail names who handed the sheet in")
	require.Zero(t, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'roster.ask_register' AND account_id IS NULL`))
}

// A check that is stopped leaves no row; resumed it begins at the first row and finds the same.
func TestACheckThatStopsLeavesNothingHalfWritten(t *testing.T) {
	c := inShortParts(t)
	content, sheets := sheetFile(t, "roster-messy.xlsx"), storetest.Drawer{}
	direct := c.Upload(storetest.SchoolA, c.SheetOf(content), "direct")
	r, j := c.UploadLong(storetest.SchoolA, sheets, content, "job")
	runner := c.Runner(sheets)
	_, err := runner.Do(t.Context(), c.Worker, j.ID, 1)
	require.NoError(t, err)
	require.NoError(t, c.SayToJob(storetest.SchoolA, j.ID, job.JobCancel))
	at, err := runner.Do(t.Context(), c.Worker, j.ID, 2)
	require.NoError(t, err)
	nothing := func(is *job.Job, state job.JobState) {
		t.Helper()
		require.Equal(t, state, is.State)
		require.Zero(t, is.PartsDone+is.RowsDone)
		require.Equal(t, 1, is.NextPart)
		require.Zero(t, c.Count(`SELECT count(*) FROM roster_row WHERE roster_id = $1`, r.ID))
		require.Equal(t, 1, c.Count(`SELECT count(*) FROM roster WHERE id = $1 AND state = 'UPLOADED' AND rows_read = 0 AND checked_at IS NULL`, r.ID))
	}
	nothing(at, job.JobCancelled)
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		seen, err := registration.ReadRoster(tx.Tx, r.ID)
		require.NoError(t, err)
		require.Equal(t, "校验已停止", seen.StateText().Zh)
		require.ErrorIs(t, seen.RefusalToCheck(c.Now()), refusal.New(refusal.RosterChecking), "its job is resumed instead")
		return nil
	})

	require.NoError(t, c.SayToJob(storetest.SchoolA, j.ID, job.JobResume))
	_, err = runner.Do(t.Context(), c.Worker, j.ID, 1)
	require.NoError(t, err)
	delete(sheets, r.BlobKey)
	at, err = runner.Do(t.Context(), c.Worker, j.ID, 2)
	require.NoError(t, err)
	nothing(at, job.JobFailed)
	require.Equal(t, refusal.RosterFileGone, at.Problem)

	sheets[r.BlobKey] = content
	require.NoError(t, c.SayToJob(storetest.SchoolA, j.ID, job.JobResume))
	require.Equal(t, job.JobDone, c.RunJob(runner, j.ID).State)
	sameRoster(c, direct.ID, r.ID, "in the end")
}

// A roster that is thrown away takes its job with it, whether it runs or has failed.
func TestADiscardedRosterStopsItsCheck(t *testing.T) {
	c := inShortParts(t)
	sheets := storetest.Drawer{}
	runner := c.Runner(sheets)
	discard := func(r *registration.Roster) {
		t.Helper()
		c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error { return registration.DiscardRoster(tx.Tx, r.ID) })
	}
	running, j := c.UploadLong(storetest.SchoolA, sheets, sheetFile(t, "roster-messy.xlsx"), "running")
	_, err := runner.Do(t.Context(), c.Worker, j.ID, 1)
	require.NoError(t, err)
	discard(running)
	require.Equal(t, job.JobCancelled, c.RunJob(runner, j.ID).State)
	require.Zero(t, c.Count(`SELECT count(*) FROM roster_row`))

	failed, j := c.UploadLong(storetest.SchoolA, sheets, sheetFile(t, "roster-clean.xlsx"), "failed")
	delete(sheets, failed.BlobKey)
	require.Equal(t, job.JobFailed, c.RunJob(runner, j.ID).State)
	c.Advance(registration.RosterLifetime + time.Hour)
	_, err = registration.SweepRosterFiles(t.Context(), c.Worker.Store, func(context.Context, string) error { return nil })
	require.NoError(t, err)
	require.Equal(t, job.JobCancelled, c.RunJob(runner, j.ID).State, "nobody has to look after it")
	require.ErrorIs(t, c.SayToJob(storetest.SchoolA, j.ID, job.JobCancel), refusal.New(refusal.JobStopped))
}

// The application hands in the check of a sheet that its own school has just uploaded, and
// no other job or part.
func TestOnlyTheCheckOfASheetIsHandedInAsAJob(t *testing.T) {
	c := inShortParts(t)
	r, j := c.UploadLong(storetest.SchoolA, storetest.Drawer{}, sheetFile(t, "roster-clean.xlsx"), "job")
	part := `INSERT INTO job_part (job_id, no, org_path, first_no, last_no, rows) SELECT id, 900, org_path, 1, 1, 1 FROM job`
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		return tx.InSavepoint(func() error {
			_, err := tx.Exec(part)
			require.NoError(t, err, "before a worker has looked at it")
			return nil
		})
	})
	_, err := c.Runner(nil).Stand(t.Context(), c.Worker.Store, j.ID)
	require.NoError(t, err)
	const row = `INSERT INTO job (id, kind, org_id, org_path, province_code, subject_id, effective_on, filed_by, created_at)
		SELECT gen_random_uuid(), %s, school_id, org_path, '520000', id, '2026-11-20', %s, now() FROM roster`
	for _, query := range []string{
		strings.NewReplacer("900", "901").Replace(part),
		strings.Replace(strings.Replace(row, "%s", "'ROSTER_ENROL'", 1), "%s", "acting_account()", 1),
		strings.Replace(strings.Replace(row, "%s", "'ROSTER_CHECK'", 1), "%s", "gen_random_uuid()", 1),
		`UPDATE job SET state = 'DONE', ended_at = now()`,
	} {
		err := c.In(c.App, storetest.SchoolA, func(tx *change.Tx) error {
			_, err := tx.Exec(query)
			return err
		})
		require.Equal(t, "42501", storetest.SQLState(err), query)
	}
	require.ErrorIs(t, c.SayToJob(storetest.SchoolB, j.ID, job.JobCancel), refusal.New(refusal.NotFound))
	require.Equal(t, r.ID, j.SubjectID)
}

// The same key is the same roster and job for ever; with another file it is refused.
func TestAnUploadIsRepeatedByItsKey(t *testing.T) {
	c := storetest.New(t)
	begin := func(key, hash string) (r *registration.Roster, begun bool, err error) {
		err = c.In(c.App, storetest.SchoolA, func(tx *change.Tx) (err error) {
			r, begun, err = registration.BeginRoster(tx.Tx, registration.NewRoster{ID: store.NewID(), School: c.ID(storetest.SchoolA), OrgPath: storetest.SchoolA,
				FileSHA256: []byte(hash), BlobKey: hash, Key: key})
			return err
		})
		return r, begun, err
	}
	first, begun, err := begin("upload-1", "a")
	require.NoError(t, err)
	require.True(t, begun)
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error { return registration.DiscardRoster(tx.Tx, first.ID) })
	again, begun, err := begin("upload-1", "a")
	require.NoError(t, err)
	require.False(t, begun)
	require.Equal(t, first.ID, again.ID, "also when it was thrown away")
	_, _, err = begin("upload-1", "b")
	require.ErrorIs(t, err, refusal.New(refusal.KeyReused))
	fresh, begun, err := begin("upload-2", "a")
	require.NoError(t, err)
	require.True(t, begun)
	require.NotEqual(t, first.ID, fresh.ID)
}
