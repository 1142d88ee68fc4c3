package e2e_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
)

// chainOf is the names of the steps a change runs through, as its page tells them.
func chainOf(page e2e.Answer) []string {
	var names []string
	steps, _ := page.Get("chain").([]any)
	for _, step := range steps {
		if fields, ok := step.(map[string]any); ok {
			name, _ := fields["name"].(string)
			names = append(names, name)
		}
	}
	return names
}

// Both provinces change their rules while a transfer runs: it keeps its chain,
// and both versions with it; the next one has the new chain of each side.
func TestARunningTransferKeepsTheRulesOfBothProvinces(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	plain := []string{"RECEIVING_REVIEW", "RECEIVING_BUREAU", "NATIONAL_VALIDATION", "RELEASING_REVIEW", "RELEASING_BUREAU"}
	with := func(place int, name string, chain []string) []string {
		return append(append(append([]string{}, chain[:place]...), name), chain[place:]...)
	}
	var running []*journey
	filed := func(chain []string, version, out float64) {
		t.Helper()
		j := m.transfer(m.out)
		page := m.out.Registrar.Page(j.change)
		require.Equal(t, chain, chainOf(page))
		require.Equal(t, version, page.Get("policy_version"))
		require.Equal(t, out, page.Get("out_policy_version"))
		kept := j.chain[:0:0] // of all the stops a transfer can have, those of this one
		m.audits = true
		all := m.transfer(m.out)
		m.audits = false
		for _, name := range chain {
			for _, one := range all.chain {
				if one.name == name {
					kept = append(kept, one)
				}
			}
		}
		say(s, m.in.Registrar, all.change, "withdrawal", map[string]any{}, http.StatusOK)
		j.chain = kept
		running = append(running, j)
	}

	filed(plain, 0, 0)
	s.RulesOf("110000", "province_audit_out: true\nterms: {TRANSFER: {RECEIVING_REVIEW: 3wd, RELEASING_REVIEW: 4wd}}")
	filed(plain, 1, 0)
	s.RulesOf("520000", "province_audit_in: true\nauto_retrieve: false\nterms: {TRANSFER: {RECEIVING_REVIEW: 6wd, RELEASING_REVIEW: 5wd}}")
	filed(plain, 1, 1)
	terms := m.in.Registrar.Page(running[2].change)
	require.Regexp(t, `"side":"IN"[^}]*"role":"SCHOOL_LEADER"[^}]*"days":"3wd"`, string(terms.Raw), "the receiving province sets the days of its side")
	require.Regexp(t, `"side":"OUT"[^}]*"role":"SCHOOL_LEADER"[^}]*"days":"5wd"`, string(terms.Raw), "and the releasing one those of its own")
	s.RulesOf("520000", "province_audit_out: true\nauto_retrieve: false")
	filed(with(5, "RELEASING_PROVINCE", plain), 1, 2)
	s.RulesOf("110000", "province_audit_in: true")
	filed(with(2, "RECEIVING_PROVINCE", with(5, "RELEASING_PROVINCE", plain)), 2, 2)
	s.RulesOf("110000", "auto_retrieve: false")
	filed(with(6, "RETRIEVAL", with(5, "RELEASING_PROVINCE", plain)), 3, 2)

	for _, j := range running {
		m.until(j, len(j.chain))
		m.arrived(j)
	}
}

// The file is retrieved by the registrar who filed, or by a colleague, and by
// nobody of another school.
func TestWhoRetrievesTheFile(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	s.RulesOf("110000", "auto_retrieve: false")
	m.audits = true
	j := m.transfer(m.out)
	j.chain = append(j.chain[:2:2], j.chain[3], j.chain[4], j.chain[5], j.chain[7])
	m.until(j, len(j.chain)-1)
	require.Empty(t, m.in.Registrar.Page(j.change).Text("open.problem"), "who filed may do it, alone at the school")
	require.Equal(t, m.out.School.ID, e2e.Value[uuid.UUID](s, `SELECT school_id FROM student WHERE id = $1`, j.pupil.ID), "nothing moves before the retrieval")
	for _, p := range []*e2e.Person{m.out.Registrar, m.out.Leader, m.in.Leader} {
		refused := p.Decide(j.change, "APPROVE", "")
		require.Equal(t, http.StatusForbidden, refused.Status, string(refused.Raw))
		require.Equal(t, "not_your_step", refused.Text("code"))
	}
	m.until(j, len(j.chain))
	m.arrived(j)
}

// A province changes its key items while a change of key data runs: that one
// ends as it was filed, also when it is corrected; the next one is refused.
func TestARunningChangeOfKeyDataKeepsItsKeyFields(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	file := func(n e2e.Named) e2e.Answer {
		return c.Registrar.Do(http.MethodPost, "/v1/changes", c.Registrar.KeyDataBody(n.ID, map[string]string{"name": "样例新名"}), uuid.NewString())
	}
	one, corrected := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches)
	first, second := file(one).Text("id"), file(corrected).Text("id")
	s.Stage(second, "LEADER_REVIEW")
	c.Leader.SendBack(second, 0, "请核对")
	s.RulesOf("520000", "key_fields: [sex, birth_date, id_type, id_number]")

	refused := file(s.Named(c, 2024, simulator.Matches))
	require.Equal(t, http.StatusUnprocessableEntity, refused.Status, string(refused.Raw))
	require.Contains(t, string(refused.Raw), "key_field_unknown")
	say(s, c.Registrar, second, "resubmission", map[string]any{"values": map[string]string{"name": "样例又名"}}, http.StatusOK)
	for _, change := range []string{first, second} {
		s.Stage(change, "LEADER_REVIEW")
		c.Leader.Approve(change)
		c.Reviewer.Approve(change)
	}
	require.Equal(t, "样例新名", e2e.Value[string](s, `SELECT name FROM student WHERE id = $1`, one.ID))
	require.Equal(t, "样例又名", e2e.Value[string](s, `SELECT name FROM student WHERE id = $1`, corrected.ID))
}
