package enrolment_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// book is a workbook with these rows.
func book(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { require.NoError(t, f.Close()) }()
	for i, row := range rows {
		require.NoError(t, f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row))
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

func TestASheetIsReadAsTheSchoolWroteIt(t *testing.T) {
	want := []enrolment.Line{
		{Row: 3, Name: "样例生", Number: "G520102201503010012", Stage: org.Junior}, {Row: 5, Name: "样例女", Number: "L520102201503010012"},
		{Row: 6, Name: "样例男", Number: "", Stage: "幼儿园"},
	}
	rows := [][]any{{"自主招生"}, {"序号", "姓名", "学籍号*", "教育阶段"}, {1, " 样例生 ", "G520102201503010012", "初中"}, {},
		{2, "样例女", "L520102201503010012", ""}, {3, "样例男", "", "幼儿园"}}
	got, err := enrolment.ReadSheet(book(t, rows...))
	require.NoError(t, err)
	require.Equal(t, want, got)

	text := "自主招生\n序号,姓名,学籍号*,教育阶段\n1, 样例生 ,G520102201503010012,初中\n,,,\n2,样例女,L520102201503010012,\n3,样例男,,幼儿园\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	require.NoError(t, err)
	for name, content := range map[string]string{"UTF-8": text, "with a mark": "\xef\xbb\xbf" + text, "GB18030": gb, "of Windows": strings.ReplaceAll(text, "\n", "\r\n")} {
		got, err := enrolment.ReadSheet([]byte(content))
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
}

// The template has the header that is read, and no line.
func TestTheTemplateCanBeReadBack(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, enrolment.WriteTemplate(&b))
	lines, err := enrolment.ReadSheet(b.Bytes())
	require.NoError(t, err)
	require.Empty(t, lines)
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows("自主招生")
	require.NoError(t, err)
	require.Equal(t, []string{"姓名", "学籍号", "教育阶段"}, rows[1])
}

func TestAFileThatIsNoSheetIsRefused(t *testing.T) {
	long := [][]any{{"姓名", "学籍号"}}
	for range enrolment.MaxLines + 1 {
		long = append(long, []any{"样例生", "G1"})
	}
	for name, row := range map[string]struct {
		content []byte
		code    refusal.Code
	}{
		"no header":   {book(t, []any{"姓名", "身份证号"}, []any{"样例生", "1"}), refusal.EnrolSheetHeader},
		"deep header": {book(t, []any{"1"}, []any{"2"}, []any{"3"}, []any{"4"}, []any{"5"}, []any{"6"}, []any{"姓名", "学籍号"}), refusal.EnrolSheetHeader},
		"empty":       {nil, refusal.SheetNotWorkbook},
		"a picture":   {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), refusal.SheetNotWorkbook},
		"broken zip":  {[]byte("PK\x03\x04 nothing"), refusal.SheetNotWorkbook},
		"an OLE file": {append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), refusal.SheetNotWorkbook},
		"plain words": {[]byte("你好，世界"), refusal.EnrolSheetHeader},
		"too long":    {book(t, long...), refusal.EnrolSheetRows},
	} {
		_, err := enrolment.ReadSheet(row.content)
		require.Equal(t, row.code, refusal.CodeOf(err), "%s: %v", name, err)
	}
}

func FuzzReadSheet(f *testing.F) {
	f.Add(book(f, []any{"姓名", "学籍号"}, []any{"样例生", "G520102201503010012"}))
	f.Add([]byte("姓名,学籍号\n样例生,G1\n"))
	f.Add([]byte("姓名,\"学籍号\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		lines, err := enrolment.ReadSheet(content)
		if err != nil {
			require.NotEqual(t, refusal.Internal, refusal.CodeOf(err), err)
			return
		}
		require.LessOrEqual(t, len(lines), enrolment.MaxLines)
		for _, l := range lines {
			require.True(t, l.Name+l.Number+string(l.Stage) != "" && l.Row > 0)
		}
	})
}
