package students_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// A class comes as its teacher reads it: by the number in the class, page by page,
// without the dead; they are there when they are asked for.
func TestAClassComesInTheOrderOfItsTeacher(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	w.EnrolFile(apitest.Staff{Registrar: registrar, Leader: w.LogIn(storetest.SchoolA, org.SchoolLeader), Reviewer: w.LogIn(storetest.Bureau, org.BureauReviewer)}, "roster-no-au.xlsx")
	class := apitest.One[uuid.UUID](w, `SELECT class_id FROM student GROUP BY class_id ORDER BY count(*) DESC, class_id LIMIT 1`)
	pupils := apitest.One[[]uuid.UUID](w, `SELECT array_agg(id ORDER BY random()) FROM student WHERE class_id = $1`, class)
	require.Greater(t, len(pupils), 2)
	list := func(body m) (ids []uuid.UUID) {
		for cursor := ""; ; {
			page := rest.Page[students.StudentLine]{}
			body["class_id"], body["limit"], body["cursor"] = class, 2, cursor
			w.Must(http.StatusOK, registrar.Token, apitest.Post("/v1/students/search", body), &page)
			for _, line := range page.Items {
				ids = append(ids, line.ID)
			}
			if cursor = page.Next; cursor == "" {
				return ids
			}
		}
	}
	patch := apitest.Call{Method: "PATCH"}
	for i, id := range pupils {
		var page students.Student
		answer := w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/students/"+id.String()), &page)
		patch.Path, patch.IfMatch, patch.Body = "/v1/students/"+id.String(), answer.Header().Get("ETag"), m{"items": m{"class_seat_no": fmt.Sprint(9 + i)}}
		w.Must(http.StatusOK, registrar.Token, patch, nil)
	}
	require.Equal(t, pupils, list(m{}), "9 before 10")
	p := w.Refused("not_in_list", registrar.Token, apitest.Post("/v1/students/search", m{"class_id": class, "statuses": []string{"在读"}}))
	require.Equal(t, "/statuses/0", p.Errors[0].Pointer)
	require.Contains(t, p.Detail, "ENROLLED、SUSPENDED")
}

// The counts of a bureau are the sums of its schools, and each school can be told.
func TestTheCountsOfABureauAreTheSumOfItsSchools(t *testing.T) {
	w := apitest.New(t)
	w.FoundNextSchool()
	for _, school := range []string{storetest.SchoolA, storetest.SchoolA, storetest.SchoolB, apitest.NextSchool, storetest.FarSchool} {
		w.Pupil(school)
	}
	for office, want := range map[string]int{storetest.SchoolA: 2, storetest.Bureau: 3, storetest.City: 4, storetest.Province: 4} {
		role := org.BureauReviewer
		if office == storetest.SchoolA {
			role = org.SchoolRegistrar
		}
		var counts []students.StateCount
		w.Must(http.StatusOK, w.LogIn(office, role).Token, apitest.Get(w.Org(office, "/student-counts")), &counts)
		require.Equal(t, []students.StateCount{{Stage: org.Primary, EnrolStatus: "ENROLLED", StatusLabel: "在读", Count: want}}, counts, office)
	}
	var below []students.StateCount
	w.Must(http.StatusOK, w.LogIn(storetest.Bureau, org.BureauReviewer).Token, apitest.Get(w.Org(storetest.Bureau, "/student-counts?below=true")), &below)
	require.Len(t, below, 2)
	require.Equal(t, []int{2, 1}, []int{below[0].Count, below[1].Count})
	require.Equal(t, w.OfficeName(storetest.SchoolA), below[0].OfficeName)
	require.Equal(t, w.OfficeID(storetest.SchoolA), *below[0].Office)
}

