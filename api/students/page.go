package students

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// Student is the page of a record (学籍卡).
type Student struct {
	ID            uuid.UUID       `json:"id"`
	Version       int64           `json:"version"`
	School        uuid.UUID       `json:"school_id"`
	SchoolName    string          `json:"school_name"`
	Class         *uuid.UUID      `json:"class_id,omitempty"`
	ClassName     string          `json:"class_name,omitempty"`
	GradeName     string          `json:"grade_name,omitempty"`
	Stage         org.Stage       `json:"stage"`
	EntryYear     int             `json:"entry_year"`
	StudentNumber string          `json:"student_number" doc:"Student number (学籍号), masked."`
	Facets        Facets          `json:"facets"`
	Items         []SheetItem     `json:"items" doc:"The 71 items of the national sheet in its order."`
	Suspensions   []SuspensionRun `json:"suspensions"`
	Running       *RunningChange  `json:"running,omitempty" doc:"Present while a change is running (异动中)."`
	Beside        []RunningChange `json:"running_beside,omitempty" doc:"Changes that run beside it: a change of key data while the other one waits for its day."`
	UpdatedAt     time.Time       `json:"updated_at"`
}

// Facets are the independent states of a record.
type Facets struct {
	EnrolStatus   string `json:"enrol_status"`
	StatusLabel   string `json:"status_label"`
	InRegister    bool   `json:"in_register" doc:"在籍"`
	OnCampus      bool   `json:"on_campus" doc:"在校"`
	HoldsSeat     bool   `json:"holds_seat"`
	DedupeState   string `json:"dedupe_state" enum:"PENDING,DONE_PASS,DONE_FAIL" doc:"查重: PENDING until the search for doubles has looked at the record as it is."`
	DedupeLabel   string `json:"dedupe_label" example:"未查重"`
	IdentityState string `json:"identity_state" doc:"身份认证"`
	IdentityLabel string `json:"identity_label" example:"未认证"`
	// Of the check that gave the state.
	IdentityCheck *IdentityAnswer `json:"identity_check,omitempty" doc:"What the population database said about the identity of the record."`
	ProblemFlags  []string        `json:"problem_flags" doc:"问题学籍"`
	ProblemLabels []string        `json:"problem_labels" doc:"The flags in words."`
	NumberClass   string          `json:"number_class" doc:"L 临时, G 正式, J 无证件."`
	NumberLabel   string          `json:"number_class_label" doc:"The class of the number in words." example:"正式学籍号"`
	Dropout       bool            `json:"dropout" doc:"辍学"`
}

// SheetItem is one item of the national sheet; numbers of documents are masked.
type SheetItem struct {
	Field  roster.Field `json:"field"`
	Group  sheet.Group  `json:"group" enum:"PERSON,MORE,SCHOOLING,CONTACT,CARE,WAY,MEMBER1,MEMBER2" doc:"The part of the form in which it stands."`
	Header string       `json:"header"`
	Value  string       `json:"value"`
	Label  string       `json:"label,omitempty" doc:"The value as people read it: what a code means, the name of a division or a country, a day with hyphens."`
	Masked bool         `json:"masked,omitempty"`
}

// SuspensionRun is one suspension (休学) of the record.
type SuspensionRun struct {
	Change     uuid.UUID     `json:"change_id"`
	ReasonCode string        `json:"reason_code"`
	Reason     string        `json:"reason_label" example:"疾病"`
	From       calendar.Date `json:"from_date" format:"date"`
	Until      calendar.Date `json:"until_date" format:"date"`
	EndedOn    string        `json:"ended_on,omitempty"`
}

// RunningChange is the change that holds the record.
type RunningChange struct {
	Change      *uuid.UUID     `json:"change_id,omitempty" doc:"Left out for those who may know only that there is one."`
	EffectiveOn *calendar.Date `json:"effective_on,omitempty" format:"date" doc:"It is approved, and in force on this day."`
}

type studentOutput struct {
	ETag string `header:"ETag"`
	Body Student
}

func (s *server) getStudent(ctx context.Context, in *rest.PathID) (*studentOutput, error) {
	r, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (*student.Record, error) { return s.readRecord(ctx, tx, in.ID) })
	if err != nil {
		return nil, err
	}
	return &studentOutput{ETag: rest.ETag(r.Version), Body: s.showStudent(ctx, r)}, nil
}

