package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
)

// Hand moves the clock of the stack the demonstration plays on.
type Hand interface{ Advance(d time.Duration) }

// Stage is what the demonstration plays on: a register of its own, whose clock
// it may move. It writes what everybody sees to Out.
type Stage struct {
	Register
	Clock *calendar.Clock
	Hand  Hand
	// Audit seals and verifies the audit trail.
	Audit func(context.Context) (store.AuditReport, error)
	Out   io.Writer
}

// errandTime is how long people take from one thing they do to the next. It
// keeps the timeline in order and lets the limits of logins recover.
const errandTime = 4 * time.Minute

// patience bounds waiting for what happens by itself, in real time.
const patience = 30 * time.Second

// Play plays all scenes and fails when anything is not as it should be.
func Play(ctx context.Context, s Stage) error {
	if err := Load(ctx, s.Register, false); err != nil {
		return err
	}
	p := &play{errand: newErrand(ctx, s.URL), stage: s}
	p.title()
	for _, scene := range []func(){
		p.importRoster, p.suspend, p.reinstate, p.refuse, p.overdue, p.strangers, p.record, p.transfer, p.keyData, p.schoolYear, p.audit,
	} {
		if scene(); p.err != nil {
			p.line("")
			p.line("✗ %v", p.err)
			return p.err
		}
	}
	p.line("")
	p.line("✓ 演示完毕，一切如预期。 The demonstration is over; everything was as expected.")
	return p.err
}

// play is a demonstration that is running.
type play struct {
	*errand
	stage  Stage
	scenes int
	// Who and what the scenes hand on to each other.
	school  string            // ID of the first school
	classes map[string]string // code to ID
	pupil   string            // the pupil of suspension and reinstatement
	name    string
	changes []string // of that pupil
}

func (p *play) line(format string, args ...any) {
	if p.err == nil || strings.HasPrefix(format, "✗") {
		_, _ = fmt.Fprintf(p.stage.Out, format+"\n", args...) // a closed screen does not change the outcome
	}
}

func (p *play) title() {
	p.line("学籍 Xueji · 演示 demonstration · %s", p.stage.Clock.Now().Format("2006-01-02 15:04"))
	p.line("人员均为虚构，每一步都是一次真实的 HTTP 调用。 Nobody is real; every step is a real HTTP call.")
}

func (p *play) scene(zh, en string) {
	p.scenes++
	p.line("")
	p.line("━━ %d. %s · %s", p.scenes, zh, en)
}

// does announces what a person does next.
func (p *play) does(login, zh, en string) {
	p.stage.Hand.Advance(errandTime)
	a := accountOf(login)
	p.line("")
	p.line("%s  %s %s（%s）%s", p.stage.Clock.Now().Format("01-02 15:04"), a.Title, a.Name, a.Login, zh)
	p.line("             the %s %s", a.TitleEn, en)
}

// sees shows one thing a person is shown.
func (p *play) sees(format string, args ...any) {
	p.line("             · %s", strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "))
}

// days lets days go by. Sessions end meanwhile, so everybody logs in again.
func (p *play) days(n int, zh, en string) {
	p.stage.Hand.Advance(time.Duration(n) * 24 * time.Hour)
	clear(p.tokens)
	p.line("")
	p.line("%s  %s", p.stage.Clock.Now().Format("01-02 15:04"), zh)
	p.line("             %s", en)
}

// refused shows a refusal: everything that is wrong.
func (p *play) refused(a answer) {
	wrong := a.list("errors")
	if len(wrong) < 2 {
		p.sees("%d %s", a.status, a.text("detail"))
		return
	}
	for _, one := range wrong {
		p.sees("%d %s %s", a.status, one.text("pointer"), one.text("detail"))
	}
}

// next shows what a change waits for, in both languages.
func (p *play) next(login, change string) {
	p.sees("%s", p.change(login, change).text("next"))
	p.sees("%s", p.callIn("en", login, http.StatusOK, http.MethodGet, "/v1/changes/"+change, nil).text("next"))
}

// inbox shows what waits for a person and checks that the change does.
func (p *play) inbox(login, change string) {
	waits := false
	for _, item := range p.call(login, http.StatusOK, http.MethodGet, "/v1/inbox", nil).list("items") {
		waits = waits || item.text("change_id") == change
		late := ""
		if item.text("overdue") == "true" {
			late = "，已逾期 overdue"
		}
		p.sees("待办 inbox: %s %s %s %s，截止 due %s%s", item.text("case_no"), item.text("kind_name"), item.text("student_name"),
			item.text("step_label"), item.text("due_day"), late)
	}
	p.expect(waits, "the change waits in the inbox of "+login)
}

// approve shows a person's inbox and approves.
func (p *play) approve(login, change, opinion string) {
	p.does(login, "看待办，同意", "looks into the inbox and approves")
	p.inbox(login, change)
	a := p.decide(login, change, "APPROVE", opinion, http.StatusOK)
	p.expect(a.text("outcome") == "COUNTED", "the decision counts at once")
	p.sees("已生效 counted")
}

// evidence uploads a paper and gives its ID.
func (p *play) evidence(login, name string) string {
	a := p.upload(login, http.StatusCreated, "zh", "/v1/evidence", name, p.file("papers/"+name))
	return a.text("id")
}

// fileChange files a change and shows what it waits for.
func (p *play) fileChange(body map[string]any) string {
	id := p.handIn("registrar", body)
	p.next("registrar", id)
	return id
}

// handIn files a change.
func (p *play) handIn(login string, body map[string]any) string {
	a := p.call(login, http.StatusCreated, http.MethodPost, "/v1/changes", body)
	p.sees("已受理，业务编号 filed as %s", a.text("case_no"))
	return a.text("id")
}

// pupilOf gives the n-th pupil of a class.
func (p *play) pupilOf(class string, n int) (id, name string) {
	rows := p.call("registrar", http.StatusOK, http.MethodPost, "/v1/students/search", map[string]any{"class_id": p.classes[class]}).list("items")
	if len(rows) <= n {
		p.fail("class %s has %d pupils, too few for the demonstration", class, len(rows))
		return "", ""
	}
	return rows[n].text("id"), rows[n].text("name")
}

// state checks the state of a record.
func (p *play) state(login, pupil, want string) {
	r := p.call(login, http.StatusOK, http.MethodGet, "/v1/students/"+pupil, nil)
	p.sees("学籍状态 state of the record: %s (%s)，%s", r.text("facets.status_label"), r.text("facets.enrol_status"), r.text("class_name"))
	p.expect(r.text("facets.enrol_status") == want, "the record is "+want)
}

// ends checks how a change ended.
func (p *play) ends(change, status string) {
	got := p.change("registrar", change).text("status")
	p.expect(got == status, "the change is "+status+", not "+got)
}

// until waits for something that happens by itself.
func (p *play) until(what string, holds func() bool) {
	patient, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for p.err == nil && !holds() {
		select {
		case <-patient.Done():
			p.fail("not within %s: %s", patience, what)
		case <-tick.C:
		}
	}
}
