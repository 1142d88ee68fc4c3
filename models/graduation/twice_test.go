package graduation_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// A pupil who graduated from five years of primary school goes on in the sixth year of
// another province (KT22) and graduates there, too: each graduation has a certificate, and a
// roll-back undoes the last one only.
func TestAPupilGraduatesFromAStageTwice(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.FarProvince, `{"stage_years": {"PRIMARY": 5}}`)
	pupil := r.PupilsOf(storetest.FarSchool, 2022, 1)[0]
	r.Graduated(storetest.FarSchool, pupil)
	_, err := give(r, storetest.FarBureau, storetest.FarSchool, "F1", "F9")
	require.NoError(t, err)
	n, err := writeAt(r, storetest.FarSchool, 2027)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	r.At("2027-09-06")
	class := r.NewClass(storetest.SchoolA, 2022, 40).ID
	r.ApproveAll(r.Received(process.PostGraduationStudy, storetest.SchoolA, pupil, class))
	r.Graduated(storetest.SchoolA, pupil)
	_, err = give(r, storetest.Bureau, storetest.SchoolA, "A1", "A9")
	require.NoError(t, err)
	n, err = writeAt(r, storetest.SchoolA, 2028)
	require.NoError(t, err)
	require.Equal(t, 1, n)

	r.ApproveAll(r.File(process.GraduationRollback, pupil, map[string]string{"class_id": class.String(), "reason_code": "MISTAKE"}))
	require.Equal(t, []string{"A1 VOID", "F1 WRITTEN"}, r.Texts(`SELECT number || ' ' || state FROM certificate ORDER BY number`))
	require.Equal(t, []string{"2027 false", "2028 true"}, r.Texts(`SELECT year || ' ' || (undone_at IS NOT NULL) FROM graduation_line WHERE student_id = $1 ORDER BY year`, pupil))
}

// writeAt writes the certificates that a school's graduates of a year have not.
func writeAt(r *storetest.County, school string, year int) (n int, err error) {
	err = r.As(r.Who(school, org.SchoolRegistrar), func(tx *change.Tx) (err error) {
		n, err = graduation.WriteCertificates(tx.Tx, graduation.WriteOrder{School: r.Office(school), Stage: org.Primary, Year: year, Key: uuid.NewString(), Hash: []byte("h")})
		return err
	})
	return n, err
}

// A registrar who has read a graduation as one in force writes no certificate of it once a
// roll-back was faster.
func TestNoCertificateOutlivesARollback(t *testing.T) {
	r := storetest.New(t)
	pupil := r.PupilsOf(storetest.SchoolA, sixth, 1)[0]
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
	r.Graduated(storetest.SchoolA, pupil)
	_, err := give(r, storetest.Bureau, storetest.SchoolA, "A1", "A9")
	require.NoError(t, err)
	last := r.HandInLast(r.File(process.GraduationRollback, pupil, map[string]string{"class_id": class, "reason_code": "MISTAKE"}))
	done := make(chan error, 1)
	r.MustIn(r.Worker, "", func(tx *change.Tx) error {
		s, err := tx.CommitSlip(last.ChangeID, last.ID)
		require.Equal(t, change.SlipCounted, s.Outcome)
		go func() {
			_, err := writeAt(r, storetest.SchoolA, 2027)
			done <- err
		}()
		require.Eventually(t, func() bool {
			return len(done) > 0 || r.Count(`SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`) > 0
		}, 20*time.Second, 5*time.Millisecond)
		return err
	})
	require.Equal(t, []string{"certificate_pupil "}, storetest.Refusals(t, <-done))
	require.Empty(t, certificates(r))
}
