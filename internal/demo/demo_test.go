package demo_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/demo"
	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
)

func register(s *e2e.Stack) demo.Register {
	return demo.Register{URL: s.URL, Owner: s.Config.Database.URL.Reveal(), Now: s.Clock.Now()}
}

func TestTheProvinceIsLoadedOnceAndRepaired(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	ctx := t.Context()
	require.NoError(t, demo.Load(ctx, register(s), true))
	accounts, pupils := e2e.Value[int](s, `SELECT count(*) FROM account`), e2e.Value[int](s, `SELECT count(*) FROM student`)
	require.Len(t, demo.Accounts(), accounts)
	require.Positive(t, pupils)
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM account WHERE must_change`))

	// A run that was cut off left an account whose temporary password nobody knows.
	s.Exec(`UPDATE account SET must_change = true, password_hash = 'none' WHERE login IN ('nation.admin', 'leader2')`)
	s.Exec(`DELETE FROM account_password p USING account a WHERE a.id = p.account_id AND a.must_change`)
	s.Exec(`INSERT INTO account_password (account_id, set_at, password_hash) SELECT id, created_at, 'none' FROM account WHERE must_change`)
	// Somebody locked another one out; that is none of our business.
	s.Exec(`UPDATE account SET must_change = true WHERE login = 'county.viewer'`)
	require.NoError(t, demo.Load(ctx, register(s), true))
	require.Equal(t, "county.viewer", e2e.Value[string](s, `SELECT string_agg(login, ' ') FROM account WHERE must_change`))
	require.Equal(t, accounts, e2e.Value[int](s, `SELECT count(*) FROM account`))
	require.Equal(t, pupils, e2e.Value[int](s, `SELECT count(*) FROM student`))
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM roster`))
}

// People of the demonstration may change their passwords: the trial starts all the
// same, says whose they are, and completes what does not need them.
func TestAChangedPasswordDoesNotEndTheTrial(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	ctx := t.Context()
	require.NoError(t, demo.Load(ctx, register(s), false))
	changed, err := demo.Changed(ctx, register(s))
	require.NoError(t, err)
	require.Empty(t, changed)
	for _, login := range []string{"registrar", "county.admin"} {
		token := s.Call("", http.MethodPost, "/v1/sessions", map[string]any{"login": login, "password": demo.Password}, "").Text("token")
		answer := s.Call(token, http.MethodPost, "/v1/me/password", map[string]any{"present": demo.Password, "new": "Another-2026"}, "")
		require.Equal(t, http.StatusNoContent, answer.Status, string(answer.Raw))
	}
	// An older version did not know the second reviewers; the county's cannot be opened now.
	for _, table := range []string{"session", "account_password"} {
		s.Exec(`DELETE FROM ` + table + ` x USING account a WHERE a.id = x.account_id AND a.login LIKE '%.reviewer2'`)
	}
	s.Exec(`DELETE FROM account WHERE login LIKE '%.reviewer2'`)
	require.NoError(t, demo.Load(ctx, register(s), true))
	changed, err = demo.Changed(ctx, register(s))
	require.NoError(t, err)
	require.Equal(t, []string{"county.admin", "registrar", "county.reviewer2"}, changed)
	require.Equal(t, "city.reviewer2 dongcheng.reviewer2", e2e.Value[string](s, `SELECT string_agg(login, ' ' ORDER BY login) FROM account WHERE login LIKE '%.reviewer2'`))
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM student`), "nobody filed the roster in the registrar's name")
}

// Every bureau that decides about a school has a second person for what needs two.
func TestEveryReviewerOfTheDemonstrationHasASecondOne(t *testing.T) {
	reviewers := map[string]int{}
	for _, a := range demo.Accounts() {
		if a.Role == org.BureauReviewer {
			reviewers[a.Office]++
		}
	}
	require.Len(t, reviewers, 3)
	for office, n := range reviewers {
		require.GreaterOrEqual(t, n, 2, office)
	}
}

// A trial that an older version loaded gets what is new, and keeps the rest.
func TestAnOlderProvinceIsCompleted(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	ctx := t.Context()
	require.NoError(t, demo.Load(ctx, register(s), false))
	accounts, classes := e2e.Value[int](s, `SELECT count(*) FROM account`), e2e.Value[int](s, `SELECT count(*) FROM school_class`)

	// The older version knew nobody in Beijing.
	const beijing = `path <@ (SELECT path FROM organisation WHERE kind = 'PROVINCE' AND code = '110000')`
	for _, table := range []string{"school_class", "school_grade"} {
		s.Exec(`DELETE FROM ` + table + ` WHERE org_` + beijing)
	}
	for _, table := range []string{"session", "account_password"} {
		s.Exec(`DELETE FROM ` + table + ` x USING account a WHERE a.id = x.account_id AND a.org_` + beijing)
	}
	s.Exec(`DELETE FROM account WHERE org_` + beijing)
	s.Exec(`DELETE FROM organisation WHERE kind = 'SCHOOL' AND ` + beijing)
	require.Less(t, e2e.Value[int](s, `SELECT count(*) FROM account`), accounts)
	kept := e2e.Value[string](s, `SELECT password_hash FROM account WHERE login = 'school.admin'`)

	require.NoError(t, demo.Load(ctx, register(s), false))
	require.Equal(t, accounts, e2e.Value[int](s, `SELECT count(*) FROM account`))
	require.Equal(t, classes, e2e.Value[int](s, `SELECT count(*) FROM school_class`))
	require.Equal(t, kept, e2e.Value[string](s, `SELECT password_hash FROM account WHERE login = 'school.admin'`))
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM account WHERE must_change`))
}

func TestADatabaseOfSomebodyElseIsLeftAlone(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	require.NoError(t, demo.Load(t.Context(), register(s), false))
	s.Exec(`UPDATE account SET login = 'somebody' WHERE login = 'nation.admin'`)
	before := e2e.Value[int](s, `SELECT count(*) FROM account`)
	require.ErrorIs(t, demo.Load(t.Context(), register(s), false), demo.ErrOccupied)
	require.Equal(t, before, e2e.Value[int](s, `SELECT count(*) FROM account`))
}

// The demonstration is the end-to-end test: every expectation of every scene
// holds, and no number stands in what it prints.
func TestTheDemonstrationGoesAsExpected(t *testing.T) {
	s := e2e.New(t, e2e.Options{Interval: 2 * time.Second})
	var out strings.Builder
	err := demo.Play(t.Context(), demo.Stage{
		Register: register(s), Clock: s.Clock, Hand: s.Hand, Out: &out,
		Audit: demo.AuditOf(s.Config.Database.WorkerURL.Reveal(), s.Clock),
	})
	t.Log(out.String())
	require.NoError(t, err)
	require.Contains(t, out.String(), "✓")
	require.NotRegexp(t, `\d{17}[\dX]`, out.String())
}
