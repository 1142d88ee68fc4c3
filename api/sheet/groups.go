package sheet

import (
	"strings"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
)

// Group is a part of the student sheet, as the paper form has them (学生基础信息采集表).
type Group string

// The groups, in the order of the form.
const (
	GroupPerson    Group = "PERSON"    // 个人基础信息
	GroupMore      Group = "MORE"      // 个人辅助信息
	GroupSchooling Group = "SCHOOLING" // 学籍基本信息
	GroupContact   Group = "CONTACT"   // 个人联系信息
	GroupCare      Group = "CARE"      // 个人扩展信息
	GroupWay       Group = "WAY"       // 上下学交通方式
	GroupMember1   Group = "MEMBER1"   // 家庭成员或监护人一
	GroupMember2   Group = "MEMBER2"   // 家庭成员或监护人二
)

// Groups lists the groups in the order of the form.
func Groups() []Group {
	return []Group{GroupPerson, GroupMore, GroupSchooling, GroupContact, GroupCare, GroupWay, GroupMember1, GroupMember2}
}

// Text returns the name of the group.
func (g Group) Text() process.Text {
	switch g {
	case GroupPerson:
		return process.Text{Zh: "个人基础信息", En: "The pupil"}
	case GroupMore:
		return process.Text{Zh: "个人辅助信息", En: "More about the pupil"}
	case GroupSchooling:
		return process.Text{Zh: "学籍基本信息", En: "Schooling"}
	case GroupContact:
		return process.Text{Zh: "个人联系信息", En: "Addresses and telephone"}
	case GroupCare:
		return process.Text{Zh: "个人扩展信息", En: "Circumstances"}
	case GroupWay:
		return process.Text{Zh: "上下学交通方式", En: "Way to school"}
	case GroupMember1:
		return process.Text{Zh: "家庭成员或监护人一", En: "Family member or guardian 1"}
	case GroupMember2:
		return process.Text{Zh: "家庭成员或监护人二", En: "Family member or guardian 2"}
	}
	return process.Text{Zh: string(g), En: string(g)}
}

// GroupOf returns the group in which an item stands; "" for the hidden column.
func GroupOf(f roster.Field) Group {
	switch {
	case strings.HasPrefix(string(f), "member1_"):
		return GroupMember1
	case strings.HasPrefix(string(f), "member2_"):
		return GroupMember2
	}
	switch f {
	case "name", "sex", "birth_date", "birth_division", "native_place", "ethnicity", "nationality", "id_type", "id_number", "overseas_code", "health", "political_status":
		return GroupPerson
	case "former_name", "id_validity", "household_type", "household_division", "blood_type", "talent":
		return GroupMore
	case "school_code", "class_code", "entry_ym", "entry_mode", "study_mode", "aux_student_number", "class_seat_no", "source":
		return GroupSchooling
	case "address_now", "address_mail", "address_home", "phone", "postcode", "email", "homepage":
		return GroupContact
	case "distance_km", "commute_mode", "needs_school_bus":
		return GroupWay
	case "only_child", "preschool", "left_behind", "needs_aid", "boarding_subsidy", "orphan", "martyr_child", "disability", "gov_bought_place", "inclusive_class", "migrant_child":
		return GroupCare
	}
	return ""
}
