package roster

import (
	"strconv"
	"strings"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// storeNumber takes a numeric cell: the digits are kept when all are there.
func (j *judgement) storeNumber(s *slot, stored string, book *workbook.Book) {
	digits, exact := workbook.Integer(stored)
	s.number = true
	switch s.column.Kind {
	case KindIdentity, KindNumber, KindPhone, KindDivision, KindSchool, KindClass:
		if !exact {
			j.reject(s, refusal.SheetDigitsLost, nil)
			return
		}
		j.fix(s, refusal.SheetNumberCell, digits)
	case KindMonth:
		if !exact { // 2025.1 is October as well as January
			j.reject(s, refusal.SheetMonthNumber, nil)
			return
		}
		j.storeSerial(s, stored, digits, book)
	case KindDate:
		j.storeSerial(s, stored, digits, book)
	case KindCode, KindPostcode:
		// Judged with the code table: a leading zero may be gone.
		s.value = workbook.Decimal(stored)
	default:
		value := workbook.Decimal(stored)
		if strings.ContainsAny(value, "eE") || len(value) > 16 {
			j.reject(s, refusal.SheetDigitsLost, nil)
			return
		}
		j.fix(s, refusal.SheetNumberCell, value)
	}
}

// storeSerial takes a number of a date column; one of five digits is the serial
// number of a day whose cell lost its format.
func (j *judgement) storeSerial(s *slot, stored, digits string, book *workbook.Book) {
	if len(digits) == 5 && j.storeDay(s, stored, book) {
		return
	}
	j.fix(s, refusal.SheetNumberCell, workbook.Decimal(stored))
}

// storeTruth takes a TRUE or FALSE, which means something only where the answer is yes or no.
func (j *judgement) storeTruth(s *slot, stored string) {
	if s.column.Table != yesNo {
		j.reject(s, refusal.SheetTruthCell, nil)
		return
	}
	s.number, s.value = true, "0"
	if stored == "1" || strings.EqualFold(stored, "true") {
		s.value = "1"
	}
}

// longestDay is the last serial number of a day, 9999-12-31.
const longestDay = 2_958_465

// storeDate takes a cell that shows a date. In a column of other values the
// spreadsheet has made it of what was typed (3-2 became 2 March), which is lost;
// a number too large for a day is a number in a cell of the wrong format.
func (j *judgement) storeDate(s *slot, stored string, book *workbook.Book) {
	if s.column.Kind == KindDate || s.column.Kind == KindMonth {
		if !j.storeDay(s, stored, book) {
			j.storeNumber(s, stored, book)
		}
		return
	}
	digits, exact := workbook.Integer(stored)
	if n, err := strconv.Atoi(digits); exact && err == nil && n > longestDay {
		j.storeNumber(s, stored, book)
		return
	}
	j.reject(s, refusal.SheetChangedToDate, nil)
}

// storeDay takes a date cell of a date column.
func (j *judgement) storeDay(s *slot, stored string, book *workbook.Book) bool {
	if s.column.Kind != KindDate && s.column.Kind != KindMonth {
		return false
	}
	day, ok := book.Day(stored)
	if !ok {
		return false
	}
	layout := "20060102"
	if s.column.Kind == KindMonth {
		layout = "200601"
	}
	j.fix(s, refusal.SheetDateCell, day.Format(layout))
	return true
}
