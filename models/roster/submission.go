package roster

import (
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
)

// Submission says who hands a sheet in and against what it is judged.
type Submission struct {
	SchoolCode string      // every row must carry it
	Stage      ident.Stage // for the usual age; a class may say otherwise; 0 is unknown
	Classes    []Class
	Today      calendar.Date // nothing may lie after it
	Divisions  *division.Table
	// Plausible judges the province in a citizen identity number; nil means
	// ident.OfficialProvince.
	Plausible func(province string) bool
}

// Class is a class (班级) that exists at the school.
type Class struct {
	Code  string      // 班号
	Name  string      // 班级名称, such as 二年级3班
	Stage ident.Stage // 0: that of the submission
}

// usualAge gives the age at which a stage is entered: six at primary school
// (义务教育法 Art 11), and six and nine years later at the next ones.
func usualAge(s ident.Stage) (int, bool) {
	switch s {
	case ident.PrimaryStage:
		return 6, true
	case ident.JuniorStage:
		return 12, true
	case ident.SeniorStage:
		return 15, true
	}
	return 0, false
}
