package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// waiting puts a running change of a school into the register. Its first step opened an
// hour ago and is due in ten days.
func (r *recordsRig) waiting(path string) uuid.UUID {
	r.t.Helper()
	id, pupil, opened := newID(), newID(), r.app.Clock().Now().Add(-time.Hour)
	r.exec(`INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, enrol_status, in_register, on_campus, created_at, updated_at)
		VALUES ($1, $2, $3::text::ltree, false, 'PRIMARY', 2024, '某人', '1', '2017-05-01', '1', 'ENROLLED', true, true, $4, $4)`, pupil, r.school[path], path, opened)
	r.exec(`INSERT INTO change (id, case_no, kind, student_id, org_id, org_path, province_code, stage, status, definition, definition_version,
		policy_version, inputs, step_no, round, filed_by, filing_key, filing_hash, filed_at, due_total)
		VALUES ($1, $2, 'SUSPENSION', $3, $4, $5::text::ltree, '520000', 'PRIMARY', 'RUNNING', '{}', '1', 0, '{}', 1, 1, $1, $2, '\x00', $6, $7)`,
		id, "C-"+id.String(), pupil, r.school[path], path, opened, opened.AddDate(0, 1, 0))
	r.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES ($1, 'FILER', $2, $3::text::ltree)`, id, r.school[path], path)
	due := opened.AddDate(0, 0, 10)
	r.exec(`INSERT INTO step (change_id, no, round, name, side, role, office_id, office_path, opened_at, due_at, due_provisional, calendar_version,
		remind_50_at, remind_80_at, status) VALUES ($1, 1, 1, 'LEADER_REVIEW', 'FILER', 'SCHOOL_LEADER', $2, $3::text::ltree, $4, $5, false, '', $5, $5, 'OPEN')`,
		id, r.school[path], path, opened, due)
	return id
}

// said puts a slip into a change that has waited since the given time.
func (r *recordsRig) said(change uuid.UUID, ago time.Duration) {
	r.exec(`INSERT INTO slip (id, change_id, account_id, office_id, verb, step_no, round, key, body_hash, created_at)
		SELECT $1, c.id, c.id, c.org_id, 'WITHDRAW', 1, 1, $2, '\x00', $4 FROM change c WHERE c.id = $3`,
		newID(), newID().String(), change, r.app.Clock().Now().Add(-ago))
}

func (r *recordsRig) attention(s *Store, path string, only Reason, after AttentionKey, most int) []AttentionRow {
	r.t.Helper()
	var list []AttentionRow
	r.mustIn(s, path, func(t *Tx) (err error) {
		list, err = t.Attention(only, after, most)
		return err
	})
	return list
}

func TestAttentionReasonsComeByUrgencyAndEnd(t *testing.T) {
	r := newRecordsRig(t)
	now := r.app.Clock().Now()
	r.waiting(schoolAPath) // all is well
	young := r.waiting(schoolAPath)
	r.said(young, 5*time.Second)
	r.exec(`INSERT INTO outbox (change_id, topic, created_at) VALUES ($1, 'START', $2)`, young, now.Add(-30*time.Second))
	r.exec(`UPDATE step SET remind_50_at = $2 WHERE change_id = $1`, young, now.Add(-5*time.Second))

	type row struct {
		id     uuid.UUID
		reason Reason
		mend   string
	}
	rows := []row{
		{r.waiting(schoolAPath), ReasonUnsettled, `UPDATE slip SET outcome = 'COUNTED', settled_at = created_at WHERE change_id = $1`},
		{r.waiting(schoolAPath), ReasonStartWaiting, `UPDATE outbox SET sent_at = created_at WHERE change_id = $1`},
		{r.waiting(schoolAPath), ReasonAsleep, `UPDATE step SET reminded_80 = remind_80_at WHERE change_id = $1`},
		{r.waiting(schoolAPath), ReasonIdentitySilent, `UPDATE step SET problem = '' WHERE change_id = $1`},
		{r.waiting(schoolAPath), ReasonStalled, `UPDATE step SET problem = '' WHERE change_id = $1`},
		{r.waiting(schoolAPath), ReasonNobody, `UPDATE step SET problem = '' WHERE change_id = $1`},
		{r.waiting(schoolAPath), ReasonNotApplied, `UPDATE step SET problem = '' WHERE change_id = $1`},
		{r.waiting(schoolAPath), ReasonOverdue, `UPDATE step SET due_at = due_at + interval '1 month' WHERE change_id = $1`},
	}
	r.said(rows[0].id, 11*time.Second)
	r.said(rows[0].id, 12*time.Second)
	r.exec(`INSERT INTO outbox (change_id, topic, created_at) VALUES ($1, 'START', $2)`, rows[1].id, now.Add(-61*time.Second))
	r.exec(`UPDATE step SET remind_80_at = $2 WHERE change_id = $1`, rows[2].id, now.Add(-11*time.Second))
	r.exec(`UPDATE step SET problem = 'IDENTITY_NO_ANSWER' WHERE change_id = $1`, rows[3].id)
	r.exec(`UPDATE step SET problem = 'SOMETHING_NEW' WHERE change_id = $1`, rows[4].id)
	r.exec(`UPDATE step SET problem = $2 WHERE change_id = $1`, rows[5].id, problemNobody)
	r.exec(`UPDATE step SET due_at = $2, overdue_at = $2, reminded_50 = $2, reminded_80 = $2 WHERE change_id = $1`, rows[7].id, now)
	r.exec(`UPDATE step SET problem = 'NOT_APPLIED' WHERE change_id = $1`, rows[6].id)
	require.Len(t, rows, len(Reasons()))

	list := r.attention(r.app, countyPath, "", AttentionKey{}, 50)
	require.Len(t, list, len(rows))
	for i, want := range rows {
		require.Equal(t, want.id, list[i].ChangeID, want.reason)
		require.Equal(t, []Reason{want.reason}, list[i].Reasons)
		require.Equal(t, "2152000123", list[i].OfficeCode)
		require.Equal(t, "LEADER_REVIEW", list[i].StepName)
		only := r.attention(r.app, countyPath, want.reason, AttentionKey{}, 50)
		require.Len(t, only, 1, want.reason)
		require.Equal(t, want.id, only[0].ChangeID)
	}
	require.Equal(t, now.Add(-12*time.Second), list[0].Since.In(now.Location()), "the oldest slip counts")
	counts := r.attentionCounts(r.app, countyPath)
	for _, want := range rows {
		require.EqualValues(t, 1, counts[want.reason], want.reason)
		r.exec(want.mend, want.id)
	}
	require.Empty(t, r.attention(r.app, countyPath, "", AttentionKey{}, 50))
	require.Empty(t, r.attentionCounts(r.app, countyPath))
	r.exec(`UPDATE change SET due_total = $2 WHERE id = $1`, young, now.Add(-11*time.Second))
	require.Len(t, r.attention(r.app, countyPath, ReasonAsleep, AttentionKey{}, 50), 1, "the change as a whole takes too long")
}

func (r *recordsRig) attentionCounts(s *Store, path string) (counts map[Reason]int64) {
	r.t.Helper()
	r.mustIn(s, path, func(t *Tx) (err error) {
		counts, err = t.AttentionCounts()
		return err
	})
	return counts
}

// A change with several reasons is listed once, at the place of its most urgent reason.
func TestChangeWithSeveralReasonsIsListedOnce(t *testing.T) {
	r := newRecordsRig(t)
	now := r.app.Clock().Now()
	late, both := r.waiting(schoolAPath), r.waiting(schoolAPath)
	for _, id := range []uuid.UUID{late, both} {
		r.exec(`UPDATE step SET due_at = $2, overdue_at = $2, reminded_50 = $2, reminded_80 = $2, problem = $3 WHERE change_id = $1`, id, now.Add(-time.Hour), problemNobody)
	}
	r.said(both, time.Minute)
	list := r.attention(r.app, schoolAPath, "", AttentionKey{}, 50)
	require.Len(t, list, 2)
	require.Equal(t, both, list[0].ChangeID)
	require.Equal(t, []Reason{ReasonUnsettled, ReasonNobody, ReasonOverdue}, list[0].Reasons)
	require.Equal(t, []Reason{ReasonNobody, ReasonOverdue}, list[1].Reasons)
	require.Len(t, r.attention(r.app, schoolAPath, ReasonOverdue, AttentionKey{}, 50), 2)
	require.EqualValues(t, 1, list[0].Slips)
	well := r.waiting(schoolAPath)
	r.mustIn(r.app, schoolAPath, func(tx *Tx) error {
		rest, err := tx.WithoutReason([]uuid.UUID{late, well, both})
		require.Equal(t, []uuid.UUID{well}, rest)
		return err
	})
}

// Rows and counts alike show only changes whose parties are in scope. The worker role
// sees the whole tree from its root.
func TestAttentionStaysInScope(t *testing.T) {
	r := newRecordsRig(t)
	var ids []uuid.UUID
	for _, path := range []string{schoolAPath, schoolBPath} {
		id := r.waiting(path)
		r.said(id, time.Minute)
		ids = append(ids, id)
	}
	sees := func(s *Store, path string, want ...uuid.UUID) {
		t.Helper()
		list := r.attention(s, path, "", AttentionKey{}, 50)
		have := make([]uuid.UUID, len(list))
		for i, row := range list {
			have[i] = row.ChangeID
		}
		require.ElementsMatch(t, want, have, path)
		require.EqualValues(t, len(want), r.attentionCounts(s, path)[ReasonUnsettled], path)
		r.mustIn(s, path, func(tx *Tx) error {
			standing, err := tx.Standings(uuid.Nil, 50)
			require.NoError(t, err)
			require.Len(t, standing, len(want))
			again, err := tx.StillRunning(ids)
			if s == r.app { // the worker's scope is no wall: it sees everything anyway
				require.Len(t, again, len(want))
			}
			return err
		})
	}
	sees(r.app, schoolAPath, ids[0])
	sees(r.app, schoolBPath, ids[1])
	sees(r.app, countyPath, ids...)
	sees(r.worker, "n", ids...)
	sees(r.app, "n.p11")
	for _, paths := range [][]string{nil, {""}} {
		err := r.app.InScope(t.Context(), Scope{Paths: paths}, func(tx *Tx) error {
			_, err := tx.Attention("", AttentionKey{}, 10)
			return err
		})
		require.Equal(t, "42501", sqlState(err), "no scope, no answer")
	}
	// What the functions are made of is not the application's.
	err := r.in(r.app, countyPath, func(tx *Tx) error {
		_, err := tx.exec(`SELECT * FROM attention_found(now(), '{n}')`)
		return err
	})
	require.Equal(t, "42501", sqlState(err))
}

func TestAttentionPagesListEachChangeOnce(t *testing.T) {
	r := newRecordsRig(t)
	want := map[uuid.UUID]bool{}
	for i := range 23 {
		id := r.waiting(schoolAPath)
		want[id] = true
		r.said(id, time.Duration(20+i%3)*time.Second) // many have waited equally long
		if i%4 == 0 {
			r.exec(`UPDATE step SET problem = $2 WHERE change_id = $1`, id, problemNobody)
		}
	}
	seen, after := map[uuid.UUID]bool{}, AttentionKey{}
	for {
		page := r.attention(r.app, schoolAPath, "", after, 5)
		if len(page) == 0 {
			break
		}
		for _, row := range page {
			require.False(t, seen[row.ChangeID])
			seen[row.ChangeID] = true
			after = row.Key()
		}
	}
	require.Equal(t, want, seen)
}

// manyRunning fills the register with running changes of both schools that need
// no attention.
func (r *recordsRig) manyRunning(n int) {
	now := r.app.Clock().Now()
	r.crowd(n)
	r.exec(`INSERT INTO change (id, case_no, kind, student_id, org_id, org_path, province_code, stage, status, definition, definition_version,
			policy_version, inputs, step_no, round, filed_by, filing_key, filing_hash, filed_at, due_total)
		SELECT s.id, 'M-' || s.id, 'SUSPENSION', s.id, s.school_id, s.org_path, '520000', 'PRIMARY', 'RUNNING', '{}', '1', 0, '{}', 1, 1,
			s.school_id, 'M-' || s.id, '\x00', $1::timestamptz, $1::timestamptz + interval '60 days' FROM student s`, now.Add(-time.Hour))
	r.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) SELECT id, 'FILER', org_id, org_path FROM change WHERE case_no LIKE 'M-%'`)
	r.exec(`INSERT INTO step (change_id, no, round, name, side, role, office_id, office_path, opened_at, due_at, due_provisional, calendar_version,
			remind_50_at, remind_80_at, status)
		SELECT id, 1, 1, 'LEADER_REVIEW', 'FILER', 'SCHOOL_LEADER', org_id, org_path, $1::timestamptz, $1::timestamptz + interval '10 days', false, '',
			$1::timestamptz + interval '5 days', $1::timestamptz + interval '8 days', 'OPEN' FROM change WHERE case_no LIKE 'M-%'`, now.Add(-time.Hour))
	r.exec(`INSERT INTO outbox (change_id, topic, created_at, sent_at) SELECT id, 'START', filed_at, filed_at FROM change WHERE case_no LIKE 'M-%'`)
	r.exec(`ANALYZE`)
}

