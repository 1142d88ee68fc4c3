package ident_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
)

func date(t require.TestingT, text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

func citizen(t require.TestingT, text string) ident.CitizenID {
	id, err := ident.ParseCitizenID(text)
	require.NoError(t, err)
	return id
}

func TestWorkedCitizenIDs(t *testing.T) {
	for _, row := range []struct {
		text, division, birth string
		sex                   ident.Sex
	}{
		{"520102201503010018", "520102", "2015-03-01", ident.Male},
		{"110101201609083028", "110101", "2016-09-08", ident.Female},
		{"32010620140709001X", "320106", "2014-07-09", ident.Male},
		{"990101201501010015", "990101", "2015-01-01", ident.Male},
		// Published with the standard.
		{"11010519491231002X", "110105", "1949-12-31", ident.Female},
		{"440524188001010014", "440524", "1880-01-01", ident.Male},
		{"34052419800101001X", "340524", "1980-01-01", ident.Male},
	} {
		id := citizen(t, row.text)
		require.Equal(t, row.division, id.Division().Six())
		require.Equal(t, row.birth, id.Birth().String())
		require.Equal(t, row.sex, id.Sex())
		require.Equal(t, row.text, id.Reveal())
	}
}

func TestRefusedCitizenIDs(t *testing.T) {
	for text, want := range map[string]ident.Reason{
		"":                     ident.Empty,
		"520102201503010017":   ident.WrongCheckCharacter,
		"52010220150230001X":   ident.NoSuchDay,
		"520102201513010018":   ident.NoSuchDay,
		"52010220150301001":    ident.WrongLength,
		"5201022015030100180":  ident.WrongLength,
		"32010620140709001x":   ident.WrongCharacter,
		"520102X01503010018":   ident.WrongCharacter,
		"52O102201503010018":   ident.LetterForDigit,
		"52010220150301001O":   ident.LetterForDigit,
		"52010220l503010018":   ident.LetterForDigit,
		"520102150301001":      ident.Withdrawn,
		"5.20102E+17":          ident.Scientific,
		"5.20102201503010E+17": ident.Scientific,
		"020102201503010018":   ident.OutOfRange,
		"５20102201503010018":   ident.WrongCharacter,
		"姓名姓名姓名姓名姓名姓名姓名姓名姓名":       ident.WrongCharacter,
		"\xff\xfe0102201503010018": ident.WrongCharacter,
	} {
		id, err := ident.ParseCitizenID(text)
		require.Equal(t, want, ident.ReasonOf(err), "text %q", text)
		require.True(t, id.IsZero())
		if text != "" {
			require.NotContains(t, err.Error(), text)
		}
	}
}

func TestReadingCitizenIDsTellsEveryRepair(t *testing.T) {
	for _, row := range []struct {
		text, want string
		repairs    []ident.Repair
	}{
		{"520102201503010018", "520102201503010018", nil},
		{" 520102201503010018\n", "520102201503010018", []ident.Repair{ident.Trimmed}},
		{"520102 20150301 0018", "520102201503010018", []ident.Repair{ident.InnerSpace}},
		{"５２０１０２２０１５０３０１００１８", "520102201503010018", []ident.Repair{ident.FullWidth}},
		{"32010620140709001x", "32010620140709001X", []ident.Repair{ident.SmallLetter}},
		{"32010620140709001ｘ", "32010620140709001X", []ident.Repair{ident.FullWidth, ident.SmallLetter}},
		{"\u202d520102201503010018\u202c", "520102201503010018", []ident.Repair{ident.Invisible}},
		{"\ufeff\u00a0520102\u3000201503010018", "520102201503010018", []ident.Repair{ident.Trimmed, ident.InnerSpace, ident.Invisible}},
	} {
		id, repairs, err := ident.ReadCitizenID(row.text)
		require.NoError(t, err, "%q", row.text)
		require.Equal(t, row.want, id.Reveal())
		require.Equal(t, row.repairs, repairs, "%q", row.text)
	}
	_, repairs, err := ident.ReadCitizenID(" 52o102201503010018")
	require.Equal(t, ident.LetterForDigit, ident.ReasonOf(err), "a letter is never guessed to be a digit")
	require.Empty(t, repairs)
}

func TestDisagreements(t *testing.T) {
	id := citizen(t, "520102201503010018")
	agrees := ident.Claim{Birth: date(t, "2015-03-01"), Sex: ident.Male, Today: date(t, "2026-11-20")}
	require.Empty(t, id.Disagreements(agrees))
	require.Empty(t, id.Disagreements(ident.Claim{}))
	require.Empty(t, ident.CitizenID{}.Disagreements(agrees))

	require.Equal(t, []ident.Reason{ident.BirthDiffers}, id.Disagreements(ident.Claim{Birth: date(t, "2015-01-03")}))
	require.Equal(t, []ident.Reason{ident.SexDiffers}, id.Disagreements(ident.Claim{Sex: ident.Female}))
	require.Equal(t, []ident.Reason{ident.BirthInFuture}, id.Disagreements(ident.Claim{Today: date(t, "2015-02-28")}))
	require.Empty(t, id.Disagreements(ident.Claim{Today: date(t, "2015-03-01")}), "born today is not in the future")

	all := citizen(t, "990101201501010015").Disagreements(ident.Claim{
		Birth: date(t, "2015-01-02"), Sex: ident.Female, Today: date(t, "2014-12-31"),
	})
	require.Equal(t, []ident.Reason{ident.BirthDiffers, ident.SexDiffers, ident.BirthInFuture, ident.ImplausibleProvince}, all)
}

func TestFixtureProvinceIsAllowedOnlyWhenAskedFor(t *testing.T) {
	id := citizen(t, "990101201501010015")
	require.Equal(t, []ident.Reason{ident.ImplausibleProvince}, id.Disagreements(ident.Claim{}))
	require.Empty(t, id.Disagreements(ident.Claim{Plausible: ident.OfficialOrFixtureProvince}))
	require.True(t, ident.OfficialProvince("83"), "residence permits of Taiwan residents")
	require.False(t, ident.OfficialProvince("16"))
}

// someCitizen draws well-formed numbers.
func someCitizen() *rapid.Generator[ident.CitizenID] {
	return rapid.Custom(func(t *rapid.T) ident.CitizenID {
		birth := date(t, "1900-01-01").AddDays(rapid.IntRange(0, 60000).Draw(t, "age"))
		stem := fmt.Sprintf("%06d%s%03d", rapid.IntRange(110000, 829999).Draw(t, "division"), birth.Compact(),
			rapid.IntRange(0, 999).Draw(t, "sequence"))
		for _, check := range "0123456789X" {
			if id, err := ident.ParseCitizenID(stem + string(check)); err == nil {
				return id
			}
		}
		t.Fatalf("a well-formed stem without a check character")
		return ident.CitizenID{}
	})
}

func TestExactlyOneCheckCharacterFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stem := someCitizen().Draw(t, "id").Reveal()[:17]
		fitting := 0
		for _, check := range "0123456789X" {
			if _, err := ident.ParseCitizenID(stem + string(check)); err == nil {
				fitting++
			}
		}
		require.Equal(t, 1, fitting)
	})
}

