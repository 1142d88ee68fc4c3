package process

import (
	"fmt"
	"strings"

	"github.com/xueji/xueji/models/org"
)

// What people read instead of codes.

// RoleText returns the name of a role.
func RoleText(r org.Role) Text {
	zh, en := r.Names()
	return Text{Zh: zh, En: en}
}

// Text returns the name of the side.
func (s Side) Text() Text {
	switch s {
	case SideIn:
		return Text{Zh: "接收方", En: "receiving side"}
	case SideOut:
		return Text{Zh: "转出方", En: "releasing side"}
	case SideFiler:
		return Text{Zh: "申请方", En: "filer"}
	case SideSchool:
		return Text{Zh: "学生学校", En: "pupil's school"}
	}
	return Text{Zh: string(s), En: string(s)}
}

// Text returns the name of the office.
func (l Level) Text() Text {
	switch l {
	case LevelSchool:
		return Text{Zh: "本单位", En: "the office itself"}
	case LevelManaging:
		return Text{Zh: "主管部门", En: "managing bureau"}
	case LevelCity:
		return Text{Zh: "市级", En: "city"}
	case LevelProvince:
		return Text{Zh: "省级", En: "province"}
	case LevelCommon:
		return Text{Zh: "共同上级", En: "common superior"}
	}
	return Text{Zh: string(l), En: string(l)}
}

// Text returns the name of the route.
func (r Route) Text() Text {
	switch r {
	case SameBureau:
		return Text{Zh: "同一主管部门", En: "one managing bureau"}
	case SameProvince:
		return Text{Zh: "省内不同主管部门", En: "two bureaux of one province"}
	case CrossProvince:
		return Text{Zh: "跨省", En: "between provinces"}
	case OwnRecord:
		return Text{Zh: "只涉及本学籍", En: "the record itself"}
	case GNumber:
		return Text{Zh: "已有正式学籍号", En: "a record with a formal number"}
	}
	return Text{Zh: string(r), En: string(r)}
}

// StageText returns the name of a stage.
func StageText(s org.Stage) Text {
	switch s {
	case org.Primary:
		return Text{Zh: "小学", En: "primary"}
	case org.Junior:
		return Text{Zh: "初中", En: "junior"}
	case org.Senior:
		return Text{Zh: "普通高中", En: "senior"}
	}
	return Text{Zh: string(s), En: string(s)}
}

// Who names the side, office and role of a step; for an automatic step, the system.
func (s Step) Who() Text {
	if s.Act != "" {
		return Text{Zh: "系统自动", En: "the system"}
	}
	side, level, role := s.Side.Text(), s.Level.Text(), RoleText(s.Role)
	t := Text{Zh: level.Zh + " · " + role.Zh, En: level.En + ", " + role.En}
	if s.Side != SideFiler {
		t = Text{Zh: side.Zh + t.Zh, En: side.En + ": " + t.En}
	}
	return t
}

// SwitchText says when an optional step exists.
func (c *Catalogue) SwitchText(s Switch) Text {
	key, value := s.Rule()
	if key == "" {
		return Text{Zh: string(s), En: string(s)}
	}
	name := c.RuleLabel("/" + key)
	if !value {
		name = Text{Zh: "未设“" + name.Zh + "”", En: "Off: " + name.En}
	}
	return Text{Zh: fmt.Sprintf("%s（`%s: %t`）", name.Zh, key, value), En: fmt.Sprintf("%s (`%s: %t`)", name.En, key, value)}
}

// Manner says how a step differs from a plain decision of one person.
func (s Step) Manner() Text {
	var zh, en []string
	add := func(is bool, z, e string) {
		if is {
			zh, en = append(zh, z), append(en, e)
		}
	}
	add(s.Act != "", "自动动作 `"+string(s.Act)+"`", "act `"+string(s.Act)+"`")
	add(s.Shared(), fmt.Sprintf("多人办理 %s", s.Sign.Mode), fmt.Sprintf("shared, %s", s.Sign.Mode))
	add(s.Sign.Percent > 0, fmt.Sprintf("%d%%同意", s.Sign.Percent), fmt.Sprintf("%d %% approve", s.Sign.Percent))
	add(len(s.Asks) > 0, "填写 "+strings.Join(s.Asks, "、"), "asks for "+strings.Join(s.Asks, ", "))
	add(s.Opinion, "同意也须填写意见", "an opinion is required to approve, too")
	add(s.Statement, "只作陈述，不能驳回", "a statement, no refusal")
	add(s.Register, "只登记，不能驳回、退回", "registers only: no refusal, no sending back")
	add(s.Own, "申请人办理，不是审核", "the applicant's own, no review")
	add(s.Distinct, "须由未审批过其他环节的人办理", "by somebody who approved no other step")
	return Text{Zh: strings.Join(zh, "；"), En: strings.Join(en, "; ")}
}

// Chain is the chain of a kind, or of one of its routes.
type Chain struct {
	Route Route
	Steps []Step
}

// Chains lists the chains of a kind, the nearest route first.
func (d Definition) Chains() []Chain {
	if len(d.Routes) == 0 {
		return []Chain{{Steps: d.Steps}}
	}
	var list []Chain
	for _, route := range allRoutes() { // Validate knows no other
		if steps := d.Routes[route]; len(steps) > 0 {
			list = append(list, Chain{route, steps})
		}
	}
	return list
}
