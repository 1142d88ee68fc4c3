package changes_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

func TestAFilingNamesWhatItsKindIsAbout(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	id := uuid.New()
	for code, body := range map[string]m{
		"subject_wrong":   {"kind": "SUSPENSION", "roster_id": id},
		"subject_twice":   {"kind": "SUSPENSION", "roster_id": id, "student_id": id},
		"subject_missing": {"kind": "SUSPENSION"},
	} {
		p := w.Refused(code, registrar.Token, apitest.File("key-"+code, body))
		require.Contains(t, []string{"/roster_id", "/student_id"}, p.Errors[0].Pointer)
		require.NotContains(t, p.Title, "…")
	}
	p := w.Refused("subject_wrong", registrar.Token, apitest.File("key-wrong-2", m{"kind": "ROSTER_IMPORT", "student_id": id}))
	require.Equal(t, "/student_id", p.Errors[0].Pointer)
}

func TestAnEnglishRefusalHasEnglishLabels(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	pupil := w.Pupil(storetest.SchoolA)
	answer := w.Send(registrar.Token, apitest.Call{Method: "POST", Path: "/v1/changes", Key: "key-english", Language: "en",
		Body: m{"kind": "SUSPENSION", "student_id": pupil, "inputs": m{"from_date": "x"}}})
	p := apitest.Read[rest.Problem](w, http.StatusUnprocessableEntity, answer)
	require.NotRegexp(t, `\p{Han}`, answer.Body.String())
	require.NotEmpty(t, p.Errors)
}
