package api_test

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/storetest"
)

// turnCases: the turn of the school year of a province, which its offices and schools read.
func turnCases() map[string]matrixCase {
	of := func(method, below string) matrixCase {
		return matrixCase{targetless: true, same: true, call: func(x *matrix, _ apitest.Caller, _ string) apitest.Call {
			id := kept(x, "turn", storetest.Province, func() uuid.UUID {
				x.pupil(storetest.SchoolA)
				y, err := x.FileTurn(storetest.Province, 2026, true)
				require.NoError(x.T(), err)
				return y.ID
			})
			return apitest.Call{Method: method, Path: "/v1/year-turns/" + id.String() + below, Key: uuid.NewString()}
		}}
	}
	ofClass := func(method, query string, body func(pupil uuid.UUID) any) matrixCase {
		return matrixCase{call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			pupil := x.pupil(target)
			c := apitest.Call{Method: method, Path: "/v1/classes/" + x.ClassOf(pupil) + "/check-in" + query}
			if body != nil {
				c.Body = body(pupil)
			}
			return c
		}}
	}
	return map[string]matrixCase{
		"check-class-in": ofClass(http.MethodPut, "", func(pupil uuid.UUID) any {
			return m{"school_year": 2026, "term": 1, "lines": []m{{"student_id": pupil, "came": true}}}
		}),
		"get-class-check-in": ofClass(http.MethodGet, "?school_year=2026&term=1", nil),
		"list-absent": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get(x.Org(target, "/absent?school_year=2026&term=1"))
		}},
		"receive-child": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: http.MethodPost, Path: x.Org(target, "/received-children"), Key: uuid.NewString(),
				Body: m{"name": "样例来", "stage": "PRIMARY", "grade": 1, "received_on": "2026-11-20"}}
		}},
		"close-received-child": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Call{Method: http.MethodPost, Path: "/v1/received-children/" + x.received(target).String() + "/closure", Body: m{"outcome": "LEFT"}}
		}},
		"list-received-children": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get(x.Org(target, "/received-children?open=true"))
		}},
		"count-check-in": {call: func(x *matrix, _ apitest.Caller, target string) apitest.Call {
			return apitest.Get(x.Org(target, "/check-in?school_year=2026&term=1"))
		}},
		"check-in-template": fixed(http.MethodGet, "/v1/check-in/sheet?stage=PRIMARY&entry_year=2024&school_year=2026&term=1", nil),
		"check-in-by-sheet": fixed(http.MethodPost, "/v1/check-in/sheet?school_year=2026&term=1", m{}),
		"turn-year":         fixed(http.MethodPost, "/v1/year-turns", m{"dry_run": true}),
		"list-turns":        fixed(http.MethodGet, "/v1/year-turns", nil),
		"get-turn":          of(http.MethodGet, ""),
		"list-turn-stays":   of(http.MethodGet, "/stays"),
		"undo-turn":         of(http.MethodPost, "/undo"),
	}
}

// received is a child without a record at the school at the target.
func (x *matrix) received(target string) uuid.UUID {
	var made *schoolyear.ReceivedChild
	x.MustIn(x.App, school(target), func(tx *change.Tx) (err error) {
		made, err = schoolyear.Receive(tx.Tx, schoolyear.NewReceived{School: x.Office(school(target)).ID, Name: "样例来", Stage: org.Primary, Grade: 1,
			ReceivedOn: tx.Today(), Key: uuid.NewString(), Hash: []byte(target)})
		return err
	})
	return made.ID
}
