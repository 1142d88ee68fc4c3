package store

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

func (r *recordsRig) rules() roster.Rules { return roster.Rules{Reader: r.reader, Divisions: r.table} }

// pupils returns the IDs of the register's records in the order of their names.
func (r *recordsRig) pupils() []uuid.UUID {
	r.t.Helper()
	rows, err := r.owner.Query(r.t.Context(), `SELECT id FROM student WHERE id_hash IS NOT NULL ORDER BY name, id`)
	require.NoError(r.t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(r.t, err)
	return ids
}

// items returns the sheet of a record in the clear.
func (r *recordsRig) items(id uuid.UUID) roster.Pupil {
	r.t.Helper()
	var items roster.Pupil
	r.mustIn(r.app, countyPath, func(t *Tx) error {
		list, err := t.editables([]uuid.UUID{id}, r.rules())
		if err == nil {
			items = list[id].current
		}
		return err
	})
	return items
}

func (r *recordsRig) edit(path string, id uuid.UUID, version int64, items map[roster.Field]string) (*EditedStudent, error) {
	var out *EditedStudent
	err := r.in(r.app, path, func(t *Tx) error {
		var err error
		out, err = t.EditStudent(id, StudentEdit{Version: version, Items: items, Reason: "家长来电"}, r.rules())
		return err
	})
	return out, err
}

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
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	id := rig.pupils()[0]
	was := rig.items(id)
	// A running change does not keep anybody from an edit.
	rig.exec(`INSERT INTO slot (key, change_id, taken_at) SELECT $1, id, now() FROM change`, "student/"+id.String())
	out, err := rig.edit(schoolAPath, id, 1, map[roster.Field]string{
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
	require.Equal(t, want, rig.items(id))
	rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
		history, err := t2.StudentHistory(id, uuid.Nil, false, 10)
		require.Len(t, history, 2)
		line := history[0]
		require.Equal(t, "EDIT", line.Kind)
		require.Nil(t, line.ChangeID)
		require.Equal(t, "家长来电", line.Reason)
		require.Equal(t, t2.today(), line.EffectiveOn)
		require.Equal(t, t2.scope.Account, *line.AccountID)
		require.JSONEq(t, `{"ethnicity": "06", "phone": "16316048782", "blood_type": "", "member1_phone": "16316048782"}`, string(line.After))
		require.JSONEq(t, `{"ethnicity": "`+was["ethnicity"]+`", "phone": "`+was["phone"]+`", "blood_type": "`+was["blood_type"]+`", "member1_phone": "`+was["member1_phone"]+`"}`, string(line.Before))
		return err
	})
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM audit_entry WHERE action = 'student.edit' AND subject_id = $1
		AND detail = '{"fields": "ethnicity,phone,blood_type,member1_phone"}'`, id.String()))

	// What changes nothing writes nothing.
	out, err = rig.edit(countyPath, id, 2, map[roster.Field]string{"phone": " 16316048782", "ethnicity": "06"})
	require.NoError(t, err)
	require.Empty(t, out.Changed)
	require.Equal(t, int64(2), out.Version)
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM student_history WHERE kind = 'EDIT'`))
}

