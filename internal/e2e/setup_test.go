package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/workflows/contract"
)

// shows waits until every change's workflow shows where the register says it is.
func shows(s *e2e.Stack, engine sdk.Client, changes ...string) {
	s.T.Helper()
	s.Eventually("every workflow shows its step", time.Minute, func() bool {
		for _, change := range changes {
			at := e2e.Value[string](s, `SELECT step_no || '/' || round FROM change WHERE id = $1`, change)
			page, err := engine.ListWorkflow(s.T.Context(), &workflowservice.ListWorkflowExecutionsRequest{
				Namespace: s.Config.Temporal.Namespace,
				Query:     fmt.Sprintf(`ExecutionStatus = "Running" AND WorkflowId = %q AND StepRound = %q`, contract.WorkflowID(change), at),
			})
			if err != nil || len(page.GetExecutions()) != 1 {
				return false
			}
		}
		return true
	})
}

// remove removes search attributes, as somebody may in Temporal's tools.
func remove(s *e2e.Stack, engine sdk.Client, names ...string) {
	s.T.Helper()
	_, err := engine.OperatorService().RemoveSearchAttributes(s.T.Context(), &operatorservice.RemoveSearchAttributesRequest{
		Namespace: s.Config.Temporal.Namespace, SearchAttributes: names,
	})
	require.NoError(s.T, err)
}

// Temporal's database is lost while everything is in mid-air, and the namespace is
// there again before anybody looks, without its search attributes: so a server leaves
// it that makes its namespace itself. People's steps and automatic ones go on.
func TestALostTemporalWithABareNamespaceHeals(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server, Namespace: server.Namespace(), NoWorker: true})
	g, m := workerAsking(s), newMoves(s).audited()
	a := launch(m, g)
	admin := s.Person(m.out.Bureau, org.BureauSysadmin)
	e2e.Wipe(t, server)
	s.Eventually("the new run asks too", time.Minute, func() bool { return g.times(a.checked.card) == 2 })
	var open []string
	for _, j := range append(slices.Clone(a.waiting), a.checked) {
		open = append(open, j.change)
	}
	shows(s, s.Engine(), open...)
	admin.ToldNothing("")
	g.Open()
	a.land()
}

// Search attributes are removed while changes run: they are made again, and what was
// stored in them is shown again.
func TestRemovedSearchAttributesComeBack(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c, engine := s.County(), s.Engine()
	admin := s.Person(c.Bureau, org.BureauSysadmin)
	var changes []string
	for i := range 4 {
		change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2023+i%4)))
		s.UntilAsked(change)
		changes = append(changes, change)
	}
	s.OK(c.Leader.Decide(changes[0], "APPROVE", ""))
	shows(s, engine, changes...)
	remove(s, engine, contract.AttributeStepRound, contract.AttributeStage, contract.AttributeDueAt, contract.AttributeWaitingFor)
	shows(s, engine, changes...)
	find := func(query string, want ...string) {
		t.Helper()
		s.Eventually("visibility shows the answer to "+query, 20*time.Second, func() bool { return sameIDs(listed(s, engine, query), want) })
	}
	find(`ExecutionStatus = "Running" AND Stage = "BUREAU_APPROVAL" AND WaitingFor = "520102"`, changes[0])
	find(`ExecutionStatus = "Running" AND Stage = "LEADER_REVIEW" AND DueAt IS NOT NULL`, changes[1:]...)
	admin.ToldNothing("")
	for _, change := range changes[1:] {
		require.Empty(t, admin.Attention(change))
		s.OK(c.Leader.Decide(change, "APPROVE", ""))
	}
	require.Equal(t, len(changes), count(s, "decision"), "nobody decided twice")
}

// A search attribute of another type is told with the way out, and so is every change
// it stops; when it was removed everything goes on.
func TestASearchAttributeOfAnotherTypeIsTold(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server, Namespace: server.Namespace(), NoWorker: true})
	c, engine := s.County(), s.Engine()
	admin := s.Person(c.Bureau, org.BureauSysadmin)
	_, err := engine.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace:        s.Config.Temporal.Namespace,
		SearchAttributes: map[string]enums.IndexedValueType{contract.AttributeDueAt: enums.INDEXED_VALUE_TYPE_BOOL},
	})
	require.NoError(t, err)
	s.StartWorker()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	admin.ToldWith("", "wrong_type", "mend_type")
	s.Eventually("its workflow cannot show its step", 30*time.Second, func() bool {
		told := mustCommand(s, "explain", s.CaseNo(change), "--lang", "en")
		return strings.Contains(told, "cannot store its search attributes") && strings.Contains(told, "BadSearchAttributes")
	})
	told := mustCommand(s, "attention", "--lang", "en")
	require.Contains(t, told, "DueAt (Bool, not Datetime)")
	require.Contains(t, told, "temporal operator search-attribute remove")
	remove(s, engine, contract.AttributeDueAt)
	shows(s, engine, change)
	admin.ToldNothing("")
	admin.ToldNothing(change)
	s.OK(c.Leader.Decide(change, "APPROVE", ""))
}
