package registertest

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

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

// stage puts n invented pupils into a roster of school A as its check would.
func (r *recordsRig) stage(n, first int) uuid.UUID {
	id := store.NewID()
	r.mustIn(r.app, schoolAPath, func(t *change.Tx) error {
		_, _, err := registration.BeginRoster(t.Tx, registration.NewRoster{ID: id, School: r.school[schoolAPath], OrgPath: schoolAPath, FileSHA256: id[:]})
		return err
	})
	for at := 0; at < n; at += registration.RosterBatch {
		batch := make([]registration.CheckedRow, 0, registration.RosterBatch)
		for i := at; i < min(n, at+registration.RosterBatch); i++ {
			batch = append(batch, registration.CheckedRow{RowNo: 3 + i, Verdict: registration.RowAccepted, ClassID: r.classes["2026101"], ClassCode: "2026101", Values: pupilValues(first + i)})
		}
		r.mustIn(r.app, schoolAPath, func(t *change.Tx) error { return registration.SaveCheckedRows(t.Tx, id, 1, batch) })
	}
	r.mustIn(r.app, schoolAPath, func(t *change.Tx) error {
		_, err := registration.FinishRosterCheck(t.Tx, id, 1, registration.RosterResult{Template: "bench", Pupils: n})
		return err
	})
	return id
}

// BenchmarkEnrolRoster enrols 5,000 pupils in one transaction: reading and
// decrypting the rows, numbers, records, families, history and seats.
func BenchmarkEnrolRoster(b *testing.B) {
	const pupils = 5000
	rig := newRecordsRig(b)
	rig.exec(`UPDATE school_class SET capacity = 10000000`)
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		id := rig.stage(pupils, n*pupils)
		change, err := rig.file(id)
		require.NoError(b, err)
		b.StartTimer()
		rig.enrol(id, change)
	}
	b.ReportMetric(float64(pupils*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkStageRows stages 5,000 checked rows in batches, encryption included.
func BenchmarkStageRows(b *testing.B) {
	const pupils = 5000
	rig := newRecordsRig(b)
	for n := 0; b.Loop(); n++ {
		rig.stage(pupils, n*pupils)
	}
	b.ReportMetric(float64(pupils*b.N)/b.Elapsed().Seconds(), "rows/s")
}
