package storetest

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Position is where a change stands.
func (c *County) Position(change uuid.UUID) (p *store.Position) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *store.Tx) (err error) {
		p, err = tx.Position(change)
		return err
	})
	return p
}

// task is a task with the office and the role that it waits for.
type task struct {
	ID, Office  uuid.UUID
	Path        string
	Role        org.Role
	Step, Round int
}

func (c *County) task(id uuid.UUID) (k task) {
	c.t.Helper()
	k.ID = id
	require.NoError(c.t, c.owner.QueryRow(c.t.Context(), `SELECT office_id, office_path::text, role, step_no, round FROM task WHERE id = $1`, id).
		Scan(&k.Office, &k.Path, &k.Role, &k.Step, &k.Round))
	return k
}

// HandIn hands a word in for a person and leaves it to be counted.
func (c *County) HandIn(p Person, w store.Word) (slip *store.Slip) {
	c.t.Helper()
	if w.Key == "" {
		w.Key = uuid.NewString()
	}
	w.OfficeID, w.Hash = p.Office, []byte(w.Verb)
	require.NoError(c.t, c.As(p, func(tx *store.Tx) (err error) {
		slip, err = tx.HandIn(w)
		return err
	}))
	return slip
}

// Commit counts or refuses a slip, as the worker does.
func (c *County) Commit(slip *store.Slip) (s *store.Slip) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *store.Tx) (err error) {
		s, err = tx.CommitSlip(slip.ChangeID, slip.ID)
		return err
	})
	return s
}

// Say hands a word in for a person and has it counted or refused.
func (c *County) Say(p Person, w store.Word) *store.Slip {
	c.t.Helper()
	return c.Commit(c.HandIn(p, w))
}

// Decide says a word at a task for whoever is asked there. Who filed does not decide: where
// nobody else has the role, somebody is hired.
func (c *County) Decide(change, id uuid.UUID, verb store.Verb) *store.Slip {
	c.t.Helper()
	k := c.task(id)
	return c.Say(c.judge(change, k), store.Word{ChangeID: change, TaskID: id, Step: k.Step, Round: k.Round, Verb: verb, Opinion: "同意"})
}

// judge is somebody who may decide a task.
func (c *County) judge(change uuid.UUID, k task) Person {
	c.t.Helper()
	filer := c.Text(`SELECT filed_by::text FROM change WHERE id = $1`, change)
	for _, p := range c.people {
		if p.Path == k.Path && p.Role == k.Role && p.ID.String() != filer {
			return p
		}
	}
	p, _ := c.Hire(k.Path, k.Role)
	return p
}

// Approve takes the open step of a change: everybody approves who is asked, and the
// register does what it does by itself.
func (c *County) Approve(change uuid.UUID) {
	c.t.Helper()
	p := c.Position(change)
	if p.Act != "" {
		c.Perform(change)
		return
	}
	require.NotEmpty(c.t, p.Tasks, "nobody is asked at %s", p.Stage)
	for _, id := range p.Tasks {
		s := c.Decide(change, id, store.Approve)
		require.Equal(c.t, store.SlipCounted, s.Outcome, "%s: %s", p.Stage, s.OutcomeCode)
	}
}

// ApproveAll approves a change until it has ended, or waits for its day.
func (c *County) ApproveAll(change uuid.UUID) {
	c.t.Helper()
	for p := c.Position(change); !p.Closed() && p.EffectiveOn.IsZero(); p = c.Position(change) {
		c.Approve(change)
	}
}

// Perform does the register's part of an automatic step. The population database knows
// everybody.
func (c *County) Perform(change uuid.UUID) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *store.Tx) error {
		e, err := tx.Errand(change)
		if err != nil || e == nil {
			return err
		}
		return tx.Settle(change, e, nil)
	})
}

// HandInLast approves a change up to its last decision, hands that one in and leaves it to
// be counted.
func (c *County) HandInLast(change uuid.UUID) *store.Slip {
	c.t.Helper()
	for {
		p := c.Position(change)
		if p.Act == "" {
			var steps process.Definition
			require.NoError(c.t, json.Unmarshal([]byte(c.Text(`SELECT definition::text FROM change WHERE id = $1`, change)), &steps))
			if p.Step == len(steps.Steps) {
				k := c.task(p.Tasks[0])
				return c.HandIn(c.judge(change, k), store.Word{ChangeID: change, TaskID: k.ID, Step: k.Step, Round: k.Round, Verb: store.Approve, Opinion: "同意"})
			}
		}
		c.Approve(change)
	}
}
