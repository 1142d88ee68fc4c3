package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
)

// A province looks at a dry run and turns the school year. The worker is killed in the
// middle of the turn: another one goes on, and every pupil goes up once. Then the province
// takes the turn back.
func TestAYearTurnsThoughItsWorkerIsKilled(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true, LongList: 3}) // a part is one pupil
	c := s.County()
	var pupils []uuid.UUID
	for range 5 {
		pupils = append(pupils, s.Pupil(c, 2024))
	}
	s.Pupil(c, 2021) // was in the last grade only now
	province := s.Person(s.Office(org.Province, "520000"), org.BureauHead)
	turn := func(path string, body obj) e2e.Answer {
		answer := province.Do(http.MethodPost, "/v1/year-turns"+path, body, uuid.NewString())
		require.Equal(t, http.StatusAccepted, answer.Status, string(answer.Raw))
		return answer
	}
	done := func(job string) {
		s.Eventually("the job is done", 2*time.Minute, func() bool { return stateOfJob(province, job) == "DONE" })
	}
	const lines = `student_history WHERE kind = 'PROMOTION' AND struck_at IS NULL`

	first := s.WorkerProcess()
	dry := turn("", obj{"school_year": 2027, "dry_run": true})
	done(dry.Text("job_id"))
	of := province.Do(http.MethodGet, "/v1/year-turns/"+dry.Text("id"), nil, "")
	require.Equal(t, []any{5.0, 1.0}, []any{of.Get("moved"), of.Get("stayed")}, string(of.Raw))
	require.Zero(t, count(s, lines))

	hold, err := s.DB.Begin(t.Context()) // the last part waits for a pupil whom another transaction holds
	require.NoError(t, err)
	defer func() { _ = hold.Rollback(t.Context()) }()
	_, err = hold.Exec(t.Context(), `SELECT 1 FROM student WHERE id = (SELECT id FROM student ORDER BY id DESC LIMIT 1) FOR UPDATE`)
	require.NoError(t, err)
	y := turn("", obj{"school_year": 2026})
	s.Eventually("all parts but the last are done", time.Minute, func() bool { return count(s, lines) == 5 })
	untilBlocked(s)
	first.Kill()
	require.NoError(t, hold.Rollback(t.Context()))
	s.StartWorker()
	done(y.Text("job_id"))
	require.Equal(t, 6, count(s, lines), "5→6 for the pupil of 2021")
	require.Equal(t, 6, e2e.Value[int](s, `SELECT count(DISTINCT student_id) FROM student_history WHERE kind = 'PROMOTION'`))
	require.Equal(t, 3, e2e.Value[int](s, `SELECT CAST(after ->> 'grade' AS int) FROM student_history WHERE kind = 'PROMOTION' AND student_id = $1`, pupils[0]))

	undone := turn("/"+y.Text("id")+"/undo", obj{})
	done(undone.Text("undo_job_id"))
	require.Zero(t, count(s, lines))
	require.Zero(t, count(s, "student WHERE school_year = 2026"))
}
