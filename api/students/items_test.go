package students_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// A form can be built from the items alone: labels, types, lengths, guards and codes.
func TestTheItemsOfTheSheet(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	get := apitest.Get("/v1/sheet/items")
	w.Refused("unauthenticated", "", get)
	var out struct {
		Body struct {
			Version string
			Groups  []students.ItemGroup
			Items   []students.ItemRule
		}
	}
	w.Must(http.StatusOK, registrar.Token, get, &out.Body)
	require.Equal(t, "2013-71", out.Body.Version)
	require.Len(t, out.Body.Items, 71)
	require.Len(t, out.Body.Groups, 8)
	require.Equal(t, students.ItemGroup{Group: "PERSON", Label: process.Text{Zh: "个人基础信息", En: "The pupil"}}, out.Body.Groups[0])
	items := map[roster.Field]students.ItemRule{}
	for _, item := range out.Body.Items {
		items[item.Field] = item
		require.NotEmpty(t, item.Label.Zh)
		require.NotEmpty(t, item.Label.En)
		require.Positive(t, item.MaxLength)
		require.Equal(t, item.Type == roster.KindCode, len(item.Codes) > 0, item.Field)
	}
	require.Equal(t, process.Text{Zh: "民族", En: "Ethnic group"}, items["ethnicity"].Label)
	require.Equal(t, students.ItemCode{Code: "01", Label: process.Text{Zh: "汉族", En: "Han"}}, items["ethnicity"].Codes[0])
	require.Equal(t, sheet.GroupPerson, items["ethnicity"].Group)
	require.Equal(t, sheet.GroupMember2, items["member2_job"].Group)
	require.Equal(t, "free", items["ethnicity"].Change)
	require.Equal(t, "key", items["id_number"].Change)
	require.True(t, items["id_number"].Masked)
	require.Equal(t, "sometimes", items["id_number"].Required)
	require.Equal(t, "fixed", items["class_code"].Change)
	require.Equal(t, "always", items["class_code"].Required)
	require.Equal(t, "never", items["talent"].Required)
}
