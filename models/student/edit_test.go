package student_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// refusedItems returns code and place of every refusal of an edit.
func refusedItems(t *testing.T, err error) map[string]refusal.Code {
	t.Helper()
	var told *refusal.Error
	require.ErrorAs(t, err, &told)
	list := map[string]refusal.Code{}
	for _, e := range told.All() {
		list[e.Field] = e.Code
	}
	return list
}

func TestAnEditTakesEffectAtOnceAndIsInTheHistory(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	id := rig.Records()[0]
	was := rig.ItemsOf(id)
	// A running change does not keep anybody from an edit.
	rig.File(process.Suspension, id, nil)
	out, err := rig.Edit(storetest.SchoolA, id, 1, map[roster.Field]string{
		"phone": "163-1604-8782", "ethnicity": "苗族", "member1_phone": "16316048782", "blood_type": "", "name": was[roster.Name]})
	require.NoError(t, err)
	require.Equal(t, int64(2), out.Version)
	require.Equal(t, []roster.Field{"ethnicity", "phone", "blood_type", "member1_phone"}, out.Changed)
	require.Equal(t, []refusal.Code{refusal.SheetLabelForCode, refusal.SheetPhonePunctuation}, []refusal.Code{out.Findings[0].Code, out.Findings[1].Code})

	want := roster.Pupil{}
	for f, v := range was {
		want[f] = v
	}
	want["phone"], want["ethnicity"], want["member1_phone"] = "16316048782", "06", "16316048782"
	delete(want, "blood_type")
	require.Equal(t, want, rig.ItemsOf(id))
	rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
		history, err := student.History(t2.Tx, id, uuid.Nil, false, 10)
		require.Len(t, history, 2)
		line := history[0]
		require.Equal(t, "EDIT", line.Kind)
		require.Nil(t, line.ChangeID)
		require.Equal(t, "家长来电", line.Reason)
		require.Equal(t, rig.App.Clock().Today(), line.EffectiveOn)
		require.Equal(t, t2.Scope().Account, *line.AccountID)
		require.JSONEq(t, `{"ethnicity": "06", "phone": "16316048782", "blood_type": "", "member1_phone": "16316048782"}`, string(line.After))
		require.JSONEq(t, `{"ethnicity": "`+was["ethnicity"]+`", "phone": "`+was["phone"]+`", "blood_type": "`+was["blood_type"]+`", "member1_phone": "`+was["member1_phone"]+`"}`, string(line.Before))
		return err
	})
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.edit' AND subject_id = $1
		AND detail = '{"fields": "ethnicity,phone,blood_type,member1_phone"}'`, id.String()))

	// What changes nothing writes nothing.
	out, err = rig.Edit(storetest.Bureau, id, 2, map[roster.Field]string{"phone": " 16316048782", "ethnicity": "06"})
	require.NoError(t, err)
	require.Empty(t, out.Changed)
	require.Equal(t, int64(2), out.Version)
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student_history WHERE kind = 'EDIT'`))
}

func TestAnEditNeverTouchesKeyData(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	id := rig.Records()[0]
	was := rig.ItemsOf(id)
	rig.Policy(storetest.Province, `{"key_fields": ["ethnicity"]}`)
	_, err := rig.Edit(storetest.SchoolA, id, 1, map[roster.Field]string{
		"name": "某某", "sex": "9", "birth_date": "20200101", "id_type": "A", "id_number": "E12345678", "ethnicity": "55",
		"school_code": "2152000456", "class_code": "2026199", "phone": "无", "postcode": "1",
	})
	require.Equal(t, map[string]refusal.Code{
		"/items/name": refusal.KeyField, "/items/sex": refusal.KeyField, "/items/birth_date": refusal.KeyField, "/items/id_type": refusal.KeyField,
		"/items/id_number": refusal.KeyField, "/items/ethnicity": refusal.KeyField, "/items/school_code": refusal.FixedField,
		"/items/class_code": refusal.FixedField, "/items/phone": refusal.SheetNoneWord, "/items/postcode": refusal.SheetBadPostcode,
	}, refusedItems(t, err))
	_, err = rig.Edit(storetest.SchoolA, id, 1, map[roster.Field]string{"student_number": "L520102201905010018", "shoe_size": "31"})
	require.Equal(t, map[string]refusal.Code{"/items/student_number": refusal.FixedField, "/items/shoe_size": refusal.UnknownField}, refusedItems(t, err))
	require.Equal(t, was, rig.ItemsOf(id))
	require.Zero(t, rig.Count(`SELECT count(*) FROM student WHERE version > 1`))
}

