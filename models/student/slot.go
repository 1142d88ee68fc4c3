package student

import (
	"encoding/hex"

	"github.com/google/uuid"
)

// BesideSlot is the slot of a change that was filed beside a change that waits for its
// day.
func BesideSlot(student uuid.UUID) string { return "beside/" + student.String() }

// StudentSlot is the key of the slot that a change of a record holds.
func StudentSlot(student uuid.UUID) string { return "student/" + student.String() }

// IdentitySlot is the key of the slot of a document number that is to be written.
func IdentitySlot(hash []byte) string { return "identity/" + hex.EncodeToString(hash) }

// DeathSlot and ArbitrationSlot are the slots of business that is filed while another
// change holds the pupil. While that business runs, no other change of the pupil takes
// effect.
func DeathSlot(student uuid.UUID) string { return "death/" + student.String() }

// ArbitrationSlot returns the key of the slot of an arbitration about a pupil.
func ArbitrationSlot(student uuid.UUID) string { return "arbitration/" + student.String() }
