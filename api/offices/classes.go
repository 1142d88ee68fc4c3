package offices

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Class is one class (班级) of a school.
type Class struct {
	ID        uuid.UUID  `json:"id"`
	School    uuid.UUID  `json:"school"`
	Grade     uuid.UUID  `json:"grade"`
	Stage     org.Stage  `json:"stage"`
	EntryYear int        `json:"entry_year"`
	Code      string     `json:"code" doc:"Class number (班号): entry year, stage, two digits."`
	Name      string     `json:"name"`
	Capacity  int        `json:"capacity" doc:"Seats (班额)."`
	Occupied  int        `json:"occupied"`
	ClosedAt  *time.Time `json:"closed_at,omitempty"`
	Version   int64      `json:"version"`
}

// Grade is one year group (年级) of a school.
type Grade struct {
	ID        uuid.UUID `json:"id"`
	Stage     org.Stage `json:"stage"`
	EntryYear int       `json:"entry_year"`
	Name      string    `json:"name"`
}

// SchoolClasses is what a school has: a few dozen classes at most, so it comes whole.
type SchoolClasses struct {
	Grades  []Grade `json:"grades"`
	Classes []Class `json:"classes"`
}

type classOutput struct {
	ETag string `header:"ETag"`
	Body Class
}

type gradeCreateInput struct {
	rest.PathID
	Body struct {
		Stage     org.Stage `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
		EntryYear int       `json:"entry_year" minimum:"1980" maximum:"2100"`
		Classes   int       `json:"classes" minimum:"0" maximum:"60" doc:"How many classes to make, numbered from 1."`
		Capacity  int       `json:"capacity" minimum:"1" maximum:"200" doc:"Seats of each class; at most 55 by default policy."`
	}
}

type classCreateInput struct {
	rest.PathID
	Body struct {
		No       int    `json:"no" minimum:"1" maximum:"99" doc:"Number of the class in its year group; a repeated call creates nothing twice."`
		Name     string `json:"name,omitempty" maxLength:"40" text:"free" named:"office" doc:"Made of year and number when left out."`
		Capacity int    `json:"capacity" minimum:"1" maximum:"200"`
	}
}

type classEditInput struct {
	rest.PathID
	rest.IfMatch
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"40" text:"required" named:"office"`
		Capacity int    `json:"capacity" minimum:"1" maximum:"200"`
	}
}

type classCloseInput struct {
	rest.PathID
	rest.IfMatch
}

func (s *server) classRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-classes", Method: http.MethodGet, Path: "/v1/orgs/{id}/classes", Action: authz.ClassRead, Tag: "classes",
		Summary: "Grades and classes of a school (年级与班级)",
	}, s.listClasses)
	rest.Register(s.rest, rest.Operation{
		ID: "create-grade", Method: http.MethodPost, Path: "/v1/orgs/{id}/grades", Action: authz.ClassManage, Tag: "classes", Status: http.StatusCreated,
		Summary: "Create a year group with its classes (新建年级)",
	}, s.createGrade)
	rest.Register(s.rest, rest.Operation{
		ID: "add-class", Method: http.MethodPost, Path: "/v1/grades/{id}/classes", Action: authz.ClassManage, Tag: "classes", Status: http.StatusCreated,
		Summary: "Add a class to a year group (增加班级)",
	}, s.addClass)
	rest.Register(s.rest, rest.Operation{
		ID: "edit-class", Method: http.MethodPut, Path: "/v1/classes/{id}", Action: authz.ClassManage, Tag: "classes",
		Summary: "Rename a class or change its seats (班级更名)",
	}, s.editClass)
	rest.Register(s.rest, rest.Operation{
		ID: "close-class", Method: http.MethodPost, Path: "/v1/classes/{id}/closure", Action: authz.ClassManage, Tag: "classes",
		Summary: "Close an empty class (撤销班级)",
	}, s.closeClass)
}

func (s *server) listClasses(ctx context.Context, in *rest.PathID) (*rest.Body[SchoolClasses], error) {
	out := SchoolClasses{Grades: []Grade{}, Classes: []Class{}}
	err := s.atSchool(ctx, in.ID, func(tx *store.Tx) error {
		grades, err := office.Grades(tx, in.ID)
		if err != nil {
			return err
		}
		for _, g := range grades {
			out.Grades = append(out.Grades, Grade{ID: g.ID, Stage: g.Stage, EntryYear: g.EntryYear, Name: g.Name})
		}
		classes, err := office.Classes(tx, in.ID)
		for _, c := range classes {
			out.Classes = append(out.Classes, showClass(c))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(out), nil
}

func (s *server) createGrade(ctx context.Context, in *gradeCreateInput) (*rest.Body[Grade], error) {
	var g office.Grade
	err := s.atSchool(ctx, in.ID, func(tx *store.Tx) error {
		var err error
		g, err = office.CreateGrade(tx, office.NewGrade{School: in.ID, Stage: in.Body.Stage, EntryYear: in.Body.EntryYear, Classes: in.Body.Classes, Capacity: in.Body.Capacity})
		return err
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(Grade{ID: g.ID, Stage: g.Stage, EntryYear: g.EntryYear, Name: g.Name}), nil
}

func (s *server) addClass(ctx context.Context, in *classCreateInput) (*classOutput, error) {
	// Row-level security finds only grades of the own school here.
	return s.classChange(ctx, func(tx *store.Tx) (office.Class, error) {
		return office.AddClass(tx, in.ID, in.Body.No, in.Body.Name, in.Body.Capacity)
	})
}

func (s *server) editClass(ctx context.Context, in *classEditInput) (*classOutput, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return s.classChange(ctx, func(tx *store.Tx) (office.Class, error) {
		return office.EditClass(tx, in.ID, version, in.Body.Name, in.Body.Capacity)
	})
}

func (s *server) closeClass(ctx context.Context, in *classCloseInput) (*classOutput, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return s.classChange(ctx, func(tx *store.Tx) (office.Class, error) { return office.CloseClass(tx, in.ID, version) })
}

// classChange runs an edit and takes it back when the class is not of an office
// the caller may act at.
func (s *server) classChange(ctx context.Context, change func(*store.Tx) (office.Class, error)) (*classOutput, error) {
	c, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (office.Class, error) {
		c, err := change(tx)
		if err == nil && rest.Allow(ctx, c.OrgPath) != nil {
			err = refusal.New(refusal.NotFound)
		}
		return c, err
	})
	if err != nil {
		return nil, err
	}
	return &classOutput{ETag: rest.ETag(c.Version), Body: showClass(c)}, nil
}

// atSchool checks the right at a school before anything of it is read.
func (s *server) atSchool(ctx context.Context, id uuid.UUID, fn func(*store.Tx) error) error {
	return s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		if _, err := reach.Office(ctx, tx, id); err != nil {
			return err
		}
		return fn(tx)
	})
}

func showClass(c office.Class) Class {
	return Class{
		ID: c.ID, School: c.SchoolID, Grade: c.GradeID, Stage: c.Stage, EntryYear: c.EntryYear, Code: c.Code, Name: c.Name,
		Capacity: c.Capacity, Occupied: c.Occupied, ClosedAt: c.ClosedAt, Version: c.Version,
	}
}
