package api

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
)

func TestPunishmentsOverHTTP(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	registrar, viewer := w.login(school, org.SchoolRegistrar), w.login(w.places["county"], org.BureauViewer)
	pupil := w.pupil(school)
	path := "/v1/students/" + pupil.String() + "/punishments"
	record := func(key, level, day string) call {
		return call{method: "POST", path: path, key: key, body: m{"level": level, "decided_on": day, "document_no": " 示例字〔2026〕3号 "}}
	}
	w.refused("idempotency_key_missing", registrar.token, record("", "1", "2026-11-02"))
	w.refused("punishment_expulsion", registrar.token, record("punish-001", "6", "2026-11-02"))
	w.refused("punishment_date", registrar.token, record("punish-001", "1", "2026-11-21"))
	w.refused("wrong_format", registrar.token, record("punish-001", "1", "2026-02-30"))
	w.refused("not_in_list", registrar.token, record("punish-001", "5", "2026-11-02"))
	var first, again, done students.Punishment
	w.must(http.StatusCreated, registrar.token, record("punish-001", "1", "2026-11-02"), &first)
	w.must(http.StatusCreated, registrar.token, record("punish-001", "1", "2026-11-02"), &again)
	require.Equal(t, first, again)
	require.Equal(t, "示例字〔2026〕3号", first.DocumentNo)
	w.refused("idempotency_key_reused", registrar.token, record("punish-001", "2", "2026-11-02"))

	cancel := call{method: "POST", path: "/v1/punishments/" + first.ID.String() + "/cancellation", key: "pardon-001",
		body: m{"cancelled_on": "2026-11-20", "document_no": "9号"}}
	w.must(http.StatusOK, registrar.token, cancel, &done)
	require.Equal(t, "2026-11-20", done.CancelledOn)
	w.must(http.StatusOK, registrar.token, cancel, &again)
	require.Equal(t, done, again)
	cancel.key = "pardon-002"
	require.Equal(t, http.StatusConflict, w.refused("punishment_cancelled", registrar.token, cancel).Status)

	var list []students.Punishment
	w.must(http.StatusOK, viewer.token, call{method: "GET", path: path}, &list)
	require.Equal(t, []students.Punishment{done}, list)
	var page students.Student
	answer := w.must(http.StatusOK, viewer.token, call{method: "GET", path: "/v1/students/" + pupil.String()}, &page)
	require.NotContains(t, answer.Body.String(), "punish", "nothing of it stands elsewhere")
	var history rest.Page[students.HistoryEntry]
	w.must(http.StatusOK, viewer.token, call{method: "GET", path: "/v1/students/" + pupil.String() + "/history"}, &history)
	require.Equal(t, []string{"PUNISHMENT", "PUNISHMENT"}, []string{history.Items[0].Kind, history.Items[1].Kind})
	w.refused("not_found", w.login(w.places["school2"], org.SchoolRegistrar).token, call{method: "GET", path: path})
	w.refused("not_found", registrar.token, call{method: "POST", path: "/v1/punishments/" + uuid.NewString() + "/cancellation", key: "pardon-003",
		body: m{"cancelled_on": "2026-11-20", "document_no": "9号"}})
}
