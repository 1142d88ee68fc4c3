package storetest

import (
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// SetPlan gives a school an enrolment plan, or its plan another size, as its managing
// bureau does.
func (c *County) SetPlan(path string, stage org.Stage, year, size int) (plan *office.Plan) {
	c.t.Helper()
	bureau := org.SuperiorPath(path)
	c.MustIn(c.App, bureau, func(tx *change.Tx) error {
		school, err := office.Read(tx.Tx, c.ID(path))
		if err != nil {
			return err
		}
		plan, err = office.ReadPlan(tx.Tx, school.ID, stage, year)
		if err != nil {
			return err
		}
		version := int64(0)
		if plan != nil {
			version = plan.Version
		}
		plan, err = office.SetPlan(tx.Tx, c.Office(bureau), school, stage, year, size, version)
		return err
	})
	return plan
}

// FilingAt returns the filing of an office for a kind without a pupil, with every paper that the
// kind asks for.
func (c *County) FilingAt(kind process.Kind, path string, inputs map[string]string) change.Filing {
	c.t.Helper()
	d, known := c.Processes.Define(kind, org.Primary, c.Processes.Default())
	require.True(c.t, known, kind)
	f := change.Filing{Kind: kind, Inputs: inputs, Office: c.Office(path), Key: uuid.NewString(), BodyHash: []byte(kind)}
	for _, rule := range d.Evidence {
		if rule.Required {
			f.Evidence = append(f.Evidence, c.Paper(path, rule.Kind))
		}
	}
	return f
}
