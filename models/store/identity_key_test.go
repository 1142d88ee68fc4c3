package store

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// read returns the good pupils of a file of the collection.
func (r *recordsRig) read(file string) []roster.Pupil {
	r.t.Helper()
	sheet := r.sheet(file)
	read, err := r.reader.ReadAll(r.t.Context(), sheet.File, sheet.Size, &roster.Submission{
		SchoolCode: "2152000123", Divisions: r.table, Today: r.app.Clock().Today(), Classes: r.rosterClasses()})
	require.NoError(r.t, err)
	var pupils []roster.Pupil
	for _, row := range read.Rows {
		pupils = append(pupils, row.Pupil)
	}
	return pupils
}

// written returns a roster of these pupils.
func (r *recordsRig) written(pupils ...roster.Pupil) RosterSheet {
	r.t.Helper()
	var b bytes.Buffer
	require.NoError(r.t, r.reader.Template().Write(&b, "", slices.Values(pupils)))
	return r.sheetOf(b.Bytes())
}

// register brings pupils into the register by a roster of their own.
func (r *recordsRig) register(name string, pupils ...roster.Pupil) *Roster {
	r.t.Helper()
	checked := r.upload(r.written(pupils...), name)
	require.Equal(r.t, len(pupils), checked.Good)
	change, err := r.file(checked.ID)
	require.NoError(r.t, err)
	r.enrol(checked.ID, change)
	return checked
}

