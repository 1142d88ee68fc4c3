package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

// matrixCase says how to call one operation so that only the right decides.
type matrixCase struct {
	// call builds the request of somebody about something at the target office.
	call func(w *world, who caller, target place) call
	// targetless operations are about the caller or show only what is in scope:
	// holding the right anywhere lets them in, whatever the target.
	targetless bool
	// allowed replaces the table where a rule is narrower than the table can say.
	allowed func(who caller, target place) bool
}

// matrixCases joins the cases of all areas; an area adds its function here.
func matrixCases() map[string]matrixCase {
	all := map[string]matrixCase{}
	for _, area := range []map[string]matrixCase{accessCases(), caseworkCases(), recordCases(), moveCases(), editCases(), taskCases(), troubleCases(), policyCases(), calendarCases(), webhookCases(), jobCases()} {
		for id, c := range area {
			all[id] = c
		}
	}
	return all
}

// relation is where the target lies, seen from the caller.
type relation string

const (
	own           relation = "own"
	below         relation = "below"
	parent        relation = "parent"
	sibling       relation = "sibling"
	otherProvince relation = "other province"
)

func relationsOf(role org.Role) (at string, targets map[relation]string) {
	if role.OfSchool() {
		return "school", map[relation]string{own: "school", parent: "county", sibling: "school2", otherProvince: "school4"}
	}
	return "county", map[relation]string{own: "county", below: "school", parent: "city", sibling: "county2", otherProvince: "county3"}
}

// TestEveryOperationForEveryRoleEverywhere walks operation × role × relation over
// HTTP. What is expected comes from the table; an operation without a rule does
// not start, and one without a case here fails.
func TestEveryOperationForEveryRoleEverywhere(t *testing.T) {
	w := newWorld(t)
	w.furnish()
	cases := matrixCases()
	for _, op := range w.server.Operations() {
		one, ok := cases[op.ID]
		delete(cases, op.ID)
		t.Run(op.ID, func(t *testing.T) {
			require.True(t, ok, "no case in the matrix: add one to matrixCases")
			w.t = t
			w.walk(op, one)
		})
	}
	w.t = t
	require.Empty(t, cases, "cases without an operation")
}

// walk calls one operation as every role about every relation.
func (w *world) walk(op rest.Operation, one matrixCase) {
	t := w.t
	t.Helper()
	nobody := w.send("", one.call(w, w.login(w.places["school"], org.SchoolRegistrar), w.places["school"]))
	if op.Action == authz.Public {
		require.NotContains(t, []int{401, 403}, nobody.Code)
		return
	}
	require.Equal(t, http.StatusUnauthorized, nobody.Code)
	for _, role := range org.Roles() {
		at, targets := relationsOf(role)
		for rel, name := range targets {
			who, target := w.login(w.places[at], role), w.places[name]
			want := expected(op, one, who, target)
			answer := w.send(who.token, one.call(w, who, target))
			require.Less(t, answer.Code, 500, "%s at %s: %s\n%s", role, rel, answer.Body, lastLine(w))
			if !revealing(op) {
				require.NotRegexp(t, `\d{17}[\dX]`, answer.Body.String(), "%s at %s: a number in full", role, rel)
			}
			got := !slices.Contains([]int{401, 403, 404}, answer.Code)
			require.Equal(t, want, got, "%s at %s: %d %s", role, rel, answer.Code, answer.Body)
			if !want && !authz.Within(who.at.path, target.path) {
				requireSilent(t, op, target, answer.Body.Bytes())
			}
		}
	}
}

// revealing says that an operation exists to show a number in full: it asks why.
func revealing(op rest.Operation) bool {
	return slices.Contains([]authz.Action{authz.StudentReveal, authz.ChangeReveal}, op.Action)
}

