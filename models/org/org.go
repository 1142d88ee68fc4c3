// Package org holds the pure words of the organisation tree: kinds of office,
// roles of people, education stages, and how a path through the tree is built.
package org

import (
	"fmt"
	"strings"
)

// Kind is the level of an office in the one tree.
type Kind string

// The kinds, from the root down. A school's parent is its managing bureau (学籍主管部门).
const (
	Nation   Kind = "NATION"
	Province Kind = "PROVINCE"
	City     Kind = "CITY"
	County   Kind = "COUNTY"
	School   Kind = "SCHOOL"
)

// Role is a permission set of one account at one office (domain 1.2).
type Role string

// Roles inside a school.
const (
	SchoolSysadmin  Role = "SCHOOL_SYSADMIN"  // 学校系统管理员: accounts, classes
	SchoolRegistrar Role = "SCHOOL_REGISTRAR" // 学籍管理员: files every business
	SchoolLeader    Role = "SCHOOL_LEADER"    // 学籍主管领导: reviews before it leaves the school
	Principal       Role = "PRINCIPAL"        // 校长: reads
	GradeHead       Role = "GRADE_HEAD"       // 年级组长: reads
	ClassTeacher    Role = "CLASS_TEACHER"    // 班主任: reads
)

// Roles inside a bureau of any level.
const (
	BureauSysadmin Role = "BUREAU_SYSADMIN" // 教育用户管理: offices and accounts below
	BureauReviewer Role = "BUREAU_REVIEWER" // 学籍管理员/科干事: decides changes
	BureauHead     Role = "BUREAU_HEAD"     // 科长: supervises (督办), closes with a reason
	BureauViewer   Role = "BUREAU_VIEWER"   // reads and counts
)

// Roles lists every role in a fixed order.
func Roles() []Role {
	return []Role{SchoolSysadmin, SchoolRegistrar, SchoolLeader, Principal, GradeHead, ClassTeacher,
		BureauSysadmin, BureauReviewer, BureauHead, BureauViewer}
}

// Heads lists the roles that answer for the people of an office: its head, who can
// hand tasks over, and its administrator, who gives roles.
func Heads(school bool) []Role {
	if school {
		return []Role{Principal, SchoolSysadmin}
	}
	return []Role{BureauHead, BureauSysadmin}
}

// OfSchool says whether the role exists in schools; the others exist in bureaus.
func (r Role) OfSchool() bool {
	switch r {
	case SchoolSysadmin, SchoolRegistrar, SchoolLeader, Principal, GradeHead, ClassTeacher:
		return true
	case BureauSysadmin, BureauReviewer, BureauHead, BureauViewer:
		return false
	}
	return false
}

// Stage is the education stage (教育阶段) of a school, class or record.
type Stage string

// The stages of K-12.
const (
	Primary Stage = "PRIMARY" // 小学
	Junior  Stage = "JUNIOR"  // 初中
	Senior  Stage = "SENIOR"  // 高中
)

// Compulsory says whether the stage is compulsory education (义务教育).
func (s Stage) Compulsory() bool { return s == Primary || s == Junior }

// Label is the ltree label of an office below its parent: opaque, unique in
// the tree, letters and digits only (ltree allows no hyphen).
func Label(kind Kind, code string) (string, error) {
	switch kind {
	case Nation:
		return "n", nil
	case Province:
		return "p" + code[:2], nil
	case City:
		return "c" + code[:4], nil
	case County:
		return "d" + code, nil
	case School:
		return "s" + code, nil
	}
	return "", fmt.Errorf("unknown kind of office %q", kind)
}

// KindAt returns the kind of the office at a path, which the first letter of its last label
// tells (see Label). An empty path has none.
func KindAt(path string) Kind {
	switch label := path[strings.LastIndexByte(path, '.')+1:]; {
	case label == "n":
		return Nation
	case strings.HasPrefix(label, "p"):
		return Province
	case strings.HasPrefix(label, "c"):
		return City
	case strings.HasPrefix(label, "d"):
		return County
	case strings.HasPrefix(label, "s"):
		return School
	}
	return ""
}
