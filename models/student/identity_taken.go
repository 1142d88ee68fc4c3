package student

import (
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// IdentityTaken is the refusal that says that another person has the document number that a
// change writes.
func IdentityTaken() *refusal.Error {
	return refusal.New(refusal.IdentityTaken).At("/values/" + status.FieldIDNumber)
}
