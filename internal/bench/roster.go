package bench

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/sample"
	"github.com/xueji/xueji/models/roster/workbook"
)

// ImportFigures are rows per second on the way from a file to records, and of
// what any import must do at least.
type ImportFigures struct {
	Rows     int    `json:"rows"`
	Staged   Spread `json:"staged_rows_per_second"`   // upload, check, stage
	Enrolled Spread `json:"enrolled_rows_per_second"` // file, approve twice, enrol
	Whole    Spread `json:"import_rows_per_second"`   // both
	Iterated Spread `json:"iterated_rows_per_second"` // excelize, texts only
	Read     Spread `json:"read_rows_per_second"`     // our own reader, cells with types, without judging
	Copied   Spread `json:"copied_rows_per_second"`   // COPY of the same cells into an unlogged table

	OfIterated       float64 `json:"import_of_iterated"`
	OfCopied         float64 `json:"import_of_copied"`
	StagedOfIterated float64 `json:"staged_of_iterated"`
}

// importRound is what one roster took.
type importRound struct {
	rows                                   int
	staged, enrolled, iterated, read, copy time.Duration
}

func (r importRound) rate(took time.Duration) float64 { return float64(r.rows) / took.Seconds() }

// firstRosterSchool keeps the schools of the import apart from the clients'.
const firstRosterSchool = 1000

func measureImport(ctx context.Context, o Options, x *xueji) (*ImportFigures, error) {
	var rounds []importRound
	rosters, err := x.rosters(ctx, o.Rows, o.Rounds)
	if err != nil {
		return nil, err
	}
	for n, file := range rosters {
		done, err := x.importRound(ctx, file)
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		o.say("roster %d: %d rows in %s", n+1, done.rows, (done.staged + done.enrolled).Round(time.Millisecond))
		rounds = append(rounds, done)
	}
	f := &ImportFigures{
		Rows:     o.Rows,
		Staged:   spreadOf(rounds, func(r importRound) float64 { return r.rate(r.staged) }),
		Enrolled: spreadOf(rounds, func(r importRound) float64 { return r.rate(r.enrolled) }),
		Whole:    spreadOf(rounds, func(r importRound) float64 { return r.rate(r.staged + r.enrolled) }),
		Iterated: spreadOf(rounds, func(r importRound) float64 { return r.rate(r.iterated) }),
		Read:     spreadOf(rounds, func(r importRound) float64 { return r.rate(r.read) }),
		Copied:   spreadOf(rounds, func(r importRound) float64 { return r.rate(r.copy) }),
	}
	f.OfIterated, f.OfCopied = f.Whole.Median/f.Iterated.Median, f.Whole.Median/f.Copied.Median
	f.StagedOfIterated = f.Staged.Median / f.Iterated.Median
	return f, nil
}

// rosterFile is the sheet of one school and the people who bring it in.
type rosterFile struct {
	side

	content []byte
	rows    int
}

// rosters writes one sheet per round, each of a school of its own: nobody is in two.
func (x *xueji) rosters(ctx context.Context, rows, rounds int) ([]rosterFile, error) {
	years := lastYear - firstYear + 1
	perYear := (rows + years*seats*9/10 - 1) / (years * seats * 9 / 10)
	divisions, err := division.Load()
	if err != nil {
		return nil, err
	}
	reader, err := roster.NewReader()
	if err != nil {
		return nil, err
	}
	list := make([]rosterFile, rounds)
	pupils := make([][]roster.Pupil, rounds)
	in := &roster.Submission{Stage: ident.PrimaryStage, Today: x.clock.Today(), Divisions: divisions}
	for year := firstYear; year <= lastYear; year++ {
		for no := 1; no <= perYear; no++ {
			in.Classes = append(in.Classes, roster.Class{Code: classCode(year, no)})
		}
	}
	for i := range list {
		if list[i].side, err = x.openSide(ctx, x.home, firstRosterSchool+i, perYear); err != nil {
			return nil, err
		}
		in.SchoolCode = list[i].school.code
	}
	all, err := sample.Pupils(2026, rows*rounds, in)
	if err != nil {
		return nil, err
	}
	n := 0
	for p := range all {
		at := n % rounds // dealt like cards, so that every school gets every class
		p[roster.SchoolCode] = list[at].school.code
		pupils[at] = append(pupils[at], p)
		n++
	}
	for i := range list {
		var file bytes.Buffer
		if err := reader.Template().Write(&file, "", slices.Values(pupils[i])); err != nil {
			return nil, err
		}
		list[i].content, list[i].rows = file.Bytes(), len(pupils[i])
	}
	return list, x.land.settle(ctx)
}

