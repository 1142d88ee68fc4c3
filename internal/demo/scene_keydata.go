package demo

import (
	"net/http"
	"strings"

	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
)

// renamed is the pupil whose identity number is corrected.
type renamed struct {
	id, name string
	birth    calendar.Date
	sex      ident.Sex
}

// keyData: an identity number is corrected. The population database is asked
// first, so that nobody decides about a number that belongs to somebody else.
func (p *play) keyData() {
	p.scene("关键数据变更", "A change of key data")
	r := p.toCorrect("2025101", 1)
	p.wrongNumber(r)
	p.silentService(r)
	p.rightNumber(r)
}

// toCorrect finds the n-th pupil of a class.
func (p *play) toCorrect(class string, n int) renamed {
	var r renamed
	r.id, r.name = p.pupilOf(class, n)
	for _, item := range p.call("registrar", http.StatusOK, http.MethodGet, "/v1/students/"+r.id, nil).list("items") {
		switch value := item.text("value"); item.text("field") {
		case "birth_date":
			r.birth, _ = calendar.ParseCompactDate(value) // no date makes no number
		case "sex":
			r.sex = map[string]ident.Sex{"1": ident.Male, "2": ident.Female}[value]
		}
	}
	return r
}

// correct files another identity number for the pupil: one of nobody, about
// which the simulated population database answers as wanted.
func (p *play) correct(r renamed, behaviour simulator.Behaviour) (change, number string) {
	made, err := simulator.Number(r.birth, r.sex, behaviour)
	if err != nil {
		p.fail("make a number for a change of key data: %w", err)
		return "", ""
	}
	return p.handIn("registrar", map[string]any{
		"kind": "KEY_DATA_CHANGE", "student_id": r.id, "values": map[string]string{"id_number": made.Reveal()},
		"inputs":   map[string]string{"reason": "户籍更正"},
		"evidence": []map[string]string{{"kind": "IDENTITY_PROOF", "id": p.evidence("registrar", "proof.pdf")}},
	}), made.Reveal()
}

// wrongNumber: the population database does not know the number with this name,
// and the change ends before any leader has to look.
func (p *play) wrongNumber(r renamed) {
	p.does("registrar", "更正"+r.name+"的身份证号，号码有误", "corrects an identity number, with a wrong one")
	change, _ := p.correct(r, simulator.NotFound)
	p.until("the system rejects the number", func() bool { return p.change("registrar", change).text("status") == "REFUSED" })
	page := p.change("registrar", change)
	p.sees("系统驳回 rejected by the system: %s", page.text("ended.reason"))
	p.sees("%s", p.callIn("en", "registrar", http.StatusOK, http.MethodGet, "/v1/changes/"+change, nil).text("ended.reason"))
	p.expect(page.text("ended.code") == "identity_not_found" && page.text("ended.by") == "", "the answer of the population database ended the change")
	p.expect(strings.Contains(page.text("ended.reason"), "户籍派出所"), "the reason says what the parents must do")
}

// silentService: no answer is no verdict. The step waits and says so.
func (p *play) silentService(r renamed) {
	p.does("registrar", "再次申请，人口库没有应答", "files again, and the population database does not answer")
	change, _ := p.correct(r, simulator.Silent)
	p.until("the silence is noted", func() bool { return p.change("registrar", change).text("open.problem") == "IDENTITY_NO_ANSWER" })
	p.next("registrar", change)
	for _, item := range p.call("leader", http.StatusOK, http.MethodGet, "/v1/inbox", nil).list("items") {
		p.expect(item.text("change_id") != change, "nobody has to decide before there is an answer")
	}
	p.does("registrar", "不想等，先撤回", "does not want to wait and takes it back")
	p.call("registrar", http.StatusOK, http.MethodPost, "/v1/changes/"+change+"/withdrawal", map[string]any{"opinion": "改日再办"})
	p.ends(change, "WITHDRAWN")
}

// rightNumber: checked by the system, approved by leader and bureau, and the old
// number stays in the history, masked.
func (p *play) rightNumber(r renamed) {
	p.does("registrar", "对照户口簿更正，重新申请", "compares the household register and files the right number")
	change, number := p.correct(r, simulator.Matches)
	p.until("the number is checked", func() bool { return p.change("registrar", change).text("open.name") == "LEADER_REVIEW" })
	p.next("registrar", change)

	p.approve("leader", change, "与户口簿一致")
	page := p.change("leader", change)
	for _, v := range page.list("values") {
		p.sees("%s: %s → %s", v.text("field"), v.text("before"), v.text("after"))
	}
	p.expect(len(page.list("values")) == 1 && !strings.Contains(string(page.raw), number), "who decides sees the item, the number masked")
	p.approve("county.reviewer", change, "同意变更")
	p.ends(change, "EFFECTIVE")

	p.does("registrar", "看变动记录", "reads the history")
	history := p.call("registrar", http.StatusOK, http.MethodGet, "/v1/students/"+r.id+"/history", nil)
	lines := history.list("items")
	p.expect(len(lines) == 2 && lines[0].text("kind") == "KEY_DATA_CHANGE", "the correction stands in the history")
	for _, h := range lines[:min(1, len(lines))] {
		p.sees("%s %s id_number: %s → %s", h.text("effective_on"), h.text("kind"), h.text("before.items.id_number"), h.text("after.items.id_number"))
		p.expect(strings.Contains(h.text("before.items.id_number"), "*"), "the old number is kept, masked")
	}
	p.expect(!strings.Contains(string(history.raw), number), "no number in full stands in the history")
	record := p.call("registrar", http.StatusOK, http.MethodGet, "/v1/students/"+r.id, nil)
	p.sees("身份认证 identity: %s，学籍号不变 the student number stays: %s", record.text("facets.identity_state"), record.text("student_number"))
	p.expect(record.text("facets.identity_state") == "MATCH", "the identity is confirmed")
}
