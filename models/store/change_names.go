package store

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
)

// Claim names a pupil of another office by name and student number, or inside the
// province by name and number of the identity document. Everything that is given must
// match the pupil.
type Claim struct {
	Name     string
	Number   string
	IDNumber string
}

func (c Claim) complete() bool {
	return ident.NameKey(c.Name) != "" && (c.numbered() || ident.NumberKey(c.IDNumber) != "")
}

// numbered reports whether the claim gives a student number, which a person can read and
// type.
func (c Claim) numbered() bool { return ident.NumberKey(c.Number) != "" }

// Line is one pupil of a list with the class the pupil goes to.
type Line struct {
	StudentID uuid.UUID
	ClassID   uuid.UUID
}

// mostLines is the highest number of pupils of one list.
const mostLines = 500

// classInput is the input of a form that names a class.
const classInput = "class_id"

// Strike takes one pupil out of a list, with the reason (剔除).
type Strike struct {
	StudentID uuid.UUID `json:"student_id"`
	Reason    string    `json:"reason"`
}
