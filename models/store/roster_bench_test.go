package store_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// stage puts n invented pupils into a roster of school A as its check would.
func stage(r *storetest.County, n, first int) *store.Roster {
	id := uuid.Must(uuid.NewV7())
	var done *store.Roster
	r.MustIn(r.App, storetest.SchoolA, func(t *store.Tx) error {
		_, _, err := t.BeginRoster(store.NewRoster{ID: id, School: r.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, FileSHA256: id[:]})
		return err
	})
	class := r.Class(storetest.SchoolA, "2026101").ID
	for at := 0; at < n; at += batch {
		rows := make([]store.StagedRow, 0, batch)
		for i := at; i < min(n, at+batch); i++ {
			rows = append(rows, store.StagedRow{RowNo: 3 + i, Verdict: store.RowAccepted, ClassID: class, ClassCode: "2026101", Values: pupilValues(first + i)})
		}
		r.MustIn(r.App, storetest.SchoolA, func(t *store.Tx) error { return t.StageRosterRows(id, 1, rows) })
	}
	r.MustIn(r.App, storetest.SchoolA, func(t *store.Tx) (err error) {
		done, err = t.FinishRosterCheck(id, 1, store.RosterResult{Template: "bench", Pupils: n})
		return err
	})
	return done
}

// pupilValues makes the items of one invented pupil; the document is no citizen ID.
func pupilValues(n int) map[roster.Field]string {
	v := map[roster.Field]string{
		roster.Name: "测试生", roster.Sex: "1", roster.BirthDate: fmt.Sprintf("2019%02d%02d", 1+n%12, 1+n%28),
		roster.IDType: "A", roster.IDNumber: fmt.Sprintf("T%09d", n), roster.Nationality: "CHN", roster.EntryMonth: "202609",
		"address_now": "示例路1号", "address_mail": "示例路1号", "address_home": "示例路1号", "phone": "15400000000", "postcode": "550000",
		"entry_mode": "11", "study_mode": "1", "ethnicity": "01", "household_type": "1", "native_place": "示例", "health": "10",
	}
	for _, m := range []string{"member1_", "member2_"} {
		for item, value := range map[string]string{"name": "测试家长", "relation": "51", "address": "示例路1号", "phone": "15400000001",
			"is_guardian": "1", "id_type": "A", "id_number": fmt.Sprintf("P%s%08d", m[6:7], n), "household_division": "520102000000"} {
			v[roster.Field(m+item)] = value
		}
	}
	return v
}

// batch is how many rows are staged at once, as the check of a roster does.
const batch = 500

// BenchmarkEnrolRoster enrols 5,000 pupils in one transaction: reading and
// decrypting the rows, numbers, records, families, history and seats.
func BenchmarkEnrolRoster(b *testing.B) {
	const pupils = 5000
	rig := storetest.New(b)
	rig.Legacy(`UPDATE school_class SET capacity = 10000000`) // one class for everybody: no seat is looked for
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		change, err := rig.FileRoster(stage(rig, pupils, n*pupils))
		require.NoError(b, err)
		last := rig.HandInLast(change.ID)
		b.StartTimer()
		rig.Commit(last)
	}
	b.ReportMetric(float64(pupils*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkStageRows stages 5,000 checked rows in batches, encryption included.
func BenchmarkStageRows(b *testing.B) {
	const pupils = 5000
	rig := storetest.New(b)
	for n := 0; b.Loop(); n++ {
		stage(rig, pupils, n*pupils)
	}
	b.ReportMetric(float64(pupils*b.N)/b.Elapsed().Seconds(), "rows/s")
}
