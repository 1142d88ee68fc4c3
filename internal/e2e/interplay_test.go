package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/roster"
)

// linesOf gives the kinds of a record's history in order, a struck one in brackets, with
// the day from which each counts.
func linesOf(s *e2e.Stack, pupil any) []string {
	s.T.Helper()
	return e2e.Value[[]string](s, `SELECT coalesce(array_agg(CASE WHEN struck_at IS NULL THEN kind ELSE '[' || kind || ']' END || ' ' || effective_on ORDER BY recorded_at, id), '{}')
		FROM student_history WHERE student_id = $1`, pupil)
}

// slotsOf gives the slots that hold a pupil.
func slotsOf(s *e2e.Stack, pupil uuid.UUID) []string {
	s.T.Helper()
	return e2e.Value[[]string](s, `SELECT coalesce(array_agg(split_part(key, '/', 1) ORDER BY key), '{}') FROM slot WHERE key LIKE '%' || $1::text`, pupil.String())
}

// A suspension that waited for its day is corrected like any other: the seat is taken,
// the allowance is whole again, nothing holds the pupil. So it is when the next one waits
// for its day beside the correction, whichever of the two comes first.
func TestASuspensionThatWaitedIsStruck(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		first string // what comes first
	}{{"alone", ""}, {"struck before the next one's day", "strike"}, {"struck after the next one's day", "day"}} {
		t.Run(row.name, func(t *testing.T) {
			s := e2e.New(t, e2e.Options{})
			c := s.County()
			pupil := s.Pupil(c, 2024)
			seats := func() int {
				return e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, c.Class[2024])
			}
			taken := seats()
			mistaken := approvedAhead(s, c, pupil, "2026-12-01")
			until(s, "2026-12-01", 9, 0)
			inForce(s, c.Registrar, mistaken)
			require.Equal(t, taken-1, seats())
			approved(c, reinstatement(c.Registrar, pupil, c.Class[2024], "ORIGINAL"))
			require.Equal(t, taken, seats())

			next := ""
			if row.first != "" {
				next = approvedAhead(s, c, pupil, "2027-01-04")
				require.Equal(t, []string{"student"}, slotsOf(s, pupil))
			}
			correction := c.Reviewer.File(obj{"kind": "CHANGE_CORRECTION", "student_id": pupil, "evidence": c.Reviewer.Papers("CORRECTION_PROOF"),
				"inputs": obj{"case_no": c.Reviewer.Page(mistaken).Text("case_no"), "reason": "弄错了学生"}})
			if row.first != "" {
				require.Equal(t, []string{"beside", "student"}, slotsOf(s, pupil))
			}
			if row.first == "day" {
				until(s, "2027-01-04", 9, 0)
				inForce(s, c.Registrar, next)
				require.Equal(t, []string{"beside"}, slotsOf(s, pupil))
			}
			colleague := s.Person(c.Bureau, "BUREAU_REVIEWER")
			answer := s.OK(colleague.Decide(correction, "APPROVE", "同意"))
			require.Equal(t, []any{"CASE_STRUCK", "CASE_STRUCK"}, aftermath(answer), string(answer.Raw))
			require.Equal(t, "2026-12-01 true", e2e.Value[string](s, `SELECT from_date || ' ' || (struck_at IS NOT NULL)::text FROM suspension WHERE change_id = $1`, mistaken))

			want := []string{"[SUSPENSION] 2026-12-01", "[REINSTATEMENT] 2026-12-01"}
			if row.first == "" {
				require.Equal(t, want, linesOf(s, pupil))
				require.Empty(t, items(c.Registrar, t, "/v1/students/"+pupil.String()+"/history"))
				require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
				require.Equal(t, taken, seats())
				approved(c, suspension(c.Registrar, pupil, "2027-01-31"))
				approved(c, extension(c.Registrar, pupil, "2027-06-30")) // both of the allowance are there
				return
			}
			if row.first == "strike" {
				require.Equal(t, []string{"student"}, slotsOf(s, pupil))
				require.Equal(t, want, linesOf(s, pupil))
				require.Contains(t, c.Registrar.Page(next).Text("effective_on"), "2027-01-04")
				until(s, "2027-01-04", 9, 0)
				inForce(s, c.Registrar, next)
			}
			require.Equal(t, append(want, "SUSPENSION 2027-01-04"), linesOf(s, pupil))
			require.Equal(t, "SUSPENDED", stateOf(s, pupil))
			require.Equal(t, taken-1, seats())
			require.Empty(t, slotsOf(s, pupil))
			approved(c, extension(c.Registrar, pupil, "2028-01-31")) // the struck one counts no more
		})
	}
}

