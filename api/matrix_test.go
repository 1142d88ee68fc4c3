package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// matrixCase says how to call one operation so that only the right decides.
type matrixCase struct {
	// call builds the request of somebody about something at the target office.
	call func(x *matrix, who apitest.Caller, target string) apitest.Call
	// targetless operations are about the caller or show only what is in scope:
	// holding the right anywhere lets them in, whatever the target.
	targetless bool
	// same is the call whatever the target is: it is made once for a role.
	same bool
	// allowed replaces the table where a rule is narrower than the table can say.
	allowed func(x *matrix, who apitest.Caller, target string) bool
	// parting operations end the session of the caller or the account.
	parting bool
}

// matrixCases joins the cases of all areas; an area adds its function here.
func matrixCases() map[string]matrixCase {
	all := map[string]matrixCase{}
	for _, area := range []map[string]matrixCase{
		ownCases(), officeCases(), accountCases(), ruleCases(), messageCases(), recordCases(), rosterCases(), moveCases(), jobCases(), changeCases(), taskCases(), proxyCases(), graduationCases(), enrolmentCases(), turnCases(),
	} {
		maps.Copy(all, area)
	}
	return all
}

// relation is where the target lies, seen from the caller.
type relation string

const (
	own           relation = "own"
	below         relation = "below"
	parent        relation = "parent"
	sibling       relation = "sibling"
	otherProvince relation = "other province"
)

// relations are the offices about which somebody with a role calls.
func relations(role org.Role) (at string, targets map[relation]string) {
	if role.OfSchool() {
		return storetest.SchoolA, map[relation]string{own: storetest.SchoolA, parent: storetest.Bureau, sibling: storetest.SchoolB, otherProvince: storetest.FarSchool}
	}
	return storetest.Bureau, map[relation]string{
		own: storetest.Bureau, below: storetest.SchoolA, parent: storetest.City, sibling: apitest.NextBureau, otherProvince: storetest.FarBureau}
}

// TestEveryOperationForEveryRoleEverywhere walks operation × role × relation over
// HTTP, by turns with a bearer token and with the cookie of a browser. What is expected
// comes from the table; an operation without a rule does not start, and one without a case
// here fails.
func TestEveryOperationForEveryRoleEverywhere(t *testing.T) {
	x := newMatrix(t)
	cases := matrixCases()
	for _, op := range x.Server.Operations() {
		_, known := cases[op.ID]
		require.True(t, known, "no case of %s in the matrix: add one to matrixCases", op.ID)
		x.nobody(op, cases[op.ID])
	}
	require.Len(t, cases, len(x.Server.Operations()), "cases without an operation")
	for _, role := range org.Roles() {
		x.ask(role)
		for _, op := range x.Server.Operations() {
			if op.Action != authz.Public {
				x.walk(op, cases[op.ID], role)
			}
		}
	}
}

// nobody calls one operation without a session.
func (x *matrix) nobody(op rest.Operation, one matrixCase) {
	answer := x.Send("", one.call(x, x.somebody(storetest.SchoolA, org.SchoolRegistrar), storetest.SchoolA))
	if op.Action == authz.Public {
		require.NotContains(x.T(), []int{401, 403}, answer.Code, op.ID)
		return
	}
	require.Equal(x.T(), http.StatusUnauthorized, answer.Code, op.ID)
}

// walk calls one operation as a role about every relation.
func (x *matrix) walk(op rest.Operation, one matrixCase, role org.Role) {
	t := x.T()
	at, targets := relations(role)
	if one.same {
		targets = map[relation]string{own: targets[own]}
	}
	for rel, target := range targets {
		who := x.somebody(at, role)
		if one.parting {
			who = x.LogIn(at, role)
		}
		if x.calls++; x.calls%2 == 0 {
			who = x.browser(who)
			x.crossSite(op, one.call(x, who, target), who)
		}
		x.used = nil
		want := x.expected(op, one, who, target)
		answer := x.Send(who.Token, one.call(x, who, target))
		require.Less(t, answer.Code, 500, "%s: %s at %s: %s\n%s", op.ID, role, rel, answer.Body, lastLine(x.World))
		if !revealing(op) {
			require.NotRegexp(t, `\d{17}[\dX]`, answer.Body.String(), "%s: %s at %s: a number in full", op.ID, role, rel)
		}
		got := !slices.Contains([]int{401, 403, 404}, answer.Code)
		require.Equal(t, want, got, "%s: %s at %s: %d %s", op.ID, role, rel, answer.Code, answer.Body)
		if got && op.Method != http.MethodGet {
			x.forget()
		}
		if !want && !authz.Within(who.At, target) {
			x.requireSilent(op, target, answer.Body.Bytes())
		}
	}
}

// crossSite checks two refusals that do not depend on the caller's right. The API refuses a
// page of another site that sends the cookie of a browser. It refuses a call with a cookie and
// a bearer token.
func (x *matrix) crossSite(op rest.Operation, call apitest.Call, who apitest.Caller) {
	t := x.T()
	both := x.Raw(who.Token, call, nil, "Authorization", "Bearer "+who.Token)
	require.Equal(t, "credentials_twice", apitest.Read[rest.Problem](x.World, http.StatusBadRequest, both).Code, op.ID)
	if op.Method != http.MethodGet {
		foreign := x.Raw(who.Token, call, nil, "Sec-Fetch-Site", "cross-site")
		require.Equal(t, "cross_origin", apitest.Read[rest.Problem](x.World, http.StatusForbidden, foreign).Code, op.ID)
	}
}

// revealing says that an operation exists to show a number in full: it asks why.
func revealing(op rest.Operation) bool {
	return slices.Contains([]authz.Action{authz.StudentReveal, authz.ChangeReveal}, op.Action)
}

func (x *matrix) expected(op rest.Operation, one matrixCase, who apitest.Caller, target string) bool {
	p := principal(who)
	switch {
	case one.allowed != nil:
		return p.May(op.Action) && one.allowed(x, who, target)
	case one.targetless:
		return p.May(op.Action)
	}
	return p.Allows(op.Action, target)
}

func principal(who apitest.Caller) authz.Principal {
	return authz.Principal{Roles: who.Roles, Office: authz.Office{Path: who.At, Kind: apitest.Kind(who.At)}}
}

// requireSilent: a refusal says nothing about the target, not even its name.
func (x *matrix) requireSilent(op rest.Operation, target string, body []byte) {
	var p rest.Problem
	require.NoError(x.T(), json.Unmarshal(body, &p), op.ID)
	require.NotContains(x.T(), string(body), x.names[target], op.ID)
	require.NotContains(x.T(), string(body), apitest.PersonName, op.ID)
	for _, name := range x.pupils {
		require.NotContains(x.T(), string(body), name, op.ID)
	}
}

// fixed builds the same call for everybody.
func fixed(method, path string, body any) matrixCase {
	return matrixCase{targetless: true, same: true, call: func(*matrix, apitest.Caller, string) apitest.Call {
		return apitest.Call{Method: method, Path: path, Body: body, Key: uuid.NewString()}
	}}
}
