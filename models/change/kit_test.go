package change_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

const (
	hour   = time.Hour
	second = time.Second
)

// county is a county with the sentences that the tests of the engine say again and again.
type county struct{ *storetest.County }

func newCounty(t *testing.T) county {
	t.Helper()
	return county{storetest.New(t)}
}

// told returns every refusal with its place.
func told(t testing.TB, err error) (list []string) {
	t.Helper()
	var first *refusal.Error
	require.ErrorAs(t, err, &first)
	for _, e := range first.All() {
		list = append(list, string(e.Code)+" "+e.Field)
	}
	return list
}

// handsIn checks a slip and hands it in, as the API does for a person.
func (c county) handsIn(p storetest.Person, w change.NewSlip) (slip *change.Slip, err error) {
	c.T().Helper()
	if w.Key == "" {
		w.Key = uuid.NewString()
	}
	w.OfficeID = p.Office
	if w.Hash == nil {
		w.Hash = []byte(w.Verb)
	}
	err = c.As(p, func(tx *change.Tx) (err error) {
		if w.Verb.OnTask() {
			if w.Step, w.Round, err = tx.CheckSlip(w); err != nil {
				return err
			}
		} else {
			w.Step = -1
		}
		slip, err = tx.HandIn(w)
		return err
	})
	return slip, err
}

// says hands a slip in and has it counted.
func (c county) says(p storetest.Person, w change.NewSlip) *change.Slip {
	c.T().Helper()
	slip, err := c.handsIn(p, w)
	require.NoError(c.T(), err, w.Verb)
	slip = c.Commit(slip)
	require.Equal(c.T(), change.SlipCounted, slip.Outcome, "%s: %s", w.Verb, slip.OutcomeCode)
	return slip
}

// refused hands a slip in that is refused, at the door or by the worker, and returns the
// refusals with their places.
func (c county) refused(p storetest.Person, w change.NewSlip) []string {
	c.T().Helper()
	slip, err := c.handsIn(p, w)
	if err != nil {
		return told(c.T(), err)
	}
	return c.uncounted(slip)
}

// uncounted has the worker refuse a slip and returns the refusals.
func (c county) uncounted(slip *change.Slip) []string {
	c.T().Helper()
	slip = c.Commit(slip)
	require.Equal(c.T(), change.SlipRefused, slip.Outcome, slip.Verb)
	return told(c.T(), slip.Refusal())
}

// task returns the first open task of a change.
func (c county) task(id uuid.UUID) uuid.UUID {
	c.T().Helper()
	p := c.Position(id)
	require.NotEmpty(c.T(), p.Tasks, "nobody is asked")
	return p.Tasks[0]
}

// on is a slip about the first open task of a change.
func (c county) on(id uuid.UUID, verb change.Verb) change.NewSlip {
	c.T().Helper()
	return change.NewSlip{ChangeID: id, TaskID: c.task(id), Verb: verb, Opinion: "意见"}
}

// to is a slip about the first open task that names people.
func (c county) to(id uuid.UUID, verb change.Verb, people ...storetest.Person) change.NewSlip {
	c.T().Helper()
	w := c.on(id, verb)
	for _, p := range people {
		w.Body.To = append(w.Body.To, p.ID)
	}
	return w
}

// about is a slip about a change as a whole.
func about(id uuid.UUID, verb change.Verb) change.NewSlip {
	return change.NewSlip{ChangeID: id, Verb: verb, Opinion: "理由"}
}

// back sends a change back to a step; straight says that it returns directly.
func (c county) back(id uuid.UUID, step int, straight bool) change.NewSlip {
	c.T().Helper()
	w := c.on(id, change.VerbSendBack)
	w.Body.SendBackTo, w.Body.ToMe = step, straight
	return w
}

// chain replaces the chain of a kind in the province of the county.
func (c county) chain(kind process.Kind, steps string) {
	c.T().Helper()
	c.Policy(storetest.Province, `{"chains": {"`+string(kind)+`": {"*": [`+steps+`]}}}`)
}

// step is a step of a chain, with more of its fields.
func step(name, level, role, more string) string {
	if more != "" {
		more = ", " + more
	}
	return `{"name": "` + name + `", "label": {"zh": "环节", "en": "Step"}, "side": "FILER", "level": "` + level + `", "role": "` + role + `", "term": "10wd"` + more + `}`
}

