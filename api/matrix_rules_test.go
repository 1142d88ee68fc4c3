package api_test

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
)

// ruleCases: rules of a province and holidays. Who walks the matrix is of a county, whose
// administrator changes neither; the tests of package rules are the province's.
func ruleCases() map[string]matrixCase {
	of := func(method string, kind org.Kind, path string, body m) matrixCase {
		c := fixed(method, path, body)
		c.allowed = func(_ *matrix, who apitest.Caller, _ string) bool { return apitest.Kind(who.At) == kind }
		return c
	}
	holidays := m{"year": 2027, "days": []m{}, "based_on": 0}
	loaded := m{"year": 2027, "days": []m{}, "based_on": 0, "reason": "国办发明电〔2026〕1号"}
	schoolYear := m{"based_on": 0, "terms": []m{{"first_day": "2027-09-01", "last_day": "2028-01-14"}, {"first_day": "2028-02-21", "last_day": "2028-07-14"}}}
	return map[string]matrixCase{
		"list-processes":     fixed("GET", "/v1/processes", nil),
		"get-process":        fixed("GET", "/v1/processes/SUSPENSION", nil),
		"get-policy":         fixed("GET", "/v1/policy", nil),
		"list-policies":      fixed("GET", "/v1/policies", nil),
		"list-policy-rules":  fixed("GET", "/v1/policy/rules", nil),
		"get-policy-version": fixed("GET", "/v1/policies/0", nil),
		"diff-policies":      fixed("GET", "/v1/policies/0/diff?against=0", nil),
		"check-policy":       of("POST", org.Province, "/v1/policies/check", m{"body": m{}, "valid_from": "2026-12-01", "based_on": 0}),
		"add-policy":         of("POST", org.Province, "/v1/policies", m{"body": m{"class_capacity": 50}, "valid_from": "2026-12-01", "based_on": 0, "reason": "黔教发〔2026〕1号"}),
		"list-calendar":      fixed("GET", "/v1/calendar", nil),
		"get-calendar-year":  fixed("GET", "/v1/calendar/2026", nil),
		"check-calendar":     of("POST", org.Nation, "/v1/calendar/check", holidays),
		"add-calendar":       of("POST", org.Nation, "/v1/calendar", loaded),
		"list-school-years":  fixed("GET", "/v1/school-years", nil),
		"get-school-year":    fixed("GET", "/v1/school-years/2026", nil),
		"set-school-year":    of("PUT", org.Province, "/v1/school-years/2027", schoolYear),
		"list-sheet-items":   fixed("GET", "/v1/sheet/items", nil),
		"list-audit":         fixed("GET", "/v1/audit", nil),
		"list-attention":     fixed("GET", "/v1/operations/attention", nil),
	}
}

// endpoint is a gateway of an office, with a message that waits.
type endpoint struct{ id, delivery string }

func (x *matrix) endpoint(at string) endpoint {
	return kept(x, "endpoint", at, func() endpoint {
		x.noEndpoints(at)
		admin := x.above().Token
		var made, test struct{ ID string }
		x.Must(http.StatusCreated, admin, apitest.Post("/v1/webhooks", m{"org": x.OfficeID(at), "url": "https://sms.example.edu.cn/"}), &made)
		x.Must(http.StatusAccepted, admin, apitest.Post("/v1/webhooks/"+made.ID+"/test", nil), &test)
		return endpoint{made.ID, test.ID}
	})
}

// noEndpoints removes the gateways of an office: it may have few.
func (x *matrix) noEndpoints(at string) {
	for _, id := range x.Texts(`SELECT id::text FROM webhook_endpoint WHERE org_path = $1::text::ltree`, at) {
		x.Must(http.StatusNoContent, x.above().Token, apitest.Call{Method: "DELETE", Path: "/v1/webhooks/" + id}, nil)
	}
}

// messageCases: notices, and the gateways that carry them on.
func messageCases() map[string]matrixCase {
	on := func(method, below string) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: method, Path: "/v1/webhooks/" + x.endpoint(target).id + below, IfMatch: rest.ETag(1)}
		}}
	}
	return map[string]matrixCase{
		"list-notices":      fixed("GET", "/v1/notices", nil),
		"list-notice-kinds": fixed("GET", "/v1/notices/kinds", nil),
		"read-notice": {call: func(x *matrix, who apitest.Caller, target string) apitest.Call {
			id := kept(x, "notice", target, func() string {
				one, round := x.suspension(target), x.next()
				x.MustIn(x.Worker, "", func(tx *change.Tx) error {
					return tx.NotifyRole(one.change, "SENT_BACK", 1, round, x.OfficeID(target), target, string(who.Roles[0]))
				})
				return x.Text(`SELECT id::text FROM notice WHERE change_id = $1 AND kind = 'SENT_BACK' AND round = $2`, one.change, round)
			})
			return apitest.Post("/v1/notices/"+id+"/read", nil)
		}},
		"read-all-notices": fixed("POST", "/v1/notices/read-all", m{}),

		"add-webhook": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			x.noEndpoints(target)
			return apitest.Post("/v1/webhooks", m{"org": x.OfficeID(target), "url": "https://sms.example.edu.cn/"})
		}},
		"list-webhooks":           fixed("GET", "/v1/webhooks", nil),
		"get-webhook":             on("GET", ""),
		"rotate-webhook-secret":   on("POST", "/secret"),
		"enable-webhook":          on("POST", "/enabling"),
		"disable-webhook":         on("POST", "/disabling"),
		"delete-webhook":          on("DELETE", ""),
		"test-webhook":            on("POST", "/test"),
		"list-webhook-deliveries": on("GET", "/deliveries"),
		"redeliver-webhook": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			one := x.endpoint(target)
			return apitest.Post("/v1/webhooks/"+one.id+"/deliveries/"+one.delivery+"/redelivery", nil)
		}},
	}
}

// jobCases: long work on many rows.
func jobCases() map[string]matrixCase {
	on := func(method, below string) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: method, Path: "/v1/jobs/" + x.longRoster(target).String() + below}
		}}
	}
	return map[string]matrixCase{
		"list-jobs": fixed("GET", "/v1/jobs", nil), "get-job": on("GET", ""), "cancel-job": on("POST", "/cancel"),
		"resume-job": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			id := kept(x, "cancelled job", target, func() uuid.UUID {
				id := x.longRoster(target)
				x.Must(http.StatusAccepted, x.somebody(school(target), org.SchoolRegistrar).Token, apitest.Post("/v1/jobs/"+id.String()+"/cancel", nil), nil)
				x.count(id)
				return id
			})
			return apitest.Post("/v1/jobs/"+id.String()+"/resume", nil)
		}},
	}
}
