package org

// Names gives what people call the role, in Chinese and in English.
func (r Role) Names() (zh, en string) {
	switch r {
	case SchoolSysadmin:
		return "学校系统管理员", "school administrator"
	case SchoolRegistrar:
		return "学籍管理员", "registrar"
	case SchoolLeader:
		return "学籍主管领导", "school leader"
	case Principal:
		return "校长", "principal"
	case GradeHead:
		return "年级组长", "grade head"
	case ClassTeacher:
		return "班主任", "class teacher"
	case BureauSysadmin:
		return "教育局系统管理员", "bureau administrator"
	case BureauReviewer:
		return "教育局学籍管理员", "bureau reviewer"
	case BureauHead:
		return "教育局科长", "bureau head"
	case BureauViewer:
		return "教育局查询员", "bureau viewer"
	}
	return string(r), string(r)
}
