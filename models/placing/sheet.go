package placing

import (
	"io"
	"strconv"
	"strings"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// The columns of the sheet by which a school places pupils (P42, P52), beside those that name
// the pupil.
const (
	columnNow = "现班级"
	columnNew = "新班级"
)

// MaxSheetRows is the highest number of rows of one sheet: a large year group, or a small
// school.
const MaxSheetRows = 2000

// Row is one row of a sheet as it was read. A row without a new class asks for nothing.
type Row struct {
	No     int // as at the left edge of the sheet
	Record string
	Number string
	Name   string
	Class  string // the new one, as people name it
}

// form is the sheet.
func form() roster.Form {
	return roster.Form{Columns: []string{roster.RecordColumn, roster.NumberColumn, roster.NameColumn, columnNow, columnNew}, Needs: []string{roster.NameColumn, columnNew},
		Either: []string{roster.NumberColumn, roster.RecordColumn}, Most: MaxSheetRows, Missing: refusal.PlacingSheetHead, Long: refusal.PlacingSheetLong}
}

// ReadSheet reads the rows of a sheet that name a new class. It judges the sheet alone: the
// pupils and classes are found later. A file that cannot be read is a *refusal.Error.
func ReadSheet(file io.ReaderAt, size int64) ([]Row, error) {
	read, err := form().Read(file, size)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, r := range read {
		if class := r.Text(columnNew); class != "" {
			rows = append(rows, Row{No: r.No, Record: roster.PlainText(r.Text(roster.RecordColumn)), Number: r.Text(roster.NumberColumn), Name: r.Text(roster.NameColumn), Class: class})
		}
	}
	if len(rows) == 0 {
		return nil, refusal.New(refusal.PlacingSheetEmpty)
	}
	return rows, nil
}

// classKey is the form in which two spellings of the name of a class are the same: without
// spaces, in half width, with Arabic numerals: "２０２６级 一班" is "2026级1班".
func classKey(name string) string {
	key := strings.ToLower(roster.PlainText(name))
	return strings.NewReplacer("(", "", ")", "").Replace(arabic(key))
}

// arabic writes Chinese numerals that stand in a text in Arabic ones: 十二 is 12, 二〇二六 is
// 2026.
func arabic(text string) string {
	const digits = "〇一二三四五六七八九"
	var out strings.Builder
	number, open, ten := 0, false, false
	flush := func() {
		if open {
			out.WriteString(strconv.Itoa(number))
		}
		number, open, ten = 0, false, false
	}
	for _, r := range text {
		digit := strings.IndexRune(digits, r)
		switch {
		case r == '十':
			number, open, ten = max(number, 1)*10, true, true
		case digit >= 0 && open && !ten:
			number = number*10 + digit/len("一")
		case digit >= 0:
			number, open, ten = number+digit/len("一"), true, false
		default:
			flush()
			out.WriteRune(r)
		}
		if number > 9999 { // no year and no class
			return text
		}
	}
	flush()
	return out.String()
}
