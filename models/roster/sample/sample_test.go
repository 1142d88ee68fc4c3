package sample_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/sample"
)

func school(t *testing.T, years ...int) *roster.Submission {
	t.Helper()
	divisions, err := division.Load()
	require.NoError(t, err)
	today, err := calendar.ParseDate("2026-11-20")
	require.NoError(t, err)
	in := &roster.Submission{SchoolCode: "2152000123", Stage: ident.PrimaryStage, Today: today, Divisions: divisions}
	for _, y := range years {
		in.Classes = append(in.Classes, roster.Class{Code: fmt.Sprintf("%d101", y), Name: fmt.Sprint(y)})
	}
	return in
}

func TestSampledPupilsPassTheReaderWithoutAFinding(t *testing.T) {
	in := school(t, 2021, 2024, 2026)
	pupils, err := sample.Pupils(7, 600, in)
	require.NoError(t, err)
	rd, err := roster.NewReader()
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, rd.Template().Write(&file, "", pupils))
	got, err := rd.ReadAll(context.Background(), bytes.NewReader(file.Bytes()), int64(file.Len()), in)
	require.NoError(t, err)
	require.Equal(t, 600, got.Summary.Taken)
	require.Empty(t, got.Summary.File)
	want := slices.Collect(pupils)
	for i, row := range got.Rows {
		require.Empty(t, row.Findings)
		require.Equal(t, want[i], row.Pupil)
	}
}

func TestNumbersAreUnique(t *testing.T) {
	pupils, err := sample.Pupils(1, 100_000, school(t, 2026))
	require.NoError(t, err)
	seen := map[string]bool{}
	for p := range pupils {
		require.False(t, seen[p.IDNumber()])
		seen[p.IDNumber()] = true
	}
	require.Len(t, seen, 100_000)
}

func TestSameSeedSamePupils(t *testing.T) {
	in := school(t, 2025, 2026)
	a, err := sample.Pupils(3, 50, in)
	require.NoError(t, err)
	b, err := sample.Pupils(3, 50, in)
	require.NoError(t, err)
	require.Equal(t, slices.Collect(a), slices.Collect(b))
}

func TestASchoolWithoutClassesHasNoPupils(t *testing.T) {
	_, err := sample.Pupils(1, 10, school(t))
	require.Error(t, err)
}
