package status

import "github.com/xueji/xueji/models/process"

// FiledBy returns the name of the office that files a kind, for people to read.
func FiledBy(d process.Definition) process.Text {
	role := process.RoleText(d.FiledBy.Role())
	switch {
	case d.FiledBy == process.FiledByBureau && d.Subject == process.SubjectList:
		return process.Text{Zh: "两校共同上级的" + role.Zh, En: role.En + " of a bureau above both schools"}
	case d.FiledBy == process.FiledByBureau:
		return process.Text{Zh: "主管该校的" + role.Zh, En: role.En + " of the managing bureau"}
	case Receives(d.Kind):
		return process.Text{Zh: "接收学校" + role.Zh, En: role.En + " of the receiving school"}
	}
	return process.Text{Zh: "学校" + role.Zh, En: role.En + " of the school"}
}
