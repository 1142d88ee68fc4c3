package api

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/uploads"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/org"
)

func TestEvidenceIsForItsOfficeAndTheParties(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	content := evidenceFile(t, "two-pages.pdf")
	e := read[uploads.Evidence](t, http.StatusCreated, w.uploadAs(registrar, "/v1/evidence", `..\..\诊断书"<1>.exe`, content))
	require.Equal(t, files.PDF, e.MediaType)
	require.Equal(t, "诊断书1.exe", e.FileName)
	require.EqualValues(t, len(content), e.Size)
	open := call{method: "GET", path: "/v1/evidence/" + e.ID.String() + "/content"}
	for _, who := range []caller{registrar, w.login(w.places["school"], org.SchoolLeader), w.login(w.places["county"], org.BureauReviewer)} {
		answer := w.send(who.token, open)
		require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
		require.Equal(t, content, answer.Body.Bytes())
		require.Equal(t, "application/pdf", answer.Header().Get("Content-Type"))
		require.Equal(t, "nosniff", answer.Header().Get("X-Content-Type-Options"))
		require.Equal(t, "attachment; filename=evidence-"+e.ID.String()+".pdf", answer.Header().Get("Content-Disposition"))
	}
	require.Equal(t, 3, one[int](w, `SELECT count(*) FROM audit_entry WHERE action = 'evidence.open' AND subject_id = $1`, e.ID.String()))
	strangers := []caller{w.login(w.places["school2"], org.SchoolRegistrar), w.login(w.places["county2"], org.BureauReviewer), w.login(w.places["school4"], org.SchoolLeader)}
	for _, who := range strangers {
		w.refused("not_found", who.token, open)
	}
	// A party of the change the evidence belongs to sees it, wherever it is.
	change, pupil := uuid.Must(uuid.NewV7()), w.pupil(w.places["school"])
	w.exec(`INSERT INTO change (id, case_no, kind, student_id, org_id, org_path, province_code, stage, status, definition, definition_version,
		policy_version, inputs, step_no, round, filed_by, filing_key, filing_hash, filed_at, due_total)
		VALUES ($1, 'x', 'SUSPENSION', $2, $3, $4::text::ltree, '520000', 'PRIMARY', 'RUNNING', '{}', '1', 0, '{}', 1, 1, $1, 'x', '\x00', now(), now())`,
		change, pupil, w.places["school"].id, w.places["school"].path)
	w.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES ($1, 'IN', $2, $3::text::ltree)`, change, w.places["school4"].id, w.places["school4"].path)
	w.exec(`INSERT INTO change_evidence (change_id, evidence_id, kind, round) VALUES ($1, $2, 'PROOF', 1)`, change, e.ID)
	require.Equal(t, http.StatusOK, w.send(strangers[2].token, open).Code)
	w.refused("not_found", strangers[0].token, open)
}

// evidenceFile reads a paper of package files' tests.
func evidenceFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../internal/files/testdata", name))
	require.NoError(t, err)
	return content
}

func TestEvidenceIsJudgedByContentAndSize(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
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
		"lock.pdf": {evidenceFile(t, "user-password.pdf"), http.StatusUnprocessableEntity, "evidence_password"},
		"half.jpg": {picture.Bytes()[:picture.Len()/2], http.StatusUnprocessableEntity, "evidence_broken"},
		"empty":    {nil, http.StatusUnprocessableEntity, "evidence_empty"},
		"large":    {scan(limit + 1), http.StatusRequestEntityTooLarge, "body_too_large"},
		"huge":     {scan(limit + 10*rest.UploadOverhead), http.StatusRequestEntityTooLarge, "body_too_large"},
	} {
		answer := w.uploadAs(registrar, "/v1/evidence", name, c.content)
		p := read[rest.Problem](t, c.status, answer)
		require.Equal(t, c.code, p.Code, name)
	}
	require.Zero(t, one[int](w, `SELECT count(*) FROM evidence`))
	for _, name := range []string{"leading-lines.pdf", "owner-password-only.pdf", "owner-r6.pdf"} {
		read[uploads.Evidence](t, http.StatusCreated, w.uploadAs(registrar, "/v1/evidence", name, evidenceFile(t, name)))
	}
	exact := read[uploads.Evidence](t, http.StatusCreated, w.uploadAs(registrar, "/v1/evidence", "ok.jpg", scan(limit)))
	require.Equal(t, limit, exact.Size)
	// A file that was lost is told as such, not as an internal error.
	require.NoError(t, w.deps.Files.Delete(t.Context(), files.Evidence, exact.ID.String()))
	w.refused("evidence_gone", registrar.token, call{method: "GET", path: "/v1/evidence/" + exact.ID.String() + "/content"})
}
