package typed

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

func TestATextThatShowsNothingIsNoText(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "blanks": " \t\n\u00a0\u3000\u2028\u1680", "hangul filler": "\u3164", "fillers": "\u115f\u1160\uffa0", "empty braille": "\u2800\u2800",
		"variation selector": "\ufe0f", "further variation selector": "\U000e0100", "mongolian": "\u180e\u180b\u180f", "combining marks": "\u0301\u0308",
		"enclosing mark": "\u20dd", "zero width": "\u200b\u200c\u200d\u2060\ufeff", "direction marks": "\u200e\u202a\u202e\u2066\u2069\u061c",
		"tags": "\U000e0041\U000e0001", "joiner": "\u034f", "khmer vowels": "\u17b4\u17b5", "soft hyphen": "\u00ad", "null note": "\U0001d159",
		"object": "\ufffc", "half space": "\u303f", "annotation": "\ufff9\ufffb", "unassigned": "\u2065\U000e0080", "private": "\ue000", "private ones": " \uf8ff\ue001",
		"private of a further plane": "\U000f0000", "all together": " \u3164\u0301\u200b\ufe0f\u2800 ",
	} {
		require.True(t, Blank(text), name)
		require.Empty(t, Tidy(text), name)
	}
}

func TestATextThatShowsSomethingStaysAsItWasWritten(t *testing.T) {
	for _, text := range []string{"同意", "。", "-", "1", "é", "e\u0301", "👍\ufe0f", "葛\U000e0100", "王\ue000", "\ue000某", "ㅎ", "⠁", "কি", "a b"} {
		require.False(t, Blank(text), text)
		require.Equal(t, text, Tidy(text))
	}
	require.Equal(t, "已补充", Tidy("\u3164 已\u202e补\u200b充\u2800\n"))
	require.Equal(t, 2, Shown(" 小\u0301 小\u3164"))
	require.Equal(t, 2, Shown("王\ue000"), "a rare character of a name counts")
}

func TestADamagedTextIsToldFromARightOne(t *testing.T) {
	for _, text := range []string{"\xcd\xac\xd2\xe2", "同\ufffd", "a\xff", "\xed\xa0\x80", "\xc0\x80"} {
		require.True(t, Garbled(text), "%q", text)
	}
	require.False(t, Garbled("同意 👍\ue000"))
	for _, text := range []string{"a\x00", "a\x1bb", "\u0085", "\x7f", "\ufffe", "\uffff", "\ufdd0", "\U0001ffff"} {
		require.False(t, Storable(text), "%q", text)
	}
	require.True(t, Storable("一\t二\r\n三"))
}

// Every character is on one of two sides, and tidying twice is tidying once.
func TestEveryCharacter(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		text := string(r)
		once := Tidy(text)
		if Blank(text) != (once == "") || once != Tidy(once) {
			t.Errorf("%U is neither blank nor kept", r)
		}
	}
}

func FuzzTidy(f *testing.F) {
	f.Add(" a\u200b")
	f.Add("\u3164\u0301")
	f.Fuzz(func(t *testing.T, text string) {
		once := Tidy(text)
		require.Equal(t, once, Tidy(once))
		require.Equal(t, Blank(text), once == "")
		require.Equal(t, once, strings.TrimSpace(once))
	})
}
