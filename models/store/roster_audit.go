package store

import (
	"strconv"

	"github.com/google/uuid"
)

// AuditFindings audits that the findings of a roster were exported as a file, with the
// number of full numbers in it and the reason.
func (t *Tx) AuditFindings(id uuid.UUID, reason RevealReason, numbers int) error {
	detail := map[string]string{"numbers": strconv.Itoa(numbers)}
	if reason != "" {
		detail["reason"] = string(reason)
	}
	return t.Audit("roster.findings", "roster", id.String(), detail)
}
