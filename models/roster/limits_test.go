package roster_test

import (
	"bytes"
	"context"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/sample"
	"github.com/xueji/xueji/models/roster/workbook"
)

// large writes a roster of n made-up pupils.
func large(t testing.TB, n int) []byte {
	t.Helper()
	pupils, err := sample.Pupils(1, n, submission(t))
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, template(t).Write(&b, "", pupils))
	return b.Bytes()
}

func TestAFileWithTooManyPupilsIsRefused(t *testing.T) {
	content := write(t, good(t), good(t), good(t))
	rd := reader(t).WithLimits(workbook.DefaultLimits(), 2)
	_, err := rd.ReadAll(context.Background(), bytes.NewReader(content), int64(len(content)), submission(t))
	require.ErrorIs(t, err, refusal.New(refusal.SheetTooManyRows))
}

func TestAFileThatUnpacksToTooMuchIsRefused(t *testing.T) {
	content := write(t, good(t))
	limits := workbook.DefaultLimits()
	limits.Sheet = 1000
	_, err := reader(t).WithLimits(limits, 10).ReadAll(context.Background(), bytes.NewReader(content), int64(len(content)), submission(t))
	require.ErrorIs(t, err, refusal.New(refusal.SheetTooLarge))
}

func TestManyBlankRowsAreOneFinding(t *testing.T) {
	p := good(t)
	content := changed(t, write(t, p), func(f *excelize.File, sheet string) {
		require.NoError(t, f.SetCellStr(sheet, "B9000", "王小明"))
	})
	got, err := read(t, content)
	require.NoError(t, err)
	require.Len(t, got.Rows, 3)
	require.Equal(t, 9000-4, got.Summary.LeftOut)
	require.Equal(t, refusal.SheetBlankRows, got.Rows[1].Findings[0].Code)
	require.Equal(t, "8999", got.Rows[1].Findings[0].Params["last"])
}

// What stays in memory while a roster is read must not grow with its cells:
// three keys per row and the shared strings, here none.
func TestMemoryDoesNotGrowWithTheCells(t *testing.T) {
	const rows = 4000
	content := large(t, rows)
	in, rd := submission(t), reader(t)
	var before, held runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	_, err := rd.Read(context.Background(), bytes.NewReader(content), int64(len(content)), in, func(r *roster.Row) error {
		if n++; n == rows-1 {
			runtime.GC()
			runtime.ReadMemStats(&held)
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, rows, n)
	perRow := (float64(held.HeapAlloc) - float64(before.HeapAlloc)) / rows
	require.Less(t, perRow, 1500.0, "bytes held per row: "+strconv.Itoa(int(perRow)))
}

// BenchmarkRead measures the judged import of 10,000 pupils; BenchmarkIterate is
// the same file merely iterated with excelize, without types or judgement.
func BenchmarkRead(b *testing.B) {
	content, in, rd := large(b, 10_000), submission(b), reader(b)
	b.ReportAllocs()
	for b.Loop() {
		s, err := rd.Read(context.Background(), bytes.NewReader(content), int64(len(content)), in, func(*roster.Row) error { return nil })
		require.NoError(b, err)
		require.Equal(b, 10_000, s.Taken)
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkIterate(b *testing.B) {
	content := large(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		f, err := excelize.OpenReader(bytes.NewReader(content))
		require.NoError(b, err)
		rows, err := f.Rows("学生基本信息")
		require.NoError(b, err)
		for rows.Next() {
			_, err := rows.Columns(excelize.Options{RawCellValue: true})
			require.NoError(b, err)
		}
		require.NoError(b, rows.Close())
		require.NoError(b, f.Close())
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
