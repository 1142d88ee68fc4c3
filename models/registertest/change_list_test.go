package registertest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// places makes a class of the year 2024 at school B with so many seats.
func (r *recordsRig) places(seats int) uuid.UUID { return r.placesIn(2024, seats) }

func (r *recordsRig) placesIn(year, seats int) uuid.UUID {
	r.t.Helper()
	grade, class := store.NewID(), store.NewID()
	r.exec(`INSERT INTO school_grade (id, school_id, org_path, stage, entry_year, name) VALUES ($1, $2, $3::text::ltree, 'PRIMARY', $4::int, $4::int || '级') ON CONFLICT DO NOTHING`,
		grade, r.school[schoolBPath], schoolBPath, year)
	r.exec(`INSERT INTO school_class (id, school_id, org_path, grade_id, code, name, capacity)
		SELECT $1, school_id, org_path, id, ($4::int)::text || (100 + (SELECT count(*) FROM school_class)), '班', $2 FROM school_grade WHERE school_id = $3 AND entry_year = $4::int`,
		class, seats, r.school[schoolBPath], year)
	return class
}

// county is the bureau that files lists.
func (r *recordsRig) county() org.OfficeRef {
	r.t.Helper()
	o := org.OfficeRef{Path: countyPath, Province: "520000"}
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT id FROM organisation WHERE path = $1::text::ltree`, countyPath).Scan(&o.ID))
	return o
}

// list is a filing that moves pupils of school A into a class of school B.
func (r *recordsRig) list(lines ...change.ListedPupil) change.Filing {
	return change.Filing{Kind: process.BatchTransfer, Lines: lines, Inputs: map[string]string{"from_school": "2152000123", "to_school": "2152000456", "reason": "撤并"},
		Office: r.county(), Key: store.NewID().String(), BodyHash: []byte("list")}
}

func (r *recordsRig) fileList(f change.Filing) (c *change.Change, err error) {
	r.t.Helper()
	err = r.in(r.app, countyPath, func(tx *change.Tx) (err error) {
		c, err = tx.FileChange(f)
		return err
	})
	return c, err
}

// told returns every refusal with its place.
func told(t *testing.T, err error) (list []string) {
	t.Helper()
	var first *refusal.Error
	require.ErrorAs(t, err, &first)
	for _, e := range first.All() {
		list = append(list, string(e.Code)+" "+e.Field)
	}
	return list
}

// All refusals of a list are returned at once, each with its line.
func TestAListIsJudgedLineByLine(t *testing.T) {
	r := newRecordsRig(t)
	class, small := r.places(10), r.places(1)
	good, elsewhere, left, busy, third := r.pupil(schoolAPath), r.pupil(schoolBPath), r.pupil(schoolAPath), r.pupil(schoolAPath), r.pupil(schoolAPath)
	r.exec(`UPDATE student SET enrol_status = 'MISSING', holds_seat = false WHERE id = $1`, left)
	r.holds(student.StudentSlot(busy), r.waiting(schoolAPath))
	_, err := r.fileList(r.list(change.ListedPupil{StudentID: good, ClassID: class}, change.ListedPupil{StudentID: elsewhere, ClassID: class}, change.ListedPupil{StudentID: good, ClassID: class}, change.ListedPupil{StudentID: store.NewID(), ClassID: class}))
	require.Equal(t, []string{"list_pupil /lines/1/student_id", "list_twice /lines/2/student_id", "list_pupil /lines/3/student_id"}, told(t, err))
	_, err = r.fileList(r.list(change.ListedPupil{StudentID: good, ClassID: small}, change.ListedPupil{StudentID: left, ClassID: class}, change.ListedPupil{StudentID: busy, ClassID: class}, change.ListedPupil{StudentID: third, ClassID: small}))
	require.Equal(t, []string{"state_forbids /lines/1/student_id", "class_full /lines/3/class_id", "change_in_progress /lines/2/student_id"}, told(t, err))
	wrong := r.list(change.ListedPupil{StudentID: good, ClassID: r.classes["2024101"]})
	wrong.Inputs["to_school"], wrong.Inputs["from_school"] = "2152000123", "9999999999"
	_, err = r.fileList(wrong)
	require.Equal(t, []string{"list_school /inputs/from_school"}, told(t, err))
	wrong.Inputs["from_school"] = "2152000123"
	_, err = r.fileList(wrong)
	require.Equal(t, []string{"transfer_same_school /inputs/to_school"}, told(t, err))
	r.exec(`UPDATE student SET stage = 'JUNIOR' WHERE id = $1`, third)
	_, err = r.fileList(r.list(change.ListedPupil{StudentID: good, ClassID: class}, change.ListedPupil{StudentID: third, ClassID: class}))
	require.Equal(t, []string{"list_stage /lines/1/student_id"}, told(t, err))
	_, err = r.fileList(r.list(change.ListedPupil{StudentID: store.NewID(), ClassID: class}, change.ListedPupil{StudentID: elsewhere, ClassID: class}, change.ListedPupil{StudentID: good, ClassID: class}, change.ListedPupil{StudentID: busy, ClassID: class}))
	require.Equal(t, []string{"list_pupil /lines/0/student_id", "list_pupil /lines/1/student_id", "change_in_progress /lines/3/student_id"}, told(t, err), "a wrong first line makes no other one wrong")
	_, err = r.fileList(r.list(change.ListedPupil{StudentID: elsewhere, ClassID: class}, change.ListedPupil{StudentID: good, ClassID: small}, change.ListedPupil{StudentID: good, ClassID: class}, change.ListedPupil{StudentID: left, ClassID: store.NewID()}, change.ListedPupil{StudentID: busy, ClassID: class}))
	require.Equal(t, []string{"list_pupil /lines/0/student_id", "list_twice /lines/2/student_id", "state_forbids /lines/3/student_id", "class_unknown /lines/3/class_id",
		"change_in_progress /lines/4/student_id"}, told(t, err), "all lines in one round")
	for name, f := range map[string]change.Filing{
		"subject_twice /lines": func() change.Filing {
			f := r.list(change.ListedPupil{StudentID: good, ClassID: class})
			f.StudentID = good
			return f
		}(),
		"list_missing /lines": r.list(),
		"list_not_here /lines": func() change.Filing {
			f := r.list(change.ListedPupil{StudentID: good, ClassID: class})
			f.Kind = process.Suspension
			return f
		}(),
		"required /inputs/reason": func() change.Filing {
			f := r.list(change.ListedPupil{StudentID: good, ClassID: class})
			delete(f.Inputs, "reason")
			return f
		}(),
	} {
		_, err = r.fileList(f)
		require.Equal(t, []string{name}, told(t, err))
	}
	require.Zero(t, r.count(`SELECT count(*) FROM change WHERE kind = 'BATCH_TRANSFER'`))
	_, err = r.fileList(r.list(change.ListedPupil{StudentID: good, ClassID: class}))
	require.NoError(t, err)
	_, err = r.fileList(r.list(change.ListedPupil{StudentID: good, ClassID: class}))
	require.Equal(t, []string{"change_in_progress /lines/0/student_id"}, told(t, err))
}

// Two bureaus list the same pupils at the same moment. One list is filed; the other
// learns which of its pupils are taken, whatever the order of the lines.
func TestOnlyOneOfTwoConcurrentListsIsFiled(t *testing.T) {
	r := newRecordsRig(t)
	class := r.places(55)
	var forth, back []change.ListedPupil
	for range 20 {
		forth = append(forth, change.ListedPupil{StudentID: r.pupil(schoolAPath), ClassID: class})
	}
	for i := range forth {
		back = append(back, forth[len(forth)-1-i])
	}
	answers := make(chan error, 2)
	for _, f := range []change.Filing{r.list(forth...), r.list(back...)} {
		go func() { _, err := r.fileList(f); answers <- err }()
	}
	one, other := <-answers, <-answers
	if one == nil {
		one = other
	} else {
		require.NoError(t, other)
	}
	require.Len(t, told(t, one), 20)
	require.ErrorIs(t, one, refusal.New(refusal.ChangeInProgress))
	require.Equal(t, 20, r.count(`SELECT count(*) FROM slot`))
	require.Equal(t, 20, r.count(`SELECT count(*) FROM change_line`))
}

// Another change held a slot when the list tried to take it, and freed the slot before
// the list asked for the holder. The whole filing is refused.
func TestListTakesAllSlotsOrNone(t *testing.T) {
	r := newRecordsRig(t)
	line := change.ListedPupil{StudentID: r.pupil(schoolAPath), ClassID: r.places(10)}
	r.exec(`CREATE FUNCTION passing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`)
	r.exec(`CREATE TRIGGER passing BEFORE INSERT ON slot FOR EACH ROW EXECUTE FUNCTION passing()`)
	_, err := r.fileList(r.list(line))
	require.Equal(t, []string{"change_in_progress /lines"}, told(t, err))
	require.Zero(t, r.count(`SELECT count(*) FROM change WHERE kind = 'BATCH_TRANSFER'`))
}

// A list that was sent back must keep its two schools. A changed school is refused at its
// own input.
func TestResubmittedListKeepsItsSchools(t *testing.T) {
	r := newRecordsRig(t)
	changeID, _ := r.waitingList(1)
	again := func(from, to string) (err error) {
		r.mustIn(r.worker, "", func(tx *change.Tx) error {
			c, wrong := tx.ReadLocked(changeID)
			require.NoError(t, wrong)
			c.Inputs["from_school"], c.Inputs["to_school"] = from, to
			list, wrong := transfer.RecheckList(tx.Tx, c, nil)
			err = refusal.Join(list...)
			return wrong
		})
		return err
	}
	require.NoError(t, again("2152000123", "2152000456"))
	require.Equal(t, []string{"receiving_fixed /inputs/to_school"}, told(t, again("2152000123", "2152000123")))
	require.Equal(t, []string{"releasing_fixed /inputs/from_school"}, told(t, again("2152000456", "2152000456")))
}

// waitingList files a list of so many pupils and returns them.
func (r *recordsRig) waitingList(n int) (changeID uuid.UUID, pupils []uuid.UUID) {
	r.t.Helper()
	var lines []change.ListedPupil
	var class uuid.UUID
	for i := range n {
		if i%50 == 0 {
			class = r.places(50)
		}
		lines = append(lines, change.ListedPupil{StudentID: r.pupil(schoolAPath), ClassID: class})
		pupils = append(pupils, lines[i].StudentID)
	}
	c, err := r.fileList(r.list(lines...))
	require.NoError(r.t, err)
	return c.ID, pupils
}

// strikes counts, as the worker does, an approval that strikes pupils.
func (r *recordsRig) strikes(changeID uuid.UUID, verb change.Verb, strikes ...change.Strike) (left bool, err error) {
	err = r.in(r.worker, "", func(tx *change.Tx) error {
		c, err := tx.ReadLocked(changeID)
		if err != nil {
			return err
		}
		left, err = tx.StrikeLines(c, &change.Slip{ID: store.NewID(), ChangeID: changeID, Verb: verb, AccountID: store.NewID(), OfficeID: r.school[schoolAPath], Body: change.SlipBody{Strike: strikes}})
		return err
	})
	return left, err
}

// moves lets a list take effect.
func (r *recordsRig) moves(changeID uuid.UUID) error {
	return r.in(r.worker, "", func(tx *change.Tx) error {
		c, err := tx.ReadLocked(changeID)
		if err != nil {
			return err
		}
		return transfer.MoveList(tx, c, nil, tx.Today())
	})
}

// A struck pupil is free at once, stays visible with the reason, and cannot be struck
// twice.
func TestPupilsAreStruckFromAList(t *testing.T) {
	r := newRecordsRig(t)
	changeID, pupils := r.waitingList(3)
	suspension := r.waiting(schoolAPath)
	for want, k := range map[string]change.Strike{
		"opinion_required /strike/0/reason": {StudentID: pupils[0], Reason: "  "},
		"line_unknown /strike/0/student_id": {StudentID: r.pupil(schoolAPath), Reason: "不在名单"},
	} {
		_, err := r.strikes(changeID, change.VerbApprove, k)
		require.Equal(t, []string{want}, told(t, err))
	}
	_, err := r.strikes(changeID, change.VerbReject, change.Strike{StudentID: pupils[0], Reason: "随迁"})
	require.ErrorIs(t, err, refusal.New(refusal.StrikeNotHere))
	_, err = r.strikes(suspension, change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: "随迁"})
	require.ErrorIs(t, err, refusal.New(refusal.StrikeNotHere))
	_, err = r.strikes(changeID, change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: "随迁"}, change.Strike{StudentID: pupils[0], Reason: "随迁"})
	require.Equal(t, []string{"line_unknown /strike/1/student_id"}, told(t, err))
	require.Equal(t, 3, r.count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID), "nothing was struck in vain")

	left, err := r.strikes(changeID, change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: "随迁"})
	require.NoError(t, err)
	require.True(t, left)
	require.Equal(t, 2, r.count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID))
	_, err = r.strikes(changeID, change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: "再次"})
	require.ErrorIs(t, err, refusal.New(refusal.LineUnknown))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'LINES_STRUCK' AND role = 'BUREAU_REVIEWER'`, changeID))
	left, err = r.strikes(changeID, change.VerbApprove, change.Strike{StudentID: pupils[1], Reason: "一"}, change.Strike{StudentID: pupils[2], Reason: "二"})
	require.NoError(t, err)
	require.False(t, left, "nobody remains")
	for _, path := range []string{countyPath, schoolAPath, schoolBPath} {
		r.mustIn(r.app, path, func(tx *change.Tx) error {
			page, err := casepage.Read(tx, changeID)
			require.NoError(t, err)
			move, ok := page.Own.(transfer.MovePage)
			require.True(t, ok)
			require.Len(t, move.Lines, 3)
			require.Equal(t, "STRUCK 随迁 样例生", move.Lines[0].Verdict+" "+move.Lines[0].Reason+" "+move.Lines[0].Subject.Name)
			return nil
		})
	}
}

