package api

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
)

// calendarCases: the holidays. Who walks the matrix is of a county, whose administrator
// loads none; calendar_test.go is the nation's.
func calendarCases() map[string]matrixCase {
	ofNation := func(path string, body m) matrixCase {
		return matrixCase{
			allowed: func(who caller, _ place) bool { return who.at.kind == org.Nation },
			call: func(*world, caller, place) call {
				return call{method: "POST", path: path, body: body, key: uuid.NewString()}
			},
		}
	}
	return map[string]matrixCase{
		"list-calendar":     fixed("GET", "/v1/calendar", nil),
		"get-calendar-year": fixed("GET", "/v1/calendar/2026", nil),
		"check-calendar":    ofNation("/v1/calendar/check", holidays(2027, 0)),
		"add-calendar":      ofNation("/v1/calendar", reasoned(holidays(2027, 0))),
	}
}
