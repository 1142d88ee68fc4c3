package service

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	sdk "go.temporal.io/sdk/client"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// Operator serves the people who run the service when a single case needs attention: the
// register as the worker role, and a desk under the application role for slips in the
// name of another person.
type Operator struct {
	register *change.Engine // as the worker role
	people   *change.Engine // as the application role
	desk     *casework.Desk
	engine   *client.Client
	sdk      sdk.Client
	temporal config.Temporal
	config   config.Config
	clock    *calendar.Clock
}

// A few connections are enough for one person at a terminal.
const operatorConnections = 2

// OpenOperator opens the register and the engine for one command. A command that reads
// secrets opens the register with its keys itself; all others need none.
func OpenOperator(ctx context.Context, cfg config.Config, clock *calendar.Clock, log *slog.Logger) (o *Operator, err error) {
	o = &Operator{temporal: cfg.Temporal, config: cfg, clock: clock}
	opened := o // a return of nil and an error sets o to nil before the deferred call
	defer func() {
		if err != nil {
			opened.Close()
		}
	}()
	keys, err := secret.NewEphemeral()
	if err != nil {
		return nil, err
	}
	processes, err := process.Load()
	if err != nil {
		return nil, err
	}
	open := func(as login) (*change.Engine, error) {
		if err := as.check(ctx); err != nil {
			return nil, err
		}
		return kinds.Open(ctx, store.Options{DSN: as.dsn.Reveal(), MaxConns: operatorConnections, Clock: clock, Keys: keys, Processes: processes})
	}
	if o.register, err = open(workerLogin(cfg)); err != nil {
		return nil, err
	}
	if o.people, err = open(appLogin(cfg)); err != nil {
		return nil, err
	}
	o.sdk, err = sdk.NewLazyClient(sdk.Options{
		HostPort: cfg.Temporal.Address, Namespace: cfg.Temporal.Namespace, Identity: "xueji case", Logger: sdkLogger(log),
	})
	if err != nil {
		return nil, fmt.Errorf("temporal client: %w", err)
	}
	o.engine = client.New(o.sdk, cfg.Temporal.Namespace)
	o.desk = casework.New(o.people, o.engine, log)
	return o, nil
}

// Close ends all connections.
func (o *Operator) Close() {
	if o.sdk != nil {
		o.sdk.Close()
	}
	for _, s := range []*change.Engine{o.register, o.people} {
		if s != nil {
			s.Close()
		}
	}
}

// Page returns the address of a change's workflow in Temporal's web interface; empty when
// the settings name none.
func (o *Operator) Page(change uuid.UUID, run string) string {
	return o.temporal.Page(contract.WorkflowID(change.String()), run)
}

// brief is how long Temporal may take to answer an operator.
const brief = 5 * time.Second

// Case reads a case, by its number or the ID of its change, from the register and from
// Temporal.
func (o *Operator) Case(ctx context.Context, ref string) (casework.Case, error) {
	var c casework.Case
	err := o.register.InScope(ctx, store.Scope{}, func(tx *change.Tx) (err error) {
		c.Case, err = worklist.ReadCase(tx, ref)
		return err
	})
	if err != nil {
		return c, err
	}
	c.Machine = o.register.Clock().Machine()
	waiting, cancel := context.WithTimeout(ctx, brief)
	defer cancel()
	if c.Run, c.EngineErr = o.engine.Latest(waiting, c.ID.String()); c.EngineErr != nil || !c.Run.Running {
		return c, nil
	}
	if at, err := o.engine.Position(waiting, c.ID.String()); err == nil {
		c.Believes = &at
	}
	return c, nil
}

