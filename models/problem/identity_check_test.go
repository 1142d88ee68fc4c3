package problem_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// population is a population database that holds something against some numbers.
type population struct {
	holds  map[string]ident.Answer // by the number; others match
	silent map[string]bool
	down   bool
	asked  int
	during func() // while it is asked
}

func (p *population) ask(_ context.Context, name string, number ident.CitizenID) (ident.Answer, error) {
	p.asked++
	if p.during != nil {
		p.during()
		p.during = nil
	}
	if p.down || p.silent[number.Reveal()] {
		return "", errors.New("the line is down")
	}
	if a, ok := p.holds[number.Reveal()]; ok {
		return a, nil
	}
	return ident.AnswerMatch, nil
}

// checked files the jobs that are due and runs them; it returns how many.
func checked(r *storetest.County, p *population) (filed int) {
	r.T().Helper()
	filed = fileChecks(r)
	runner := asking(r, p)
	for _, id := range r.Texts(`SELECT id::text FROM job WHERE kind = 'IDENTITY_CHECK' AND state = 'RUNNING'`) {
		require.Equal(r.T(), job.JobDone, r.RunJob(runner, uuid.MustParse(id)).State)
	}
	return filed
}

func fileChecks(r *storetest.County) (filed int) {
	r.T().Helper()
	r.MustIn(r.Worker, "", func(tx *change.Tx) (err error) {
		filed, err = problem.FileIdentityChecks(tx.Tx)
		return err
	})
	return filed
}

func asking(r *storetest.County, p *population) *job.JobRunner {
	r.T().Helper()
	runner, err := job.NewJobRunner(kinds.JobWorks(nil, p.ask))
	require.NoError(r.T(), err)
	return runner
}

func identityOf(r *storetest.County, id uuid.UUID) string {
	r.T().Helper()
	return r.Text(`SELECT identity_state FROM student WHERE id = $1`, id)
}

// pupilsOf enrols so many pupils with numbers and returns their items and records.
func pupilsOf(r *storetest.County, n int) ([]roster.Pupil, []uuid.UUID) {
	r.T().Helper()
	items := make([]roster.Pupil, n)
	for i := range items {
		items[i] = r.Items(storetest.SchoolA, 2024)
	}
	return items, r.EnrolPupils(storetest.SchoolA, items...)
}

// Every answer of the population database is kept with its day, and gives its record the
// state and the problem that follow, by ordinary use.
func TestTheAnswersOfThePopulationDatabaseBecomeStatesAndProblems(t *testing.T) {
	r := storetest.New(t)
	items, ids := pupilsOf(r, 6)
	bare := r.Pupil(storetest.SchoolA, storetest.Unnumbered())
	r.Leaves(ids[5]) // not in the register, but the record lives
	answers := []ident.Answer{ident.AnswerMatch, ident.AnswerNotFound, ident.AnswerCancelled, ident.AnswerDuplicate, ident.AnswerMigrating}
	states := []string{"MATCH", "NOT_FOUND", "CANCELLED_BY_POLICE", "CANCELLED_BY_POLICE", "MIGRATING"}
	p := &population{holds: map[string]ident.Answer{}}
	for i, a := range answers {
		p.holds[items[i][roster.IDNumber]] = a
	}
	require.Equal(t, "UNCHECKED", identityOf(r, ids[0]))
	require.Equal(t, 1, checked(r, p))
	require.Equal(t, 6, p.asked, "a pupil without a number is not asked about")
	for i, state := range states {
		require.Equal(t, state, identityOf(r, ids[i]))
		require.Equal(t, string(answers[i])+r.Now().Format(" 2006-01-02"), r.Text(`SELECT answer || ' ' || to_char(asked_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') FROM identity_check WHERE student_id = $1`, ids[i]))
		wrong := i > 0 && i < 4
		require.Equal(t, wrong, len(r.Flags(ids[i])) == 1, answers[i])
		if wrong {
			require.Equal(t, []string{status.IDError}, r.Flags(ids[i]))
		}
		require.NotEqual(t, state, student.IdentityText(state).Zh, "the state has words")
	}
	require.Equal(t, "NOT_APPLICABLE", identityOf(r, bare))
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM notice WHERE kind = 'PROBLEM_FOUND'`))
	require.Zero(t, r.Count(`SELECT count(*) FROM identity_question`), "forgotten with the job")
	require.Zero(t, checked(r, p), "everything was asked")
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		k, err := student.LastIdentityCheck(tx.Tx, ids[3])
		require.Equal(t, ident.AnswerDuplicate, k.Answer)
		none, _ := student.LastIdentityCheck(tx.Tx, bare)
		require.Nil(t, none)
		return err
	})

	// What the household office mends, the register learns a month later, and the problem ends.
	p.holds = nil
	r.Advance(31 * 24 * time.Hour)
	require.Equal(t, 1, checked(r, p))
	require.Equal(t, 10, p.asked, "what matched is not asked again")
	for _, id := range ids {
		require.Equal(t, "MATCH", identityOf(r, id))
		require.Empty(t, r.Flags(id))
	}
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM student_problem WHERE state = 'CLEARED'`))
}

