package store

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// sheetPupils reads the pupils of a file of the collection, as a clerk would fill them in.
func (r *recordsRig) sheetPupils(name string) []roster.Pupil {
	r.t.Helper()
	sheet := r.sheet(name)
	c := &rosterCheck{store: r.app, ctx: r.t.Context(), scope: r.scopeA(), sheet: sheet}
	in, err := c.submission(r.school[schoolAPath])
	require.NoError(r.t, err)
	read, err := r.reader.ReadAll(r.t.Context(), sheet.File, sheet.Size, in)
	require.NoError(r.t, err)
	var list []roster.Pupil
	for _, row := range read.Rows {
		list = append(list, row.Pupil)
	}
	return list
}

func (r *recordsRig) write(pupils ...roster.Pupil) RosterSheet {
	r.t.Helper()
	var b bytes.Buffer
	require.NoError(r.t, r.reader.Template().Write(&b, "", slices.Values(pupils)))
	return r.sheetOf(b.Bytes())
}

// unnumbered takes a pupil's document away and gives one to a family member instead.
func unnumbered(p roster.Pupil) roster.Pupil {
	p = maps.Clone(p)
	p[roster.IDType] = "Z"
	delete(p, roster.IDNumber)
	return p
}

func with(p roster.Pupil, others ...string) roster.Pupil {
	p = maps.Clone(p)
	for i := 0; i+1 < len(others); i += 2 {
		if p[roster.Field(others[i])] = others[i+1]; others[i+1] == "" {
			delete(p, roster.Field(others[i]))
		}
	}
	return p
}

// enrolSheet takes a sheet through check, filing and the last approval.
func (r *recordsRig) enrolSheet(sheet RosterSheet, hash string) *Roster {
	r.t.Helper()
	up := r.upload(sheet, hash)
	change, err := r.file(up.ID)
	require.NoError(r.t, err)
	r.enrol(up.ID, change)
	return up
}

func (r *recordsRig) rosterRows(up *Roster) map[int]RosterRow {
	r.t.Helper()
	rows := map[int]RosterRow{}
	r.mustIn(r.app, schoolAPath, func(t *Tx) error {
		list, err := t.RosterRows(up.ID, "", 0, 1000)
		for _, row := range list {
			rows[row.RowNo] = row
		}
		return err
	})
	return rows
}

// decided lets a change take effect, as the worker does with its last decision.
func (r *recordsRig) decided(c *Change) {
	r.t.Helper()
	r.mustIn(r.worker, "", func(t *Tx) error {
		locked, err := t.lockChange(c.ID)
		if err != nil {
			return err
		}
		return t.work(locked.Kind).Apply(t, locked, nil)
	})
}

