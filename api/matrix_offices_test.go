package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// ownCases: what everybody does with the own account.
func ownCases() map[string]matrixCase {
	parting := func(c matrixCase) matrixCase { c.parting = true; return c }
	return map[string]matrixCase{
		"log-in":          fixed("POST", "/v1/sessions", nil),
		"who-am-i":        fixed("GET", "/v1/me", nil),
		"log-out":         parting(fixed("DELETE", "/v1/sessions/current", nil)),
		"change-password": parting(fixed("POST", "/v1/me/password", m{"present": apitest.Password, "new": "Guizhou#2027"})),
		"create-token": {targetless: true, same: true, call: func(_ *matrix, who apitest.Caller, _ string) apitest.Call {
			return apitest.Post("/v1/me/tokens", m{"name": "x", "roles": who.Roles, "days": 1})
		}},
		"list-sessions":         fixed("GET", "/v1/me/sessions", nil),
		"revoke-other-sessions": parting(fixed("DELETE", "/v1/me/sessions", nil)),
		"revoke-session": {targetless: true, same: true, parting: true, call: func(_ *matrix, who apitest.Caller, _ string) apitest.Call {
			return apitest.Call{Method: "DELETE", Path: "/v1/me/sessions/" + who.Session.String()}
		}},
		"list-tokens": fixed("GET", "/v1/me/tokens", nil),
		"revoke-token": {targetless: true, same: true, parting: true, call: func(_ *matrix, who apitest.Caller, _ string) apitest.Call {
			return apitest.Call{Method: "DELETE", Path: "/v1/me/tokens/" + who.Session.String()}
		}},
	}
}

// version is the ETag of an office as it stands.
func (x *matrix) version(at string) string {
	return rest.ETag(apitest.One[int64](x.World, `SELECT version FROM organisation WHERE path = $1::text::ltree`, at))
}

// officeCases: offices and their classes.
func officeCases() map[string]matrixCase {
	on := func(method, rest string, body func(*matrix, string) any) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			c := apitest.Call{Method: method, Path: x.Org(target, rest), IfMatch: x.version(target)}
			if body != nil {
				c.Body = body(x, target)
			}
			return c
		}}
	}
	onClass := func(method, below string, body any) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			class := kept(x, "class", target, func() uuid.UUID { return x.NewClass(school(target), 2024, 45).ID })
			return apitest.Call{Method: method, Path: "/v1/classes/" + class.String() + below, IfMatch: rest.ETag(1), Body: body}
		}}
	}
	return map[string]matrixCase{
		"get-org":           on("GET", "", nil),
		"list-org-children": on("GET", "/children", nil),
		"search-orgs":       fixed("GET", "/v1/orgs?q=%E5%8D%97%E6%98%8E", nil),
		"create-org": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Post("/v1/orgs", m{"parent": x.OfficeID(target), "kind": "SCHOOL", "code": fmt.Sprintf("2152%06d", 100000+x.next()), "name": "新学校",
				"division_code": "520102", "stages": []string{"PRIMARY"}})
		}},
		"edit-org": on("PUT", "", func(x *matrix, target string) any {
			body := m{"name": x.names[target], "division_code": x.Text(`SELECT division_code FROM organisation WHERE path = $1::text::ltree`, target)}
			if apitest.Kind(target) == org.School {
				body["stages"] = []string{"PRIMARY"}
			}
			return body
		}),
		"reassign-org": on("POST", "/managing-bureau", func(x *matrix, _ string) any { return m{"parent": x.OfficeID(storetest.Bureau)} }),
		"close-org":    on("POST", "/closure", nil),
		"list-classes": on("GET", "/classes", nil),
		"create-grade": on("POST", "/grades", func(*matrix, string) any {
			return m{"stage": "PRIMARY", "entry_year": 2026, "classes": 1, "capacity": 45}
		}),
		"add-class": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			grade := x.Text(`SELECT id::text FROM school_grade WHERE org_path = $1::text::ltree LIMIT 1`, school(target))
			return apitest.Post("/v1/grades/"+grade+"/classes", m{"no": 1, "capacity": 45})
		}},
		"list-plans": on("GET", "/plans?year=2026", nil),
		"get-plan": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get(x.Org(school(target), "/plans/PRIMARY/2026"))
		}},
		"set-plan":    on("PUT", "/plans/PRIMARY/2026", func(*matrix, string) any { return m{"size": 40, "based_on": 0} }),
		"edit-class":  onClass("PUT", "", m{"name": "一班", "capacity": 50}),
		"close-class": onClass("POST", "/closure", nil),
	}
}