func TestEditSealsNumbers(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	id := rig.Records()[0]
	_, err := rig.Edit(storetest.SchoolA, id, 1, map[roster.Field]string{
		"aux_student_number": "52010220260001", "member2_id_type": "A", "member2_id_number": "e12345678"})
	require.NoError(t, err)
	for secret, want := range map[student.Secret]string{student.SecretAuxNumber: "52010220260001", student.SecretMember2ID: "E12345678"} {
		rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
			got, err := student.RevealSecret(t2.Tx, id, secret, student.RevealVerify)
			require.Equal(t, want, got)
			return err
		})
	}
	require.Zero(t, rig.Count(`SELECT count(*) FROM student s WHERE s::text || (SELECT string_agg(h::text, '') FROM student_history h WHERE h.student_id = s.id) ~ '20260001|E12345678'`))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student_history WHERE kind = 'EDIT' AND after->>'aux_student_number' = '520*********01'`))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM guardian WHERE seat = 2 AND id_hash = $1`, rig.App.Keys().Hash("identity", ident.IdentityKey("A", "", "E12345678"))))
	out, err := rig.Edit(storetest.SchoolA, id, 2, map[roster.Field]string{"aux_student_number": "520*********01", "member2_id_number": "E*******8"})
	require.NoError(t, err)
	require.Empty(t, out.Changed, "what the page shows, sent back, is no new number")
	_, err = rig.Edit(storetest.SchoolA, id, 2, map[roster.Field]string{"aux_student_number": "", "member2_id_number": "", "member2_id_type": ""})
	require.NoError(t, err)
	require.Zero(t, rig.Count(`SELECT count(*) FROM student WHERE details::text LIKE '%aux_student%'`))
	require.Zero(t, rig.Count(`SELECT count(*) FROM guardian WHERE student_id = $1 AND seat = 2 AND (id_hash IS NOT NULL OR id_masked <> '')`, id))
}

func TestEditAddsACompleteFamilyMember(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	id := rig.Records()[0]
	was := rig.ItemsOf(id)
	rig.Legacy(`DELETE FROM guardian WHERE student_id = $1 AND seat = 2`, id) // a record may come from a register that knew one
	_, err := rig.Edit(storetest.SchoolA, id, 1, map[roster.Field]string{"member2_phone": "16316048782"})
	require.Equal(t, refusal.SheetRequired, refusedItems(t, err)["/items/member2_name"])
	require.Zero(t, rig.Count(`SELECT count(*) FROM guardian WHERE student_id = $1 AND seat = 2`, id))
	items := map[roster.Field]string{}
	for _, item := range []string{"name", "relation", "address", "household_division", "phone", "is_guardian", "id_type", "id_number"} {
		f := roster.Field("member2_" + item)
		items[f] = was[f]
	}
	_, err = rig.Edit(storetest.SchoolA, id, 1, items)
	require.NoError(t, err)
	now := rig.ItemsOf(id)
	for f, value := range items {
		require.Equal(t, value, now[f])
	}
	_, err = rig.Edit(storetest.SchoolA, id, 2, map[roster.Field]string{"member2_name": ""})
	require.Equal(t, refusal.SheetRequired, refusedItems(t, err)["/items/member2_name"])
}

func TestOnlyRecordsInTheRegisterAndInScopeAreEdited(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	ids := rig.Records()
	items := map[roster.Field]string{"phone": "16316048782"}
	_, err := rig.Edit(storetest.SchoolB, ids[0], 1, items)
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	rig.Leaves(ids[0])
	_, err = rig.Edit(storetest.SchoolA, ids[0], 1, items)
	require.ErrorIs(t, err, refusal.New(refusal.NotInRegister))
	require.ErrorContains(t, err, "not_in_register")
	_, err = rig.Edit(storetest.SchoolA, ids[1], 7, items)
	require.ErrorIs(t, err, refusal.New(refusal.VersionConflict))
}

