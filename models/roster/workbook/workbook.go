// Package workbook reads the cells of an xlsx workbook as a stream and tells
// how each cell is stored: text, number, date, truth value, error, formula.
//
// excelize can stream a sheet, but then it gives only texts: a number, a date
// and a formula look alike, and a school's roster is judged by exactly that
// difference. Asked for the types, it loads the whole sheet; and it unpacks
// large sheets into unencrypted files in the temporary folder, which personal
// data must never reach. So this package reads the two XML parts itself, in
// memory bounded by Limits, and touches no disk. Writing stays with excelize.
package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf16"
)

// Reasons why a file cannot be read.
var (
	// ErrNotWorkbook says that the content is not an xlsx workbook, whatever its name says.
	ErrNotWorkbook = errors.New("not an xlsx workbook")
	// ErrOldFormat says that the file is a workbook of Excel 97-2003 (.xls).
	ErrOldFormat = errors.New("workbook of Excel 97-2003")
	// ErrPassword says that the file is encrypted.
	ErrPassword = errors.New("workbook is protected by a password")
	// ErrTooLarge says that the file or what it unpacks to exceeds the limits.
	ErrTooLarge = errors.New("workbook exceeds the limits")
)

// Limits bound what reading a workbook may cost.
type Limits struct {
	File    int64 // bytes of the file
	Sheet   int64 // unpacked bytes of one sheet
	Strings int64 // unpacked bytes of the shared strings
	Part    int64 // unpacked bytes of any other part
	Text    int   // bytes of XML without a tag: one text of a cell
	Columns int   // cells further right are ignored

	Elements  int // tags, comments and the like of one part
	EmptyRows int // rows of one sheet that are written without anything in them
}

// DefaultLimits allows about 100,000 pupils and refuses a zip bomb early.
func DefaultLimits() Limits {
	return Limits{
		File: 64 << 20, Sheet: 512 << 20, Strings: 128 << 20, Part: 16 << 20, Text: 1 << 20, Columns: 512,
		Elements: 64_000_000, EmptyRows: 100_000,
	}
}

// scaled narrows the limits to what a file of a size can hold in earnest. A roster
// unpacks to ten or twenty times its size and has less than one element by byte; a
// file made to be slow unpacks to a thousand times its size. The least values let
// 20,000 formatted rows through that hold nothing and pack to almost nothing.
func (l Limits) scaled(size int64) Limits {
	const unpacked, elements = 200, 16 // by byte of the file
	const leastUnpacked, leastElements = 16 << 20, 1_500_000
	l.Sheet = min(l.Sheet, max(leastUnpacked, size*unpacked))
	l.Strings = min(l.Strings, max(leastUnpacked, size*unpacked))
	l.Elements = min(l.Elements, max(leastElements, int(size)*elements))
	return l
}

// Book is an open workbook.
type Book struct {
	limits   Limits
	parts    map[string]*zip.File
	sheets   []sheetRef
	strings  sharedStrings
	dates    []bool // by style: is a number with this style a date?
	date1904 bool
}

type sheetRef struct {
	name, part string
	hidden     bool
}

// Open looks at the content of a file and reads everything but the sheets.
func Open(file io.ReaderAt, size int64, limits Limits) (*Book, error) {
	if size > limits.File {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, size)
	}
	if err := sniff(file, size); err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotWorkbook, err)
	}
	b := &Book{limits: limits.scaled(size), parts: make(map[string]*zip.File, len(archive.File))}
	for _, f := range archive.File {
		if f.Flags&1 != 0 {
			return nil, ErrPassword
		}
		b.parts[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	if err := b.readParts(); err != nil {
		return nil, err
	}
	return b, nil
}

// Sheets lists the names of the visible sheets in their order.
func (b *Book) Sheets() []string {
	var names []string
	for _, s := range b.sheets {
		if !s.hidden {
			names = append(names, s.name)
		}
	}
	return names
}

// The first bytes of a zip archive and of an OLE compound file.
const (
	zipMagic = "PK\x03\x04"
	oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
)

// sniff tells a workbook from what else people upload under its name.
func sniff(file io.ReaderAt, size int64) error {
	head := make([]byte, min(size, 8))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read workbook: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte(zipMagic)):
		return nil
	case bytes.HasPrefix(head, []byte(oleMagic)):
		return sniffCompound(io.NewSectionReader(file, 0, size))
	default:
		return ErrNotWorkbook
	}
}

// sniffCompound looks for the names of the streams that an encrypted workbook
// and an .xls workbook have in the directory of the compound file.
func sniffCompound(r io.Reader) error {
	encrypted, old := utf16Name("EncryptedPackage"), utf16Name("Workbook")
	found := ErrNotWorkbook
	const block = 1 << 16
	buffer := make([]byte, 0, block+64)
	for {
		kept := min(len(buffer), 64)
		copy(buffer[:kept], buffer[len(buffer)-kept:])
		n, err := io.ReadFull(r, buffer[kept:kept+block])
		buffer = buffer[:kept+n]
		if bytes.Contains(buffer, encrypted) {
			return ErrPassword
		}
		if bytes.Contains(buffer, old) {
			found = ErrOldFormat
		}
		if err != nil {
			return found
		}
	}
}

func utf16Name(name string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(name)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// open gives the XML of a part of the archive.
func (b *Book) open(part string, limit int64) (*document, error) {
	r, closer, err := b.raw(part, limit)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(r)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, ErrNotWorkbook }
	return &document{decoder: d, source: closer, left: 2 * b.limits.Elements}, nil // an element begins and ends
}

func (b *Book) raw(part string, limit int64) (*boundedReader, io.Closer, error) {
	f := b.parts[strings.ToLower(part)]
	if f == nil {
		return nil, nil, fmt.Errorf("%w: part is missing", ErrNotWorkbook)
	}
	if f.UncompressedSize64 > uint64(limit) { //nolint:gosec // a limit is never negative
		return nil, nil, fmt.Errorf("%w: part of %d bytes", ErrTooLarge, f.UncompressedSize64)
	}
	r, err := f.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotWorkbook, err)
	}
	return newBoundedReader(r, limit, b.limits.Text), r, nil
}

// target resolves a relationship's target against the folder xl.
func target(t string) string {
	if strings.HasPrefix(t, "/") {
		return strings.TrimPrefix(path.Clean(t), "/")
	}
	return path.Join("xl", t)
}
