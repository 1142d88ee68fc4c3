package roster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

func load(t testing.TB, name string, into any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, into))
}

// submission is the school of schools.json on the day of the expectations.
func submission(t testing.TB) *roster.Submission {
	t.Helper()
	var file struct {
		AsOf    string `json:"as_of"`
		Schools []struct {
			Code    string `json:"code"`
			Classes []struct {
				Code string `json:"code"`
				Name string `json:"name"`
			} `json:"classes"`
		} `json:"schools"`
	}
	load(t, "schools.json", &file)
	today, err := calendar.ParseDate(file.AsOf)
	require.NoError(t, err)
	divisions, err := division.Load()
	require.NoError(t, err)
	in := &roster.Submission{
		SchoolCode: file.Schools[0].Code, Stage: ident.PrimaryStage, Today: today, Divisions: divisions,
	}
	for _, c := range file.Schools[0].Classes {
		in.Classes = append(in.Classes, roster.Class{Code: c.Code, Name: c.Name})
	}
	return in
}

func reader(t testing.TB) *roster.Reader {
	t.Helper()
	rd, err := roster.NewReader()
	require.NoError(t, err)
	return rd
}

func read(t testing.TB, content []byte) (*roster.Sheet, error) {
	t.Helper()
	return reader(t).ReadAll(context.Background(), bytes.NewReader(content), int64(len(content)), submission(t))
}

func readFile(t testing.TB, name string) (*roster.Sheet, error) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return read(t, content)
}

func TestWholeFilesComeOutAsExpected(t *testing.T) {
	var expected struct {
		Files []struct {
			File      string `json:"file"`
			PupilRows int    `json:"pupil_rows"`
			Defect    string `json:"defect"`
			Action    string `json:"action"`
			Warn      bool   `json:"warn"`
		} `json:"files"`
	}
	load(t, "files.expected.json", &expected)
	codes := map[string]refusal.Code{
		"hidden_column_deleted":   refusal.SheetHiddenColumnMissing,
		"columns_swapped":         refusal.SheetColumnsMoved,
		"headers_decorated":       refusal.SheetHeadersDecorated,
		"unknown_columns":         refusal.SheetColumnsUnknown,
		"required_column_missing": refusal.SheetColumnsMissing,
		"wrong_template":          refusal.SheetWrongTemplate,
		"no_data":                 refusal.SheetNoPupils,
		"not_a_workbook":          refusal.SheetNotWorkbook,
		"password_protected":      refusal.SheetPassword,
	}
	words := map[string]string{
		"columns_swapped": "性别、出生日期、联系电话、邮政编码", "unknown_columns": "户主姓名（M）、备注（BV）",
		"required_column_missing": "身份证件号",
	}
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	require.Len(t, expected.Files, 11)
	for _, want := range expected.Files {
		t.Run(want.File, func(t *testing.T) {
			got, err := readFile(t, want.File)
			if want.Action == "reject" {
				var refused *refusal.Error
				require.ErrorAs(t, err, &refused)
				require.Equal(t, codes[want.Defect], refused.Code)
				require.Contains(t, catalogue.Sentence(refused, refusal.Chinese), words[want.Defect])
				return
			}
			require.NoError(t, err)
			require.Equal(t, want.PupilRows, got.Summary.Rows)
			if want.Action == "row_by_row" {
				require.Empty(t, got.Summary.File)
				return
			}
			require.Equal(t, want.PupilRows, got.Summary.Taken)
			for _, row := range got.Rows {
				require.Empty(t, row.Findings, "row %d", row.Number)
				require.Equal(t, roster.Take, row.Verdict)
			}
			if !want.Warn {
				require.Empty(t, got.Summary.File)
				return
			}
			require.Len(t, got.Summary.File, 1)
			require.Equal(t, codes[want.Defect], got.Summary.File[0].Code)
			for _, lang := range []refusal.Language{refusal.Chinese, refusal.English} {
				require.NotEmpty(t, got.Summary.File[0].Sentence(catalogue, lang))
			}
			if w := words[want.Defect]; w != "" {
				params := got.Summary.File[0].Params["columns"]
				for _, name := range w {
					require.Contains(t, params, string(name))
				}
			}
		})
	}
}

// defect is an entry of roster-messy.expected.json.
type defect struct {
	Row         int               `json:"row"`
	Column      string            `json:"column"`
	Header      string            `json:"header"`
	AllHeaders  []string          `json:"all_headers"`
	Defect      string            `json:"defect"`
	Pupil       string            `json:"pupil"`
	CellValue   string            `json:"cell_value"`
	Action      string            `json:"action"`
	Warn        bool              `json:"warn"`
	Corrected   map[string]string `json:"corrected"`
	SkipRow     bool              `json:"skip_row"`
	RelatedRows []int             `json:"related_rows"`
}

