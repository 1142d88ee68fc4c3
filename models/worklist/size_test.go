package worklist_test

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/crowd"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
	"github.com/xueji/xueji/models/worklist"
)

// deskReader is somebody at an office, and every list that can be read there.
type deskReader struct {
	storetest.Person

	lists map[string]func(*change.Tx) error
}

// readers are one at a school, and one at each bureau above it.
func readersOf(c *storetest.County) []deskReader {
	c.CheckedInCrowd(2026, 1)
	c.ReceivedCrowd()
	yes, no := true, false
	dry, err := c.FileTurn(storetest.Province, 2026, true)
	require.NoError(c.T(), err)
	require.Equal(c.T(), job.JobDone, c.RunJob(c.Runner(nil), dry.JobID).State)
	c.Analyse()
	school := c.Text(`SELECT path::text FROM organisation WHERE kind = 'SCHOOL' AND code LIKE '21524%' ORDER BY code LIMIT 1`)
	county := school[:len(school)-len(".s2152000123")]
	pupil := uuid.MustParse(c.Text(`SELECT id::text FROM student WHERE org_path = $1::text::ltree AND enrol_status = 'SUSPENDED' ORDER BY id LIMIT 1`, school))
	open := uuid.MustParse(c.Text(`SELECT id::text FROM change WHERE org_path = $1::text::ltree AND status = 'RUNNING' ORDER BY id LIMIT 1`, school))
	name := c.Text(`SELECT name FROM student WHERE id = $1`, pupil)

	var readers []deskReader
	for _, who := range []storetest.Person{
		c.Who(school, org.SchoolRegistrar), c.Who(county, org.BureauReviewer), c.Who(storetest.City, org.BureauReviewer), c.Who(storetest.Province, org.BureauReviewer),
	} {
		// What an office of the province above the school may see, and so the school itself.
		above := len(who.Path) <= len(school) && school[:len(who.Path)] == who.Path
		desk := worklist.InboxReader{Office: who.Office, Roles: []org.Role{who.Role}}
		all := worklist.InboxReader{Office: who.Office, Roles: []org.Role{who.Role}, All: true}
		changes := func(f worklist.ChangeFilter) func(*change.Tx) error {
			f.OfficePath = who.Path
			return func(tx *change.Tx) error {
				list, err := worklist.Changes(tx.Tx, f, time.Time{}, uuid.Nil, 50)
				if err == nil && len(list) == 50 {
					_, err = worklist.Changes(tx.Tx, f, list[49].FiledAt, list[49].ID, 50)
				}
				return err
			}
		}
		find := func(q student.Search) func(*change.Tx) error {
			q.Most = 50
			return func(tx *change.Tx) error { _, err := student.Find(tx.Tx, q); return err }
		}
		lists := map[string]func(*change.Tx) error{
			"changes":              changes(worklist.ChangeFilter{}),
			"running changes":      changes(worklist.ChangeFilter{Status: change.StatusRunning}),
			"refused changes":      changes(worklist.ChangeFilter{Status: change.StatusRefused}),
			"changes in force":     changes(worklist.ChangeFilter{Status: change.StatusEffective}),
			"transfers":            changes(worklist.ChangeFilter{Kind: process.Transfer}),
			"a kind nobody filed":  changes(worklist.ChangeFilter{Kind: process.Death}),
			"refused leavings":     changes(worklist.ChangeFilter{Kind: process.OtherLeaving, Status: change.StatusRefused}),
			"changes of a pupil":   changes(worklist.ChangeFilter{StudentID: pupil}),
			"changes sent back":    changes(worklist.ChangeFilter{OrgID: c.ID(school), SentBack: true}),
			"changes of an office": changes(worklist.ChangeFilter{OrgID: c.ID(school)}),
			"own changes":          changes(worklist.ChangeFilter{FiledBy: who.ID}),
			"a case number":        changes(worklist.ChangeFilter{CaseNo: "52-20261120-000001"}),
			"inbox": func(tx *change.Tx) error {
				_, err := worklist.Inbox(tx.Tx, desk, time.Time{}, uuid.Nil, 50)
				return err
			},
			"inbox of all": func(tx *change.Tx) error { _, err := worklist.Inbox(tx.Tx, all, time.Time{}, uuid.Nil, 50); return err },
			"inbox of a kind": func(tx *change.Tx) error {
				narrow := desk
				narrow.Filter = worklist.InboxFilter{Kind: process.Suspension, School: c.ID(school), Due: worklist.DueLater, Newest: true}
				_, err := worklist.Inbox(tx.Tx, narrow, time.Time{}, uuid.Nil, 50)
				return err
			},
			"inbox counted": func(tx *change.Tx) error { _, err := worklist.CountInboxList(tx.Tx, desk); return err },
			"changes counted": func(tx *change.Tx) error {
				_, err := worklist.CountChanges(tx.Tx, worklist.ChangeFilter{OfficePath: who.Path})
				return err
			},
			"oldest changes": changes(worklist.ChangeFilter{Oldest: true}),
			"inbox counts":   func(tx *change.Tx) error { _, err := worklist.CountInbox(tx.Tx, desk); return err },
			"late below": func(tx *change.Tx) error {
				_, err := worklist.OverdueBelow(tx.Tx, who.Path, time.Time{}, uuid.Nil, 50)
				return err
			},
			"notices": func(tx *change.Tx) error {
				_, err := message.Notices(tx.Tx, message.NoticeQuery{Office: who.Office, Roles: desk.Roles}, time.Time{}, uuid.Nil, 50)
				return err
			},
			"paper files": func(tx *change.Tx) error {
				_, err := transfer.PaperFiles(tx.Tx, who.Path, calendar.Date{}, uuid.Nil, 50)
				return err
			},
			"claims": func(tx *change.Tx) error {
				_, err := enrolment.Claims(tx.Tx, enrolment.ClaimFilter{School: who.Office, Year: tx.Today().Year()}, enrolment.ClaimKey{}, 50)
				return err
			},
			"open graduates": func(tx *change.Tx) error {
				_, err := enrolment.OpenGraduates(tx.Tx, who.Office, uuid.Nil, 50)
				return err
			},
			"absent pupils": func(tx *change.Tx) error {
				at, err := office.Read(tx.Tx, who.Office)
				if err == nil {
					_, err = schoolyear.Absents(tx.Tx, at, schoolyear.Term{Year: 2026, No: 1}, schoolyear.StayKey{}, 50)
				}
				return err
			},
			"received children": func(tx *change.Tx) error {
				at, err := office.Read(tx.Tx, who.Office)
				for _, open := range []*bool{nil, &yes, &no} {
					if err == nil {
						_, err = schoolyear.Received(tx.Tx, at, open, schoolyear.ReceivedKey{Day: tx.Today().AddDays(-9999)}, 50)
					}
				}
				return err
			},
			"turns": func(tx *change.Tx) error { _, err := schoolyear.Turns(tx.Tx, uuid.Nil, 50); return err },
			"records that stay": func(tx *change.Tx) error {
				_, err := schoolyear.Stays(tx.Tx, dry.ID, uuid.Nil, schoolyear.StayKey{}, 50)
				return err
			},
			"suspensions": func(tx *change.Tx) error {
				_, err := student.ExpiringSuspensions(tx.Tx, who.Path, tx.Today().AddDays(270), calendar.Date{}, uuid.Nil, 50)
				return err
			},
			"name":          find(student.Search{Name: name}),
			"name begins":   find(student.Search{Name: name[:6], NameMatch: student.NameBegins}),
			"name contains": find(student.Search{Name: name[:6], NameMatch: student.NameContains}),
			"identity":      find(student.Search{IDNumber: "520102201001010013"}),
			"number":        find(student.Search{Number: "L5201022010010100000"}),
			"school":        find(student.Search{School: c.ID(school)}),
		}
		if above {
			lists["a change"] = func(tx *change.Tx) error { _, err := casepage.Read(tx, open); return err }
			lists["a history"] = func(tx *change.Tx) error { _, err := student.History(tx.Tx, pupil, uuid.Nil, false, 50); return err }
		}
		if who.Path != school { // a school reads its trail by subject
			lists["audit"] = func(tx *change.Tx) error { _, err := tx.AuditTrail(store.AuditFilter{}, nil, 50); return err }
		}
		readers = append(readers, deskReader{who, lists})
	}
	return readers
}

