package changes_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A filing that was begun is kept with its papers, found again by its author alone, and dropped
// with the filing; a filing that is refused leaves it.
func TestAFilingThatWasBegunIsKeptUntilItIsFiled(t *testing.T) {
	w := apitest.New(t)
	registrar, elsewhere := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolB, org.SchoolRegistrar)
	pupil := w.Pupil(storetest.SchoolA)
	body, ok := w.Suspension(registrar, pupil, "2026-11-20").(map[string]any)
	require.True(t, ok)
	id := uuid.New()
	path := "/v1/drafts/" + id.String()
	put := func(who apitest.Caller, match string, body any, into any) {
		t.Helper()
		w.Must(http.StatusOK, who.Token, apitest.Call{Method: http.MethodPut, Path: path, Body: body, IfMatch: match}, into)
	}
	refused := func(code string, who apitest.Caller, c apitest.Call) { t.Helper(); w.Refused(code, who.Token, c) }
	refused("kind_unknown", registrar, apitest.Call{Method: http.MethodPut, Path: path, Body: m{"kind": "NONSENSE"}})
	put(registrar, "", m{"kind": "SUSPENSION"}, nil)
	refused("draft_changed", registrar, apitest.Call{Method: http.MethodPut, Path: path, Body: body})
	var kept changes.FilingDraft
	put(registrar, `"1"`, body, &kept)
	require.Equal(t, []string{"SUSPENSION", "休学"}, []string{kept.Kind, kept.KindName})
	require.NotEmpty(t, kept.StudentName)
	require.Equal(t, "2026-12-20", kept.ExpiresOn)
	require.Len(t, kept.Papers, 2)
	require.NotEmpty(t, kept.Papers[0].FileName)
	require.Equal(t, pupil, kept.Filing.StudentID)

	read := w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &kept)
	require.Equal(t, `"2"`, read.Header().Get("ETag"))
	refused("draft_gone", elsewhere, apitest.Get(path))
	var list []changes.FilingDraftLine
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/drafts"), &list)
	require.Len(t, list, 1)
	require.Equal(t, kept.FilingDraftLine, list[0])
	w.Must(http.StatusOK, elsewhere.Token, apitest.Get("/v1/drafts"), &list)
	require.Empty(t, list)

	body["draft_id"] = id
	proof := body["evidence"]
	delete(body, "evidence")
	refused("evidence_missing", registrar, apitest.File("key-draft", body))
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), nil)
	body["evidence"] = proof
	w.Must(http.StatusCreated, registrar.Token, apitest.File("key-draft", body), nil)
	refused("draft_gone", registrar, apitest.Get(path))
	refused("draft_gone", registrar, apitest.Call{Method: http.MethodPut, Path: path, Body: m{"kind": "SKIP"}, IfMatch: `"2"`})
	w.Must(http.StatusCreated, registrar.Token, apitest.File("key-draft", body), nil)
	require.Equal(t, 1, w.Count(`SELECT count(*) FROM change WHERE kind = 'SUSPENSION'`))

	put(registrar, "", m{"kind": "NEW_RECORD_IMMIGRANT", "values": m{"name": "样例新"}}, &kept)
	require.Equal(t, "样例新", kept.StudentName)
	w.Must(http.StatusNoContent, registrar.Token, apitest.Call{Method: http.MethodDelete, Path: path}, nil)
	refused("draft_gone", registrar, apitest.Get(path))
}