// leaving files an other leaving of a pupil of school A, the plainest of all kinds.
func (c county) leaving(pupil uuid.UUID) uuid.UUID {
	c.T().Helper()
	return c.File(process.OtherLeaving, pupil, nil)
}

// events lists the verbs of the timeline in their order.
func (c county) events(id uuid.UUID) []string {
	c.T().Helper()
	return c.Texts(`SELECT verb FROM change_event WHERE change_id = $1 ORDER BY at, id`, id)
}

// heard lists the receivers of a notice about a change: office, role, and the person if
// there is one.
func (c county) heard(id uuid.UUID, kind string) []string {
	c.T().Helper()
	return c.Texts(`SELECT concat_ws(' ', org_path::text, role, account_id) FROM notice WHERE change_id = $1 AND kind = $2 ORDER BY org_path, role, account_id`, id, kind)
}

// status is the status of a change.
func (c county) status(id uuid.UUID) string {
	c.T().Helper()
	return c.Text(`SELECT status FROM change WHERE id = $1`, id)
}

// holder is the holder of a task and the way it came to that person, "" for nobody.
func (c county) holder(task uuid.UUID) string {
	c.T().Helper()
	return c.Text(`SELECT coalesce(holder_id::text, '') || ' ' || held_as FROM task WHERE id = $1`, task)
}

// transfer is a filing of a school that wants to receive a pupil of another one.
func (c county) transfer(kind process.Kind, pupil uuid.UUID, to string) change.Filing {
	c.T().Helper()
	claim := c.ClaimOf(pupil)
	d, known := c.Processes.Define(kind, org.Primary, c.Processes.Default())
	require.True(c.T(), known)
	f := change.Filing{Kind: kind, Pupil: claim, Inputs: map[string]string{"reason": "搬家"}, Office: c.Office(to), Key: uuid.NewString(), BodyHash: []byte(kind)}
	if kind != process.Arbitration {
		f.Inputs["class_id"] = c.Class(to, "2024101").ID.String()
	}
	for _, rule := range d.Evidence {
		if rule.Required {
			f.Evidence = append(f.Evidence, c.Paper(to, rule.Kind))
		}
	}
	return f
}

// files files what must be accepted.
func (c county) files(f change.Filing) uuid.UUID {
	c.T().Helper()
	one, err := c.TryFile(f)
	require.NoError(c.T(), err)
	return one.ID
}

// worker runs a transaction of the worker.
func (c county) worker(fn func(*change.Tx) error) {
	c.T().Helper()
	c.MustIn(c.Worker, "", fn)
}

// ahead approves a suspension of a pupil of school A from a later day on.
func (c county) ahead(pupil uuid.UUID, from string) uuid.UUID {
	c.T().Helper()
	id := c.File(process.Suspension, pupil, map[string]string{"from_date": from, "until_date": "2027-06-30"})
	c.ApproveAll(id)
	return id
}

// enrolment is the state of a record.
func (c county) enrolment(pupil uuid.UUID) string {
	c.T().Helper()
	return c.Text(`SELECT enrol_status FROM student WHERE id = $1`, pupil)
}

// keyed files a change of key data of a pupil of school A that waits for the answer of the
// population database.
func (c county) keyed(pupil uuid.UUID, values map[string]string) uuid.UUID {
	c.T().Helper()
	f := c.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "更正"})
	f.Values = values
	return c.files(f)
}

// document gives the items of an identity document that nobody has.
func (c county) document() map[string]string {
	c.T().Helper()
	p := c.Items(storetest.SchoolA, 2024)
	return map[string]string{"id_number": p["id_number"], "birth_date": p["birth_date"], "sex": p["sex"]}
}

// seat is a slip about the open task of a change for a role.
func (c county) seat(id uuid.UUID, role org.Role, verb change.Verb) change.NewSlip {
	c.T().Helper()
	w := c.on(id, verb)
	w.TaskID = uuid.MustParse(c.Text(`SELECT id::text FROM task WHERE change_id = $1 AND role = $2 AND status = 'OPEN' ORDER BY seat DESC LIMIT 1`, id, role))
	return w
}