// Names are judged as the sheet judges them, days of punishments by the pupil's life.
func TestNamesAndDaysAreJudgedAsStrictlyAsTheSheet(t *testing.T) {
	w := apitest.New(t)
	admin, registrar := w.LogIn(storetest.SchoolA, org.SchoolSysadmin), w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	bureau := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	for name, code := range map[string]string{"张😀": "sheet_name_emoji", "张三(代课)": "sheet_name_remark", "锟斤拷1": "sheet_name_remark", "??": "sheet_name_characters"} {
		p := w.Refused(code, admin.Token, apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": "someone", "name": name, "roles": []string{"PRINCIPAL"}}))
		require.Equal(t, "/name", p.Errors[0].Pointer)
	}
	office := m{"parent": w.OfficeID(storetest.Bureau), "kind": "SCHOOL", "code": "2152000009", "division_code": "520103", "stages": []string{"PRIMARY"}}
	for _, name := range []string{"示例??学校", "😀小学", "锟斤拷小学", "（）", "<b>小学"} {
		office["name"] = name
		w.Refused("name_characters", bureau.Token, apitest.Post("/v1/orgs", office))
	}
	pupil := w.Pupil(storetest.SchoolA)
	for _, day := range []string{"2010-01-01", "2026-11-21"} {
		w.Refused("punishment_date", registrar.Token, apitest.Call{Method: "POST", Path: "/v1/students/" + pupil.String() + "/punishments", Key: "punish-" + day,
			Body: m{"level": "1", "decided_on": day, "document_no": "1号"}})
	}
}

// Who has died stands in no list of a class or a school, unless it is asked for.
func TestListsLeaveOutTheDeadUnlessAsked(t *testing.T) {
	w := apitest.New(t)
	registrar, leader := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolA, org.SchoolLeader)
	reviewer := w.LogIn(storetest.Bureau, org.BureauReviewer)
	w.EnrolFile(apitest.Staff{Registrar: registrar, Leader: leader, Reviewer: reviewer}, "roster-no-au.xlsx")
	class := apitest.One[uuid.UUID](w, `SELECT class_id FROM student GROUP BY class_id ORDER BY count(*) DESC, class_id LIMIT 1`)
	pupils := apitest.One[[]uuid.UUID](w, `SELECT array_agg(id ORDER BY id) FROM student WHERE class_id = $1`, class)
	dead := pupils[0]
	var filed struct{ ID uuid.UUID }
	w.Must(http.StatusCreated, registrar.Token, apitest.File("k-death-1", m{"kind": "DEATH", "student_id": dead, "inputs": m{"event_date": "2026-11-18"},
		"evidence": []m{{"id": w.UploadPaper(registrar), "kind": "DEATH_PROOF"}}}), &filed)
	w.Must(http.StatusOK, leader.Token, w.Decision(filed.ID, "APPROVE"), nil)
	w.Must(http.StatusOK, reviewer.Token, w.Decision(filed.ID, "APPROVE"), nil)
	require.Equal(t, "DECEASED", apitest.One[string](w, `SELECT enrol_status FROM student WHERE id = $1`, dead))

	ids := func(body m) (list []uuid.UUID) {
		body["limit"] = 100
		var page rest.Page[students.StudentLine]
		w.Must(http.StatusOK, registrar.Token, apitest.Post("/v1/students/search", body), &page)
		require.Empty(t, page.Next)
		for _, line := range page.Items {
			list = append(list, line.ID)
		}
		return list
	}
	whole := apitest.One[int](w, `SELECT count(*) FROM student`)
	require.Less(t, whole, 100)
	require.ElementsMatch(t, pupils[1:], ids(m{"class_id": class}))
	require.Len(t, ids(m{"school_id": w.OfficeID(storetest.SchoolA)}), whole-1)
	require.NotContains(t, ids(m{"school_id": w.OfficeID(storetest.SchoolA)}), dead)
	require.Equal(t, []uuid.UUID{dead}, ids(m{"school_id": w.OfficeID(storetest.SchoolA), "statuses": []string{"DECEASED"}}))
	require.Contains(t, ids(m{"class_id": class, "statuses": []string{"DECEASED", "ENROLLED"}}), dead)
}

// Nobody is punished at a school before the month of entry.
func TestNoPunishmentIsOlderThanTheEntry(t *testing.T) {
	w := apitest.New(t)
	registrar, _ := enrolled(w)
	pupil := apitest.One[uuid.UUID](w, `SELECT id FROM student ORDER BY id LIMIT 1`)
	entry, err := time.Parse("200601", item(w, registrar, "/v1/students/"+pupil.String(), roster.EntryMonth))
	require.NoError(t, err)
	record := func(day time.Time) apitest.Call {
		return apitest.Call{Method: "POST", Path: "/v1/students/" + pupil.String() + "/punishments", Key: "punish-" + day.Format("20060102"),
			Body: m{"level": "1", "decided_on": day.Format("2006-01-02"), "document_no": "1号"}}
	}
	p := w.Refused("punishment_date", registrar.Token, record(entry.AddDate(0, 0, -1)))
	require.Equal(t, "/decided_on", p.Errors[0].Pointer)
	require.Contains(t, p.Detail, entry.Format("2006-01-02"))
	w.Must(http.StatusCreated, registrar.Token, record(entry), nil)
	require.Equal(t, 1, apitest.One[int](w, `SELECT count(*) FROM punishment WHERE student_id = $1`, pupil))
}