func TestAnEditNeverTouchesKeyData(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	id := rig.pupils()[0]
	was := rig.items(id)
	rig.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 1, '2026-01-01', '{"key_fields": ["ethnicity"]}', now())`)
	_, err := rig.edit(schoolAPath, id, 1, map[roster.Field]string{
		"name": "某某", "sex": "9", "birth_date": "20200101", "id_type": "A", "id_number": "E12345678", "ethnicity": "55",
		"school_code": "2152000456", "class_code": "2026199", "phone": "无", "postcode": "1",
	})
	require.Equal(t, map[string]refusal.Code{
		"/items/name": refusal.KeyField, "/items/sex": refusal.KeyField, "/items/birth_date": refusal.KeyField, "/items/id_type": refusal.KeyField,
		"/items/id_number": refusal.KeyField, "/items/ethnicity": refusal.KeyField, "/items/school_code": refusal.FixedField,
		"/items/class_code": refusal.FixedField, "/items/phone": refusal.SheetNoneWord, "/items/postcode": refusal.SheetBadPostcode,
	}, refusedItems(t, err))
	_, err = rig.edit(schoolAPath, id, 1, map[roster.Field]string{"student_number": "L520102201905010018", "shoe_size": "31"})
	require.Equal(t, map[string]refusal.Code{"/items/student_number": refusal.FixedField, "/items/shoe_size": refusal.UnknownField}, refusedItems(t, err))
	require.Equal(t, was, rig.items(id))
	require.Zero(t, rig.count(`SELECT count(*) FROM student WHERE version > 1`))
}

func TestEditSealsNumbers(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	id := rig.pupils()[0]
	_, err := rig.edit(schoolAPath, id, 1, map[roster.Field]string{
		"aux_student_number": "52010220260001", "member2_id_type": "A", "member2_id_number": "e12345678"})
	require.NoError(t, err)
	for secret, want := range map[Secret]string{SecretAuxNumber: "52010220260001", SecretMember2ID: "E12345678"} {
		rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
			got, err := t2.RevealSecret(id, secret, RevealVerify)
			require.Equal(t, want, got)
			return err
		})
	}
	require.Zero(t, rig.count(`SELECT count(*) FROM student s WHERE s::text || (SELECT string_agg(h::text, '') FROM student_history h WHERE h.student_id = s.id) ~ '20260001|E12345678'`))
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM student_history WHERE kind = 'EDIT' AND after->>'aux_student_number' = '520*********01'`))
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM guardian WHERE seat = 2 AND id_hash = $1`, rig.app.identityKey(document{kind: "A", number: "E12345678"})))
	out, err := rig.edit(schoolAPath, id, 2, map[roster.Field]string{"aux_student_number": "520*********01", "member2_id_number": "E*******8"})
	require.NoError(t, err)
	require.Empty(t, out.Changed, "what the page shows, sent back, is no new number")
	_, err = rig.edit(schoolAPath, id, 2, map[roster.Field]string{"aux_student_number": "", "member2_id_number": "", "member2_id_type": ""})
	require.NoError(t, err)
	require.Zero(t, rig.count(`SELECT count(*) FROM student WHERE details::text LIKE '%aux_student%'`))
	require.Zero(t, rig.count(`SELECT count(*) FROM guardian WHERE student_id = $1 AND seat = 2 AND (id_hash IS NOT NULL OR id_masked <> '')`, id))
}

func TestEditAddsACompleteFamilyMember(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	id := rig.pupils()[0]
	was := rig.items(id)
	rig.exec(`DELETE FROM guardian WHERE student_id = $1 AND seat = 2`, id)
	_, err := rig.edit(schoolAPath, id, 1, map[roster.Field]string{"member2_phone": "16316048782"})
	require.Equal(t, refusal.SheetRequired, refusedItems(t, err)["/items/member2_name"])
	require.Zero(t, rig.count(`SELECT count(*) FROM guardian WHERE student_id = $1 AND seat = 2`, id))
	items := map[roster.Field]string{}
	for _, item := range []string{"name", "relation", "address", "household_division", "phone", "is_guardian", "id_type", "id_number"} {
		f := roster.Field("member2_" + item)
		items[f] = was[f]
	}
	_, err = rig.edit(schoolAPath, id, 1, items)
	require.NoError(t, err)
	now := rig.items(id)
	for f, value := range items {
		require.Equal(t, value, now[f])
	}
	_, err = rig.edit(schoolAPath, id, 2, map[roster.Field]string{"member2_name": ""})
	require.Equal(t, refusal.SheetRequired, refusedItems(t, err)["/items/member2_name"])
}

func TestOnlyRecordsInTheRegisterAndInScopeAreEdited(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	ids := rig.pupils()
	items := map[roster.Field]string{"phone": "16316048782"}
	_, err := rig.edit(schoolBPath, ids[0], 1, items)
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	rig.exec(`UPDATE student SET in_register = false, enrol_status = 'WITHDRAWN' WHERE id = $1`, ids[0])
	_, err = rig.edit(schoolAPath, ids[0], 1, items)
	require.ErrorIs(t, err, refusal.New(refusal.NotInRegister))
	require.ErrorContains(t, err, "not_in_register")
	_, err = rig.edit(schoolAPath, ids[1], 7, items)
	require.ErrorIs(t, err, refusal.New(refusal.VersionConflict))
}

func TestSecondOfTwoConcurrentEditsIsAConflict(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	id := rig.pupils()[0]
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, phone := range []string{"16316048782", "16316048783"} {
		both.Go(func() { _, errs[i] = rig.edit(schoolAPath, id, 1, map[roster.Field]string{"phone": phone}) })
	}
	both.Wait()
	if errs[0] != nil {
		errs[0], errs[1] = errs[1], errs[0]
	}
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], refusal.New(refusal.VersionConflict))
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM student_history WHERE kind = 'EDIT'`))
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

