package change

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
)

// PupilReference names a pupil of another office by name and student number, or inside the
// province by name and number of the identity document. Everything that is given must
// match the pupil.
type PupilReference struct {
	Name     string
	Number   string
	IDNumber string
}

// Complete reports whether the reference says enough to find one pupil: a name, and a student number or the number of a document.
func (c PupilReference) Complete() bool {
	return ident.NameKey(c.Name) != "" && (c.HasNumber() || ident.NumberKey(c.IDNumber) != "")
}

// HasNumber reports whether the claim gives a student number, which a person can read and
// type.
func (c PupilReference) HasNumber() bool { return ident.NumberKey(c.Number) != "" }

// ListedPupil is one pupil of a list with the class the pupil goes to.
type ListedPupil struct {
	StudentID uuid.UUID
	ClassID   uuid.UUID
}

// MaxLines is the highest number of pupils of one list.
const MaxLines = 500

// ClassInput is the input of a form that names a class.
const ClassInput = "class_id"

// Strike takes one pupil out of a list, with the reason (剔除).
type Strike struct {
	StudentID uuid.UUID `json:"student_id"`
	Reason    string    `json:"reason"`
}