func (x *xueji) importRound(ctx context.Context, f rosterFile) (importRound, error) {
	done := importRound{rows: f.rows}
	var cells [][]string
	for _, part := range []struct {
		took *time.Duration
		do   func() error
	}{
		{&done.iterated, func() (err error) { cells, err = iterate(f.content); return err }},
		{&done.read, func() error { return readCells(f.content) }},
		{&done.copy, func() error { return x.copyRows(ctx, cells) }},
	} {
		started := time.Now()
		if err := part.do(); err != nil {
			return done, err
		}
		*part.took = time.Since(started)
	}
	started := time.Now()
	var up struct{ Roster struct{ ID uuid.UUID } }
	if err := f.registrar.upload(ctx, "/v1/rosters", "roster.xlsx", f.content, &up); err != nil {
		return done, err
	}
	checked, err := f.registrar.rosterAfter(ctx, up.Roster.ID, registration.RosterUploaded)
	if err != nil {
		return done, err
	}
	done.staged = time.Since(started)
	if checked.Counts.Good != f.rows {
		return done, fmt.Errorf("only %d of %d rows are good", checked.Counts.Good, f.rows)
	}
	started = time.Now()
	if err := x.enrol(ctx, f, up.Roster.ID); err != nil {
		return done, err
	}
	if _, err := f.registrar.rosterAfter(ctx, up.Roster.ID, registration.RosterFiled); err != nil {
		return done, err
	}
	done.enrolled = time.Since(started)
	var enrolled int
	err = x.db.QueryRow(ctx, `SELECT count(*) FROM student WHERE school_id = $1 AND enrol_status = 'ENROLLED'`, f.school.id).Scan(&enrolled)
	if err == nil && enrolled != f.rows {
		err = fmt.Errorf("%d of %d rows became records", enrolled, f.rows)
	}
	return done, err
}

// enrol files the roster and lets leader and bureau approve it.
func (x *xueji) enrol(ctx context.Context, f rosterFile, id uuid.UUID) error {
	var change struct{ ID uuid.UUID }
	if _, err := f.registrar.post(ctx, "/v1/changes", map[string]any{"kind": "ROSTER_IMPORT", "roster_id": id}, &change); err != nil {
		return err
	}
	for _, who := range f.deciders {
		task, err := x.openTask(ctx, change.ID)
		if err != nil {
			return err
		}
		if err := who.approve(ctx, change.ID, task); err != nil {
			return err
		}
	}
	return nil
}

// benchRoster holds the fields of a roster that the bench reads.
type benchRoster struct {
	State  registration.RosterState
	Counts struct{ Good int }
}

// rosterAfter returns a roster once it has left a state: the check and the effect of a long
// one are jobs, and the answer to their start comes before their end.
func (c *caller) rosterAfter(ctx context.Context, id uuid.UUID, state registration.RosterState) (r benchRoster, err error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := c.get(ctx, "/v1/rosters/"+id.String(), &r); err != nil || r.State != state {
			return r, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return r, ctx.Err()
		}
	}
}

// iterate is the least a program with the usual library does: all cells as text.
func iterate(content []byte) (cells [][]string, err error) {
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	rows, err := f.Rows(f.GetSheetList()[0])
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, err
		}
		cells = append(cells, row)
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	return cells, f.Close()
}

// readCells reads cells with their types and judges nothing.
func readCells(content []byte) error {
	book, err := workbook.Open(bytes.NewReader(content), int64(len(content)), workbook.DefaultLimits())
	if err != nil {
		return err
	}
	for _, err := range book.Rows(book.Sheets()[0]) {
		if err != nil {
			return err
		}
	}
	return nil
}

// copyRows is the least a database does: all cells as text, no index, no log.
func (x *xueji) copyRows(ctx context.Context, cells [][]string) error {
	const headRows = 2
	columns := make([]string, len(cells[headRows-1]))
	for i := range columns {
		columns[i] = fmt.Sprintf("c%d", i)
	}
	table := "bench_copy_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	_, err := x.db.Exec(ctx, "CREATE UNLOGGED TABLE "+table+" ("+strings.Join(columns, " text, ")+" text)")
	if err != nil {
		return err
	}
	rows := cells[headRows:]
	_, err = x.db.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		values := make([]any, len(columns))
		for at := range values {
			if at < len(rows[i]) {
				values[at] = rows[i][at]
			}
		}
		return values, nil
	}))
	if err != nil {
		return err
	}
	_, err = x.db.Exec(ctx, "DROP TABLE "+table)
	return err
}
