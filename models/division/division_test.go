package division_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
)

func load(t require.TestingT) *division.Table {
	table, err := division.Load()
	require.NoError(t, err)
	return table
}

func code(t require.TestingT, text string) ident.DivisionCode {
	c, err := ident.ParseDivisionCode(text)
	require.NoError(t, err)
	return c
}

func TestTheWholeCountryIsThere(t *testing.T) {
	count := map[division.Level]int{}
	for _, d := range load(t).All() {
		count[d.Level]++
	}
	require.Equal(t, map[division.Level]int{division.Province: 34, division.City: 342, division.County: 2978}, count)
}

func TestLookup(t *testing.T) {
	table := load(t)
	for text, want := range map[string]string{
		"520102":       "贵州省贵阳市南明区",
		"520102000000": "贵州省贵阳市南明区",
		"520100":       "贵州省贵阳市",
		"520000":       "贵州省",
		"110101":       "北京市东城区", // a district of a municipality
		"500229":       "重庆市城口县", // a county under the municipality's second "city"
		"429004":       "湖北省仙桃市", // directly administered
		"659001":       "新疆维吾尔自治区石河子市",
		"469001":       "海南省五指山市",
		"441900":       "广东省东莞市", // city and county under one code
		"620201":       "甘肃省嘉峪关市",
		"810000":       "香港特别行政区",
	} {
		d, ok := table.Lookup(code(t, text))
		require.True(t, ok, text)
		require.Equal(t, want, table.FullName(d))
	}
	for _, text := range []string{"990101", "520199", "110000000000"} {
		d, ok := table.Lookup(code(t, text))
		require.Equal(t, text == "110000000000", ok, d.Name)
	}
	_, ok := table.Lookup(ident.DivisionCode{})
	require.False(t, ok)
}

func TestCitiesWithoutCountiesStandTwice(t *testing.T) {
	table := load(t)
	for _, text := range []string{"441900", "442000", "460400"} {
		d, ok := table.Lookup(code(t, text))
		require.True(t, ok)
		require.Equal(t, division.County, d.Level, "the county is meant where a county is asked for")
		city, ok := table.Above(d)
		require.True(t, ok)
		require.Equal(t, d.Code, city.Code)
		require.Equal(t, division.City, city.Level)
		province, ok := table.Above(city)
		require.True(t, ok)
		_, ok = table.Above(province)
		require.False(t, ok)
	}
}

func TestGroupingsAreNoPlaces(t *testing.T) {
	table := load(t)
	var names []string
	for _, d := range table.All() {
		if d.Grouping() {
			names = append(names, d.Code.Six()+d.Name)
			require.Empty(t, table.FindByName(d.Name))
		}
	}
	require.Equal(t, []string{
		"110100市辖区", "120100市辖区", "310100市辖区", "419000省直辖县级行政区划", "429000省直辖县级行政区划",
		"469000省直辖县级行政区划", "500100市辖区", "500200县", "659000自治区直辖县级行政区划",
	}, names)
}

func TestNamesWithOneMeaning(t *testing.T) {
	table := load(t)
	for name, want := range map[string]string{
		"贵州省贵阳市南明区":               "520102",
		"贵阳市南明区":                  "520102",
		"贵州省南明区":                  "520102",
		"南明区":                     "520102",
		" 贵州省 贵阳市\u3000南明区\u200b": "520102",
		"北京市东城区":                  "110101",
		"北京市市辖区东城区":               "110101",
		"北京市朝阳区":                  "110105",
		"湖北省仙桃市":                  "429004",
		"湖北省省直辖县级行政区划仙桃市":         "429004",
		"广东省东莞市":                  "441900",
		"东莞市":                     "441900",
		"嘉峪关市":                    "620201",
		"贵阳市":                     "520100",
		"澳门特别行政区":                 "820000",
	} {
		found := table.FindByName(name)
		require.Len(t, found, 1, name)
		require.Equal(t, want, found[0].Code.Six(), name)
	}
}

func TestNamesWithSeveralMeaningsOrNone(t *testing.T) {
	table := load(t)
	require.Len(t, table.FindByName("朝阳区"), 2)
	require.Len(t, table.FindByName("鼓楼区"), 4)
	for _, name := range []string{"", "区", "贵阳南明", "南明", "贵阳市东城区", "火星市"} {
		require.Empty(t, table.FindByName(name), name)
	}
}

func TestEveryFullNameLeadsBack(t *testing.T) {
	table := load(t)
	for _, d := range table.All() {
		if d.Grouping() {
			continue
		}
		lowest, ok := table.Lookup(d.Code)
		require.True(t, ok)
		found := table.FindByName(table.FullName(d))
		require.NotEmpty(t, found, table.FullName(d))
		if len(found) > 1 {
			t.Fatalf("%s has several meanings", table.FullName(d))
		}
		// A city that has a county of its own name gives way to it.
		if found[0].Code != d.Code {
			require.Equal(t, d.Code, found[0].Parent)
			continue
		}
		require.Equal(t, lowest, found[0])
	}
}

func TestCallersCannotChangeTheTable(t *testing.T) {
	table := load(t)
	all := table.All()
	all[0].Name = "changed"
	found := table.FindByName("南明区")
	found[0].Name = "changed"
	require.Equal(t, "北京市", table.All()[0].Name)
	require.Equal(t, "南明区", table.FindByName("南明区")[0].Name)
}

func TestBrokenTablesAreRefused(t *testing.T) {
	const header = "code,name,level,parent\n"
	for name, text := range map[string]string{
		"empty":               "",
		"header only":         header,
		"wrong header":        "a,b,c,d\n520000,贵州省,province,\n",
		"bad code":            header + "52,贵州省,province,\n",
		"no name":             header + "520000,,province,\n",
		"unknown level":       header + "520000,贵州省,state,\n",
		"orphan":              header + "520100,贵阳市,city,520000\n",
		"province with above": header + "520000,贵州省,province,\n510000,四川省,province,520000\n",
		"twice":               header + "520000,贵州省,province,\n520000,贵州省,province,\n",
		"column missing":      header + "520000,贵州省,province\n",
	} {
		_, err := division.Read(strings.NewReader(text))
		require.Error(t, err, name)
	}
}

func TestParentsComeFirst(t *testing.T) {
	table := load(t)
	place := map[division.Division]int{}
	for i, d := range table.All() {
		place[d] = i
	}
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(table.All()).Draw(t, "division")
		if above, ok := table.Above(d); ok {
			require.Less(t, place[above], place[d])
			return
		}
		require.Equal(t, division.Province, d.Level)
	})
}

func FuzzRead(f *testing.F) {
	f.Add("code,name,level,parent\n520000,贵州省,province,\n520100,贵阳市,city,520000\n")
	f.Add("code,name,level,parent\n110000,北京市,province,\n110100,市辖区,city,110000\n110101,东城区,county,110100\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := division.Read(strings.NewReader(text))
		if (table == nil) == (err == nil) {
			t.Fatal("a table or an error, never both")
		}
	})
}
