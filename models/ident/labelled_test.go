package ident_test

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
)

// writeLabelled makes the labelled pairs up: 100 of each kind, from one seed. The typing
// mistakes are drawn without a look at how pairs are scored: homophones and look-alikes
// stand in lists of their own here.
func writeLabelled(t *testing.T) {
	t.Helper()
	g := &generator{rand: rand.New(rand.NewPCG(15, 3)), t: t}
	rows := [][]string{{"same", "kind", "name1", "sex1", "birth1", "family1", "name2", "sex2", "birth2", "family2"}}
	for _, k := range []struct {
		name string
		same bool
		make func(a, b *pupil) *pupil
	}{
		{"typed twice", true, func(_, p *pupil) *pupil { return p }},
		{"another guardian", true, func(_, p *pupil) *pupil { p.kin = p.kin[1:]; return p }},
		{"characters exchanged", true, func(_, p *pupil) *pupil { slices.Reverse(p.name[1:]); return p }},
		{"homophone", true, func(a, p *pupil) *pupil { g.slip(a, p, homophones); return p }},
		{"look-alike", true, func(a, p *pupil) *pupil { g.slip(a, p, shapes); return p }},
		{"day and month exchanged", true, func(_, p *pupil) *pupil { return g.swapBirth(p) }},
		{"a day typed wrongly", true, func(_, p *pupil) *pupil { p.birth = p.birth.AddDays(1 + g.rand.IntN(3)); return p }},
		{"another sex", true, func(_, p *pupil) *pupil { p.sex = 3 - p.sex; return p }},
		{"twins", false, func(_, p *pupil) *pupil { return g.twin(p) }},
		{"brother or sister", false, func(_, p *pupil) *pupil { q := g.twin(p); q.birth = q.birth.AddDays(400 + g.rand.IntN(900)); return q }},
		{"namesakes", false, func(_, p *pupil) *pupil { q := g.pupil(); q.name = p.name; return q }},
		{"strangers", false, func(_, _ *pupil) *pupil { return g.pupil() }},
	} {
		for range 100 {
			a := g.pupil()
			b := *a
			b.name, b.kin = slices.Clone(a.name), slices.Clone(a.kin)
			other := k.make(a, &b)
			rows = append(rows, slices.Concat([]string{map[bool]string{true: "1", false: "0"}[k.same], k.name}, a.row(), other.row()))
		}
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(labelledFile), 0o755))
	file, err := os.Create(labelledFile)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	require.NoError(t, csv.NewWriter(file).WriteAll(rows))
}

// Characters that clerks type for each other: by sound, and by shape.
var (
	homophones = []string{"明鸣铭", "伟玮炜", "欣心馨", "涵晗函", "轩萱", "怡仪宜", "雨羽语", "佳嘉家", "梓子紫", "浩昊皓", "琪淇祺", "宇雨", "诗施", "晨辰宸", "瑶遥谣"}
	shapes     = []string{"洋详样", "婷停亭", "梅海悔", "清晴倩情", "俊浚骏", "仪议", "玲铃羚", "诚城", "瑶遥", "晓哓", "莉利俐", "己已", "未末", "泽择", "侨桥娇骄"}
	surnames   = []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
	given      = []rune("明鸣铭伟玮炜欣心馨涵晗函轩萱怡仪宜雨羽语佳嘉家梓子紫浩昊皓琪淇祺宇诗晨辰宸瑶遥洋详婷停梅海清晴倩俊浚骏玲铃诚城莉利泽侨桥娇博文华丽强国建军芳娜静敏磊超勇艳杰娟涛平刚桂英")
)

type pupil struct {
	name  []rune
	sex   int
	birth calendar.Date
	kin   []string
}

func (p *pupil) row() []string {
	family := ""
	for i, k := range p.kin {
		if i > 0 {
			family += "/"
		}
		family += k
	}
	return []string{string(p.name), strconv.Itoa(p.sex), p.birth.String(), family}
}

type generator struct {
	rand *rand.Rand
	t    *testing.T
	made int
}

func (g *generator) of(list []rune) rune { return list[g.rand.IntN(len(list))] }

func (g *generator) pupil() *pupil {
	g.made++
	day, err := calendar.NewDate(2012, 1, 1)
	require.NoError(g.t, err)
	surname := g.of(surnames)
	p := &pupil{name: []rune{surname, g.of(given)}, sex: 1 + g.rand.IntN(2), birth: day.AddDays(g.rand.IntN(3000))}
	if g.rand.IntN(4) > 0 {
		p.name = append(p.name, g.of(given))
	}
	no := strconv.Itoa(g.made)
	p.kin = []string{string(surname) + string(g.of(given)) + "|f" + no + "|138" + no, string(g.of(surnames)) + string(g.of(given)) + "|m" + no + "|139" + no}
	if g.rand.IntN(3) == 0 { // without a document
		p.kin[0] = string(surname) + string(g.of(given)) + "||138" + no
	}
	return p
}

// slip gives both records a character of a group, the second one another of the same.
func (g *generator) slip(a, p *pupil, groups []string) {
	group := []rune(groups[g.rand.IntN(len(groups))])
	at, from := 1+g.rand.IntN(len(p.name)-1), g.rand.IntN(len(group))
	a.name[at], p.name[at] = group[from], group[(from+1)%len(group)]
}

func (g *generator) swapBirth(p *pupil) *pupil {
	day := p.birth.Compact()
	other, err := calendar.ParseCompactDate(day[:4] + day[6:] + day[4:6])
	if err == nil {
		p.birth = other
	}
	return p
}

// twin has the family and the day, and another given name, of which parents often choose one
// character alike.
func (g *generator) twin(p *pupil) *pupil {
	at := len(p.name) - 1
	for old := p.name[at]; p.name[at] == old; {
		p.name[at] = g.of(given)
	}
	p.sex = 1 + g.rand.IntN(2)
	return p
}
