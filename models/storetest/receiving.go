package storetest

import (
	"maps"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// Receiving is what a school hands in to receive a pupil of another school into a class,
// with every paper the kind asks for. The pupil is named by name and numbers.
func (c *County) Receiving(kind process.Kind, path string, pupil, class uuid.UUID) change.Filing {
	c.t.Helper()
	policy := c.Processes.Default()
	d, known := c.Processes.DefineRoute(kind, org.Primary, process.SameBureau, policy, policy)
	if !known {
		d, known = c.Processes.Define(kind, org.Primary, policy)
	}
	require.True(c.t, known, kind)
	claim := c.ClaimOf(pupil)
	f := change.Filing{Kind: kind, Pupil: claim, Inputs: maps.Clone(c.inputs(kind)), Office: c.Office(path), Key: uuid.NewString(), BodyHash: []byte(kind)}
	if class != uuid.Nil {
		f.Inputs[change.ClassInput] = class.String()
	}
	for _, rule := range d.Evidence {
		if rule.Required {
			f.Evidence = append(f.Evidence, c.Paper(path, rule.Kind))
		}
	}
	return f
}

// Received files what a school hands in to receive a pupil.
func (c *County) Received(kind process.Kind, path string, pupil, class uuid.UUID) (change uuid.UUID) {
	c.t.Helper()
	one, err := c.TryFile(c.Receiving(kind, path, pupil, class))
	require.NoError(c.t, err)
	return one.ID
}
