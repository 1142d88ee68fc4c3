package schoolyear

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
)

// TermQuery names a term of a school year.
type TermQuery struct {
	SchoolYear int `query:"school_year" required:"true" minimum:"2000" maximum:"2100" doc:"That begins: 2026 is 2026/27."`
	Term       int `query:"term" required:"true" minimum:"1" maximum:"2"`
}

func (q TermQuery) term() schoolyear.Term { return schoolyear.Term{Year: q.SchoolYear, No: q.Term} }

// CheckInBody notes who of a class came.
type CheckInBody struct {
	SchoolYear int           `json:"school_year" minimum:"2000" maximum:"2100"`
	Term       int           `json:"term" minimum:"1" maximum:"2"`
	Lines      []CheckInLine `json:"lines" minItems:"1" maxItems:"200" nullable:"false"`
}

// CheckInLine says of one pupil whether the pupil came.
type CheckInLine struct {
	StudentID    uuid.UUID                `json:"student_id" format:"uuid"`
	Came         bool                     `json:"came"`
	Reason       schoolyear.AbsenceReason `json:"reason,omitempty" enum:"ILLNESS,FAMILY,MOVED,UNKNOWN,OTHER" doc:"Of a pupil who did not come."`
	MissingSince *calendar.Date           `json:"missing_since,omitempty" format:"date" doc:"The day on which the pupil should have come; left out: today."`
}

// ClassCheckIn is a class with what was noted of a term.
type ClassCheckIn struct {
	ClassID uuid.UUID        `json:"class_id"`
	Came    int              `json:"came"`
	Absent  int              `json:"absent"`
	Open    int              `json:"open" doc:"Pupils of whom nothing was noted yet."`
	Pupils  []CheckedInPupil `json:"pupils"`
}

// CheckedInPupil is one pupil of a class.
type CheckedInPupil struct {
	StudentID    uuid.UUID                `json:"student_id"`
	Name         string                   `json:"name"`
	Came         *bool                    `json:"came,omitempty" doc:"Left out when nothing was noted."`
	Reason       schoolyear.AbsenceReason `json:"reason,omitempty"`
	ReasonLabel  string                   `json:"reason_label,omitempty"`
	MissingSince string                   `json:"missing_since,omitempty" format:"date"`
}

// AbsentPupil is a pupil who did not come.
type AbsentPupil struct {
	StudentID    uuid.UUID                `json:"student_id"`
	Name         string                   `json:"name"`
	SchoolID     uuid.UUID                `json:"school_id"`
	School       string                   `json:"school"`
	Class        string                   `json:"class" example:"2026级1班"`
	Stage        org.Stage                `json:"stage"`
	Reason       schoolyear.AbsenceReason `json:"reason"`
	ReasonLabel  string                   `json:"reason_label"`
	MissingSince string                   `json:"missing_since" format:"date"`
	Days         int                      `json:"days"`
	PlaceLost    bool                     `json:"place_lost" doc:"A freshman of senior high who is later than the policy allows (freshman_late_days). Nothing is done by time."`
}

type checkInInput struct {
	rest.PathID
	Body CheckInBody
}

type classTermInput struct {
	rest.PathID
	TermQuery
}

type absentInput struct {
	rest.PathID
	TermQuery
	rest.Paging
}

func (s *server) checkInRoutes() {
	const tag = "school-years"
	rest.Register(s.rest, rest.Operation{
		ID: "check-class-in", Method: http.MethodPut, Path: "/v1/classes/{id}/check-in", Action: authz.CheckInNote, Tag: tag,
		Summary: "Note who of a class came at the beginning of a term (报到注册)",
		Detail:  "All lines or none. What was noted before of a pupil is replaced; a pupil who comes later is noted again.",
	}, s.checkIn)
	rest.Register(s.rest, rest.Operation{
		ID: "get-class-check-in", Method: http.MethodGet, Path: "/v1/classes/{id}/check-in", Action: authz.CheckInRead, Tag: tag,
		Summary: "The pupils of a class with what was noted (班级报到情况)",
	}, s.classCheckIn)
	rest.Register(s.rest, rest.Operation{
		ID: "list-absent", Method: http.MethodGet, Path: "/v1/orgs/{id}/absent", Action: authz.CheckInRead, Tag: tag,
		Summary: "Pupils of the schools of an office who did not come, by school (未报到学生)",
	}, s.absent)
}

func (s *server) checkIn(ctx context.Context, in *checkInInput) (*rest.Body[ClassCheckIn], error) {
	term := schoolyear.Term{Year: in.Body.SchoolYear, No: in.Body.Term}
	list := make([]schoolyear.Arrival, len(in.Body.Lines))
	for i, line := range in.Body.Lines {
		list[i] = schoolyear.Arrival{StudentID: line.StudentID, Came: line.Came, Reason: line.Reason}
		if line.MissingSince != nil {
			list[i].MissingSince = *line.MissingSince
		}
	}
	return s.classAfter(ctx, in.ID, term, func(tx *store.Tx) error { return schoolyear.CheckClassIn(tx, in.ID, term, list) })
}

func (s *server) classCheckIn(ctx context.Context, in *classTermInput) (*rest.Body[ClassCheckIn], error) {
	return s.classAfter(ctx, in.ID, in.term(), func(*store.Tx) error { return nil })
}

// classAfter shows a class of a term after something was done.
func (s *server) classAfter(ctx context.Context, id uuid.UUID, term schoolyear.Term, do func(*store.Tx) error) (*rest.Body[ClassCheckIn], error) {
	pupils, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) ([]schoolyear.ClassArrival, error) {
		k, err := office.ReadClass(tx, id)
		if err != nil {
			return nil, err
		}
		if err := rest.Allow(ctx, k.OrgPath); err != nil {
			return nil, err
		}
		if err := do(tx); err != nil {
			return nil, err
		}
		return schoolyear.ClassArrivals(tx, id, term)
	})
	if err != nil {
		return nil, err
	}
	out := ClassCheckIn{ClassID: id, Pupils: []CheckedInPupil{}}
	for _, p := range pupils {
		shown := CheckedInPupil{StudentID: p.StudentID, Name: p.Name, Came: p.Came, Reason: p.Reason, MissingSince: p.MissingSince.String()}
		switch {
		case p.Came == nil:
			out.Open++
		case *p.Came:
			out.Came++
		default:
			out.Absent++
			shown.ReasonLabel = rest.InLanguage(ctx, p.Reason.Text())
		}
		out.Pupils = append(out.Pupils, shown)
	}
	return rest.BodyOf(out), nil
}

func (s *server) absent(ctx context.Context, in *absentInput) (*rest.Body[*rest.Page[AbsentPupil]], error) {
	show := func(a schoolyear.Absent) AbsentPupil {
		return AbsentPupil{StudentID: a.StudentID, Name: a.Name, SchoolID: a.SchoolID, School: a.SchoolName, Class: a.ClassName, Stage: a.Stage, Reason: a.Reason,
			ReasonLabel: rest.InLanguage(ctx, a.Reason.Text()), MissingSince: a.MissingSince.String(), Days: a.Days, PlaceLost: a.Lost}
	}
	return rest.List(ctx, s.Store, in.Paging, schoolyear.StayKey{}, func(tx *store.Tx, after schoolyear.StayKey, most int) ([]schoolyear.Absent, error) {
		at, err := reach.Office(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		return schoolyear.Absents(tx, at, in.term(), after, most)
	}, show, func(a schoolyear.Absent) schoolyear.StayKey {
		return schoolyear.StayKey{School: a.SchoolID, Student: a.StudentID}
	})
}
