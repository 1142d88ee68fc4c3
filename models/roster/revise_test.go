package roster_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/sample"
)

type found struct {
	Field    roster.Field
	Code     refusal.Code
	Severity roster.Severity
}

func foundIn(list []roster.Finding) []found {
	var all []found
	for _, f := range list {
		all = append(all, found{f.Field, f.Code, f.Severity})
	}
	return all
}

func TestChangedItemsAreJudgedWithTheRecord(t *testing.T) {
	type items = map[roster.Field]string
	for name, c := range map[string]struct {
		record  func(roster.Pupil) // changes a good record first
		changed items
		taken   items
		want    []found
	}{
		"a good value":      {nil, items{"phone": "16316048782"}, items{"phone": "16316048782"}, nil},
		"a value put right": {nil, items{"ethnicity": "苗族"}, items{"ethnicity": "06"}, []found{{"ethnicity", refusal.SheetLabelForCode, roster.Fixed}}},
		"an optional cleared": {nil, items{"blood_type": "", "distance_km": "无"}, items{"blood_type": "", "distance_km": ""},
			[]found{{"distance_km", refusal.SheetNoneCleared, roster.Fixed}}},
		"a required cleared": {nil, items{"phone": ""}, nil, []found{{"phone", refusal.SheetRequired, roster.Reject}}},
		"a wrong value":      {nil, items{"postcode": "1", "phone": "163"}, nil, []found{{"phone", refusal.SheetBadPhone, roster.Reject}, {"postcode", refusal.SheetBadPostcode, roster.Reject}}},
		"a relation that needs a note": {nil, items{"member1_relation": "97"}, items{"member1_relation": "97"},
			[]found{{"member1_relation_note", refusal.SheetRelationNote, roster.Reject}}},
		"the pupil's own number": {nil, items{"member1_id_type": "1", "member1_id_number": good(t)[roster.IDNumber]}, nil,
			[]found{{"member1_id_number", refusal.SheetMemberIDOfPupil, roster.Reject}}},
		"a number without its kind": {func(p roster.Pupil) { delete(p, "member2_id_type"); delete(p, "member2_id_number") },
			items{"member2_id_number": "E12345678"}, nil, []found{{"member2_id_type", refusal.SheetMemberIDType, roster.Reject}}},
		"a passport in small letters": {nil, items{"member2_id_type": "A", "member2_id_number": "e12345678"},
			items{"member2_id_type": "A", "member2_id_number": "E12345678"}, []found{{"member2_id_number", refusal.SheetLetterCase, roster.Fixed}}},
		"an entry in the future": {nil, items{"entry_ym": "202709"}, nil, []found{{"entry_ym", refusal.SheetEntryInFuture, roster.Reject}}},
		"a family member removed": {nil, memberCleared(2), nil,
			[]found{{"member2_name", refusal.SheetMemberMissing, roster.Reject}}},
		"flaws of old are not held against it": {func(p roster.Pupil) { delete(p, "native_place"); p["health"] = "77"; p["postcode"] = "x" },
			items{"phone": "16316048782"}, items{"phone": "16316048782"}, nil},
		"a record without family": {func(p roster.Pupil) {
			maps.DeleteFunc(p, func(f roster.Field, _ string) bool { return strings.HasPrefix(string(f), "member") })
		},
			items{"phone": "16316048782"}, items{"phone": "16316048782"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			current := good(t)
			if c.record != nil {
				c.record(current)
			}
			before := maps.Clone(current)
			revised, findings := reader(t).Revise(current, c.changed, submission(t))
			require.Equal(t, before, current)
			require.ElementsMatch(t, c.want, foundIn(findings))
			for f, value := range c.taken {
				require.Equal(t, value, revised[f])
				before[f] = value
			}
			if len(c.taken) > 0 {
				maps.DeleteFunc(before, func(_ roster.Field, v string) bool { return v == "" })
				require.Equal(t, before, revised)
			}
		})
	}
}

func memberCleared(n int) map[roster.Field]string {
	items := map[roster.Field]string{}
	for _, item := range []string{"name", "relation", "address", "household_division", "phone", "is_guardian", "id_type", "id_number", "ethnicity"} {
		items[roster.Field("member"+string(rune('0'+n))+"_"+item)] = ""
	}
	return items
}

// A family member who comes new must come whole.
func TestANewFamilyMemberIsJudgedWhole(t *testing.T) {
	p := good(t)
	for f := range memberCleared(2) {
		delete(p, f)
	}
	_, findings := reader(t).Revise(p, map[roster.Field]string{"member2_phone": "16316048782"}, submission(t))
	var missing []roster.Field
	for _, f := range findings {
		require.Equal(t, refusal.SheetRequired, f.Code)
		missing = append(missing, f.Field)
	}
	slices.Sort(missing)
	require.Equal(t, []roster.Field{"member2_address", "member2_household_division", "member2_is_guardian", "member2_name", "member2_relation"}, missing)
}

// A finding about an item of a record names the item and nothing of a sheet.
func TestFindingsOfAnItemReadWhole(t *testing.T) {
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	_, findings := reader(t).Revise(good(t), map[roster.Field]string{"phone": "没有", "ethnicity": "01苗族"}, submission(t))
	require.Len(t, findings, 2)
	for _, f := range findings {
		e := f.OfItem()
		require.Equal(t, "/items/"+string(f.Field), e.Field)
		require.NotContains(t, catalogue.Sentence(e, refusal.Chinese), "行“")
		require.Contains(t, catalogue.Sentence(e, refusal.Chinese), "“"+f.Header+"”")
		require.NotContains(t, catalogue.Sentence(e, refusal.English), "Row")
	}
}

// Whatever the sheet takes, an edit takes, and changes nothing by it.
func TestARecordAsItIsRevisesToItself(t *testing.T) {
	in, rd := submission(t), reader(t)
	rapid.Check(t, func(t *rapid.T) {
		pupils, err := sample.Pupils(rapid.Uint64().Draw(t, "seed"), 1, in)
		require.NoError(t, err)
		for p := range pupils {
			field := rapid.SampledFrom(slices.Sorted(maps.Keys(p))).Draw(t, "field")
			revised, findings := rd.Revise(p, map[roster.Field]string{field: p[field]}, in)
			require.Empty(t, findings)
			require.Equal(t, p, revised)
		}
	})
}

func FuzzRevise(f *testing.F) {
	f.Add(uint8(22), "16316048782")
	f.Add(uint8(60), "97")
	f.Add(uint8(56), "")
	f.Add(uint8(12), "没有")
	in, rd := submission(f), reader(f)
	current := good(f)
	f.Fuzz(func(t *testing.T, column uint8, typed string) {
		field := rd.Template().Columns[int(column)%len(rd.Template().Columns)].Field
		revised, findings := rd.Revise(current, map[roster.Field]string{field: typed}, in)
		refused := slices.ContainsFunc(findings, func(f roster.Finding) bool { return f.Severity == roster.Reject && f.Field == field })
		if refused {
			require.Equal(t, current[field], revised[field])
			return
		}
		again, more := rd.Revise(revised, map[roster.Field]string{field: revised[field]}, in)
		require.Equal(t, revised, again)
		for _, f := range more {
			require.NotEqual(t, roster.Fixed, f.Severity)
		}
	})
}