// readRecord reads a record that the caller may read.
func (s *server) readRecord(ctx context.Context, tx *store.Tx, id uuid.UUID) (*student.Record, error) {
	r, err := student.Read(tx, id)
	if errors.Is(err, refusal.New(refusal.NotFound)) {
		// The old school reads its backup of a pupil who moved on.
		r, err = transfer.DepartedRecord(tx, id)
	}
	if err != nil {
		return nil, err
	}
	return r, rest.Allow(ctx, r.OrgPath)
}

func (s *server) showStudent(ctx context.Context, r *student.Record) Student {
	page := Student{
		ID: r.ID, Version: r.Version, School: r.SchoolID, SchoolName: r.SchoolName, Class: r.ClassID, ClassName: r.ClassName, GradeName: r.GradeName,
		Stage: r.Stage, EntryYear: r.EntryYear, StudentNumber: r.NumberMasked, UpdatedAt: r.UpdatedAt, Suspensions: []SuspensionRun{},
		Facets: Facets{
			EnrolStatus: r.EnrolStatus, StatusLabel: rest.InLanguage(ctx, status.Enrol(r.EnrolStatus).Text()), InRegister: r.InRegister, OnCampus: r.OnCampus,
			HoldsSeat: r.HoldsSeat, DedupeState: r.DedupeState, DedupeLabel: rest.InLanguage(ctx, student.DedupeText(r.DedupeState)), IdentityState: r.IdentityState, ProblemFlags: r.ProblemFlags,
			IdentityLabel: rest.InLanguage(ctx, student.IdentityText(r.IdentityState)), ProblemLabels: []string{},
			NumberClass: r.NumberClass, NumberLabel: rest.InLanguage(ctx, numberLabel(r.NumberClass)), Dropout: r.Dropout,
		},
	}
	page.Facets.IdentityCheck = showIdentityAnswer(ctx, r)
	for _, column := range s.Sheets.Reader.Template().Columns {
		if column.Kind == roster.KindHidden {
			continue
		}
		value := r.Item(column.Field)
		item := SheetItem{Field: column.Field, Group: sheet.GroupOf(column.Field), Header: rest.InLanguage(ctx, sheet.ItemText(&column)), Value: value, Masked: value != "" && column.Field.Secret()}
		item.Label = s.Sheets.ValueLabel(ctx, &column, value)
		page.Items = append(page.Items, item)
	}
	for _, flag := range r.ProblemFlags {
		page.Facets.ProblemLabels = append(page.Facets.ProblemLabels, rest.InLanguage(ctx, problemLabel(flag)))
	}
	for _, p := range r.Suspensions {
		page.Suspensions = append(page.Suspensions, SuspensionRun{Change: p.ChangeID, ReasonCode: p.ReasonCode, Reason: s.suspensionReason(ctx, p.ReasonCode), From: p.FromDate, Until: p.UntilDate, EndedOn: p.EndedOn.String()})
	}
	if r.Running != nil {
		page.Running = showRunning(*r.Running)
	}
	for _, beside := range r.Beside {
		page.Beside = append(page.Beside, *showRunning(beside))
	}
	return page
}

// suspensionReason says a reason in the words of the form of a suspension.
func (s *server) suspensionReason(ctx context.Context, code string) string {
	entry, _ := s.Processes.Entry(process.Suspension)
	for _, in := range entry.Inputs {
		for _, choice := range in.Values {
			if in.Name == "reason_code" && choice.Code == code {
				return rest.InLanguage(ctx, choice.Label)
			}
		}
	}
	return code
}

// numberLabel says the class of a student number; "" while there is none.
func numberLabel(class string) process.Text {
	switch class {
	case "G":
		return process.Text{Zh: "正式学籍号", En: "permanent number"}
	case "L":
		return process.Text{Zh: "临时学籍号", En: "temporary number"}
	case "J":
		return process.Text{Zh: "无证件学籍号", En: "number without a document"}
	}
	return process.Text{}
}

func showRunning(r student.RunningChange) *RunningChange {
	v := &RunningChange{Change: r.ChangeID}
	if on := r.EffectiveOn; !on.IsZero() {
		v.EffectiveOn = &on
	}
	return v
}

// document reads a stored JSON object for an answer.
func document(text json.RawMessage) map[string]any {
	m := map[string]any{}
	_ = json.Unmarshal(text, &m) // jsonb is always JSON; anything but an object shows as empty
	return m
}
