package roster

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
)

// FilledForm is a form with its pupils filled in.
type FilledForm struct {
	Sheet  string
	Rows   [][]string // the header first
	Offers []FormOffer
}

// FormOffer is a list of values that the cells of a column offer.
type FormOffer struct {
	Column string // its letter
	Sheet  string // the sheet that holds the values
	Values []string
}

// formText is the number of the built-in format "text" (@).
const formText = 49

// Write writes the sheet. Every cell is a text cell, so nothing that a name begins with is
// evaluated. It never touches a disk, where the names would lie unencrypted.
func (f FilledForm) Write(w io.Writer) error {
	return refusal.Contain(refusal.SheetNotWritable, func() error {
		if err := f.write(w); err != nil {
			return fmt.Errorf("write a form: %w", err)
		}
		return nil
	})
}

func (f FilledForm) write(w io.Writer) (err error) {
	book := excelize.NewFile(excelize.Options{TmpDir: os.DevNull}) // nothing can be created below a device
	defer func() { err = errors.Join(err, book.Close()) }()
	if err := book.SetSheetName("Sheet1", f.Sheet); err != nil {
		return err
	}
	text, err := book.NewStyle(&excelize.Style{NumFmt: formText})
	if err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(len(f.Rows[0]))
	if err != nil {
		return err
	}
	if err := errors.Join(book.SetColStyle(f.Sheet, "A:"+last, text), book.SetColWidth(f.Sheet, "A", "A", 38), book.SetColWidth(f.Sheet, "B", last, 18),
		fillForm(book, f.Sheet, f.Rows)); err != nil {
		return err
	}
	for _, offer := range f.Offers {
		if err := offer.add(book, f.Sheet, len(f.Rows)); err != nil {
			return err
		}
	}
	return book.Write(w)
}

func fillForm(book *excelize.File, sheet string, rows [][]string) error {
	for i, row := range rows {
		for j, value := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if err := book.SetCellStr(sheet, cell, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// add writes the values of an offer, and lets the cells below the header offer them.
func (o FormOffer) add(book *excelize.File, sheet string, rows int) error {
	if _, err := book.NewSheet(o.Sheet); err != nil || len(o.Values) == 0 {
		return err
	}
	values := make([][]string, len(o.Values))
	for i, value := range o.Values {
		values[i] = []string{value}
	}
	if err := fillForm(book, o.Sheet, values); err != nil {
		return err
	}
	offer := excelize.NewDataValidation(true)
	offer.Sqref = o.Column + "2:" + o.Column + strconv.Itoa(max(rows, 2))
	offer.SetSqrefDropList("'" + o.Sheet + "'!$A$1:$A$" + strconv.Itoa(len(o.Values)))
	return book.AddDataValidation(sheet, offer)
}
