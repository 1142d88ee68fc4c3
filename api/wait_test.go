package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
)

// Whoever is asked to wait is told how long, also when the refusal is told again.
func TestAReminderTooSoonSaysWhen(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	change, _ := w.change(w.places["school"], org.SchoolLeader)
	remind := func(key string) call {
		return call{method: "POST", path: "/v1/changes/" + change.String() + "/reminder", key: key, body: m{}}
	}
	w.must(http.StatusOK, registrar.token, remind("remind-01"), nil)
	for _, seconds := range []string{"86400", "82800"} {
		answer := w.must(http.StatusTooManyRequests, registrar.token, remind("remind-02"), nil)
		require.Equal(t, seconds, answer.Header().Get("Retry-After"))
		w.hand.Advance(time.Hour)
	}
}

// A limit of the day ends with the day.
func TestLookupsOfTheDayAreUsed(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	w.exec(`INSERT INTO audit_entry (id, partition, at, office_path, action, subject_kind, subject_id)
		SELECT gen_random_uuid(), 'x', $1, $4::text::ltree, 'lookup', 'lookup', $2 FROM generate_series(1, $3::int)`, w.clock.Now(), registrar.account.String(), w.process.Default().LookupsPerDay, registrar.at.path)
	answer := w.must(http.StatusTooManyRequests, registrar.token, call{method: "POST", path: "/v1/students/find", key: uuid.NewString(),
		body: m{"name": "样例", "student_number": "G520102201001010011"}}, nil)
	require.Equal(t, "54000", answer.Header().Get("Retry-After"), "from nine in the morning to midnight")
}
