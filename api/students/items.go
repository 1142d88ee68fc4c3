package students

import (
	"context"
	"net/http"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// ItemRule is one item of the national student sheet with the rules of the caller's province.
type ItemRule struct {
	Field     roster.Field `json:"field" doc:"Name of the item in this API; it never changes." example:"ethnicity"`
	Label     process.Text `json:"label" doc:"The Chinese label is the header of the column in the sheet."`
	Group     sheet.Group  `json:"group" enum:"PERSON,MORE,SCHOOLING,CONTACT,CARE,WAY,MEMBER1,MEMBER2" doc:"The part of the form in which it stands."`
	Type      roster.Kind  `json:"type" enum:"text,name,address,code,country,school,class,identity,date,month,validity,division,phone,postcode,distance,number,email" doc:"How a value is written: code is one of codes, country three letters of GB/T 2659, date YYYYMMDD, month YYYYMM, validity YYYYMMDD-YYYYMMDD, division a division code of 12 digits."`
	MaxLength int          `json:"max_length" doc:"Longest value, in characters."`
	Required  string       `json:"required" enum:"always,sometimes,never" doc:"sometimes: other items of the same pupil say when, for example the type of a document for its number."`
	Change    string       `json:"change" enum:"key,fixed,free" doc:"How the item of a record is changed. key: key data (关键信息), by a KEY_DATA_CHANGE. fixed: never by itself (不可改), the school and the class of the record say it. free: by edit-student (可直接修改)."`
	Masked    bool         `json:"masked" doc:"The number is encrypted and shown masked; reveal-number gives it in full for a reason."`
	Codes     []ItemCode   `json:"codes" doc:"The code table of the type code, in the order of the codes; empty otherwise."`
}

// ItemGroup is one part of the form (学生基础信息采集表).
type ItemGroup struct {
	Group sheet.Group  `json:"group" enum:"PERSON,MORE,SCHOOLING,CONTACT,CARE,WAY,MEMBER1,MEMBER2"`
	Label process.Text `json:"label"`
}

// ItemCode is one code of the code table of an item.
type ItemCode struct {
	Code  string       `json:"code" example:"01"`
	Label process.Text `json:"label"`
}

type sheetItemsOutput struct {
	Body struct {
		Version string      `json:"version" doc:"Of the sheet." example:"2013-71"`
		Groups  []ItemGroup `json:"groups" doc:"The parts of the form, in its order."`
		Items   []ItemRule  `json:"items"`
	}
}

func (s *server) sheetItemRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-sheet-items", Method: http.MethodGet, Path: "/v1/sheet/items", Action: authz.PolicyRead, Tag: "students",
		Summary: "The items of the national student sheet (学生基本信息指标)",
		Detail: "The 71 items in the order of the sheet: label, type, length, whether an item is required, how it may be changed in the caller's province, " +
			"and its code table. Rosters, records, edits and changes of key data call the items by field.",
	}, s.listSheetItems)
}

func (s *server) listSheetItems(ctx context.Context, _ *struct{}) (*sheetItemsOutput, error) {
	rules, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (process.Policy, error) {
		return policy.InForce(tx, rest.PrincipalOf(ctx).Office.Province)
	})
	if err != nil {
		return nil, err
	}
	template := s.Sheets.Reader.Template()
	out := &sheetItemsOutput{}
	out.Body.Version = template.Version
	for _, group := range sheet.Groups() {
		out.Body.Groups = append(out.Body.Groups, ItemGroup{Group: group, Label: group.Text()})
	}
	for _, column := range template.Items() {
		out.Body.Items = append(out.Body.Items, s.itemRule(rules, column))
	}
	return out, nil
}

func (s *server) itemRule(policy process.Policy, c *roster.Column) ItemRule {
	rule := ItemRule{
		Field: c.Field, Label: sheet.ItemText(c), Group: sheet.GroupOf(c.Field), Type: c.Kind, MaxLength: c.Max, Required: "never", Change: "free",
		Masked: c.Field.Secret(), Codes: []ItemCode{},
	}
	switch {
	case c.Required:
		rule.Required = "always"
	case c.Conditional:
		rule.Required = "sometimes"
	}
	if guard := student.GuardOf(policy, c); guard != roster.FreeItem {
		rule.Change = string(guard)
	}
	for _, code := range s.Sheets.Reader.Codes(c.Field) {
		label := process.Text{Zh: s.Sheets.Reader.Label(c.Field, code, refusal.Chinese), En: s.Sheets.Reader.Label(c.Field, code, refusal.English)}
		rule.Codes = append(rule.Codes, ItemCode{Code: code, Label: label})
	}
	return rule
}
