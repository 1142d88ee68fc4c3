package changes_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// The paper sheet of a case has a place for everybody who decides, filled as they do.
func TestTheApprovalSheetFillsAsPeopleDecide(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	var filed changes.ChangeLine
	w.Must(http.StatusCreated, s.Registrar.Token, apitest.File("key-of-sheet-1", w.Suspension(s.Registrar, w.Pupil(storetest.SchoolA), "2026-11-20")), &filed)
	path := "/v1/changes/" + filed.ID.String() + "/sheet"
	read := func(language string) (sheet changes.ApprovalSheet) {
		t.Helper()
		w.Must(http.StatusOK, s.Registrar.Token, apitest.Call{Method: http.MethodGet, Path: path, Language: language}, &sheet)
		return sheet
	}
	sheet := read("zh")
	require.Equal(t, "休学审批表", sheet.Title)
	require.Equal(t, filed.CaseNo, sheet.CaseNo)
	require.Equal(t, "2026年11月20日", sheet.FiledOn)
	require.Equal(t, apitest.PersonName, sheet.FiledBy)
	require.Equal(t, "小学", sheet.StageLabel)
	require.Len(t, sheet.Form, 3)
	require.Len(t, sheet.Papers, 2)
	require.Equal(t, 1, sheet.Papers[0].Count)
	require.NotContains(t, sheet.Pupil.IDNumber, "2011")
	require.Equal(t, []changes.SheetOpinion{
		{StepLabel: "学校审核", Office: w.OfficeName(storetest.SchoolA), RoleLabel: "学籍主管领导", Seal: true},
		{StepLabel: "主管部门审批", RoleLabel: "教育局学籍管理员", Seal: true},
	}, sheet.Opinions)

	say := func(who apitest.Caller, opinion string) {
		t.Helper()
		call := w.Decision(filed.ID, "APPROVE")
		call.Body = m{"task_id": w.Task(filed.ID), "verdict": "APPROVE", "opinion": opinion}
		w.Must(http.StatusOK, who.Token, call, nil)
	}
	say(s.Leader, "情况属实，同意休学。")
	say(s.Reviewer, "同意")
	sheet = read("zh")
	require.Equal(t, "已办结", sheet.StatusLabel)
	require.Equal(t, "2026年11月20日", sheet.EffectiveOn)
	require.Equal(t, changes.SheetOpinion{
		StepLabel: "学校审核", Office: w.OfficeName(storetest.SchoolA), RoleLabel: "学籍主管领导", Name: apitest.PersonName, VerdictLabel: "同意",
		Opinion: "情况属实，同意休学。", DecidedOn: "2026年11月20日", Seal: true,
	}, sheet.Opinions[0])
	require.Equal(t, w.OfficeName(storetest.Bureau), sheet.Opinions[1].Office)
	english := read("en")
	require.Equal(t, "20 November 2026", english.FiledOn)
	require.Equal(t, "Approve", english.Opinions[1].VerdictLabel)
	require.Regexp(t, `^Approval sheet: `, english.Title)

	w.Refused("not_found", w.LogIn(storetest.SchoolB, org.SchoolRegistrar).Token, apitest.Get(path))
	w.Refused("forbidden", w.LogIn(storetest.SchoolA, org.ClassTeacher).Token, apitest.Get(path))
}
