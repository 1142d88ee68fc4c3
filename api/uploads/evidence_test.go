package uploads_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/uploads"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

func TestEvidenceIsForItsOfficeAndTheParties(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.FarSchool, org.SchoolRegistrar)
	content := w.PaperFile("two-pages.pdf")
	e := apitest.Read[uploads.Evidence](w, http.StatusCreated, w.SendFile(registrar, "/v1/evidence", `..\..\诊断书"<1>.exe`, content))
	require.Equal(t, files.PDF, e.MediaType)
	require.Equal(t, "诊断书1.exe", e.FileName)
	require.EqualValues(t, len(content), e.Size)
	open := apitest.Get("/v1/evidence/" + e.ID.String() + "/content")
	for _, who := range []apitest.Caller{registrar, w.LogIn(storetest.FarSchool, org.SchoolLeader), w.LogIn(storetest.FarBureau, org.BureauReviewer)} {
		answer := w.Send(who.Token, open)
		require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
		require.Equal(t, content, answer.Body.Bytes())
		require.Equal(t, "application/pdf", answer.Header().Get("Content-Type"))
		require.Equal(t, "nosniff", answer.Header().Get("X-Content-Type-Options"))
		require.Equal(t, "attachment; filename=evidence-"+e.ID.String()+".pdf", answer.Header().Get("Content-Disposition"))
	}
	require.Equal(t, 3, apitest.One[int](w, `SELECT count(*) FROM audit_entry WHERE action = 'evidence.open' AND subject_id = $1`, e.ID.String()))
	strangers := []apitest.Caller{w.LogIn(storetest.SchoolB, org.SchoolRegistrar), w.LogIn(apitest.NextBureau, org.BureauReviewer), w.LogIn(storetest.SchoolA, org.SchoolLeader)}
	for _, who := range strangers {
		w.Refused("not_found", who.Token, open)
	}
	// A party of the change the evidence belongs to sees it, wherever it is.
	claim := w.ClaimOf(w.Pupil(storetest.SchoolA))
	w.Must(http.StatusCreated, registrar.Token, apitest.File("transfer-1", m{
		"kind": "TRANSFER", "pupil": m{"name": claim.Name, "student_number": claim.Number},
		"inputs":   m{"class_id": w.Class(storetest.FarSchool, "2024101").ID, "reason": "父母工作调动"},
		"evidence": []m{{"id": e.ID, "kind": "GUARDIAN_APPLICATION"}, {"id": w.UploadPaper(registrar), "kind": "RESIDENCE_PROOF"}},
	}), nil)
	require.Equal(t, http.StatusOK, w.Send(strangers[2].Token, open).Code)
	w.Refused("not_found", strangers[0].Token, open)
}

func TestEvidenceIsJudgedByContentAndSize(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	const limit = int64(10 << 20) // the default
	var picture bytes.Buffer
	require.NoError(t, jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	scan := func(size int64) []byte { return append(picture.Bytes(), make([]byte, size-int64(picture.Len()))...) }
	for name, c := range map[string]struct {
		content []byte
		status  int
		code    string
	}{
		"照片.jpg":   {[]byte("MZ this is a program"), http.StatusUnsupportedMediaType, "evidence_type"},
		"IMG.heic": {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), http.StatusUnsupportedMediaType, "evidence_heic"},
		"cut.jpg":  {picture.Bytes()[:8], http.StatusUnprocessableEntity, "evidence_broken"},
		"cut.pdf":  {[]byte("%PDF-1.7\nhalf"), http.StatusUnprocessableEntity, "evidence_broken"},
		"lock.pdf": {w.PaperFile("user-password.pdf"), http.StatusUnprocessableEntity, "evidence_password"},
		"half.jpg": {picture.Bytes()[:picture.Len()/2], http.StatusUnprocessableEntity, "evidence_broken"},
		"empty":    {nil, http.StatusUnprocessableEntity, "evidence_empty"},
		"large":    {scan(limit + 1), http.StatusRequestEntityTooLarge, "body_too_large"},
		"huge":     {scan(limit + 10*rest.UploadOverhead), http.StatusRequestEntityTooLarge, "body_too_large"},
	} {
		answer := w.SendFile(registrar, "/v1/evidence", name, c.content)
		p := apitest.Read[rest.Problem](w, c.status, answer)
		require.Equal(t, c.code, p.Code, name)
	}
	require.Zero(t, w.Count(`SELECT count(*) FROM evidence`))
	for _, name := range []string{"leading-lines.pdf", "owner-password-only.pdf", "owner-r6.pdf"} {
		apitest.Read[uploads.Evidence](w, http.StatusCreated, w.SendFile(registrar, "/v1/evidence", name, w.PaperFile(name)))
	}
	exact := apitest.Read[uploads.Evidence](w, http.StatusCreated, w.SendFile(registrar, "/v1/evidence", "ok.jpg", scan(limit)))
	require.Equal(t, limit, exact.Size)
	// A file that was lost is told as such, not as an internal error.
	require.NoError(t, w.Deps.Files.Delete(t.Context(), files.Evidence, exact.ID.String()))
	w.Refused("evidence_gone", registrar.Token, apitest.Get("/v1/evidence/"+exact.ID.String()+"/content"))
}

// The console shows a paper beside the case. No other site can show it, and a script in the
// paper does not run.
func TestAPaperIsSeenInPlace(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	var picture bytes.Buffer
	require.NoError(t, jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	looks := 0
	for name, content := range map[string][]byte{"scan.jpg": picture.Bytes(), "proof.pdf": w.PaperFile("two-pages.pdf")} {
		e := apitest.Read[uploads.Evidence](w, http.StatusCreated, w.SendFile(registrar, "/v1/evidence", name, content))
		path := "/v1/evidence/" + e.ID.String() + "/content"
		for _, who := range []apitest.Caller{registrar, w.Browser(registrar)} {
			answer := w.Send(who.Token, apitest.Get(path+"?view=inline"))
			require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
			require.Equal(t, content, answer.Body.Bytes())
			require.Equal(t, "inline; filename=evidence-"+e.ID.String()+e.MediaType.Extension(), answer.Header().Get("Content-Disposition"))
			require.Equal(t, string(e.MediaType), answer.Header().Get("Content-Type"))
			require.Equal(t, []string{"SAMEORIGIN"}, answer.Header().Values("X-Frame-Options"))
			require.Equal(t, []string{"nosniff"}, answer.Header().Values("X-Content-Type-Options"))
			policy := answer.Header().Values("Content-Security-Policy")
			require.Len(t, policy, 1)
			require.Contains(t, policy[0], "default-src 'none'")
			require.Contains(t, policy[0], "frame-ancestors 'self'")
			require.Equal(t, e.MediaType != files.PDF, strings.HasSuffix(policy[0], "; sandbox"), policy[0])
			looks++
		}
		saved := w.Send(registrar.Token, apitest.Get(path))
		require.Contains(t, saved.Header().Get("Content-Disposition"), "attachment")
		require.Equal(t, "DENY", saved.Header().Get("X-Frame-Options"))
		w.Refused("not_in_list", registrar.Token, apitest.Get(path+"?view=script"))
		w.Refused("not_found", w.LogIn(storetest.SchoolB, org.SchoolRegistrar).Token, apitest.Get(path+"?view=inline"))
		looks++
	}
	require.Equal(t, looks, w.Count(`SELECT count(*) FROM audit_entry WHERE action = 'evidence.open'`))
	require.Contains(t, rest.Seen("text/html", "a.html", nil).Disposition, "attachment")
	require.Empty(t, rest.Seen("image/svg+xml", "a.svg", nil).Policy)
}
