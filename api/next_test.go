package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

func TestAFilingNamesWhatItsKindIsAbout(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	id := uuid.New()
	for code, body := range map[string]m{
		"subject_wrong":   {"kind": "SUSPENSION", "roster_id": id},
		"subject_twice":   {"kind": "SUSPENSION", "roster_id": id, "student_id": id},
		"subject_missing": {"kind": "SUSPENSION"},
	} {
		p := w.refused(code, registrar.token, filing("key-"+code, body))
		require.Contains(t, []string{"/roster_id", "/student_id"}, p.Errors[0].Pointer)
		require.NotContains(t, p.Title, "…")
	}
	p := w.refused("subject_wrong", registrar.token, filing("key-wrong-2", m{"kind": "ROSTER_IMPORT", "student_id": id}))
	require.Equal(t, "/student_id", p.Errors[0].Pointer)
}

func TestAnEnglishRefusalHasEnglishLabels(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	pupil := w.pupil(w.places["school"])
	r := httptest.NewRequest(http.MethodPost, "/v1/changes", strings.NewReader(`{"kind":"SUSPENSION","student_id":"`+pupil.String()+`","inputs":{"from_date":"x"}}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+registrar.token)
	r.Header.Set("Idempotency-Key", "key-english")
	r.Header.Set("Accept-Language", "en")
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	p := read[rest.Problem](t, http.StatusUnprocessableEntity, answer)
	require.NotRegexp(t, `\p{Han}`, answer.Body.String())
	require.NotEmpty(t, p.Errors)
}
