package api

import (
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/org"
)

// onTask builds a call about the task of a fresh change of the target office; the
// task is one the caller's role could decide.
func onTask(method, rest string, body any) func(*world, caller, place) call {
	return func(w *world, who caller, target place) call {
		role := org.SchoolLeader
		if len(who.roles) > 0 {
			role = who.roles[0]
		}
		change, task := w.change(target, role)
		c := call{method: method, path: "/v1/changes/" + change.String() + "/tasks/" + task.String() + rest, body: body}
		if method != "GET" {
			c.key = uuid.NewString()
		}
		return c
	}
}

// taskCases: what people do at a step beside deciding it.
func taskCases() map[string]matrixCase {
	nobody := uuid.NewString()
	to := m{"to": nobody}
	draft := func(method string, body any) matrixCase {
		return matrixCase{call: func(w *world, who caller, target place) call {
			_, task := w.change(target, org.SchoolLeader)
			if who.account != uuid.Nil {
				w.exec(`INSERT INTO opinion_draft (account_id, task_id, opinion, saved_at) VALUES ($1, $2, '意见', $3)`, who.account, task, w.clock.Now())
			}
			return call{method: method, path: "/v1/tasks/" + task.String() + "/draft", body: body}
		}}
	}
	// Whoever sees the change is told that there is nothing of theirs to take back.
	sees := func(who caller, target place) bool { return authz.Within(who.at.path, target.path) }
	return map[string]matrixCase{
		"claim-task":      {call: onTask("POST", "/claim", m{})},
		"release-task":    {call: onTask("POST", "/release", m{})},
		"remove-signer":   {call: onTask("POST", "/removal", m{})},
		"transfer-task":   {call: onTask("POST", "/transfer", to)},
		"delegate-task":   {call: onTask("POST", "/delegation", to)},
		"answer-task":     {call: onTask("POST", "/answer", m{"advice": "APPROVE", "opinion": "意见"})},
		"add-signers":     {call: onTask("POST", "/signers", m{"to": []string{nobody}, "when": "BEFORE"})},
		"list-colleagues": {call: onTask("GET", "/colleagues", nil)},
		"take-back":       {call: onChange("POST", "/take-back", func(uuid.UUID) any { return m{"opinion": "理由"} }), allowed: sees},
		"remind-change":   {call: onChange("POST", "/reminder", func(uuid.UUID) any { return m{} })},
		"copy-change":     {call: onChange("POST", "/copies", func(uuid.UUID) any { return m{"to": []string{nobody}} })},
		"save-draft":      draft("PUT", m{"opinion": "意见"}),
		"get-draft":       draft("GET", nil),
		"drop-draft":      draft("DELETE", nil),
		"decide-batch": {targetless: true, call: func(w *world, _ caller, target place) call {
			change, task := w.change(target, org.SchoolLeader)
			return call{method: "POST", path: "/v1/decisions", key: uuid.NewString(),
				body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "items": []m{{"change_id": change, "task_id": task}}}}
		}},
		"hand-over-tasks": {call: func(w *world, _ caller, target place) call {
			return call{method: "POST", path: "/v1/accounts/" + w.account(target, org.Role(roleOf(target))).String() + "/hand-over", key: uuid.NewString(),
				body: m{"to": nobody, "reason": "离岗"}}
		}},
		"add-proxy":    fixed("POST", "/v1/proxies", m{"proxy": nobody, "until": "2026-12-01T00:00:00+08:00", "reason": "出差"}),
		"list-proxies": fixed("GET", "/v1/proxies", nil),
		"revoke-proxy": {call: func(w *world, who caller, target place) call {
			id, away := uuid.Must(uuid.NewV7()), w.account(target, org.Role(roleOf(target)))
			if who.at.path == target.path && who.account != uuid.Nil {
				away = who.account
			}
			w.exec(`INSERT INTO proxy (id, account_id, proxy_id, org_id, org_path, from_at, until_at, reason, created_by, created_at)
				VALUES ($1, $2, $3, $4, $5::text::ltree, $6, $7, '出差', $2, $6)`, id, away, w.account(target, org.Role(roleOf(target))), target.id, target.path,
				w.clock.Now(), w.clock.Now().Add(24*time.Hour))
			return call{method: "POST", path: "/v1/proxies/" + id.String() + "/revocation"}
		}},
	}
}
