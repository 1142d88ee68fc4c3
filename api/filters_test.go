package api

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

// A misspelt filter found nothing and said nothing; the reader took the empty list
// for an answer.
func TestAnUnknownWordOfAFilterIsRefusedWithTheList(t *testing.T) {
	w := newWorld(t)
	w.change(w.places["school"], org.SchoolLeader)
	registrar, head := w.login(w.places["school"], org.SchoolRegistrar), w.login(w.places["county"], org.BureauHead)
	admin := w.login(w.places["county"], org.BureauSysadmin)
	for _, row := range []struct {
		who                   caller
		path, parameter, word string
		known                 string
	}{
		{registrar, "/v1/changes", "kind", "休学", "SUSPENSION"},
		{registrar, "/v1/changes", "status", "DONE", "RUNNING"},
		{admin, "/v1/audit", "action", "account.creat", "account.create"},
		{head, "/v1/audit", "subject_kind", "pupil", "student"},
	} {
		p := read[rest.Problem](t, http.StatusUnprocessableEntity, w.send(row.who.token, get(row.path+"?"+row.parameter+"="+url.QueryEscape(row.word))))
		require.Equal(t, "not_in_list", p.Code, row.parameter)
		require.Equal(t, row.parameter, p.Errors[0].Pointer)
		require.Contains(t, p.Detail, row.known)
		require.NotContains(t, p.Detail, row.word+"、")
		require.Equal(t, http.StatusOK, w.send(row.who.token, get(row.path+"?"+row.parameter+"="+row.known)).Code, row.known)
	}
	// Every word that a list of choices takes is in the description.
	for _, op := range w.server.Operations() {
		for _, p := range describedAs(w.server.OpenAPI(), op).Parameters {
			free := []string{"id", "cursor", "q", "below", "case_no", "subject_id", "task", "delivery", "version", "against"}
			if p.In == "query" && p.Schema.Type == "string" && p.Schema.Format == "" {
				require.True(t, len(p.Schema.Enum) > 0 || slices.Contains(free, p.Name), "%s %s takes any word", op.ID, p.Name)
			}
		}
	}
}
