package student_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// identify writes an identity of a record, as the engine does after the check.
func identify(c *storetest.County, id uuid.UUID, identity status.Identity, items map[roster.Field]string) error {
	return c.In(c.Worker, "", func(tx *change.Tx) error {
		w := writing(c, tx.Tx, id, process.KeyDataChange)
		w.Identity, w.Items = &student.IdentityWrite{Identity: identity, Country: "156"}, items
		return student.WriteRecord(tx.Tx, w)
	})
}

// A written identity is sealed, found by its new number and no more by the old one, and is
// not checked yet. The document of another record is refused.
func TestAnIdentityIsWrittenAndSealed(t *testing.T) {
	c, pupils := enrolled(t)
	other := c.ItemsOf(pupils[1])
	fresh := c.Items(storetest.SchoolA, 2024)
	old := c.ItemsOf(pupils[0])[roster.IDNumber]
	identity := status.Identity{Name: "⽅新名", Sex: fresh["sex"], BirthDate: fresh["birth_date"], IDType: fresh["id_type"], IDNumber: fresh[roster.IDNumber]}
	taken := identity
	taken.IDNumber = other[roster.IDNumber]
	require.ErrorIs(t, identify(c, pupils[0], taken, nil), refusal.New(refusal.IdentityTaken))
	require.NoError(t, identify(c, pupils[0], identity, map[roster.Field]string{"ethnicity": "06"}))
	require.Equal(t, []uuid.UUID{pupils[0]}, idsOf(c.Search(storetest.SchoolA, student.Search{IDNumber: identity.IDNumber})))
	require.Empty(t, c.Search(storetest.SchoolA, student.Search{IDNumber: old}))
	require.Equal(t, []uuid.UUID{pupils[0]}, idsOf(c.Search(storetest.SchoolA, student.Search{Name: "方新名"})), "found in every spelling")
	require.Equal(t, "UNCHECKED 06 "+ident.MaskDocument(identity.IDNumber), c.Text(`SELECT identity_state || ' ' || ethnicity || ' ' || id_masked FROM student WHERE id = $1`, pupils[0]))
	require.Zero(t, c.Count(`SELECT count(*) FROM student s WHERE s::text LIKE '%' || $1 || '%'`, identity.IDNumber))
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		h, err := student.ReadPupilRow(tx.Tx, pupils[0], false)
		require.NoError(t, err)
		require.Empty(t, h.Record.Identity.IDNumber)
		require.NoError(t, student.DecryptIdentity(tx.Tx, h))
		require.Equal(t, identity.IDNumber, h.Record.Identity.IDNumber)
		return nil
	})

	passport := status.Identity{Name: "KIM EXAMPLE", Sex: "1", BirthDate: "20180101", IDType: "A", IDNumber: "EX0000077"}
	require.NoError(t, identify(c, pupils[2], passport, nil))
	require.Equal(t, "NOT_APPLICABLE", c.Text(`SELECT identity_state FROM student WHERE id = $1`, pupils[2]), "the population database knows no passports")
}

func idsOf(list []student.FoundRecord) (ids []uuid.UUID) {
	for _, one := range list {
		ids = append(ids, one.ID)
	}
	return ids
}

// Who asks by a document meets records, changes and rosters in hand alike.
func TestADocumentIsTakenOnce(t *testing.T) {
	c, pupils := enrolled(t)
	items := c.ItemsOf(pupils[0])
	taken := func(own uuid.UUID, document student.IdentityDocument) (is bool) {
		c.MustIn(c.App, storetest.SchoolB, func(tx *change.Tx) (err error) {
			is, err = documentTaken(tx.Tx, own, student.IdentityKeys(c.App.Store, document))
			return err
		})
		return is
	}
	require.True(t, taken(uuid.New(), student.DocumentOf(items)))
	require.False(t, taken(pupils[0], student.DocumentOf(items)), "the record's own")
	require.False(t, taken(uuid.New(), student.DocumentOf(c.Items(storetest.SchoolA, 2024))))
	require.Nil(t, student.IdentityKeys(c.App.Store, student.IdentityDocument{Kind: "Z"}))
	require.Nil(t, student.HashArray(nil))
	require.True(t, mustEditable(c, pupils[0]).HasKey(student.IdentityKeys(c.App.Store, student.DocumentOf(items))))
	require.False(t, mustEditable(c, pupils[1]).HasKey(student.IdentityKeys(c.App.Store, student.DocumentOf(items))))
}

func mustEditable(c *storetest.County, id uuid.UUID) (r *student.EditableRecord) {
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := student.ReadEditableRecords(tx.Tx, []uuid.UUID{id}, c.Rules())
		r = list[id]
		return err
	})
	return r
}

func TestSlotsTellWhatTheyHold(t *testing.T) {
	id := uuid.New()
	keys := []string{student.StudentSlot(id), student.BesideSlot(id), student.DeathSlot(id), student.ArbitrationSlot(id), student.IdentitySlot([]byte{0xab})}
	require.Equal(t, []string{"student/" + id.String(), "beside/" + id.String(), "death/" + id.String(), "arbitration/" + id.String(), "identity/ab"}, keys)
}

func TestStagesAreSpelledAsInStudentNumbers(t *testing.T) {
	require.Equal(t, []ident.Stage{ident.PrimaryStage, ident.JuniorStage, ident.SeniorStage, 0},
		[]ident.Stage{student.StageOf(org.Primary), student.StageOf(org.Junior), student.StageOf(org.Senior), student.StageOf("KINDERGARTEN")})
}

// Every code has its words; an unknown one stands for itself.
func TestCodesHaveWords(t *testing.T) {
	for _, code := range []string{"1", "2", "3", "4", "6", "9"} {
		require.NotEqual(t, code, student.PunishmentLevel(code).Zh)
	}
	require.Equal(t, process.Text{Zh: "7", En: "7"}, student.PunishmentLevel("7"))
	for _, state := range []string{"PENDING", "DONE_PASS", "DONE_FAIL"} {
		require.NotEqual(t, state, student.DedupeText(state).Zh)
	}
	require.Equal(t, process.Text{Zh: "x", En: "x"}, student.DedupeText("x"))
}
