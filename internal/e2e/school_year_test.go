package e2e_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// placedBySheet fills in the sheet of the waiting pupils of a year group, everybody into one
// class, and hands it in.
func placedBySheet(t *testing.T, s *e2e.Stack, p *e2e.Person, entryYear int, class string) (change string) {
	t.Helper()
	blank := p.Do(http.MethodGet, fmt.Sprintf("/v1/placings/sheet?stage=JUNIOR&waiting=true&entry_year=%d", entryYear), nil, "")
	require.Equal(t, http.StatusOK, blank.Status, string(blank.Raw))
	f, err := excelize.OpenReader(bytes.NewReader(blank.Raw))
	require.NoError(t, err)
	sheet := f.GetSheetName(0)
	rows, err := f.GetRows(sheet)
	require.NoError(t, err)
	for i := range rows[1:] {
		require.NoError(t, f.SetCellStr(sheet, fmt.Sprint("E", i+2), class))
	}
	var filled, body bytes.Buffer
	require.NoError(t, f.Write(&filled))
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "分班.xlsx")
	require.NoError(t, err)
	_, err = part.Write(filled.Bytes())
	require.NoError(t, err)
	require.NoError(t, form.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/placings/sheet", &body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+p.Token)
	request.Header.Set("Idempotency-Key", uuid.NewString())
	answer, err := e2e.Send(request)
	require.NoError(t, err)
	filed, listed := s.OK(answer).Get("changes").([]any)
	require.True(t, listed && len(filed) == 1, string(answer.Raw))
	one, isMap := filed[0].(obj)
	require.True(t, isMap)
	return fmt.Sprint(one["change_id"])
}

// TestASchoolYearAndTheNext plays the heart of the year on the whole stack: grade 6
// graduates and gets its certificates, a junior school enrols it, places it by a sheet,
// checks it in and moves one pupil to another class; the province turns the year, and in
// the next June the next year group graduates.
func TestASchoolYearAndTheNext(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	s.Hand.Set(time.Date(2027, 6, 21, 9, 0, 0, 0, s.Clock.Now().Location()))
	c := s.County()
	c.Class[2022] = s.YearGroup(c, "PRIMARY", 2022)
	graduates := []e2e.Named{s.Named(c, 2021, simulator.Matches), s.Named(c, 2021, simulator.Matches)}
	fifth, third := s.Named(c, 2022, simulator.Matches), s.Pupil(c, 2024)
	at := "/v1/orgs/" + c.School.ID.String()

	// The grade graduates, and one certificate is signed for.
	graduation := obj{"kind": process.Graduation, "stage": "PRIMARY", "everybody": true, "year": 2027}
	s.Lead(c.Registrar.File(graduation))
	made := func(answer e2e.Answer) e2e.Answer {
		require.Equal(t, http.StatusCreated, answer.Status, string(answer.Raw))
		return answer
	}
	made(c.Reviewer.Do(http.MethodPost, at+"/certificate-stocks", obj{"stage": "PRIMARY", "first": "黔A001", "last": "黔A100"}, uuid.NewString()))
	written := made(c.Registrar.Do(http.MethodPost, at+"/certificates", obj{"stage": "PRIMARY", "year": 2027}, uuid.NewString()))
	require.InDelta(t, 2, written.Get("written"), 0)
	register := s.Items(c.Registrar.Do(http.MethodGet, at+"/certificates?year=2027", nil, ""))
	s.OK(c.Registrar.Do(http.MethodPost, fmt.Sprint("/v1/certificates/", register[0]["id"], "/issue"), obj{"signed_by": "样例家长", "issued_on": "2027-06-21"}, uuid.NewString()))

	// A junior school enrols, places and checks in.
	junior := s.CountyOf("520102", "3152000801", "南明区示例中学")
	s.Planned(junior, 5)
	s.Lead(junior.Registrar.File(e2e.EnrolmentOf(graduates...)))
	class := s.YearGroup(junior, "JUNIOR", 2027)
	junior.Grade[2027] = e2e.Value[uuid.UUID](s, `SELECT grade_id FROM school_class WHERE id = $1`, class)
	other := s.Class(junior, 2027, "2027302")
	s.Hand.Set(time.Date(2027, 9, 1, 9, 0, 0, 0, s.Clock.Now().Location()))
	s.Lead(placedBySheet(t, s, junior.Registrar, 2027, e2e.Value[string](s, `SELECT code FROM school_class WHERE id = $1`, class)))
	checked := s.OK(junior.Registrar.Do(http.MethodPut, "/v1/classes/"+class.String()+"/check-in", obj{"school_year": 2027, "term": 1,
		"lines": []obj{{"student_id": graduates[0].ID, "came": true}, {"student_id": graduates[1].ID, "came": false, "reason": "ILLNESS"}}}, ""))
	require.Equal(t, "1 1 0", fmt.Sprint(checked.Get("came"), " ", checked.Get("absent"), " ", checked.Get("open")))
	require.Len(t, s.Items(junior.Reviewer.Do(http.MethodGet, "/v1/orgs/"+junior.Bureau.ID.String()+"/absent?school_year=2027&term=1", nil, "")), 1)
	s.Lead(junior.Registrar.File(obj{"kind": process.ClassChange, "lines": []obj{{"student_id": graduates[0].ID, "class_id": other}}, "inputs": map[string]string{"reason": "家长申请"}}))

	// The province turns the year: who graduated and entered does not go up, the others do.
	head := s.Person(s.Office(org.Province, "520000"), org.BureauHead)
	turn := head.Do(http.MethodPost, "/v1/year-turns", obj{}, uuid.NewString())
	require.Equal(t, http.StatusAccepted, turn.Status, string(turn.Raw))
	s.Eventually("the year is turned", 30*time.Second, func() bool {
		turn = s.OK(head.Do(http.MethodGet, "/v1/year-turns/"+turn.Text("id"), nil, ""))
		return turn.Text("state") == "DONE"
	})
	require.Equal(t, "2 0", fmt.Sprint(turn.Get("moved"), " ", turn.Get("stayed")))
	up := items(c.Registrar, t, "/v1/students/"+third.String()+"/history")
	require.Equal(t, "PROMOTION", up[0]["kind"])

	// The next June: the next year group, and only it.
	s.Hand.Set(time.Date(2028, 6, 20, 9, 0, 0, 0, s.Clock.Now().Location()))
	registrar := s.Person(c.School, org.SchoolRegistrar) // tokens last a year
	graduation["year"] = 2028
	s.Lead(registrar.File(graduation))
	rows := s.Items(registrar.Do(http.MethodGet, at+"/graduates?year=2028", nil, ""))
	require.Len(t, rows, 1)
	pupil, isMap := rows[0]["pupil"].(obj)
	require.True(t, isMap)
	require.Equal(t, fifth.ID.String(), pupil["id"])
	var story []string
	for _, line := range items(s.Person(junior.School, org.SchoolRegistrar), t, "/v1/students/"+graduates[0].ID.String()+"/history") {
		story = append(story, fmt.Sprint(line["kind"]))
	}
	require.Equal(t, []string{"CLASS_CHANGE", "CLASS_ASSIGNMENT", "SELF_ENROLMENT_IN", "SELF_ENROLMENT_OUT", "GRADUATION"}, story)
	s.Agree()
}
