package ident_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/ident"
)

func TestDivisionCodes(t *testing.T) {
	for _, text := range []string{"520102", "520102000000"} {
		code, err := ident.ParseDivisionCode(text)
		require.NoError(t, err)
		require.Equal(t, "520102", code.Six())
		require.Equal(t, "520102000000", code.Twelve())
		require.Equal(t, "52", code.Province())
	}
	for text, want := range map[string]ident.Reason{
		"": ident.Empty, "52010": ident.WrongLength, "5201020": ident.WrongLength, "520102001000": ident.BelowCounty,
		"52010a": ident.WrongCharacter, "52O102": ident.LetterForDigit, "020102": ident.OutOfRange,
		"5.20102E+11": ident.Scientific, "贵州省贵阳市南明区": ident.WrongCharacter,
	} {
		_, err := ident.ParseDivisionCode(text)
		require.Equal(t, want, ident.ReasonOf(err), text)
	}
	code, repairs, err := ident.ReadDivisionCode(" ５２０１０２")
	require.NoError(t, err)
	require.Equal(t, "520102000000", code.Twelve())
	require.Equal(t, []ident.Repair{ident.Trimmed, ident.FullWidth, ident.SixDigits}, repairs)
}

func TestSchoolCodes(t *testing.T) {
	for text, want := range map[string]struct {
		category ident.Category
		province string
	}{
		"4111010001": {ident.University, "11"},
		"2142001636": {ident.Primary, "42"},
		"2152000123": {ident.Primary, "52"},
	} {
		code, err := ident.ParseSchoolCode(text)
		require.NoError(t, err)
		require.Equal(t, want.category, code.Category())
		require.Equal(t, want.province, code.Province())
	}
	peking, err := ident.ParseSchoolCode("4111010001")
	require.NoError(t, err)
	institution, ok := peking.Institution()
	require.True(t, ok)
	require.Equal(t, "10001", institution)
	require.Equal(t, "普通高校", peking.Category().Chinese())
	for text, want := range map[string]ident.Reason{
		"": ident.Empty, "215200012": ident.WrongLength, "21520001234": ident.WrongLength, "2052000123": ident.UnknownKind,
		"3852000123": ident.UnknownKind, "21520O0123": ident.LetterForDigit, "21-2000123": ident.WrongCharacter,
	} {
		_, err := ident.ParseSchoolCode(text)
		require.Equal(t, want, ident.ReasonOf(err), text)
	}
	_, repairs, err := ident.ReadSchoolCode("2152 000123")
	require.NoError(t, err)
	require.Equal(t, []ident.Repair{ident.InnerSpace}, repairs)
}

func TestSchoolCodeIsThatOfTheStandard(t *testing.T) {
	standard := regexp.MustCompile(`^(1[1]|2[12]|3[1-7]|4[12]|51|9[123])[0-9]{2}[0-9]{6}$`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9]{10}`).Draw(t, "text")
		_, err := ident.ParseSchoolCode(text)
		require.Equal(t, standard.MatchString(text), err == nil)
	})
}

func TestClassCodes(t *testing.T) {
	code, err := ident.ParseClassCode("2023103")
	require.NoError(t, err)
	require.Equal(t, 2023, code.EntryYear())
	require.Equal(t, ident.PrimaryStage, code.Stage())
	require.Equal(t, 3, code.Number())
	for text, want := range map[string]ident.Reason{
		"": ident.Empty, "202310": ident.WrongLength, "2023403": ident.OutOfRange, "2023100": ident.OutOfRange,
		"1999103": ident.OutOfRange, "一年级3班": ident.WrongCharacter,
	} {
		_, err := ident.ParseClassCode(text)
		require.Equal(t, want, ident.ReasonOf(err), text)
	}
	rapid.Check(t, func(t *rapid.T) {
		made, err := ident.NewClassCode(rapid.IntRange(2000, 2099).Draw(t, "year"),
			ident.Stage(rapid.IntRange(1, 3).Draw(t, "stage")), rapid.IntRange(1, 99).Draw(t, "number"))
		require.NoError(t, err)
		parsed, err := ident.ParseClassCode(made.String())
		require.NoError(t, err)
		require.Equal(t, made, parsed)
	})
}

func TestCampusNumbers(t *testing.T) {
	for text, want := range map[string]ident.CampusNumber{
		"202301010105": {EntryYear: 2023, College: 1, Major: 1, Class: 1, Person: 5},
		"202302020312": {EntryYear: 2023, College: 2, Major: 2, Class: 3, Person: 12},
	} {
		n, err := ident.ParseCampusNumber(text)
		require.NoError(t, err)
		require.Equal(t, want, n)
		require.Equal(t, text, n.String())
	}
	_, err := ident.ParseCampusNumber("192301010105")
	require.Equal(t, ident.OutOfRange, ident.ReasonOf(err))
	require.Error(t, ident.CampusNumber{EntryYear: 2023, Person: 100}.Validate())
}

func TestPublicCodesTravel(t *testing.T) {
	type row struct {
		Division ident.DivisionCode `json:"division"`
		School   ident.SchoolCode   `json:"school"`
		Class    ident.ClassCode    `json:"class"`
	}
	for _, text := range []string{
		`{"division":"520102","school":"2152000123","class":"2023103"}`,
		`{"division":"","school":"","class":""}`,
	} {
		var r row
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		back, err := json.Marshal(r)
		require.NoError(t, err)
		require.JSONEq(t, text, string(back))
	}
	for _, text := range []string{`{"division":"52"}`, `{"school":"x"}`, `{"class":"1"}`} {
		require.Error(t, json.Unmarshal([]byte(text), &row{}), text)
	}
}

func FuzzReadCodes(f *testing.F) {
	for _, text := range []string{"520102000000", "2152000123", "2023103", "202301010105", "5.2E+11", "\xff", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if code, _, err := ident.ReadDivisionCode(text); err == nil && len(code.Twelve()) != 12 {
			t.Fatal("a division code has twelve digits")
		}
		if code, _, err := ident.ReadSchoolCode(text); err == nil && code.Category().Chinese() == "" {
			t.Fatal("a school code has a category")
		}
		if code, err := ident.ParseClassCode(text); err == nil && code.String() != text {
			t.Fatal("a class code came back changed")
		}
		if n, err := ident.ParseCampusNumber(text); err == nil && n.String() != text {
			t.Fatal("a campus number came back changed")
		}
		tidied, repairs := ident.Tidy(text)
		if again, more := ident.Tidy(tidied); again != tidied || len(more) > 0 || (tidied == text) != (len(repairs) == 0) {
			t.Fatalf("tidying %q is not finished after one pass", text)
		}
	})
}