func expected(op rest.Operation, one matrixCase, who caller, target place) bool {
	p := authz.Principal{Roles: who.roles, Office: authz.Office{Path: who.at.path, Kind: who.at.kind}}
	switch {
	case one.targetless:
		return p.May(op.Action)
	case one.allowed != nil:
		return p.May(op.Action) && one.allowed(who, target)
	}
	return p.Allows(op.Action, target.path)
}

// requireSilent: a refusal says nothing about the target, not even its name.
func requireSilent(t *testing.T, op rest.Operation, target place, body []byte) {
	t.Helper()
	var p rest.Problem
	require.NoError(t, json.Unmarshal(body, &p), op.ID)
	require.NotContains(t, string(body), "单位"+target.name)
	require.NotContains(t, string(body), "某人")
}

func lastLine(w *world) string {
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	return lines[len(lines)-1]
}

// furnish puts one pupil into every office, so that no office can be closed.
func (w *world) furnish() {
	for _, p := range w.places {
		w.pupil(p)
	}
}

// pupil puts a record into an office and gives its ID.
func (w *world) pupil(at place) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, enrol_status, in_register, on_campus, created_at, updated_at)
		VALUES ($1, $2, $3::text::ltree, false, 'PRIMARY', 2024, '某人', '1', '2017-05-01', '1', 'ENROLLED', true, true, $4, $4)`, id, at.id, at.path, w.clock.Now())
	return id
}

// orgVersion is the ETag of an office as it stands.
func (w *world) orgVersion(at place) string {
	return rest.ETag(one[int64](w, `SELECT version FROM organisation WHERE id = $1`, at.id))
}

func orgPath(at place, rest string) string { return "/v1/orgs/" + at.id.String() + rest }

// roleOf gives a role that exists in the office.
func roleOf(at place) string {
	if at.kind == org.School {
		return string(org.Principal)
	}
	return string(org.BureauViewer)
}

// onAccount builds a call about a fresh account of the target office.
func onAccount(method, below string, body func(target place) any) func(*world, caller, place) call {
	return func(w *world, _ caller, target place) call {
		id := w.account(target, org.Role(roleOf(target)))
		c := call{method: method, path: "/v1/accounts/" + id.String() + below, ifMatch: rest.ETag(1)}
		if below == "/unseal" {
			w.exec(`UPDATE account SET sealed_at = $2 WHERE id = $1`, id, w.clock.Now())
		}
		if body != nil {
			c.body = body(target)
		}
		return c
	}
}

// fixed builds the same call for everybody.
func fixed(method, path string, body any) matrixCase {
	return matrixCase{targetless: true, call: func(*world, caller, place) call { return call{method: method, path: path, body: body} }}
}

func accessCases() map[string]matrixCase {
	account := func(method, rest string, body func(place) any) matrixCase {
		return matrixCase{call: onAccount(method, rest, body)}
	}
	onOrg := func(method, rest string, body func(*world, place) any) matrixCase {
		return matrixCase{call: func(w *world, _ caller, target place) call {
			c := call{method: method, path: orgPath(target, rest), ifMatch: w.orgVersion(target)}
			if body != nil {
				c.body = body(w, target)
			}
			return c
		}}
	}
	edit := func(target place) any { return m{"name": "某人", "roles": []string{roleOf(target)}} }
	return map[string]matrixCase{
		"log-in":          fixed("POST", "/v1/sessions", nil),
		"who-am-i":        fixed("GET", "/v1/me", nil),
		"log-out":         fixed("DELETE", "/v1/sessions/current", nil),
		"change-password": fixed("POST", "/v1/me/password", m{"present": worldPassword, "new": "Guizhou#2027"}),
		"create-token": {targetless: true, call: func(_ *world, who caller, _ place) call {
			return call{method: "POST", path: "/v1/me/tokens", body: m{"name": "x", "roles": who.roles, "days": 1}}
		}},
		"list-tokens": fixed("GET", "/v1/me/tokens", nil),
		"revoke-token": {targetless: true, call: func(_ *world, who caller, _ place) call {
			return call{method: "DELETE", path: "/v1/me/tokens/" + who.session.String()}
		}},

		"get-org":           onOrg("GET", "", nil),
		"list-org-children": onOrg("GET", "/children", nil),
		"search-orgs":       fixed("GET", "/v1/orgs?q=%E5%8D%95%E4%BD%8D", nil),
		"create-org": {call: func(w *world, _ caller, target place) call {
			w.accounts++
			return call{method: "POST", path: "/v1/orgs", body: m{
				"parent": target.id, "kind": "SCHOOL", "code": fmt.Sprintf("2152%06d", 100000+w.accounts), "name": "新学校",
				"division_code": "520102", "stages": []string{"PRIMARY"},
			}}
		}},
		"edit-org": onOrg("PUT", "", func(w *world, target place) any {
			body := m{"name": "单位" + target.name, "division_code": one[string](w, `SELECT division_code FROM organisation WHERE id = $1`, target.id)}
			if target.kind == org.School {
				body["stages"] = []string{"PRIMARY", "SENIOR"}
			}
			return body
		}),
		"reassign-org": onOrg("POST", "/managing-bureau", func(w *world, _ place) any { return m{"parent": w.places["county"].id} }),
		"close-org":    onOrg("POST", "/closure", nil),

		"list-accounts": onOrg("GET", "/accounts", nil),
		"create-account": onOrg("POST", "/accounts", func(w *world, target place) any {
			w.accounts++
			return m{"login": fmt.Sprintf("neu%d", w.accounts), "name": "某人", "roles": []string{roleOf(target)}}
		}),
		"get-account":    account("GET", "", nil),
		"edit-account":   account("PUT", "", edit),
		"reset-password": account("POST", "/password-reset", nil),
		"unlock-account": account("POST", "/unlock", nil),
		"seal-account":   account("POST", "/seal", nil),
		"unseal-account": account("POST", "/unseal", nil),
		"close-account":  account("POST", "/closure", nil),

		"list-classes": onOrg("GET", "/classes", nil),
		"create-grade": onOrg("POST", "/grades", func(*world, place) any {
			return m{"stage": "PRIMARY", "entry_year": 2026, "classes": 1, "capacity": 45}
		}),
		"add-class": {call: func(w *world, _ caller, target place) call {
			grade, _ := w.class(target)
			return call{method: "POST", path: "/v1/grades/" + grade.String() + "/classes", body: m{"no": 1, "capacity": 45}}
		}},
		"edit-class": {call: func(w *world, _ caller, target place) call {
			_, class := w.class(target)
			return call{method: "PUT", path: "/v1/classes/" + class.String(), ifMatch: rest.ETag(1), body: m{"name": "一班", "capacity": 50}}
		}},
		"close-class": {call: func(w *world, _ caller, target place) call {
			_, class := w.class(target)
			return call{method: "POST", path: "/v1/classes/" + class.String() + "/closure", ifMatch: rest.ETag(1)}
		}},
		"list-audit": fixed("GET", "/v1/audit", nil),
	}
}

// class makes a year group with one class at an office.
func (w *world) class(at place) (grade, class uuid.UUID) {
	w.accounts++
	grade, class = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO school_grade (id, school_id, org_path, stage, entry_year, name) VALUES ($1, $2, $3::text::ltree, 'SENIOR', $4, '级')
		ON CONFLICT DO NOTHING`, grade, at.id, at.path, 1980+w.accounts%120)
	grade = one[uuid.UUID](w, `SELECT id FROM school_grade WHERE school_id = $1 AND stage = 'SENIOR' AND entry_year = $2`, at.id, 1980+w.accounts%120)
	w.exec(`INSERT INTO school_class (id, school_id, org_path, grade_id, code, name, capacity) VALUES ($1, $2, $3::text::ltree, $4, $5, '班', 45)`,
		class, at.id, at.path, grade, fmt.Sprintf("x%d", w.accounts))
	return grade, class
}
