package api_test

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
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
	return map[string]matrixCase{
		"turn-year":       fixed(http.MethodPost, "/v1/year-turns", m{"dry_run": true}),
		"list-turns":      fixed(http.MethodGet, "/v1/year-turns", nil),
		"get-turn":        of(http.MethodGet, ""),
		"list-turn-stays": of(http.MethodGet, "/stays"),
		"undo-turn":       of(http.MethodPost, "/undo"),
	}
}
