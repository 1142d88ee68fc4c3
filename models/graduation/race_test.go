package graduation_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
)

// Two hundred pupils graduate at the moment in which some of them are suspended, reported
// dead and renamed. In every order no pupil is lost and no pupil is doubled: each pupil
// has one state, that of exactly the changes in force, and the others are told why not.
func TestTwoHundredGraduateAgainstOtherChanges(t *testing.T) {
	const all, each = 200, 10
	r := storetest.New(t)
	r.Policy(storetest.Province, `{"last_term": [], "graduating_freeze": []}`)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, all)
	r.At("2027-06-21")
	suspended, dead, renamed := pupils[:each], pupils[each:2*each], pupils[2*each:3*each]
	var filings []change.Filing
	for i := range each {
		filings = append(filings, r.Filing(process.Suspension, suspended[i], map[string]string{"reason_code": "10", "from_date": "2027-06-21", "until_date": "2027-12-31"}))
		named := r.Filing(process.KeyDataChange, renamed[i], map[string]string{"reason": "更名"})
		named.Values = map[string]string{"name": fmt.Sprintf("样例新名%c", '甲'+rune(i))}
		filings = append(filings, named)
	}
	// First the filings race: of each pupil one wins, the list or the other change.
	lists := make([]change.Filing, 10)
	for i := range lists {
		lists[i] = r.Graduation(storetest.SchoolA, org.Primary, status.Graduated, pupils[i*all/10:(i+1)*all/10]...)
	}
	var (
		wait  sync.WaitGroup
		mu    sync.Mutex
		filed []uuid.UUID
	)
	try := func(f change.Filing) {
		err := r.In(r.App, f.Office.Path, func(tx *change.Tx) error {
			one, err := tx.FileChange(f)
			if err == nil {
				mu.Lock()
				filed = append(filed, one.ID)
				mu.Unlock()
			}
			return err
		})
		if err != nil {
			for _, told := range storetest.Refusals(t, err) {
				require.Contains(t, told, "change_in_progress")
			}
		}
	}
	for _, f := range slices.Concat(filings, lists) {
		wait.Go(func() { try(f) })
	}
	wait.Wait()
	require.Zero(t, r.Count(`SELECT count(*) FROM (SELECT key FROM slot GROUP BY key HAVING count(*) > 1) x`))
	// The pupils who are in no list yet and in no other change are filed now.
	if rest := free(r, pupils); len(rest) > 0 {
		try(r.Graduation(storetest.SchoolA, org.Primary, status.Graduated, rest...))
	}
	require.Equal(t, all, r.Count(`SELECT count(*) FROM slot WHERE key LIKE 'student/%'`), "everybody is in one change")

	// Then deaths are filed beside them, and all last decisions race.
	var deaths []uuid.UUID
	for _, pupil := range dead {
		deaths = append(deaths, r.File(process.Death, pupil, map[string]string{"event_date": "2027-06-20"}))
	}
	var slips []*change.Slip
	for _, id := range slices.Concat(filed, deaths) {
		slips = append(slips, r.HandInLast(id))
	}
	for _, s := range slips {
		wait.Go(func() {
			err := r.In(r.Worker, "", func(tx *change.Tx) error { _, err := tx.CommitSlip(s.ChangeID, s.ID); return err })
			require.NoError(t, err)
		})
	}
	wait.Wait()
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`), "no pupil is held any more")
	require.Equal(t, all, r.Count(`SELECT count(*) FROM student WHERE id = ANY ($1)`, pupils))
	require.Equal(t, each, r.Count(`SELECT count(*) FROM student WHERE id = ANY ($1) AND enrol_status = 'DECEASED'`, dead))
	require.Equal(t, all-each, r.Count(`SELECT count(*) FROM student WHERE enrol_status IN ('GRADUATED', 'SUSPENDED', 'ENROLLED')`))
	for what, query := range map[string]string{
		"a graduate has one line in force and one of the history": `SELECT count(*) FROM student s WHERE s.enrol_status = 'GRADUATED' AND ((SELECT count(*) FROM graduation_line l WHERE l.student_id = s.id AND l.verdict = 'GRADUATED') <> 1
			OR (SELECT count(*) FROM student_history h WHERE h.student_id = s.id AND h.kind = 'GRADUATION') <> 1)`,
		"nobody else has":               `SELECT count(*) FROM graduation_line l JOIN student s ON s.id = l.student_id WHERE l.verdict = 'GRADUATED' AND s.enrol_status <> 'GRADUATED'`,
		"no line waits":                 `SELECT count(*) FROM graduation_line WHERE verdict = 'LISTED'`,
		"a struck line says why":        `SELECT count(*) FROM graduation_line WHERE verdict = 'STRUCK' AND code NOT IN ('preempted', 'death_filed')`,
		"a class counts its seats":      `SELECT count(*) FROM school_class k WHERE k.occupied <> (SELECT count(*) FROM student s WHERE s.class_id = k.id AND s.holds_seat)`,
		"a suspension is in force once": `SELECT count(*) FROM student s WHERE s.enrol_status = 'SUSPENDED' AND (SELECT count(*) FROM change c WHERE c.student_id = s.id AND c.kind = 'SUSPENSION' AND c.status = 'EFFECTIVE') <> 1`,
	} {
		require.Zero(t, r.Count(query), what)
	}
	in := r.Count(`SELECT count(*) FROM student WHERE enrol_status = 'GRADUATED'`)
	t.Logf("%d graduated, %d suspended, %d renamed, %d dead", in, r.Count(`SELECT count(*) FROM student WHERE enrol_status = 'SUSPENDED'`),
		r.Count(`SELECT count(*) FROM change WHERE kind = 'KEY_DATA_CHANGE' AND status = 'EFFECTIVE'`), each)
	require.GreaterOrEqual(t, in, all-3*each)
}

// free returns the pupils whom no change holds.
func free(r *storetest.County, pupils []uuid.UUID) (list []uuid.UUID) {
	for _, text := range r.Texts(`SELECT id::text FROM student WHERE id = ANY ($1) AND NOT EXISTS (SELECT 1 FROM slot WHERE key = 'student/' || student.id) ORDER BY id`, pupils) {
		list = append(list, uuid.MustParse(text))
	}
	return list
}
