package process

import (
	"fmt"
	"slices"

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

// Cleared gives the last day, today or before, on which running business of the
// graduating grade was to be ended (KT64); false where a province clears none.
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
	} {
		if err := ws.Validate(); err != nil {
			list = append(list, fmt.Errorf("%s: %w", name, err))
		}
	}
	if err := p.DeathTerm.Validate(); err != nil {
		list = append(list, fmt.Errorf("death_term: %w", err))
	}
	if p.SchoolYearStart.IsZero() {
		list = append(list, fmt.Errorf("school_year_start is a day of the year"))
	}
	if p.GoneAbroad != AbroadByChange && p.GoneAbroad != AbroadBySuspension {
		list = append(list, fmt.Errorf("gone_abroad is %s or %s", AbroadByChange, AbroadBySuspension))
	}
	if p.ExtensionAheadDays < 0 || p.DropoutWeeks < 1 {
		list = append(list, fmt.Errorf("extension_ahead_days is 0 or more, dropout_weeks 1 or more"))
	}
	if p.RetentionPercent < 1 || p.RetentionPercent > 100 {
		list = append(list, fmt.Errorf("retention_percent lies between 1 and 100"))
	}
	for name, stages := range map[string][]org.Stage{"retention_stages": p.RetentionStages, "skip_stages": p.SkipStages} {
		for _, stage := range stages {
			if p.StageYears[stage] == 0 {
				list = append(list, fmt.Errorf("%s: there is no stage %q", name, stage))
			}
		}
	}
	return list
}
