package demo

import (
	"net/http"
	"time"

	"github.com/xueji/xueji/models/calendar"
)

// graduate is a pupil who goes on to the junior school.
type graduate struct{ id, name, number string }

// schoolYear: grade 6 graduates, a junior school enrols graduates within its plan, and gives
// them classes (招生计划、毕业、招生、分班).
func (p *play) schoolYear() {
	p.scene("毕业、招生与分班", "Graduation, enrolment and classes")
	p.waitUntil(time.June, 21, "到了六月，六年级毕业", "June has come, and grade 6 graduates")
	junior := p.office("registrar4", juniorCode)
	p.graduation()
	list := p.graduates(3)
	p.plan(junior, 2, 0)
	p.enrolment(junior, list)
	p.waitUntil(time.September, 1, "新学年开学", "the new school year begins")
	p.placing(list)
}

// waitUntil lets the days go by until a day of 2027. Accounts of the demonstration do not
// grow old over it.
func (p *play) waitUntil(month time.Month, day int, zh, en string) {
	now := p.stage.Clock.Now()
	then, err := calendar.NewDate(2027, month, day)
	if err != nil {
		p.fail("wait for a day: %w", err)
		return
	}
	p.days(int(then.At(now.Hour(), now.Minute()).Sub(now).Round(24*time.Hour)/(24*time.Hour)), zh, en)
	if _, err := renew(p.ctx, Register{URL: p.stage.URL, Owner: p.stage.Owner, Now: p.stage.Clock.Now()}); err != nil {
		p.fail("keep the accounts: %w", err)
	}
}

// graduation: the school files its grade, and its leader decides.
func (p *play) graduation() {
	p.does("registrar", "看毕业预览，提交毕业名单", "looks at the graduating grade and files its graduation")
	school := "/v1/orgs/" + p.school
	ready := 0
	for _, row := range p.call("registrar", http.StatusOK, http.MethodGet, school+"/graduation-preview?stage=PRIMARY&limit=100", nil).list("items") {
		if row.text("ready") == "true" {
			ready++
		}
	}
	p.sees("六年级可毕业 can graduate: %d", ready)
	p.expect(ready > 3, "the sixth grade can graduate")
	filed := p.call("registrar", http.StatusCreated, http.MethodPost, "/v1/graduations", map[string]any{"stage": "PRIMARY", "year": 2027, "everybody": true})
	p.sees("已受理，业务编号 filed as %s", filed.text("case_no"))
	p.approve("leader", filed.text("id"), "名单已核对")
	p.ends(filed.text("id"), "EFFECTIVE")
}

// graduates gives the first graduates of the school, with the numbers that their parents take
// to the junior school.
func (p *play) graduates(n int) (list []graduate) {
	p.does("registrar", "把学籍号告诉毕业生家长", "tells parents of graduates the student numbers")
	rows := p.call("registrar", http.StatusOK, http.MethodGet, "/v1/orgs/"+p.school+"/graduates?year=2027", nil).list("items")
	p.expect(len(rows) >= n, "there are graduates")
	for _, row := range rows[:min(n, len(rows))] {
		g := graduate{id: row.text("pupil.id"), name: row.text("pupil.name")}
		p.state("registrar", g.id, "GRADUATED")
		g.number = p.reveal("registrar", g.id, http.StatusOK).text("value")
		list = append(list, g)
	}
	return list
}

// plan: the managing bureau says how many graduates the junior school may enrol. It names
// the version of the plan that it saw.
func (p *play) plan(junior string, size, basedOn int) {
	p.does("county.reviewer", "下达初中招生计划", "sets the enrolment plan of the junior school")
	path := "/v1/orgs/" + junior + "/plans/JUNIOR/2027"
	set := p.call("county.reviewer", http.StatusOK, http.MethodPut, path, map[string]any{"size": size, "based_on": basedOn})
	p.sees("招生计划 plan: %s，已用 used %s", set.text("size"), set.text("used"))
}