// A change of key data asks by itself: its answer is kept with its day and ends the problem.
func TestAChangeOfKeyDataEndsAnIdentityProblem(t *testing.T) {
	r := storetest.New(t)
	items, ids := pupilsOf(r, 1)
	p := &population{holds: map[string]ident.Answer{items[0][roster.IDNumber]: ident.AnswerNotFound}}
	checked(r, p)
	require.Equal(t, []string{status.IDError}, r.Flags(ids[0]))
	f := r.Filing(process.KeyDataChange, ids[0], map[string]string{"reason": "证件号录入有误"})
	f.Values = map[string]string{"id_number": r.NumberBeside(items[0][roster.IDNumber])}
	one, err := r.TryFile(f)
	require.NoError(t, err)
	r.ApproveAll(one.ID)
	require.Equal(t, "MATCH", identityOf(r, ids[0]))
	require.Empty(t, r.Flags(ids[0]))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM identity_check k JOIN step s ON s.change_id = k.change_id AND s.act = 'CHECK_IDENTITY' AND s.closed_at = k.asked_at WHERE k.change_id = $1 AND k.answer = 'MATCH'`, one.ID))
	require.Zero(t, fileChecks(r))
}

// A silence is no verdict. A job waits while the service answers nothing at all; a single
// record about which it is silent delays no other and is asked about by the next job.
func TestASilenceIsNoAnswer(t *testing.T) {
	r := storetest.New(t)
	items, ids := pupilsOf(r, 2)
	p := &population{down: true}
	require.Equal(t, 1, fileChecks(r))
	require.Zero(t, fileChecks(r), "one job of a province at a time")
	runner, id := asking(r, p), uuid.MustParse(r.Text(`SELECT id::text FROM job WHERE kind = 'IDENTITY_CHECK'`))
	_, err := runner.Do(t.Context(), r.Worker, id, 1)
	require.ErrorContains(t, err, "the line is down")
	require.NotContains(t, err.Error(), items[0][roster.Name])
	require.Equal(t, job.JobRunning, r.Job(id).State)
	p.down, p.silent = false, map[string]bool{items[0][roster.IDNumber]: true}
	require.Equal(t, job.JobDone, r.RunJob(runner, id).State)
	require.Equal(t, []string{"UNCHECKED", "MATCH"}, []string{identityOf(r, ids[0]), identityOf(r, ids[1])})

	require.Equal(t, 1, fileChecks(r))
	id = uuid.MustParse(r.Text(`SELECT id::text FROM job WHERE kind = 'IDENTITY_CHECK' AND state = 'RUNNING'`))
	_, err = runner.Do(t.Context(), r.Worker, id, 1)
	require.Error(t, err)
	r.Advance(21 * time.Minute)
	require.Equal(t, job.JobDone, r.RunJob(runner, id).State, "after a while the job goes on without an answer")
	require.Equal(t, "UNCHECKED", identityOf(r, ids[0]))
	p.silent = nil
	require.Equal(t, 1, checked(r, p))
	require.Equal(t, "MATCH", identityOf(r, ids[0]))
}

// An answer is about the identity that was asked about, not about the one that a change
// wrote meanwhile.
func TestAnAnswerIsAboutTheIdentityThatWasAskedAbout(t *testing.T) {
	r := storetest.New(t)
	items, ids := pupilsOf(r, 1)
	p := &population{holds: map[string]ident.Answer{items[0][roster.IDNumber]: ident.AnswerCancelled}}
	p.during = func() {
		f := r.Filing(process.KeyDataChange, ids[0], map[string]string{"reason": "证件号录入有误"})
		f.Values = map[string]string{"id_number": r.NumberBeside(items[0][roster.IDNumber])}
		one, err := r.TryFile(f)
		require.NoError(t, err)
		r.ApproveAll(one.ID)
	}
	require.Equal(t, 1, checked(r, p))
	require.Equal(t, "MATCH", identityOf(r, ids[0]))
	require.Empty(t, r.Flags(ids[0]))
	require.Zero(t, r.Count(`SELECT count(*) FROM identity_check WHERE answer = 'CANCELLED'`))
}
