package demo

import "net/http"

// suspension is a filing that is complete except for its evidence.
func (p *play) suspension(pupil string) map[string]any {
	return map[string]any{
		"kind": "SUSPENSION", "student_id": pupil,
		"inputs": map[string]string{"reason_code": "10", "from_date": p.stage.Clock.Today().String(), "until_date": "2027-08-31"},
	}
}

// papers are both papers a suspension needs.
func (p *play) papers() []map[string]string {
	return []map[string]string{
		{"kind": "GUARDIAN_APPLICATION", "id": p.evidence("registrar", "application.pdf")},
		{"kind": "SUSPENSION_PROOF", "id": p.evidence("registrar", "proof.pdf")},
	}
}

// suspend: filed, refused for what is missing, filed, sent back, corrected, approved.
func (p *play) suspend() {
	p.scene("休学：提交、退回、补正、批准", "A suspension is filed, sent back, corrected and approved")
	p.pupil, p.name = p.pupilOf("2024101", 0)

	p.does("registrar", "给"+p.name+"办休学，忘了材料", "files a suspension and forgets the papers")
	body := p.suspension(p.pupil)
	body["inputs"] = map[string]string{"reason_code": "10", "from_date": p.stage.Clock.Today().String(), "until_date": "2028-08-31"}
	wrong := p.call("registrar", http.StatusUnprocessableEntity, http.MethodPost, "/v1/changes", body)
	p.refused(wrong)
	p.expect(len(wrong.list("errors")) >= 3, "everything that is missing is told at once")

	p.does("registrar", "上传材料，再次提交", "uploads the papers and files again")
	body = p.suspension(p.pupil)
	body["evidence"] = p.papers()
	change := p.fileChange(body)
	p.changes = append(p.changes, change)
	p.refused(p.call("registrar", http.StatusConflict, http.MethodPost, "/v1/changes", body))

	p.approve("leader", change, "情况属实")
	p.does("leader", "想把主管部门的一步也办了", "tries to take the bureau's step as well")
	p.refused(p.decide("leader", change, "APPROVE", "", http.StatusForbidden))

	p.does("county.reviewer", "退回：证明不清晰", "sends it back: the proof cannot be read")
	p.inbox("county.reviewer", change)
	task := p.change("county.reviewer", change).text("open.task_id")
	p.call("county.reviewer", http.StatusOK, http.MethodPost, "/v1/changes/"+change+"/decisions",
		map[string]any{"task_id": task, "verdict": "SEND_BACK", "send_back_to": 0, "opinion": "医院证明不清晰，请重新拍照上传"})
	p.next("county.reviewer", change)

	p.does("registrar", "补正后重新提交", "corrects it and hands it in again")
	p.inbox("registrar", change)
	p.call("registrar", http.StatusOK, http.MethodPost, "/v1/changes/"+change+"/resubmission", map[string]any{
		"evidence": []map[string]string{{"kind": "SUSPENSION_PROOF", "id": p.evidence("registrar", "proof.pdf")}}, "opinion": "已重新拍照",
	})
	p.next("registrar", change)

	p.approve("leader", change, "")
	p.approve("county.reviewer", change, "同意休学")
	p.ends(change, "EFFECTIVE")
	p.state("registrar", p.pupil, "SUSPENDED")

	late := p.call("county.reviewer", http.StatusConflict, http.MethodPost, "/v1/changes/"+change+"/decisions",
		map[string]any{"task_id": task, "verdict": "APPROVE"})
	p.sees("有人再点一次旧待办 somebody decides the old task once more:")
	p.refused(late)
}

// reinstate: back to school into the year group one behind.
func (p *play) reinstate() {
	p.scene("复学", "The pupil comes back")
	p.days(40, "四十天后，病愈", "forty days later the pupil is well again")
	p.does("registrar", "给"+p.name+"办复学，编入下一年级", "files the reinstatement into the year group one behind")
	p.refused(p.call("registrar", http.StatusUnprocessableEntity, http.MethodPost, "/v1/changes", map[string]any{
		"kind": "REINSTATEMENT", "student_id": p.pupil, "inputs": map[string]string{"class_id": p.classes["2024101"]}, "evidence": p.healthy(),
	}))
	change := p.fileChange(map[string]any{
		"kind": "REINSTATEMENT", "student_id": p.pupil, "inputs": map[string]string{"class_id": p.classes["2025101"]}, "evidence": p.healthy(),
	})
	p.changes = append(p.changes, change)
	p.approve("leader", change, "")
	p.approve("county.reviewer", change, "同意复学")
	p.ends(change, "EFFECTIVE")
	p.state("registrar", p.pupil, "ENROLLED")
}

