package ident_test

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/ident"
)

// han are the unified ideographs of the first block: what nearly all names are made of.
var han = unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x4E00, Hi: 0x9FFF, Stride: 1}}}

// One person's document has one key however it was ticked or typed.
func TestOneIdentityHasOneKey(t *testing.T) {
	type document struct{ kind, country, number string }
	for _, same := range [][]document{
		// A citizen's number, under whatever kind.
		{{"1", "CHN", "430104201809219974"}, {"Z", "CHN", "430104201809219974"}, {"1", "CHN", " ４３０１０４２０１８０９２１９９７４\u200b"}, {"A", "", "430104-20180921-9974"}, {"6", "HKG", "430104201809219974"}},
		{{"1", "CHN", "43010420180922997X"}, {"1", "CHN", "43010420180922997x"}, {"Z", "CHN", "43010420180922997Х"}, {"1", "CHN", "43010420180922997Ⅹ"}, {"1", "CHN", "43010420180922997Ｘ"}},
		// A Hong Kong document in two spellings; its passport kind is the same thing.
		{{"6", "HKG", "A0000257"}, {"6", "HKG", "A000025(7)"}, {"6", "CHN", "a000025（７）"}, {"A", "HKG", "A0000257"}, {"6", "HKG", "А000025(7)"}},
		{{"A", "KOR", "EX0000025"}, {"A", "kor", "ex 0000 025"}, {"A", "KOR", "EX-0000025"}},
	} {
		want := ident.IdentityKey(same[0].kind, same[0].country, same[0].number)
		require.NotEmpty(t, want)
		for _, d := range same {
			require.Equal(t, want, ident.IdentityKey(d.kind, d.country, d.number), "%v", d)
			require.Equal(t, ident.NumberKey(same[0].number), ident.NumberKey(d.number), "%v", d)
		}
	}
	require.Equal(t, "430104201809219974", ident.IdentityKey("1", "CHN", "430104201809219974"), "the key of a citizen is the number: hashes of before stay right")
}

func TestTwoIdentitiesHaveTwoKeys(t *testing.T) {
	key := ident.IdentityKey
	require.NotEqual(t, key("A", "KOR", "EX0000025"), key("A", "DEU", "EX0000025"), "one passport number of two countries")
	require.NotEqual(t, key("6", "HKG", "A0000257"), key("7", "MAC", "A0000257"))
	require.NotEqual(t, key("1", "CHN", "430104201809219974"), key("1", "CHN", "430104201809239975"))
	require.NotEqual(t, key("A", "KOR", "EX0000025"), key("A", "KOR", "EXO000025"), "no digit is guessed")
	require.Empty(t, key("Z", "CHN", " \u3164"))
	require.Empty(t, key("Z", "CHN", ""))
}

func TestTidyNumberIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("0123456789XxＸХ×Ⅹ()（）-— \u200b\u3164ŉßİı")))).Draw(t, "number")
		once, _ := ident.TidyNumber(text)
		if twice, more := ident.TidyNumber(once); twice != once || len(more) > 0 {
			t.Fatalf("%q → %q → %q %v", text, once, twice, more)
		}
		key := ident.NumberKey(text)
		if ident.NumberKey(key) != key || ident.NumberKey(once) != key {
			t.Fatalf("key of %q: %q", text, key)
		}
	})
}

func FuzzTidyNumber(f *testing.F) {
	for _, seed := range []string{"430104201809219974", "A000025（7）", "43010420180922997Х", "\xff", "ǅ", "ŉ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, _ := ident.TidyNumber(text)
		if twice, _ := ident.TidyNumber(once); twice != once {
			t.Fatalf("%q → %q → %q", text, once, twice)
		}
		if key := ident.NumberKey(text); ident.NumberKey(key) != key {
			t.Fatalf("key of %q: %q → %q", text, key, ident.NumberKey(key))
		}
	})
}
