package registration_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// movesAway moves every pupil of school A to school B (批量转学).
func movesAway(r *storetest.County) {
	r.T().Helper()
	var lines []change.ListedPupil
	for _, text := range r.Texts(`SELECT id::text || entry_year FROM student WHERE school_id = $1`, r.ID(storetest.SchoolA)) {
		year, err := strconv.Atoi(text[36:])
		require.NoError(r.T(), err)
		lines = append(lines, change.ListedPupil{StudentID: uuid.MustParse(text[:36]), ClassID: r.NewClass(storetest.SchoolB, year, 50).ID})
	}
	f := change.Filing{Kind: process.BatchTransfer, Lines: lines, Inputs: map[string]string{"from_school": "2152000123", "to_school": "2152000456", "reason": "撤并"},
		Office: r.Office(storetest.Bureau), Key: uuid.NewString(), BodyHash: []byte("list")}
	c, err := r.TryFile(f)
	require.NoError(r.T(), err)
	r.ApproveAll(c.ID)
}

// A corrected sheet is uploaded again. Pupils in the register are told apart from wrong
// rows, and nobody is registered twice, with or without a number.
func TestPupilsOfTheSchoolAreRecognised(t *testing.T) {
	rig := storetest.New(t)
	all := rig.Read("roster-no-au.xlsx")
	plain, bare := all[0], storetest.Unnumbered()(all[1])
	lost, late := all[2], storetest.Unnumbered()(all[3])
	rig.Enrol(storetest.SchoolA, rig.Written(plain, bare, lost, late), "first")
	require.Equal(t, 4, rig.Count(`SELECT count(*) FROM student`))
	rig.Leaves(uuid.MustParse(rig.Text(`SELECT id::text FROM student WHERE name = $1`, lost[roster.Name])))

	again := rig.Written(
		plain, // 3: as it is
		storetest.With("phone", "16316048782")(plain), // 4: the same document twice in the file
		bare, // 5: without a number, as it is
		lost, // 6: not in the register any more
		storetest.With("class_code", "2026105")(all[3]), // 7: has a number by now
		storetest.With("member1_name", "赵某某", "member1_id_type", "A", "member1_id_number", "E12345678",
			"member2_name", "钱某某", "member2_id_type", "", "member2_id_number", "", "talent", "围棋")(bare), // 8: another child of the same name and day
		all[4],                               // 9: new
		storetest.With("phone", "1")(all[6]), // 10: wrong
	)
	up := rig.Upload(storetest.SchoolA, again, "second")
	rows := rig.Rows(up)
	require.Equal(t, registration.RowRejected, rows[3].Verdict, "one number in two rows")
	require.Equal(t, registration.RowPresent, rows[5].Verdict)
	require.Empty(t, rows[5].Findings)
	require.NotNil(t, rows[5].StudentID)
	require.Equal(t, registration.RowRejected, rows[6].Verdict)
	require.Equal(t, refusal.IdentityOwnLeft, rows[6].Findings[0].Code)
	require.Equal(t, registration.RowDiffers, rows[7].Verdict)
	require.Equal(t, refusal.RosterDiffersUnnumbered, rows[7].Findings[0].Code)
	require.Equal(t, "身份证件类型、身份证件号", rows[7].Findings[0].Params["items"])
	require.Equal(t, registration.RowRemarked, rows[8].Verdict, rows[8].Findings)
	require.Equal(t, refusal.RosterNamesake, rows[8].Findings[0].Code)
	require.Equal(t, registration.RowAccepted, rows[9].Verdict)
	require.Equal(t, registration.RowRejected, rows[10].Verdict)
	require.Equal(t, registration.RosterCounts{Read: 8, Good: 2, Remarked: 1, Rejected: 4, Present: 1, Differing: 1}, up.RosterCounts)

	change, err := rig.FileRoster(up)
	require.NoError(t, err)
	rig.ApproveAll(change.ID)
	require.Equal(t, 6, rig.Count(`SELECT count(*) FROM student`))
}

