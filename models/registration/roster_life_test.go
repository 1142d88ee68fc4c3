package registration_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

func parse(rig *storetest.County, id string) uuid.UUID {
	rig.T().Helper()
	parsed, err := uuid.Parse(id)
	require.NoError(rig.T(), err)
	return parsed
}

// closeClass closes an empty class, as its school does.
func closeClass(rig *storetest.County, id string) {
	rig.T().Helper()
	rig.MustIn(rig.App, storetest.SchoolA, func(tx *change.Tx) error {
		now, err := office.ReadClass(tx.Tx, parse(rig, id))
		if err != nil {
			return err
		}
		_, err = office.CloseClass(tx.Tx, now.ID, now.Version)
		return err
	})
}

func readRoster(rig *storetest.County, id uuid.UUID) (r *registration.Roster) {
	rig.T().Helper()
	rig.MustIn(rig.App, storetest.SchoolA, func(tx *change.Tx) (err error) {
		r, err = registration.ReadRoster(tx.Tx, id)
		return err
	})
	return r
}

func discard(rig *storetest.County, id uuid.UUID) error {
	return rig.In(rig.App, storetest.SchoolA, func(tx *change.Tx) error { return registration.DiscardRoster(tx.Tx, id) })
}

// A roster that was sent back is handed in again as it is, and takes effect.
func TestARosterIsSentBackAndHandedInAgain(t *testing.T) {
	rig := storetest.New(t)
	up := rig.Upload(storetest.SchoolA, rig.Written(rig.Items(storetest.SchoolA, 2024)), "a")
	one, err := rig.FileRoster(up)
	require.NoError(t, err)
	require.Equal(t, change.SlipCounted, rig.Decide(one.ID, rig.Position(one.ID).Tasks[0], change.VerbSendBack).Outcome)
	require.Equal(t, registration.RosterFiled, readRoster(rig, up.ID).State, "the school cannot change it")
	at := rig.Position(one.ID)
	again := func(values map[string]string) *change.Slip {
		return rig.Say(rig.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: one.ID, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round,
			Values: values, Body: change.SlipBody{Form: true, Inputs: map[string]string{}, Valued: values != nil}})
	}
	require.Equal(t, change.SlipRefused, again(map[string]string{"name": "样例"}).Outcome, "a roster brings its own items")
	s := again(nil)
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	rig.ApproveAll(one.ID)
	require.Equal(t, registration.RosterRegistered, readRoster(rig, up.ID).State)
}

// What cannot be filed is refused at the roster, with the reason.
func TestARosterThatCannotBeFiledIsRefused(t *testing.T) {
	rig := storetest.New(t)
	begun := func() (r *registration.Roster) {
		rig.MustIn(rig.App, storetest.SchoolA, func(tx *change.Tx) (err error) {
			r, _, err = registration.BeginRoster(tx.Tx, registration.NewRoster{ID: uuid.Must(uuid.NewV7()), School: rig.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, FileSHA256: []byte("x"), BlobKey: "k"})
			return err
		})
		return r
	}()
	_, err := rig.FileRoster(begun)
	require.Equal(t, []string{"roster_checking /roster_id"}, storetest.Refusals(t, err))
	wrong := rig.Upload(storetest.SchoolA, rig.Written(storetest.With("phone", "1")(rig.Items(storetest.SchoolA, 2024))), "wrong")
	_, err = rig.FileRoster(wrong)
	require.Equal(t, []string{"roster_nothing_good /roster_id"}, storetest.Refusals(t, err))
	require.NoError(t, discard(rig, wrong.ID))
	_, err = rig.FileRoster(wrong)
	require.Equal(t, []string{"roster_state /roster_id"}, storetest.Refusals(t, err))

	good := rig.Upload(storetest.SchoolA, rig.Written(rig.Items(storetest.SchoolA, 2024), rig.Items(storetest.SchoolA, 2024)), "good")
	_, err = rig.TryFile(change.Filing{Kind: "ROSTER_IMPORT", RosterID: good.ID, Office: rig.Office(storetest.SchoolB), Key: uuid.NewString()})
	require.ErrorIs(t, err, refusal.New(refusal.NotFound), "of another school")
	_, err = rig.TryFile(change.Filing{Kind: "ROSTER_IMPORT", RosterID: good.ID, Office: rig.Office(storetest.SchoolA), Key: uuid.NewString(), Values: map[string]string{"name": "样例"}})
	require.Equal(t, []string{"input_unknown /values"}, storetest.Refusals(t, err))
	// A check of an earlier version let a document pass in two rows.
	rig.Legacy(`UPDATE roster_row r SET id_hash = o.id_hash FROM roster_row o WHERE o.roster_id = r.roster_id AND o.row_no = 3 AND r.row_no = 4 AND r.roster_id = $1`, good.ID)
	_, err = rig.FileRoster(good)
	require.Equal(t, []string{"roster_recheck /roster_id"}, storetest.Refusals(t, err))
	var told *refusal.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, "3、4", told.Params["rows"])
	require.Zero(t, rig.Count(`SELECT count(*) FROM change`)+rig.Count(`SELECT count(*) FROM slot`))
}

