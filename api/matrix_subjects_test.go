package api_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// elsewhere is a school that is nobody's own, above or sibling.
const elsewhere = storetest.City + ".d520111.s2152000999"

// matrix is a world in which everybody calls everything. Whatever an operation is about is
// made once for an office and used until somebody is let in to it.
type matrix struct {
	*apitest.World

	names   map[string]string // of offices
	pupils  []string          // names of pupils
	seats   map[string][]uuid.UUID
	people  map[string]apitest.Caller
	cookies map[uuid.UUID]apitest.Caller // their browsers, by account
	calls   int
	kept    map[string]any
	used    []string // what the present call is about
	asked   org.Role // who is asked first about somebody who leaves
	bulk    *change.Engine
	numbers int
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	x := &matrix{World: apitest.New(t), names: map[string]string{}, seats: map[string][]uuid.UUID{}, people: map[string]apitest.Caller{}, cookies: map[uuid.UUID]apitest.Caller{}, kept: map[string]any{}}
	x.FoundNextSchool()
	require.Equal(t, elsewhere, x.NewSchool(elsewhere[:len(elsewhere)-len(".s2152000999")], "2152000999", office.NewGrade{Stage: org.Primary, EntryYear: 2024, Classes: 1, Capacity: 55}))
	x.bulk = x.Open(migrations.WorkerRole, func(o *store.Options) { o.Bulk = store.Bulk{ListRows: 1, PartRows: 1} })
	x.Deps.Desk = casework.New(x.Deps.Store, apitest.Worker{Engine: x.bulk}, x.Deps.Log)
	x.Build()
	for _, path := range []string{storetest.SchoolA, storetest.SchoolB, storetest.FarSchool, apitest.NextSchool, storetest.Bureau, storetest.City, apitest.NextBureau, storetest.FarBureau} {
		x.names[path] = x.OfficeName(path)
		x.pupil(path)
	}
	return x
}

// ask lets the province ask people with a role first about somebody who leaves, where the
// role decides anything at all.
func (x *matrix) ask(role org.Role) {
	x.asked = org.SchoolLeader
	if slices.ContainsFunc(authz.RolesFor(authz.ChangeDecide), func(g authz.Grant) bool { return g.Role == role }) {
		x.asked = role
	}
	level := "SCHOOL"
	if !x.asked.OfSchool() {
		level = "MANAGING"
	}
	step := func(name, level string, role org.Role) m {
		return m{"name": name, "label": m{"zh": "审核", "en": "Review"}, "side": "FILER", "level": level, "role": role, "term": "10wd"}
	}
	rules, err := json.Marshal(m{"chains": m{"OTHER_LEAVING": m{"PRIMARY": []m{step("FIRST_REVIEW", level, x.asked), step("LAST_REVIEW", "MANAGING", org.BureauReviewer)}}}})
	require.NoError(x.T(), err)
	x.Policy(storetest.Province, string(rules))
	clear(x.kept)
}

// kept gives what was made for an office, or makes it.
func kept[T any](x *matrix, what, at string, build func() T) T {
	key := what + " " + at
	x.used = append(x.used, key)
	v, have := x.kept[key].(T)
	if !have {
		v = build()
		x.kept[key] = v
	}
	return v
}

// forget says that what the last call was about is not as it was.
func (x *matrix) forget() {
	for _, key := range x.used {
		delete(x.kept, key)
	}
}

// somebody is a person with a role, always the same.
func (x *matrix) somebody(at string, role org.Role) apitest.Caller {
	key := at + string(role)
	if _, known := x.people[key]; !known {
		x.people[key] = x.LogIn(at, role)
	}
	return x.people[key]
}

// browser is a person in a browser, always the same one.
func (x *matrix) browser(who apitest.Caller) apitest.Caller {
	if _, known := x.cookies[who.Account]; !known {
		x.cookies[who.Account] = x.Browser(who)
	}
	return x.cookies[who.Account]
}

// above is somebody who administers everything.
func (x *matrix) above() apitest.Caller { return x.somebody(storetest.Nation, org.BureauSysadmin) }

// next is a number that was not used before.
func (x *matrix) next() int { x.numbers++; return x.numbers }

// school is the office itself, or a school below it that is not the caller's.
func school(office string) string {
	switch office {
	case storetest.Bureau:
		return storetest.SchoolB
	case storetest.City, apitest.NextBureau:
		return apitest.NextSchool
	case storetest.FarBureau:
		return storetest.FarSchool
	}
	return office
}

// pupil is a pupil of an office, who is in no other case.
func (x *matrix) pupil(at string) uuid.UUID {
	at = school(at)
	if len(x.seats[at]) == 0 {
		x.seats[at] = x.Pupils(at, 8)
		x.pupils = x.Texts(`SELECT name FROM student`)
	}
	one := x.seats[at][0]
	x.seats[at] = x.seats[at][1:]
	return one
}

func (x *matrix) keptPupil(at string) uuid.UUID {
	return kept(x, "pupil", at, func() uuid.UUID { return x.pupil(at) })
}

// taskOf is a change with its open task.
type taskOf struct{ change, task uuid.UUID }

func (o taskOf) path(below string) string { return "/v1/changes/" + o.change.String() + below }

// suspension waits for the leader of a school.
func (x *matrix) suspension(at string) taskOf {
	return kept(x, "suspension", at, func() taskOf {
		change := x.File(process.Suspension, x.pupil(at), nil)
		return taskOf{change, x.Task(change)}
	})
}

// leaving waits for somebody with the role that is asked now.
func (x *matrix) leaving(at string) taskOf {
	return kept(x, "leaving", at, func() taskOf {
		change := x.File(process.OtherLeaving, x.pupil(at), nil)
		return taskOf{change, x.Task(change)}
	})
}

// desk is the office that is asked about somebody who leaves a school of an office.
func (x *matrix) desk(target string) string {
	at := school(target)
	if x.asked.OfSchool() {
		return at
	}
	return at[:len(at)-len(".s2152000999")]
}

// filer says that somebody is of the office that files for its pupils.
func filer(_ *matrix, who apitest.Caller, target string) bool {
	return who.At == target && slices.Contains(who.Roles, org.SchoolRegistrar)
}

// atDesk says that somebody is of the office that is asked now, and in the role.
func atDesk(x *matrix, who apitest.Caller, target string) bool {
	return who.At == x.desk(target) && slices.Contains(who.Roles, x.asked)
}

// longRoster is an approved roster that takes effect as a job, and has not begun.
func (x *matrix) longRoster(at string) uuid.UUID {
	return kept(x, "job", at, func() uuid.UUID {
		path := school(at)
		roster := x.Upload(path, x.Written(x.Items(path, 2024), x.Items(path, 2024)), uuid.NewString())
		x.EnrolRoster(roster.ID, apitest.Staff{
			Registrar: x.somebody(path, org.SchoolRegistrar), Leader: x.somebody(path, org.SchoolLeader), Reviewer: x.somebody(path[:len(path)-len(".s2152000999")], org.BureauReviewer)})
		return apitest.One[uuid.UUID](x.World, `SELECT id FROM job ORDER BY id DESC LIMIT 1`)
	})
}

// count lets the worker count what was said to a job.
func (x *matrix) count(id uuid.UUID) {
	runner, err := job.NewJobRunner(kinds.JobWorks(nil, nil))
	require.NoError(x.T(), err)
	_, err = runner.Stand(x.T().Context(), x.bulk.Store, id)
	require.NoError(x.T(), err)
}