// Key data are mended beside a suspension that waits: each is in the history on its day,
// whichever is decided first, and nothing holds the pupil afterwards.
func TestKeyDataAndASuspensionThatWaitsAreBothInTheHistory(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	for i, first := range []string{"key data", "the day"} {
		t.Run(first, func(t *testing.T) {
			from := s.Clock.Today().AddDays(7)
			n := s.Named(c, 2024, simulator.Matches)
			born, err := calendar.NewDate(2018, time.August, 21+i)
			require.NoError(t, err)
			card, birth := s.Card(born, simulator.Matches).Reveal(), born.String()
			waiting := approvedAhead(s, c, n.ID, from.String())
			mend := c.Registrar.File(c.Registrar.KeyDataBody(n.ID, map[string]string{"id_number": card, "birth_date": birth}))
			s.Stage(mend, "LEADER_REVIEW")
			mended := s.Clock.Today()
			decide := func() {
				mended = s.Clock.Today()
				c.Leader.Approve(mend)
				c.Reviewer.Approve(mend)
			}
			if first == "key data" {
				decide()
				require.Equal(t, []string{"student"}, slotsOf(s, n.ID))
			}
			until(s, from.String(), 0, 1)
			inForce(s, c.Registrar, waiting)
			want := []string{"KEY_DATA_CHANGE " + mended.String(), "SUSPENSION " + from.String()}
			if first == "the day" {
				require.Equal(t, []string{"beside"}, slotsOf(s, n.ID))
				decide()
				want[0], want[1] = want[1], "KEY_DATA_CHANGE "+mended.String()
			}
			require.Equal(t, want, linesOf(s, n.ID))
			require.Equal(t, "SUSPENDED", stateOf(s, n.ID))
			require.Equal(t, s.Keys().Hash("identity", card), e2e.Value[[]byte](s, `SELECT id_hash FROM student WHERE id = $1`, n.ID))
			require.Zero(t, count(s, "slot"))
			shown := items(c.Registrar, t, "/v1/students/"+n.ID.String()+"/history")
			require.Len(t, shown, 2)
			for _, line := range shown {
				require.NotEmpty(t, line["items"], "%v", line)
			}
		})
	}
}

// The day failed, the bureau asked the school, and the school asks for another day with
// another paper: whoever decides reads what is new, and it waits again.
func TestAfterAFailedDayAnotherDayIsAskedFor(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Rules(`{"suspension_back_days": 3}`)
	pupil := s.Pupil(c, 2024)
	change := approvedAhead(s, c, pupil, "2026-12-01")
	heldTooLong(s, c, pupil, change, "2026-12-01")
	s.Eventually("the bureau is asked again", 20*time.Second, func() bool { return c.Registrar.Page(change).Text("open.name") == "BUREAU_APPROVAL" })
	c.Reviewer.SendBack(change, 0, "请另定开始日期")
	wrong, fresh := e2e.Value[string](s, `SELECT evidence_id::text FROM change_evidence WHERE change_id = $1 AND kind = 'SUSPENSION_PROOF'`, change), c.Registrar.Evidence()
	form := obj{"reason_code": "10", "from_date": "2026-12-01", "until_date": "2027-08-31"}
	body := obj{"inputs": form, "withdrawn_evidence": []string{wrong}, "evidence": []obj{{"id": fresh, "kind": "SUSPENSION_PROOF"}}}
	require.Equal(t, "start_out_of_range", findings(resubmit(c.Registrar, change, body))["/inputs/from_date"], "the same day is judged again")
	form["from_date"] = "2027-01-04"
	s.OK(resubmit(c.Registrar, change, body))

	page := c.Leader.Page(change)
	revisions, _ := page.Body["revisions"].([]any)
	require.Len(t, revisions, 1)
	r := revisions[0].(obj) //nolint:forcetypeassert,errcheck // a list of objects, or the test is wrong
	require.Equal(t, []any{obj{"name": "from_date", "label": "休学开始日期", "before": "2026-12-01", "after": "2027-01-04"}}, r["inputs"])
	for side, id := range map[string]string{"papers_in": fresh, "papers_out": wrong} {
		list, _ := r[side].([]any)
		require.Len(t, list, 1, side)
		require.Equal(t, id, list[0].(obj)["id"]) //nolint:forcetypeassert,errcheck // as above
	}
	c.Leader.Approve(change)
	require.Equal(t, "2027-01-04", s.OK(c.Reviewer.Decide(change, "APPROVE", "同意")).Text("effective_on"))
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	until(s, "2027-01-04", 0, 1)
	inForce(s, c.Registrar, change)
	require.Equal(t, []string{"SUSPENSION 2027-01-04"}, linesOf(s, pupil))
	require.Equal(t, "2027-01-04", e2e.Value[string](s, `SELECT from_date::text FROM suspension WHERE change_id = $1`, change))
	require.Zero(t, count(s, "slot"))
}

