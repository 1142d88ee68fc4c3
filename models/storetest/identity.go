package storetest

import (
	"context"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/problem"
)

// CheckIdentities does the hourly check of identities with a population database that gives
// one answer about everybody.
func (c *County) CheckIdentities(answer ident.Answer) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		_, err := problem.FileIdentityChecks(tx.Tx)
		return err
	})
	runner, err := job.NewJobRunner(kinds.JobWorks(nil, func(context.Context, string, ident.CitizenID) (ident.Answer, error) { return answer, nil }))
	require.NoError(c.t, err)
	for _, id := range c.Texts(`SELECT id::text FROM job WHERE kind = $1 AND state = $2`, job.JobIdentityCheck, job.JobRunning) {
		require.Equal(c.t, job.JobDone, c.RunJob(runner, uuid.MustParse(id)).State)
	}
}
