package worklist_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
)

// caseOf reads a case as an operator does.
func caseOf(r *storetest.County, ref string) (c *worklist.Case, err error) {
	err = r.In(r.Worker, "", func(tx *change.Tx) (err error) {
		c, err = worklist.ReadCase(tx, ref)
		return err
	})
	return c, err
}

// An operator finds a case by its number and by its ID, with the step, who could decide
// it, what people said, and whether the workflow was ever there.
func TestACaseTellsWhatHoldsItUp(t *testing.T) {
	r := storetest.New(t)
	id := r.Waiting(storetest.SchoolA)
	c, err := caseOf(r, r.Text(`SELECT case_no FROM change WHERE id = $1`, id))
	require.NoError(t, err)
	require.Equal(t, id, c.ID)
	require.Equal(t, "南明区示例小学", c.OrgName)
	require.Nil(t, c.Asked, "no workflow has looked at it")
	require.Equal(t, []any{"LEADER_REVIEW", "2152000123", string(org.SchoolLeader), int64(1), false},
		[]any{c.Step.Name, c.Step.OfficeCode, c.Step.Role, c.Step.Able, c.Step.Stuck})
	require.Equal(t, r.Position(id).Tasks[0], c.Step.TaskID)
	require.False(t, c.Step.WaitsForIdentity())
	require.False(t, c.Step.NotApplied())

	r.Started(id)
	said(r, id, time.Minute)
	r.Dismiss(r.Who(storetest.SchoolA, org.SchoolLeader))
	c, err = caseOf(r, id.String())
	require.NoError(t, err)
	require.NotNil(t, c.Asked)
	require.Len(t, c.Slips, 1)
	require.Equal(t, change.VerbSupervise, c.Slips[0].Verb)
	require.True(t, c.Step.Stuck)
	require.Equal(t, []change.StuckSeat{{Office: "南明区示例小学", Role: string(org.SchoolLeader)}}, c.Step.Nobody)
	require.Zero(t, c.Step.Able)

	withdrawn(r, id)
	c, err = caseOf(r, id.String())
	require.NoError(t, err)
	require.Nil(t, c.Step, "it has ended")
	require.Equal(t, change.StatusWithdrawn, c.Status)
}

// At an automatic step nobody is asked, and nobody is missing.
func TestAnAutomaticStepIsNotStuck(t *testing.T) {
	r := storetest.New(t)
	id := silent(r)
	r.MustIn(r.Worker, "", func(tx *change.Tx) error {
		e, err := tx.ReadAutomaticStep(id)
		require.NoError(t, err)
		return tx.NoteNoAnswer(id, e)
	})
	c, err := caseOf(r, id.String())
	require.NoError(t, err)
	require.Equal(t, process.ActIdentity, c.Step.Act)
	require.Equal(t, 1, c.Step.Attempts)
	require.NotNil(t, c.Step.NextAttemptAt)
	require.Zero(t, c.Step.TaskID)
	require.False(t, c.Step.Stuck)
	require.True(t, c.Step.WaitsForIdentity())
}

func TestAnUnknownCaseIsNotFound(t *testing.T) {
	r := storetest.New(t)
	for _, ref := range []string{"没有这个", uuid.NewString()} {
		_, err := caseOf(r, ref)
		require.ErrorIs(t, err, refusal.New(refusal.NotFound), ref)
	}
}

// An operator acts in the name of an account that still works.
func TestOnlyAnAccountThatWorksIsFound(t *testing.T) {
	r := storetest.New(t)
	p := r.Who(storetest.SchoolA, org.SchoolLeader)
	find := func(login string) (a worklist.ActingAccount, err error) {
		err = r.Worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) (err error) {
			a, err = worklist.FindActingAccount(tx, login)
			return err
		})
		return a, err
	}
	a, err := find("  " + p.Login)
	require.NoError(t, err)
	require.Equal(t, worklist.ActingAccount{ID: p.ID, OrgID: p.Office, OrgPath: p.Path}, a)
	r.Dismiss(p)
	for _, login := range []string{p.Login, "nobody"} {
		_, err = find(login)
		require.Equal(t, []string{"not_found /as"}, storetest.Refusals(t, err))
	}
}
