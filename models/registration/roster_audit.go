package registration

import (
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// AuditFindings audits that the findings of a roster were exported as a file, with the
// number of full numbers in it and the reason.
func AuditFindings(t *store.Tx, id uuid.UUID, reason student.RevealReason, numbers int) error {
	detail := map[string]string{"numbers": strconv.Itoa(numbers)}
	if reason != "" {
		detail["reason"] = string(reason)
	}
	return t.Audit("roster.findings", "roster", id.String(), detail)
}
