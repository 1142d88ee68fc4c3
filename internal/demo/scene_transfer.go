package demo

import (
	"net/http"
	"strconv"
	"strings"
)

// mover is the pupil who moves to another province, as the receiving school
// learns of it.
type mover struct {
	id, name, number string
	school           string // ID of the receiving school
	class            string
}

// claim is how a school names a pupil of another one.
func (m mover) claim() map[string]string {
	return map[string]string{"name": m.name, "student_number": m.number}
}

// transfer: a pupil moves to Beijing. Both schools and both bureaus decide, the
// system validates in between, and the paper file follows.
func (p *play) transfer() {
	p.scene("跨省转学", "A transfer between provinces")
	var m mover
	m.id, m.name = p.pupilOf("2025102", 0)
	m.school = p.office("registrar3", farCode)
	m.class = p.classesOf("registrar3", m.school)["2025101"]
	m.number = p.numberFor(m)
	p.find(m)
	change := p.fileTransfer(m)
	p.wantedTwice(m)
	p.receivingSide(change)
	p.releasingSide(m, change)
	p.moved(m, change)
	p.paperFile(change)
}

// numberFor: the guardian needs the student number for the new school.
func (p *play) numberFor(m mover) string {
	p.does("registrar", m.name+"的家长要带孩子去北京上学，来问学籍号", "is asked for the student number by parents who move to Beijing")
	full := p.reveal("registrar", m.id, http.StatusOK)
	p.expect(len(full.text("value")) >= 19, "the student number is whole")
	p.sees("核验监护人后告知（此处略），事由记入审计 told to the guardian (not shown here); the reason stands in the audit trail")
	return full.text("value")
}

func (p *play) reveal(login, pupil string, want int) answer {
	return p.call(login, want, http.MethodPost, "/v1/students/"+pupil+"/reveal", map[string]any{"field": "student_number", "reason": "TRANSFER"})
}

// find: whoever cannot name the pupil rightly learns nothing.
func (p *play) find(m mover) {
	p.does("registrar3", "查找要转入的学生，名字写错了", "looks the pupil up and gets the name wrong")
	wrong := m
	wrong.name += "甲"
	nobody := p.call("registrar3", http.StatusUnprocessableEntity, http.MethodPost, "/v1/students/find", wrong.claim())
	p.refused(nobody)
	p.expect(nobody.text("code") == "transfer_data_wrong" && strings.Contains(nobody.text("detail"), "2001"), "a wrong name is code 2001")

	p.does("registrar3", "核对后再查", "asks again with what the parents' papers say")
	found := p.call("registrar3", http.StatusOK, http.MethodPost, "/v1/students/find", m.claim())
	p.sees("%s，%s %s 年级 grade，学籍号 student number %s，可以申请 may be applied for", found.text("pupil.name"), found.text("pupil.school"),
		found.text("grade"), found.text("pupil.student_number"))
	p.expect(found.text("code") == "", "nothing stands against the transfer")
	p.expect(!strings.Contains(string(found.raw), m.number), "the number is masked")
}

// application is a complete filing of the transfer by a school that wants the pupil.
func (p *play) application(login string, m mover, class string) map[string]any {
	return map[string]any{
		"kind": "TRANSFER", "pupil": m.claim(),
		"inputs": map[string]string{"class_id": class, "reason": "父母工作调动"},
		"evidence": []map[string]string{
			{"kind": "GUARDIAN_APPLICATION", "id": p.evidence(login, "application.pdf")},
			{"kind": "RESIDENCE_PROOF", "id": p.evidence(login, "proof.pdf")},
		},
	}
}

func (p *play) fileTransfer(m mover) string {
	p.does("registrar3", "申请转入，先选错了年级", "files the transfer, first into a class of the wrong grade")
	younger := p.classesOf("registrar3", m.school)["2026101"]
	wrong := p.call("registrar3", http.StatusUnprocessableEntity, http.MethodPost, "/v1/changes", p.application("registrar3", m, younger))
	p.refused(wrong)
	p.expect(wrong.text("code") == "class_wrong_grade", "a transfer does not hide a retention")
	change := p.handIn("registrar3", p.application("registrar3", m, m.class))
	p.next("registrar3", change)
	for _, step := range p.change("registrar3", change).list("chain") {
		who := "系统 the system"
		if step.text("act") == "" {
			who = map[string]string{"IN": "转入方 receiving", "OUT": "转出方 releasing"}[step.text("side")]
		}
		p.sees("环节 step %s %s（%s）", step.text("no"), step.text("label"), who)
	}
	return change
}

// wantedTwice: another school wants the same pupil and is told so, not who the first one is.
func (p *play) wantedTwice(m mover) {
	p.does("registrar2", "也想接收"+m.name, "wants to receive the same pupil")
	class := p.classesOf("registrar2", p.office("registrar2", secondCode))["2025101"]
	claimed := p.call("registrar2", http.StatusConflict, http.MethodPost, "/v1/changes", p.application("registrar2", m, class))
	p.refused(claimed)
	p.expect(claimed.text("code") == "transfer_claimed", "the second school is told that another one is receiving the pupil")
	p.expect(!strings.Contains(string(claimed.raw), schoolOf(farCode).name), "and not which one")
}

// receivingSide: school and bureau of the new side, then the system.
func (p *play) receivingSide(change string) {
	p.approve("leader3", change, "有学位，同意接收")
	p.approve("dongcheng.reviewer", change, "同意转入")
	p.until("the national validation is passed", func() bool { return p.change("registrar3", change).text("open.name") == "RELEASING_REVIEW" })
	passed := false
	for _, entry := range p.change("registrar", change).list("timeline") {
		passed = passed || entry.text("verb") == "PASSED"
	}
	p.expect(passed, "the timeline says that the validation was passed")
	p.sees("全国系统校验通过，转到转出方 the national validation was passed; it is the releasing side's turn")
}

