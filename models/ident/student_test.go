package ident_test

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/ident"
)

func county(t require.TestingT, text string) ident.DivisionCode {
	code, err := ident.ParseDivisionCode(text)
	require.NoError(t, err)
	return code
}

func TestWorkedStudentNumbers(t *testing.T) {
	for text, kind := range map[string]ident.Kind{
		"G520102201503010018": ident.Formal,
		"J520102201605120015": ident.Substitute,
		"L520102201503019473": ident.Temporary,
		"L52010220150301947X": ident.Temporary,
	} {
		n, err := ident.ParseStudentNumber(text)
		require.NoError(t, err, text)
		require.Equal(t, kind, n.Kind())
		require.Equal(t, text, n.Reveal())
	}
}

func TestRefusedStudentNumbers(t *testing.T) {
	for text, want := range map[string]ident.Reason{
		"":                      ident.Empty,
		"G520102201503010017":   ident.WrongCheckCharacter,
		"J520102201605120016":   ident.WrongCheckCharacter,
		"L520102201502309473":   ident.NoSuchDay,
		"520102201503010018":    ident.WrongLength,
		"L52010220150301947":    ident.WrongLength,
		"A520102201503010018":   ident.UnknownKind,
		"1520102201503010018":   ident.UnknownKind,
		"l520102201503019473":   ident.UnknownKind,
		"学520102201503010018":   ident.UnknownKind,
		"G52O102201503010018":   ident.LetterForDigit,
		"L5201022015X3019473":   ident.WrongCharacter,
		"L020102201503019473":   ident.OutOfRange,
		"5.201022015030100E+17": ident.Scientific,
	} {
		n, err := ident.ParseStudentNumber(text)
		require.Equal(t, want, ident.ReasonOf(err), "text %q", text)
		require.True(t, n.IsZero())
	}
}

func TestReadingStudentNumbers(t *testing.T) {
	n, repairs, err := ident.ReadStudentNumber(" g32010620140709001x")
	require.NoError(t, err)
	require.Equal(t, "G32010620140709001X", n.Reveal())
	require.Equal(t, []ident.Repair{ident.Trimmed, ident.SmallLetter}, repairs)
}

func TestFormalNumberContainsTheCitizenID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := someCitizen().Draw(t, "id")
		n, err := ident.ParseStudentNumber(ident.FormalNumber(id).Reveal())
		require.NoError(t, err)
		inside, ok := n.CitizenID()
		require.True(t, ok)
		require.True(t, inside == id)
		require.Equal(t, id.Birth(), n.Birth())
	})
	_, ok := ident.StudentNumber{}.CitizenID()
	require.False(t, ok)
	require.True(t, ident.FormalNumber(ident.CitizenID{}).IsZero())
}

func TestSubstituteNumbers(t *testing.T) {
	n, err := ident.SubstituteNumber(county(t, "520102"), date(t, "2016-05-12"), 1)
	require.NoError(t, err)
	require.Equal(t, "J520102201605120015", n.Reveal())
	for _, sequence := range []int{0, 1000, -1} {
		_, err := ident.SubstituteNumber(county(t, "520102"), date(t, "2016-05-12"), sequence)
		require.Equal(t, ident.OutOfRange, ident.ReasonOf(err))
	}
	_, err = ident.SubstituteNumber(ident.DivisionCode{}, date(t, "2016-05-12"), 1)
	require.Equal(t, ident.Empty, ident.ReasonOf(err))
}

func TestTemporaryNumbersAreAllDifferentAndNobodysCitizenID(t *testing.T) {
	for _, drawn := range [][]byte{{0, 0, 0, 0}, {255, 255, 255, 255}, {1, 2, 3, 4}} {
		numbers, err := ident.TemporaryNumbers(county(t, "520102000000"), date(t, "2015-03-01"), bytes.NewReader(drawn))
		require.NoError(t, err)
		seen := map[ident.StudentNumber]bool{}
		for n := range numbers {
			if seen[n] {
				t.Fatalf("the same number came twice")
			}
			seen[n] = true
			if _, err := ident.ParseCitizenID(n.Reveal()[1:]); ident.ReasonOf(err) != ident.WrongCheckCharacter {
				t.Fatalf("%s could be the identity number of a person", n)
			}
		}
		// Of ten thousand tails about one in eleven passes the check and is left out.
		require.Greater(t, len(seen), 9000)
		require.Less(t, len(seen), 9200)
	}
}

func TestTemporaryNumber(t *testing.T) {
	n, err := ident.TemporaryNumber(county(t, "520102"), date(t, "2015-03-01"), rand.Reader)
	require.NoError(t, err)
	require.Equal(t, ident.Temporary, n.Kind())
	require.Regexp(t, `^L52010220150301[0-9]{4}$`, n.Reveal())
	require.Equal(t, n.String(), ident.MaskStudentNumber(" "+strings.ToLower(n.Reveal())+" "), "as the record shows it")
	require.Equal(t, ident.MaskDocument("G1"), ident.MaskStudentNumber("G1"))
	require.Equal(t, "2015-03-01", n.Birth().String())
	_, err = ident.TemporaryNumber(county(t, "520102"), date(t, "2015-03-01"), bytes.NewReader(nil))
	require.Error(t, err, "without randomness there is no number")
}

func FuzzReadStudentNumber(f *testing.F) {
	for _, text := range []string{"G520102201503010018", "j520102201605120015", "L520102201503019473", "Ｌ520102201503019473", "", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, _, err := ident.ReadStudentNumber(text)
		if err != nil {
			if ident.ReasonOf(err) == "" {
				t.Fatal("a refusal without a reason")
			}
			return
		}
		if again, err := ident.ParseStudentNumber(n.Reveal()); err != nil || again != n || n.Birth().IsZero() {
			t.Fatalf("what was read does not parse: %v", err)
		}
	})
}