func TestARowThatDiffersNamesTheItems(t *testing.T) {
	rig := storetest.New(t)
	p := rig.Read("roster-no-au.xlsx")[0]
	rig.Enrol(storetest.SchoolA, rig.Written(p), "first")
	up := rig.Upload(storetest.SchoolA, rig.Written(storetest.With("phone", "16316048782", "talent", "围棋", "name", "王改名", "blood_type", "")(p)), "second")
	require.NotEmpty(t, p["blood_type"])
	row := rig.Rows(up)[3]
	require.Equal(t, registration.RowDiffers, row.Verdict)
	require.Equal(t, refusal.RosterDiffers, row.Findings[0].Code)
	require.Equal(t, roster.Remark, row.Findings[0].Severity)
	require.Equal(t, "姓名、联系电话、特长", row.Findings[0].Params["items"], "an empty cell says nothing")
	_, err := rig.FileRoster(up)
	require.ErrorIs(t, err, refusal.New(refusal.RosterNothingNew))
}

// A number that was typed wrongly at first does not make a second pupil. Two pupils of
// one name stay two.
func TestAnotherNumberIsAnotherPupilUnlessTheFamilyIsTheSame(t *testing.T) {
	rig := storetest.New(t)
	all := rig.Read("roster-no-au.xlsx")
	p, other := all[0], all[1]
	rig.Enrol(storetest.SchoolA, rig.Written(p), "first")
	// The same day and sex in another county, so that only the sequence differs.
	number := siblingNumber(rig, p[roster.IDNumber])
	up := rig.Upload(storetest.SchoolA, rig.Written(storetest.With("id_number", number)(p), storetest.With("id_number", number,
		"member1_name", other["member1_name"], "member1_id_number", other["member1_id_number"],
		"member2_name", other["member2_name"], "member2_id_number", other["member2_id_number"], "talent", "围棋")(p)), "second")
	rows := rig.Rows(up)
	require.Equal(t, registration.RowRejected, rows[3].Verdict) // one number in two rows of the file
	up = rig.Upload(storetest.SchoolA, rig.Written(storetest.With("id_number", number)(p)), "third")
	require.Equal(t, registration.RowDiffers, rig.Rows(up)[3].Verdict)
	require.Equal(t, "身份证件号", rig.Rows(up)[3].Findings[0].Params["items"])
	up = rig.Upload(storetest.SchoolA, rig.Written(storetest.With("id_number", number,
		"member1_name", other["member1_name"], "member1_id_number", other["member1_id_number"],
		"member2_name", other["member2_name"], "member2_id_number", other["member2_id_number"])(p)), "fourth")
	require.Equal(t, registration.RowRemarked, rig.Rows(up)[3].Verdict)
}

// siblingNumber gives a number of the same day and sex with the right check character.
func siblingNumber(r *storetest.County, number string) string {
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
	rig := storetest.New(t)
	all := rig.Read("roster-no-au.xlsx")
	a, b := storetest.Unnumbered()(all[0]), storetest.Unnumbered()(all[1])
	first := rig.Upload(storetest.SchoolA, rig.Written(a, b), "first")
	second := rig.Upload(storetest.SchoolA, rig.Written(storetest.With("phone", "16316048782", "class_code", "2026106")(a), storetest.Unnumbered()(all[2])), "second")
	require.Equal(t, []int{2, 2}, []int{first.Good, second.Good})
	var last []*change.Slip
	for _, r := range []*registration.Roster{first, second} {
		one, err := rig.FileRoster(r)
		require.NoError(t, err)
		last = append(last, rig.HandInLast(one.ID))
	}
	done := make(chan error, 2)
	for _, slip := range last {
		go func() {
			done <- rig.In(rig.Worker, "", func(tx *change.Tx) error {
				_, err := tx.CommitSlip(slip.ChangeID, slip.ID)
				return err
			})
		}()
	}
	require.NoError(t, <-done)
	require.NoError(t, <-done)
	require.Equal(t, 3, rig.Count(`SELECT count(*) FROM student`))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student WHERE name = $1`, a[roster.Name]))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM roster_row WHERE verdict = 'LEFT_OUT' AND row_no = 3 AND findings::text LIKE '%pupil_present%'`))
}

