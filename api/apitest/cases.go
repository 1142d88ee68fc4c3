package apitest

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// m is a JSON object.
type m = map[string]any

// Change enrols a pupil at a school and files a suspension. It waits for the leader of the
// school at the task.
func (w *World) Change(school string) (change, task uuid.UUID) {
	w.t.Helper()
	changes, tasks := w.Changes(school, 1)
	return changes[0], tasks[0]
}

// Changes enrols so many pupils at a school and files a suspension of each.
func (w *World) Changes(school string, n int) (changes, tasks []uuid.UUID) {
	w.t.Helper()
	for _, pupil := range w.Pupils(school, n) {
		change := w.File(process.Suspension, pupil, nil)
		changes, tasks = append(changes, change), append(tasks, w.Task(change))
	}
	return changes, tasks
}

// Task is the one open task of a change.
func (w *World) Task(change uuid.UUID) uuid.UUID {
	w.t.Helper()
	return One[uuid.UUID](w, `SELECT id FROM task WHERE change_id = $1 AND status = 'OPEN'`, change)
}

// Suspension returns the body with which a registrar files a suspension that begins on a day.
func (w *World) Suspension(registrar Caller, pupil uuid.UUID, from string) any {
	w.t.Helper()
	return m{
		"kind": "SUSPENSION", "student_id": pupil,
		"inputs":   m{"reason_code": "10", "from_date": from, "until_date": "2027-08-31"},
		"evidence": []m{{"id": w.UploadPaper(registrar), "kind": "GUARDIAN_APPLICATION"}, {"id": w.UploadPaper(registrar), "kind": "SUSPENSION_PROOF"}},
	}
}

// Decision is a verdict on the open task of a change.
func (w *World) Decision(change uuid.UUID, verdict string) Call {
	w.t.Helper()
	task := w.Task(change)
	return Call{Method: http.MethodPost, Path: "/v1/changes/" + change.String() + "/decisions", Key: "say-" + task.String(),
		Body: m{"task_id": task, "verdict": verdict}}
}

// UploadPaper uploads a picture as evidence and gives its ID.
func (w *World) UploadPaper(who Caller) string {
	w.t.Helper()
	var b bytes.Buffer
	require.NoError(w.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return Read[struct{ ID string }](w, http.StatusCreated, w.SendFile(who, "/v1/evidence", "a.png", b.Bytes())).ID
}

// RosterFile is a file of the collection of rosters, such as "roster-clean.xlsx".
func (w *World) RosterFile(name string) []byte {
	w.t.Helper()
	return w.read(filepath.Join("models", "roster", "testdata", name))
}

// PaperFile is a file of the collection of evidence, such as "two-pages.pdf".
func (w *World) PaperFile(name string) []byte {
	w.t.Helper()
	return w.read(filepath.Join("internal", "files", "testdata", name))
}

func (w *World) read(name string) []byte {
	w.t.Helper()
	content, err := os.ReadFile(filepath.Join(embedded.Checkout(), name))
	require.NoError(w.t, err)
	return content
}

// Staff are those who take a roster of school A into the register.
type Staff struct{ Registrar, Leader, Reviewer Caller }

// Hands logs the staff in.
func (w *World) Hands() Staff {
	w.t.Helper()
	return Staff{w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.Bureau, org.BureauReviewer)}
}

// EnrolRoster files a checked roster and lets the leader and the bureau agree.
func (w *World) EnrolRoster(roster uuid.UUID, s Staff) {
	w.t.Helper()
	var filed struct{ ID uuid.UUID }
	w.Must(http.StatusCreated, s.Registrar.Token, File("file-"+roster.String(), m{"kind": "ROSTER_IMPORT", "roster_id": roster}), &filed)
	w.Must(http.StatusOK, s.Leader.Token, w.Decision(filed.ID, "APPROVE"), nil)
	w.Must(http.StatusOK, s.Reviewer.Token, w.Decision(filed.ID, "APPROVE"), nil)
}

// EnrolFile uploads a roster of school A and takes its pupils into the register.
func (w *World) EnrolFile(s Staff, file string) (roster uuid.UUID) {
	w.t.Helper()
	up := Read[struct{ Roster struct{ ID uuid.UUID } }](w, http.StatusCreated, w.SendFile(s.Registrar, "/v1/rosters", file, w.RosterFile(file)))
	w.EnrolRoster(up.Roster.ID, s)
	return up.Roster.ID
}
