package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// move puts a transfer in force into the register: the pupil came to the office
// from a school of a third province, and the paper file is on its way.
func (w *world) move(from, to place) (handover uuid.UUID) {
	w.t.Helper()
	change, _ := w.change(to, org.SchoolLeader)
	w.exec(`UPDATE change SET kind = 'TRANSFER', status = 'EFFECTIVE', closed_at = filed_at WHERE id = $1`, change)
	w.exec(`UPDATE task SET status = 'DECIDED' WHERE change_id = $1`, change)
	w.exec(`UPDATE step SET status = 'DONE' WHERE change_id = $1`, change)
	w.exec(`DELETE FROM slot WHERE change_id = $1`, change)
	w.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES ($1, 'IN', $2, $3::text::ltree), ($1, 'OUT', $4, $5::text::ltree)`,
		change, to.id, to.path, from.id, from.path)
	handover = uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO handover (id, change_id, student_id, from_school, to_school, opened_at, due_on)
		SELECT $1, id, student_id, $2, $3, filed_at, '2026-12-20' FROM change WHERE id = $4`, handover, from.id, to.id, change)
	return handover
}

// moveCases: pupils who move between schools.
func moveCases() map[string]matrixCase {
	elsewhere := func(w *world) place { return w.places["school4"] }
	return map[string]matrixCase{
		"find-pupil":     fixed("POST", "/v1/students/find", m{"name": "某人", "student_number": "L520102201503019473"}),
		"list-handovers": fixed("GET", "/v1/handovers", nil),
		"send-handover": {call: func(w *world, _ caller, target place) call {
			return call{method: "POST", path: "/v1/handovers/" + w.move(target, elsewhere(w)).String() + "/dispatch", ifMatch: rest.ETag(1), body: m{"how": "EMS"}}
		}},
		"receive-handover": {call: func(w *world, _ caller, target place) call {
			return call{method: "POST", path: "/v1/handovers/" + w.move(elsewhere(w), target).String() + "/receipt", ifMatch: rest.ETag(1)}
		}},
		"list-expiring-suspensions": fixed("GET", "/v1/suspensions/expiring?days=30", nil),
		"list-departures": {call: func(_ *world, _ caller, target place) call {
			return call{method: "GET", path: orgPath(target, "/departures")}
		}},
	}
}

// party says what somebody at an office may see of a change between two others:
// both sides, and every office above one of them, and nobody else.
func party(who place, sides ...place) bool {
	return slices.ContainsFunc(sides, func(side place) bool {
		return who.path == side.path || len(who.path) < len(side.path) && side.path[:len(who.path)+1] == who.path+"."
	})
}

// TestThePartiesOfAMoveAndNobodyElse walks every role at every office over a
// transfer between two counties: the page, the list, the comment and the raw
// tables as the application role.
func TestThePartiesOfAMoveAndNobodyElse(t *testing.T) {
	w := newWorld(t)
	in, out := w.places["school3"], w.places["school"]
	changeID, _ := w.change(in, org.SchoolLeader)
	pupil := w.pupil(out)
	w.exec(`UPDATE change SET kind = 'TRANSFER', student_id = $2, subject = '{"name": "某人", "school": "单位school"}' WHERE id = $1`, changeID, pupil)
	w.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES ($1, 'IN', $2, $3::text::ltree), ($1, 'OUT', $4, $5::text::ltree)`,
		changeID, in.id, in.path, out.id, out.path)
	for _, at := range w.places {
		for _, role := range org.Roles() {
			if role.OfSchool() != (at.kind == org.School) {
				continue
			}
			who := w.login(at, role)
			p := authz.Principal{Roles: who.roles, Office: authz.Office{Path: at.path, Kind: at.kind}}
			sees := party(at, in, out)
			want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[sees]
			if !p.May(authz.ChangeRead) {
				want = http.StatusForbidden
			}
			answer := w.send(who.token, call{method: "GET", path: "/v1/changes/" + changeID.String()})
			require.Equal(t, want, answer.Code, "%s at %s: %s", role, at.name, answer.Body)
			if want == http.StatusOK {
				require.Contains(t, answer.Body.String(), `"student_name":"某人"`, "%s at %s", role, at.name)
			}
			list := w.send(who.token, call{method: "GET", path: "/v1/changes"})
			require.Equal(t, want == http.StatusOK, strings.Contains(list.Body.String(), changeID.String()), "%s at %s", role, at.name)
			if p.May(authz.ChangeComment) {
				said := w.send(who.token, call{method: "POST", path: "/v1/changes/" + changeID.String() + "/comments", key: uuid.NewString(), body: m{"text": "留言"}})
				require.Equal(t, sees, said.Code == http.StatusNoContent, "%s at %s: %d", role, at.name, said.Code)
			}
		}
		require.NoError(t, w.app.InScope(t.Context(), store.Scope{Paths: []string{at.path}}, func(tx *change.Tx) error {
			_, err := tx.Read(changeID)
			require.Equal(t, party(at, in, out), err == nil, at.name)
			_, err = student.Read(tx.Tx, pupil)
			require.Equal(t, authz.Within(at.path, out.path), err == nil, "the record itself is the old school's: %s", at.name)
			return nil
		}))
	}
}