func TestSecondOfTwoConcurrentEditsIsAConflict(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	id := rig.Records()[0]
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, phone := range []string{"16316048782", "16316048783"} {
		both.Go(func() { _, errs[i] = rig.Edit(storetest.SchoolA, id, 1, map[roster.Field]string{"phone": phone}) })
	}
	both.Wait()
	if errs[0] != nil {
		errs[0], errs[1] = errs[1], errs[0]
	}
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], refusal.New(refusal.VersionConflict))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student_history WHERE kind = 'EDIT'`))
}

// editableColumns are the columns of a record the application role may write;
// whatever column comes later is not among them.
var editableColumns = map[string][]string{
	"student": {"entry_ym", "entry_mode", "study_mode", "ethnicity", "nationality", "household_type", "household_division", "birth_division",
		"left_behind", "migrant_child", "orphan", "boarding_subsidy", "disability", "details", "version", "updated_at"},
	"guardian": {"name", "relation", "relation_note", "address", "household_division", "phone", "is_guardian", "id_type", "id_cipher", "id_hash",
		"id_masked", "ethnicity", "employer", "job"},
	"student_history": nil,
	"punishment":      {"cancelled_on", "cancel_document_no", "cancelled_by", "cancelled_at", "cancel_key", "cancel_hash", "version"},
}

// The application role may write exactly the columns that an edit writes.
func TestTheEditorsColumnsAreTheFreeItems(t *testing.T) {
	for _, f := range student.OwnFields(roster.KeyItem) {
		require.Contains(t, editableColumns["student"], string(f))
	}
	for _, c := range editableColumns["student"] {
		free := slices.Contains(student.OwnFields(roster.KeyItem), roster.Field(c))
		require.True(t, free || slices.Contains([]string{"details", "version", "updated_at"}, c), c)
	}
}

func TestTheApplicationRoleWritesNoKeyDataEvenBySQL(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	for table, writable := range editableColumns {
		columns := rig.Texts(`SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`, table)
		require.NotEmpty(t, columns)
		for _, column := range columns {
			err := rig.In(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
				_, err := storetest.Exec(t2.Tx, `UPDATE `+table+` SET `+column+` = `+column)
				return err
			})
			if slices.Contains(writable, column) {
				require.NoError(t, err, "%s.%s", table, column)
			} else {
				require.Equal(t, "42501", storetest.SQLState(err), "%s.%s must not be written", table, column)
			}
		}
	}
}

func TestRowLevelSecurityRefusesEditsOutOfScope(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	ids := rig.Records()
	rig.Leaves(ids[1])
	rig.Legacy(`DELETE FROM guardian WHERE seat = 2`) // records may come from a register that knew one
	line := `INSERT INTO student_history (id, student_id, org_path, kind, effective_on, recorded_at, account_id, before, after)
		VALUES (gen_random_uuid(), ?, ?::ltree, ?, now(), now(), ?, '{}', '{}')`
	acting := rig.Scope(storetest.SchoolA).Account
	member := `INSERT INTO guardian (student_id, seat, org_path, name, relation, is_guardian) VALUES (?, 2, ?::ltree, '某人', '52', true)`
	punished := `INSERT INTO punishment (id, student_id, org_path, level, decided_on, document_no, recorded_by, recorded_at, record_key, record_hash)
		VALUES (gen_random_uuid(), ?, ?::ltree, ?, now(), '1号', ?, now(), gen_random_uuid()::text, '\x00')`
	for _, c := range []struct {
		what, path, statement string
		args                  []any
		ok                    bool
	}{
		{"own line", storetest.SchoolA, line, []any{ids[0], storetest.SchoolA, "EDIT", acting}, true},
		{"line of a process", storetest.SchoolA, line, []any{ids[0], storetest.SchoolA, "SUSPENSION", acting}, false},
		{"line in another's name", storetest.SchoolA, line, []any{ids[0], storetest.SchoolA, "EDIT", uuid.New()}, false},
		{"line of another school's pupil", storetest.SchoolB, line, []any{ids[0], storetest.SchoolB, "EDIT", acting}, false},
		{"line out of scope", storetest.SchoolB, line, []any{ids[0], storetest.SchoolA, "EDIT", acting}, false},
		{"line under another office", storetest.Bureau, line, []any{ids[0], storetest.Bureau, "EDIT", acting}, false},
		{"own family", storetest.SchoolA, member, []any{ids[0], storetest.SchoolA}, true},
		{"family of another's pupil", storetest.SchoolB, member, []any{ids[2], storetest.SchoolB}, false},
		{"family of one who left", storetest.SchoolA, member, []any{ids[1], storetest.SchoolA}, false},
		{"own punishment", storetest.SchoolA, punished, []any{ids[0], storetest.SchoolA, "1", acting}, true},
		{"punishment of another's pupil", storetest.SchoolB, punished, []any{ids[0], storetest.SchoolB, "1", acting}, false},
		{"punishment in another's name", storetest.SchoolA, punished, []any{ids[0], storetest.SchoolA, "1", uuid.New()}, false},
		{"punishment of one who left", storetest.SchoolA, punished, []any{ids[1], storetest.SchoolA, "1", acting}, false},
		{"expulsion", storetest.SchoolA, punished, []any{ids[0], storetest.SchoolA, "6", acting}, false},
	} {
		err := rig.In(rig.App, c.path, func(t2 *change.Tx) error { _, err := storetest.Exec(t2.Tx, c.statement, c.args...); return err })
		if c.ok {
			require.NoError(t, err, c.what)
		} else {
			require.Equal(t, "42501", storetest.SQLState(err), "%s: %v", c.what, err)
		}
	}
	rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
		n, err := storetest.Exec(t2.Tx, `UPDATE student SET ethnicity = '06' WHERE id = ?`, ids[1])
		require.Zero(t, n, "who left the register is edited no more")
		return err
	})
	for _, statement := range []string{`DELETE FROM guardian`, `DELETE FROM punishment`, `DELETE FROM student_history`} {
		err := rig.In(rig.App, storetest.SchoolA, func(t2 *change.Tx) error { _, err := storetest.Exec(t2.Tx, statement); return err })
		require.Equal(t, "42501", storetest.SQLState(err), statement)
	}
	for _, statement := range []string{`UPDATE punishment SET level = '2'`, `INSERT INTO punishment SELECT * FROM punishment`} {
		err := rig.In(rig.Worker, "", func(t2 *change.Tx) error { _, err := storetest.Exec(t2.Tx, statement); return err })
		require.Equal(t, "42501", storetest.SQLState(err), "the worker only moves a punishment: %s", statement)
	}
	require.Equal(t, "42501", storetest.SQLState(rig.OwnerTries(`UPDATE student_history SET reason = 'x'`)))
}
