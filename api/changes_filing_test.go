package api

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/uploads"
	"github.com/xueji/xueji/models/org"
)

func (w *world) paper(who caller) string {
	w.t.Helper()
	var b bytes.Buffer
	require.NoError(w.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return read[uploads.Evidence](w.t, http.StatusCreated, w.uploadAs(who, "/v1/evidence", "a.png", b.Bytes())).ID.String()
}

func TestOneFileIsNotTwoKindsOfEvidence(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	paper := w.paper(registrar)
	p := w.refused("evidence_twice", registrar.token, filing("key-twice", m{
		"kind": "SUSPENSION", "student_id": w.pupil(w.places["school"]),
		"inputs":   m{"reason_code": "10", "from_date": "2026-11-23", "until_date": "2027-06-30"},
		"evidence": []m{{"id": paper, "kind": "GUARDIAN_APPLICATION"}, {"id": paper, "kind": "SUSPENSION_PROOF"}},
	}))
	require.Equal(t, "/evidence/1", p.Errors[0].Pointer)
}

func TestARepeatedFilingHasTheSameAnswer(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	w.login(w.places["school"], org.SchoolLeader)
	c := filing("key-repeated", m{
		"kind": "SUSPENSION", "student_id": w.pupil(w.places["school"]),
		"inputs":   m{"reason_code": "10", "from_date": "2026-11-23", "until_date": "2027-06-30"},
		"evidence": []m{{"id": w.paper(registrar), "kind": "GUARDIAN_APPLICATION"}, {"id": w.paper(registrar), "kind": "SUSPENSION_PROOF"}},
	})
	first := w.must(http.StatusCreated, registrar.token, c, nil).Body.String()
	require.Contains(t, first, "+08:00")
	require.Equal(t, first, w.must(http.StatusCreated, registrar.token, c, nil).Body.String())
}
