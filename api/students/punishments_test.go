package students_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

func TestPunishmentsOverHTTP(t *testing.T) {
	w := apitest.New(t)
	school := storetest.SchoolA
	registrar, viewer := w.LogIn(school, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauViewer)
	pupil := w.Pupil(school)
	path := "/v1/students/" + pupil.String() + "/punishments"
	record := func(key, level, day string) apitest.Call {
		return apitest.Call{Method: "POST", Path: path, Key: key, Body: m{"level": level, "decided_on": day, "document_no": " 示例字〔2026〕3号 "}}
	}
	w.Refused("idempotency_key_missing", registrar.Token, record("", "1", "2026-11-02"))
	w.Refused("punishment_expulsion", registrar.Token, record("punish-001", "6", "2026-11-02"))
	w.Refused("punishment_date", registrar.Token, record("punish-001", "1", "2026-11-21"))
	w.Refused("wrong_format", registrar.Token, record("punish-001", "1", "2026-02-30"))
	w.Refused("not_in_list", registrar.Token, record("punish-001", "5", "2026-11-02"))
	var first, again, done students.Punishment
	w.Must(http.StatusCreated, registrar.Token, record("punish-001", "1", "2026-11-02"), &first)
	w.Must(http.StatusCreated, registrar.Token, record("punish-001", "1", "2026-11-02"), &again)
	require.Equal(t, first, again)
	require.Equal(t, "警告", first.LevelLabel)
	require.Equal(t, "示例字〔2026〕3号", first.DocumentNo)
	w.Refused("idempotency_key_reused", registrar.Token, record("punish-001", "2", "2026-11-02"))

	cancel := apitest.Call{Method: "POST", Path: "/v1/punishments/" + first.ID.String() + "/cancellation", Key: "pardon-001",
		Body: m{"cancelled_on": "2026-11-20", "document_no": "9号"}}
	w.Must(http.StatusOK, registrar.Token, cancel, &done)
	require.Equal(t, "2026-11-20", done.CancelledOn)
	w.Must(http.StatusOK, registrar.Token, cancel, &again)
	require.Equal(t, done, again)
	cancel.Key = "pardon-002"
	require.Equal(t, http.StatusConflict, w.Refused("punishment_cancelled", registrar.Token, cancel).Status)

	var list []students.Punishment
	w.Must(http.StatusOK, viewer.Token, apitest.Get(path), &list)
	require.Equal(t, []students.Punishment{done}, list)
	var page students.Student
	answer := w.Must(http.StatusOK, viewer.Token, apitest.Get("/v1/students/"+pupil.String()), &page)
	require.NotContains(t, answer.Body.String(), "punish", "nothing of it stands elsewhere")
	var history rest.Page[students.HistoryEntry]
	w.Must(http.StatusOK, viewer.Token, apitest.Get("/v1/students/"+pupil.String()+"/history"), &history)
	require.Equal(t, []string{"PUNISHMENT", "PUNISHMENT"}, []string{history.Items[0].Kind, history.Items[1].Kind})
	require.Equal(t, []string{"撤销处分", "处分"}, []string{history.Items[0].KindName, history.Items[1].KindName})
	w.Refused("not_found", w.LogIn(storetest.SchoolB, org.SchoolRegistrar).Token, apitest.Get(path))
	w.Refused("not_found", registrar.Token, apitest.Call{Method: "POST", Path: "/v1/punishments/" + uuid.NewString() + "/cancellation", Key: "pardon-003",
		Body: m{"cancelled_on": "2026-11-20", "document_no": "9号"}})
}
