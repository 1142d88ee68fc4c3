package student_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// told returns the codes that refuse a row of a roster.
func told(r *storetest.County, id uuid.UUID, row int) (codes []refusal.Code) {
	r.T().Helper()
	r.MustIn(r.App, storetest.SchoolA, func(t *change.Tx) error {
		rows, err := registration.ReadRosterRows(t.Tx, id, registration.RowFilter{}, 0, 100)
		for _, one := range rows {
			for _, f := range one.Findings {
				if one.RowNo == row && f.Severity == roster.Reject {
					codes = append(codes, f.Code)
				}
			}
		}
		return err
	})
	return codes
}

// Two rows have one number under two kinds of document. The check names both, and the
// right row is filed and registered.
func TestOneOfTwoRosterRowsWithOneNumberIsRefused(t *testing.T) {
	rig := storetest.New(t)
	checked := rig.Upload(storetest.SchoolA, rig.Sheet("one-number-two-types.xlsx"), "a")
	require.Equal(t, 1, checked.Good)
	require.Equal(t, []refusal.Code{refusal.SheetSameNumber}, told(rig, checked.ID, 3))
	require.Equal(t, []refusal.Code{refusal.SheetIDTypeCitizen, refusal.SheetSameNumber}, told(rig, checked.ID, 4))
	change, err := rig.FileRoster(checked)
	require.NoError(t, err)
	rig.ApproveAll(change.ID)
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student`))
	// The number of the record under another kind is the record's.
	innocent := rig.Read("one-number-two-types.xlsx")[2]
	innocent[roster.IDType], innocent[roster.Name] = "Z", "刘子月"
	again := rig.Upload(storetest.SchoolA, rig.Written(innocent), "b")
	require.Zero(t, again.Good)
	require.Equal(t, 1, again.Rejected, "the number of an identity card under another type")
}

// Two countries gave one passport number to two persons. Both have a record, and each is
// found by name and number. A Hong Kong document in another spelling is recognised.
func TestIdentityKeyIsTheSameInEveryTable(t *testing.T) {
	rig := storetest.New(t)
	pupils := rig.Read("passports.xlsx")
	rig.EnrolPupils(storetest.SchoolA, pupils[0], pupils[1], pupils[2])
	require.Equal(t, 3, rig.Count(`SELECT count(*) FROM student`))
	require.Len(t, rig.Search(storetest.SchoolA, student.Search{IDNumber: "ex-0000 025"}), 2)
	require.Len(t, rig.Search(storetest.SchoolA, student.Search{IDNumber: "a000025（7）"}), 1)
	again := rig.Upload(storetest.SchoolA, rig.Written(pupils[3]), "again")
	require.Zero(t, again.Good, "the same document in another spelling")
	for spelling, name := range map[string]string{"EX0000025": "KIM MINHO EXAMPLE", "ＥＸ００００－０２５": "ａｎｎａ example", "A000025(7)": "谭昕欧"} {
		f, err := rig.Find(storetest.SchoolB, change.PupilReference{Name: name, IDNumber: spelling})
		require.NoError(t, err)
		require.NotNil(t, f, spelling)
	}
	f, err := rig.Find(storetest.SchoolB, change.PupilReference{Name: "谭昕欧", IDNumber: "EX0000025"})
	require.NoError(t, err)
	require.Nil(t, f)
}

// A name is found in every spelling.
func TestNameIsFoundInEverySpelling(t *testing.T) {
	rig := storetest.New(t)
	dots, radicals := rig.Read("name-dots.xlsx"), rig.Read("kangxi-radicals.xlsx")
	passports := rig.Read("passports.xlsx")
	rig.EnrolPupils(storetest.SchoolA, dots[0], radicals[0], passports[0])
	for stored, typed := range map[string][]string{
		"阿依古·案例江":           {"阿依古•案例江", "阿依古。案例江", "阿依古 ㆍ 案例江", "阿依古．案例江", "阿依古··案例江"},
		"方示高":               {"⽅⽰⾼", "方　示高", "⽅示高\u200b"},
		"KIM MINHO EXAMPLE": {"kim minho example", "ＫＩＭ ｍｉｎｈｏ　ＥＸＡＭＰＬＥ", "KIM  MINHO EXAMPLE"},
	} {
		number := ""
		for _, line := range rig.Search(storetest.SchoolA, student.Search{Name: stored}) {
			rig.MustIn(rig.App, storetest.SchoolA, func(t *change.Tx) (err error) {
				number, err = student.RevealSecret(t.Tx, line.ID, student.SecretStudentNumber, student.RevealVerify)
				return err
			})
		}
		require.NotEmpty(t, number, stored)
		for _, name := range append(typed, stored) {
			for _, match := range []student.NameMatch{student.NameIs, student.NameBegins, student.NameContains} {
				list := rig.Search(storetest.SchoolA, student.Search{Name: name, NameMatch: match})
				require.Len(t, list, 1, "%s %q", match, name)
				require.Equal(t, stored, list[0].Name)
			}
			f, err := rig.Find(storetest.SchoolB, change.PupilReference{Name: name, Number: " " + number[:7] + "\u200b" + number[7:]})
			require.NoError(t, err)
			require.NotNil(t, f, "%q", name)
			require.Equal(t, stored, f.Name)
		}
	}
	require.Len(t, rig.Search(storetest.SchoolA, student.Search{Name: "古•案", NameMatch: student.NameContains}), 1)
	require.Len(t, rig.Search(storetest.SchoolA, student.Search{Name: "阿依古。", NameMatch: student.NameBegins}), 1)
	require.Empty(t, rig.Search(storetest.SchoolA, student.Search{Name: "方高示"}))
}

// A record is 已查重 only after the search for doubles.
func TestANewRecordWaitsForTheSearchForDoubles(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	require.Equal(t, 12, rig.Count(`SELECT count(*) FROM student WHERE dedupe_state = 'PENDING'`))
	require.Equal(t, 12, rig.Dedupe())
	require.Equal(t, 12, rig.Count(`SELECT count(*) FROM student WHERE dedupe_state = 'DONE_PASS'`))
}

// An edit of the country of a passport gives the document a new key, unless another
// record has that key.
func TestNationalityIsPartOfTheIdentityKey(t *testing.T) {
	rig := storetest.New(t)
	pupils := rig.Read("passports.xlsx")
	rig.EnrolPupils(storetest.SchoolA, pupils[0], pupils[1])
	id := rig.Search(storetest.SchoolA, student.Search{Name: "ANNA EXAMPLE"})[0].ID
	_, err := rig.Edit(storetest.SchoolA, id, 1, map[roster.Field]string{roster.Nationality: "KOR"})
	require.ErrorIs(t, err, refusal.New(refusal.IdentityTaken))
	_, err = rig.Edit(storetest.SchoolA, id, 1, map[roster.Field]string{roster.Nationality: "AUT"})
	require.NoError(t, err)
	pupils[1][roster.Nationality] = "DEU"
	pupils[1][roster.Name] = "HANNA EXAMPLE"
	require.Equal(t, 1, rig.Upload(storetest.SchoolA, rig.Written(pupils[1]), "freed").Good)
	pupils[1][roster.Nationality] = "AUT"
	require.Zero(t, rig.Upload(storetest.SchoolA, rig.Written(pupils[1]), "taken").Good)
}
