package rosters_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/storetest"
)

// A long sheet gives by its job what a short one gives in the answer; the same file and the
// same key begin nothing twice.
func TestALongRosterIsCheckedByAJob(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	content := w.MadeUpSheet(10)
	dry := apitest.Read[rosters.RosterUpload](w, http.StatusOK, w.SendFile(registrar, "/v1/rosters?dry_run=true", "a.xlsx", content))
	w.InParts()
	send := func(key string, content []byte) (rosters.RosterUpload, int) {
		t.Helper()
		answer := w.SendFile(registrar, "/v1/rosters", "a.xlsx", content, "Idempotency-Key", key)
		return apitest.Read[rosters.RosterUpload](w, answer.Code, answer), answer.Code
	}
	first, status := send("upload-0001", content)
	require.Equal(t, http.StatusAccepted, status)
	for _, key := range []string{"upload-0001", "upload-0002"} {
		again, status := send(key, content)
		require.Equal(t, http.StatusAccepted, status)
		require.True(t, again.Repeated)
		require.Equal(t, first.Job, again.Job)
		require.Equal(t, first.Roster.ID, again.Roster.ID)
		require.Contains(t, again.Next, "没有重复受理")
	}
	other := w.SendFile(registrar, "/v1/rosters", "a.xlsx", w.MadeUpSheet(3), "Idempotency-Key", "upload-0001")
	require.Equal(t, http.StatusUnprocessableEntity, other.Code)
	require.Contains(t, other.Body.String(), "idempotency_key_reused")
	require.Equal(t, http.StatusBadRequest, w.SendFile(registrar, "/v1/rosters", "a.xlsx", content, "Idempotency-Key", "short").Code)
	require.Equal(t, 1, apitest.One[int](w, `SELECT count(*) FROM job`))
	check := apitest.Post("/v1/rosters/"+first.Roster.ID.String()+"/check", nil)
	w.Refused("roster_checking", registrar.Token, check)

	w.DoParts(*first.Job, 1)
	w.Must(http.StatusAccepted, registrar.Token, apitest.Post("/v1/jobs/"+first.Job.String()+"/cancel", nil), nil)
	w.DoParts(*first.Job, 3)
	kept, _ := send("upload-0001", content)
	require.Contains(t, kept.Next, "已停止", "a repeated request changes nothing")
	require.Equal(t, "校验已停止", kept.Roster.StateLabel)
	resumed, status := send("upload-0003", content)
	require.Equal(t, http.StatusAccepted, status)
	require.Equal(t, first.Job, resumed.Job)
	require.Contains(t, resumed.Next, "从头继续")
	require.Equal(t, job.JobDone, w.DoParts(*first.Job, 3).State)

	done, status := send("upload-0001", content)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, registration.RosterChecked, done.Roster.State)
	require.Equal(t, dry.Counts, done.Counts)
	require.Equal(t, job.JobDone, done.Roster.JobState)
	again := w.Must(http.StatusAccepted, registrar.Token, check, nil)
	require.Contains(t, again.Header().Get("Location"), "/v1/jobs/")
	fresh := apitest.One[uuid.UUID](w, `SELECT id FROM job WHERE state = 'RUNNING'`)
	require.NotEqual(t, *first.Job, fresh, "after classes were made it is checked anew")
	require.Equal(t, job.JobDone, w.DoParts(fresh, 3).State)
	short := apitest.Read[rosters.RosterUpload](w, http.StatusCreated, w.SendFile(registrar, "/v1/rosters", "b.xlsx", w.MadeUpSheet(2)))
	require.Nil(t, short.Job, "a short sheet is checked at once, as ever")
	require.Equal(t, registration.RosterChecked, short.Roster.State)
}
