package student_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// stays lists the tables with a record and an office in a row that do not follow the
// record to another school, each with the reason.
var stays = map[string]string{
	"student_history": "the school at that time keeps its view of the past",
	"departure":       "the backup belongs to the school that was left",
	"change":          "the office of a change is the one that filed it",
	"roster_row":      "a row belongs to the roster of the school that handed it in",
	"check_in":        "the school at the beginning of that term noted who came",
	"received_child":  "the school that took the child in keeps what came of it",
	"year_turn_stay":  "the school at the turn of the year reads why the pupil stayed",
}

// Every table that names a record and the path of an office either follows the record to
// another school or says why it stays.
func TestEveryTableOfARecordFollowsItOrStays(t *testing.T) {
	rig := storetest.New(t)
	tables := rig.Texts(`SELECT DISTINCT c.relname::text FROM pg_class c
		JOIN pg_attribute p ON p.attrelid = c.oid AND p.attnum > 0 AND NOT p.attisdropped AND p.atttypid = 'ltree'::regtype
		JOIN pg_attribute s ON s.attrelid = c.oid AND s.attnum > 0 AND NOT s.attisdropped AND (s.attname LIKE '%student%' OR s.attname LIKE '%pupil%' OR EXISTS (
			SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = 'student'::regclass AND s.attnum = ANY (k.conkey)))
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.oid <> 'student'::regclass`)
	require.NotEmpty(t, tables)
	follows := map[string]bool{}
	for _, f := range kinds.Followers() {
		require.False(t, follows[f.Table], "%s is in two lists", f.Table)
		follows[f.Table] = true
		require.Contains(t, tables, f.Table)
		require.Empty(t, stays[f.Table])
		require.Equal(t, "true", rig.Text(`SELECT (has_column_privilege('xueji_worker', $1, $2, 'UPDATE') AND has_column_privilege('xueji_worker', $1, $3, 'SELECT'))::text`,
			f.Table, f.Path, f.Record), "the worker moves rows of %s", f.Table)
	}
	for table := range stays {
		require.Contains(t, tables, table)
	}
	for _, table := range tables {
		require.True(t, follows[table] || stays[table] != "", "%s has a record and an office: it is in the list of no subject", table)
	}
}

// writing gives a change of a record of school A, as the engine would hand it to the writer.
func writing(c *storetest.County, tx *store.Tx, id uuid.UUID, kind process.Kind) *student.RecordWrite {
	h, err := student.ReadPupilRow(tx, id, true)
	require.NoError(c.T(), err)
	return &student.RecordWrite{Was: h, After: h.Record, ChangeID: store.NewID(), Kind: kind, AccountID: c.Scope(storetest.SchoolA).Account, On: tx.Today()}
}

// A record that moves takes its family, suspensions, punishments and problems along; the
// old school keeps its past.
func TestAMoveTakesAlongWhatFollowsARecord(t *testing.T) {
	rig, pupils := enrolled(t)
	id := pupils[0]
	_, err := punish(rig, storetest.SchoolA, student.NewPunishment{Student: id, Level: "1", DecidedOn: day(t, "2026-11-20"), DocumentNo: "1号", Key: "k", Hash: []byte{1}})
	require.NoError(t, err)
	class := rig.NewClass(storetest.SchoolB, 2026, 5).ID
	move := func(s *change.Engine, path string, list []student.Follower) error {
		return rig.In(s, path, func(tx *change.Tx) error {
			w := writing(rig, tx.Tx, id, process.Transfer)
			w.After.SchoolID, w.After.ClassID, w.Path, w.Followers = rig.ID(storetest.SchoolB).String(), class.String(), storetest.SchoolB, list
			return student.WriteRecord(tx.Tx, w)
		})
	}
	require.Equal(t, "42501", storetest.SQLState(move(rig.App, storetest.Bureau, kinds.Followers())), "the application role moves nobody")
	require.Error(t, move(rig.Worker, "", nil), "a list is missing")
	require.NoError(t, move(rig.Worker, "", kinds.Followers()))
	for _, f := range kinds.Followers() {
		require.Zero(t, rig.Count(`SELECT count(*) FROM `+f.Table+` WHERE student_id = $1 AND org_path <> $2::text::ltree`, id, storetest.SchoolB), f.Table)
	}
	require.Equal(t, 2, rig.Count(`SELECT count(*) FROM guardian WHERE student_id = $1`, id))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM punishment WHERE student_id = $1`, id))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student WHERE id = $1 AND school_id = $2 AND org_path = $3::text::ltree AND class_id = $4`, id, rig.ID(storetest.SchoolB), storetest.SchoolB, class))
	require.Equal(t, 1, rig.Count(`SELECT occupied FROM school_class WHERE id = $1`, class))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student_history WHERE student_id = $1 AND kind LIKE '%\_OUT' AND org_path = $2::text::ltree AND after ->> 'enrol_status' = $3`,
		id, storetest.SchoolA, string(status.LeftBehind(process.Transfer, status.Enrolled))))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student_history WHERE student_id = $1 AND kind LIKE '%\_IN' AND org_path = $2::text::ltree AND after ->> 'school_id' = $3`,
		id, storetest.SchoolB, rig.ID(storetest.SchoolB).String()))
	require.Equal(t, 3, rig.Count(`SELECT count(*) FROM student_history WHERE student_id = $1 AND org_path = $2::text::ltree`, id, storetest.SchoolA), "made, punished, left")
}

// The writer refuses a full class, and a record that somebody else has written since it
// was read; a correction takes a seat that is not free.
func TestTheWriterRefusesAFullClassAndAnOldRecord(t *testing.T) {
	rig, pupils := enrolled(t)
	id, other := pupils[0], pupils[1]
	full := rig.NewClass(storetest.SchoolA, 2026, 1).ID
	put := func(studentID uuid.UUID, one func(*student.RecordWrite)) error {
		return rig.In(rig.Worker, "", func(tx *change.Tx) error {
			w := writing(rig, tx.Tx, studentID, process.Skip)
			w.After.ClassID = full.String()
			if one != nil {
				one(w)
			}
			return student.WriteRecord(tx.Tx, w)
		})
	}
	require.NoError(t, put(id, nil))
	require.ErrorIs(t, put(other, nil), refusal.New(refusal.ClassFull))
	require.Error(t, put(id, func(w *student.RecordWrite) { w.Was.Version-- }))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student WHERE class_id = $1`, full))
	require.NoError(t, put(other, func(w *student.RecordWrite) { w.Overfull = true }))
	require.Equal(t, 2, rig.Count(`SELECT occupied FROM school_class WHERE id = $1`, full))
	require.Equal(t, 2, rig.Count(`SELECT count(*) FROM student_history WHERE kind = $1 AND before ->> 'class_id' <> after ->> 'class_id'`, string(process.Skip)))
}

// writes finds a statement that writes records or their history.
var writes = regexp.MustCompile(`(?i)(INSERT INTO|UPDATE|DELETE FROM)\s+student(_history)?\b`) // never changes

// Records and their history have one writer: no other file of the register writes them.
// (The keyring re-encrypts numbers in place, table by table; that changes no record. The
// county of the tests can be filled with a crowd.)
func TestRecordsHaveOneWriter(t *testing.T) {
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		own := filepath.Base(filepath.Dir(path)) == "student" || filepath.Base(filepath.Dir(path)) == "storetest" || strings.HasPrefix(entry.Name(), "student_record_") || strings.HasPrefix(entry.Name(), "student_history_")
		if found := writes.Find(text); found != nil {
			require.True(t, own, "%s: %s", path, found)
		}
		return nil
	}))
}