// leaves lets a pupil of school A leave otherwise (其他离校).
func (r *recordsRig) leaves(name string) {
	r.t.Helper()
	var c *Change
	var id uuid.UUID
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT id FROM student WHERE name = $1`, name).Scan(&id))
	r.mustIn(r.app, schoolAPath, func(t *Tx) (err error) {
		paper := &Evidence{ID: newID(), OrgID: r.school[schoolAPath], OrgPath: schoolAPath, BlobKey: "k-paper", FileName: "申请.pdf", MediaType: "application/pdf", Size: 1, SHA256: []byte("p")}
		if err := t.AddEvidence(paper); err != nil {
			return err
		}
		c, err = t.FileChange(Filing{Kind: process.OtherLeaving, StudentID: id, Inputs: map[string]string{"reason": "随父母外出"},
			Evidence: []EvidenceRef{{ID: paper.ID, Kind: "GUARDIAN_APPLICATION"}},
			Office:   Office{ID: r.school[schoolAPath], Path: schoolAPath, Province: "520000"}, Key: newID().String(), BodyHash: []byte("leaves")})
		return err
	})
	r.decided(c)
}

// movesAway moves every pupil of school A to school B (批量转学).
func (r *recordsRig) movesAway() {
	r.t.Helper()
	rows, err := r.owner.Query(r.t.Context(), `SELECT id, entry_year FROM student WHERE school_id = $1`, r.school[schoolAPath])
	require.NoError(r.t, err)
	years := map[uuid.UUID]int{}
	var id uuid.UUID
	var year int
	_, err = pgx.ForEachRow(rows, []any{&id, &year}, func() error { years[id] = year; return nil })
	require.NoError(r.t, err)
	var lines []Line
	for id, year := range years {
		lines = append(lines, Line{id, r.placesIn(year, 50)})
	}
	c, err := r.fileList(r.list(lines...))
	require.NoError(r.t, err)
	r.decided(c)
}

// A corrected sheet is uploaded again. Pupils in the register are told apart from wrong
// rows, and nobody is registered twice, with or without a number.
func TestPupilsOfTheSchoolAreRecognised(t *testing.T) {
	rig := newRecordsRig(t)
	all := rig.sheetPupils("roster-no-au.xlsx")
	plain, bare := all[0], unnumbered(all[1])
	lost, late := all[2], unnumbered(all[3])
	rig.enrolSheet(rig.write(plain, bare, lost, late), "first")
	require.Equal(t, 4, rig.count(`SELECT count(*) FROM student`))
	rig.leaves(lost[roster.Name])

	again := rig.write(
		plain,                                 // 3: as it is
		with(plain, "phone", "16316048782"),   // 4: the same document twice in the file
		bare,                                  // 5: without a number, as it is
		lost,                                  // 6: not in the register any more
		with(all[3], "class_code", "2026105"), // 7: has a number by now
		with(bare, "member1_name", "赵某某", "member1_id_type", "A", "member1_id_number", "E12345678",
			"member2_name", "钱某某", "member2_id_type", "", "member2_id_number", "", "talent", "围棋"), // 8: another child of the same name and day
		all[4],                     // 9: new
		with(all[6], "phone", "1"), // 10: wrong
	)
	up := rig.upload(again, "second")
	rows := rig.rosterRows(up)
	require.Equal(t, RowRejected, rows[3].Verdict, "one number in two rows")
	require.Equal(t, RowPresent, rows[5].Verdict)
	require.Empty(t, rows[5].Findings)
	require.NotNil(t, rows[5].StudentID)
	require.Equal(t, RowRejected, rows[6].Verdict)
	require.Equal(t, refusal.IdentityOwnLeft, rows[6].Findings[0].Code)
	require.Equal(t, RowDiffers, rows[7].Verdict)
	require.Equal(t, refusal.RosterDiffersUnnumbered, rows[7].Findings[0].Code)
	require.Equal(t, "身份证件类型、身份证件号", rows[7].Findings[0].Params["items"])
	require.Equal(t, RowRemarked, rows[8].Verdict, rows[8].Findings)
	require.Equal(t, refusal.RosterNamesake, rows[8].Findings[0].Code)
	require.Equal(t, RowAccepted, rows[9].Verdict)
	require.Equal(t, RowRejected, rows[10].Verdict)
	require.Equal(t, RosterCounts{Read: 8, Good: 2, Remarked: 1, Rejected: 4, Present: 1, Differing: 1}, up.RosterCounts)

	change, err := rig.file(up.ID)
	require.NoError(t, err)
	rig.enrol(up.ID, change)
	require.Equal(t, 6, rig.count(`SELECT count(*) FROM student`))
}

func TestARowThatDiffersNamesTheItems(t *testing.T) {
	rig := newRecordsRig(t)
	p := rig.sheetPupils("roster-no-au.xlsx")[0]
	rig.enrolSheet(rig.write(p), "first")
	up := rig.upload(rig.write(with(p, "phone", "16316048782", "talent", "围棋", "name", "王改名", "blood_type", "")), "second")
	require.NotEmpty(t, p["blood_type"])
	row := rig.rosterRows(up)[3]
	require.Equal(t, RowDiffers, row.Verdict)
	require.Equal(t, refusal.RosterDiffers, row.Findings[0].Code)
	require.Equal(t, roster.Remark, row.Findings[0].Severity)
	require.Equal(t, "姓名、联系电话、特长", row.Findings[0].Params["items"], "an empty cell says nothing")
	_, err := rig.file(up.ID)
	require.ErrorIs(t, err, refusal.New(refusal.RosterNothingNew))
}

// A number that was typed wrongly at first does not make a second pupil. Two pupils of
// one name stay two.
func TestAnotherNumberIsAnotherPupilUnlessTheFamilyIsTheSame(t *testing.T) {
	rig := newRecordsRig(t)
	all := rig.sheetPupils("roster-no-au.xlsx")
	p, other := all[0], all[1]
	rig.enrolSheet(rig.write(p), "first")
	// The same day and sex in another county, so that only the sequence differs.
	number := rig.siblingNumber(p[roster.IDNumber])
	up := rig.upload(rig.write(with(p, "id_number", number), with(p, "id_number", number,
		"member1_name", other["member1_name"], "member1_id_number", other["member1_id_number"],
		"member2_name", other["member2_name"], "member2_id_number", other["member2_id_number"], "talent", "围棋")), "second")
	rows := rig.rosterRows(up)
	require.Equal(t, RowRejected, rows[3].Verdict) // one number in two rows of the file
	up = rig.upload(rig.write(with(p, "id_number", number)), "third")
	require.Equal(t, RowDiffers, rig.rosterRows(up)[3].Verdict)
	require.Equal(t, "身份证件号", rig.rosterRows(up)[3].Findings[0].Params["items"])
	up = rig.upload(rig.write(with(p, "id_number", number,
		"member1_name", other["member1_name"], "member1_id_number", other["member1_id_number"],
		"member2_name", other["member2_name"], "member2_id_number", other["member2_id_number"])), "fourth")
	require.Equal(t, RowRemarked, rig.rosterRows(up)[3].Verdict)
}

// siblingNumber gives a number of the same day and sex with the right check character.
func (r *recordsRig) siblingNumber(number string) string {
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	text := "110101" + number[6:17]
	sum := 0
	for i, w := range weights {
		sum += int(text[i]-'0') * w
	}
	return text + string("10X98765432"[sum%11])
}

// Two rosters are checked before either is approved. The last approval sees the records
// of the first one, also of pupils without a number, and also at the same moment.
func TestPupilOfTwoRostersIsRegisteredOnce(t *testing.T) {
	rig := newRecordsRig(t)
	all := rig.sheetPupils("roster-no-au.xlsx")
	a, b := unnumbered(all[0]), unnumbered(all[1])
	first := rig.upload(rig.write(a, b), "first")
	second := rig.upload(rig.write(with(a, "phone", "16316048782", "class_code", "2026106"), unnumbered(all[2])), "second")
	require.Equal(t, []int{2, 2}, []int{first.Good, second.Good})
	changes := map[*Roster]func() error{}
	for _, r := range []*Roster{first, second} {
		change, err := rig.file(r.ID)
		require.NoError(t, err)
		changes[r] = func() error {
			return rig.in(rig.worker, "", func(t2 *Tx) error { return t2.enrolRoster(r.ID, change, t2.today()) })
		}
	}
	done := make(chan error, 2)
	for _, enrol := range changes {
		go func() { done <- enrol() }()
	}
	require.NoError(t, <-done)
	require.NoError(t, <-done)
	require.Equal(t, 3, rig.count(`SELECT count(*) FROM student`))
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM student WHERE name = $1`, a[roster.Name]))
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM roster_row WHERE verdict = 'LEFT_OUT' AND row_no = 3 AND findings::text LIKE '%pupil_present%'`))
}

// Rows of another school's pupils are refused, and the refusal reveals nothing else.
func TestPupilsOfAnotherSchoolAreRefused(t *testing.T) {
	rig := newRecordsRig(t)
	all := rig.sheetPupils("roster-no-au.xlsx")
	rig.enrolSheet(rig.write(all[0], unnumbered(all[1])), "first")
	rig.movesAway()
	require.Equal(t, 2, rig.count(`SELECT count(*) FROM student WHERE school_id = $1`, rig.school[schoolBPath]))
	up := rig.upload(rig.write(all[0], unnumbered(all[1])), "second")
	rows := rig.rosterRows(up)
	require.Equal(t, RowRejected, rows[3].Verdict)
	require.Equal(t, refusal.IdentityRegistered, rows[3].Findings[0].Code)
	require.Nil(t, rows[3].StudentID)
	require.Equal(t, RowAccepted, rows[4].Verdict, "without a number nobody knows; another school's pupils are not told")
}

// The upload gives the same verdicts, findings and counts as the dry run.
func TestDryRunAgreesWithTheUpload(t *testing.T) {
	rig := newRecordsRig(t)
	all := rig.sheetPupils("roster-no-au.xlsx")
	rig.enrolSheet(rig.write(all[0], unnumbered(all[1])), "first")
	rig.exec(`UPDATE school_class SET capacity = 5`)
	rig.exec(`UPDATE school_class SET capacity = 2 WHERE code = $1`, all[0][roster.ClassCode])
	sheets := map[string]RosterSheet{
		"present": rig.write(all[0], unnumbered(all[1]), all[2], with(all[2], "talent", "围棋"), with(all[3], "phone", "1"), all[4], all[5]),
	}
	for _, name := range []string{"roster-messy.xlsx", "roster-clean.xlsx", "roster-no-au.xlsx", "roster-columns-swapped.xlsx", "roster-empty.xlsx",
		"cases/hidden-rows.xlsx", "cases/telephones.xlsx", "cases/mojibake.xlsx", "cases/month-decimal.xlsx"} {
		sheets[name] = rig.sheet(name)
	}
	for name, sheet := range sheets {
		dry, err := rig.app.TryRoster(t.Context(), rig.scopeA(), rig.school[schoolAPath], sheet)
		require.NoError(t, err)
		up := rig.upload(sheet, name)
		require.Equal(t, dry.RosterCounts, up.RosterCounts, name)
		require.Equal(t, dry.Unfit, up.State == RosterUnfit, name)
		require.Equal(t, len(dry.Findings), len(up.Findings), name)
		for i := range dry.Findings {
			require.Equal(t, dry.Findings[i], up.Findings[i], name)
		}
		told := rig.rosterRows(up)
		rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
			list := slices.Collect(maps.Values(told))
			err := t2.NameCorrections(up.ID, rig.reader.Template(), list)
			for _, row := range list {
				told[row.RowNo] = row
			}
			return err
		})
		maps.DeleteFunc(told, func(_ int, row RosterRow) bool { return len(row.Findings) == 0 })
		require.Len(t, dry.Rows, len(told), name)
		for i, row := range dry.Rows {
			require.Equal(t, told[row.RowNo], row, name)
			require.True(t, i == 0 || row.RowNo > dry.Rows[i-1].RowNo, "in the order of the sheet")
		}
	}
}
