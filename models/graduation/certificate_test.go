package graduation_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// give gives a school blanks, as a reviewer of a bureau.
func give(r *storetest.County, bureau, school, first, last string) (s *graduation.Stock, err error) {
	r.T().Helper()
	blanks, err := graduation.ParseBlanks(first, last)
	require.NoError(r.T(), err)
	err = r.As(r.Who(bureau, org.BureauReviewer), func(tx *change.Tx) (err error) {
		s, err = graduation.GiveStock(tx.Tx, graduation.NewStock{School: r.Office(school), Stage: org.Primary, Blanks: blanks, Key: uuid.NewString(), Hash: []byte(first)})
		return err
	})
	return s, err
}

// write writes certificates of 2027, as the registrar of a school.
func write(r *storetest.County, key string, pupils ...uuid.UUID) (n int, err error) {
	err = r.As(r.Who(storetest.SchoolA, org.SchoolRegistrar), func(tx *change.Tx) (err error) {
		n, err = graduation.WriteCertificates(tx.Tx, graduation.WriteOrder{School: r.Office(storetest.SchoolA), Stage: org.Primary, Year: 2027, Students: pupils, Key: key, Hash: []byte(key[:1])})
		return err
	})
	return n, err
}

// certificates are those of the school in 2027 as "number state".
func certificates(r *storetest.County) (list []string) {
	r.T().Helper()
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		rows, err := graduation.Certificates(tx.Tx, r.ID(storetest.SchoolA), 2027, "", 100)
		for _, c := range rows {
			list = append(list, c.Number+" "+c.State)
		}
		return err
	})
	return list
}

// valid is the valid certificate of a graduate.
func valid(r *storetest.County, pupil uuid.UUID) uuid.UUID {
	r.T().Helper()
	return uuid.MustParse(r.Text(`SELECT id::text FROM certificate WHERE student_id = $1 AND state IN ('WRITTEN', 'ISSUED')`, pupil))
}

// No number is given twice in a province, by whichever bureau and to whichever school.
func TestBlanksAreGivenOnce(t *testing.T) {
	r := storetest.New(t)
	far := r.NewSchool(storetest.FarBureau, "2111000777", office.NewGrade{Stage: org.Primary, EntryYear: 2026, Classes: 1, Capacity: 55})
	s, err := give(r, storetest.Bureau, storetest.SchoolA, "黔A0001", "黔A0100")
	require.NoError(t, err)
	require.Equal(t, 100, s.Left())
	for _, row := range [][2]string{{"黔A0100", "黔A0101"}, {"黔A0050", "黔A0060"}, {"黔A0000", "黔A0001"}, {"黔A0000", "黔A9999"}} {
		_, err := give(r, storetest.City, storetest.SchoolB, row[0], row[1])
		require.Equal(t, []string{"blanks_overlap /first"}, storetest.Refusals(t, err), row)
	}
	for _, row := range [][3]string{{storetest.City, storetest.SchoolB, "黔A0101"}, {storetest.Bureau, storetest.SchoolB, "黔A00001"}, {storetest.FarBureau, far, "黔A0001"}} {
		_, err := give(r, row[0], row[1], row[2], row[2])
		require.NoError(t, err, row)
	}
	r.MustIn(r.App, storetest.SchoolB, func(tx *change.Tx) error {
		list, err := graduation.Stocks(tx.Tx, r.ID(storetest.SchoolB), r.Now().AddDate(-1, 0, 0), uuid.Nil, 10)
		require.Len(t, list, 2)
		none, other := graduation.Stocks(tx.Tx, r.ID(storetest.SchoolA), r.Now().AddDate(-1, 0, 0), uuid.Nil, 10)
		require.NoError(t, other)
		require.Empty(t, none, "another school sees nothing of it")
		return err
	})
	require.ErrorContains(t, r.In(r.App, storetest.FarBureau, func(tx *change.Tx) error {
		return tx.DB().Exec(`SELECT blanks_overlap(?, '黔A', 4, 1, 2)`, r.Office(storetest.Province).Province).Error
	}), "blanks of another province", "nor is its lock held")
	var wait sync.WaitGroup
	failed := make([]error, 4)
	for i := range failed { // four bureaux' people at once
		wait.Go(func() { _, failed[i] = give(r, storetest.Bureau, storetest.SchoolA, "B001", "B010") })
	}
	wait.Wait()
	good := 0
	for _, err := range failed {
		if err == nil {
			good++
		}
	}
	require.Equal(t, 1, good)
}

