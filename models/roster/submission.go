package roster

import (
	"strings"

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

// classes finds classes by number and by name.
type classes struct {
	byCode map[string]Class
	byName map[string][]string
}

func newClasses(list []Class) classes {
	c := classes{byCode: make(map[string]Class, len(list)), byName: make(map[string][]string, len(list))}
	for _, class := range list {
		c.byCode[class.Code] = class
		name := ClassWord(class.Name)
		c.byName[name] = append(c.byName[name], class.Code)
	}
	return c
}

// ClassWord makes 二年级（3）班 and 二年级3班 the same word.
func ClassWord(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '(' || r == ')' || isBlank(r) {
			return -1
		}
		return r
	}, halfWidth(name))
}
