package api

import (
	"github.com/google/uuid"
)

// recordCases: pupils' records, evidence and rosters.
func recordCases() map[string]matrixCase {
	onPupil := func(method, rest string, body any) matrixCase {
		return matrixCase{call: func(w *world, _ caller, target place) call {
			return call{method: method, path: "/v1/students/" + w.numbered(target).String() + rest, body: body}
		}}
	}
	onRoster := func(method, rest string) matrixCase {
		return matrixCase{call: func(w *world, _ caller, target place) call {
			return call{method: method, path: "/v1/rosters/" + w.roster(target).String() + rest}
		}}
	}
	return map[string]matrixCase{
		"search-students": {targetless: true, call: func(_ *world, _ caller, target place) call {
			return call{method: "POST", path: "/v1/students/search", body: m{"school_id": target.id}}
		}},
		"get-student":      onPupil("GET", "", nil),
		"list-sheet-items": fixed("GET", "/v1/sheet/items", nil),
		"student-history":  onPupil("GET", "/history", nil),
		"reveal-number":    onPupil("POST", "/reveal", m{"field": "id_number", "reason": "VERIFY_DOCUMENT"}),
		"count-students": {call: func(_ *world, _ caller, target place) call {
			return call{method: "GET", path: orgPath(target, "/student-counts")}
		}},

		// A body that is no form is refused only after the right was checked.
		"upload-evidence": fixed("POST", "/v1/evidence", m{}),
		"open-evidence": {call: func(w *world, _ caller, target place) call {
			return call{method: "GET", path: "/v1/evidence/" + w.evidence(target).String() + "/content"}
		}},

		"get-roster-template": fixed("GET", "/v1/rosters/template", nil),
		"upload-roster":       fixed("POST", "/v1/rosters", m{}),
		"list-rosters":        fixed("GET", "/v1/rosters", nil),
		"get-roster":          onRoster("GET", ""),
		"list-roster-rows":    onRoster("GET", "/rows"),
		"get-roster-findings": onRoster("GET", "/findings.xlsx"),
		"check-roster":        onRoster("POST", "/check"),
		"discard-roster":      onRoster("DELETE", ""),
	}
}

// numbered puts a pupil into an office whose ID number can be asked for; that
// it cannot be decrypted is not the matter here, that somebody gets so far is.
func (w *world) numbered(at place) uuid.UUID {
	id := w.pupil(at)
	cipher, err := w.app.Keys().Encrypt("student.id_number/"+id.String(), []byte("990101201705010010"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.exec(`UPDATE student SET id_cipher = $2, id_hash = $3 WHERE id = $1`, id, cipher, id[:])
	return id
}

// evidence puts a row of evidence into an office; its file is missing.
func (w *world) evidence(at place) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO evidence (id, org_id, org_path, uploaded_by, file_name, media_type, size, sha256, blob_key, created_at)
		VALUES ($1, $2, $3::text::ltree, $1, '某人.pdf', 'application/pdf', 1, '\x00', $4, $5)`, id, at.id, at.path, id.String(), w.clock.Now())
	return id
}

// roster puts a checked roster without a file into an office.
func (w *world) roster(at place) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO roster (id, school_id, org_path, file_name, file_sha256, file_size, state, created_by, created_at, progress_at)
		VALUES ($1, $2, $3::text::ltree, '某人.xlsx', $4, 1, 'CHECKED', $1, $5, $5)`, id, at.id, at.path, id[:], w.clock.Now())
	return id
}
