package api_test

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
)

// onSuspension builds a call about a suspension that waits for the leader of a school.
func onSuspension(method, below string, body any) matrixCase {
	return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
		return apitest.Call{Method: method, Path: x.suspension(target).path(below), Key: uuid.NewString(), Body: body}
	}}
}

// byFiler narrows a case to the registrar of the school that filed.
func byFiler(c matrixCase) matrixCase { c.allowed = filer; return c }

// changeCases: changes, and what is said to them beside a task.
func changeCases() map[string]matrixCase {
	said := m{"opinion": "理由"}
	filing := func(path string) matrixCase { // a bureau files other kinds
		return matrixCase{allowed: filer, call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: "POST", Path: path, Key: uuid.NewString(), Body: m{
				"kind": "SUSPENSION", "student_id": x.keptPupil(target),
				"inputs": m{"reason_code": "10", "from_date": "2026-11-23", "until_date": "2027-03-01"},
			}}
		}}
	}
	// Whoever sees the change is told that there is nothing of theirs to take back.
	sees := func(_ *matrix, who apitest.Caller, target string) bool { return authz.Within(who.At, target) }
	takeBack := onSuspension("POST", "/take-back", said)
	takeBack.allowed = sees
	// What a superior says reaches the changes of the schools below the target.
	superior := func(action authz.Action, c matrixCase) matrixCase {
		c.allowed = func(_ *matrix, who apitest.Caller, target string) bool {
			return principal(who).Allows(action, school(target))
		}
		return c
	}
	return map[string]matrixCase{
		"file-change":        filing("/v1/changes"),
		"check-change":       filing("/v1/changes/check"),
		"get-change":         onSuspension("GET", "", nil),
		"get-approval-sheet": onSuspension("GET", "/sheet", nil),
		"redo-change":        byFiler(onSuspension("GET", "/redo", nil)),
		"list-changes":       fixed("GET", "/v1/changes", nil),
		"list-filing-drafts": fixed("GET", "/v1/drafts", nil),
		"get-filing-draft":   filingDraft("GET", nil),
		"save-filing-draft":  filingDraft("PUT", m{"kind": "SUSPENSION"}),
		"drop-filing-draft":  filingDraft("DELETE", nil),
		"resubmit-change":    byFiler(onSuspension("POST", "/resubmission", said)),
		"withdraw-change":    byFiler(onSuspension("POST", "/withdrawal", said)),
		"remind-change":      byFiler(onSuspension("POST", "/reminder", m{})),
		"supervise-change":   superior(authz.ChangeSupervise, onSuspension("POST", "/supervision", said)),
		"close-change":       superior(authz.ChangeClose, onSuspension("POST", "/closure", said)),
		"rebuild-change":     onSuspension("POST", "/rebuild", nil),
		"comment-change":     onSuspension("POST", "/comments", m{"text": "留言"}),
		"copy-change":        onSuspension("POST", "/copies", m{"to": []string{uuid.NewString()}}),
		"take-back":          takeBack,
		"dismiss-change": {allowed: filer, call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			id := kept(x, "refused", target, func() string {
				one := x.suspension(target)
				x.Decide(one.change, one.task, change.VerbReject)
				return one.change.String()
			})
			return apitest.Post("/v1/changes/"+id+"/dismissal", nil)
		}},
		"get-slip": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			id := kept(x, "slip", target, func() string {
				one := x.suspension(target)
				return x.HandIn(x.Who(school(target), org.SchoolRegistrar), change.NewSlip{ChangeID: one.change, Step: -1, Verb: change.VerbWithdraw}).ID.String()
			})
			return apitest.Get("/v1/slips/" + id)
		}},
		"list-inbox":  fixed("GET", "/v1/inbox", nil),
		"get-home":    fixed("GET", "/v1/home", nil),
		"hear-events": fixed("GET", "/v1/me/events", nil),
		"count-inbox": fixed("GET", "/v1/inbox/counts", nil),
		"list-late":   fixed("GET", "/v1/inbox/late", nil),
	}
}

