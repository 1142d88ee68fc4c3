package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
)

// frontDoor opens what a test needs over the API, as people do: the national administrator
// hires that of a province, and so on down to the clerks of a school.
type frontDoor struct {
	s       *Stack
	admins  map[uuid.UUID]*Person // by office
	rosters uint64                // sheets so far
}

func newFrontDoor(s *Stack) *frontDoor { return &frontDoor{s: s, admins: map[uuid.UUID]*Person{}} }

// school opens a school below a bureau.
func (d *frontDoor) school(below Office, code, name string, stages []string) Office {
	d.s.T.Helper()
	division := Value[string](d.s, `SELECT division_code FROM organisation WHERE id = $1`, below.ID)
	made := d.must(http.StatusCreated, d.administrator(below).Do(http.MethodPost, "/v1/orgs", map[string]any{
		"parent": below.ID, "kind": org.School, "code": code, "name": name, "division_code": division, "stages": stages,
	}, uuid.NewString()))
	return d.office(made.Text("id"))
}

func (d *frontDoor) office(id string) Office {
	return Office{ID: uuid.MustParse(id), Path: Value[string](d.s, `SELECT path::text FROM organisation WHERE id = $1`, id)}
}

// class opens the class of this code in a year group.
func (d *frontDoor) class(c *County, grade uuid.UUID, code string) uuid.UUID {
	d.s.T.Helper()
	no, err := strconv.Atoi(code[len(code)-2:])
	require.NoError(d.s.T, err)
	d.must(http.StatusCreated, d.administrator(c.School).Do(http.MethodPost, "/v1/grades/"+grade.String()+"/classes", map[string]any{"no": no, "capacity": 55}, uuid.NewString()))
	return Value[uuid.UUID](d.s, `SELECT id FROM school_class WHERE grade_id = $1 AND code = $2`, grade, code)
}

// hire opens an account at an office. The administrator of the office does so; an
// administrator is hired by the office above.
func (d *frontDoor) hire(at Office, roles ...org.Role) *Person {
	d.s.T.Helper()
	by := at
	if roles[0] == org.BureauSysadmin || roles[0] == org.SchoolSysadmin {
		by = d.office(Value[string](d.s, `SELECT parent_id::text FROM organisation WHERE id = $1`, at.ID))
	}
	p := &Person{s: d.s, Office: at, login: "u" + uuid.NewString()}
	made := d.must(http.StatusCreated, d.administrator(by).Do(http.MethodPost, "/v1/orgs/"+at.ID.String()+"/accounts",
		map[string]any{"login": p.login, "name": "测试员", "roles": roles}, uuid.NewString()))
	p.ID = uuid.MustParse(made.Text("id"))
	d.settle(p, made.Text("temporary_password"))
	return p
}

// settle lets a new person log in and set the password.
func (d *frontDoor) settle(p *Person, temporary string) {
	d.s.T.Helper()
	in := d.must(http.StatusCreated, d.s.Call("", http.MethodPost, "/v1/sessions", map[string]string{"login": p.login, "password": temporary}, ""))
	p.Token = in.Text("token")
	d.must(http.StatusNoContent, p.Do(http.MethodPost, "/v1/me/password", map[string]string{"present": temporary, "new": password}, ""))
}

// administrator finds the system administrator of an office, who is hired when there is none.
func (d *frontDoor) administrator(at Office) *Person {
	d.s.T.Helper()
	if d.admins[at.ID] == nil {
		switch Value[string](d.s, `SELECT kind FROM organisation WHERE id = $1`, at.ID) {
		case string(org.Nation):
			d.admins[at.ID] = d.first(at)
		case string(org.School):
			d.admins[at.ID] = d.hire(at, org.SchoolSysadmin)
		default:
			d.admins[at.ID] = d.hire(at, org.BureauSysadmin)
		}
	}
	return d.admins[at.ID]
}

// first makes the administrator of the nation as the program does on the machine itself.
func (d *frontDoor) first(at Office) *Person {
	d.s.T.Helper()
	p := &Person{s: d.s, Office: at, login: "nation.admin"}
	temporary, err := account.CreateFirstAdmin(d.s.T.Context(), d.s.Config.Database.URL.Reveal(), p.login, "测试员", false, d.s.Clock.Now())
	require.NoError(d.s.T, err)
	d.settle(p, temporary)
	return p
}

// register brings a made-up pupil into a class by a roster that leader and bureau confirm.
func (d *frontDoor) register(c *County, year int) Named {
	t := d.s.T
	t.Helper()
	d.rosters++
	class := Value[string](d.s, `SELECT code FROM school_class WHERE id = $1`, c.Class[year])
	pupil := d.s.MadeUp(d.rosters, 1, d.s.codeOf(c.School), class)[0]
	registrar := d.hire(c.School, org.SchoolRegistrar)
	up := registrar.Roster(pupil)
	d.s.Lead(registrar.File(map[string]any{"kind": "ROSTER_IMPORT", "roster_id": up.Text("roster.id")}))
	found := d.s.Items(registrar.Do(http.MethodPost, "/v1/students/search", map[string]string{"id_number": pupil[roster.IDNumber]}, ""))
	require.Len(t, found, 1)
	id, _ := found[0]["id"].(string)
	number := d.must(http.StatusOK, registrar.Do(http.MethodPost, "/v1/students/"+id+"/reveal", map[string]string{"field": "student_number", "reason": "VERIFY_DOCUMENT"}, ""))
	return Named{ID: uuid.MustParse(id), Name: strings.TrimSpace(pupil[roster.Name]), Number: number.Text("value"), Card: pupil[roster.IDNumber]}
}

func (d *frontDoor) must(status int, a Answer) Answer {
	d.s.T.Helper()
	require.Equal(d.s.T, status, a.Status, string(a.Raw))
	return a
}

// Opened starts the stack empty but for the bureaus: schools, classes, people and pupils
// come over the API only.
func Opened(t testing.TB) *Stack {
	t.Helper()
	s := New(t, Options{})
	s.door = newFrontDoor(s)
	return s
}