func TestTheApplicationRoleWritesNoKeyDataEvenBySQL(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	for table, writable := range editableColumns {
		rows, err := rig.owner.Query(t.Context(), `SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`, table)
		require.NoError(t, err)
		columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		require.NotEmpty(t, columns)
		for _, column := range columns {
			err := rig.in(rig.app, schoolAPath, func(t2 *Tx) error {
				_, err := t2.exec(`UPDATE ` + table + ` SET ` + column + ` = ` + column)
				return err
			})
			if slices.Contains(writable, column) {
				require.NoError(t, err, "%s.%s", table, column)
			} else {
				require.Equal(t, "42501", sqlState(err), "%s.%s must not be written", table, column)
			}
		}
	}
}

func TestRowLevelSecurityRefusesEditsOutOfScope(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	ids := rig.pupils()
	rig.exec(`UPDATE student SET in_register = false WHERE id = $1`, ids[1])
	rig.exec(`DELETE FROM guardian WHERE seat = 2`)
	line := `INSERT INTO student_history (id, student_id, org_path, kind, effective_on, recorded_at, account_id, before, after)
		VALUES (gen_random_uuid(), ?, ?::ltree, ?, now(), now(), ?, '{}', '{}')`
	acting := uuid.MustParse("00000000-0000-7000-8000-00000000000a")
	member := `INSERT INTO guardian (student_id, seat, org_path, name, relation, is_guardian) VALUES (?, 2, ?::ltree, '某人', '52', true)`
	punished := `INSERT INTO punishment (id, student_id, org_path, level, decided_on, document_no, recorded_by, recorded_at, record_key, record_hash)
		VALUES (gen_random_uuid(), ?, ?::ltree, ?, now(), '1号', ?, now(), gen_random_uuid()::text, '\x00')`
	for _, c := range []struct {
		what, path, statement string
		args                  []any
		ok                    bool
	}{
		{"own line", schoolAPath, line, []any{ids[0], schoolAPath, "EDIT", acting}, true},
		{"line of a process", schoolAPath, line, []any{ids[0], schoolAPath, "SUSPENSION", acting}, false},
		{"line in another's name", schoolAPath, line, []any{ids[0], schoolAPath, "EDIT", uuid.New()}, false},
		{"line of another school's pupil", schoolBPath, line, []any{ids[0], schoolBPath, "EDIT", acting}, false},
		{"line out of scope", schoolBPath, line, []any{ids[0], schoolAPath, "EDIT", acting}, false},
		{"line under another office", countyPath, line, []any{ids[0], countyPath, "EDIT", acting}, false},
		{"own family", schoolAPath, member, []any{ids[0], schoolAPath}, true},
		{"family of another's pupil", schoolBPath, member, []any{ids[2], schoolBPath}, false},
		{"family of one who left", schoolAPath, member, []any{ids[1], schoolAPath}, false},
		{"own punishment", schoolAPath, punished, []any{ids[0], schoolAPath, "1", acting}, true},
		{"punishment of another's pupil", schoolBPath, punished, []any{ids[0], schoolBPath, "1", acting}, false},
		{"punishment in another's name", schoolAPath, punished, []any{ids[0], schoolAPath, "1", uuid.New()}, false},
		{"punishment of one who left", schoolAPath, punished, []any{ids[1], schoolAPath, "1", acting}, false},
		{"expulsion", schoolAPath, punished, []any{ids[0], schoolAPath, "6", acting}, false},
	} {
		err := rig.in(rig.app, c.path, func(t2 *Tx) error { _, err := t2.exec(c.statement, c.args...); return err })
		if c.ok {
			require.NoError(t, err, c.what)
		} else {
			require.Equal(t, "42501", sqlState(err), "%s: %v", c.what, err)
		}
	}
	rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
		n, err := t2.exec(`UPDATE student SET ethnicity = '06' WHERE id = ?`, ids[1])
		require.Zero(t, n, "who left the register is edited no more")
		return err
	})
	for _, statement := range []string{`DELETE FROM guardian`, `DELETE FROM punishment`, `DELETE FROM student_history`} {
		err := rig.in(rig.app, schoolAPath, func(t2 *Tx) error { _, err := t2.exec(statement); return err })
		require.Equal(t, "42501", sqlState(err), statement)
	}
	for _, statement := range []string{`UPDATE punishment SET level = '2'`, `INSERT INTO punishment SELECT * FROM punishment`} {
		err := rig.in(rig.worker, "", func(t2 *Tx) error { _, err := t2.exec(statement); return err })
		require.Equal(t, "42501", sqlState(err), "the worker only moves a punishment: %s", statement)
	}
	_, err := rig.owner.Exec(t.Context(), `UPDATE student_history SET reason = 'x'`)
	require.Equal(t, "42501", sqlState(err))
}
