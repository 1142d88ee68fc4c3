package keydata_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// wish is what the school of a pupil hands in to change key data: field, value, …
func wish(r *storetest.County, pupil uuid.UUID, values ...string) change.Filing {
	r.T().Helper()
	f := r.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "更名"})
	f.Values = map[string]string{}
	for i := 0; i+1 < len(values); i += 2 {
		f.Values[values[i]] = values[i+1]
	}
	return f
}

func file(r *storetest.County, f change.Filing) uuid.UUID {
	r.T().Helper()
	one, err := r.TryFile(f)
	require.NoError(r.T(), err)
	return one.ID
}

// question is what the population database is asked at the open step of a change.
func question(r *storetest.County, id uuid.UUID) (e *change.AutomaticStep) {
	r.T().Helper()
	r.MustIn(r.Worker, "", func(tx *change.Tx) (err error) {
		e, err = tx.ReadAutomaticStep(id)
		return err
	})
	return e
}

// A change of key data asks the population database, is approved, and writes the new
// values. The history keeps the old ones with numbers masked, and the student number stays.
func TestKeyDataIsChangedByTheLastDecision(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	before, own := r.ItemsOf(pupil), r.Secret(pupil, student.SecretStudentNumber)
	number := r.NumberBeside(before[roster.IDNumber])
	id := file(r, wish(r, pupil, "name", " 样例新名 ", "id_number", number))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id), "the pupil and the number are held")
	require.Equal(t, []string{"id_number", "name"}, r.Texts(`SELECT field FROM change_value WHERE change_id = $1 ORDER BY field`, id))
	require.Zero(t, r.Count(`SELECT count(*) FROM change_value v WHERE to_jsonb(v)::text LIKE '%' || $1 || '%'`, number), "no number in the clear")
	asked := question(r, id)
	require.Equal(t, []string{"样例新名", number}, []string{asked.Name, asked.Number.Reveal()})
	require.Equal(t, before, r.ItemsOf(pupil), "nothing is written before the last decision")
	r.ApproveAll(id)
	after := r.ItemsOf(pupil)
	require.Equal(t, []string{"样例新名", number, before[roster.BirthDate]}, []string{after[roster.Name], after[roster.IDNumber], after[roster.BirthDate]})
	require.Equal(t, own, r.Secret(pupil, student.SecretStudentNumber), "the student number stays")
	line := r.Text(`SELECT before::text || after::text FROM student_history WHERE change_id = $1`, id)
	require.Contains(t, line, before[roster.Name])
	require.Contains(t, line, "样例新名")
	require.NotContains(t, line, number)
	require.NotContains(t, line, before[roster.IDNumber])
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND version = 2`, pupil))
}

// A wrong value is refused at its item, and the answer does not repeat it.
func TestWrongKeyDataIsRefusedAtItsItem(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	taken := r.ItemsOf(r.Pupil(storetest.FarSchool))[roster.IDNumber]
	now := r.ItemsOf(pupil)
	misread := now[roster.IDNumber][:17] + string('0'+(now[roster.IDNumber][17]-'0'+1)%10)
	for _, row := range []struct {
		want   []string
		values []string
	}{
		{[]string{"key_data_unchanged /values"}, nil},
		{[]string{"key_data_unchanged /values"}, []string{"name", now[roster.Name]}},
		{[]string{"key_field_unknown /values/phone"}, []string{"phone", "16316048782", "name", "样例新名"}},
		{[]string{"sheet_id_check /values/id_number"}, []string{"id_number", misread}},
		{[]string{"identity_taken /values/id_number"}, []string{"id_number", taken, "birth_date", taken[6:14], "sex", sexOf(taken)}},
	} {
		_, err := r.TryFile(wish(r, pupil, row.values...))
		require.Equal(t, row.want, storetest.Refusals(t, err), "%v", row.values)
		for i := 1; i < len(row.values); i += 2 {
			require.NotContains(t, err.Error(), row.values[i])
		}
	}
	_, err := r.TryFile(wish(r, pupil, "birth_date", "20170101", "name", "12"))
	list := storetest.Refusals(t, err)
	require.Len(t, list, 2, "every item in one answer: %v", list)
	require.Zero(t, r.Count(`SELECT count(*) FROM change WHERE kind = 'KEY_DATA_CHANGE'`)+r.Count(`SELECT count(*) FROM change_value`))
}

func sexOf(number string) string {
	if (number[16]-'0')%2 == 1 {
		return "1"
	}
	return "2"
}

// A province adds further items of the sheet to its key data; they are judged by the
// rules of the sheet and written with the others.
func TestAProvinceAddsKeyItems(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	_, err := r.TryFile(wish(r, pupil, "ethnicity", "06"))
	require.Equal(t, []string{"key_field_unknown /values/ethnicity"}, storetest.Refusals(t, err))
	r.Policy(storetest.Province, `{"key_fields": ["name", "sex", "birth_date", "id_type", "id_number", "ethnicity"]}`)
	_, err = r.TryFile(wish(r, pupil, "ethnicity", "没有这个"))
	list := storetest.Refusals(t, err)
	require.Len(t, list, 1)
	require.Contains(t, list[0], "/values/ethnicity")
	id := file(r, wish(r, pupil, "ethnicity", "壮族"))
	r.ApproveAll(id)
	require.Equal(t, "08", r.ItemsOf(pupil)["ethnicity"])
}

// The answer of the population database may end the change; nothing is written, and the
// number is free for others.
func TestANumberThatThePopulationDatabaseRefusesEndsTheChange(t *testing.T) {
	r := storetest.New(t)
	pupils := r.Pupils(storetest.SchoolA, 2)
	number := r.NumberBeside(r.ItemsOf(pupils[0])[roster.IDNumber])
	values := []string{"id_number", number, "birth_date", number[6:14], "sex", sexOf(number)}
	id := file(r, wish(r, pupils[0], values...))
	_, err := r.TryFile(wish(r, pupils[1], values...))
	require.Equal(t, []string{"identity_taken /values/id_number"}, storetest.Refusals(t, err), "another change asks for it")
	asked := question(r, id)
	for range 2 { // twice: the second answer comes too late
		r.MustIn(r.Worker, "", func(tx *change.Tx) error {
			return tx.SettleAutomaticStep(id, asked, refusal.New(refusal.IdentityNotFound))
		})
	}
	require.Equal(t, change.StatusRefused, r.Position(id).Status)
	require.Equal(t, string(refusal.IdentityNotFound), r.Text(`SELECT close_code FROM change WHERE id = $1`, id))
	require.Equal(t, 1, r.Count(`SELECT version FROM student WHERE id = $1`, pupils[0]))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))
	r.ApproveAll(file(r, wish(r, pupils[1], values...)))
	require.Equal(t, number, r.Secret(pupils[1], student.SecretIDNumber))
}

// Without an identity card there is nothing to ask.
func TestAPassportIsNotAsked(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	id := file(r, wish(r, pupil, "id_type", "A", "id_number", "E90817263"))
	require.True(t, question(r, id).Number.IsZero())
	r.ApproveAll(id)
	require.Equal(t, "E90817263", r.Secret(pupil, student.SecretIDNumber))
	require.Equal(t, "A", r.ItemsOf(pupil)[roster.IDType])
}

// What was sent back comes with corrected values, which are judged as the first ones;
// without new ones the old ones stay.
func TestKeyDataIsHandedInAgain(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	id := file(r, wish(r, pupil, "name", "样例新名"))
	sendBack := func() {
		for r.Position(id).Act != "" {
			r.Perform(id)
		}
		require.Equal(t, change.SlipCounted, r.Decide(id, r.Position(id).Tasks[0], change.VerbSendBack).Outcome)
	}
	resubmit := func(values map[string]string) *change.Slip {
		at := r.Position(id)
		return r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round, Values: values,
			Body: change.SlipBody{Form: true, Inputs: map[string]string{"reason": "更正"}, Valued: values != nil}})
	}
	sendBack()
	require.Equal(t, string(refusal.KeyDataUnchanged), resubmit(map[string]string{"name": r.ItemsOf(pupil)[roster.Name]}).OutcomeCode)
	require.Equal(t, string(refusal.KeyFieldUnknown), resubmit(map[string]string{"phone": "1"}).OutcomeCode)
	s := resubmit(map[string]string{"name": "样例又改"})
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	sendBack()
	s = resubmit(nil)
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	r.ApproveAll(id)
	require.Equal(t, "样例又改", r.ItemsOf(pupil)[roster.Name])
}

// A rejected or withdrawn change writes nothing.
func TestARejectedChangeWritesNothing(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	before := r.ItemsOf(pupil)
	id := file(r, wish(r, pupil, "name", "样例新名"))
	_, err := r.TryFile(wish(r, pupil, "name", "样例又改"))
	require.Equal(t, []string{"change_in_progress /student_id"}, storetest.Refusals(t, err))
	r.Perform(id)
	require.Equal(t, change.SlipCounted, r.Decide(id, r.Position(id).Tasks[0], change.VerbReject).Outcome)
	id = file(r, wish(r, pupil, "name", "样例新名"))
	require.Equal(t, change.SlipCounted, r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbWithdraw, Step: -1}).Outcome)
	require.Equal(t, before, r.ItemsOf(pupil))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))
}

// A key change that waits beside a suspension of a later day is in force before it.
func TestKeyDataIsChangedBesideAChangeThatWaitsForItsDay(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	waits := r.File(process.Suspension, pupil, map[string]string{"from_date": "2027-03-01", "until_date": "2027-08-31"})
	_, err := r.TryFile(wish(r, pupil, "name", "样例新名"))
	require.Equal(t, []string{"change_in_progress /student_id"}, storetest.Refusals(t, err), "it is not approved yet")
	r.ApproveAll(waits)
	r.ApproveAll(file(r, wish(r, pupil, "name", "样例新名")))
	require.Equal(t, "样例新名", r.ItemsOf(pupil)[roster.Name])
	require.Equal(t, change.StatusRunning, r.Position(waits).Status)
}