// Rows of another school's pupils are refused, and the refusal reveals nothing else.
func TestPupilsOfAnotherSchoolAreRefused(t *testing.T) {
	rig := storetest.New(t)
	all := rig.Read("roster-no-au.xlsx")
	rig.Enrol(storetest.SchoolA, rig.Written(all[0], storetest.Unnumbered()(all[1])), "first")
	movesAway(rig)
	require.Equal(t, 2, rig.Count(`SELECT count(*) FROM student WHERE school_id = $1`, rig.ID(storetest.SchoolB)))
	up := rig.Upload(storetest.SchoolA, rig.Written(all[0], storetest.Unnumbered()(all[1])), "second")
	rows := rig.Rows(up)
	require.Equal(t, registration.RowRejected, rows[3].Verdict)
	require.Equal(t, refusal.IdentityRegistered, rows[3].Findings[0].Code)
	require.Nil(t, rows[3].StudentID)
	require.Equal(t, registration.RowAccepted, rows[4].Verdict, "without a number nobody knows; another school's pupils are not told")
}

// The upload gives the same verdicts, findings and counts as the dry run.
func TestDryRunAgreesWithTheUpload(t *testing.T) {
	rig := storetest.New(t)
	all := rig.Read("roster-no-au.xlsx")
	rig.Enrol(storetest.SchoolA, rig.Written(all[0], storetest.Unnumbered()(all[1])), "first")
	rig.MustIn(rig.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := office.Classes(tx.Tx, rig.ID(storetest.SchoolA))
		for _, class := range list {
			rig.Resize(class.ID, 5)
		}
		return err
	})
	rig.Resize(rig.Class(storetest.SchoolA, all[0][roster.ClassCode]).ID, 2)
	sheets := map[string]registration.RosterSheet{
		"present": rig.Written(all[0], storetest.Unnumbered()(all[1]), all[2], storetest.With("talent", "围棋")(all[2]), storetest.With("phone", "1")(all[3]), all[4], all[5]),
	}
	for _, name := range []string{"roster-messy.xlsx", "roster-clean.xlsx", "roster-no-au.xlsx", "roster-columns-swapped.xlsx", "roster-empty.xlsx",
		"cases/hidden-rows.xlsx", "cases/telephones.xlsx", "cases/mojibake.xlsx", "cases/month-decimal.xlsx"} {
		sheets[name] = rig.Sheet(name)
	}
	for name, sheet := range sheets {
		dry, err := registration.TryRoster(t.Context(), rig.App.Store, rig.Scope(storetest.SchoolA), rig.ID(storetest.SchoolA), sheet)
		require.NoError(t, err)
		up := rig.Upload(storetest.SchoolA, sheet, name)
		require.Equal(t, dry.RosterCounts, up.RosterCounts, name)
		require.Equal(t, dry.Unfit, up.State == registration.RosterUnfit, name)
		require.Equal(t, len(dry.Findings), len(up.Findings), name)
		for i := range dry.Findings {
			require.Equal(t, dry.Findings[i], up.Findings[i], name)
		}
		told := rig.Rows(up)
		rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
			list := slices.Collect(maps.Values(told))
			err := registration.ShowCorrections(t2.Tx, up.ID, rig.Reader.Template(), list)
			for _, row := range list {
				told[row.RowNo] = row
			}
			return err
		})
		maps.DeleteFunc(told, func(_ int, row registration.RosterRow) bool { return len(row.Findings) == 0 })
		require.Len(t, dry.Rows, len(told), name)
		for i, row := range dry.Rows {
			require.Equal(t, told[row.RowNo], row, name)
			require.True(t, i == 0 || row.RowNo > dry.Rows[i-1].RowNo, "in the order of the sheet")
		}
	}
}
