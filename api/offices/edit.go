package offices

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

type orgCreateInput struct {
	Body struct {
		Parent       uuid.UUID   `json:"parent" format:"uuid" doc:"Superior bureau; of a school its managing bureau (学籍主管部门)."`
		Kind         org.Kind    `json:"kind" enum:"PROVINCE,CITY,COUNTY,SCHOOL"`
		Code         string      `json:"code" minLength:"6" maxLength:"10" doc:"School code (10 digits) or division code (6 digits)."`
		Name         string      `json:"name" minLength:"2" maxLength:"60" text:"required" named:"office"`
		DivisionCode string      `json:"division_code,omitempty" maxLength:"6" doc:"Of a school: where it lies, which may differ from its managing bureau. A bureau's is its code."`
		Stages       []org.Stage `json:"stages,omitempty" maxItems:"3" uniqueItems:"true" enum:"PRIMARY,JUNIOR,SENIOR" doc:"Of a school only."`
	}
}

type orgEditInput struct {
	rest.PathID
	rest.IfMatch
	Body struct {
		Name         string      `json:"name" minLength:"2" maxLength:"60" text:"required" named:"office"`
		DivisionCode string      `json:"division_code" minLength:"6" maxLength:"6"`
		Stages       []org.Stage `json:"stages,omitempty" maxItems:"3" uniqueItems:"true" enum:"PRIMARY,JUNIOR,SENIOR"`
	}
}

type orgReassignInput struct {
	rest.PathID
	rest.IfMatch
	Body struct {
		Parent uuid.UUID `json:"parent" format:"uuid" doc:"The new managing or superior bureau, in the same province."`
	}
}

type orgCloseInput struct {
	rest.PathID
	rest.IfMatch
}

func (s *server) orgEditRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "create-org", Method: http.MethodPost, Path: "/v1/orgs", Action: authz.OrgCreate, Tag: "organisations", Status: http.StatusCreated,
		Summary: "Create a school or a bureau (设立单位)", Detail: "Below the own bureau or one below it. The code is unique, so a repeated call creates nothing twice.",
	}, s.createOrg)
	rest.Register(s.rest, rest.Operation{
		ID: "edit-org", Method: http.MethodPut, Path: "/v1/orgs/{id}", Action: authz.OrgRename, Tag: "organisations",
		Summary: "Rename an office or change its stages (更名)",
	}, s.editOrg)
	rest.Register(s.rest, rest.Operation{
		ID: "reassign-org", Method: http.MethodPost, Path: "/v1/orgs/{id}/managing-bureau", Action: authz.OrgReassign, Tag: "organisations",
		Summary: "Put an office under another managing bureau (划转)", Detail: "Needs the right at both bureaus. Records, accounts and changes move along.",
	}, s.reassignOrg)
	rest.Register(s.rest, rest.Operation{
		ID: "close-org", Method: http.MethodPost, Path: "/v1/orgs/{id}/closure", Action: authz.OrgClose, Tag: "organisations",
		Summary: "Close an office (撤销单位)", Detail: "Refused while it has offices below, students in the register or anything running. Its accounts end.",
	}, s.closeOrg)
}

func (s *server) createOrg(ctx context.Context, in *orgCreateInput) (*orgOutput, error) {
	n := office.NewOrganisation{
		Parent: in.Body.Parent, Kind: in.Body.Kind, Code: in.Body.Code, Name: in.Body.Name,
		Division: in.Body.DivisionCode, Stages: in.Body.Stages,
	}
	if n.Kind != org.School && n.Division == "" {
		n.Division = n.Code
	}
	if err := s.checkOrg(n); err != nil {
		return nil, err
	}
	return s.orgChange(ctx, n.Parent, func(tx *store.Tx) (office.Organisation, error) { return office.Create(tx, n) })
}

func (s *server) editOrg(ctx context.Context, in *orgEditInput) (*orgOutput, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return s.orgChange(ctx, in.ID, func(tx *store.Tx) (office.Organisation, error) {
		o, err := office.Read(tx, in.ID)
		if err != nil {
			return o, err
		}
		edited := office.NewOrganisation{Kind: o.Kind, Code: o.Code, Name: in.Body.Name, Division: in.Body.DivisionCode, Stages: in.Body.Stages}
		if err := s.checkOrg(edited); err != nil {
			return o, err
		}
		return office.Edit(tx, in.ID, version, edited.Name, edited.Division, edited.Stages)
	})
}

func (s *server) reassignOrg(ctx context.Context, in *orgReassignInput) (*orgOutput, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return s.orgChange(ctx, in.ID, func(tx *store.Tx) (office.Organisation, error) {
		o, err := office.Read(tx, in.ID)
		if err != nil {
			return o, err
		}
		bureau, err := office.Read(tx, in.Body.Parent)
		if err != nil {
			return o, err
		}
		// Hanging an office below a bureau is the same right as creating it there.
		if !rest.PrincipalOf(ctx).Allows(authz.OrgCreate, bureau.Path) {
			return o, refusal.New(refusal.Forbidden)
		}
		return office.Reassign(tx, in.ID, version, in.Body.Parent)
	})
}

func (s *server) closeOrg(ctx context.Context, in *orgCloseInput) (*orgOutput, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return s.orgChange(ctx, in.ID, func(tx *store.Tx) (office.Organisation, error) { return office.Close(tx, in.ID, version) })
}

// orgChange runs an edit after checking the right at the target office.
func (s *server) orgChange(ctx context.Context, target uuid.UUID, edit func(*store.Tx) (office.Organisation, error)) (*orgOutput, error) {
	var o office.Organisation
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		_, err := reach.Office(ctx, tx, target)
		if err == nil {
			o, err = edit(tx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &orgOutput{ETag: rest.ETag(o.Version), Body: showOrg(o)}, nil
}

// checkOrg checks what needs no database: code, place, stages. Everything that
// is wrong is told at once.
func (s *server) checkOrg(n office.NewOrganisation) error {
	var list []*refusal.Error
	code, err := ident.ParseDivisionCode(n.Division)
	if err == nil {
		_, known := s.Divisions.Lookup(code)
		if n.Kind != org.School {
			known = known && n.Division == n.Code
		}
		if !known {
			err = refusal.New(refusal.OrgDivision)
		}
	}
	if err != nil {
		list = append(list, refusal.New(refusal.OrgDivision).At("/division_code").With("code", printable(n.Division)))
	}
	if n.Kind == org.School {
		school, err := ident.ParseSchoolCode(n.Code)
		if err != nil || len(n.Division) < 2 || school.Province() != n.Division[:2] {
			list = append(list, refusal.New(refusal.OrgSchoolCode).At("/code"))
		}
	}
	if (n.Kind == org.School) != (len(n.Stages) > 0) {
		list = append(list, refusal.New(refusal.OrgStages).At("/stages"))
	}
	return refusal.Join(list...)
}

// printable repeats a value in a refusal only when it can be nothing but a public code.
func printable(code string) string {
	if plain := rest.PlainField(code); len(plain) <= 6 {
		return plain
	}
	return "?"
}
