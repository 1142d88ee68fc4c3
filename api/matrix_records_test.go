package api

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
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

// numbered puts a pupil into an office who has an ID number that nobody shares: each
// is born on a day of their own.
func (w *world) numbered(at place) uuid.UUID {
	id := w.pupil(at)
	birth, err := calendar.NewDate(2000, time.January, 1)
	require.NoError(w.t, err)
	birth = birth.AddDays(one[int](w, `SELECT count(*)::int FROM student`))
	number, err := simulator.Number(birth, ident.Male, simulator.Matches)
	require.NoError(w.t, err)
	cipher, err := w.app.Keys().Encrypt("student.id_number/"+id.String(), []byte(number.Reveal()))
	require.NoError(w.t, err)
	w.exec(`UPDATE student SET birth_date = $2, id_cipher = $3, id_hash = $4, id_masked = $5 WHERE id = $1`,
		id, birth.String(), cipher, w.app.Keys().Hash("identity", number.Reveal()), number.String())
	return id
}

// evidence puts a paper into an office, as somebody who works there uploads it.
func (w *world) evidence(at place) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	size, sum, err := w.deps.Files.Put(w.t.Context(), files.Evidence, id.String(), strings.NewReader("%PDF-1.7"), 1<<10)
	require.NoError(w.t, err)
	w.exec(`INSERT INTO evidence (id, org_id, org_path, uploaded_by, file_name, media_type, size, sha256, blob_key, created_at)
		VALUES ($1, $2, $3::text::ltree, $4, '某人.pdf', 'application/pdf', $5, $6, $7, $8)`,
		id, at.id, at.path, w.account(at, org.Role(roleOf(at))), size, sum, id.String(), w.clock.Now())
	return id
}

// roster puts a checked roster without a file into an office.
func (w *world) roster(at place) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO roster (id, school_id, org_path, file_name, file_sha256, file_size, state, created_by, created_at, progress_at)
		VALUES ($1, $2, $3::text::ltree, '某人.xlsx', $4, 1, 'CHECKED', $1, $5, $5)`, id, at.id, at.path, id[:], w.clock.Now())
	return id
}
