package registration_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// crowdSheet writes a roster of so many pupils nobody has seen before.
func crowdSheet(rig *storetest.County, pupils int) registration.RosterSheet {
	list := make([]roster.Pupil, pupils)
	for i := range list {
		list[i] = rig.Items(storetest.SchoolA, 2024)
	}
	return rig.Written(list...)
}

// BenchmarkEnrolRoster enrols 5,000 pupils with the last decision, in one transaction:
// reading and decrypting the rows, numbers, records, families, history and seats.
func BenchmarkEnrolRoster(b *testing.B) {
	const pupils = 5000
	rig := storetest.New(b)
	rig.Worker.Close()
	rig.Worker = rig.Open(migrations.WorkerRole, func(o *store.Options) { o.Bulk = store.Bulk{ListRows: pupils, PartRows: pupils} })
	for b.Loop() {
		b.StopTimer()
		one, err := rig.FileRoster(rig.Upload(storetest.SchoolA, crowdSheet(rig, pupils), uuid.NewString()))
		require.NoError(b, err)
		last := rig.HandInLast(one.ID)
		b.StartTimer()
		require.Equal(b, change.SlipCounted, rig.Commit(last).Outcome)
	}
	b.ReportMetric(float64(pupils*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCheckRoster checks a sheet of 5,000 pupils and stages its rows in batches,
// encryption included.
func BenchmarkCheckRoster(b *testing.B) {
	const pupils = 5000
	rig := storetest.New(b)
	for b.Loop() {
		b.StopTimer()
		sheet := crowdSheet(rig, pupils)
		b.StartTimer()
		require.Equal(b, pupils, rig.Upload(storetest.SchoolA, sheet, uuid.NewString()).Good)
	}
	b.ReportMetric(float64(pupils*b.N)/b.Elapsed().Seconds(), "rows/s")
}
