package demo

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/xueji/xueji/models/org"
)

// office finds an office by its code, "" when there is none.
func (e *errand) office(login, code string) string {
	for _, o := range e.call(login, http.StatusOK, http.MethodGet, "/v1/orgs?q="+code, nil).list("items") {
		if o.text("code") == code {
			return o.text("id")
		}
	}
	return ""
}

// openOffice finds an office, and opens it where it is a school of the
// demonstration that is not there yet. Bureaus come with the divisions.
func (e *errand) openOffice(code, by string) string {
	id := e.office(by, code)
	if id != "" {
		return id
	}
	s := schoolOf(code)
	return e.call(s.admin, http.StatusCreated, http.MethodPost, "/v1/orgs", map[string]any{
		"parent": e.office(s.admin, s.bureau), "kind": "SCHOOL", "code": s.code, "name": s.name, "division_code": s.division, "stages": []org.Stage{s.stage},
	}).text("id")
}

// openClasses makes the classes the administrator's school does not have yet.
func (e *errand) openClasses(admin Account, id string) {
	s := schoolOf(admin.Office)
	there := map[string]bool{}
	for _, g := range e.call(admin.Login, http.StatusOK, http.MethodGet, "/v1/orgs/"+id+"/classes", nil).list("grades") {
		there[g.text("entry_year")] = true
	}
	for _, year := range slices.Sorted(maps.Keys(s.classes)) {
		if there[fmt.Sprint(year)] {
			continue
		}
		e.call(admin.Login, http.StatusCreated, http.MethodPost, "/v1/orgs/"+id+"/grades", map[string]any{
			"stage": s.stage, "entry_year": year, "classes": s.classes[year], "capacity": 55,
		})
	}
}

// classesOf gives the classes of a person's school, from code to ID.
func (e *errand) classesOf(login, school string) map[string]string {
	classes := map[string]string{}
	for _, c := range e.call(login, http.StatusOK, http.MethodGet, "/v1/orgs/"+school+"/classes", nil).list("classes") {
		classes[c.text("code")] = c.text("id")
	}
	return classes
}
