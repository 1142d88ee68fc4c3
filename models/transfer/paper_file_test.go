package transfer_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/transfer"
)

// moved moves a pupil from school A to school B and gives the paper file.
func moved(r *storetest.County) (pupil uuid.UUID, file transfer.PaperFile) {
	r.T().Helper()
	pupil = r.Pupil(storetest.SchoolA)
	r.ApproveAll(r.Received(process.Transfer, storetest.SchoolB, pupil, r.NewClass(storetest.SchoolB, 2024, 40).ID))
	list := files(r, storetest.SchoolB)
	require.NotEmpty(r.T(), list)
	return pupil, list[len(list)-1]
}

// files are the files that are on their way from or to an office.
func files(r *storetest.County, path string) (list []transfer.PaperFile) {
	r.T().Helper()
	r.MustIn(r.App, path, func(tx *change.Tx) (err error) {
		list, err = transfer.PaperFiles(tx.Tx, path, tx.Today().AddDays(-365), uuid.Nil, 10)
		return err
	})
	return list
}

func sent(r *storetest.County, path string, id uuid.UUID, version int64) (f *transfer.PaperFile, err error) {
	err = r.In(r.App, path, func(tx *change.Tx) (err error) {
		f, err = transfer.NotePaperFileSent(tx.Tx, id, version, "机要")
		return err
	})
	return f, err
}

func received(r *storetest.County, path string, id uuid.UUID, version int64) (f *transfer.PaperFile, err error) {
	err = r.In(r.App, path, func(tx *change.Tx) (err error) {
		f, err = transfer.NotePaperFileReceived(tx.Tx, id, version)
		return err
	})
	return f, err
}

// A paper file is tracked from the move until it has arrived. Each note is made once, on
// the state that its author has seen.
func TestAPaperFileIsTrackedUntilItArrives(t *testing.T) {
	r := storetest.New(t)
	_, file := moved(r)
	require.Equal(t, transfer.PaperFileToSend, file.State())
	require.Equal(t, []string{"南明区示例小学", "南明区第二示例小学", "2026-12-20"}, []string{file.FromName, file.ToName, file.DueOn.String()})
	for path, n := range map[string]int{storetest.SchoolA: 1, storetest.Bureau: 1, storetest.FarSchool: 0} {
		require.Len(t, files(r, path), n, path)
	}
	_, err := sent(r, storetest.FarSchool, file.ID, file.Version)
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	f, err := sent(r, storetest.SchoolA, file.ID, file.Version)
	require.NoError(t, err)
	require.Equal(t, []any{transfer.PaperFileSent, "机要", file.Version + 1}, []any{f.State(), f.SentHow, f.Version})
	_, err = sent(r, storetest.SchoolA, file.ID, file.Version)
	require.ErrorIs(t, err, refusal.New(refusal.VersionConflict), "stale")
	_, err = sent(r, storetest.SchoolA, file.ID, f.Version)
	require.ErrorIs(t, err, refusal.New(refusal.HandoverNoted), "twice")
	f, err = received(r, storetest.SchoolB, file.ID, f.Version)
	require.NoError(t, err)
	require.Equal(t, transfer.PaperFileReceived, f.State())
	_, err = received(r, storetest.SchoolB, file.ID, f.Version)
	require.ErrorIs(t, err, refusal.New(refusal.HandoverNoted))
	_, err = sent(r, storetest.SchoolA, file.ID, f.Version)
	require.ErrorIs(t, err, refusal.New(refusal.HandoverNoted), "what has arrived is not sent")
	require.Empty(t, files(r, storetest.SchoolA))
	require.Equal(t, []string{"handover.receive", "handover.send"}, r.Texts(`SELECT action FROM audit_entry WHERE subject_kind = 'handover' ORDER BY action`))
}

// Two people note at once that a file was sent: one of them is told.
func TestTwoNotesAtOnceAreOne(t *testing.T) {
	r := storetest.New(t)
	_, file := moved(r)
	answers := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := sent(r, storetest.SchoolA, file.ID, file.Version)
			answers <- err
		}()
	}
	one, other := <-answers, <-answers
	if one != nil {
		one, other = other, one
	}
	require.NoError(t, one)
	require.ErrorIs(t, other, refusal.New(refusal.VersionConflict))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'handover.send'`))
}

// The old school is reminded a week before, unless it has sent the file. A file that does
// not arrive is told to both schools and to the bureau, once. A dead pupil's file is not.
func TestLatePaperFilesAreTold(t *testing.T) {
	r := storetest.New(t)
	dead, _ := moved(r)
	r.ApproveAll(r.File(process.Death, dead, map[string]string{"event_date": "2026-11-20"}))
	_, file := moved(r)
	_, early := moved(r)
	_, err := sent(r, storetest.SchoolA, early.ID, early.Version)
	require.NoError(t, err)
	told := func() []string {
		for range 2 {
			r.MustIn(r.Worker, "", func(tx *change.Tx) error { return transfer.RemindPaperFiles(tx) })
		}
		return r.Texts(`SELECT kind || ' ' || role || ' ' || org_path::text FROM notice WHERE kind LIKE 'HANDOVER%' AND change_id = $1 ORDER BY 1`, file.ChangeID)
	}
	r.At("2026-12-12")
	require.Empty(t, told())
	r.At("2026-12-13")
	soon := "HANDOVER_SOON SCHOOL_REGISTRAR " + storetest.SchoolA
	require.Equal(t, []string{soon}, told())
	r.At("2026-12-20")
	require.Equal(t, []string{soon}, told(), "the last day is no day too late")
	r.At("2026-12-21")
	require.Equal(t, []string{"HANDOVER_OVERDUE BUREAU_HEAD " + storetest.Bureau, "HANDOVER_OVERDUE SCHOOL_REGISTRAR " + storetest.SchoolA,
		"HANDOVER_OVERDUE SCHOOL_REGISTRAR " + storetest.SchoolB, soon}, told())
	require.Equal(t, []string{"HANDOVER_OVERDUE"}, r.Texts(`SELECT DISTINCT kind FROM notice WHERE kind LIKE 'HANDOVER%' AND change_id = $1`, early.ChangeID), "it was sent, and did not arrive")
	require.Equal(t, 7, r.Count(`SELECT count(*) FROM notice WHERE kind LIKE 'HANDOVER%'`))
}
