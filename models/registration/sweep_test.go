package registration_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/storetest"
)

func TestOldRosterFilesAreDeleted(t *testing.T) {
	rig := storetest.New(t)
	enrolled := rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	waiting := rig.Upload(storetest.SchoolA, rig.Sheet("roster-columns-swapped.xlsx"), "b")
	var gone []string
	remove := func(_ context.Context, key string) error { gone = append(gone, key); return nil }
	n, err := registration.SweepRosterFiles(t.Context(), rig.Worker.Store, remove)
	require.NoError(t, err)
	require.Zero(t, n)
	rig.Hand.Advance(registration.RosterLifetime + time.Second)
	n, err = registration.SweepRosterFiles(t.Context(), rig.Worker.Store, remove)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.ElementsMatch(t, []string{enrolled.BlobKey, waiting.BlobKey}, gone)
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM roster WHERE state = 'DISCARDED'`))
	require.Equal(t, 12, rig.Count(`SELECT count(*) FROM roster_row`))
	n, err = registration.SweepRosterFiles(t.Context(), rig.Worker.Store, remove)
	require.NoError(t, err)
	require.Zero(t, n)
}