// ofBefore makes a record what the program of before migration 52 had made of it: the
// name in radicals, a passport under the key of its number alone. No person can bring
// that about any more.
func ofBefore(s *e2e.Stack, n *e2e.Named, passport string) {
	s.T.Helper()
	s.Eventually("the worker has tidied what was there", 20*time.Second, func() bool { return count(s, "tidying WHERE done_at IS NOT NULL") == 1 })
	n.Name = "⽅⽰⾼" // as the old school tells it
	cipher, err := s.Keys().Encrypt("student.id_number/"+n.ID.String(), []byte(passport))
	require.NoError(s.T, err)
	s.Legacy(`UPDATE student SET name = '⽅⽰⾼', name_key = '⽅⽰⾼', nationality = 'JPN', id_type = 'A', id_cipher = $2, id_hash = $3, id_masked = 'E******5', number_only_hash = NULL WHERE id = $1`,
		n.ID, cipher, s.Keys().Hash("identity", passport))
	n.Card = passport
}

func tidyAll(s *e2e.Stack) {
	s.T.Helper()
	out, err := s.Command("tidy", "--all").CombinedOutput()
	require.NoError(s.T, err, string(out))
	require.Contains(s.T, string(out), "with a number that cannot be decrypted: 0")
}

// Records are tidied while business of their pupils runs: it goes on and ends well.
func TestRecordsAreTidiedWhileTheirChangesRun(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c, to := s.County(), s.CountyOf("520103", "2152000456", "云岩区示例小学")
	moving, mending, waits := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches)
	ofBefore(s, &moving, "EX0000025")
	ofBefore(s, &mending, "EX0000026")
	ofBefore(s, &waits, "EX0000027")
	transfer := to.Registrar.File(to.Registrar.TransferBody(moving, to.Class[2024]))
	mend := c.Registrar.File(c.Registrar.KeyDataBody(mending.ID, map[string]string{"name": "方示远"}))
	s.Stage(mend, "LEADER_REVIEW")
	waiting := approvedAhead(s, c, waits.ID, "2026-12-01")
	to.Leader.Approve(transfer)
	keyed := e2e.Value[[]byte](s, `SELECT id_hash FROM student WHERE id = $1`, moving.ID)

	tidyAll(s)
	require.Equal(t, "方示高", e2e.Value[string](s, `SELECT name FROM student WHERE id = $1`, moving.ID))
	require.NotEqual(t, keyed, e2e.Value[[]byte](s, `SELECT id_hash FROM student WHERE id = $1`, moving.ID), "it has another key")
	s.Lead(transfer)
	s.Lead(mend)
	until(s, "2026-12-01", 0, 1)
	inForce(s, c.Registrar, waiting)

	found := to.Registrar.Do(http.MethodPost, "/v1/students/search", obj{"name": "⽅⽰⾼", "id_number": "EX0000025"}, "")
	require.Contains(t, string(found.Raw), moving.ID.String())
	require.Equal(t, to.School.ID.String(), e2e.Value[string](s, `SELECT school_id::text FROM student WHERE id = $1`, moving.ID))
	require.Equal(t, "方示远", e2e.Value[string](s, `SELECT name FROM student WHERE id = $1`, mending.ID))
	require.Equal(t, "SUSPENDED", stateOf(s, waits.ID))
	require.ElementsMatch(t, []string{"TIDY 2026-11-20", "KEY_DATA_CHANGE 2026-11-20"}, linesOf(s, mending.ID), "the command has a clock of its own")
	require.Zero(t, count(s, "slot"))
}

