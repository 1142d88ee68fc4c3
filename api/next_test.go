package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
)

func TestTheNextStepIsToldInWordsOfPeople(t *testing.T) {
	open := &StepView{Office: "某某小学", Role: "SCHOOL_LEADER", Label: "学校审核", DueDay: "2026-12-04"}
	require.Equal(t, "等待 某某小学（学籍主管领导）办理“学校审核”，截止 2026-12-04。", nextInChinese(open, awaited(ChangePage{Open: open}, problem.Chinese)))
	require.Contains(t, nextInEnglish(open, awaited(ChangePage{Open: open}, problem.English)), "(school leader)")
	late := time.Now()
	open.OverdueAt = &late
	require.Contains(t, nextInChinese(open, awaited(ChangePage{Open: open}, problem.Chinese)), "已逾期")
	require.Contains(t, nextInEnglish(open, awaited(ChangePage{Open: open}, problem.English)), "Overdue")
	open.Problem = "NO_ELIGIBLE_PERSON"
	require.Contains(t, nextInChinese(open, awaited(ChangePage{Open: open}, problem.Chinese)), "没有人员可以办理")
	require.NotContains(t, nextInChinese(open, awaited(ChangePage{Open: open}, problem.Chinese)), "SCHOOL_LEADER")
	require.Contains(t, nextInChinese(nil, ""), "已办结")
	require.Contains(t, nextInEnglish(nil, ""), "Ended")
}

func TestAFilingNamesWhatItsKindIsAbout(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	id := uuid.New()
	for code, body := range map[string]m{
		"subject_wrong":   {"kind": "SUSPENSION", "roster_id": id},
		"subject_twice":   {"kind": "SUSPENSION", "roster_id": id, "student_id": id},
		"subject_missing": {"kind": "SUSPENSION"},
	} {
		p := w.refused(code, registrar.token, filing("key-"+code, body))
		require.Contains(t, []string{"/roster_id", "/student_id"}, p.Errors[0].Pointer)
		require.NotContains(t, p.Title, "…")
	}
	p := w.refused("subject_wrong", registrar.token, filing("key-wrong-2", m{"kind": "ROSTER_IMPORT", "student_id": id}))
	require.Equal(t, "/student_id", p.Errors[0].Pointer)
}

func TestAnEnglishRefusalHasEnglishLabels(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	pupil := w.pupil(w.places["school"])
	r := httptest.NewRequest(http.MethodPost, "/v1/changes", strings.NewReader(`{"kind":"SUSPENSION","student_id":"`+pupil.String()+`","inputs":{"from_date":"x"}}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+registrar.token)
	r.Header.Set("Idempotency-Key", "key-english")
	r.Header.Set("Accept-Language", "en")
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	p := read[Problem](t, http.StatusUnprocessableEntity, answer)
	require.NotRegexp(t, `\p{Han}`, answer.Body.String())
	require.NotEmpty(t, p.Errors)
}
