package api

import (
	"encoding/json"
	"slices"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// change puts a suspension of a pupil of the office into the register, open at
// its first step, with a task of the given role at that office.
func (w *world) change(at place, role org.Role) (change, task uuid.UUID) {
	w.t.Helper()
	change, task = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	filer := w.account(at, org.Role(roleOf(at)))
	pupil := w.pupil(at)
	definition, ok := w.process.Define(process.Suspension, org.Primary, w.process.Default())
	require.True(w.t, ok)
	if at.kind != org.School {
		definition.FiledBy = process.FiledByBureau
	}
	text, err := json.Marshal(definition)
	require.NoError(w.t, err)
	now := w.clock.Now()
	due := now.AddDate(0, 0, 14)
	w.exec(`INSERT INTO change (id, case_no, kind, student_id, org_id, org_path, province_code, stage, status, definition, definition_version, policy_version,
		inputs, step_no, round, filed_by, filing_key, filing_hash, filed_at, due_total)
		VALUES ($1, $2, 'SUSPENSION', $3, $4, $5::text::ltree, '520000', 'PRIMARY', 'RUNNING', $6, '1', 0, '{}', 1, 1, $7, $2, '\x00', $8, $9)`,
		change, change.String(), pupil, at.id, at.path, string(text), filer, now, due)
	w.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES ($1, 'FILER', $2, $3::text::ltree)`, change, at.id, at.path)
	w.exec(`INSERT INTO slot (key, change_id, taken_at) VALUES ($1, $2, $3)`, "student/"+pupil.String(), change, now)
	w.exec(`INSERT INTO step (change_id, no, round, name, side, role, office_id, office_path, opened_at, due_at, due_provisional, calendar_version, remind_50_at, remind_80_at, status)
		VALUES ($1, 1, 1, 'LEADER_REVIEW', 'FILER', $2, $3, $4::text::ltree, $5, $6, false, '', $6, $6, 'OPEN')`, change, string(role), at.id, at.path, now, due)
	w.exec(`INSERT INTO task (id, change_id, step_no, round, seat, office_id, office_path, role, due_at, status)
		VALUES ($1, $2, 1, 1, 1, $3, $4::text::ltree, $5, $6, 'OPEN')`, task, change, at.id, at.path, string(role), due)
	return change, task
}

// onChange builds a call about a fresh change of the target office.
func onChange(method, rest string, body func(task uuid.UUID) any) func(*world, caller, place) call {
	return func(w *world, who caller, target place) call {
		role := org.SchoolLeader
		if len(who.roles) > 0 {
			role = who.roles[0]
		}
		change, task := w.change(target, role)
		c := call{method: method, path: "/v1/changes/" + change.String() + rest, key: uuid.NewString()}
		if body != nil {
			c.body = body(task)
		}
		return c
	}
}

// caseworkCases: changes, what is said to them, and inboxes.
func caseworkCases() map[string]matrixCase {
	said := func(uuid.UUID) any { return m{"opinion": "理由"} }
	filing := func(path string) matrixCase {
		registrar := func(who caller, target place) bool { // a bureau files other kinds
			return who.at == target && slices.Contains(who.roles, org.SchoolRegistrar)
		}
		return matrixCase{allowed: registrar, call: func(w *world, _ caller, target place) call {
			return call{method: "POST", path: path, key: uuid.NewString(), body: m{
				"kind": "SUSPENSION", "student_id": w.pupil(target),
				"inputs": m{"reason_code": "10", "from_date": "2026-11-23", "until_date": "2027-03-01"},
			}}
		}}
	}
	return map[string]matrixCase{
		"file-change":  filing("/v1/changes"),
		"check-change": filing("/v1/changes/check"),
		"get-change":   {call: onChange("GET", "", nil)},
		"redo-change":  {call: onChange("GET", "/redo", nil)},
		"list-changes": fixed("GET", "/v1/changes", nil),
		"decide-change": {call: onChange("POST", "/decisions", func(task uuid.UUID) any {
			return m{"task_id": task, "verdict": "REJECT", "opinion": "理由"}
		})},
		// A suspension has no number: that is told after the right was checked.
		"reveal-change-number": {call: onChange("POST", "/reveal", func(uuid.UUID) any {
			return m{"field": "id_number", "reason": "VERIFY_DOCUMENT"}
		})},
		"resubmit-change":  {call: onChange("POST", "/resubmission", said)},
		"withdraw-change":  {call: onChange("POST", "/withdrawal", said)},
		"supervise-change": {call: onChange("POST", "/supervision", said)},
		"close-change":     {call: onChange("POST", "/closure", said)},
		"comment-change":   {call: onChange("POST", "/comments", func(uuid.UUID) any { return m{"text": "留言"} })},
		"get-slip": {call: func(w *world, _ caller, target place) call {
			change, _ := w.change(target, org.SchoolLeader)
			slip := uuid.Must(uuid.NewV7())
			w.exec(`INSERT INTO slip (id, change_id, account_id, office_id, verb, step_no, round, key, body_hash, created_at)
				VALUES ($1, $2, $3, $4, 'WITHDRAW', 1, 1, $5, '\x00', $6)`, slip, change, w.account(target, org.Role(roleOf(target))), target.id, slip.String(), w.clock.Now())
			return call{method: "GET", path: "/v1/slips/" + slip.String()}
		}},
		"list-inbox":   fixed("GET", "/v1/inbox", nil),
		"count-inbox":  fixed("GET", "/v1/inbox/counts", nil),
		"list-late":    fixed("GET", "/v1/inbox/late", nil),
		"list-notices": fixed("GET", "/v1/notices", nil),
		"read-notice": {call: func(w *world, who caller, target place) call {
			return call{method: "POST", path: "/v1/notices/" + w.notice(target, "SENT_BACK", who.roles[0], uuid.Nil).String() + "/read"}
		}},
		"read-all-notices": fixed("POST", "/v1/notices/read-all", m{}),
		"list-processes":   fixed("GET", "/v1/processes", nil),
		"get-policy":       fixed("GET", "/v1/policy", nil),
		"list-attention":   fixed("GET", "/v1/operations/attention", nil),
	}
}
