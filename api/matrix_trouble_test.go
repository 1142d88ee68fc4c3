package api

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
)

// troubleCases: problem records, and cases that ended badly.
func troubleCases() map[string]matrixCase {
	return map[string]matrixCase{
		"list-problems": fixed("GET", "/v1/problems", nil),
		"dismiss-change": {call: func(w *world, _ caller, target place) call {
			change := w.ended(target)
			return call{method: "POST", path: "/v1/changes/" + change.String() + "/dismissal"}
		}},
	}
}

// ended puts a refused change of an office into the register.
func (w *world) ended(at place) uuid.UUID {
	w.t.Helper()
	change, _ := w.change(at, org.SchoolLeader)
	w.exec(`DELETE FROM slot WHERE change_id = $1`, change)
	w.exec(`UPDATE task SET status = 'CANCELLED' WHERE change_id = $1`, change)
	w.exec(`UPDATE step SET status = 'DONE' WHERE change_id = $1`, change)
	w.exec(`UPDATE change SET status = 'REFUSED', closed_at = filed_at WHERE id = $1`, change)
	return change
}
