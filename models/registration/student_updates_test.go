package registration_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/workbook"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// updates writes a sheet of updates with some columns of the template.
func updates(r *storetest.County, fields []roster.Field, pupils ...roster.Pupil) registration.RosterSheet {
	r.T().Helper()
	sheet := roster.Template{Sheet: "学生"}
	for _, f := range fields {
		sheet.Columns = append(sheet.Columns, *r.Reader.Template().Column(f))
	}
	var b bytes.Buffer
	require.NoError(r.T(), sheet.Write(&b, "", slices.Values(pupils)))
	return updatesOf(r, b.Bytes())
}

func updatesOf(r *storetest.County, text []byte) registration.RosterSheet {
	sheet := r.SheetOf(text)
	sheet.Reader = r.Reader.ForUpdates()
	return sheet
}

func update(r *storetest.County, path string, sheet registration.RosterSheet, dry bool) *registration.UpdateOutcome {
	r.T().Helper()
	scope := r.Scope(storetest.SchoolA)
	scope.Paths = []string{path}
	out, err := registration.UpdateStudents(r.T().Context(), r.App.Store, scope, sheet, dry)
	require.NoError(r.T(), err)
	return out
}

// named returns the two items that identify a record, and others.
func named(p roster.Pupil, others ...string) roster.Pupil {
	row := roster.Pupil{roster.Name: p[roster.Name], roster.IDNumber: p[roster.IDNumber]}
	for i := 0; i+1 < len(others); i += 2 {
		row[roster.Field(others[i])] = others[i+1]
	}
	return row
}

