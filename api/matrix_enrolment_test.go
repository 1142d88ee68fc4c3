package api_test

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/storetest"
)

// deferral is a deferral of a graduate of a school, where a province lets schools graduate
// in every season.
func (x *matrix) deferral(at string) uuid.UUID {
	province := at[:len(storetest.Province)]
	if season := "graduation in every season " + province; x.kept[season] == nil {
		x.Policy(province, `{"graduation_windows": []}`)
		x.kept[season] = true
	}
	graduate := x.PupilsOf(at, 2021, 1)[0]
	x.Graduated(at, graduate)
	var d *enrolment.Deferral
	x.MustIn(x.App, at, func(tx *change.Tx) (err error) {
		d, err = enrolment.Defer(tx.Tx, enrolment.NewDeferral{StudentID: graduate, PlanYear: 2027, UntilYear: 2028, ReasonCode: enrolment.DeferralIllness, Key: uuid.NewString(), Hash: []byte{1}})
		return err
	})
	return d.ID
}

// enrolmentCases: the sheet, the claims, graduates without a school and their deferrals.
func enrolmentCases() map[string]matrixCase {
	of := func(path string) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call { return apitest.Get(x.Org(target, path)) }}
	}
	// A kind is filed by one sort of office; the bureau's own school stands for those it places at.
	enrol := func(path string) matrixCase {
		return matrixCase{targetless: true, call: func(_ *matrix, who apitest.Caller, _ string) apitest.Call {
			body := m{"kind": "SELF_ENROLMENT", "lines": []m{{"name": "查无此人", "student_number": "G520102201503010099"}}}
			if !who.Roles[0].OfSchool() {
				body["kind"], body["to_school"] = "UNIFIED_ENROLMENT", storetest.SchoolA[len(storetest.SchoolA)-10:]
			}
			return apitest.Call{Method: http.MethodPost, Path: path, Key: uuid.NewString(), Body: body}
		}}
	}
	return map[string]matrixCase{
		"get-enrolment-template": fixed(http.MethodGet, "/v1/enrolments/template", nil),
		"file-enrolment-sheet":   fixed(http.MethodPost, "/v1/enrolments/sheet", m{}), // a body that is no form is refused only after the right was checked
		"check-enrolment":        enrol("/v1/enrolments/check"),
		"file-enrolment":         enrol("/v1/enrolments"),
		"list-enrolment-lines": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get("/v1/enrolments/" + x.suspension(target).change.String() + "/lines") // any change that the reader sees
		}},
		"list-claims":         of("/claims?year=2027"),
		"list-open-graduates": of("/open-graduates"),
		"defer-enrolment": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: http.MethodPost, Path: "/v1/students/" + x.keptPupil(target).String() + "/deferrals", Key: uuid.NewString(),
				Body: m{"year": 2027, "until_year": 2028, "reason_code": "ILLNESS"}}
		}},
		"cancel-deferral": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Post("/v1/deferrals/"+kept(x, "deferral", target, func() uuid.UUID { return x.deferral(school(target)) }).String()+"/cancellation", nil)
		}},
	}
}
