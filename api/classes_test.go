package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/offices"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

func TestASchoolKeepsItsClasses(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["school"], org.SchoolSysadmin)
	grade := func(stage string, capacity int) call {
		return call{method: "POST", path: orgPath(w.places["school"], "/grades"), body: m{"stage": stage, "entry_year": 2026, "classes": 3, "capacity": capacity}}
	}
	w.refused("grade_stage", admin.token, grade("JUNIOR", 45))
	require.Contains(t, w.refused("class_too_large", admin.token, grade("PRIMARY", 56)).Detail, "55")
	var g offices.Grade
	w.must(201, admin.token, grade("PRIMARY", 55), &g)
	w.refused("grade_exists", admin.token, grade("PRIMARY", 55))
	var all offices.SchoolClasses
	w.must(200, admin.token, get(orgPath(w.places["school"], "/classes")), &all)
	require.Len(t, all.Classes, 3)
	require.Equal(t, []string{"2026101", "2026102", "2026103"}, []string{all.Classes[0].Code, all.Classes[1].Code, all.Classes[2].Code})

	add := call{method: "POST", path: "/v1/grades/" + g.ID.String() + "/classes", body: m{"no": 4, "capacity": 40}}
	var c offices.Class
	w.must(201, admin.token, add, &c)
	require.Equal(t, "2026104", c.Code)
	w.refused("class_code_taken", admin.token, add)

	w.exec(`UPDATE school_class SET occupied = 30 WHERE id = $1`, c.ID)
	path := "/v1/classes/" + c.ID.String()
	w.refused("class_occupied", admin.token, call{method: "PUT", path: path, ifMatch: rest.ETag(1), body: m{"name": "四班", "capacity": 29}})
	answer := w.must(200, admin.token, call{method: "PUT", path: path, ifMatch: rest.ETag(1), body: m{"name": "四班", "capacity": 30}}, &c)
	require.Equal(t, rest.ETag(2), answer.Header().Get("ETag"))
	w.refused("version_conflict", admin.token, call{method: "PUT", path: path, ifMatch: rest.ETag(1), body: m{"name": "五班", "capacity": 30}})
	w.refused("class_occupied", admin.token, call{method: "POST", path: path + "/closure", ifMatch: rest.ETag(2)})
	w.exec(`UPDATE school_class SET occupied = 0 WHERE id = $1`, c.ID)
	w.must(200, admin.token, call{method: "POST", path: path + "/closure", ifMatch: rest.ETag(2)}, &c)
	require.NotNil(t, c.ClosedAt)
	w.refused("class_closed", admin.token, call{method: "PUT", path: path, ifMatch: rest.ETag(3), body: m{"name": "五班", "capacity": 30}})
}
