package student_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// columnsOf names the columns of a table.
func columnsOf(c *storetest.County, table string) []string {
	return c.Texts(`SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`, table)
}

// Every item of the table of items that has a column of its own has that column in the
// database, and a place in the record of Go; and the other way round.
func TestItemsHaveTheirColumnsAndPlaces(t *testing.T) {
	rig := storetest.New(t)
	columns := columnsOf(rig, "student")
	var own []string
	for _, c := range roster.OwnItems() {
		own = append(own, string(c.Field))
		require.Contains(t, columns, string(c.Field))
		require.NotNil(t, (&student.Record{}).Place(c.Field), c.Field)
	}
	for item := range student.RecordPlaces() {
		elsewhere := []string{string(roster.IDNumber), string(roster.SchoolCode), string(roster.ClassCode)}
		require.Contains(t, append(elsewhere, own...), item)
	}
	columns = columnsOf(rig, "guardian")
	for _, item := range roster.MemberItems() {
		require.Contains(t, columns, student.MemberColumn(item))
		require.NotNil(t, (&student.Guardian{}).Place(item), item)
	}
	require.Len(t, student.MemberPlaces(), len(roster.MemberItems()))
}

// What is set can be read again, for every item of the sheet.
func TestEveryItemHasOneValue(t *testing.T) {
	template, err := roster.National()
	require.NoError(t, err)
	r := &student.Record{Details: map[string]string{}, Guardians: []student.Guardian{{Seat: 1}, {Seat: 2}}}
	want := map[roster.Field]string{}
	for _, c := range template.Items() {
		want[c.Field] = "value of " + string(c.Field)
		switch _, item := c.Field.Member(); {
		case c.Field == roster.BirthDate:
			want[c.Field] = "20150301"
		case item == student.MemberIsGuardian:
			want[c.Field] = student.Yes
		}
		r.SetItem(c.Field, want[c.Field])
	}
	for f, value := range want {
		require.Equal(t, value, r.Item(f), f)
	}
	r.SetItem("phone", "")
	require.NotContains(t, r.Details, "phone", "an item without a value is not kept")
}

// The table of items, the rules of key data and the policy of a province agree on what
// key data is.
func TestKeyDataIsOneList(t *testing.T) {
	template, err := roster.National()
	require.NoError(t, err)
	var keys, policyKeys []string
	policy := process.Policy{KeyFields: []string{"ethnicity", string(roster.SchoolCode)}}
	for _, c := range template.Items() {
		if c.Guard == roster.KeyItem {
			keys = append(keys, string(c.Field))
		}
		if student.GuardOf(policy, c) == roster.KeyItem {
			policyKeys = append(policyKeys, string(c.Field))
		}
	}
	require.ElementsMatch(t, status.KeyItems(), keys)
	require.ElementsMatch(t, append(keys, "ethnicity"), policyKeys, "a policy adds key data; what is fixed stays fixed")
}