// A list moves the pupils who can move now and strikes the others with the code. Record,
// seats, history, backup and paper file of each are those of a transfer.
func TestListMovesEligiblePupilsAndStrikesTheOthers(t *testing.T) {
	r := newRecordsRig(t)
	changeID, pupils := r.waitingList(5)
	r.exec(`UPDATE student SET problem_flags = '{ID_ERROR}' WHERE id = $1`, pupils[0])
	r.exec(`UPDATE student SET enrol_status = 'MISSING', holds_seat = false WHERE id = $1`, pupils[1])
	r.holds(student.DeathSlot(pupils[2]), r.waiting(schoolAPath))
	r.exec(`UPDATE school_class SET capacity = 1 WHERE school_id = $1`, r.school[schoolBPath])
	require.NoError(t, r.moves(changeID))
	var lines []string
	for i := range pupils {
		var line string
		require.NoError(t, r.owner.QueryRow(t.Context(), `SELECT verdict || ' ' || code FROM change_line WHERE student_id = $1`, pupils[i]).Scan(&line))
		lines = append(lines, line)
	}
	require.Equal(t, []string{"STRUCK problem_status", "STRUCK state_forbids", "STRUCK death_filed", "MOVED ", "STRUCK class_full"}, lines)
	const stays = refusal.ListPupilStays
	for path, want := range map[string][]refusal.Code{
		schoolAPath: {refusal.ProblemStatus, refusal.StateForbids, refusal.DeathFiled, refusal.ClassFull},
		schoolBPath: {stays, stays, stays, refusal.ClassFull}, // it learns nothing of pupils it may not read
	} {
		r.mustIn(r.app, path, func(tx *change.Tx) error {
			lines, err := transfer.ReadListedPupils(tx.Tx, changeID)
			var told []refusal.Code
			for _, l := range lines {
				if l.Struck != nil {
					told = append(told, l.Struck.Code)
				}
			}
			require.Equal(t, want, told, path)
			return err
		})
	}
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'EFFECTIVE'`, changeID))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM student WHERE school_id = $1 AND version = 2`, r.school[schoolBPath]))
	require.Equal(t, 2, r.count(`SELECT count(*) FROM student_history WHERE change_id = $1`, changeID))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM departure d JOIN handover h USING (change_id, student_id) WHERE d.student_id = $1`, pupils[3]))
	require.Equal(t, 1, r.count(`SELECT occupied FROM school_class WHERE school_id = $1`, r.school[schoolBPath]))
	require.Zero(t, r.count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID))
	require.Equal(t, 3, r.count(`SELECT count(DISTINCT org_id) FROM notice WHERE change_id = $1 AND kind = 'ENDED_EFFECTIVE'`, changeID), "the bureau and both schools")
	r.mustIn(r.app, schoolAPath, func(tx *change.Tx) error {
		list, err := transfer.PaperFiles(tx.Tx, schoolAPath, tx.Today(), uuid.Nil, 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, "样例生", list[0].StudentName)
		return nil
	})

	all, pupils := r.waitingList(2)
	r.exec(`UPDATE student SET enrol_status = 'MISSING', holds_seat = false WHERE id = ANY ($1)`, pupils)
	require.NoError(t, r.moves(all))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'REFUSED' AND close_code = 'ALL_STRUCK'`, all))
}

