package schoolyear_test

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/storetest"
)

// filledIn is the template of a year group with some cells filled in.
func filledIn(c *storetest.County, cells map[string]string) []byte {
	c.T().Helper()
	var b bytes.Buffer
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		return schoolyear.WriteArrivals(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2024, schoolyear.Term{Year: 2026, No: 1}, &b)
	})
	f, err := excelize.OpenReader(&b)
	require.NoError(c.T(), err)
	for cell, text := range cells {
		require.NoError(c.T(), f.SetCellStr(f.GetSheetName(0), cell, text))
	}
	b.Reset()
	require.NoError(c.T(), f.Write(&b))
	return b.Bytes()
}

func readArrivals(c *storetest.County, content []byte) []schoolyear.ArrivalRow {
	c.T().Helper()
	rows, err := schoolyear.ReadArrivals(bytes.NewReader(content), int64(len(content)))
	require.NoError(c.T(), err)
	return rows
}

// checkInBySheet hands a sheet in for school A, and returns what stands against each row.
func checkInBySheet(c *storetest.County, rows []schoolyear.ArrivalRow, dry bool) (told []string, refused int) {
	c.T().Helper()
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, n, err := schoolyear.CheckInBySheet(tx.Tx, schoolyear.ArrivalSheet{School: c.Office(storetest.SchoolA), Term: schoolyear.Term{Year: 2026, No: 1}, Rows: rows}, dry)
		refused = n
		for _, one := range list {
			for _, e := range one.Refused {
				told = append(told, string(e.Code)+" "+e.Field)
			}
		}
		return err
	})
	return told, refused
}

// A school fills in who of a year group came, looks at the preview, and hands the sheet in; it
// may do so again, and the template shows what was noted.
func TestAYearGroupChecksInBySheet(t *testing.T) {
	c := storetest.New(t)
	c.PupilsOf(storetest.SchoolA, 2024, 2)
	other := c.PupilsOf(storetest.SchoolA, 2025, 1)[0]
	rows := readArrivals(c, filledIn(c, map[string]string{"E2": "是", "E3": " 否", "F3": "因病"}))
	rows = append(rows, schoolyear.ArrivalRow{No: 9, Record: other.String(), Name: c.Text(`SELECT name FROM student WHERE id = $1`, other), Came: "是"})
	noted := func() []string {
		return c.Texts(`SELECT s.name || ' ' || c.came || ' ' || c.reason FROM check_in c JOIN student s ON s.id = c.student_id AND s.class_id = c.class_id ORDER BY s.entry_year, c.came DESC`)
	}
	told, refused := checkInBySheet(c, rows, true)
	require.Empty(t, told)
	require.Zero(t, refused)
	require.Empty(t, noted(), "a preview")
	for range 2 {
		_, refused = checkInBySheet(c, rows, false)
		require.Zero(t, refused)
		require.Equal(t, 2, c.Count(`SELECT count(DISTINCT class_id) FROM check_in`))
		require.Equal(t, []string{rows[0].Name + " true ", rows[1].Name + " false ILLNESS", rows[2].Name + " true "}, noted())
	}
	again := readArrivals(c, filledIn(c, nil))
	require.Equal(t, []string{"是", "否", "因病"}, []string{again[0].Came, again[1].Came, again[1].Reason})
	require.NotContains(t, again[0].Number, "2010", "masked")
}

// All rows or none: every row that cannot be noted is told with its column.
func TestABadSheetOfArrivalsIsToldRowByRow(t *testing.T) {
	c := storetest.New(t)
	own, stranger := c.PupilsOf(storetest.SchoolA, 2024, 1)[0], c.Pupil(storetest.SchoolB)
	name := c.Text(`SELECT name FROM student WHERE id = $1`, own)
	row := func(record uuid.UUID, name, came, reason string) schoolyear.ArrivalRow {
		return schoolyear.ArrivalRow{Record: record.String(), Name: name, Came: came, Reason: reason}
	}
	told, refused := checkInBySheet(c, []schoolyear.ArrivalRow{
		row(own, name, "是", ""), row(stranger, "某", "是", ""), row(own, name, "是", ""), row(own, "另一人", "来", ""), row(own, name, "否", "不知道"), {Name: name, Came: "是"},
	}, false)
	require.Equal(t, []string{"placing_pupil /学籍号", "placing_twice /姓名", "placing_twice /姓名", "check_in_word /是否报到", "placing_twice /姓名", "check_in_reason /未报到原因",
		"placing_pupil /学籍号"}, told)
	require.Equal(t, 5, refused)
	require.Zero(t, c.Count(`SELECT count(*) FROM check_in`))
	told, _ = checkInBySheet(c, []schoolyear.ArrivalRow{row(own, "另一人", "是", "")}, false)
	require.Equal(t, []string{"placing_name /姓名"}, told)
}

// A pupil who was enrolled and is in no class yet is not noted.
func TestAPupilWithoutAClassIsNotNoted(t *testing.T) {
	c := storetest.New(t)
	junior, graduate := c.JuniorSchool(storetest.Bureau, "3152000111", 5), c.Graduates(storetest.SchoolA, 1)[0]
	c.ApproveAll(c.Claim(junior, graduate))
	c.At("2027-09-06")
	c.MustIn(c.App, junior, func(tx *change.Tx) error {
		list, refused, err := schoolyear.CheckInBySheet(tx.Tx, schoolyear.ArrivalSheet{School: c.Office(junior), Term: schoolyear.Term{Year: 2027, No: 1},
			Rows: []schoolyear.ArrivalRow{{Record: graduate.String(), Name: c.Text(`SELECT name FROM student WHERE id = $1`, graduate), Came: "是"}}}, false)
		require.Equal(t, 1, refused)
		require.Equal(t, refusal.CheckInNoClass, list[0].Refused[0].Code)
		return err
	})
}

// FuzzArrivals reads any file without a fault of the program.
func FuzzArrivals(f *testing.F) {
	book := excelize.NewFile()
	require.NoError(f, book.SetSheetRow("Sheet1", "A1", &[]any{"学籍号", "姓名", "是否报到", "未报到原因"}))
	require.NoError(f, book.SetSheetRow("Sheet1", "A2", &[]any{"L5201022015030112340", "样例一", "否", "因病"}))
	var b bytes.Buffer
	require.NoError(f, book.Write(&b))
	f.Add(b.Bytes())
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, content []byte) {
		rows, err := schoolyear.ReadArrivals(bytes.NewReader(content), int64(len(content)))
		require.True(t, err != nil || len(rows) > 0)
		for _, row := range rows {
			require.NotEmpty(t, row.Came)
		}
	})
}
