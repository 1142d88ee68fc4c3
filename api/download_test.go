package api_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// fileOperations lists the operations whose answer is a file.
func fileOperations(t *testing.T, w *apitest.World) []string {
	t.Helper()
	var list []string
	for _, item := range w.Server.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			for status, answer := range op.Responses {
				for kind, content := range answer.Content {
					if !strings.HasPrefix(status, "2") || content.Schema == nil {
						continue
					}
					require.Empty(t, content.Schema.ContentEncoding, "%s answers bytes: describe them with describeDownload", op.OperationID)
					if kind != "application/json" && kind != rest.EventStream && !slices.Contains(list, op.OperationID) {
						list = append(list, op.OperationID)
					}
				}
			}
		}
	}
	slices.Sort(list)
	return list
}

// Every file that leaves holds no number, or it is audited; an operation that is not
// looked at here fails the test.
func TestEveryFileThatLeavesIsLookedAt(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	roster := apitest.Read[struct{ Roster struct{ ID uuid.UUID } }](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.RosterFile("roster-no-au.xlsx"))).Roster
	paper := apitest.Read[struct{ ID uuid.UUID }](w, http.StatusCreated, w.SendFile(registrar, "/v1/evidence", "a.pdf", w.PaperFile("two-pages.pdf")))
	audited := func(action string, id uuid.UUID) int {
		return apitest.One[int](w, `SELECT count(*) FROM audit_entry WHERE action = $1 AND subject_id = $2`, action, id.String())
	}
	open := func(path string) *httptest.ResponseRecorder {
		answer := w.Send(registrar.Token, apitest.Get(path))
		require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
		require.Equal(t, "no-store", answer.Header().Get("Cache-Control"), path)
		require.Contains(t, answer.Header().Get("Content-Disposition"), "attachment; filename", path)
		return answer
	}
	looked := map[string]func(){
		"get-enrolment-template": func() { require.NotRegexp(t, `\d{15}`, w.SheetText(open("/v1/enrolments/template"))) },
		"get-roster-template":    func() { require.NotRegexp(t, `\d{15}`, w.SheetText(open("/v1/rosters/template"))) },
		"get-roster-findings": func() {
			path := "/v1/rosters/" + roster.ID.String() + "/findings.xlsx"
			require.NotRegexp(t, `\d{15}`, w.SheetText(open(path)))
			open(path + "?reason=AUTHORITY_REQUEST")
			require.Equal(t, 2, audited("roster.findings", roster.ID))
		},
		"get-update-sheet": func() { // the number finds the record again
			id := w.EnrolPupils(storetest.SchoolB, w.Items(storetest.SchoolB, 2024))[0]
			class := apitest.One[uuid.UUID](w, `SELECT class_id FROM student WHERE id = $1`, id)
			path := "/v1/students/updates/sheet?group=CONTACT&reason=DATA_QUALITY&class_id=" + class.String()
			w.Must(http.StatusOK, w.LogIn(storetest.SchoolB, org.SchoolRegistrar).Token, apitest.Get(path), nil)
			require.Equal(t, 1, audited("class.sheet", class))
		},
		"placing-template": func() {
			w.Pupil(storetest.SchoolA)
			require.NotRegexp(t, `\d{15}`, w.SheetText(open("/v1/placings/sheet?stage=PRIMARY&entry_year=2024")))
		},
		"check-in-template": func() {
			w.Pupil(storetest.SchoolA)
			require.NotRegexp(t, `\d{15}`, w.SheetText(open("/v1/check-in/sheet?stage=PRIMARY&entry_year=2024&school_year=2026&term=1")))
		},
		"open-evidence": func() { // a picture has no text that could be masked
			open("/v1/evidence/" + paper.ID.String() + "/content")
			require.Equal(t, 1, audited("evidence.open", paper.ID))
		},
	}
	for _, id := range fileOperations(t, w) {
		look, known := looked[id]
		require.True(t, known, "%s answers a file: say here how its numbers are kept", id)
		look()
		delete(looked, id)
	}
	require.Empty(t, looked, "no such files")
}