func TestASheetUpdatesRecordsOnce(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	ids := rig.Records()
	var rows []roster.Pupil
	for i, id := range ids {
		row := named(rig.ItemsOf(id), "phone", "16316048782", "ethnicity", "苗族", "member1_phone", "16316048783")
		if i == 0 {
			row = named(rig.ItemsOf(id)) // nothing filled in: the record stays as it is
		}
		rows = append(rows, row)
	}
	fields := []roster.Field{"member1_phone", roster.Name, "phone", roster.IDNumber, "ethnicity"}
	dry := update(rig, storetest.Bureau, updates(rig, fields, rows...), true)
	require.Equal(t, []int{len(ids) - 1, 1, 0}, []int{dry.Updated, dry.Unchanged, dry.Refused})
	require.Zero(t, rig.Count(`SELECT count(*) FROM student_history WHERE kind = 'EDIT'`), "a dry run writes nothing")

	untouched := rig.ItemsOf(ids[0])
	done := update(rig, storetest.SchoolA, updates(rig, fields, rows...), false)
	require.Equal(t, dry, done)
	for _, id := range ids[1:] {
		now := rig.ItemsOf(id)
		require.Equal(t, []string{"16316048782", "06", "16316048783"}, []string{now["phone"], now["ethnicity"], now["member1_phone"]})
	}
	require.Equal(t, untouched, rig.ItemsOf(ids[0]))
	require.Equal(t, len(ids)-1, rig.Count(`SELECT count(*) FROM student_history WHERE kind = 'EDIT' AND change_id IS NULL`))
	require.Equal(t, len(ids)-1, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.edit'`))
	require.Equal(t, len(ids)-1, rig.Count(`SELECT count(*) FROM student WHERE version = 2`))

	again := update(rig, storetest.SchoolA, updates(rig, fields, rows...), false)
	require.Equal(t, []int{0, len(ids), 0}, []int{again.Updated, again.Unchanged, again.Refused})
	require.Equal(t, len(ids)-1, rig.Count(`SELECT count(*) FROM student WHERE version = 2`), "the same file twice changes nothing")
}

// The whole template, as it was filled in for the registration, works as a sheet of
// updates.
func TestUpdatingWithTheRegistrationSheetChangesNothing(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	sheet := rig.Sheet("roster-no-au.xlsx")
	sheet.Reader = rig.Reader.ForUpdates()
	out := update(rig, storetest.SchoolA, sheet, false)
	require.Equal(t, []int{0, 12, 0}, []int{out.Updated, out.Unchanged, out.Refused}, "%v", out.Rows)
}

func TestRefusedRowRefusesTheWholeSheet(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	ids := rig.Records()
	pupil := make([]roster.Pupil, len(ids))
	for i, id := range ids {
		pupil[i] = rig.ItemsOf(id)
	}
	rig.Leaves(ids[5])
	misnamed := named(pupil[1], "phone", "16316048782")
	misnamed[roster.Name] = "错名字"
	stranger := named(pupil[1])
	stranger[roster.IDNumber] = "520102201903079998"
	wrongSex := map[string]string{"1": "女", "2": "男"}[pupil[2][roster.Sex]]
	fields := []roster.Field{roster.Name, roster.IDNumber, roster.Sex, roster.ClassCode, "phone", "member1_relation"}
	sheet := updates(rig, fields,
		named(pupil[0], "phone", "16316048782"), // row 3: good
		misnamed,                                // 4
		stranger,                                // 5
		named(pupil[2], "sex", wrongSex),        // 6
		named(pupil[3], "phone", "1", "member1_relation", "97"),               // 7
		named(pupil[4], "phone", "16316048782"),                               // 8
		named(pupil[4], "phone", "16316048783"),                               // 9
		named(pupil[5], "phone", "16316048783"),                               // 10
		roster.Pupil{roster.Name: "王小明", "phone": "16316048783"},              // 11
		named(pupil[6], "class_code", "2026199"),                              // 12
		named(pupil[7], "sex", pupil[7][roster.Sex], "class_code", "2026105"), // 13: as in the register
	)
	for _, dry := range []bool{true, false} {
		out := update(rig, storetest.SchoolA, sheet, dry)
		require.Equal(t, []int{1, 1, 9}, []int{out.Updated, out.Unchanged, out.Refused})
		told := map[int][]refusal.Code{}
		for _, row := range out.Rows {
			require.Equal(t, registration.RowRejected, row.Verdict)
			for _, f := range row.Findings {
				require.Equal(t, row.RowNo, f.Row)
				told[row.RowNo] = append(told[row.RowNo], f.Code)
			}
		}
		require.Equal(t, map[int][]refusal.Code{
			4: {refusal.UpdateNoRecord}, 5: {refusal.UpdateNoRecord}, 6: {refusal.SheetLabelForCode, refusal.KeyField}, 7: {refusal.SheetBadPhone, refusal.SheetRelationNote},
			8: {refusal.UpdateTwice}, 9: {refusal.UpdateTwice}, 10: {refusal.UpdateNotInRegister}, 11: {refusal.UpdateNoNumber}, 12: {refusal.FixedField},
		}, told)
		require.Zero(t, rig.Count(`SELECT count(*) FROM student WHERE version > 1 AND in_register`), "nothing is written")
		requireSentence(t, out, 4, "第4行，在本校学籍中没有找到对应的学生，请检查“姓名”和“身份证号”是否有误。", "Row 4: there is no record in your register")
		requireSentence(t, out, 6, "第6行“性别”（C列）是关键数据", "KEY_DATA_CHANGE")
		requireSentence(t, out, 8, "第8行与第9行是同一名学生", "row 9 too")
	}
	require.Empty(t, pupilsOf(rig, storetest.SchoolB))
	foreign := update(rig, storetest.SchoolB, updates(rig, fields, named(pupil[0], "phone", "16316048782")), false)
	require.Equal(t, refusal.UpdateNoRecord, foreign.Rows[0].Findings[0].Code, "another school's pupil is none")
}

func pupilsOf(r *storetest.County, path string) []student.FoundRecord {
	return r.Search(path, student.Search{School: r.ID(path)})
}

func requireSentence(t *testing.T, out *registration.UpdateOutcome, row int, zh, en string) {
	t.Helper()
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	i := slices.IndexFunc(out.Rows, func(r registration.RosterRow) bool { return r.RowNo == row })
	f := out.Rows[i].Findings[len(out.Rows[i].Findings)-1]
	require.True(t, strings.HasPrefix(f.Sentence(catalogue, refusal.Chinese), zh), f.Sentence(catalogue, refusal.Chinese))
	require.Contains(t, f.Sentence(catalogue, refusal.English), en)
}

func TestBlankRowsRefuseTheWholeSheet(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	p := rig.ItemsOf(rig.Records()[0])
	f := excelize.NewFile()
	for cell, value := range map[string]string{"A1": "姓名", "B1": "身份证件号", "C1": "联系电话",
		"A4": p[roster.Name], "B4": p[roster.IDNumber], "C4": "16316048782"} {
		require.NoError(t, f.SetCellStr("Sheet1", cell, value))
	}
	b, err := f.WriteToBuffer()
	require.NoError(t, err)
	out := update(rig, storetest.SchoolA, updatesOf(rig, b.Bytes()), false)
	require.Equal(t, 1, out.Refused)
	requireSentence(t, out, 2, "第2行起至第3行是空行（共2行）", "Row 2: blank up to row 3")
	require.Equal(t, 1, out.Updated)
	require.Zero(t, rig.Count(`SELECT count(*) FROM student WHERE version > 1`))
}

// Two sheets with the same pupils in opposite order wait for each other in one direction
// only, so there is no deadlock.
func TestConcurrentSheetsDoNotDeadlock(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	fields := []roster.Field{roster.Name, roster.IDNumber, "phone"}
	var up, down []roster.Pupil
	for _, id := range rig.Records() {
		up = append(up, named(rig.ItemsOf(id), "phone", "16316048781"))
		down = append(down, named(rig.ItemsOf(id), "phone", "16316048782"))
	}
	slices.Reverse(down)
	sheets := []registration.RosterSheet{updates(rig, fields, up...), updates(rig, fields, down...)}
	const rounds = 8
	errs := make([]error, 2*rounds)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			_, errs[i] = registration.UpdateStudents(t.Context(), rig.App.Store, rig.Scope(storetest.SchoolA), sheets[i%2], false)
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 1, rig.Count(`SELECT count(DISTINCT details->>'phone') FROM student WHERE id_hash IS NOT NULL`), "the last sheet is there as a whole")
}

