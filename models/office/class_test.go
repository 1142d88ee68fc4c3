package office_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// createGrade makes a year group in the scope of an office.
func createGrade(c *storetest.County, scope string, n office.NewGrade) (g office.Grade, err error) {
	err = c.In(c.App, scope, func(tx *change.Tx) (err error) {
		g, err = office.CreateGrade(tx.Tx, n)
		return err
	})
	return g, err
}

// onClass does something to a class in the scope of an office.
func onClass(c *storetest.County, scope string, do func(*change.Tx) (office.Class, error)) (k office.Class, err error) {
	err = c.In(c.App, scope, func(tx *change.Tx) (err error) {
		k, err = do(tx)
		return err
	})
	return k, err
}

func addClass(c *storetest.County, scope string, grade uuid.UUID, no, seats int) (office.Class, error) {
	return onClass(c, scope, func(tx *change.Tx) (office.Class, error) { return office.AddClass(tx.Tx, grade, no, "", seats) })
}

func editClass(c *storetest.County, scope string, id uuid.UUID, version int64, seats int) (office.Class, error) {
	return onClass(c, scope, func(tx *change.Tx) (office.Class, error) {
		return office.EditClass(tx.Tx, id, version, "新名班", seats)
	})
}

func closeClass(c *storetest.County, scope string, id uuid.UUID, version int64) (office.Class, error) {
	return onClass(c, scope, func(tx *change.Tx) (office.Class, error) { return office.CloseClass(tx.Tx, id, version) })
}

func TestClassCodesNameYearStageAndNumber(t *testing.T) {
	require.Equal(t, "2023103", office.ClassCode(2023, org.Primary, 3))
	require.Equal(t, "2023212", office.ClassCode(2023, org.Junior, 12))
	require.Equal(t, "2023301", office.ClassCode(2023, org.Senior, 1))
}

func TestAYearGroupIsMadeWithItsClasses(t *testing.T) {
	c := storetest.New(t)
	n := office.NewGrade{School: c.ID(storetest.SchoolA), Stage: org.Primary, EntryYear: 2027, Classes: 2, Capacity: 40}
	made, err := createGrade(c, storetest.SchoolA, n)
	require.NoError(t, err)
	require.Equal(t, "2027级", made.Name)
	require.Equal(t, []string{"2027101 2027级1班 40", "2027102 2027级2班 40"}, c.Texts(`SELECT code || ' ' || name || ' ' || capacity FROM school_class WHERE grade_id = $1 ORDER BY code`, made.ID))
	require.Equal(t, 1, audits(c, "grade.create", made.ID))
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := office.Grades(tx.Tx, n.School)
		require.Equal(t, made, list[0], "newest first")
		require.Len(t, list, 7)
		return err
	})
	_, err = createGrade(c, storetest.SchoolA, n)
	require.Equal(t, refusal.GradeExists, refusal.CodeOf(err))
	n.EntryYear = 2028
	for what, one := range map[string]struct {
		change func(*office.NewGrade)
		code   refusal.Code
	}{
		"a stage it has not": {func(n *office.NewGrade) { n.Stage = org.Junior }, refusal.GradeStage},
		"too large":          {func(n *office.NewGrade) { n.Capacity = 56 }, refusal.ClassTooLarge},
		"of a bureau":        {func(n *office.NewGrade) { n.School = c.ID(storetest.Bureau) }, refusal.NotFound},
		"of nobody":          {func(n *office.NewGrade) { n.School = uuid.New() }, refusal.NotFound},
	} {
		wrong := n
		one.change(&wrong)
		_, err := createGrade(c, storetest.Bureau, wrong)
		require.Equal(t, one.code, refusal.CodeOf(err), what)
	}
	_, err = createGrade(c, storetest.SchoolB, n)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err), "another school's")
	require.Equal(t, "42501", storetest.SQLState(c.In(c.Worker, storetest.SchoolA, func(tx *change.Tx) error { _, err := office.CreateGrade(tx.Tx, n); return err })), "the worker makes none")
}

// gradeOf is the year group of a class of school A.
func gradeOf(c *storetest.County, code string) uuid.UUID {
	return c.Class(storetest.SchoolA, code).GradeID
}

