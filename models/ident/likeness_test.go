package ident_test

import (
	"encoding/csv"
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
)

var updateLabelled = flag.Bool("update-labelled", false, "write the labelled pairs anew")

func someone(t require.TestingT, name, sex, birth, kin string) *ident.Someone {
	day, err := calendar.ParseDate(birth)
	require.NoError(t, err)
	p := &ident.Someone{Name: name, Sex: sex, Birth: day}
	for member := range strings.SplitSeq(kin, "/") {
		if part := strings.Split(member, "|"); len(part) == 3 {
			k := ident.Kin{Name: part[0]}
			if part[1] != "" {
				k.Document = []byte(part[1])
			}
			if part[2] != "" {
				k.Phone = []byte(part[2])
			}
			p.Family = append(p.Family, k)
		}
	}
	return p
}

// The signs of each way in which a pupil is typed twice, and the people who stay apart.
func TestLikenessIsExplained(t *testing.T) {
	const family = "王强|f1|138/李梅|m1|139"
	a := someone(t, "王伟明", "1", "2018-03-05", family)
	for _, row := range []struct {
		name, sex, birth, kin string
		signs                 []ident.Sign
		score                 int
	}{
		{"王伟明", "1", "2018-03-05", family, []ident.Sign{ident.SignSameName, ident.SignSameBirth, ident.SignKinDocument}, 100},
		{"王伟明", "1", "2018-05-03", family, []ident.Sign{ident.SignSameName, ident.SignBirthSwap, ident.SignKinDocument}, 95},
		{"王伟明", "1", "2018-03-08", family, []ident.Sign{ident.SignSameName, ident.SignBirthNear, ident.SignKinDocument}, 90},
		{"王明伟", "1", "2018-03-05", family, []ident.Sign{ident.SignNameOrder, ident.SignSameBirth, ident.SignKinDocument}, 92},
		{"王炜明", "1", "2018-03-05", "王强||138", []ident.Sign{ident.SignNameLooks, ident.SignSameBirth, ident.SignKinPhone}, 82},
		{"王伟鸣", "1", "2018-03-05", family, []ident.Sign{ident.SignNameSounds, ident.SignSameBirth, ident.SignKinDocument}, 86},
		{"王伟亮", "1", "2018-03-05", family, []ident.Sign{ident.SignNameNear, ident.SignSameBirth, ident.SignKinDocument}, 62}, // a twin
		{"王伟明", "2", "2018-03-05", "", []ident.Sign{ident.SignSameName, ident.SignSameBirth}, 65},
		{"王伟明", "1", "2018-03-05", "王强||", []ident.Sign{ident.SignSameName, ident.SignSameBirth, ident.SignKinName}, 90},
		{"王伟明", "1", "2018-03-09", family, nil, 0},
		{"赵伟明", "1", "2019-03-05", family, nil, 0},
		{"王志强", "1", "2018-03-05", family, nil, 0}, // a brother
	} {
		l := ident.Compare(a, someone(t, row.name, row.sex, row.birth, row.kin))
		require.Equal(t, row.signs, l.Signs, row.name)
		require.Equal(t, row.score, l.Score, row.name)
	}
	b := someone(t, "王伟明", "1", "2018-03-05", family)
	a.Card, b.Card = []byte{1}, []byte{2}
	require.Zero(t, ident.Compare(a, b).Score, "two identity cards are two people")
	for _, s := range append(ident.Signs(), "x") {
		zh, en := s.Text()
		require.Equal(t, s == "x", zh == string(s) && en == string(s))
	}
}

// The comparison has no sides, and what it finds likely shares a key by which it is found.
func TestWhatIsLikelyIsFoundByAKey(t *testing.T) {
	names := rapid.OneOf(rapid.StringMatching(`[王汪张李][伟炜玮明鸣名子紫涵晗][伟炜玮明鸣名子紫涵晗]?`), rapid.SampledFrom([]string{"欧阳晓明", "阿依古丽·买买提", "KIM EXAMPLE"}))
	rapid.Check(t, func(t *rapid.T) {
		day, err := calendar.NewDate(2018, 1, 1)
		require.NoError(t, err)
		one := func(label string) *ident.Someone {
			birth := day.AddDays(rapid.IntRange(0, 140).Draw(t, label+" born"))
			kin := rapid.SampledFrom([]string{"", "王强|f1|138", "王强||138", "王强||"}).Draw(t, label+" kin")
			return someone(t, names.Draw(t, label+" name"), rapid.SampledFrom([]string{"1", "2"}).Draw(t, label+" sex"), birth.String(), kin)
		}
		a, b := one("a"), one("b")
		l := ident.Compare(a, b)
		require.Equal(t, l, ident.Compare(b, a))
		require.LessOrEqual(t, l.Score, ident.MostLikeness)
		if l.Score < ident.LeastScore {
			return
		}
		keys := map[string]bool{}
		for _, k := range ident.LikenessKeys(a) {
			keys[k] = true
		}
		shared := false
		for _, k := range ident.LikenessKeys(b) {
			shared = shared || keys[k]
		}
		require.True(t, shared, "%s %s and %s %s", a.Name, a.Birth, b.Name, b.Birth)
	})
}

// The labelled pairs: pupils typed twice with the mistakes that clerks make, and pairs of
// twins, of brothers and sisters, and of namesakes, who are two people.
const labelledFile = "testdata/likeness.csv"

func TestPrecisionAndRecallOfDoubles(t *testing.T) {
	if *updateLabelled {
		writeLabelled(t)
	}
	file, err := os.Open(labelledFile)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	const threshold = 80
	var hit, missed, wrong, apart float64
	byKind := map[string][2]int{}
	for _, row := range rows[1:] {
		a, b := someone(t, row[2], row[3], row[4], row[5]), someone(t, row[6], row[7], row[8], row[9])
		likely := ident.Compare(a, b).Score >= threshold
		n := byKind[row[1]]
		if likely {
			n[0]++
		}
		n[1]++
		byKind[row[1]] = n
		switch {
		case row[0] == "1" && likely:
			hit++
		case row[0] == "1":
			missed++
		case likely:
			wrong++
		default:
			apart++
		}
	}
	precision, recall := hit/(hit+wrong), hit/(hit+missed)
	t.Logf("%d pairs at %d of 100: precision %.4f, recall %.4f, %v", len(rows)-1, threshold, precision, recall, byKind)
	require.GreaterOrEqual(t, precision, 0.98)
	require.GreaterOrEqual(t, recall, 0.93)
	require.LessOrEqual(t, byKind["twins"][0], 4, "twins stay apart, but for the few whose names sound or look alike")
	require.Zero(t, byKind["brother or sister"][0]+byKind["namesakes"][0]+byKind["strangers"][0])
	require.Positive(t, apart, strconv.Itoa(len(rows)))
}