// enrolment: one graduate too many for the plan is refused with the numbers; with a larger
// plan the list goes through school and bureau, and the records move.
func (p *play) enrolment(junior string, list []graduate) {
	lines := []map[string]string{}
	for _, g := range list {
		lines = append(lines, map[string]string{"name": g.name, "student_number": g.number})
	}
	body := map[string]any{"kind": "SELF_ENROLMENT", "lines": lines}
	p.does("registrar4", "提交录取名单，超出计划一人", "files the list of whom the school admits, one too many for the plan")
	over := p.call("registrar4", http.StatusConflict, http.MethodPost, "/v1/enrolments", body)
	p.refused(over)
	p.expect(over.text("code") == "plan_exceeded", "a plan is never exceeded")
	p.plan(junior, 90, 1)

	p.does("registrar4", "再次提交", "files it again")
	filed := p.call("registrar4", http.StatusCreated, http.MethodPost, "/v1/enrolments", body)
	p.expect(len(filed.list("changes")) == 1, "graduates of one bureau are one list")
	change := filed.list("changes")[0].text("id")
	p.next("registrar4", change)
	p.throughSteps("registrar4", change)
	used := p.call("county.reviewer", http.StatusOK, http.MethodGet, "/v1/orgs/"+junior+"/plans/JUNIOR/2027", nil)
	p.sees("招生计划 plan: %s，已用 used %s", used.text("size"), used.text("used"))
	p.expect(used.text("used") == "3", "three places are taken")
}

// throughSteps lets the people of the junior school and the county approve what is open,
// waits for what the register does by itself, and expects that the change is in force.
func (p *play) throughSteps(login, change string) {
	deciders := map[string]string{"SCHOOL_LEADER": "leader4", "BUREAU_REVIEWER": "county.reviewer"}
	for p.err == nil {
		page := p.change(login, change)
		if page.text("status") != "RUNNING" {
			p.expect(page.text("status") == "EFFECTIVE", "the change is in force, not "+page.text("status"))
			return
		}
		who := deciders[page.text("open.role")]
		if who != "" {
			p.approve(who, change, "同意")
			continue
		}
		p.until("the register does its part", func() bool {
			page = p.change(login, change)
			return page.text("status") != "RUNNING" || deciders[page.text("open.role")] != ""
		})
	}
}

// placing: the register proposes equal classes, and the school files them.
func (p *play) placing(list []graduate) {
	p.does("registrar4", "按均衡分班建议提交分班", "files the classes that the register proposes")
	proposed := p.call("registrar4", http.StatusOK, http.MethodPost, "/v1/placings/proposals", map[string]any{"stage": "JUNIOR", "entry_year": 2027})
	lines := []map[string]string{}
	for _, line := range proposed.list("lines") {
		lines = append(lines, map[string]string{"student_id": line.text("student_id"), "class_id": line.text("class_id")})
	}
	for _, class := range proposed.list("classes") {
		p.sees("%s：%s 人 pupils", class.text("class"), class.text("pupils"))
	}
	p.expect(len(lines) == len(list), "everybody who was enrolled waits for a class")
	p.throughSteps("registrar4", p.handIn("registrar4", map[string]any{"kind": "CLASS_ASSIGNMENT", "lines": lines, "inputs": map[string]string{}}))
	first := list[0]
	p.state("registrar4", first.id, "ENROLLED")
	p.expect(p.schoolIs("registrar4", first.id, juniorCode), "the record is the junior school's")
	p.expect(p.reveal("registrar4", first.id, http.StatusOK).text("value") == first.number, "the student number stays for life")
	p.history("registrar4", first.id, "ROSTER_IMPORT", "GRADUATION", "SELF_ENROLMENT_OUT", "SELF_ENROLMENT_IN", "CLASS_ASSIGNMENT")
}
