package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/calendar"
)

// emergency is a filing of a transfer whose paper procedure was complete on a day (KT58).
func emergency(p *e2e.Person, n e2e.Named, class uuid.UUID, day string, form bool) map[string]any {
	body := p.TransferBody(n, class)
	body["inputs"] = map[string]string{"class_id": class.String(), "reason": "父母工作调动", "paper_date": day, "paper_form_no": "ZX-1"}
	if form {
		evidence, _ := body["evidence"].([]map[string]string)
		body["evidence"] = append(evidence, map[string]string{"id": p.Evidence(), "kind": "TRANSFER_FORM"})
	}
	return body
}

// goOn moves the clock to nine o'clock of a day, on which everybody is still at work.
func goOn(s *e2e.Stack, year int, month time.Month, day int) {
	at := time.Date(year, month, day, 9, 0, 0, 0, calendar.Shanghai())
	s.Exec(`UPDATE account SET last_used_at = $1`, at) // or they would be sealed as idle
	s.Hand.Set(at)
}

// In a freeze nothing begins, but what had begun goes on, and so does what was
// complete on paper before (KT58).
func TestATransferInAFreeze(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	in, class := m.in, m.in.Class[2024]
	goOn(s, 2027, time.July, 14)
	begun, corrected := m.transfer(m.out), m.transfer(m.out)
	goOn(s, 2027, time.July, 20)

	try := func(body map[string]any) e2e.Answer {
		return in.Registrar.Do(http.MethodPost, "/v1/changes", body, uuid.NewString())
	}
	pupil := s.Named(m.out, 2024, simulator.Matches)
	for _, row := range []struct {
		name, code string
		body       map[string]any
		says       []string
	}{
		{"nothing begins in a freeze", "transfer_frozen", in.Registrar.TransferBody(pupil, class), []string{"2027-08-15"}},
		{"on paper in the freeze", "transfer_frozen", emergency(in.Registrar, pupil, class, "2027-07-16", true), []string{"2027-08-15"}},
		{"without the form", "paper_form_missing", emergency(in.Registrar, pupil, class, "2027-07-14", false), []string{"转学联系表"}},
		{"tomorrow", "paper_date_out_of_range", emergency(in.Registrar, pupil, class, "2027-07-21", true), []string{"2027-05-21", "2027-07-20"}},
		{"too old", "paper_date_out_of_range", emergency(in.Registrar, pupil, class, "2027-05-20", true), []string{"2027-05-21", "2027-07-20"}},
		{"no day", "", emergency(in.Registrar, pupil, class, "2027-02-30", true), []string{"/inputs/paper_date"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			answer := try(row.body)
			require.GreaterOrEqual(t, answer.Status, http.StatusBadRequest, string(answer.Raw))
			require.Less(t, answer.Status, http.StatusInternalServerError, string(answer.Raw))
			require.Contains(t, string(answer.Raw), `"`+row.code)
			for _, word := range row.says {
				require.Contains(t, string(answer.Raw), word)
			}
		})
	}

	m.until(begun, len(begun.chain))
	m.arrived(begun)
	m.until(corrected, 3)
	m.out.Leader.SendBack(corrected.change, 0, "请补充说明")
	say(s, in.Registrar, corrected.change, "resubmission", map[string]any{"opinion": "已补充"}, http.StatusOK)
	m.until(corrected, len(corrected.chain))
	require.Equal(t, "EFFECTIVE", in.Registrar.Page(corrected.change).Text("status"), "what had begun may be corrected in a freeze")

	onPaper := &journey{from: in, to: in.School.ID, pupil: pupil, chain: begun.chain}
	onPaper.change = in.Registrar.File(emergency(in.Registrar, pupil, class, "2027-07-14", true))
	m.until(onPaper, len(onPaper.chain))
	m.arrived(onPaper)
	require.Equal(t, "2027-07-14", e2e.Value[string](s, `SELECT effective_on::text FROM change WHERE id = $1`, onPaper.change))
	require.Equal(t, "2027-07-14", e2e.Value[string](s, `SELECT left_on::text FROM departure WHERE change_id = $1`, onPaper.change))
	require.Equal(t, 2, count(s, "student_history WHERE change_id = $1 AND effective_on = '2027-07-14'", onPaper.change))
	require.Equal(t, "2027-08-20", e2e.Value[string](s, `SELECT due_on::text FROM handover WHERE change_id = $1`, onPaper.change),
		"the paper file has a month from the day the record moved")
}

// Outside a freeze the day on paper counts too.
func TestTheDayOnPaperIsTheDayItCounts(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	j := m.transfer(m.out)
	say(s, m.in.Registrar, j.change, "withdrawal", map[string]any{}, http.StatusOK)
	j.change = m.in.Registrar.File(emergency(m.in.Registrar, j.pupil, m.in.Class[2024], "2026-10-08", true))
	m.until(j, len(j.chain))
	m.arrived(j)
	require.Equal(t, "2026-10-08", e2e.Value[string](s, `SELECT effective_on::text FROM change WHERE id = $1`, j.change))
}
