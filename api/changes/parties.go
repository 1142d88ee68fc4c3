package changes

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/transfer"
)

// PupilView is the pupil of a change as every party may see it; numbers masked.
type PupilView struct {
	Name      string    `json:"name"`
	Number    string    `json:"student_number" doc:"Masked."`
	IDType    string    `json:"id_type"`
	IDNumber  string    `json:"id_number" doc:"Masked."`
	SchoolID  uuid.UUID `json:"school_id"`
	School    string    `json:"school"`
	Province  string    `json:"province_code"`
	Stage     org.Stage `json:"stage"`
	EntryYear int       `json:"entry_year"`
}

func showPupil(s change.Subject) *PupilView {
	if s.Name == "" {
		return nil // a roster, a list or a school
	}
	v := PupilView(s)
	return &v
}

// aboutSchool names the school that a case without a pupil is about.
func aboutSchool(s change.Subject) string {
	if s.Name != "" {
		return ""
	}
	return s.School
}

// SideView is one school of a move.
type SideView struct {
	Side      string    `json:"side" enum:"IN,OUT,SCHOOL"`
	SideLabel string    `json:"side_label" example:"转入方"`
	OrgID     uuid.UUID `json:"org_id"`
	Office    string    `json:"office"`
	Code      string    `json:"code"`
}

// ValueView is one key item a change writes.
type ValueView struct {
	Field  string `json:"field" example:"id_number"`
	Label  string `json:"label" example:"身份证件号"`
	Before string `json:"before"`
	After  string `json:"after"`
	// What the codes mean, for the person who judges.
	BeforeLabel string `json:"before_label,omitempty" doc:"What the code before means."`
	AfterLabel  string `json:"after_label,omitempty" doc:"What the code after means." example:"女"`
	Masked      bool   `json:"masked,omitempty" doc:"A number: reveal-change-number gives it in full to who decides the open step."`
}

// Ended says how a change ended, so that both sides read the reason.
type Ended struct {
	Code   string `json:"code" doc:"The verb of who ended it, or the code of what the system found." example:"REJECT"`
	Label  string `json:"label,omitempty" doc:"The same in words, where the timeline has it." example:"驳回"`
	Reason string `json:"reason,omitempty" doc:"The opinion, or the system's reason as a sentence."`
	By     string `json:"by,omitempty" doc:"Who ended it; empty for the system."`
	Office string `json:"office,omitempty"`
}

// endedBy finds in the timeline what ended a change; nil while it runs.
func endedBy(c *change.Change, timeline []TimelineEntry) *Ended {
	if c.Status == change.StatusRunning {
		return nil
	}
	out := &Ended{Code: c.CloseCode}
	for _, e := range slices.Backward(timeline) {
		if e.Verb == c.CloseCode || e.Verb == change.EventFailed {
			out.Label = e.VerbLabel
			out.Reason, out.By, out.Office = e.Opinion+e.Reason, e.Actor, e.Office
			break
		}
	}
	if c.ClosedBy == nil {
		out.Office = ""
	}
	return out
}

// HandoverView is the paper file on its way to the new school.
type HandoverView struct {
	ID         uuid.UUID     `json:"id"`
	Change     uuid.UUID     `json:"change_id"`
	Version    int64         `json:"version"`
	Pupil      string        `json:"student_name"`
	From       string        `json:"from_school"`
	To         string        `json:"to_school"`
	State      string        `json:"state" enum:"TO_SEND,SENT,RECEIVED,STRUCK" doc:"STRUCK: the move was a mistake, and the file never travelled."`
	DueOn      calendar.Date `json:"due_on" format:"date" doc:"The last day on which it is in time."`
	Overdue    bool          `json:"overdue,omitempty"`
	SentAt     *time.Time    `json:"sent_at,omitempty"`
	SentHow    string        `json:"sent_how,omitempty"`
	ReceivedAt *time.Time    `json:"received_at,omitempty"`
	MaySend    bool          `json:"may_send,omitempty" doc:"I may note that it was sent; in list-handovers only."`
	MayReceive bool          `json:"may_receive,omitempty" doc:"I may note that it has arrived; in list-handovers only."`
}

func showHandover(h *transfer.PaperFile) *HandoverView {
	if h == nil {
		return nil
	}
	return &HandoverView{
		ID: h.ID, Change: h.ChangeID, Version: h.Version, Pupil: h.StudentName, From: h.FromName, To: h.ToName, State: h.State(), DueOn: h.DueOn,
		Overdue: h.OverdueAt != nil, SentAt: h.SentAt, SentHow: h.SentHow, ReceivedAt: h.ReceivedAt,
	}
}

// moveShown is what a move shows on its page beside what every change shows.
func moveShown(p *casepage.Page) transfer.MovePage {
	own, _ := p.Own.(transfer.MovePage)
	return own
}
