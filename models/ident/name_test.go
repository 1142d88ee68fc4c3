package ident_test

import (
	"bufio"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/ident"
)

// Each line is what people typed for one name; all of it is stored in one form and has
// one key.
func TestNamesThatLookAlikeAreOneName(t *testing.T) {
	for want, typed := range map[string][]string{
		"方示高": {"⽅⽰⾼", "方 示 高", "方示\u200b高", " 方示高　", "方示高\ufe0f", "方\u3164示高", "方示高\U000E0100"},
		"黄小纟": {"⻩⼩⺰", "黄⼩⺰"},
		"豈更車": {"\uf900\uf901\uf902", "豈\uf901車"},
		"你":   {"\U0002f804"},
		"阿依古·案例江": {
			"阿依古˙案例江", "阿依古﹒案例江", "阿依古ㆍ案例江", "阿依古᛫案例江", "阿依古。案例江", "阿依古··案例江", "阿依古•案例江", "阿依古･案例江",
			"阿依古 · 案例江", "阿依古∙ 案例江", "阿依古．案例江", "阿依古.案例江", "阿依古・案例江", "阿依古‧案例江", "阿依古⋅案例江", "阿依古●案例江",
			"阿依古｡案例江", "阿依古· ·案例江", "阿依古\u0387案例江", "阿依古⸱案例江",
		},
		"KIM MINHO EXAMPLE": {"ＫＩＭ　ＭＩＮＨＯ　ＥＸＡＭＰＬＥ", "KIM  MINHO\u00a0EXAMPLE", " KIM MINHO\tEXAMPLE\u202e", "\U0001D40AIM MINHO EXAMPLE"},
		"J. O'BRIEN-SMITH":  {"J. O’BRIEN‐SMITH", "Ｊ．　Ｏ＇ＢＲＩＥＮ－ＳＭＩＴＨ"},
		"José·Álvarez":      {"José•A\u0301lvarez", "Jose\u0301 ・ Álvarez"},
		"Sofia":             {"Soﬁa"},
	} {
		key := ident.NameKey(want)
		for _, text := range append(typed, want) {
			got, repairs := ident.TidyName(text)
			require.Equal(t, want, got, "%q", text)
			require.Equal(t, text != want, len(repairs) > 0, "%q: %v", text, repairs)
			require.Equal(t, key, ident.NameKey(text), "%q", text)
			require.True(t, ident.SameName(want, text))
		}
	}
	require.True(t, ident.SameName("kim minho", "KIM MINHO"))
	require.True(t, ident.SameName("Ａｎｎａ", "ANNA"))
}

// Each repair is told by its own name.
func TestRepairsOfNames(t *testing.T) {
	for text, want := range map[string][]ident.Repair{
		"\u2f45\u2f70\u2fbc": {ident.Radical},
		"\uf900更":            {ident.Standard},
		"古•江":                {ident.MiddleDot},
		"方 示":                {ident.InnerSpace},
		" 方示":                {ident.Trimmed},
		"方\u200b示":           {ident.Invisible},
		"ＡＮＮＡ":               {ident.FullWidth},
		"\u200b Ｃ　⽅\ufe0f ":  {ident.Invisible, ident.Trimmed, ident.Radical, ident.FullWidth, ident.InnerSpace},
	} {
		_, repairs := ident.TidyName(text)
		require.Equal(t, want, repairs, "%q", text)
	}
}

// What is no name is not made one, and what is a rare name is not made a common one.
func TestNamesThatStay(t *testing.T) {
	for _, text := range []string{
		"", "方示高", "李〇", "𠮷田", "䶮", "㛃", "吉𫍯", "亖々", "戶户戸", "黃黄", "Anna Maria", "MÜLLER", "阿依古·", "·阿依古", "阿依古···案例", "1.张三", "阿依古-案例雪",
		"阿依古_案例月", "J. SMITH", "A.B.", "ABC\ufffd", "ロ力二", "ŀ",
		// The twelve unified ideographs that stand among the compatibility characters.
		"\ufa0e\ufa0f\ufa11\ufa13\ufa14\ufa1f\ufa21\ufa23\ufa24\ufa27\ufa28\ufa29",
	} {
		got, repairs := ident.TidyName(text)
		if strings.HasPrefix(text, "1.") {
			require.Equal(t, "1·张三", got)
			continue
		}
		require.Equal(t, text, got)
		require.Empty(t, repairs)
	}
	for _, pair := range [][2]string{
		{"戶", "户"}, {"黃", "黄"}, {"KIM MINHO", "KIM MIN HO"}, {"Jose", "José"}, {"方示高", "方高示"}, {"阿依古·案例", "阿依古案例"}, {"未来", "末来"}, {"己", "已"},
		{"\ufa0e", "\ufa0f"},
	} {
		require.False(t, ident.SameName(pair[0], pair[1]), "%q", pair)
	}
}

// The table of radicals is Unicode's own.
func TestRadicalsFollowUnicode(t *testing.T) {
	file, err := os.Open("testdata/EquivalentUnifiedIdeograph.txt")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	line := regexp.MustCompile(`^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*([0-9A-F]+)`)
	code := func(hex string) rune {
		n, err := strconv.ParseInt(hex, 16, 32)
		require.NoError(t, err)
		return rune(n)
	}
	radicals := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		m := line.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		last := code(m[1])
		if m[2] != "" {
			last = code(m[2])
		}
		for r := code(m[1]); r <= last; r++ {
			radicals++
			got, _ := ident.TidyName(string(r))
			require.Equal(t, string(code(m[3])), got, "U+%04X", r)
		}
	}
	require.Equal(t, 348, radicals)
}

func anyName() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.SampledFrom([]rune("方示高阿古⽅⻩豈𠮷Aaé́ŀﬁＡＪ.．。··•・˙ 　\u200b\u3164\ufe0f'’-—1()İıſßŉ\u0307")), 0, 14, -1))
}

func TestTidyNameIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyName().Draw(t, "name")
		once, _ := ident.TidyName(text)
		twice, more := ident.TidyName(once)
		if twice != once || len(more) > 0 {
			t.Fatalf("%q → %q → %q %v", text, once, twice, more)
		}
		key := ident.NameKey(text)
		if again := ident.NameKey(key); again != key {
			t.Fatalf("key of %q: %q → %q", text, key, again)
		}
		if ident.NameKey(once) != key {
			t.Fatalf("%q: the tidied name has another key", text)
		}
	})
}

// Two different names of ordinary characters never have one key.
func TestDistinctNamesStayDistinct(t *testing.T) {
	name := rapid.StringOfN(rapid.RuneFrom([]rune("〇𠮷䶮𫍯"), &han), 1, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		if a != b && ident.SameName(a, b) {
			t.Fatalf("%q and %q are one", a, b)
		}
		if tidied, _ := ident.TidyName(a); tidied != a {
			t.Fatalf("%q became %q", a, tidied)
		}
	})
}

func FuzzTidyName(f *testing.F) {
	for _, seed := range []string{"方示高", "⽅⽰⾼", "阿依古 • 案例", "J. O’Brien", "\xff\xfe", "a\u0301\u0327", "Å", "··.·"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, _ := ident.TidyName(text)
		if twice, _ := ident.TidyName(once); twice != once {
			t.Fatalf("%q → %q → %q", text, once, twice)
		}
		if key := ident.NameKey(text); ident.NameKey(key) != key {
			t.Fatalf("key of %q: %q → %q", text, key, ident.NameKey(key))
		}
	})
}
