package demo

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/xueji/xueji/models/calendar"
)

// strangers: another school sees nothing, and administrators of accounts see no pupils.
func (p *play) strangers() {
	p.scene("谁看不到", "Who may not look")
	p.does("registrar2", "想看别校学生", "asks for a pupil who is not theirs")
	p.refused(p.call("registrar2", http.StatusNotFound, http.MethodGet, "/v1/students/"+p.pupil, nil))
	p.refused(p.call("registrar2", http.StatusNotFound, http.MethodGet, "/v1/changes/"+p.changes[0], nil))
	p.does("county.admin", "想看学生", "may open accounts, not records")
	p.refused(p.call("county.admin", http.StatusForbidden, http.MethodGet, "/v1/students/"+p.pupil, nil))
}

// record: the page of the record, one number in full with a reason, the history.
func (p *play) record() {
	p.scene("学籍卡与变动记录", "The record and its history")
	p.does("registrar", "打开"+p.name+"的学籍卡", "opens the page of the record")
	page := p.call("registrar", http.StatusOK, http.MethodGet, "/v1/students/"+p.pupil, nil)
	p.sees("%s %s，学籍号 student number %s", page.text("school_name"), page.text("class_name"), page.text("student_number"))
	p.sees("%s，在籍 in register %s，在校 on campus %s，学号类别 class of number %s", page.text("facets.status_label"),
		page.text("facets.in_register"), page.text("facets.on_campus"), page.text("facets.number_class"))
	filled := 0
	for _, item := range page.list("items") {
		if item.text("value") != "" {
			filled++
		}
		if slices.Contains([]string{"name", "sex", "birth_date", "id_number", "ethnicity"}, item.text("field")) {
			p.sees("%s %s %s", item.text("header"), item.text("value"), item.text("label"))
		}
	}
	p.sees("全国采集表 %d 项，已填 %d 项 · items of the national sheet, filled in", len(page.list("items")), filled)
	p.expect(len(page.list("items")) == 71, "the page shows all 71 items")
	p.expect(strings.Contains(page.text("student_number"), "*"), "numbers are masked")

	p.does("registrar", "核对证件，查看完整号码", "compares the document and asks for the number in full")
	full := p.call("registrar", http.StatusOK, http.MethodPost, "/v1/students/"+p.pupil+"/reveal",
		map[string]any{"field": "id_number", "reason": "VERIFY_DOCUMENT"})
	p.expect(len(full.text("value")) == 18, "the number is whole")
	p.sees("号码已显示（此处略），事由记入审计 shown (not here); the reason stands in the audit trail")

	p.does("principal", "看变动记录", "reads the history")
	history := p.call("principal", http.StatusOK, http.MethodGet, "/v1/students/"+p.pupil+"/history", nil).list("items")
	var kinds []string
	for _, h := range slices.Backward(history) {
		kinds = append(kinds, h.text("kind"))
		p.sees("%s %s %s: %s → %s", h.text("effective_on"), h.text("kind"), h.text("case_no"), stateOf(h, "before"), stateOf(h, "after"))
	}
	p.expect(slices.Equal(kinds, []string{"ROSTER_IMPORT", "SUSPENSION", "REINSTATEMENT"}), "the history is complete and in order: "+strings.Join(kinds, ", "))

	p.does("county.head", "看休学业务的全过程", "reads how the suspension went")
	for _, entry := range p.change("county.head", p.changes[0]).list("timeline") {
		p.sees("%s %s %s %s %s %s", clockTime(entry.text("at")), verb(entry.text("verb")), entry.text("verb"), entry.text("office"), entry.text("actor"), entry.text("opinion"))
	}
}

// stateOf names the state in one side of a history line.
func stateOf(h answer, side string) string {
	for _, name := range []string{"enrol_status", "state"} {
		if state := h.text(side + "." + name); state != "" {
			return state
		}
	}
	return "—"
}

// verb gives the Chinese word for what somebody did.
func verb(code string) string {
	return map[string]string{"FILED": "提交", "APPROVE": "同意", "REJECT": "驳回", "SEND_BACK": "退回", "RESUBMIT": "重新提交", "WITHDRAW": "撤回"}[code]
}

// clockTime shortens an instant of the API for the screen.
func clockTime(at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return at
	}
	return t.In(calendar.Shanghai()).Format("01-02 15:04")
}

// audit: who looked and who decided, and proof that nobody touched the trail.
func (p *play) audit() {
	p.scene("审计", "The audit trail")
	p.does("county.head", "看谁查看过该生号码", "asks who saw the pupil's number")
	revealed := p.call("county.head", http.StatusOK, http.MethodGet, "/v1/audit?subject_id="+p.pupil, nil).list("items")
	for _, entry := range revealed {
		p.sees("%s %s %s", clockTime(entry.text("at")), entry.text("action"), entry.text("detail.field")+" "+entry.text("detail.reason"))
	}
	p.expect(len(revealed) > 0, "the look at the number stands in the trail")
	if p.err != nil {
		return
	}
	report, err := p.stage.Audit(p.ctx)
	if err != nil {
		p.fail("verify the audit trail: %w", err)
		return
	}
	p.line("")
	p.line("             审计链校验 audit chain: %d 条已封存 sealed, %d 条未封存 unsealed, %d 处异常 faults", report.Sealed, report.Unsealed, len(report.Faults))
	p.expect(report.Sealed > 100 && report.Unsealed == 0 && len(report.Faults) == 0, "the audit trail is whole")
}
