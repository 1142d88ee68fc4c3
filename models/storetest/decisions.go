package storetest

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// Position is where a change stands.
func (c *County) Position(changeID uuid.UUID) (p *change.Position) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *change.Tx) (err error) {
		p, err = tx.ReadPosition(changeID)
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
func (c *County) HandIn(p Person, w change.NewSlip) (slip *change.Slip) {
	c.t.Helper()
	if w.Key == "" {
		w.Key = uuid.NewString()
	}
	w.OfficeID, w.Hash = p.Office, []byte(w.Verb)
	require.NoError(c.t, c.As(p, func(tx *change.Tx) (err error) {
		slip, err = tx.HandIn(w)
		return err
	}))
	return slip
}

// Commit counts or refuses a slip, as the worker does.
func (c *County) Commit(slip *change.Slip) (s *change.Slip) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *change.Tx) (err error) {
		s, err = tx.CommitSlip(slip.ChangeID, slip.ID)
		return err
	})
	return s
}

// Say hands a word in for a person and has it counted or refused.
func (c *County) Say(p Person, w change.NewSlip) *change.Slip {
	c.t.Helper()
	return c.Commit(c.HandIn(p, w))
}

// Decide says a word at a task for whoever is asked there. Who filed does not decide: where
// nobody else has the role, somebody is hired.
func (c *County) Decide(changeID, id uuid.UUID, verb change.Verb) *change.Slip {
	c.t.Helper()
	k := c.task(id)
	return c.Say(c.judge(changeID, k), change.NewSlip{ChangeID: changeID, TaskID: id, Step: k.Step, Round: k.Round, Verb: verb, Opinion: "同意"})
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
func (c *County) Approve(changeID uuid.UUID) {
	c.t.Helper()
	p := c.Position(changeID)
	if p.Act != "" {
		c.Perform(changeID)
		return
	}
	require.NotEmpty(c.t, p.Tasks, "nobody is asked at %s", p.Stage)
	for _, id := range p.Tasks {
		s := c.Decide(changeID, id, change.VerbApprove)
		require.Equal(c.t, change.SlipCounted, s.Outcome, "%s: %s", p.Stage, s.OutcomeCode)
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
func (c *County) Perform(changeID uuid.UUID) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		e, err := tx.ReadAutomaticStep(changeID)
		if err != nil || e == nil {
			return err
		}
		return tx.SettleAutomaticStep(changeID, e, nil)
	})
}

// HandInLast approves a change up to its last decision, hands that one in and leaves it to
// be counted.
func (c *County) HandInLast(changeID uuid.UUID) *change.Slip {
	c.t.Helper()
	for {
		p := c.Position(changeID)
		if p.Act == "" {
			var steps process.Definition
			require.NoError(c.t, json.Unmarshal([]byte(c.Text(`SELECT definition::text FROM change WHERE id = $1`, changeID)), &steps))
			if p.Step == len(steps.Steps) {
				k := c.task(p.Tasks[0])
				return c.HandIn(c.judge(changeID, k), change.NewSlip{ChangeID: changeID, TaskID: k.ID, Step: k.Step, Round: k.Round, Verb: change.VerbApprove, Opinion: "同意"})
			}
		}
		c.Approve(changeID)
	}
}
