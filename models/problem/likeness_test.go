package problem_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
)

// Two records whose name sounds alike, or whose month and day of birth are exchanged, are
// told to both schools with a score and what speaks for it. Twins and namesakes are not.
func TestRecordsThatAreTypedOtherwiseAreFound(t *testing.T) {
	r := storetest.New(t)
	family := storetest.With("member1_name", "王强", "member1_id_type", "A", "member1_id_number", "E12345678", "member2_name", "李梅")
	enrolled := func(path, name, birth string, options ...storetest.Option) uuid.UUID {
		return r.Pupil(path, append([]storetest.Option{storetest.Unnumbered(), storetest.With("name", name, "sex", "1", "birth_date", birth)}, options...)...)
	}
	first := enrolled(storetest.SchoolA, "王晓鸣", "20170305", family)
	sounds := enrolled(storetest.SchoolB, "王晓明", "20170305", family)
	swapped := enrolled(storetest.SchoolB, "王晓鸣", "20170503", family)
	twin := enrolled(storetest.SchoolA, "王晓亮", "20170305", family)
	namesake := enrolled(storetest.SchoolB, "王晓鸣", "20170307", storetest.With("member1_name", "赵云", "member2_name", "钱多"))
	r.Dedupe()
	require.Equal(t, []string{status.DupWithoutID}, r.Flags(first))
	require.Equal(t, []string{status.DupWithoutID}, r.Flags(sounds))
	require.Equal(t, []string{status.DupWithoutID}, r.Flags(swapped))
	require.Empty(t, r.Flags(twin))
	require.Empty(t, r.Flags(namesake))
	signs := func(a, b uuid.UUID) string {
		return r.Text(`SELECT coalesce(max(score || ' ' || array_to_string(signs, ' ')), '') FROM student_problem WHERE student_id = $1 AND other_student_id = $2 AND state = 'OPEN'`, a, b)
	}
	for _, side := range [][2]uuid.UUID{{first, sounds}, {sounds, first}} {
		require.Equal(t, "86 NAME_SOUNDS SAME_BIRTH KIN_DOCUMENT", signs(side[0], side[1]))
	}
	require.Equal(t, "95 SAME_NAME BIRTH_SWAPPED KIN_DOCUMENT", signs(swapped, first))
	require.Equal(t, "81 NAME_SOUNDS BIRTH_SWAPPED KIN_DOCUMENT", signs(swapped, sounds))
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := problem.OpenProblems(tx.Tx, problem.Filter{}, tx.Now().AddDate(1, 0, 0), uuid.Max, 10)
		require.Len(t, list, 2)
		for _, p := range list {
			require.NotZero(t, p.Score)
			require.Len(t, p.Signs, 3)
		}
		return err
	})
	require.Zero(t, r.Count(`SELECT count(*) FROM likeness l WHERE l::text LIKE '%王%'`), "no name is kept")

	// A search of all changes nothing; an identity card tells a pupil apart from others with one.
	r.MustIn(r.Worker, "", func(tx *change.Tx) error { return problem.BeginSearch(tx.Tx) })
	searchAll(r, 2)
	require.Equal(t, 6, r.Count(`SELECT count(*) FROM student_problem WHERE state = 'OPEN'`))
	card := r.Items(storetest.SchoolA, 2024)
	for pupil, number := range map[uuid.UUID]string{first: card[roster.IDNumber], swapped: r.NumberBeside(card[roster.IDNumber])} {
		f := r.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "补录证件"})
		f.Values = map[string]string{"id_type": "1", "id_number": number, "birth_date": card["birth_date"], "sex": card["sex"]}
		one, err := r.TryFile(f)
		require.NoError(t, err)
		r.ApproveAll(one.ID)
	}
	r.Dedupe()
	require.Empty(t, r.Flags(first))
	require.Empty(t, r.Flags(swapped))
	require.Empty(t, r.Flags(sounds))
}

// A province chooses from which score two records are likely of one pupil.
func TestAProvinceChoosesItsLeastScore(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.Province, "double_score: 90")
	family := storetest.With("member1_name", "王强", "member1_id_type", "A", "member1_id_number", "E12345678")
	a := r.Pupil(storetest.SchoolA, storetest.Unnumbered(), storetest.With("name", "王晓鸣", "sex", "1", "birth_date", "20170305"), family)
	r.Pupil(storetest.SchoolB, storetest.Unnumbered(), storetest.With("name", "王晓明", "sex", "1", "birth_date", "20170305"), family)
	r.Dedupe()
	require.Empty(t, r.Flags(a))
}