// filingDraft builds a call about a draft of the caller, whatever the target is.
func filingDraft(method string, body any) matrixCase {
	return matrixCase{targetless: true, same: true, call: func(x *matrix, who apitest.Caller, _ string) apitest.Call {
		path := "/v1/drafts/" + uuid.NewString()
		if method == "GET" {
			x.Send(who.Token, apitest.Call{Method: "PUT", Path: path, Body: m{"kind": "SUSPENSION"}})
		}
		return apitest.Call{Method: method, Path: path, Body: body}
	}}
}

// onTask builds a call about a task that asks people with the caller's role, where the
// role decides anything.
func onTask(method, below string, body any) matrixCase {
	return matrixCase{allowed: atDesk, call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
		one := x.leaving(target)
		return apitest.Call{Method: method, Path: one.path("/tasks/" + one.task.String() + below), Key: uuid.NewString(), Body: body}
	}}
}

// taskCases: what people do at a task.
func taskCases() map[string]matrixCase {
	nobody := uuid.NewString()
	draft := func(method string, body any) matrixCase {
		return matrixCase{allowed: atDesk, call: func(x *matrix, who apitest.Caller, target string) apitest.Call {
			path := "/v1/tasks/" + x.leaving(target).task.String() + "/draft"
			if atDesk(x, who, target) && method != "PUT" {
				x.Must(http.StatusOK, who.Token, apitest.Call{Method: "PUT", Path: path, Body: m{"opinion": "意见"}}, nil)
			}
			return apitest.Call{Method: method, Path: path, Body: body}
		}}
	}
	reveal := func(x *matrix, who apitest.Caller, target string) bool {
		return atDesk(x, who, target) || filer(x, who, target)
	}
	return map[string]matrixCase{
		"decide-change": {allowed: atDesk, call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			one := x.leaving(target)
			return apitest.Call{Method: "POST", Path: one.path("/decisions"), Key: uuid.NewString(), Body: m{"task_id": one.task, "verdict": "REJECT", "opinion": "理由"}}
		}},
		// Somebody who leaves has no new number: that is told after the right was checked.
		"reveal-change-number": {allowed: reveal, call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Post(x.leaving(target).path("/reveal"), m{"field": "id_number", "reason": "VERIFY_DOCUMENT"})
		}},
		"claim-task":      onTask("POST", "/claim", m{}),
		"release-task":    onTask("POST", "/release", m{}),
		"remove-signer":   onTask("POST", "/removal", m{}),
		"transfer-task":   onTask("POST", "/transfer", m{"to": nobody}),
		"delegate-task":   onTask("POST", "/delegation", m{"to": nobody}),
		"answer-task":     onTask("POST", "/answer", m{"advice": "APPROVE", "opinion": "意见"}),
		"add-signers":     onTask("POST", "/signers", m{"to": []string{nobody}, "when": "BEFORE"}),
		"list-colleagues": onTask("GET", "/colleagues", nil),
		"save-draft":      draft("PUT", m{"opinion": "意见"}),
		"get-draft":       draft("GET", nil),
		"drop-draft":      draft("DELETE", nil),
		"decide-batch": {targetless: true, call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			one := x.suspension(target)
			return apitest.Call{Method: "POST", Path: "/v1/decisions", Key: uuid.NewString(),
				Body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "items": []m{{"change_id": one.change, "task_id": one.task}}}}
		}},
		"hand-over-tasks": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			id := kept(x, "account", target, func() uuid.UUID { return x.NewAccount(target, roleAt(target)).Account })
			return apitest.Call{Method: "POST", Path: "/v1/accounts/" + id.String() + "/hand-over", Key: uuid.NewString(), Body: m{"to": nobody, "reason": "离岗"}}
		}},
		"count-held-tasks": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			id := kept(x, "account", target, func() uuid.UUID { return x.NewAccount(target, roleAt(target)).Account })
			return apitest.Get("/v1/accounts/" + id.String() + "/tasks")
		}},
	}
}
