package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/process"
)

// The paper of an emergency cannot be older than the pupil's time at the old school. That
// begins with the entry month, or with the last move; the day on which the record was
// made in this register says nothing about it.
func TestTheDayOfTheImportIsNoArrival(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	old, first, second := s.County(), s.CountyOf("520103", "2152000125", "云岩区示例小学"), s.CountyOf("520111", "2152000126", "花溪区示例小学")
	body := s.FilingOf(old, process.NewRecordImmigrant)
	made := approved(old, body) // on 2026-11-20, of a pupil who entered in 2024
	require.Equal(t, "2026-11-20 202409", e2e.Value[string](s, `SELECT h.effective_on || ' ' || s.entry_ym FROM change c JOIN student s ON s.id = c.student_id
		JOIN student_history h ON h.change_id = c.id WHERE c.id = $1`, made))
	values, _ := body["values"].(map[string]string)
	pupil := obj{"name": values["name"], "id_number": values["id_number"]}
	on := func(to *e2e.County, day string) obj {
		return obj{"kind": "TRANSFER", "pupil": pupil, "evidence": to.Registrar.Papers("GUARDIAN_APPLICATION", "RESIDENCE_PROOF", "TRANSFER_FORM"),
			"inputs": obj{"class_id": to.Class[2024], "reason": "父母工作调动", "paper_date": day, "paper_form_no": "ZX-1"}}
	}
	s.Lead(first.Registrar.File(on(first, "2026-11-12")))
	refusal(t, file(second.Registrar, on(second, "2026-11-11")), http.StatusUnprocessableEntity, "paper_before_arrival")
	filed := file(second.Registrar, on(second, "2026-11-12"))
	require.Equal(t, http.StatusCreated, filed.Status, string(filed.Raw))

	late := s.Named(old, 2024, simulator.Matches)
	tag := old.Registrar.Do(http.MethodGet, "/v1/students/"+late.ID.String(), nil, "").Header.Get("ETag")
	edit := old.Registrar.DoIfMatch(http.MethodPatch, "/v1/students/"+late.ID.String(), obj{"items": obj{"entry_ym": "202611"}, "reason": "插班"}, tag)
	require.Equal(t, http.StatusOK, edit.Status, string(edit.Raw))
	pupil = obj{"name": late.Name, "student_number": late.Number}
	refusal(t, file(first.Registrar, on(first, "2026-10-30")), http.StatusUnprocessableEntity, "paper_before_arrival")
	filed = file(first.Registrar, on(first, "2026-11-02"))
	require.Equal(t, http.StatusCreated, filed.Status, string(filed.Raw))
}

// Who left and came back to the same school came with the return.
func TestAReturnIsAnArrival(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	old, other := s.County(), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	n := s.Named(old, 2024, simulator.Matches)
	s.Lead(old.Registrar.File(leavingBody(old.Registrar, n.ID)))
	s.Lead(old.Registrar.File(returnBody(old.Registrar, n, old.Class[2024]))) // on 2026-11-20
	refusal(t, file(other.Registrar, emergency(other.Registrar, n, other.Class[2024], "2026-11-19", true)), http.StatusUnprocessableEntity, "paper_before_arrival")
	filed := file(other.Registrar, emergency(other.Registrar, n, other.Class[2024], "2026-11-20", true))
	require.Equal(t, http.StatusCreated, filed.Status, string(filed.Raw))
}