// roleAt gives a role that exists in an office.
func roleAt(at string) org.Role {
	if apitest.Kind(at) == org.School {
		return org.Principal
	}
	return org.BureauViewer
}

// accountCases: accounts of an office.
func accountCases() map[string]matrixCase {
	on := func(method, below string, body func(target string) any) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			id := kept(x, "account"+below, target, func() uuid.UUID {
				one := x.NewAccount(target, roleAt(target)).Account
				if below == "/unseal" {
					x.MustIn(x.App, storetest.Nation, func(tx *change.Tx) error { return account.Seal(tx.Tx, one) })
				}
				return one
			})
			c := apitest.Call{Method: method, Path: "/v1/accounts/" + id.String() + below, IfMatch: rest.ETag(1)}
			if body != nil {
				c.Body = body(target)
			}
			return c
		}}
	}
	return map[string]matrixCase{
		"list-accounts": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get(x.Org(target, "/accounts"))
		}},
		"list-people": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get(x.Org(target, "/people"))
		}},
		"create-account": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Post(x.Org(target, "/accounts"), m{"login": fmt.Sprintf("neu%d", x.next()), "name": apitest.PersonName, "roles": []org.Role{roleAt(target)}})
		}},
		"get-account":    on("GET", "", nil),
		"edit-account":   on("PUT", "", func(target string) any { return m{"name": apitest.PersonName, "roles": []org.Role{roleAt(target)}} }),
		"reset-password": on("POST", "/password-reset", nil),
		"unlock-account": on("POST", "/unlock", nil),
		"seal-account":   on("POST", "/seal", nil),
		"unseal-account": on("POST", "/unseal", nil),
		"close-account":  on("POST", "/closure", nil),
	}
}

// proxyCases: who decides for somebody who is away.
func proxyCases() map[string]matrixCase {
	return map[string]matrixCase{
		"add-proxy":    fixed("POST", "/v1/proxies", m{"proxy": uuid.NewString(), "until": "2026-12-01T00:00:00+08:00", "reason": "出差"}),
		"list-proxies": fixed("GET", "/v1/proxies", nil),
		"revoke-proxy": {allowed: func(_ *matrix, who apitest.Caller, target string) bool {
			return principal(who).Allows(authz.ProxyManage, target) && (judges(who) || head(who)) // its own, or as the head
		}, call: func(x *matrix, who apitest.Caller, target string) apitest.Call {
			away := who // for oneself, or for somebody of another office
			if who.At != target || !judges(who) {
				away = x.somebody(target, decider(target))
			}
			id := kept(x, "proxy"+string(away.Roles[0]), target, func() string {
				var made struct{ ID string }
				from := x.Now().Add(time.Duration(x.next()) * time.Minute) // two proxies of one person never overlap
				x.Must(http.StatusCreated, away.Token, apitest.Post("/v1/proxies", m{
					"proxy": x.NewAccount(target, decider(target)).Account, "from": from, "until": from.Add(time.Minute), "reason": "出差"}), &made)
				return made.ID
			})
			require.NotEmpty(x.T(), id)
			return apitest.Post("/v1/proxies/"+id+"/revocation", nil)
		}},
	}
}

// judges says that somebody reviews changes: such a person has proxies and is one.
func judges(who apitest.Caller) bool {
	return slices.ContainsFunc(org.ReviewingRoles(), func(role org.Role) bool { return slices.Contains(who.Roles, role) })
}

// head says that somebody is at the head of the office.
func head(who apitest.Caller) bool {
	return slices.ContainsFunc(append(org.Heads(true), org.Heads(false)...), func(role org.Role) bool { return slices.Contains(who.Roles, role) })
}

// decider gives a role of an office that decides.
func decider(at string) org.Role {
	if apitest.Kind(at) == org.School {
		return org.SchoolLeader
	}
	return org.BureauReviewer
}