// Every graduate gets one certificate, in the order of the list; a request repeated writes no
// second one, and blanks that do not last write none.
func TestGraduatesGetOneCertificateEach(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 4)
	r.Graduated(storetest.SchoolA, pupils[:3]...)
	_, err := write(r, "a1")
	var short *refusal.Error
	require.ErrorAs(t, err, &short)
	require.Equal(t, map[string]string{"needed": "3", "left": "0"}, short.Params)
	_, err = give(r, storetest.Bureau, storetest.SchoolA, "A01", "A02")
	require.NoError(t, err)
	_, err = write(r, "a1")
	require.ErrorIs(t, err, refusal.New(refusal.BlanksShort))
	require.Empty(t, certificates(r))
	_, err = give(r, storetest.Bureau, storetest.SchoolA, "A10", "A19")
	require.NoError(t, err)
	for range 2 {
		n, err := write(r, "a1")
		require.NoError(t, err)
		require.Equal(t, 3, n)
	}
	require.Equal(t, []string{"A01 WRITTEN", "A02 WRITTEN", "A10 WRITTEN"}, certificates(r))
	n, err := write(r, "b2")
	require.NoError(t, err)
	require.Zero(t, n, "everybody has one")
	_, err = write(r, "c3", pupils[0], pupils[3])
	require.Equal(t, []string{"certificate_pupil /student_ids/0", "certificate_pupil /student_ids/1"}, storetest.Refusals(t, err))
	require.Equal(t, pupils[0].String(), r.Text(`SELECT student_id::text FROM certificate WHERE number = 'A01'`))
}

