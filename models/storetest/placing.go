package storetest

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
)

// Placing is a list by which a school gives pupils classes of its own (分班, 调班). Pupils
// and classes stand at the same places.
func (c *County) Placing(kind process.Kind, path string, pupils, classes []uuid.UUID) change.Filing {
	c.t.Helper()
	f := change.Filing{Kind: kind, Office: c.Office(path), Key: uuid.NewString(), BodyHash: []byte(kind)}
	for i, pupil := range pupils {
		f.Lines = append(f.Lines, change.ListedPupil{StudentID: pupil, ClassID: classes[i]})
	}
	return f
}

// ClassOf is the class of a pupil.
func (c *County) ClassOf(pupil uuid.UUID) string {
	c.t.Helper()
	return c.Text(`SELECT coalesce(class_id::text, '') FROM student WHERE id = $1`, pupil)
}
