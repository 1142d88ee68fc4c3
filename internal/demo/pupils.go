package demo

import (
	"context"
	"net/http"
)

const cleanSheet = "roster-clean.xlsx"

// enrol brings the first school's roster into the register the way every
// school does: uploaded, confirmed by the leader, approved by the bureau. It
// goes on wherever an earlier run was cut off.
func enrol(ctx context.Context, url string) error {
	e := newErrand(ctx, url)
	school := e.office("registrar", schoolCode)
	if len(e.call("registrar", http.StatusOK, http.MethodGet, "/v1/orgs/"+school+"/student-counts", nil).list("")) > 0 {
		e.logOut()
		return e.err
	}
	roster := e.roster()
	change := roster.text("change_id")
	if change == "" {
		change = e.call("registrar", http.StatusCreated, http.MethodPost, "/v1/changes",
			map[string]any{"kind": "ROSTER_IMPORT", "roster_id": roster.text("id")}).text("id")
	}
	for e.err == nil {
		page := e.change("registrar", change)
		login := map[string]string{"SCHOOL_LEADER": "leader", "BUREAU_REVIEWER": "county.reviewer"}[page.text("open.role")]
		if login == "" {
			break
		}
		e.decide(login, change, "APPROVE", "同意", http.StatusOK)
	}
	e.expect(e.change("registrar", change).text("status") == "EFFECTIVE", "the first roster is in the register")
	e.logOut()
	return e.err
}

// roster uploads the clean sheet, or finds it when it was uploaded before.
func (e *errand) roster() answer {
	for _, r := range e.call("registrar", http.StatusOK, http.MethodGet, "/v1/rosters", nil).list("items") {
		if r.text("file_name") == cleanSheet && (r.text("state") == "CHECKED" || r.text("state") == "FILED") {
			return r
		}
	}
	up := e.upload("registrar", http.StatusCreated, "zh", "/v1/rosters", cleanSheet, e.file("rosters/"+cleanSheet))
	return answer{body: up.at("roster")}
}

func (e *errand) change(login, id string) answer {
	return e.call(login, http.StatusOK, http.MethodGet, "/v1/changes/"+id, nil)
}

// decide decides the task that is open.
func (e *errand) decide(login, change, verdict, opinion string, want int) answer {
	task := e.change(login, change).text("open.task_id")
	return e.call(login, want, http.MethodPost, "/v1/changes/"+change+"/decisions",
		map[string]any{"task_id": task, "verdict": verdict, "opinion": opinion})
}
