package changes_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// Whoever is asked to wait is told how long, also when the refusal is told again.
func TestAReminderTooSoonSaysWhen(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	change, _ := w.Change(storetest.SchoolA)
	remind := func(key string) apitest.Call {
		return apitest.Call{Method: "POST", Path: "/v1/changes/" + change.String() + "/reminder", Key: key, Body: m{}}
	}
	w.Must(http.StatusOK, registrar.Token, remind("remind-01"), nil)
	for _, seconds := range []string{"86400", "82800"} {
		answer := w.Must(http.StatusTooManyRequests, registrar.Token, remind("remind-02"), nil)
		require.Equal(t, seconds, answer.Header().Get("Retry-After"))
		w.Hand.Advance(time.Hour)
	}
}

// A limit of the day ends with the day.
func TestLookupsOfTheDayAreUsed(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	w.Policy(storetest.Province, `{"lookups_per_day": 2}`)
	look := apitest.Post("/v1/students/find", m{"name": "样例", "student_number": "G520102201001010011"})
	for range 2 {
		w.Refused("transfer_data_wrong", registrar.Token, look)
	}
	answer := w.Must(http.StatusTooManyRequests, registrar.Token, look, nil)
	require.Equal(t, "54000", answer.Header().Get("Retry-After"), "from nine in the morning to midnight")
}
