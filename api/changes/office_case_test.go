package changes_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A case without a pupil names the school where others name a pupil: on its page, in the
// inbox, in the list and on the sheet.
func TestACaseAboutASchoolNamesTheSchool(t *testing.T) {
	w := apitest.New(t)
	w.SetPlan(storetest.SchoolA, org.Primary, 2026, 40)
	registrar, leader, reviewer := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.Bureau, org.BureauReviewer)
	inputs := m{"stage": "PRIMARY", "year": "2026", "size": "45", "reinstated": "3", "transferred": "2", "reason": "示例"}
	filing := m{"kind": "PLAN_CHANGE", "inputs": inputs, "evidence": []m{{"id": w.UploadPaper(registrar), "kind": "PLAN_APPLICATION"}}}
	w.Refused("filed_by_school", reviewer.Token, apitest.File("key-bureau", filing))
	var filed changes.ChangeLine
	w.Must(http.StatusCreated, registrar.Token, apitest.File("key-plan", filing), &filed)
	require.Equal(t, "招生计划数变更", filed.KindName)

	var page changes.ChangePage
	w.Must(200, leader.Token, apitest.Get("/v1/changes/"+filed.ID.String()), &page)
	const school = "南明区示例小学"
	require.Equal(t, []string{school, "", school}, []string{page.About, page.StudentName, page.School})
	require.Nil(t, page.Pupil)
	require.NotEmpty(t, page.Timeline)
	var inbox rest.Page[changes.InboxItem]
	w.Must(200, leader.Token, apitest.Get("/v1/inbox"), &inbox)
	require.Equal(t, []string{school, ""}, []string{inbox.Items[0].About, inbox.Items[0].StudentName})
	w.Must(200, leader.Token, w.Decision(filed.ID, "APPROVE"), nil)
	w.Must(200, reviewer.Token, w.Decision(filed.ID, "APPROVE"), nil)

	var list rest.Page[changes.ChangeLine]
	w.Must(200, reviewer.Token, apitest.Get("/v1/changes?kind=PLAN_CHANGE"), &list)
	require.Equal(t, []string{school, "EFFECTIVE"}, []string{list.Items[0].About, list.Items[0].Status})
	var sheet changes.ApprovalSheet
	w.Must(200, registrar.Token, apitest.Get("/v1/changes/"+filed.ID.String()+"/sheet"), &sheet)
	require.Equal(t, []string{school, "小学", "招生计划数变更审批表"}, []string{sheet.About, sheet.StageLabel, sheet.Title})
	require.Nil(t, sheet.Pupil)
	require.Equal(t, 45, w.Count(`SELECT size FROM enrolment_plan`))
}