// Rebuild makes the workflow of a case continue from the position in the register: it is
// started, or told to read its position again. With force a running workflow is
// terminated first. Rebuild returns the case as it is a moment later.
func (o *Operator) Rebuild(ctx context.Context, ref, operator string, force bool) (casework.Case, error) {
	c, err := o.Case(ctx, ref)
	if err != nil {
		return c, err
	}
	if c.EngineErr != nil {
		return c, c.EngineErr
	}
	id := c.ID.String()
	err = o.register.Store.InScope(ctx, store.Scope{Paths: []string{c.OrgPath}}, func(tx *store.Tx) error {
		return tx.Audit("case.rebuild", "change", id, map[string]string{"operator": operator, "force": fmt.Sprint(force), "was": c.Run.State})
	})
	if err != nil {
		return c, err
	}
	if force && c.Run.Running {
		if err := o.engine.Terminate(ctx, id, "xueji case rebuild --force"); err != nil && !errors.Is(err, client.ErrNotRunning) {
			return c, err
		}
		c.Run.Running = false
	}
	if err := o.wake(ctx, c); err != nil {
		return c, err
	}
	return o.together(ctx, ref)
}

func (o *Operator) wake(ctx context.Context, c casework.Case) error {
	if c.Run.Running {
		err := o.engine.Refresh(ctx, c.ID.String())
		if err == nil || !errors.Is(err, client.ErrNotRunning) {
			return err
		}
	}
	if c.Status != change.StatusRunning {
		return nil // nothing is due
	}
	if err := o.engine.Ensure(ctx); err != nil {
		return err
	}
	return o.engine.Start(ctx, client.Starting{
		ChangeID: c.ID.String(), Kind: string(c.Kind), WorkflowName: c.Kind.WorkflowName(), CaseNo: c.CaseNo, Province: c.ProvinceCode,
	})
}

// together reads the case again until register and workflow agree, or for a few seconds.
func (o *Operator) together(ctx context.Context, ref string) (casework.Case, error) {
	waiting, cancel := context.WithTimeout(ctx, brief)
	defer cancel()
	for {
		c, err := o.Case(ctx, ref)
		if err != nil || c.Agrees() || waiting.Err() != nil {
			return c, err
		}
		pause(waiting, 100*time.Millisecond)
	}
}

// Behalf is a decision that an operator hands in for another person.
type Behalf struct {
	Ref        string
	Login      string // login of that person
	Verdict    change.Verb
	Opinion    string
	SendBackTo int
	Operator   string
	Reason     string
}

// Decide hands in a decision in the name of another person, through the same desk and the
// same workflow as that person's own. Every right is checked, and the timeline and the
// audit trail name the operator and the reason.
func (o *Operator) Decide(ctx context.Context, b Behalf) (*change.Slip, error) {
	var (
		c      *worklist.Case
		holder worklist.ActingAccount
	)
	err := o.register.InScope(ctx, store.Scope{}, func(tx *change.Tx) (err error) {
		if c, err = worklist.ReadCase(tx, b.Ref); err != nil {
			return err
		}
		if holder, err = worklist.FindActingAccount(tx.Tx, b.Login); err != nil {
			return err
		}
		return tx.RefusalIfEnded(c.ID)
	})
	if err != nil {
		return nil, err
	}
	if c.Step.Act == process.ActAwaitDay {
		return nil, refusal.New(refusal.WaitsForDay).With("day", calendar.DateOf(*c.EffectiveOn).String())
	}
	if c.Step.Act != "" {
		return nil, refusal.New(refusal.StepAutomatic)
	}
	if b.Verdict.NeedsOpinion() && b.Opinion == "" {
		return nil, refusal.New(refusal.OpinionRequired).At("/opinion")
	}
	hash := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %d %q", c.ID, c.Step.TaskID, b.Verdict, b.SendBackTo, b.Opinion))
	return o.desk.Say(ctx, store.Scope{Paths: []string{holder.OrgPath}, Account: holder.ID}, change.NewSlip{
		ChangeID: c.ID, OfficeID: holder.OrgID, Verb: b.Verdict, Step: c.StepNo, Round: c.Round, TaskID: c.Step.TaskID,
		Opinion: b.Opinion, Body: change.SlipBody{SendBackTo: b.SendBackTo}, Key: "case/" + uuid.NewString(), Hash: hash[:],
		Behalf: &change.Behalf{Operator: b.Operator, Reason: b.Reason},
	})
}