func TestEveryRowOfTheMessyRosterComesOutAsExpected(t *testing.T) {
	var expected struct {
		Defects []defect `json:"defects"`
		Summary struct {
			Imported int `json:"pupils_imported_if_followed_exactly"`
			LeftOut  int `json:"rows_left_out"`
			Pupils   int `json:"rows_that_name_a_pupil"`
			Reject   int `json:"reject"`
		} `json:"summary"`
	}
	load(t, "roster-messy.expected.json", &expected)
	require.Len(t, expected.Defects, 72)
	got, err := readFile(t, "roster-messy.xlsx")
	require.NoError(t, err)
	require.Equal(t, expected.Summary.Imported, got.Summary.Taken)
	require.Equal(t, expected.Summary.LeftOut, got.Summary.LeftOut)
	require.Equal(t, expected.Summary.Pupils, got.Summary.Rows)
	require.Equal(t, expected.Summary.Reject, got.Summary.Refused)
	require.Equal(t, 117, taken(got))

	rows := map[int]*roster.Row{}
	for _, r := range got.Rows {
		rows[r.Number] = r
	}
	listed := map[int]bool{}
	for _, want := range expected.Defects {
		listed[want.Row] = true
		t.Run(want.Defect, func(t *testing.T) {
			if want.Defect == "trailing_formatted_rows" {
				require.Nil(t, rows[want.Row])
				require.Nil(t, rows[want.Row+1])
				return
			}
			require.NotNil(t, rows[want.Row])
			requireDefect(t, want, rows[want.Row])
		})
	}
	for number, row := range rows {
		if !listed[number] {
			require.Empty(t, row.Findings, "row %d", number)
			require.Equal(t, roster.Take, row.Verdict, "row %d", number)
		}
	}
	require.Len(t, rows, 149)
}

func taken(s *roster.Sheet) int {
	n := 0
	for _, r := range s.Rows {
		if r.Verdict == roster.Take || r.Verdict == roster.Correct {
			n++
		}
	}
	return n
}

func requireDefect(t *testing.T, want defect, got *roster.Row) {
	t.Helper()
	headers := want.AllHeaders
	if headers == nil {
		headers = []string{want.Header}
	}
	for _, f := range got.Findings {
		require.Contains(t, headers, f.Header, "finding %s", f.Code)
		require.Equal(t, want.Row, f.Row)
		if want.Column != "" && f.Header == want.Header {
			require.Equal(t, want.Column, f.Column)
		}
	}
	severities := map[roster.Severity]bool{}
	for _, f := range got.Findings {
		severities[f.Severity] = true
	}
	switch {
	case want.Action == "reject":
		require.Equal(t, roster.Refuse, got.Verdict)
		require.True(t, severities[roster.Reject])
	case want.SkipRow:
		require.Equal(t, roster.LeftOut, got.Verdict)
		require.NotEmpty(t, got.Findings)
	case want.Action == "fix_and_warn":
		require.Equal(t, roster.Correct, got.Verdict)
		require.NotEmpty(t, got.Findings)
		requireCorrected(t, want, got)
	default:
		require.Equal(t, roster.Take, got.Verdict)
		require.Equal(t, want.Warn, severities[roster.Remark])
		require.Equal(t, want.Warn, len(got.Findings) > 0)
	}
	if want.Action != "accept" && len(want.RelatedRows) > 0 {
		require.Equal(t, want.RelatedRows, got.Findings[0].RelatedRows)
	}
	if want.Action == "accept" && want.Header == "姓名" {
		require.Equal(t, want.Pupil, got.Pupil.Name())
	}
}

func requireCorrected(t *testing.T, want defect, got *roster.Row) {
	t.Helper()
	template, err := roster.National()
	require.NoError(t, err)
	require.NotEmpty(t, want.Corrected)
	for head, value := range want.Corrected {
		i := slices.IndexFunc(template.Columns, func(c roster.Column) bool { return c.Header == head })
		require.Equal(t, value, got.Pupil[template.Columns[i].Field], head)
	}
}

func TestFindingsSpeakBothLanguagesAndHoldNoSecret(t *testing.T) {
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	got, err := readFile(t, "roster-messy.xlsx")
	require.NoError(t, err)
	var secrets []string
	template, err := roster.National()
	require.NoError(t, err)
	for _, r := range got.Rows {
		for _, c := range template.Columns {
			// Shorter ones are words such as 无.
			if v := r.Pupil[c.Field]; c.Secret != roster.Open && len([]rune(v)) > 1 {
				secrets = append(secrets, v)
			}
		}
	}
	require.Greater(t, len(secrets), 1000)
	for _, r := range got.Rows {
		for _, f := range r.Findings {
			text, err := json.Marshal(f)
			require.NoError(t, err)
			for _, lang := range []refusal.Language{refusal.Chinese, refusal.English} {
				s := f.Sentence(catalogue, lang)
				require.NotContains(t, s, "{")
				text = append(text, s...)
			}
			for _, secret := range secrets {
				require.NotContains(t, string(text), secret)
			}
		}
	}
}

func TestReadStopsWithTheCaller(t *testing.T) {
	content, err := os.ReadFile("testdata/roster-clean.xlsx")
	require.NoError(t, err)
	stop := errors.New("stop")
	n := 0
	_, err = reader(t).Read(context.Background(), bytes.NewReader(content), int64(len(content)), submission(t), func(*roster.Row) error {
		if n++; n == 3 {
			return stop
		}
		return nil
	})
	require.ErrorIs(t, err, stop)
	require.Equal(t, 3, n)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = reader(t).Read(ctx, bytes.NewReader(content), int64(len(content)), submission(t), func(*roster.Row) error { return nil })
	require.ErrorIs(t, err, context.Canceled)
}
