package api_test

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// recordCases: pupils' records and punishments.
func recordCases() map[string]matrixCase {
	on := func(method, below string, body any) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: method, Path: "/v1/students/" + x.keptPupil(target).String() + below, Body: body, IfMatch: rest.ETag(1), Key: uuid.NewString()}
		}}
	}
	punishment := m{"level": "1", "decided_on": "2026-11-02", "document_no": "1号"}
	return map[string]matrixCase{
		"search-students": {targetless: true, call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Post("/v1/students/search", m{"school_id": x.OfficeID(target)})
		}},
		"get-student": on("GET", "", nil),
		"get-cards": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Post("/v1/students/cards", m{"ids": []uuid.UUID{x.keptPupil(target)}})
		}},
		"student-history": on("GET", "/history", nil),
		"reveal-number":   on("POST", "/reveal", m{"field": "id_number", "reason": "VERIFY_DOCUMENT"}),
		"count-students": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get(x.Org(target, "/student-counts"))
		}},
		"get-figures": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get(x.Org(target, "/figures"))
		}},
		"edit-student": on("PATCH", "", m{"items": m{"phone": "16316048782"}}),
		// A body that is no form is refused only after the right was checked.
		"update-students": fixed("POST", "/v1/students/updates", m{}),
		"get-update-sheet": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			class := apitest.One[uuid.UUID](x.World, `SELECT class_id FROM student WHERE id = $1`, x.keptPupil(target))
			return apitest.Get("/v1/students/updates/sheet?group=CONTACT&reason=DATA_QUALITY&class_id=" + class.String())
		}},
		"placing-template":          fixed("GET", "/v1/placings/sheet?stage=PRIMARY&entry_year=2024", nil),
		"place-by-sheet":            fixed("POST", "/v1/placings/sheet", m{}),
		"propose-placing":           fixed("POST", "/v1/placings/proposals", m{"stage": "PRIMARY", "entry_year": 2024}),
		"list-problems":             fixed("GET", "/v1/problems", nil),
		"list-expiring-suspensions": fixed("GET", "/v1/suspensions/expiring?days=30", nil),

		"record-punishment": on("POST", "/punishments", punishment),
		"list-punishments":  on("GET", "/punishments", nil),
		"cancel-punishment": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			id := kept(x, "punishment", target, func() string {
				var made struct{ ID string }
				x.Must(http.StatusCreated, x.somebody(school(target), org.SchoolRegistrar).Token, apitest.Call{
					Method: "POST", Path: "/v1/students/" + x.pupil(target).String() + "/punishments", Key: uuid.NewString(), Body: punishment}, &made)
				return made.ID
			})
			return apitest.Call{Method: "POST", Path: "/v1/punishments/" + id + "/cancellation", Key: uuid.NewString(),
				Body: m{"cancelled_on": "2026-11-20", "document_no": "2号"}}
		}},
	}
}

// rosterCases: evidence and rosters.
func rosterCases() map[string]matrixCase {
	on := func(method, below string) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			id := kept(x, "roster", target, func() uuid.UUID {
				return x.Upload(school(target), x.Written(x.Items(school(target), 2024)), uuid.NewString()).ID
			})
			return apitest.Call{Method: method, Path: "/v1/rosters/" + id.String() + below}
		}}
	}
	return map[string]matrixCase{
		// A body that is no form is refused only after the right was checked.
		"upload-evidence": fixed("POST", "/v1/evidence", m{}),
		"open-evidence": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			id := kept(x, "paper", target, func() string {
				role := org.BureauReviewer
				if apitest.Kind(target) == org.School {
					role = org.SchoolRegistrar
				}
				return x.UploadPaper(x.somebody(target, role))
			})
			return apitest.Get("/v1/evidence/" + id + "/content")
		}},
		"get-roster-template":  fixed("GET", "/v1/rosters/template", nil),
		"upload-roster":        fixed("POST", "/v1/rosters", m{}),
		"list-rosters":         fixed("GET", "/v1/rosters", nil),
		"get-roster":           on("GET", ""),
		"list-roster-rows":     on("GET", "/rows"),
		"list-roster-findings": on("GET", "/findings"),
		"get-roster-findings":  on("GET", "/findings.xlsx"),
		"check-roster":         on("POST", "/check"),
		"discard-roster":       on("DELETE", ""),
	}
}

// moved is the paper file of a pupil who moved from one school to another.
func (x *matrix) moved(what, from, to, target string) string {
	return kept(x, what, target, func() string {
		change := x.Received(process.Transfer, to, x.pupil(from), x.Class(to, "2024101").ID)
		x.ApproveAll(change)
		return x.Text(`SELECT id::text FROM handover WHERE change_id = $1`, change)
	})
}

// moveCases: pupils who move between schools.
func moveCases() map[string]matrixCase {
	return map[string]matrixCase{
		"find-pupil":     fixed("POST", "/v1/students/find", m{"name": "某某某", "student_number": "L520102201503019473"}),
		"list-handovers": fixed("GET", "/v1/handovers", nil),
		"send-handover": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: "POST", Path: "/v1/handovers/" + x.moved("sent", school(target), elsewhere, target) + "/dispatch", IfMatch: rest.ETag(1), Body: m{"how": "EMS"}}
		}},
		"receive-handover": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: "POST", Path: "/v1/handovers/" + x.moved("received", elsewhere, school(target), target) + "/receipt", IfMatch: rest.ETag(1)}
		}},
		"list-departures": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get(x.Org(target, "/departures"))
		}},
	}
}