// releasingSide: the old school can refuse with a reason, not take back what it did not file.
func (p *play) releasingSide(m mover, change string) {
	p.does("registrar", "舍不得，想撤回这笔申请", "would rather keep the pupil and tries to take the application back")
	p.refused(p.call("registrar", http.StatusForbidden, http.MethodPost, "/v1/changes/"+change+"/withdrawal", map[string]any{"opinion": "不同意转出"}))
	p.ends(change, "RUNNING")

	p.approve("leader", change, "情况属实，同意转出")
	p.state("registrar", m.id, "ENROLLED")
	p.expect(p.schoolIs("registrar", m.id, schoolCode), "nothing moves before the last decision")
	p.approve("county.reviewer", change, "同意转出")
	p.ends(change, "EFFECTIVE")
}

// schoolIs says whether a person sees a record as one of the school's.
func (p *play) schoolIs(login, pupil, code string) bool {
	return p.call(login, http.StatusOK, http.MethodGet, "/v1/students/"+pupil, nil).text("school_name") == schoolOf(code).name
}

// moved: the record is the new school's; the old one keeps what it knew on that day.
func (p *play) moved(m mover, change string) {
	p.does("registrar3", "打开"+m.name+"的学籍卡", "opens the record, which has moved")
	p.state("registrar3", m.id, "ENROLLED")
	p.expect(p.schoolIs("registrar3", m.id, farCode), "the record is the new school's")
	p.expect(p.reveal("registrar3", m.id, http.StatusOK).text("value") == m.number, "the student number stays")
	p.history("registrar3", m.id, "ROSTER_IMPORT", "TRANSFER_OUT", "TRANSFER_IN")

	p.does("registrar", "看本校留存的电子备份", "looks at the backup the old school keeps")
	p.state("registrar", m.id, "TRANSFERRED_OUT")
	p.expect(p.call("registrar", http.StatusOK, http.MethodGet, "/v1/students/"+m.id, nil).text("class_id") == p.classes["2025102"], "in the class it left")
	p.history("registrar", m.id, "ROSTER_IMPORT", "TRANSFER_OUT")
	gone := p.call("registrar", http.StatusOK, http.MethodGet, "/v1/orgs/"+p.school+"/departures", nil).list("items")
	p.expect(len(gone) == 1 && gone[0].text("change_id") == change, "the pupil stands in the list of those who left")
	for _, d := range gone {
		p.sees("转出 left: %s %s → %s", d.text("left_on"), d.text("name"), d.text("to_school"))
	}
	p.sees("不再是本校学生 no pupil of theirs any more:")
	p.refused(p.reveal("registrar", m.id, http.StatusNotFound))
	left := p.call("registrar", http.StatusOK, http.MethodPost, "/v1/students/search", map[string]any{"school_id": p.school, "name": m.name}).list("items")
	for _, line := range left {
		p.expect(line.text("id") != m.id, "the search of the old school does not find the pupil")
	}
	for _, login := range []string{"city.head", "beijing.head"} {
		page := p.change(login, change)
		p.sees("%s（%s）也看得到办理结果 the %s sees the outcome too: %s %s", accountOf(login).Title, login, accountOf(login).TitleEn,
			page.text("kind_name"), page.text("status"))
		p.expect(page.text("status") == "EFFECTIVE" && page.text("student_name") == m.name, login+" sees how the transfer ended")
	}
}

// history shows what happened to a record, as far as a person may see it.
func (p *play) history(login, pupil string, kinds ...string) {
	lines := p.call(login, http.StatusOK, http.MethodGet, "/v1/students/"+pupil+"/history", nil).list("items")
	p.expect(len(lines) == len(kinds), strconv.Itoa(len(kinds))+" lines of history for "+login)
	seen := map[string]bool{}
	for _, h := range lines {
		seen[h.text("kind")] = true
		p.sees("%s %s %s: %s → %s", h.text("effective_on"), h.text("kind"), h.text("school"), stateOf(h, "before"), stateOf(h, "after"))
	}
	for _, kind := range kinds {
		p.expect(seen[kind], login+" sees "+kind)
	}
}

// paperFile: the file of paper is sent by the old school and received by the new one.
func (p *play) paperFile(change string) {
	p.does("registrar", "寄出纸质档案", "sends the paper file")
	file := p.change("registrar", change)
	p.sees("纸质档案 paper file: %s → %s，须于 due %s 前送达", file.text("handover.from_school"), file.text("handover.to_school"), file.text("handover.due_on"))
	p.expect(file.text("handover.state") == "TO_SEND", "the paper file waits to be sent")
	at := "/v1/handovers/" + file.text("handover.id")
	sent := p.callAbout("registrar", file.text("handover.version"), http.StatusOK, at+"/dispatch", map[string]any{"how": "机要 2027-1"})
	p.expect(sent.text("state") == "SENT", "the paper file is on its way")
	p.refused(p.callAbout("registrar", sent.text("version"), http.StatusForbidden, at+"/receipt", nil))

	p.does("registrar3", "收到纸质档案", "has the paper file in hand")
	waiting := p.call("registrar3", http.StatusOK, http.MethodGet, "/v1/handovers", nil).list("items")
	p.expect(len(waiting) == 1 && waiting[0].text("state") == "SENT", "the new school sees that the file is on its way")
	p.callAbout("registrar3", sent.text("version"), http.StatusOK, at+"/receipt", nil)
	p.expect(p.change("registrar", change).text("handover.state") == "RECEIVED", "the old school sees that the file has arrived")
	p.sees("双方都看到：已收到 both sides see that it has arrived")
}
