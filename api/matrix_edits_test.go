package api

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
)

// editCases: edits of records and punishments.
func editCases() map[string]matrixCase {
	return map[string]matrixCase{
		"edit-student": {call: func(w *world, _ caller, target place) call {
			return call{method: "PATCH", path: "/v1/students/" + w.pupil(target).String(), ifMatch: rest.ETag(1), body: m{"items": m{"phone": "16316048782"}}}
		}},
		// A body that is no form is refused only after the right was checked.
		"update-students": fixed("POST", "/v1/students/updates", m{}),

		"record-punishment": {call: func(w *world, _ caller, target place) call {
			return call{method: "POST", path: "/v1/students/" + w.pupil(target).String() + "/punishments", key: uuid.NewString(),
				body: m{"level": "1", "decided_on": "2026-11-02", "document_no": "1号"}}
		}},
		"list-punishments": {call: func(w *world, _ caller, target place) call {
			pupil, _ := w.punished(target)
			return call{method: "GET", path: "/v1/students/" + pupil.String() + "/punishments"}
		}},
		"cancel-punishment": {call: func(w *world, _ caller, target place) call {
			_, punishment := w.punished(target)
			return call{method: "POST", path: "/v1/punishments/" + punishment.String() + "/cancellation", key: uuid.NewString(),
				body: m{"cancelled_on": "2026-11-20", "document_no": "2号"}}
		}},
	}
}

// punished puts a pupil with a punishment into an office.
func (w *world) punished(at place) (pupil, punishment uuid.UUID) {
	pupil, punishment = w.pupil(at), uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO punishment (id, student_id, org_path, level, decided_on, document_no, recorded_by, recorded_at, record_key, record_hash)
		VALUES ($1, $2, $3::text::ltree, '1', '2026-11-02', '1号', $1, $4, $5, '\x00')`, punishment, pupil, at.path, w.clock.Now(), punishment.String())
	return pupil, punishment
}