func TestAClassIsAddedOnceByItsNumber(t *testing.T) {
	c := storetest.New(t)
	grade := gradeOf(c, "2024101")
	made, err := addClass(c, storetest.SchoolA, grade, 3, 55)
	require.NoError(t, err)
	require.Equal(t, office.Class{ID: made.ID, SchoolID: c.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, GradeID: grade, Stage: org.Primary, EntryYear: 2024, Code: "2024103", Name: "2024级3班", Capacity: 55, Version: 1}, made)
	read, err := onClass(c, storetest.SchoolA, func(tx *change.Tx) (office.Class, error) { return office.ReadClass(tx.Tx, made.ID) })
	require.NoError(t, err)
	require.Equal(t, made, read)
	require.Equal(t, 1, audits(c, "class.create", made.ID))
	_, err = addClass(c, storetest.SchoolA, grade, 3, 55)
	require.Equal(t, refusal.ClassCodeTaken, refusal.CodeOf(err))
	_, err = addClass(c, storetest.SchoolA, grade, 4, 56)
	require.Equal(t, refusal.ClassTooLarge, refusal.CodeOf(err))
	_, err = addClass(c, storetest.SchoolA, uuid.New(), 4, 55)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	_, err = addClass(c, storetest.SchoolB, grade, 4, 55)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err), "another school's year group")
	named, err := onClass(c, storetest.SchoolA, func(tx *change.Tx) (office.Class, error) { return office.AddClass(tx.Tx, grade, 4, "实验班", 55) })
	require.NoError(t, err)
	require.Equal(t, "实验班", named.Name)
}

func TestOneOfTwoSameClassesAtOnceIsAdded(t *testing.T) {
	c := storetest.New(t)
	grade := gradeOf(c, "2024101")
	codes := make([]refusal.Code, 2)
	var both sync.WaitGroup
	for i := range codes {
		both.Go(func() {
			if _, err := addClass(c, storetest.SchoolA, grade, 3, 55); err != nil {
				codes[i] = refusal.CodeOf(err)
			}
		})
	}
	both.Wait()
	require.ElementsMatch(t, []refusal.Code{"", refusal.ClassCodeTaken}, codes)
}

// A class is never smaller than the pupils in it, and never larger than the province allows.
func TestAClassHoldsItsPupils(t *testing.T) {
	c := storetest.New(t)
	pupils := c.PupilsOf(storetest.SchoolA, 2024, 2)
	c.Policy(storetest.Province, `{"class_capacity": 50}`)
	id := uuid.MustParse(c.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupils[0]))
	version := int64(c.Count(`SELECT version FROM school_class WHERE id = $1`, id))
	_, err := editClass(c, storetest.SchoolA, id, version, 51)
	require.Equal(t, refusal.ClassTooLarge, refusal.CodeOf(err))
	_, err = editClass(c, storetest.SchoolA, id, version, 1)
	require.Equal(t, map[refusal.Code]string{refusal.ClassOccupied: "2"}, counts(t, err))
	_, err = editClass(c, storetest.SchoolA, id, version+1, 30)
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))
	_, err = editClass(c, storetest.SchoolB, id, version, 30)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	done, err := editClass(c, storetest.SchoolA, id, version, 2)
	require.NoError(t, err)
	require.Equal(t, []any{"新名班", 2, 2, version + 1}, []any{done.Name, done.Capacity, done.Occupied, done.Version})
	require.Equal(t, 1, audits(c, "class.update", id))
	_, err = closeClass(c, storetest.SchoolA, id, version+1)
	require.Equal(t, map[refusal.Code]string{refusal.ClassOccupied: strconv.Itoa(2)}, counts(t, err))
}

func TestAnEmptyClassIsClosedOnce(t *testing.T) {
	c := storetest.New(t)
	class := c.Class(storetest.SchoolA, "2024102")
	_, err := closeClass(c, storetest.SchoolA, class.ID, 7)
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))
	_, err = closeClass(c, storetest.SchoolB, class.ID, 1)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	closed, err := closeClass(c, storetest.SchoolA, class.ID, 1)
	require.NoError(t, err)
	require.Equal(t, c.Now(), *closed.ClosedAt)
	require.Equal(t, 1, audits(c, "class.close", class.ID))
	_, err = closeClass(c, storetest.SchoolA, class.ID, 2)
	require.Equal(t, refusal.ClassClosed, refusal.CodeOf(err))
	_, err = editClass(c, storetest.SchoolA, class.ID, 2, 30)
	require.Equal(t, refusal.ClassClosed, refusal.CodeOf(err))
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := office.Classes(tx.Tx, class.SchoolID)
		require.Equal(t, "2026101", list[0].Code, "the newest year group first")
		for _, one := range list {
			require.NotEqual(t, class.ID, one.ID)
		}
		return err
	})
}
