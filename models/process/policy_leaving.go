package process

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
)

// How going abroad is noted (D15).
const (
	AbroadByChange     = "CHANGE"
	AbroadBySuspension = "SUSPENSION"
)

// MayRepeat and MaySkip say whether the province lets pupils of a stage repeat or
// skip a grade (D13).
func (p Policy) MayRepeat(stage org.Stage) bool { return slices.Contains(p.RetentionStages, stage) }

// MaySkip says whether the province lets pupils of a stage skip a grade (KT42).
func (p Policy) MaySkip(stage org.Stage) bool { return slices.Contains(p.SkipStages, stage) }

// Cleared returns the last day, today or before, on which running business of the
// graduating grade had to be ended (KT64); false where a province clears none.
func (p Policy) Cleared(today calendar.Date) (calendar.Date, bool) {
	if p.ClearGraduating.IsZero() {
		return calendar.Date{}, false
	}
	day := p.ClearGraduating.In(today.Year())
	if day.After(today) {
		day = p.ClearGraduating.In(today.Year() - 1)
	}
	return day, true
}

// validateLeaving judges the switches of the kinds that leave, enter and move
// between year groups, and the windows.
func (p Policy) validateLeaving() []error {
	var list []error
	for name, ws := range map[string]calendar.Windows{
		"last_term": p.LastTerm, "graduating_freeze": p.GraduatingFreeze, "transfer_windows": p.TransferWindows, "transfer_freeze": p.TransferFreeze,
		"post_graduation_windows": p.PostGraduationWindows, "graduation_windows": p.GraduationWindows,
		"grade_adjustment_window": p.GradeAdjustmentWindow,
	} {
		if err := ws.Validate(); err != nil {
			list = append(list, fault("/"+name, "日期区间的写法不对，应如 {from: 07-01, to: 08-14}", name+": "+err.Error()))
		}
	}
	if err := p.DeathTerm.Validate(); err != nil {
		list = append(list, misspeltTerm("death_term", err))
	}
	if p.SchoolYearStart.IsZero() {
		list = append(list, fault("/school_year_start", "须为一年中的一天，如 08-11", "school_year_start is a day of the year"))
	}
	for _, codes := range []struct {
		name      string
		set, open []string
	}{
		{"suspension_conditions", p.SuspensionConditions, SuspensionConditions()},
		{"withdrawal_reasons", p.WithdrawalReasons, WithdrawalReasons()},
	} {
		if slices.ContainsFunc(codes.set, func(code string) bool { return !slices.Contains(codes.open, code) }) {
			all := strings.Join(codes.open, ", ")
			list = append(list, fault("/"+codes.name, "只能填写："+all, codes.name+": only "+all))
		}
	}
	for name, stages := range map[string][]org.Stage{"retention_stages": p.RetentionStages, "skip_stages": p.SkipStages, "no_repeat_stages": p.NoRepeatStages} {
		for _, stage := range stages {
			if p.StageYears[stage] == 0 {
				list = append(list, fault("/"+name, "没有这个学段："+string(stage), fmt.Sprintf("%s: there is no stage %q", name, stage)))
			}
		}
	}
	return list
}

// The levels of the hospital that proves an illness (hard rule 34), the lowest first. A
// hospital of grade two is at least one of a county.
const (
	HospitalTownship = "TOWNSHIP"  // 乡镇（街道）医院
	HospitalCounty   = "COUNTY"    // 县级以上医院
	HospitalGradeTwo = "GRADE_TWO" // 二级以上医院
)

// ProvesIllness reports whether the proof of a hospital of a level is enough.
func (p Policy) ProvesIllness(level string) bool {
	levels := []string{"", HospitalTownship, HospitalCounty, HospitalGradeTwo}
	return slices.Index(levels, level) >= slices.Index(levels, p.HospitalLevel)
}

// The conditions of a suspension for an illness (hard rule 33).
const (
	SickThreeMonths = "SICK_3_MONTHS" // 病假超过三个月
	AbsentThird     = "ABSENT_THIRD"  // 缺课超过一学期课时的三分之一
	Absent210Hours  = "ABSENT_210"    // 缺课超过210课时
)

// SickMonths is how long the sick leave of SickThreeMonths must be exceeded.
const SickMonths = 3

// SuspensionConditions lists the conditions of a suspension for an illness that a province
// may ask for (hard rule 33).
func SuspensionConditions() []string { return []string{SickThreeMonths, AbsentThird, Absent210Hours} }

// WithdrawalReasons lists the reasons of a withdrawal from senior high that a province may
// ask for (hard rule 38).
func WithdrawalReasons() []string {
	return []string{"OVER_AGE", "ABSENT_15", "ABSENT_45", "SUSPENSION_OVER", "OWN_WISH"}
}