// mostRows is how many rows of one table a list may fetch. A list shows fifty; a county
// reads the newest changes of the province until fifty are its own.
const mostRows = 6_000

// TestNoListReadsAWholeTable fills a register and reads every list at every level of offices
// as the application role. 20,000 pupils are enough: every table in question has thousands
// of rows, and PostgreSQL chooses the plans that it chooses at 100,000.
func TestNoListReadsAWholeTable(t *testing.T) {
	c := storetest.New(t)
	c.Fill(crowd.Of(20_000))
	var dear []string
	for _, who := range readersOf(c) {
		for title, list := range who.lists {
			for _, s := range c.Scans(who.Person, list) {
				if s.Whole > 0 || s.Rows > mostRows {
					dear = append(dear, fmt.Sprintf("%s, read at %s: %d rows of %s, which it read from end to end %d times", title, who.Path, s.Rows, s.Table, s.Whole))
				}
			}
		}
	}
	require.Empty(t, dear, strings.Join(dear, "\n"))
}

var pupils = flag.Int("pupils", 100_000, "how many pupils the register of BenchmarkLists holds")

// BenchmarkLists measures every list at every level of offices on a register of a province's
// proportions: the median and the 99th percentile of one call after the other.
//
//	go test ./models/worklist -run '^$' -bench Lists -benchtime 200x -timeout 2h -pupils 100000
func BenchmarkLists(b *testing.B) {
	c := storetest.New(b)
	c.Fill(crowd.Of(*pupils))
	for _, who := range readersOf(c) {
		for _, title := range slices.Sorted(maps.Keys(who.lists)) {
			b.Run(string(org.KindAt(who.Path))+"/"+strings.ReplaceAll(title, " ", "_"), func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					at := time.Now()
					require.NoError(b, c.As(who.Person, who.lists[title]))
					took = append(took, time.Since(at))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			})
		}
	}
}