// MOD 11-2 finds every single mistyped digit and every swap of neighbours.
func TestTypingMistakesAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(someCitizen().Draw(t, "id").Reveal())
		i := rapid.IntRange(0, 16).Draw(t, "place")
		wrong := append([]byte(nil), text...)
		if rapid.Bool().Draw(t, "swap") {
			wrong[i], wrong[i+1] = wrong[i+1], wrong[i]
		} else {
			wrong[i] = byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		}
		_, err := ident.ParseCitizenID(string(wrong))
		require.Equal(t, string(wrong) == string(text), err == nil)
	})
}

func TestEqualNumbersAreEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := someCitizen().Draw(t, "id")
		again, repairs, err := ident.ReadCitizenID("\u3000" + strings.ToLower(id.Reveal()))
		require.NoError(t, err)
		require.True(t, id == again)
		require.Contains(t, repairs, ident.Trimmed)
		require.Equal(t, strings.HasSuffix(id.Reveal(), "X"), len(repairs) == 2)
	})
}

func FuzzReadCitizenID(f *testing.F) {
	for _, text := range []string{"520102201503010018", "32010620140709001x", "５２０１０２２０１５０３０１００１８", "5.2E+17", "\xff", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, _, err := ident.ReadCitizenID(text)
		if (err == nil) == (ident.ReasonOf(err) != "") {
			t.Fatal("a refusal has a reason, and nothing else has")
		}
		if err != nil {
			return
		}
		if _, err := ident.ParseCitizenID(id.Reveal()); err != nil {
			t.Fatalf("what was read does not parse: %v", err)
		}
		if id.Birth().IsZero() || id.Sex() == 0 || id.Division().IsZero() {
			t.Fatal("a well-formed number has a birth date, a sex and a division")
		}
	})
}