// However many changes run, the search begins with the few changes that have a reason.
// The test runs as the owner, so that attention_found becomes part of the query that
// calls it.
func TestAttentionQueriesUseIndexes(t *testing.T) {
	r := newRecordsRig(t)
	r.manyRunning(30_000)
	for i := range 5 {
		r.said(r.waiting(schoolAPath), time.Duration(i+1)*time.Minute)
	}
	plan := func(sql string) string {
		var text string
		require.NoError(t, r.owner.QueryRow(t.Context(), `EXPLAIN (FORMAT JSON) `+sql).Scan(&text))
		return compactJSON(t, text)
	}
	at := r.app.Clock().Now().Format(time.RFC3339)
	found := plan(fmt.Sprintf(`SELECT * FROM attention_found('%s', '{%s}')`, at, countyPath))
	require.Contains(t, found, "step_next_mark", "the plan shows the inside of the function")
	for _, table := range []string{"step", "change", "slip", "outbox", "change_party"} {
		require.NotContains(t, found, `"Seq Scan", "Relation Name": "`+table+`"`, "%s: %s", table, found)
	}
	// The test can fail: this is how a search without an index looks.
	require.Contains(t, plan(`SELECT 1 FROM step WHERE calendar_version = 'x'`), `"Seq Scan", "Relation Name": "step"`)
	require.Len(t, r.attention(r.app, countyPath, "", AttentionKey{}, 50), 5)
}