// The keys are rotated while an approved change waits, and key data are mended beside it:
// the day comes, and the number that is asked for is spoken for all the while.
func TestKeysRotateWhileAChangeWaitsForItsDay(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	n, other := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches)
	waiting := approvedAhead(s, c, n.ID, "2026-12-01")
	card, birth := newCard(s, simulator.Matches)
	mend := c.Registrar.File(c.Registrar.KeyDataBody(n.ID, map[string]string{"id_number": card, "birth_date": birth}))
	s.Stage(mend, "LEADER_REVIEW")

	rotate(s)
	taken := c.Registrar.Do(http.MethodPost, "/v1/changes", c.Registrar.KeyDataBody(other.ID, map[string]string{"id_number": card, "birth_date": birth}), uuid.NewString())
	require.Equal(t, http.StatusConflict, taken.Status, string(taken.Raw))
	until(s, "2026-12-01", 0, 1)
	inForce(s, c.Registrar, waiting)
	require.Equal(t, "SUSPENDED", stateOf(s, n.ID))
	c.Leader.Approve(mend)
	c.Reviewer.Approve(mend)
	require.Equal(t, s.Keys().Hash("identity", card), e2e.Value[[]byte](s, `SELECT id_hash FROM student WHERE id = $1`, n.ID))
	require.Equal(t, []string{"SUSPENSION 2026-12-01", "KEY_DATA_CHANGE 2026-12-01"}, linesOf(s, n.ID))
	require.Zero(t, count(s, "slot"))
}

// rotate gives the register new keys while API and worker run.
func rotate(s *e2e.Stack) {
	s.T.Helper()
	cfg := s.Config
	cfg.HTTP.ReadTimeout, cfg.HTTP.WriteTimeout = 0, 0 // no upload of this test is under way
	old := s.Keys().Fingerprint()
	require.NoError(s.T, service.RotateKeys(s.T.Context(), cfg, s.Clock, silent()))
	require.NotEqual(s.T, old, s.Keys().Fingerprint())
	checked, err := service.CheckKeys(s.T.Context(), cfg, s.Clock, true, func(files.Resealed) {})
	require.NoError(s.T, err)
	require.True(s.T, checked.Sound(), "%+v", checked)
}

// verdicts gives how many rows of a roster were judged in which way.
func verdicts(s *e2e.Stack, p *e2e.Person, up e2e.Answer) map[string]int {
	s.T.Helper()
	found := map[string]int{}
	for _, row := range s.Items(p.Do(http.MethodGet, "/v1/rosters/"+up.Text("roster.id")+"/rows", nil, "")) {
		found[fmt.Sprint(row["verdict"])]++
	}
	return found
}

// Pupils whom the school has are recognised after the keys were rotated, and after
// records of before were tidied, as they were before both: with a citizen's number, with
// a passport, and without a number.
func TestPupilsAreRecognisedAfterRotationAndTidying(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupils := s.MadeUp(7, 6, "2152000123", "2025101")
	passport := pupils[1]
	passport[roster.IDType], passport[roster.Nationality], passport[roster.IDNumber] = "A", "JPN", "EX0000025"
	bare := pupils[2]
	bare[roster.IDType] = "Z"
	delete(bare, roster.IDNumber)
	known := pupils[:3]
	first := c.Registrar.Roster(known...)
	require.Equal(t, map[string]int{"ACCEPT": 3}, verdicts(s, c.Registrar, first), "%s", c.Registrar.Do(http.MethodGet, "/v1/rosters/"+first.Text("roster.id")+"/rows", nil, "").Raw)
	s.Lead(c.Registrar.File(map[string]any{"kind": "ROSTER_IMPORT", "roster_id": first.Text("roster.id")}))
	require.Equal(t, 3, count(s, "student"))

	again := func(i int, what string) {
		t.Helper()
		up := c.Registrar.Roster(append(slices.Clone(known), pupils[i])...)
		require.Equal(t, map[string]int{"PRESENT": 3, "ACCEPT": 1}, verdicts(s, c.Registrar, up), what)
	}
	again(3, "as they are")
	rotate(s)
	again(4, "under new keys")

	s.Eventually("the worker has tidied what was there", 20*time.Second, func() bool { return count(s, "tidying WHERE done_at IS NOT NULL") == 1 })
	for _, p := range known { // what the program of before migration 52 had made of them
		s.Legacy(`UPDATE student SET name = '⽅' || name, name_key = '⽅' || name WHERE name = $1`, p[roster.Name])
		s.Legacy(`UPDATE guardian SET name = '⽅' || name WHERE name IN ($1, $2)`, p["member1_name"], p["member2_name"])
		for _, f := range []roster.Field{roster.Name, "member1_name", "member2_name"} {
			p[f] = "方" + p[f]
		}
	}
	s.Legacy(`UPDATE student SET id_hash = $1, number_only_hash = NULL WHERE id_type = 'A'`, s.Keys().Hash("identity", "EX0000025"))
	tidyAll(s)
	again(5, "tidied")
	require.Equal(t, 3, count(s, "student"))
}
