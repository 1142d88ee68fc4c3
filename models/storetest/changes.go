package storetest

import (
	"maps"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// Paper uploads a file of an office, to be attached as a kind of evidence.
func (c *County) Paper(path, kind string) (ref evidence.Ref) {
	c.t.Helper()
	id := uuid.Must(uuid.NewV7())
	e := &evidence.Paper{ID: id, OrgID: c.ID(path), OrgPath: path, FileName: "证明.pdf", MediaType: "application/pdf", Size: 1, SHA256: id[:], BlobKey: id.String()}
	c.MustIn(c.App, path, func(tx *change.Tx) error { return evidence.Add(tx.Tx, e) })
	return evidence.Ref{ID: id, Kind: kind}
}

// Filing is what the school of a pupil hands in for a kind of change, with every paper
// the kind asks for. Where bureaux file the kind, it is the bureau above the school.
func (c *County) Filing(kind process.Kind, pupil uuid.UUID, inputs map[string]string) change.Filing {
	c.t.Helper()
	d, known := c.Processes.Define(kind, org.Primary, c.Processes.Default())
	require.True(c.t, known, kind)
	path := c.Text(`SELECT org_path::text FROM student WHERE id = $1`, pupil)
	if d.FiledBy == process.FiledByBureau {
		path = c.Text(`SELECT subpath(org_path, 0, -1)::text FROM student WHERE id = $1`, pupil)
	}
	f := change.Filing{Kind: kind, StudentID: pupil, Inputs: inputs, Office: c.Office(path), Key: uuid.NewString(), BodyHash: []byte(kind)}
	for _, rule := range d.Evidence {
		if rule.Required {
			f.Evidence = append(f.Evidence, c.Paper(path, rule.Kind))
		}
	}
	return f
}

// inputs are the answers to what a kind asks for, where a test does not care.
func (c *County) inputs(kind process.Kind) map[string]string {
	today := c.App.Clock().Today()
	if kind == process.Suspension {
		return map[string]string{"reason_code": "10", "from_date": today.String(), "until_date": today.AddDays(200).String()}
	}
	d, _ := c.Processes.Define(kind, org.Primary, c.Processes.Default())
	for _, rule := range d.Inputs {
		if rule.Name == "reason" {
			return map[string]string{rule.Name: "示例"}
		}
	}
	return map[string]string{}
}

// File files a change about a pupil. Inputs that are not given are made up.
func (c *County) File(kind process.Kind, pupil uuid.UUID, inputs map[string]string) uuid.UUID {
	c.t.Helper()
	all := c.inputs(kind)
	maps.Copy(all, inputs)
	change, err := c.TryFile(c.Filing(kind, pupil, all))
	require.NoError(c.t, err)
	return change.ID
}

// TryFile files a change as its office does, and gives what the register answers.
func (c *County) TryFile(f change.Filing) (one *change.Change, err error) {
	c.t.Helper()
	err = c.In(c.App, f.Office.Path, func(tx *change.Tx) (err error) {
		one, err = tx.FileChange(f)
		return err
	})
	return one, err
}

// Waiting enrols a pupil at a school and files a suspension, which waits for its first step.
func (c *County) Waiting(path string) (change uuid.UUID) {
	c.t.Helper()
	return c.File(process.Suspension, c.Pupil(path), nil)
}

// Started notes that the workflow of a change runs.
func (c *County) Started(changeID uuid.UUID) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *change.Tx) error { return tx.EndStart(changeID) })
}

// PupilOf is the pupil whom a change is about.
func (c *County) PupilOf(change uuid.UUID) uuid.UUID {
	c.t.Helper()
	id, err := uuid.Parse(c.Text(`SELECT student_id::text FROM change WHERE id = $1`, change))
	require.NoError(c.t, err)
	return id
}
