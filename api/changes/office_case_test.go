package changes_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/jobs"
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

// A bureau lets one of its schools absorb another one. All that is wrong is told by input,
// the head decides, and the bureau follows the job.
func TestABureauMergesTwoSchools(t *testing.T) {
	w := apitest.New(t)
	w.Pupils(storetest.SchoolB, 2)
	registrar, leader := w.LogIn(storetest.SchoolB, org.SchoolRegistrar), w.LogIn(storetest.SchoolB, org.SchoolLeader)
	reviewer, head := w.LogIn(storetest.Bureau, org.BureauReviewer), w.LogIn(storetest.Bureau, org.BureauHead)
	inputs := m{"from": "2152000456", "into": "2152000456", "reason": "示例"}
	filing := m{"kind": "SCHOOL_MERGER", "inputs": inputs, "evidence": []m{{"id": w.UploadPaper(reviewer), "kind": "MERGER_DECISION"}}}
	w.Refused("filed_by_bureau", registrar.Token, apitest.File("key-school", filing))
	w.Refused("merger_same", reviewer.Token, apitest.File("key-same-school", filing))
	inputs["into"] = "2111000123"
	require.Equal(t, "/inputs/into", w.Refused("merger_school", reviewer.Token, apitest.File("key-far-school", filing)).Errors[0].Pointer)
	inputs["into"] = "2152000123"
	var filed changes.ChangeLine
	w.Must(http.StatusCreated, reviewer.Token, apitest.File("key-merger", filing), &filed)
	var page changes.ChangePage
	w.Must(200, leader.Token, apitest.Get("/v1/changes/"+filed.ID.String()), &page)
	require.Equal(t, "南明区第二示例小学", page.About, "the absorbed school is told")
	w.Must(200, head.Token, w.Decision(filed.ID, "APPROVE"), nil)
	require.Equal(t, 401, w.Send(leader.Token, apitest.Get("/v1/inbox")).Code, "the absorbed school is closed")

	w.Must(200, reviewer.Token, apitest.Get("/v1/changes/"+filed.ID.String()), &page)
	require.Equal(t, "RUNNING", page.Status)
	require.Contains(t, page.Next, "分批办理")
	var list rest.Page[jobs.Job]
	w.Must(200, reviewer.Token, apitest.Get("/v1/jobs?kind=SCHOOL_MERGER"), &list)
	require.Equal(t, []string{"学校合并", filed.CaseNo}, []string{list.Items[0].KindLabel, list.Items[0].CaseNo})
	w.DoParts(list.Items[0].ID, 9)
	w.Must(200, reviewer.Token, apitest.Get("/v1/changes/"+filed.ID.String()), &page)
	require.Equal(t, "EFFECTIVE", page.Status)
	require.Equal(t, 2, w.Count(`SELECT count(*) FROM student WHERE school_id = $1`, w.ID(storetest.SchoolA)))
}
