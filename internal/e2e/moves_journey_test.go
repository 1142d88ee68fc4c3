package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
)

// stop is a step of a chain and who decides there; nobody where the system does.
type stop struct {
	name string
	who  *e2e.Person
}

// journey is one change on its way through its chain.
type journey struct {
	change string
	pupil  e2e.Named
	card   string // the new number, of a change of key data
	chain  []stop
	from   *e2e.County // that files, and sees the page
	to     uuid.UUID   // the school the record is in at the end
}

// moves is two counties of two provinces between which pupils move.
type moves struct {
	s       *e2e.Stack
	in, out *e2e.County
	audits  bool // both provinces audit, and the file is retrieved by hand
	provIn  *e2e.Person
	provOut *e2e.Person
	cards   int
}

func newMoves(s *e2e.Stack) *moves {
	s.T.Helper()
	m := &moves{s: s, in: s.CountyOf("110101", "2111000123", "东城区示例小学"), out: s.County()}
	m.provIn = s.Person(s.Office(org.Province, "110000"), org.BureauReviewer)
	m.provOut = s.Person(s.Office(org.Province, "520000"), org.BureauReviewer)
	return m
}

// audited gives both provinces policies with every step a transfer can have.
func (m *moves) audited() *moves {
	m.s.T.Helper()
	m.audits = true
	m.s.RulesOf("110000", "province_audit_in: true\nauto_retrieve: false")
	m.s.RulesOf("520000", "province_audit_out: true")
	return m
}

// transfer files a transfer from a school of the releasing province.
func (m *moves) transfer(out *e2e.County) *journey {
	m.s.T.Helper()
	j := &journey{from: m.in, to: m.in.School.ID, pupil: m.s.Named(out, 2024, simulator.Matches)}
	j.chain = []stop{
		{"RECEIVING_REVIEW", m.in.Leader}, {"RECEIVING_BUREAU", m.in.Reviewer}, {"RECEIVING_PROVINCE", m.provIn}, {"NATIONAL_VALIDATION", nil},
		{"RELEASING_REVIEW", out.Leader}, {"RELEASING_BUREAU", out.Reviewer}, {"RELEASING_PROVINCE", m.provOut}, {"RETRIEVAL", m.in.Registrar},
	}
	if !m.audits {
		j.chain = slices.DeleteFunc(j.chain, func(s stop) bool {
			return s.name == "RECEIVING_PROVINCE" || s.name == "RELEASING_PROVINCE" || s.name == "RETRIEVAL"
		})
	}
	j.change = m.in.Registrar.File(m.in.Registrar.TransferBody(j.pupil, m.in.Class[2024]))
	return j
}

// keyData files a change of a pupil's number.
func (m *moves) keyData(behaviour simulator.Behaviour) *journey {
	m.s.T.Helper()
	j := &journey{from: m.out, to: m.out.School.ID, pupil: m.s.Named(m.out, 2023, simulator.Matches)}
	j.chain = []stop{{"IDENTITY_CHECK", nil}, {"LEADER_REVIEW", m.out.Leader}, {"BUREAU_APPROVAL", m.out.Reviewer}}
	var birth string
	j.card, birth = m.card(behaviour)
	j.change = m.out.Registrar.File(m.out.Registrar.KeyDataBody(j.pupil.ID, map[string]string{"id_number": j.card, "birth_date": birth}))
	return j
}

// card gives a number nobody has, another one every time.
func (m *moves) card(behaviour simulator.Behaviour) (number, birth string) {
	m.s.T.Helper()
	m.cards++
	day, err := calendar.NewDate(2018, time.May, m.cards)
	require.NoError(m.s.T, err)
	return m.s.Card(day, behaviour).Reveal(), day.Compact()
}

// open is the stop a change waits at, -1 when it has ended.
func (j *journey) open() int {
	name := j.from.Registrar.Page(j.change).Text("open.name")
	return slices.IndexFunc(j.chain, func(s stop) bool { return s.name == name })
}

// until approves until the change is at a stop; len(chain) is the end.
func (m *moves) until(j *journey, at int) {
	m.s.T.Helper()
	for {
		here := j.open()
		if here == at || here < 0 && at == len(j.chain) {
			return
		}
		require.GreaterOrEqual(m.s.T, here, 0, "the change ended early")
		require.Less(m.s.T, here, at, "the change went past %s", j.chain[min(at, len(j.chain)-1)].name)
		if j.chain[here].who == nil {
			m.s.Eventually("the system has done "+j.chain[here].name, 50*time.Second, func() bool { return j.open() != here })
			continue
		}
		j.chain[here].who.Approve(j.change)
	}
}

// arrived checks the end of a journey: every step was decided once, and the
// record is where it should be. Agree knows the seats, backups and hand-overs.
func (m *moves) arrived(j *journey) {
	s := m.s
	s.T.Helper()
	require.Equal(s.T, "EFFECTIVE", j.from.Registrar.Page(j.change).Text("status"))
	automatic := len(slices.DeleteFunc(slices.Clone(j.chain), func(s stop) bool { return s.who != nil }))
	require.Equal(s.T, len(j.chain)-automatic, count(s, "decision WHERE change_id = $1", j.change), "nobody decides twice")
	require.Equal(s.T, automatic, count(s, "change_event WHERE change_id = $1 AND verb = 'PASSED'", j.change))
	require.Equal(s.T, len(j.chain), count(s, "step WHERE change_id = $1", j.change))
	require.Equal(s.T, j.to, e2e.Value[uuid.UUID](s, `SELECT school_id FROM student WHERE id = $1`, j.pupil.ID))
	if j.card != "" {
		require.Equal(s.T, s.Keys().Hash("identity", j.card), e2e.Value[[]byte](s, `SELECT id_hash FROM student WHERE id = $1`, j.pupil.ID))
	}
}

// gate is a population database that answers while it stands open, and counts
// how often it was asked about a number.
type gate struct {
	mu    sync.Mutex
	asked map[string]int
	shut  chan struct{}
}

// Check waits at the gate and finds that name and number belong together.
func (g *gate) Check(ctx context.Context, q identity.Question) (identity.Answer, error) {
	g.mu.Lock()
	g.asked[q.Number.Reveal()]++
	shut := g.shut
	g.mu.Unlock()
	if shut == nil {
		return identity.Match, nil
	}
	select {
	case <-shut:
		return identity.Match, nil
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %w", identity.ErrNoAnswer, ctx.Err())
	}
}

// Close lets everybody wait who asks from now on; Open lets all of them through.
func (g *gate) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = make(chan struct{})
}

// Open answers whoever waits.
func (g *gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

// times is how often a number was asked about.
func (g *gate) times(number string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked[number]
}

// workerAsking starts the stack's worker with this population database.
func workerAsking(s *e2e.Stack) *gate {
	s.T.Helper()
	g := &gate{asked: map[string]int{}}
	w, err := service.OpenWorker(s.T.Context(), s.Config, s.Clock, s.Logger(), nil)
	require.NoError(s.T, err)
	w.AskIdentity(g)
	s.Attach(w.Run)
	s.T.Cleanup(g.Open)
	return g
}

// say says something to a change as a person, and expects this answer.
func say(s *e2e.Stack, p *e2e.Person, change, what string, body map[string]any, want int) e2e.Answer {
	s.T.Helper()
	answer := p.Say(change, what, body)
	require.Equal(s.T, want, answer.Status, string(answer.Raw))
	return answer
}
