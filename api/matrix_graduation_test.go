package api_test

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/apitest"
)

// graduationCases: the graduating grade, its list, and the graduates.
func graduationCases() map[string]matrixCase {
	of := func(path string) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call { return apitest.Get(x.Org(target, path)) }}
	}
	return map[string]matrixCase{
		"preview-graduation": of("/graduation-preview?stage=PRIMARY"),
		"list-clearing": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get("/v1/graduations/clearing?school_id=" + x.OfficeID(target).String())
		}},
		"list-graduates":  of("/graduates?year=2027"),
		"file-graduation": fixed(http.MethodPost, "/v1/graduations", m{"stage": "PRIMARY", "year": 2027, "lines": []m{{"student_id": uuid.NewString(), "conclusion": "GRADUATED"}}}),
		"list-graduation-lines": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get("/v1/graduations/" + x.suspension(target).change.String() + "/lines") // any change that the reader sees
		}},
	}
}
