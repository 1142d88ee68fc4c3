package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
)

// office does something to an office as an administrator above it, who has just looked at it.
func office(s *e2e.Stack, admin *e2e.Person, method string, at e2e.Office, what string, body any) e2e.Answer {
	s.T.Helper()
	page := admin.Do(http.MethodGet, "/v1/orgs/"+at.ID.String(), nil, "")
	require.Equal(s.T, http.StatusOK, page.Status, string(page.Raw))
	return admin.DoIfMatch(method, "/v1/orgs/"+at.ID.String()+what, body, page.Header.Get("ETag"))
}

// reassign puts an office under another managing bureau (划转).
func reassign(s *e2e.Stack, admin *e2e.Person, at, bureau e2e.Office) {
	s.T.Helper()
	moved := office(s, admin, http.MethodPost, at, "/managing-bureau", map[string]any{"parent": bureau.ID})
	require.Equal(s.T, http.StatusOK, moved.Status, string(moved.Raw))
}

// lies waits until the open step of a change lies with an office.
func lies(s *e2e.Stack, change string, at e2e.Office) {
	s.T.Helper()
	s.Eventually("the step lies with the office", patience, func() bool {
		return count(s, "step WHERE change_id = $1 AND status = 'OPEN' AND office_id = $2", change, at.ID) == 1
	})
}

// The releasing school gets another managing bureau while the transfer lies with
// the old one: the new one decides, and has the whole term to do so.
func TestATransferFollowsTheReleasingSchool(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	j := m.transfer(m.out)
	m.until(j, len(j.chain)-1)
	due := e2e.Value[time.Time](s, `SELECT due_at FROM step WHERE change_id = $1 AND status = 'OPEN'`, j.change)
	s.Hand.Advance(6 * 24 * time.Hour)

	other := s.Office(org.County, "520103")
	reassign(s, s.Person(m.out.City, org.BureauSysadmin), m.out.School, other)
	lies(s, j.change, other)
	require.True(t, e2e.Value[time.Time](s, `SELECT due_at FROM step WHERE change_id = $1 AND status = 'OPEN'`, j.change).After(due), "the term begins anew")
	require.Equal(t, http.StatusNotFound, m.out.Reviewer.Do(http.MethodGet, "/v1/changes/"+j.change, nil, "").Status, "the old bureau is above no side any more")
	require.Contains(t, string(m.in.Registrar.Page(j.change).Raw), "OFFICE_CHANGED")
	j.chain[len(j.chain)-1].who = s.Person(other, org.BureauReviewer)
	m.until(j, len(j.chain))
	m.arrived(j)
}

// A bureau is merged into another one while a transfer waits at it: its schools
// and steps go over, then it can be closed, and not before.
func TestABureauIsMergedWhileATransferWaits(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	out, in := s.County(), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	second := s.School(in.Bureau, "2152000126", "云岩区第二小学")
	admin, into := s.Person(out.City, org.BureauSysadmin), s.Office(org.County, "520111")
	pupil := s.Named(out, 2024, simulator.Matches)
	change := in.Registrar.File(in.Registrar.TransferBody(pupil, in.Class[2024]))
	in.Leader.Approve(change)
	require.Equal(t, "RECEIVING_BUREAU", in.Registrar.Page(change).Text("open.name"))

	shut := office(s, admin, http.MethodPost, in.Bureau, "/closure", nil)
	require.Equal(t, http.StatusConflict, shut.Status, string(shut.Raw))
	require.Contains(t, string(shut.Raw), "org_has_children")
	require.Contains(t, string(shut.Raw), "org_has_changes")
	reassign(s, admin, in.School, into)
	reassign(s, admin, second, into)
	lies(s, change, into)
	shut = office(s, admin, http.MethodPost, in.Bureau, "/closure", nil)
	require.Equal(t, http.StatusOK, shut.Status, string(shut.Raw))

	refused := in.Reviewer.Do(http.MethodGet, "/v1/inbox", nil, "")
	require.Equal(t, http.StatusUnauthorized, refused.Status, "its accounts have ended")
	s.Person(into, org.BureauReviewer).Approve(change)
	out.Leader.Approve(change)
	out.Reviewer.Approve(change)
	require.Equal(t, "EFFECTIVE", in.Registrar.Page(change).Text("status"))
}

// An office is renamed: whoever looks reads the new name, and nothing else changes.
func TestARenamedOfficeGoesOn(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	j := m.transfer(m.out)
	m.until(j, len(j.chain)-1)
	admin := s.Person(m.out.City, org.BureauSysadmin)
	named := office(s, admin, http.MethodPut, m.out.Bureau, "", map[string]any{"name": "南明区教育体育局", "division_code": "520102"})
	require.Equal(t, http.StatusOK, named.Status, string(named.Raw))
	named = office(s, admin, http.MethodPut, m.out.School, "", map[string]any{"name": "南明区实验小学", "division_code": "520102", "stages": []string{"PRIMARY"}})
	require.Equal(t, http.StatusOK, named.Status, string(named.Raw))
	page := m.in.Registrar.Page(j.change)
	require.Equal(t, "南明区教育体育局", page.Text("open.office"))
	require.Contains(t, page.Text("next"), "南明区教育体育局")
	require.Contains(t, string(page.Raw), `"office":"南明区实验小学"`)
	m.until(j, len(j.chain))
	m.arrived(j)
}

