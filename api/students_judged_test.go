package api

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
)

// A class comes as its teacher reads it: by the number in the class, page by page,
// without the dead; they are there when they are asked for.
func TestAClassComesInTheOrderOfItsTeacher(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-no-au.xlsx")))
	w.approve(up.Roster.ID, registrar, w.login(w.places["school"], org.SchoolLeader), w.login(w.places["county"], org.BureauReviewer))
	class := one[uuid.UUID](w, `SELECT class_id FROM student GROUP BY class_id ORDER BY count(*) DESC, class_id LIMIT 1`)
	pupils := one[[]uuid.UUID](w, `SELECT array_agg(id ORDER BY random()) FROM student WHERE class_id = $1`, class)
	require.Greater(t, len(pupils), 2)
	list := func(body m) (ids []uuid.UUID) {
		for cursor := ""; ; {
			page := rest.Page[students.StudentLine]{}
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
		var page students.Student
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
		var counts []students.StateCount
		w.must(http.StatusOK, w.login(w.places[office], role).token, get(orgPath(w.places[office], "/student-counts")), &counts)
		require.Equal(t, []students.StateCount{{Stage: org.Primary, EnrolStatus: "ENROLLED", StatusLabel: "在读", Count: want}}, counts, office)
	}
	var below []students.StateCount
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

// say hands a verdict in on the open task of a case.
func (w *world) say(who caller, change uuid.UUID, verdict string) {
	w.t.Helper()
	task := one[uuid.UUID](w, `SELECT id FROM task WHERE change_id = $1 AND status = 'OPEN'`, change)
	w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/changes/" + change.String() + "/decisions", key: "say-" + task.String(),
		body: m{"task_id": task, "verdict": verdict}}, nil)
}

// Who has died stands in no list of a class or a school, unless it is asked for.
func TestListsLeaveOutTheDeadUnlessAsked(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	registrar, leader := w.login(w.places["school"], org.SchoolRegistrar), w.login(w.places["school"], org.SchoolLeader)
	reviewer := w.login(w.places["county"], org.BureauReviewer)
	up := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", rosterFile(t, "roster-no-au.xlsx")))
	w.approve(up.Roster.ID, registrar, leader, reviewer)
	class := one[uuid.UUID](w, `SELECT class_id FROM student GROUP BY class_id ORDER BY count(*) DESC, class_id LIMIT 1`)
	pupils := one[[]uuid.UUID](w, `SELECT array_agg(id ORDER BY id) FROM student WHERE class_id = $1`, class)
	dead := pupils[0]
	var filed struct{ ID uuid.UUID }
	w.must(http.StatusCreated, registrar.token, filing("k-death-1", m{"kind": "DEATH", "student_id": dead, "inputs": m{"event_date": "2026-11-18"},
		"evidence": []m{{"id": w.paper(registrar), "kind": "DEATH_PROOF"}}}), &filed)
	w.say(leader, filed.ID, "APPROVE")
	w.say(reviewer, filed.ID, "APPROVE")
	require.Equal(t, "DECEASED", one[string](w, `SELECT enrol_status FROM student WHERE id = $1`, dead))

	ids := func(body m) (list []uuid.UUID) {
		body["limit"] = 100
		var page rest.Page[students.StudentLine]
		w.must(http.StatusOK, registrar.token, call{method: "POST", path: "/v1/students/search", body: body}, &page)
		require.Empty(t, page.Next)
		for _, line := range page.Items {
			list = append(list, line.ID)
		}
		return list
	}
	whole := one[int](w, `SELECT count(*) FROM student`)
	require.Less(t, whole, 100)
	require.ElementsMatch(t, pupils[1:], ids(m{"class_id": class}))
	require.Len(t, ids(m{"school_id": w.places["school"].id}), whole-1)
	require.NotContains(t, ids(m{"school_id": w.places["school"].id}), dead)
	require.Equal(t, []uuid.UUID{dead}, ids(m{"school_id": w.places["school"].id, "statuses": []string{"DECEASED"}}))
	require.Contains(t, ids(m{"class_id": class, "statuses": []string{"DECEASED", "ENROLLED"}}), dead)
}

// Nobody is punished at a school before the month of entry.
func TestNoPunishmentIsOlderThanTheEntry(t *testing.T) {
	w := newWorld(t)
	registrar, _ := w.enrolled()
	pupil := one[uuid.UUID](w, `SELECT id FROM student ORDER BY id LIMIT 1`)
	entry, err := time.Parse("200601", w.item(registrar, "/v1/students/"+pupil.String(), roster.EntryMonth))
	require.NoError(t, err)
	record := func(day time.Time) call {
		return call{method: "POST", path: "/v1/students/" + pupil.String() + "/punishments", key: "punish-" + day.Format("20060102"),
			body: m{"level": "1", "decided_on": day.Format("2006-01-02"), "document_no": "1号"}}
	}
	p := w.refused("punishment_date", registrar.token, record(entry.AddDate(0, 0, -1)))
	require.Equal(t, "/decided_on", p.Errors[0].Pointer)
	require.Contains(t, p.Detail, entry.Format("2006-01-02"))
	w.must(http.StatusCreated, registrar.token, record(entry), nil)
	require.Equal(t, 1, one[int](w, `SELECT count(*) FROM punishment WHERE student_id = $1`, pupil))
}
