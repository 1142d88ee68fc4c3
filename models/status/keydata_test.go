package status_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// The synthetic number of domain 5.1, of a province that does not exist: born 2015-01-01, male.
const card = "990101201501010015"

func identified() status.Record {
	r := pupil()
	r.Identity = status.Identity{Name: "样例甲", Sex: "1", BirthDate: "20150101", IDType: "1", IDNumber: card}
	return r
}

func keyData(values map[string]string) status.Request {
	return status.Request{Kind: process.KeyDataChange, Values: values}
}

func TestKeyDataIsWrittenAndNothingElse(t *testing.T) {
	after, err := status.Apply(identified(), keyData(map[string]string{"name": "样例乙"}), facts(t, "2026-11-20"))
	require.NoError(t, err)
	want := identified()
	want.Identity.Name = "样例乙"
	require.Equal(t, want, after)
	suspended := identified()
	suspended.Enrol = status.Suspended
	require.Empty(t, status.Check(suspended, keyData(map[string]string{"name": "样例乙"}), facts(t, "2026-11-20")), "a suspended pupil may be corrected")
}

func TestKeyDataIsJudgedItemByItem(t *testing.T) {
	for _, row := range []struct {
		name   string
		values map[string]string
		want   []string // pointers
	}{
		{"the same", map[string]string{"name": "样例甲"}, []string{"/values"}},
		{"nothing", nil, []string{"/values"}},
		{"another item", map[string]string{"phone": "1", "class_code": "2"}, []string{"/values/class_code", "/values/phone"}},
		{"no name", map[string]string{"name": ""}, []string{"/values/name"}},
		{"a name with a number", map[string]string{"name": "样例1"}, []string{"/values/name"}},
		{"a long name", map[string]string{"name": strings.Repeat("名", 51)}, []string{"/values/name"}},
		{"sex against the number", map[string]string{"sex": "2"}, []string{"/values/sex"}},
		{"sex of no code", map[string]string{"sex": "男"}, []string{"/values/sex"}},
		{"birth date against the number", map[string]string{"birth_date": "20150102"}, []string{"/values/birth_date"}},
		{"birth date in the future", map[string]string{"birth_date": "20300101"}, []string{"/values/birth_date", "/values/birth_date"}},
		{"check character", map[string]string{"id_number": "990101201501010016"}, []string{"/values/id_number"}},
		{"fifteen digits", map[string]string{"id_number": "990101150101001"}, []string{"/values/id_number"}},
		{"no such document", map[string]string{"id_type": "5"}, []string{"/values/id_type"}},
		{"a passport without a number", map[string]string{"id_type": "A", "id_number": ""}, []string{"/values/id_number"}},
		{"a passport", map[string]string{"id_type": "A", "id_number": "E1234567"}, nil},
		{"the number of an identity card as a passport", map[string]string{"id_type": "A"}, []string{"/values/id_type"}},
		{"a residence permit", map[string]string{"id_type": "8", "id_number": "830000201501010013"}, nil},
		{"another document without a number", map[string]string{"id_type": "Z", "id_number": ""}, nil},
		{"number, birth date and sex together", map[string]string{"id_number": "990101201501010023", "sex": "2"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			var pointers []string
			for _, e := range status.Check(identified(), keyData(row.values), facts(t, "2026-11-20")) {
				pointers = append(pointers, e.Field)
				for _, value := range row.values {
					require.False(t, len(value) > 4 && strings.Contains(e.Error()+strings.Join(valuesOf(e.Params), " "), value), "values are never echoed")
				}
			}
			require.Equal(t, row.want, pointers)
		})
	}
}

func valuesOf(m map[string]string) []string {
	var list []string
	for _, v := range m {
		list = append(list, v)
	}
	return list
}

// A province chooses the items that only a key-data change may alter.
func TestTheProvinceNamesTheKeyItems(t *testing.T) {
	f := facts(t, "2026-11-20")
	f.Policy.KeyFields = []string{"name"}
	require.Equal(t, []refusal.Code{refusal.KeyFieldUnknown}, codes(status.Check(identified(), keyData(map[string]string{"sex": "2"}), f)))
}

// For every input the applied identity agrees with itself, and a refused one changes
// nothing.
func TestAppliedKeyDataIsConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := map[string]string{}
		for _, field := range status.KeyItems() {
			if rapid.Bool().Draw(t, field) {
				values[field] = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"1", "2", "A", "Z", card, "990101201501010023", "20150101", "样例丙", ""})).Draw(t, "value of "+field)
			}
		}
		r := identified()
		after, err := status.Apply(r, keyData(values), facts(t, "2026-11-20"))
		if err != nil {
			require.Equal(t, r, after)
			return
		}
		require.NotEqual(t, r.Identity, after.Identity)
		if id := after.Identity.Citizen(); after.Identity.IDType == "1" {
			require.False(t, id.IsZero())
			birth, err := calendar.ParseCompactDate(after.Identity.BirthDate)
			require.NoError(t, err)
			require.Equal(t, birth, id.Birth())
		}
	})
}
