package refusal

// Codes of placing pupils in classes (分班、调班) and of the school year.
const (
	PlacingPupil          Code = "placing_pupil"
	PlacingWithoutClass   Code = "placing_without_class"
	PlacingHasClass       Code = "placing_has_class"
	PlacingSameClass      Code = "placing_same_class"
	PlacingStage          Code = "placing_stage"
	PlacingRows           Code = "placing_rows"
	PlacingName           Code = "placing_name"
	PlacingClassName      Code = "placing_class_name"
	PlacingSheetEmpty     Code = "placing_sheet_empty"
	PlacingSheetHead      Code = "placing_sheet_head"
	PlacingSheetLong      Code = "placing_sheet_long"
	PlacingTwice          Code = "placing_twice"
	PlacingStrike         Code = "placing_strike"
	PlacingNobody         Code = "placing_nobody"
	PlacingNoRoom         Code = "placing_no_room"
	GradeAdjustmentOff    Code = "grade_adjustment_off"
	GradeAdjustmentClosed Code = "grade_adjustment_closed"
	GradeAdjustmentSame   Code = "grade_adjustment_same"
)