// A school gives a roster up that it did not file. Its file may come again.
func TestADiscardedRosterKeepsNoRows(t *testing.T) {
	rig := storetest.New(t)
	sheet := rig.Written(rig.Items(storetest.SchoolA, 2024))
	up := rig.Upload(storetest.SchoolA, sheet, "a")
	require.NoError(t, discard(rig, up.ID))
	require.Equal(t, registration.RosterDiscarded, readRoster(rig, up.ID).State)
	require.Zero(t, rig.Count(`SELECT count(*) FROM roster_row`))
	require.ErrorIs(t, discard(rig, up.ID), refusal.New(refusal.RosterState), "twice")
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'roster.discard'`))
	again := rig.Upload(storetest.SchoolA, sheet, "a")
	require.NotEqual(t, up.ID, again.ID)
	rig.MustIn(rig.App, storetest.Bureau, func(tx *change.Tx) error {
		list, err := registration.Rosters(tx.Tx, rig.ID(storetest.SchoolA), uuid.Nil, 10)
		require.NoError(t, err)
		require.Equal(t, []uuid.UUID{again.ID, up.ID}, []uuid.UUID{list[0].ID, list[1].ID}, "the newest first")
		list, err = registration.Rosters(tx.Tx, uuid.Nil, again.ID, 10)
		require.Len(t, list, 1, "the next page")
		require.Equal(t, up.ID, list[0].ID)
		return err
	})
}

// A checked roster is checked again after a class was added, without its old rows. Not
// without its file.
func TestARosterIsCheckedAgain(t *testing.T) {
	rig := storetest.New(t)
	p := storetest.With("class_code", "2026112")(rig.Read("roster-no-au.xlsx")[0])
	sheet := rig.Written(p)
	up := rig.Upload(storetest.SchoolA, sheet, "a")
	require.Equal(t, 1, up.Rejected)
	require.Equal(t, "2026112", rig.NewClass(storetest.SchoolA, 2026, 40).Code)
	restart := func(id uuid.UUID) (r *registration.Roster, err error) {
		err = rig.In(rig.App, storetest.SchoolA, func(tx *change.Tx) (err error) {
			r, err = registration.RestartRosterCheck(tx.Tx, id)
			return err
		})
		return r, err
	}
	begun, err := restart(up.ID)
	require.NoError(t, err)
	require.Equal(t, []any{registration.RosterUploaded, 2, registration.RosterCounts{}}, []any{begun.State, begun.Attempt, begun.RosterCounts})
	_, err = restart(up.ID)
	require.ErrorIs(t, err, refusal.New(refusal.RosterChecking), "it makes progress")
	done, err := registration.CheckRoster(t.Context(), rig.App.Store, rig.Scope(storetest.SchoolA), begun, sheet)
	require.NoError(t, err)
	require.Equal(t, []int{1, 0}, []int{done.Good, done.Rejected})
	rig.MustIn(rig.App, storetest.SchoolA, func(tx *change.Tx) error {
		require.ErrorIs(t, registration.FinishRosterCheck(tx.Tx, up.ID, 1), registration.ErrSuperseded, "the first attempt wakes up")
		return nil
	})
	_, err = rig.FileRoster(done)
	require.NoError(t, err)
	rig.MustIn(rig.App, storetest.SchoolA, func(tx *change.Tx) error {
		lost, _, err := registration.BeginRoster(tx.Tx, registration.NewRoster{ID: uuid.Must(uuid.NewV7()), School: rig.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, FileSHA256: []byte("lost")})
		require.NoError(t, err)
		_, err = registration.RestartRosterCheck(tx.Tx, lost.ID)
		require.ErrorIs(t, err, refusal.New(refusal.RosterChecking))
		return nil
	})
	rig.Advance(2 * registration.RosterStalled)
	_, err = restart(parse(rig, rig.Text(`SELECT id::text FROM roster WHERE blob_key = ''`)))
	require.ErrorIs(t, err, refusal.New(refusal.RosterFileGone))
}

// Two uploads of one file at once are one roster.
func TestTwoUploadsAtOnceAreOneRoster(t *testing.T) {
	rig := storetest.New(t)
	type answer struct {
		id    uuid.UUID
		begun bool
		err   error
	}
	answers := make(chan answer, 2)
	for range 2 {
		go func() {
			var a answer
			a.err = rig.In(rig.App, storetest.SchoolA, func(tx *change.Tx) error {
				r, begun, err := registration.BeginRoster(tx.Tx, registration.NewRoster{ID: uuid.Must(uuid.NewV7()), School: rig.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, FileSHA256: []byte("a"), BlobKey: "k"})
				if err == nil {
					a.id, a.begun = r.ID, begun
				}
				return err
			})
			answers <- a
		}()
	}
	one, other := <-answers, <-answers
	require.NoError(t, errors.Join(one.err, other.err))
	require.Equal(t, one.id, other.id)
	require.NotEqual(t, one.begun, other.begun)
}

// After thirty days the sheet goes, and with it a roster that was never filed. What was
// decided stays as proof, without the items.
func TestOldSheetsAreDeleted(t *testing.T) {
	rig := storetest.New(t)
	waits := rig.Upload(storetest.SchoolA, rig.Written(rig.Items(storetest.SchoolA, 2024)), "waits")
	rig.Advance(time.Second)
	registered := rig.Enrol(storetest.SchoolA, rig.Written(rig.Items(storetest.SchoolA, 2024)), "registered")
	rig.Advance(time.Second)
	rejected := rig.Upload(storetest.SchoolA, rig.Written(rig.Items(storetest.SchoolA, 2024)), "rejected")
	one, err := rig.FileRoster(rejected)
	require.NoError(t, err)
	rig.Decide(one.ID, rig.Position(one.ID).Tasks[0], change.VerbReject)
	var gone []string
	broken := ""
	sweep := func() (int, error) {
		return registration.SweepRosterFiles(t.Context(), rig.Worker.Store, func(_ context.Context, key string) error {
			if key == broken {
				return errors.New("the store of files is away")
			}
			gone = append(gone, key)
			return nil
		})
	}
	rig.Hand.Advance(registration.RosterLifetime - 2*time.Second)
	n, err := sweep()
	require.NoError(t, err)
	require.Zero(t, n, "thirty days are not over")
	rig.Advance(3 * time.Second)
	broken = "k-registered"
	n, err = sweep()
	require.ErrorContains(t, err, "the store of files is away")
	require.Equal(t, 1, n)
	require.Equal(t, "k-registered", rig.Text(`SELECT blob_key FROM roster WHERE id = $1`, registered.ID), "it is tried again")
	broken = ""
	n, err = sweep()
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, []string{"k-waits", "k-registered", "k-rejected"}, gone)
	n, err = sweep()
	require.NoError(t, err)
	require.Zero(t, n, "once")
	require.Equal(t, []registration.RosterState{registration.RosterDiscarded, registration.RosterRegistered, registration.RosterRefused},
		[]registration.RosterState{readRoster(rig, waits.ID).State, readRoster(rig, registered.ID).State, readRoster(rig, rejected.ID).State})
	require.Zero(t, rig.Count(`SELECT count(*) FROM roster_row WHERE roster_id = $1`, waits.ID))
	require.Equal(t, 2, rig.Count(`SELECT count(*) FROM roster_row`))
	require.Zero(t, rig.Count(`SELECT count(*) FROM roster_row WHERE payload IS NOT NULL`))
}

// Whoever takes findings out as a file stands in the trail, with the reason and the
// number of numbers in full.
func TestTakingFindingsOutIsAudited(t *testing.T) {
	rig := storetest.New(t)
	up := rig.Upload(storetest.SchoolA, rig.Written(storetest.With("phone", "1")(rig.Items(storetest.SchoolA, 2024))), "a")
	rig.MustIn(rig.App, storetest.SchoolA, func(tx *change.Tx) error {
		return errors.Join(registration.AuditFindings(tx.Tx, up.ID, student.RevealVerify, 3), registration.AuditFindings(tx.Tx, up.ID, "", 0))
	})
	require.Equal(t, []string{`{"numbers": "0"}`, `{"reason": "` + string(student.RevealVerify) + `", "numbers": "3"}`},
		rig.Texts(`SELECT detail::text FROM audit_entry WHERE action = 'roster.findings' ORDER BY detail ->> 'numbers'`))
}

// Every state of a roster has a name in both languages.
func TestStatesOfARosterHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range []registration.RosterState{registration.RosterUploaded, registration.RosterChecked, registration.RosterUnfit, registration.RosterFiled,
		registration.RosterRegistered, registration.RosterRefused, registration.RosterDiscarded} {
		name := s.Text()
		require.NotEqual(t, string(s), name.Zh)
		require.NotEqual(t, string(s), name.En)
		require.False(t, seen[name.Zh] || seen[name.En], name.Zh)
		seen[name.Zh], seen[name.En] = true, true
	}
	require.Equal(t, "X", registration.RosterState("X").Text().Zh)
}

// Corrected names are shown in full to the school that handed them in, as long as the row
// is not registered.
func TestCorrectionsAreShownInFullToTheSchool(t *testing.T) {
	rig := storetest.New(t)
	p := rig.Items(storetest.SchoolA, 2024)
	name := []rune(p[roster.Name])
	up := rig.Upload(storetest.SchoolA, rig.Written(storetest.With("name", string(name[:1])+" "+string(name[1:]))(p)), "a")
	row := rig.Rows(up)[3]
	require.Equal(t, registration.RowRemarked, row.Verdict, "%v", row.Findings)
	shown := []registration.RosterRow{row}
	rig.MustIn(rig.App, storetest.SchoolA, func(tx *change.Tx) error {
		return registration.ShowCorrections(tx.Tx, up.ID, rig.Reader.Template(), shown)
	})
	require.NotEqual(t, row.Findings, shown[0].Findings)
}