// A certificate is handed out against a signature, replaced with a reason, and voided by a
// roll-back; the register keeps them all, and a graduate has one valid at a time.
func TestTheLifeOfACertificate(t *testing.T) {
	r := storetest.New(t)
	pupil := r.PupilsOf(storetest.SchoolA, sixth, 1)[0]
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
	r.Graduated(storetest.SchoolA, pupil)
	stock, err := give(r, storetest.Bureau, storetest.SchoolA, "A1", "A9")
	require.NoError(t, err)
	_, err = write(r, "a1")
	require.NoError(t, err)
	registrar := r.Who(storetest.SchoolA, org.SchoolRegistrar)
	today := calendar.DateOf(r.Now())
	issue := func(who string, on calendar.Date) (err error) {
		return r.As(registrar, func(tx *change.Tx) error {
			_, err := graduation.Issue(tx.Tx, valid(r, pupil), who, on)
			return err
		})
	}
	require.Equal(t, []string{"opinion_required /signed_by"}, storetest.Refusals(t, issue(" ", today)))
	require.Equal(t, []string{"certificate_day /issued_on"}, storetest.Refusals(t, issue("样例家长", today.AddDays(1))))
	require.NoError(t, issue("样例家长", today))
	require.NoError(t, issue("样例家长", today), "the same again")
	require.Equal(t, []string{"certificate_state /id"}, storetest.Refusals(t, issue("别人", today)))
	replace := func(id uuid.UUID, reason, key string) (c *graduation.Certificate, err error) {
		err = r.As(registrar, func(tx *change.Tx) (err error) {
			c, err = graduation.Replace(tx.Tx, id, reason, key, []byte(key))
			return err
		})
		return c, err
	}
	first := valid(r, pupil)
	_, err = replace(first, "", "k")
	require.Equal(t, []string{"opinion_required /reason"}, storetest.Refusals(t, err))
	for range 2 {
		second, err := replace(first, "遗失", "k")
		require.NoError(t, err)
		require.Equal(t, "A2 WRITTEN", second.Number+" "+second.State)
	}
	_, err = replace(first, "遗失", "other")
	require.Equal(t, []string{"certificate_state /id"}, storetest.Refusals(t, err))
	spoil := func(blank, key string) error {
		return r.As(registrar, func(tx *change.Tx) error {
			_, err := graduation.Spoil(tx.Tx, stock.ID, blank, "打印错位", key, []byte(key))
			return err
		})
	}
	require.NoError(t, spoil("a3", "s1"))
	require.NoError(t, spoil("a3", "s1"), "the same request")
	require.Equal(t, []string{"blank_used /blank"}, storetest.Refusals(t, spoil("A3", "s2")))
	require.Equal(t, []string{"blank_used /blank"}, storetest.Refusals(t, spoil("A2", "s3")))
	require.Equal(t, []string{"blank_unknown /blank"}, storetest.Refusals(t, spoil("B3", "s4")))

	r.ApproveAll(r.File(process.GraduationRollback, pupil, map[string]string{"class_id": class, "reason_code": "MISTAKE"}))
	require.Equal(t, []string{"A1 REPLACED", "A2 VOID", "SPOILT/A3 SPOILT"}, certificates(r))
	require.Regexp(t, `^52-2027`, r.Text(`SELECT reason FROM certificate WHERE number = 'A2'`), "the case")
	n, err := write(r, "b2")
	require.NoError(t, err)
	require.Zero(t, n, "no graduate any more")
	r.Graduated(storetest.SchoolA, pupil)
	_, err = write(r, "c3")
	require.NoError(t, err)
	require.Equal(t, []string{"A1 REPLACED", "A2 VOID", "A4 WRITTEN", "SPOILT/A3 SPOILT"}, certificates(r), "the spoilt blank is passed over")
	r.MustIn(r.App, storetest.Bureau, func(tx *change.Tx) error {
		list, err := graduation.Stocks(tx.Tx, r.ID(storetest.SchoolA), r.Now().AddDate(-1, 0, 0), uuid.Nil, 10)
		require.Equal(t, []int{3, 1, 5}, []int{list[0].Used, list[0].Spoilt, list[0].Left()})
		return err
	})
	require.Equal(t, "42501", storetest.SQLState(r.OwnerTries(`UPDATE certificate SET state = 'WRITTEN', ended_at = NULL WHERE number = 'A2'`)), "what has ended stays so")
}

// Where the province wants a series of the school's own, a certificate has a number of it.
func TestCertificatesAreNumberedInASeries(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.Province, `{"certificate_numbers": "SERIES"}`)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 3)
	r.Graduated(storetest.SchoolA, pupils...)
	_, err := give(r, storetest.Bureau, storetest.SchoolA, "A1", "A9")
	require.NoError(t, err)
	for i, key := range []string{"a", "b"} {
		_, err := write(r, key, pupils[i])
		require.NoError(t, err)
	}
	require.Equal(t, []string{"2152000123202700001 WRITTEN", "2152000123202700002 WRITTEN"}, certificates(r))
	require.Equal(t, []string{"A1", "A2"}, r.Texts(`SELECT blank FROM certificate ORDER BY number`))
}

// Two requests at once give no pupil two certificates and use no blank twice.
func TestCertificatesAtOnce(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 20)
	r.Graduated(storetest.SchoolA, pupils...)
	_, err := give(r, storetest.Bureau, storetest.SchoolA, "A01", "A30")
	require.NoError(t, err)
	var wait sync.WaitGroup
	written, failed := make([]int, 3), make([]error, 3)
	for i, key := range []string{"a", "b", "c"} {
		wait.Go(func() { written[i], failed[i] = write(r, key) })
	}
	wait.Wait()
	require.Equal(t, make([]error, 3), failed)
	require.Equal(t, 20, written[0]+written[1]+written[2])
	require.Equal(t, 20, r.Count(`SELECT count(DISTINCT student_id) FROM certificate`))
}