// told returns the codes that refuse a row of a roster.
func (r *recordsRig) told(id uuid.UUID, row int) (codes []refusal.Code) {
	r.t.Helper()
	r.mustIn(r.app, schoolAPath, func(t *Tx) error {
		rows, err := t.RosterRows(id, "", 0, 100)
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
	rig := newRecordsRig(t)
	checked := rig.upload(rig.sheet("one-number-two-types.xlsx"), "a")
	require.Equal(t, 1, checked.Good)
	require.Equal(t, []refusal.Code{refusal.SheetSameNumber}, rig.told(checked.ID, 3))
	require.Equal(t, []refusal.Code{refusal.SheetIDTypeCitizen, refusal.SheetSameNumber}, rig.told(checked.ID, 4))
	change, err := rig.file(checked.ID)
	require.NoError(t, err)
	rig.enrol(checked.ID, change)
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM student`))
	// The number of the record under another kind is the record's.
	innocent := rig.read("one-number-two-types.xlsx")[2]
	innocent[roster.IDType], innocent[roster.Name] = "Z", "刘子月"
	again := rig.upload(rig.written(innocent), "b")
	require.Zero(t, again.Good)
	require.Equal(t, 1, again.Rejected, "the number of an identity card under another type")
}

// Two countries gave one passport number to two persons. Both have a record, and each is
// found by name and number. A Hong Kong document in another spelling is recognised.
func TestIdentityKeyIsTheSameInEveryTable(t *testing.T) {
	rig := newRecordsRig(t)
	pupils := rig.read("passports.xlsx")
	rig.register("passports", pupils[0], pupils[1], pupils[2])
	require.Equal(t, 3, rig.count(`SELECT count(*) FROM student`))
	require.Len(t, rig.search(schoolAPath, StudentSearch{IDNumber: "ex-0000 025"}), 2)
	require.Len(t, rig.search(schoolAPath, StudentSearch{IDNumber: "a000025（7）"}), 1)
	again := rig.upload(rig.written(pupils[3]), "again")
	require.Zero(t, again.Good, "the same document in another spelling")
	for spelling, name := range map[string]string{"EX0000025": "KIM MINHO EXAMPLE", "ＥＸ００００－０２５": "ａｎｎａ example", "A000025(7)": "谭昕欧"} {
		f, err := rig.find(schoolBPath, Claim{Name: name, IDNumber: spelling})
		require.NoError(t, err)
		require.NotNil(t, f, spelling)
	}
	f, err := rig.find(schoolBPath, Claim{Name: "谭昕欧", IDNumber: "EX0000025"})
	require.NoError(t, err)
	require.Nil(t, f)
}

// A name is found in every spelling.
func TestNameIsFoundInEverySpelling(t *testing.T) {
	rig := newRecordsRig(t)
	dots, radicals := rig.read("name-dots.xlsx"), rig.read("kangxi-radicals.xlsx")
	passports := rig.read("passports.xlsx")
	rig.register("names", dots[0], radicals[0], passports[0])
	for stored, typed := range map[string][]string{
		"阿依古·案例江":           {"阿依古•案例江", "阿依古。案例江", "阿依古 ㆍ 案例江", "阿依古．案例江", "阿依古··案例江"},
		"方示高":               {"⽅⽰⾼", "方　示高", "⽅示高\u200b"},
		"KIM MINHO EXAMPLE": {"kim minho example", "ＫＩＭ ｍｉｎｈｏ　ＥＸＡＭＰＬＥ", "KIM  MINHO EXAMPLE"},
	} {
		number := ""
		for _, line := range rig.search(schoolAPath, StudentSearch{Name: stored}) {
			rig.mustIn(rig.app, schoolAPath, func(t *Tx) (err error) {
				number, err = t.RevealSecret(line.ID, SecretStudentNumber, RevealVerify)
				return err
			})
		}
		require.NotEmpty(t, number, stored)
		for _, name := range append(typed, stored) {
			for _, match := range []NameMatch{NameIs, NameBegins, NameContains} {
				list := rig.search(schoolAPath, StudentSearch{Name: name, NameMatch: match})
				require.Len(t, list, 1, "%s %q", match, name)
				require.Equal(t, stored, list[0].Name)
			}
			f, err := rig.find(schoolBPath, Claim{Name: name, Number: " " + number[:7] + "\u200b" + number[7:]})
			require.NoError(t, err)
			require.NotNil(t, f, "%q", name)
			require.Equal(t, stored, f.Name)
		}
	}
	require.Len(t, rig.search(schoolAPath, StudentSearch{Name: "古•案", NameMatch: NameContains}), 1)
	require.Len(t, rig.search(schoolAPath, StudentSearch{Name: "阿依古。", NameMatch: NameBegins}), 1)
	require.Empty(t, rig.search(schoolAPath, StudentSearch{Name: "方高示"}))
}

// A record is 已查重 only after the search for doubles.
func TestANewRecordWaitsForTheSearchForDoubles(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	require.Equal(t, 12, rig.count(`SELECT count(*) FROM student WHERE dedupe_state = 'PENDING'`))
	require.Equal(t, 12, rig.dedupe())
	require.Equal(t, 12, rig.count(`SELECT count(*) FROM student WHERE dedupe_state = 'DONE_PASS'`))
}

// An edit of the country of a passport gives the document a new key, unless another
// record has that key.
func TestNationalityIsPartOfTheIdentityKey(t *testing.T) {
	rig := newRecordsRig(t)
	pupils := rig.read("passports.xlsx")
	rig.register("passports", pupils[0], pupils[1])
	id := rig.search(schoolAPath, StudentSearch{Name: "ANNA EXAMPLE"})[0].ID
	_, err := rig.edit(schoolAPath, id, 1, map[roster.Field]string{roster.Nationality: "KOR"})
	require.ErrorIs(t, err, refusal.New(refusal.IdentityTaken))
	_, err = rig.edit(schoolAPath, id, 1, map[roster.Field]string{roster.Nationality: "AUT"})
	require.NoError(t, err)
	pupils[1][roster.Nationality] = "DEU"
	pupils[1][roster.Name] = "HANNA EXAMPLE"
	require.Equal(t, 1, rig.upload(rig.written(pupils[1]), "freed").Good)
	pupils[1][roster.Nationality] = "AUT"
	require.Zero(t, rig.upload(rig.written(pupils[1]), "taken").Good)
}
