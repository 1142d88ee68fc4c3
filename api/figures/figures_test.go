package figures_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/figures"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// of reads the figures of an office as one person.
func of(w *apitest.World, who apitest.Caller, path string) (f figures.Figures) {
	w.T().Helper()
	w.Must(http.StatusOK, who.Token, apitest.Get(w.Org(path, "/figures")), &f)
	return f
}

// A school and its bureaus read the same pupils and the same cases.
func TestFiguresOfASchoolAndOfTheBureausAbove(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	empty := of(w, s.Registrar, storetest.SchoolA)
	require.Zero(t, empty.Pupils)
	require.Empty(t, empty.Months)
	require.NotNil(t, empty.Classes)

	pupils := w.Pupils(storetest.SchoolA, 3)
	var filed struct{ ID uuid.UUID }
	w.Must(http.StatusCreated, s.Registrar.Token, apitest.File("key-figures-1", w.Suspension(s.Registrar, pupils[0], "2026-11-20")), &filed)
	before := of(w, s.Registrar, storetest.SchoolA)
	require.Equal(t, 3, before.Pupils)
	require.Equal(t, []figures.Part{{Code: "ENROLLED", Label: before.States[0].Label, Count: 3}}, before.States)
	require.Len(t, before.Classes, 1)
	require.Equal(t, 3, before.Classes[0].Count)
	require.Equal(t, 3, before.Grades[0].Count)
	require.Empty(t, before.Offices)
	sum := 0
	for _, sex := range before.Sexes {
		sum += sex.Count
	}
	require.Equal(t, 3, sum)

	change := filed.ID
	w.Must(http.StatusOK, s.Leader.Token, w.Decision(change, "APPROVE"), nil)
	w.Must(http.StatusOK, s.Reviewer.Token, w.Decision(change, "APPROVE"), nil)
	after := of(w, s.Registrar, storetest.SchoolA)
	require.Len(t, after.States, 2)
	require.Equal(t, figures.MonthPart{Month: "2026-11", Kind: "SUSPENSION", KindName: "休学", Count: 1}, after.Months[1])
	require.Equal(t, []figures.MonthPart{before.Months[0], after.Months[1]}, after.Months, "the roster in which the pupils came, and the suspension")
	require.Len(t, after.Paces, 1, "steps of the bureau are not those of the school")
	require.Equal(t, figures.PacePart{Role: org.SchoolLeader, RoleLabel: after.Paces[0].RoleLabel, Done: 2, InTime: 2}, after.Paces[0])

	head := w.LogIn(storetest.Bureau, org.BureauHead)
	bureau := of(w, head, storetest.Bureau)
	require.Equal(t, after.Pupils, bureau.Pupils)
	require.Equal(t, after.Months, bureau.Months)
	require.Len(t, bureau.Paces, 2)
	require.Empty(t, bureau.Classes)
	require.Equal(t, []figures.OfficePart{{ID: w.OfficeID(storetest.SchoolA), Name: w.OfficeName(storetest.SchoolA), Kind: org.School, Count: after.Pupils}}, bureau.Offices)
	require.Equal(t, bureau.Pupils, of(w, w.LogIn(storetest.Province, org.BureauHead), storetest.Province).Pupils)
	w.Refused("forbidden", s.Registrar.Token, apitest.Get(w.Org(storetest.SchoolB, "/figures")))
}