// A school that is a side of a running change cannot be closed.
func TestASideIsNotClosed(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	j := m.transfer(m.out)
	for _, c := range []*e2e.County{m.in, m.out} {
		shut := office(s, s.Person(c.Bureau, org.BureauSysadmin), http.MethodPost, c.School, "/closure", nil)
		require.Equal(t, http.StatusConflict, shut.Status, string(shut.Raw))
		require.Contains(t, string(shut.Raw), "org_has_changes")
	}
	say(s, m.in.Registrar, j.change, "withdrawal", map[string]any{}, http.StatusOK)
	shut := office(s, s.Person(m.in.Bureau, org.BureauSysadmin), http.MethodPost, m.in.School, "/closure", nil)
	require.Equal(t, http.StatusOK, shut.Status, string(shut.Raw))
}

// The only leader of the releasing school leaves: the step says so to everybody,
// and goes on with whoever is given the role.
func TestTheOnlyLeaderLeaves(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	for _, leave := range []func(*e2e.Person){(*e2e.Person).Leave, (*e2e.Person).Seal} {
		j := m.transfer(m.out)
		m.until(j, 1)
		leave(m.out.Leader)
		m.in.Reviewer.Approve(j.change)
		s.Stage(j.change, "RELEASING_REVIEW") // opens all the same
		for _, p := range []*e2e.Person{m.in.Registrar, m.out.Registrar, m.out.Reviewer} {
			s.Eventually("everybody reads the problem", patience, func() bool { return p.Page(j.change).Text("open.problem") == "NO_ELIGIBLE_PERSON" })
			require.Contains(t, p.Page(j.change).Text("next"), "南明区示例小学")
		}
		leader := s.Person(m.out.School, org.Principal)
		leader.GiveRoles(org.SchoolLeader)
		leader.Anew()
		s.Eventually("the problem is gone", patience, func() bool { return m.in.Registrar.Page(j.change).Text("open.problem") == "" })
		j.chain[3].who, m.out.Leader = leader, leader
		m.until(j, len(j.chain))
		m.arrived(j)
	}
}

// The registrar who filed leaves: the school still has its word, the other school has none.
func TestTheRegistrarWhoFiledLeaves(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	taken, back := m.transfer(m.out), m.transfer(m.out)
	m.until(back, 3)
	m.out.Leader.SendBack(back.change, 0, "请补充说明")
	m.in.Registrar.Leave()
	m.in.Registrar = s.Person(m.in.School, org.SchoolRegistrar)
	refused := say(s, m.out.Registrar, taken.change, "withdrawal", map[string]any{}, http.StatusForbidden)
	require.Equal(t, "not_filer", refused.Text("code"))
	say(s, m.in.Registrar, taken.change, "withdrawal", map[string]any{"opinion": "家长改变主意"}, http.StatusOK)
	require.Equal(t, "WITHDRAWN", m.out.Registrar.Page(taken.change).Text("status"))
	say(s, m.in.Registrar, back.change, "resubmission", map[string]any{}, http.StatusOK)
	m.until(back, len(back.chain))
	require.Equal(t, "EFFECTIVE", m.out.Registrar.Page(back.change).Text("status"))
}

// What the old school keeps of a pupil goes with it to another bureau.
func TestThePastOfAReassignedSchool(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	j := m.transfer(m.out)
	m.until(j, len(j.chain))
	other := s.Office(org.County, "520103")
	reassign(s, s.Person(m.out.City, org.BureauSysadmin), m.out.School, other)
	reviewer := s.Person(other, org.BureauReviewer)
	pupil := "/v1/students/" + j.pupil.ID.String()
	for _, p := range []*e2e.Person{m.out.Registrar, reviewer} {
		require.Equal(t, "TRANSFERRED_OUT", p.Do(http.MethodGet, pupil, nil, "").Text("facets.enrol_status"))
		history := p.Do(http.MethodGet, pupil+"/history", nil, "")
		require.Contains(t, string(history.Raw), "TRANSFER_OUT")
		require.NotContains(t, string(history.Raw), "TRANSFER_IN")
		gone := p.Do(http.MethodGet, "/v1/orgs/"+m.out.School.ID.String()+"/departures", nil, "")
		require.Contains(t, string(gone.Raw), j.pupil.ID.String())
		require.Equal(t, "EFFECTIVE", p.Page(j.change).Text("status"))
		require.Equal(t, "TO_SEND", p.Page(j.change).Text("handover.state"))
	}
	require.Equal(t, http.StatusNotFound, m.out.Reviewer.Do(http.MethodGet, pupil, nil, "").Status, "the old bureau has lost the school")
	id := reviewer.Page(j.change).Text("handover.id")
	sent := reviewer.DoIfMatch(http.MethodPost, "/v1/handovers/"+id+"/dispatch", map[string]any{"how": "EMS 1"}, `"1"`)
	require.Equal(t, http.StatusOK, sent.Status, string(sent.Raw))
	require.Equal(t, "ENROLLED", m.in.Registrar.Do(http.MethodGet, pupil, nil, "").Text("facets.enrol_status"))
	require.Equal(t, http.StatusNotFound, m.in.Registrar.Do(http.MethodGet, "/v1/students/"+uuid.NewString(), nil, "").Status)
}
