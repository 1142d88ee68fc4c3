package changes_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

func TestOneFileIsNotTwoKindsOfEvidence(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	paper := w.UploadPaper(registrar)
	p := w.Refused("evidence_twice", registrar.Token, apitest.File("key-twice", m{
		"kind": "SUSPENSION", "student_id": w.Pupil(storetest.SchoolA),
		"inputs":   m{"reason_code": "10", "from_date": "2026-11-23", "until_date": "2027-06-30"},
		"evidence": []m{{"id": paper, "kind": "GUARDIAN_APPLICATION"}, {"id": paper, "kind": "SUSPENSION_PROOF"}},
	}))
	require.Equal(t, "/evidence/1", p.Errors[0].Pointer)
}

func TestARepeatedFilingHasTheSameAnswer(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	c := apitest.File("key-repeated", w.Suspension(registrar, w.Pupil(storetest.SchoolA), "2026-11-23"))
	first := w.Must(http.StatusCreated, registrar.Token, c, nil).Body.String()
	require.Contains(t, first, "+08:00")
	require.Equal(t, first, w.Must(http.StatusCreated, registrar.Token, c, nil).Body.String())
}
