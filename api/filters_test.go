package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A misspelt filter found nothing and said nothing; the reader took the empty list
// for an answer.
func TestAnUnknownWordOfAFilterIsRefusedWithTheList(t *testing.T) {
	w := apitest.New(t)
	w.Change(storetest.SchoolA)
	registrar, head := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauHead)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	for _, row := range []struct {
		who                   apitest.Caller
		path, parameter, word string
		known                 string
	}{
		{registrar, "/v1/changes", "kind", "休学", "SUSPENSION"},
		{registrar, "/v1/changes", "status", "DONE", "RUNNING"},
		{admin, "/v1/audit", "action", "account.creat", "account.create"},
		{head, "/v1/audit", "subject_kind", "pupil", "student"},
	} {
		p := apitest.Read[rest.Problem](w, http.StatusUnprocessableEntity, w.Send(row.who.Token, apitest.Get(row.path+"?"+row.parameter+"="+url.QueryEscape(row.word))))
		require.Equal(t, "not_in_list", p.Code, row.parameter)
		require.Equal(t, row.parameter, p.Errors[0].Pointer)
		require.Contains(t, p.Detail, row.known)
		require.NotContains(t, p.Detail, row.word+"、")
		require.Equal(t, http.StatusOK, w.Send(row.who.Token, apitest.Get(row.path+"?"+row.parameter+"="+row.known)).Code, row.known)
	}
	// Every word that a list of choices takes is in the description.
	for _, op := range w.Server.Operations() {
		for _, p := range describedAs(w.Server.OpenAPI(), op).Parameters {
			free := []string{"id", "cursor", "q", "below", "case_no", "subject_id", "task", "delivery", "version", "against", "to_school", "code", "column", "step"}
			if p.In == "query" && p.Schema.Type == "string" && p.Schema.Format == "" {
				require.True(t, len(p.Schema.Enum) > 0 || slices.Contains(free, p.Name), "%s %s takes any word", op.ID, p.Name)
			}
		}
	}
}
