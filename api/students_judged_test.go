package api

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
)

// A class comes as its teacher reads it: by the number in the class, page by page,
// without the dead; they are there when they are asked for.
func TestAClassComesInTheOrderOfItsTeacher(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	up := read[RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-no-au.xlsx")))
	w.approve(up.Roster.ID, registrar, w.login(w.places["school"], org.SchoolLeader), w.login(w.places["county"], org.BureauReviewer))
	class := one[uuid.UUID](w, `SELECT class_id FROM student GROUP BY class_id ORDER BY count(*) DESC, class_id LIMIT 1`)
	pupils := one[[]uuid.UUID](w, `SELECT array_agg(id ORDER BY random()) FROM student WHERE class_id = $1`, class)
	require.Greater(t, len(pupils), 2)
	list := func(body m) (ids []uuid.UUID) {
		for cursor := ""; ; {
			page := Page[StudentLine]{}
			body["class_id"], body["limit"], body["cursor"] = class, 2, cursor
			w.must(http.StatusOK, registrar.token, call{method: "POST", path: "/v1/students/search", body: body}, &page)
			for _, line := range page.Items {
				ids = append(ids, line.ID)
			}
			if cursor = page.Next; cursor == "" {
				return ids
			}
		}
	}
	patch := call{method: "PATCH"}
	for i, id := range pupils {
		var page Student
		answer := w.must(http.StatusOK, registrar.token, get("/v1/students/"+id.String()), &page)
		patch.path, patch.ifMatch, patch.body = "/v1/students/"+id.String(), answer.Header().Get("ETag"), m{"items": m{"class_seat_no": fmt.Sprint(9 + i)}}
		w.must(http.StatusOK, registrar.token, patch, nil)
	}
	require.Equal(t, pupils, list(m{}), "9 before 10")
	p := w.refused("not_in_list", registrar.token, call{method: "POST", path: "/v1/students/search", body: m{"class_id": class, "statuses": []string{"在读"}}})
	require.Equal(t, "/statuses/0", p.Errors[0].Pointer)
	require.Contains(t, p.Detail, "ENROLLED、SUSPENDED")
}

// The counts of a bureau are the sums of its schools, and each school can be told.
func TestTheCountsOfABureauAreTheSumOfItsSchools(t *testing.T) {
	w := newWorld(t)
	for _, school := range []string{"school", "school", "school2", "school3", "school4"} {
		w.pupil(w.places[school])
	}
	for office, want := range map[string]int{"school": 2, "county": 3, "city": 4, "province": 4} {
		role := org.BureauReviewer
		if office == "school" {
			role = org.SchoolRegistrar
		}
		var counts []StateCount
		w.must(http.StatusOK, w.login(w.places[office], role).token, get(orgPath(w.places[office], "/student-counts")), &counts)
		require.Equal(t, []StateCount{{Stage: org.Primary, EnrolStatus: "ENROLLED", StatusLabel: "在读", Count: want}}, counts, office)
	}
	var below []StateCount
	w.must(http.StatusOK, w.login(w.places["county"], org.BureauReviewer).token, get(orgPath(w.places["county"], "/student-counts?below=true")), &below)
	require.Len(t, below, 2)
	require.Equal(t, []int{2, 1}, []int{below[0].Count, below[1].Count})
	require.Equal(t, "单位school", below[0].OfficeName)
	require.Equal(t, w.places["school"].id, *below[0].Office)
}

// Names are judged as the sheet judges them, days of punishments by the pupil's life.
func TestNamesAndDaysAreJudgedAsStrictlyAsTheSheet(t *testing.T) {
	w := newWorld(t)
	admin, registrar := w.login(w.places["school"], org.SchoolSysadmin), w.login(w.places["school"], org.SchoolRegistrar)
	bureau := w.login(w.places["county"], org.BureauSysadmin)
	for name, code := range map[string]string{"张😀": "sheet_name_emoji", "张三(代课)": "sheet_name_remark", "锟斤拷1": "sheet_name_remark", "??": "sheet_name_characters"} {
		p := w.refused(code, admin.token, call{method: "POST", path: orgPath(w.places["school"], "/accounts"), body: m{"login": "someone", "name": name, "roles": []string{"PRINCIPAL"}}})
		require.Equal(t, "/name", p.Errors[0].Pointer)
	}
	office := school(w.places["county"], "2152000009", "PRIMARY")
	for _, name := range []string{"示例??学校", "😀小学", "锟斤拷小学", "（）", "<b>小学"} {
		office["name"] = name
		w.refused("name_characters", bureau.token, call{method: "POST", path: "/v1/orgs", body: office})
	}
	pupil := w.pupil(w.places["school"])
	for day, code := range map[string]string{"2017-04-30": "punishment_date", "2026-11-21": "punishment_date"} {
		p := w.refused(code, registrar.token, call{method: "POST", path: "/v1/students/" + pupil.String() + "/punishments", key: "punish-" + day,
			body: m{"level": "1", "decided_on": day, "document_no": "1号"}})
		require.Contains(t, p.Detail, "2017-05-01", "no entry is known: from the day of birth")
	}
}
