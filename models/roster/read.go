package roster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// Verdict says what becomes of a row.
type Verdict string

// The verdicts.
const (
	Take    Verdict = "take"     // the pupil is taken as it stands
	Correct Verdict = "correct"  // the pupil is taken with corrected values
	LeftOut Verdict = "left_out" // the row holds no pupil, or one already read
	Refuse  Verdict = "refuse"   // the pupil is not taken
)

// Row is what was read from one row of a sheet.
type Row struct {
	Number   int
	Verdict  Verdict
	Pupil    Pupil // also of a refused row, as far as it could be read; nil when left out
	Findings []Finding
	// Letters are those of the Summary: the columns of the file by their items.
	Letters map[Field]string
}

// Summary counts the rows of a file and holds what concerns the whole file.
type Summary struct {
	Rows     int // rows with a pupil, copies included
	Taken    int // of these to be taken: good and corrected ones
	Fixed    int // of the taken ones those with corrected values
	Refused  int
	LeftOut  int // blank rows between pupils, exact copies, and rows that hold no pupil
	File     []Finding
	Template string // version
	Sheet    string
	Header   int // number of the header row
	// Letters are the columns of the file by the items that stand in them.
	Letters map[Field]string
	// Late holds, by row, the findings that a later row brought about: the rows
	// were handed out as taken and are refused after all. The counts know it.
	Late map[int][]Finding
}

// Reader reads national student sheets. It is safe for use by several goroutines.
type Reader struct {
	template  *Template
	tables    map[string]*Table
	countries countries
	limits    workbook.Limits
	maxRows   int
}

// DefaultRows is how many pupils a file may hold unless WithLimits says otherwise.
const DefaultRows = 50_000

// NewReader makes a reader for the national template in force.
func NewReader() (*Reader, error) {
	template, err := National()
	if err != nil {
		return nil, err
	}
	tables, err := LoadTables()
	if err != nil {
		return nil, err
	}
	return &Reader{
		template: template, tables: tables, countries: newCountries(),
		limits: workbook.DefaultLimits(), maxRows: DefaultRows,
	}, nil
}

// WithLimits gives a reader with other limits.
func (rd *Reader) WithLimits(limits workbook.Limits, rows int) *Reader {
	other := *rd
	other.limits, other.maxRows = limits, rows
	return &other
}

// Template gives the template the reader reads against.
func (rd *Reader) Template() *Template { return rd.template }

// Read walks a sheet and hands every row to each, in order and in bounded
// memory. A file that cannot be read at all is a *refusal.Error.
//
// A row is judged by itself and against the rows before it. Only one finding
// reaches back: two rows with the same document number are both refused, so
// the first of them, handed out as taken, stands in Summary.Late. Whoever
// stages rows refuses these when Read returns; ReadAll does it itself.
//
// A panic on the way, the library's or ours, refuses the file: sheets come in more
// shapes than anybody has seen.
func (rd *Reader) Read(ctx context.Context, file io.ReaderAt, size int64, in *Submission, each func(*Row) error) (sum *Summary, err error) {
	err = refusal.Contain(refusal.SheetNotWorkbook, func() error {
		sum, err = rd.read(ctx, file, size, in, each)
		return err
	})
	return sum, err
}

func (rd *Reader) read(ctx context.Context, file io.ReaderAt, size int64, in *Submission, each func(*Row) error) (*Summary, error) {
	book, err := workbook.Open(file, size, rd.limits)
	if err != nil {
		return nil, refusalOf(err)
	}
	l, err := findLayout(rd.template, book)
	if err != nil {
		return nil, err
	}
	merges, err := book.Merges(l.sheet)
	if err != nil {
		return nil, refusalOf(err)
	}
	if err := l.hiddenColumns(rd.template, book); err != nil {
		return nil, err
	}
	p := &pass{
		reader: rd, book: book, layout: l, check: newChecker(rd, in), repeats: newRepeats(), each: each,
		merges: newMerges(rd.template, l, merges), unnamed: map[int]bool{},
		sum: &Summary{File: l.findings, Template: rd.template.Version, Sheet: l.sheet, Header: l.headerRow, Letters: l.letters(rd.template)},
	}
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	return p.finish()
}

// RowNumbers gives the numbers of the rows below the header in which something stands. It
// judges nothing, so it takes a part of the time of Read. What it refuses, Read refuses too.
func (rd *Reader) RowNumbers(ctx context.Context, file io.ReaderAt, size int64) (numbers []int, err error) {
	err = refusal.Contain(refusal.SheetNotWorkbook, func() error {
		book, err := workbook.Open(file, size, rd.limits)
		if err != nil {
			return refusalOf(err)
		}
		l, err := findLayout(rd.template, book)
		if err != nil {
			return err
		}
		for row, err := range book.Rows(l.sheet) {
			if err = errors.Join(err, ctx.Err()); err != nil {
				return refusalOf(err)
			}
			if row.Number > l.headerRow {
				numbers = append(numbers, row.Number)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return numbers, nil
}

// Sheet is a whole file in memory.
type Sheet struct {
	Rows    []*Row
	Summary *Summary
}

// ReadAll reads a whole sheet into memory, final verdicts included.
func (rd *Reader) ReadAll(ctx context.Context, file io.ReaderAt, size int64, in *Submission) (*Sheet, error) {
	s := &Sheet{}
	var err error
	s.Summary, err = rd.Read(ctx, file, size, in, func(r *Row) error {
		s.Rows = append(s.Rows, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, r := range s.Rows {
		r.Apply(s.Summary.Late[r.Number])
	}
	return s, nil
}

// Apply adds late findings to a row and refuses it.
func (r *Row) Apply(late []Finding) {
	if len(late) > 0 {
		r.Findings, r.Verdict = append(r.Findings, late...), Refuse
	}
}

// refusal tells a person why a file cannot be read.
func refusalOf(err error) error {
	var told *refusal.Error
	switch {
	case errors.As(err, &told):
		return err
	case errors.Is(err, workbook.ErrPassword):
		return refusal.New(refusal.SheetPassword)
	case errors.Is(err, workbook.ErrOldFormat):
		return refusal.New(refusal.SheetOldFormat)
	case errors.Is(err, workbook.ErrTooLarge):
		return refusal.New(refusal.SheetTooLarge).Because(err)
	case errors.Is(err, workbook.ErrNotWorkbook):
		return refusal.New(refusal.SheetNotWorkbook).Because(err)
	}
	return fmt.Errorf("read roster: %w", err)
}

// finish completes the counts.
func (p *pass) finish() (*Summary, error) {
	if p.sum.Rows == 0 {
		return nil, refusal.New(refusal.SheetNoPupils).With("row", strconv.Itoa(p.layout.headerRow+1))
	}
	p.sum.Late = p.repeats.late
	p.fileFindings()
	for verdict, n := range p.repeats.downgraded() {
		if verdict == Correct {
			p.sum.Fixed -= n
		}
		if verdict == Correct || verdict == Take {
			p.sum.Taken -= n
			p.sum.Refused += n
		}
	}
	return p.sum, nil
}
