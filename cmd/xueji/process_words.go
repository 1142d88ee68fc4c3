package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// both gives a text in the two languages, Chinese first.
func both(t process.Text) string {
	if t.En == "" || t.En == t.Zh {
		return t.Zh
	}
	return t.Zh + " " + t.En
}

func roleText(r org.Role) process.Text {
	zh, en := r.Names()
	return process.Text{Zh: zh, En: en}
}

func sideText(s process.Side) process.Text {
	switch s {
	case process.SideIn:
		return process.Text{Zh: "接收方", En: "receiving side"}
	case process.SideOut:
		return process.Text{Zh: "转出方", En: "releasing side"}
	case process.SideFiler:
		return process.Text{Zh: "申请方", En: "filer"}
	}
	return process.Text{Zh: string(s), En: string(s)}
}

func levelText(l process.Level) process.Text {
	switch l {
	case process.LevelSchool:
		return process.Text{Zh: "本单位", En: "the office itself"}
	case process.LevelManaging:
		return process.Text{Zh: "主管部门", En: "managing bureau"}
	case process.LevelCity:
		return process.Text{Zh: "市级", En: "city"}
	case process.LevelProvince:
		return process.Text{Zh: "省级", En: "province"}
	case process.LevelCommon:
		return process.Text{Zh: "共同上级", En: "common superior"}
	}
	return process.Text{Zh: string(l), En: string(l)}
}

func routeText(r process.Route) process.Text {
	switch r {
	case process.SameBureau:
		return process.Text{Zh: "同一主管部门", En: "one managing bureau"}
	case process.SameProvince:
		return process.Text{Zh: "省内不同主管部门", En: "two bureaux of one province"}
	case process.CrossProvince:
		return process.Text{Zh: "跨省", En: "between provinces"}
	case process.OwnRecord:
		return process.Text{Zh: "只涉及本学籍", En: "the record itself"}
	case process.GNumber:
		return process.Text{Zh: "已有正式学籍号", En: "a record with a formal number"}
	}
	return process.Text{Zh: string(r), En: string(r)}
}

func stageText(s org.Stage) process.Text {
	switch s {
	case org.Primary:
		return process.Text{Zh: "小学", En: "primary"}
	case org.Junior:
		return process.Text{Zh: "初中", En: "junior"}
	case org.Senior:
		return process.Text{Zh: "普通高中", En: "senior"}
	}
	return process.Text{Zh: string(s), En: string(s)}
}

// stages lists the stages of a kind in one of the languages.
func stages(d process.Definition, in func(process.Text) string) string {
	words := make([]string, len(d.Stages))
	for i, s := range d.Stages {
		words[i] = in(stageText(s))
	}
	return strings.Join(words, ", ")
}

// filer says who files a kind.
func filer(d process.Definition) process.Text {
	role := roleText(d.FiledBy.Role())
	switch {
	case d.FiledBy == process.FiledByBureau:
		return process.Text{Zh: "主管部门" + role.Zh, En: role.En + " of a bureau"}
	case status.Receives(d.Kind):
		return process.Text{Zh: "接收学校" + role.Zh, En: role.En + " of the receiving school"}
	}
	return process.Text{Zh: "学校" + role.Zh, En: role.En + " of the school"}
}

// namedChain is the chain of a kind, or that of one of its routes.
type namedChain struct {
	route process.Route
	steps []process.Step
}

// chainsOf lists the chains of a kind, the nearest route first.
func chainsOf(d process.Definition) []namedChain {
	if len(d.Routes) == 0 {
		return []namedChain{{steps: d.Steps}}
	}
	var list []namedChain
	order := append(process.Routes(), process.OwnRecord, process.GNumber)
	for _, route := range append(order, slices.Sorted(maps.Keys(d.Routes))...) {
		seen := slices.ContainsFunc(list, func(c namedChain) bool { return c.route == route })
		if steps := d.Routes[route]; len(steps) > 0 && !seen {
			list = append(list, namedChain{route, steps})
		}
	}
	return list
}

// who says whose a step is: side, office, role; of an automatic one the act.
func who(s process.Step) process.Text {
	if s.Act != "" {
		return process.Text{Zh: "系统自动", En: "the system"}
	}
	side, level, role := sideText(s.Side), levelText(s.Level), roleText(s.Role)
	t := process.Text{Zh: level.Zh + " · " + role.Zh, En: level.En + ", " + role.En}
	if s.Side != process.SideFiler {
		t = process.Text{Zh: side.Zh + t.Zh, En: side.En + ": " + t.En}
	}
	return t
}

// switchText says when an optional step is there.
func switchText(s process.Switch, known *process.Catalogue) process.Text {
	key, value := s.Rule()
	if key == "" {
		return process.Text{Zh: string(s), En: string(s)}
	}
	name := known.RuleLabel("/" + key)
	return process.Text{Zh: fmt.Sprintf("%s（`%s: %t`）", name.Zh, key, value), En: fmt.Sprintf("%s (`%s: %t`)", name.En, key, value)}
}

// manner says how a step differs from a plain decision of one person.
func manner(s process.Step) process.Text {
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
	add(s.Own, "申请人办理，不是审核", "the applicant's own, no review")
	add(s.Distinct, "须由未审批过其他环节的人办理", "by somebody who approved no other step")
	return process.Text{Zh: strings.Join(zh, "；"), En: strings.Join(en, "; ")}
}