func (p *play) healthy() []map[string]string {
	return []map[string]string{
		{"kind": "GUARDIAN_APPLICATION", "id": p.evidence("registrar", "application.pdf")},
		{"kind": "HEALTH_PROOF", "id": p.evidence("registrar", "proof.pdf")},
	}
}

// refuse: the bureau refuses, the school files again prefilled and takes it back.
func (p *play) refuse() {
	p.scene("驳回、重新申请、撤回", "A refusal; filed again, and withdrawn")
	pupil, name := p.pupilOf("2024101", 1)
	p.does("registrar", "给"+name+"办休学", "files a suspension for another pupil")
	body := p.suspension(pupil)
	body["evidence"] = p.papers()
	change := p.fileChange(body)
	p.approve("leader", change, "")

	p.does("county.reviewer", "驳回（必须说明理由）", "refuses; a reason is required")
	p.refused(p.decide("county.reviewer", change, "REJECT", "", http.StatusUnprocessableEntity))
	p.decide("county.reviewer", change, "REJECT", "病历与申请人不符", http.StatusOK)
	p.ends(change, "REFUSED")
	p.next("county.reviewer", change)

	p.does("registrar", "看到理由，用原内容重新申请", "reads why, and files again with what was filed before")
	for _, entry := range p.change("registrar", change).list("timeline") {
		if entry.text("verb") == "REJECT" {
			p.sees("%s %s：%s", entry.text("office"), entry.text("actor"), entry.text("opinion"))
		}
	}
	redo := p.call("registrar", http.StatusOK, http.MethodGet, "/v1/changes/"+change+"/redo", nil)
	p.expect(redo.text("inputs.reason_code") == "10", "the form is prefilled")
	filled, _ := redo.body.(map[string]any) // the call failed otherwise
	again := p.fileChange(filled)
	p.expect(p.change("registrar", again).text("redo_of") == change, "the new change names the one it repeats")

	p.does("registrar", "家长改了主意，撤回", "takes it back, the parents thought better of it")
	p.call("registrar", http.StatusOK, http.MethodPost, "/v1/changes/"+again+"/withdrawal", map[string]any{"opinion": "家长要求撤回"})
	p.ends(again, "WITHDRAWN")
	p.state("registrar", pupil, "ENROLLED")
}

// overdue: nobody decides for weeks; people are reminded, the superior steps in,
// and nothing is decided because time ran out.
func (p *play) overdue() {
	p.scene("逾期与督办", "Overdue, and the superior steps in")
	pupil, name := p.pupilOf("2024101", 2)
	p.does("registrar", "给"+name+"办休学", "files a suspension for a third pupil")
	body := p.suspension(pupil)
	body["evidence"] = p.papers()
	change := p.fileChange(body)
	p.approve("leader", change, "")

	p.days(30, "三十天过去，区里一直没有办理", "thirty days go by and the county has done nothing")
	seen := map[string]bool{}
	p.until("the step is marked overdue", func() bool {
		for _, entry := range p.change("registrar", change).list("timeline") {
			seen[entry.text("verb")] = true
		}
		return seen["REMINDED_50"] && seen["REMINDED_80"] && seen["OVERDUE"] && seen["TOTAL_WARNED"]
	})
	p.does("county.reviewer", "看通知", "looks at the notices")
	for _, n := range p.call("county.reviewer", http.StatusOK, http.MethodGet, "/v1/notices", nil).list("items") {
		if n.text("change_id") == change {
			p.sees("通知 notice: %s %s", n.text("case_no"), n.text("kind"))
		}
	}
	p.does("city.head", "看逾期清单，督办", "sees what is late below and orders it to be done")
	late := p.call("city.head", http.StatusOK, http.MethodGet, "/v1/inbox/late", nil).list("items")
	p.expect(len(late) == 1, "the superior sees exactly what is late")
	for _, item := range late {
		p.sees("逾期 overdue: %s %s %s，截止 due %s", item.text("case_no"), item.text("office"), item.text("kind_name"), item.text("due_day"))
	}
	p.call("city.head", http.StatusOK, http.MethodPost, "/v1/changes/"+change+"/supervision", map[string]any{"opinion": "请于三日内办结"})
	p.ends(change, "RUNNING")
	p.sees("到期不会自动通过或驳回 nothing is approved or refused because time ran out")

	p.approve("county.reviewer", change, "已核实，同意")
	p.ends(change, "EFFECTIVE")
	p.state("county.head", pupil, "SUSPENDED")
}
