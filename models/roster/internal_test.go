package roster

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
)

func TestDecoratedHeadersStillMatch(t *testing.T) {
	template, err := National()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(template.Columns).Draw(t, "column")
		ornament := rapid.SampledFrom([]string{"", "*", "★", " ", "\n", "\u3000", "（必填）", "(YYYYMMDD)", "【文本】", "\u200b", "：", "＊", "\u00a0"})
		var b strings.Builder
		b.WriteString(ornament.Draw(t, "before"))
		for _, r := range c.Header {
			if r >= '0' && r <= '9' && rapid.Bool().Draw(t, "wide") {
				r += 0xfee0
			}
			b.WriteRune(r)
			b.WriteString(rapid.SampledFrom([]string{"", "", " ", "\n", "\u200b"}).Draw(t, "between"))
		}
		b.WriteString(ornament.Draw(t, "after"))
		require.Equal(t, c.Header, header(b.String()))
	})
}

func TestHeadersOfTheTemplateAreTheirOwnWord(t *testing.T) {
	template, err := National()
	require.NoError(t, err)
	require.Len(t, template.Columns, 72)
	seen, fields := map[string]bool{}, map[Field]bool{}
	for _, c := range template.Columns {
		require.Equal(t, c.Header, header(c.Header))
		require.False(t, seen[c.Header])
		require.False(t, fields[c.Field])
		seen[c.Header], fields[c.Field] = true, true
		require.Positive(t, c.Max+len(c.Kind))
	}
}

// What a row takes from a cell must be taken unchanged when it is handed in again.
func TestACorrectedValueIsAcceptedAsItStands(t *testing.T) {
	c := fuzzChecker(t)
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(c.template.Columns)-1).Draw(t, "column")
		typed := rapid.OneOf(
			rapid.StringMatching(`[0-9０-９ \-/.年月日XxkmKM公里千米]{1,14}`), rapid.SampledFrom([]string{
				"汉族", "01-汉族", "是", "男", "１", "2018-3-21", "2026年9月", "贵州省贵阳市南明区", "520102", "二年级3班", "0851-18312051", "'16316048782", "+852 51234560", "二（3）班", "2026-09-01 00:00:00", "TRUE", "1千米", "2", "张 三", " 李四", "中国",
			}), rapid.String(),
		).Draw(t, "typed")
		first := judgeCell(c, i, typed)
		if first.rejected() || first.slots[i].value == "" {
			return
		}
		again := judgeCell(c, i, first.slots[i].value)
		require.False(t, again.rejected())
		require.Equal(t, first.slots[i].value, again.slots[i].value)
		for _, f := range again.findings {
			require.NotEqual(t, Fixed, f.Severity, "%s again", f.Code)
		}
	})
}

func fuzzChecker(t testing.TB) *checker {
	t.Helper()
	rd, err := NewReader()
	require.NoError(t, err)
	divisions, err := division.Load()
	require.NoError(t, err)
	today, err := calendar.ParseDate("2026-11-20")
	require.NoError(t, err)
	return newChecker(rd, &Submission{
		SchoolCode: "2152000123", Stage: ident.PrimaryStage, Today: today, Divisions: divisions,
		Classes: []Class{{Code: "2025103", Name: "二年级3班"}},
	})
}

// judgeCell judges one text cell by itself.
func judgeCell(c *checker, i int, typed string) *judgement {
	j := &judgement{row: 3, slots: make([]slot, len(c.template.Columns))}
	for k := range j.slots {
		j.slots[k] = slot{column: &c.template.Columns[k], letter: c.template.Columns[k].Letter}
	}
	s := &j.slots[i]
	s.raw = typed
	if s.column.Kind == KindHidden {
		return j
	}
	j.storeText(s)
	if s.value != "" && !isNoneWord(s.value) {
		c.value(j, s)
	}
	j.settle()
	return j
}

func FuzzHeader(f *testing.F) {
	for _, s := range []string{"★姓名", "性 别", "出生日期\n（YYYYMMDD）", "成员１姓名", "((", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		word := header(s)
		require.True(t, utf8.ValidString(word))
		require.Equal(t, word, header(word))
	})
}

func FuzzTidy(f *testing.F) {
	for _, s := range []string{" 王可雪  ", "崔\u200b天林", "a\nb", "\xff", "e\u0301", "\u202d16950952627\u202c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, _ := tidy(s)
		require.True(t, utf8.ValidString(once))
		twice, codes := tidy(once)
		require.Equal(t, once, twice)
		require.Empty(t, codes)
	})
}

func FuzzCell(f *testing.F) {
	c := fuzzChecker(f)
	for i := range c.template.Columns {
		f.Add(uint8(i), "1")
		f.Add(uint8(i), "01-汉族")
		f.Add(uint8(i), "2018-03-21")
		f.Add(uint8(i), "何思'); DROP TABLE students;--")
	}
	f.Fuzz(func(t *testing.T, column uint8, typed string) {
		i := int(column) % len(c.template.Columns)
		j := judgeCell(c, i, typed)
		require.True(t, utf8.ValidString(j.slots[i].value))
		if !j.rejected() {
			require.LessOrEqual(t, utf8.RuneCountInString(j.slots[i].value), max(c.template.Columns[i].Max, utf8.RuneCountInString(typed)))
		}
	})
}

func FuzzReadClass(f *testing.F) {
	for _, s := range []string{"二（4）班", "2025级4班", "高一十二班", "二四", "第三班", "〇", "十十十", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := readClass(s)
		require.False(t, ok && (r.number < 1 || r.number > 99), "a class has a number")
	})
}

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"0851-12345600-801", "+86-163-1234-5600", "0000000", "(0851)12345600", "+852 51234560", "转", "-1", "é"} {
		f.Add(s)
	}
	c := fuzzChecker(f)
	i := c.index["phone"]
	f.Fuzz(func(t *testing.T, typed string) {
		j := judgeCell(c, i, typed)
		if v := j.slots[i].value; !j.rejected() && v != "" && !isNoneWord(v) {
			require.True(t, dialled(v) || localLine.MatchString(v), "%q", v)
		}
	})
}
