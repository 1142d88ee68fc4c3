package workbook

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Integer gives the digits of a stored number when it is whole and all its
// digits are there: a spreadsheet keeps 15, so a longer one has lost some.
func Integer(stored string) (digits string, exact bool) {
	f, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsInf(f, 0) || f < 0 || f != math.Trunc(f) || f >= 1e15 {
		return "", false
	}
	return strconv.FormatFloat(f, 'f', 0, 64), true
}

// Decimal gives a stored number as people write it, without the noise of
// binary fractions: 2.6000000000000001 is 2.6.
func Decimal(stored string) string {
	f, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || math.Abs(f) >= 1e15 {
		return stored
	}
	short := strconv.FormatFloat(f, 'g', 15, 64)
	if strings.ContainsAny(short, "eE") {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return short
}

// Day gives the date a stored date cell shows: a serial number counted from
// 1900 (or 1904), or an ISO date.
func (b *Book) Day(stored string) (time.Time, bool) {
	if len(stored) >= 10 && stored[4] == '-' {
		t, err := time.Parse(time.DateOnly, stored[:10])
		return t, err == nil
	}
	f, err := strconv.ParseFloat(stored, 64)
	// 2958465 is 9999-12-31, the last day of the format.
	if err != nil || !(f >= 1 && f <= 2958465) {
		return time.Time{}, false
	}
	if b.date1904 {
		return time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(f)), true
	}
	if f >= 60 {
		f-- // the format believes in 29 February 1900
	}
	return time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(f)), true
}
