package students_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// The cards of several pupils come in the order asked for, with the numbers masked; one that
// may not be read refuses all.
func TestTheCardsOfSeveralPupils(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	first, second, far := w.Pupil(storetest.SchoolA), w.Pupil(storetest.SchoolA), w.Pupil(storetest.SchoolB)
	ask := func(ids ...uuid.UUID) apitest.Call { return apitest.Post("/v1/students/cards", m{"ids": ids}) }
	var cards students.Cards
	w.Must(http.StatusOK, registrar.Token, ask(second, first), &cards)
	require.Equal(t, []uuid.UUID{second, first}, []uuid.UUID{cards.Items[0].ID, cards.Items[1].ID})
	require.Equal(t, "2026年11月20日", cards.ReadOn)
	items := map[string]students.SheetItem{}
	for _, item := range cards.Items[0].Items {
		require.NotEmpty(t, item.Group)
		items[string(item.Field)] = item
	}
	require.Contains(t, items["id_number"].Value, "***")
	require.Equal(t, "中国", items["nationality"].Label)
	w.Refused("not_found", registrar.Token, ask(first, far))
	w.Refused("wrong_count", registrar.Token, ask([]uuid.UUID{}...))
	w.Must(http.StatusOK, w.LogIn(storetest.Bureau, org.BureauViewer).Token, ask(first, far), nil)
}