// A death takes its pupil out of a list. It ends the list when no pupil is left.
func TestADeathTakesOnePupilOutOfAList(t *testing.T) {
	r := newRecordsRig(t)
	changeID, pupils := r.waitingList(2)
	for i, pupil := range pupils {
		r.mustIn(r.worker, "", func(tx *change.Tx) error {
			return tx.EndSlotHolders(&change.Change{ID: store.NewID(), StudentID: &pupil}, change.EndedByDeath)
		})
		require.Equal(t, 1-i, r.count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID))
		require.Equal(t, 1-i, r.count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'RUNNING'`, changeID))
	}
	require.Equal(t, 2, r.count(`SELECT count(*) FROM change_line WHERE verdict = 'STRUCK' AND code = 'preempted'`))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'CLOSED' AND close_code = 'PREEMPTED'`, changeID))
}

// A settled line stays settled, and the application role settles none.
func TestOnlyTheWorkerSettlesLines(t *testing.T) {
	r := newRecordsRig(t)
	changeID, pupils := r.waitingList(2)
	_, err := r.strikes(changeID, change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: "随迁"})
	require.NoError(t, err)
	for name, try := range map[string]func() error{
		"the app strikes": func() error {
			return r.in(r.app, countyPath, func(tx *change.Tx) error {
				_, err := tx.Exec(`UPDATE change_line SET verdict = 'MOVED', settled_at = now()`)
				return err
			})
		},
		"the app writes a verdict": func() error {
			return r.in(r.app, countyPath, func(tx *change.Tx) error {
				_, err := tx.Exec(`INSERT INTO change_line (change_id, line_no, student_id, class_id, subject, class_name, verdict) SELECT change_id, 9, ?, class_id, '{}', '', 'MOVED' FROM change_line LIMIT 1`, r.pupil(schoolAPath))
				return err
			})
		},
		"a school writes into the bureau's list": func() error {
			return r.in(r.app, schoolAPath, func(tx *change.Tx) error {
				_, err := tx.Exec(`INSERT INTO change_line (change_id, line_no, student_id, class_id, subject, class_name) SELECT change_id, 9, ?, class_id, '{}', '' FROM change_line LIMIT 1`, r.pupil(schoolAPath))
				return err
			})
		},
		"the worker settles again": func() error {
			return r.in(r.worker, "", func(tx *change.Tx) error {
				_, err := tx.Exec(`UPDATE change_line SET reason = '别的' WHERE student_id = ?`, pupils[0])
				return err
			})
		},
		"the worker changes the class": func() error {
			return r.in(r.worker, "", func(tx *change.Tx) error {
				_, err := tx.Exec(`UPDATE change_line SET class_name = '' WHERE student_id = ?`, pupils[1])
				return err
			})
		},
	} {
		require.Error(t, try(), name)
	}
	r.mustIn(r.app, "n.p11", func(tx *change.Tx) error {
		lines, err := transfer.ReadListedPupils(tx.Tx, changeID)
		require.Empty(t, lines, "of another province nobody reads it")
		return err
	})
}

// The longest list is filed and moved as a whole. The test logs the time and does not
// judge it.
func TestLongestListIsMovedWhole(t *testing.T) {
	r := newRecordsRig(t)
	changeID, _ := r.waitingList(change.MaxLines)
	begin := time.Now()
	require.NoError(t, r.moves(changeID))
	t.Logf("%d pupils moved in %s", change.MaxLines, time.Since(begin))
	require.Equal(t, change.MaxLines, r.count(`SELECT count(*) FROM change_line WHERE verdict = 'MOVED'`))
}
