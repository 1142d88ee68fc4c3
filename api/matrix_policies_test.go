package api

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
)

// policyCases: the rules of a province. Who walks the matrix is of a county, whose
// administrator changes no province's rules; policies_test.go is the province's.
func policyCases() map[string]matrixCase {
	draft := m{"body": m{"class_capacity": 50}, "valid_from": "2026-12-01", "based_on": 0, "reason": "黔教发〔2026〕1号"}
	check := m{"body": m{}, "valid_from": "2026-12-01", "based_on": 0}
	ofProvince := func(path string, body m) matrixCase {
		return matrixCase{
			allowed: func(who caller, _ place) bool { return who.at.kind == org.Province },
			call: func(*world, caller, place) call {
				return call{method: "POST", path: path, body: body, key: uuid.NewString()}
			},
		}
	}
	return map[string]matrixCase{
		"get-process":        fixed("GET", "/v1/processes/SUSPENSION", nil),
		"list-policies":      fixed("GET", "/v1/policies", nil),
		"get-policy-version": fixed("GET", "/v1/policies/0", nil),
		"diff-policies":      fixed("GET", "/v1/policies/0/diff?against=0", nil),
		"check-policy":       ofProvince("/v1/policies/check", check),
		"add-policy":         ofProvince("/v1/policies", draft),
	}
}
