package schoolyear_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/storetest"
)

func receive(c *storetest.County, path string, n schoolyear.NewReceived) (r *schoolyear.ReceivedChild, err error) {
	n.School, n.Stage = c.ID(path), org.Primary
	err = c.In(c.App, path, func(tx *change.Tx) error {
		r, err = schoolyear.Receive(tx.Tx, n)
		return err
	})
	return r, err
}

func closeReceived(c *storetest.County, path string, n schoolyear.Closing) (r *schoolyear.ReceivedChild, err error) {
	err = c.In(c.App, path, func(tx *change.Tx) error {
		r, err = schoolyear.CloseReceived(tx.Tx, n)
		return err
	})
	return r, err
}

// received reads the list at an office page by page, one entry on each, and returns names.
func received(c *storetest.County, path string, at string, open *bool) (names []string) {
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		place, err := office.Read(tx.Tx, c.ID(at))
		if err != nil {
			return err
		}
		after := schoolyear.ReceivedKey{Day: c.App.Clock().Today().AddDays(-36500)}
		for {
			page, err := schoolyear.Received(tx.Tx, place, open, after, 1)
			if err != nil || len(page) == 0 {
				return err
			}
			names, after = append(names, page[0].Name), page[0].Key()
		}
	})
	return names
}

// A school enters a child whose record is outstanding; the bureau reads it with its age, another
// school does not, and the entry is closed once with the record that came.
func TestAChildIsReceivedWithoutARecord(t *testing.T) {
	c := storetest.New(t)
	pupil, stranger := c.Pupil(storetest.SchoolA), c.Pupil(storetest.SchoolB)
	class := uuid.MustParse(c.ClassOf(pupil))
	hers := schoolyear.NewReceived{Name: "样例来", Class: &class, ReceivedOn: day(t, "2026-11-10"), FromSchool: "外省样例小学", Key: "k1", Hash: []byte("one")}
	r, err := receive(c, storetest.SchoolA, hers)
	require.NoError(t, err)
	require.Equal(t, []any{"样例来", 10, "外省样例小学", &class}, []any{r.Name, r.Days, r.FromSchool, r.ClassID})
	require.NotEmpty(t, r.ClassName)
	again, err := receive(c, storetest.SchoolA, hers)
	require.NoError(t, err)
	require.Equal(t, r.ID, again.ID, "the same key")
	hers.Hash = []byte("two")
	_, err = receive(c, storetest.SchoolA, hers)
	require.Equal(t, []string{"idempotency_key_reused "}, storetest.Refusals(t, err))
	require.Zero(t, c.Count(`SELECT count(*) FROM received_child r WHERE to_jsonb(r)::text LIKE '%样例来%' OR encode(r.name_cipher, 'escape') LIKE '%样例来%' OR encode(name_cipher, 'hex') LIKE '%' || encode('样例来'::bytea, 'hex') || '%'`), "the name is sealed")
	require.Zero(t, c.Count(`SELECT count(*) FROM audit_entry WHERE detail::text LIKE '%样例来%'`))

	_, err = receive(c, storetest.SchoolA, schoolyear.NewReceived{Name: "样例早", Grade: 3, ReceivedOn: day(t, "2026-09-02"), Key: "k2"})
	require.NoError(t, err)
	open, shut := true, false
	require.Equal(t, []string{"样例早", "样例来"}, received(c, storetest.Bureau, storetest.Bureau, nil), "the oldest first")
	require.Equal(t, []string{"样例早", "样例来"}, received(c, storetest.SchoolA, storetest.SchoolA, &open))
	require.Empty(t, received(c, storetest.SchoolB, storetest.SchoolA, nil), "another school")
	require.Empty(t, received(c, storetest.Bureau, storetest.SchoolB, nil))

	_, err = closeReceived(c, storetest.SchoolB, schoolyear.Closing{ID: r.ID, Outcome: schoolyear.ChildLeft})
	require.Equal(t, []string{"not_found "}, storetest.Refusals(t, err))
	_, err = closeReceived(c, storetest.SchoolA, schoolyear.Closing{ID: r.ID, Outcome: schoolyear.RecordCame, Student: &stranger})
	require.Equal(t, []string{"received_record /student_id"}, storetest.Refusals(t, err))
	_, err = closeReceived(c, storetest.SchoolA, schoolyear.Closing{ID: r.ID, Outcome: schoolyear.ChildLeft, Student: &pupil})
	require.Equal(t, []string{"received_outcome /outcome"}, storetest.Refusals(t, err))
	early := c.Text(`SELECT id::text FROM received_child WHERE id <> $1`, r.ID)
	came := schoolyear.Closing{ID: uuid.MustParse(early), Outcome: schoolyear.RecordCame, Student: &pupil}
	done, err := closeReceived(c, storetest.SchoolA, came)
	require.NoError(t, err)
	c.Advance(48 * time.Hour)
	same, err := closeReceived(c, storetest.SchoolA, came)
	require.NoError(t, err)
	require.Equal(t, []any{done.ClosedAt, &pupil, done.Days}, []any{same.ClosedAt, same.StudentID, same.Days}, "it does not age any more")
	_, err = closeReceived(c, storetest.SchoolA, schoolyear.Closing{ID: came.ID, Outcome: schoolyear.ByMistake})
	require.Equal(t, []string{"received_closed "}, storetest.Refusals(t, err))
	require.Equal(t, []string{"样例来", "样例早"}, received(c, storetest.Bureau, storetest.City, nil), "open ones first")
	require.Equal(t, []string{"样例来"}, received(c, storetest.Bureau, storetest.Bureau, &open))
	require.Equal(t, []string{"样例早"}, received(c, storetest.SchoolA, storetest.SchoolA, &shut))
	require.Equal(t, 3, c.Count(`SELECT count(*) FROM audit_entry WHERE action IN ('received.enter', 'received.close')`))
}

// All faults of an entry are told at once.
func TestAReceivedChildIsRefusedWhereItCannotBe(t *testing.T) {
	c := storetest.New(t)
	other := uuid.MustParse(c.ClassOf(c.Pupil(storetest.SchoolB)))
	today := c.App.Clock().Today()
	for title, one := range map[string]struct {
		n    schoolyear.NewReceived
		want []string
	}{
		"no name, a day ahead, no place": {schoolyear.NewReceived{Name: " ", ReceivedOn: today.AddDays(1)}, []string{"sheet_name_characters /name", "day_ahead /received_on", "received_place /grade"}},
		"grade and class":                {schoolyear.NewReceived{Name: "样例来", Grade: 1, Class: &other, ReceivedOn: today}, []string{"received_place /grade"}},
		"a grade beyond the last":        {schoolyear.NewReceived{Name: "样例来", Grade: 7, ReceivedOn: today}, []string{"received_grade /grade"}},
		"another school's class":         {schoolyear.NewReceived{Name: "样例来", Class: &other, ReceivedOn: today}, []string{"received_class /class_id"}},
		"long ago":                       {schoolyear.NewReceived{Name: "样例来", Grade: 1, ReceivedOn: day(t, "1926-11-10")}, []string{"received_day /received_on"}},
	} {
		one.n.Key = title
		_, err := receive(c, storetest.SchoolA, one.n)
		require.Equal(t, one.want, storetest.Refusals(t, err), title)
	}
	_, err := receive(c, storetest.Bureau, schoolyear.NewReceived{Name: "样例来", Grade: 1, ReceivedOn: today, Key: "bureau"})
	require.Contains(t, storetest.Refusals(t, err), "received_school /stage")
	require.Zero(t, c.Count(`SELECT count(*) FROM received_child`))
}
