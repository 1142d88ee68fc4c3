package store

import (
	"strconv"

	"github.com/google/uuid"
)

// AuditFindings notes that the findings of a roster left as a file, with how many
// numbers in full and why.
func (t *Tx) AuditFindings(id uuid.UUID, reason RevealReason, numbers int) error {
	detail := map[string]string{"numbers": strconv.Itoa(numbers)}
	if reason != "" {
		detail["reason"] = string(reason)
	}
	return t.Audit("roster.findings", "roster", id.String(), detail)
}
