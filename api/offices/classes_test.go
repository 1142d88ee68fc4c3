package offices_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/offices"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

func TestASchoolKeepsItsClasses(t *testing.T) {
	w := apitest.New(t)
	school := w.NewSchool(storetest.Bureau, "2152000009", office.NewGrade{Stage: org.Primary, EntryYear: 2024, Classes: 1, Capacity: 45})
	admin := w.LogIn(school, org.SchoolSysadmin)
	grade := func(stage string, capacity int) apitest.Call {
		return apitest.Post(w.Org(school, "/grades"), m{"stage": stage, "entry_year": 2026, "classes": 3, "capacity": capacity})
	}
	w.Refused("grade_stage", admin.Token, grade("JUNIOR", 45))
	require.Contains(t, w.Refused("class_too_large", admin.Token, grade("PRIMARY", 56)).Detail, "55")
	var g offices.Grade
	w.Must(201, admin.Token, grade("PRIMARY", 55), &g)
	w.Refused("grade_exists", admin.Token, grade("PRIMARY", 55))
	var all offices.SchoolClasses
	w.Must(200, admin.Token, apitest.Get(w.Org(school, "/classes")), &all)
	var codes []string
	for _, one := range all.Classes {
		codes = append(codes, one.Code)
	}
	require.ElementsMatch(t, []string{"2024101", "2026101", "2026102", "2026103"}, codes)

	add := apitest.Post("/v1/grades/"+g.ID.String()+"/classes", m{"no": 4, "capacity": 40})
	var c offices.Class
	w.Must(201, admin.Token, add, &c)
	require.Equal(t, "2026104", c.Code)
	w.Refused("class_code_taken", admin.Token, add)

	pupils := []roster.Pupil{w.Items(school, 2026), w.Items(school, 2026)}
	for _, p := range pupils {
		p[roster.ClassCode] = c.Code
	}
	ids := w.EnrolPupils(school, pupils...)
	path := "/v1/classes/" + c.ID.String()
	seen := func() string {
		return rest.ETag(int64(w.Count(`SELECT version FROM school_class WHERE id = $1`, c.ID)))
	} // pupils take seats
	edit := func(match string, capacity int) apitest.Call {
		return apitest.Call{Method: "PUT", Path: path, IfMatch: match, Body: m{"name": "四班", "capacity": capacity}}
	}
	w.Refused("class_occupied", admin.Token, edit(seen(), 1))
	before := seen()
	answer := w.Must(200, admin.Token, edit(before, 30), &c)
	require.Equal(t, seen(), answer.Header().Get("ETag"))
	w.Refused("version_conflict", admin.Token, edit(before, 30))
	closure := func() apitest.Call { return apitest.Call{Method: "POST", Path: path + "/closure", IfMatch: seen()} }
	w.Refused("class_occupied", admin.Token, closure())
	for _, id := range ids {
		w.Leaves(id)
	}
	w.Must(200, admin.Token, closure(), &c)
	require.NotNil(t, c.ClosedAt)
	w.Refused("class_closed", admin.Token, edit(seen(), 30))
}

// A school's administrator keeps the classes of that school, and of no other.
func TestClassesAreTheSchoolsOwn(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.SchoolA, org.SchoolSysadmin)
	w.Refused("forbidden", admin.Token, apitest.Post(w.Org(storetest.SchoolB, "/grades"), m{"stage": "PRIMARY", "entry_year": 2020, "classes": 1, "capacity": 45}))
	w.Refused("forbidden", admin.Token, apitest.Get(w.Org(storetest.SchoolB, "/classes")))
	foreign := w.Class(storetest.SchoolB, "2024101")
	w.Refused("not_found", admin.Token, apitest.Call{Method: "PUT", Path: "/v1/classes/" + foreign.ID.String(), IfMatch: rest.ETag(1), Body: m{"name": "一班", "capacity": 40}})
	var all offices.SchoolClasses
	w.Must(200, w.LogIn(storetest.Bureau, org.BureauViewer).Token, apitest.Get(w.Org(storetest.SchoolB, "/classes")), &all)
	require.Len(t, all.Classes, 12)
}
