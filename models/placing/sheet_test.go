package placing_test

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/placing"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// written is a sheet as a school fills it in.
func written(t testing.TB, rows ...[]any) []byte {
	f := excelize.NewFile()
	for i, row := range rows {
		require.NoError(t, f.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row))
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

func read(t testing.TB, content []byte) []placing.Row {
	rows, err := placing.ReadSheet(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	return rows
}

// handIn hands a sheet in for school A.
func handIn(c *storetest.County, content []byte, key string, dry bool) (out *placing.Outcome, err error) {
	err = c.In(c.App, storetest.SchoolA, func(tx *change.Tx) (err error) {
		in := placing.SheetFiling{Rows: read(c.T(), content), Office: c.Office(storetest.SchoolA), Key: key, Hash: content}
		out, err = placing.FileSheet(tx, in, dry)
		return err
	})
	return out, err
}

// A school downloads the template of a year group, fills in new classes as people name them,
// looks at the preview, and hands it in. The same request once more files nothing anew.
func TestAYearGroupIsPlacedBySheet(t *testing.T) {
	c := storetest.New(t)
	c.Pupils(storetest.SchoolA, 3)
	to := c.NewClass(storetest.SchoolA, 2024, 10)
	var b bytes.Buffer
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		template, err := placing.ReadTemplate(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2024, false)
		require.NoError(t, err)
		require.Len(t, template.Pupils, 3)
		require.Contains(t, template.Classes, to.Name)
		return template.Write(&b)
	})
	f, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	rows, err := f.GetRows("分班调班")
	require.NoError(t, err)
	require.Equal(t, []string{"系统编号", "学籍号", "姓名", "现班级", "新班级"}, rows[0])
	require.Contains(t, rows[1][1], "*", "numbers are masked")
	offers, err := f.GetDataValidations("分班调班")
	require.NoError(t, err)
	require.Equal(t, "E2:E4", offers[0].Sqref)
	require.NoError(t, f.SetCellStr("分班调班", "E2", to.Code))
	require.NoError(t, f.SetCellStr("分班调班", "E4", "２０２４级 四班"))
	b.Reset()
	require.NoError(t, f.Write(&b))

	preview, err := handIn(c, b.Bytes(), "key", true)
	require.NoError(t, err)
	require.Len(t, preview.Rows, 2)
	require.Equal(t, []any{2, process.ClassChange, "2024级4班", 0}, []any{preview.Rows[0].Row.No, preview.Rows[0].Kind, preview.Rows[0].To, preview.Refused})
	require.NotEmpty(t, preview.Rows[0].From)
	require.Zero(t, c.Count(`SELECT count(*) FROM change WHERE kind = 'CLASS_CHANGE'`))
	out, err := handIn(c, b.Bytes(), "key", false)
	require.NoError(t, err)
	require.Len(t, out.Filed, 1)
	c.ApproveAll(out.Filed[0].ID)
	require.Equal(t, []int{2}, seats(c, to.ID))
	again, err := handIn(c, b.Bytes(), "key", false)
	require.NoError(t, err)
	require.Equal(t, out.Filed[0].ID, again.Filed[0].ID)
	_, err = handIn(c, written(t, []any{"学籍号", "姓名", "新班级"}, []any{"x", "y", "z"}), "key", false)
	require.ErrorIs(t, err, refusal.New(refusal.KeyReused))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE kind = 'CLASS_CHANGE'`))
}

// One bad row keeps the whole sheet out, and every row is told with its column.
func TestABadSheetIsToldRowByRow(t *testing.T) {
	c := storetest.New(t)
	pupils, stranger := c.Pupils(storetest.SchoolA, 4), c.Pupil(storetest.SchoolB)
	full := c.NewClass(storetest.SchoolA, 2024, 1)
	number := func(id uuid.UUID) string { return c.Secret(id, student.SecretStudentNumber) }
	name := func(id uuid.UUID) string { return c.Text(`SELECT name FROM student WHERE id = $1`, id) }
	out, err := handIn(c, written(t,
		[]any{"学籍号", "姓名", "新班级"},
		[]any{"G520102200001010000", "样例", full.Name},
		[]any{number(stranger), name(stranger), full.Name},
		[]any{number(pupils[0]), name(pupils[0]), full.Name},
		[]any{number(pupils[0]), name(pupils[0]), full.Name},
		[]any{number(pupils[1]), "别人", "9班"},
		[]any{number(pupils[2]), name(pupils[2]), "2025级1班"},
		[]any{number(pupils[3]), name(pupils[3]), full.Name},
	), "bad", false)
	require.NoError(t, err)
	var told []string
	for _, row := range out.Rows {
		for _, e := range row.Refused {
			told = append(told, string(rune('0'+row.Row.No))+" "+string(e.Code)+" "+e.Field)
		}
	}
	require.Equal(t, []string{
		"2 placing_pupil /学籍号", "3 placing_pupil /学籍号", "5 placing_twice /姓名", "6 placing_name /姓名", "6 placing_class_name /新班级",
		"7 class_wrong_year /新班级", "8 class_full /新班级",
	}, told)
	require.Equal(t, 6, out.Refused)
	require.Zero(t, c.Count(`SELECT count(*) FROM change WHERE kind = 'CLASS_CHANGE'`))
}

// A sheet that cannot be read says what to do.
func TestASheetThatCannotBeRead(t *testing.T) {
	for code, content := range map[refusal.Code][]byte{
		refusal.SheetNotWorkbook:  []byte("姓名,新班级"),
		refusal.PlacingSheetHead:  written(t, []any{"姓名", "新班级"}, []any{"样例", "1班"}),
		refusal.PlacingSheetEmpty: written(t, []any{"学籍号", "姓名", "新班级"}, []any{"x", "样例", ""}),
	} {
		_, err := placing.ReadSheet(bytes.NewReader(content), int64(len(content)))
		require.Equal(t, code, refusal.CodeOf(err))
	}
}

// No file makes the reader panic, and what it reads names a class.
func FuzzReadSheet(f *testing.F) {
	f.Add(written(f, []any{"学籍号", "姓名", "新班级"}, []any{"x", "样例", "二〇二六级十二班"}))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, content []byte) {
		rows, err := placing.ReadSheet(bytes.NewReader(content), int64(len(content)))
		require.NotErrorIs(t, err, refusal.ErrPanicked)
		for _, row := range rows {
			require.NotEmpty(t, row.Class)
		}
	})
}