func TestSheetWithTooManyRowsIsRefused(t *testing.T) {
	rig := storetest.New(t)
	sheet := updates(rig, []roster.Field{roster.Name, roster.IDNumber}, named(roster.Pupil{roster.Name: "甲乙", roster.IDNumber: uuid.NewString()[:18]}),
		named(roster.Pupil{roster.Name: "甲丙", roster.IDNumber: uuid.NewString()[:18]}))
	sheet.Reader = sheet.Reader.WithLimits(workbook.DefaultLimits(), 1)
	_, err := registration.UpdateStudents(t.Context(), rig.App.Store, rig.Scope(storetest.SchoolA), sheet, false)
	require.ErrorIs(t, err, refusal.New(refusal.SheetTooManyRows))
}

// BenchmarkUpdateStudents reads and writes the largest sheet there may be: two
// items of every pupil, one of them in the family.
func BenchmarkUpdateStudents(b *testing.B) {
	rig := storetest.New(b)
	pupils := make([]roster.Pupil, 0, registration.MaxUpdateRows)
	for range registration.MaxUpdateRows {
		pupils = append(pupils, rig.Items(storetest.SchoolA, 2024))
	}
	rig.EnrolPupils(storetest.SchoolA, pupils...)
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		rows := make([]roster.Pupil, registration.MaxUpdateRows)
		for i := range rows {
			phone := fmt.Sprintf("163%08d", n)
			rows[i] = named(pupils[i], "phone", phone, "member1_phone", phone)
		}
		sheet := updates(rig, []roster.Field{roster.Name, roster.IDNumber, "phone", "member1_phone"}, rows...)
		b.StartTimer()
		require.Equal(b, registration.MaxUpdateRows, update(rig, storetest.SchoolA, sheet, false).Updated)
	}
	b.ReportMetric(float64(registration.MaxUpdateRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
